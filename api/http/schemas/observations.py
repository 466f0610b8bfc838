"""Observations of citizens, the counters where a form waits for them, and scores of surveys."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

from api.http.params import IsoDate
from api.http.schemas.parts import Code, Given, ListFrame, readable

Channel = Literal["form", "box", "hotline", "letter", "survey"]
ObservationKind = Literal["empty", "closed", "wait", "manner", "praise", "other"]
ObservationState = Literal["received", "looking", "answered"]
Outcome = Literal["borne_out", "not_borne_out", "cannot_tell"]
Said = Annotated[str, StringConstraints(max_length=2000, strip_whitespace=True), AfterValidator(readable)]
Told = Annotated[str, StringConstraints(max_length=1000, strip_whitespace=True), AfterValidator(readable)]
Short = Annotated[str, StringConstraints(max_length=120, strip_whitespace=True), AfterValidator(readable)]
ClockTime = Annotated[str, StringConstraints(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")]

_OBSERVATION = {
    "id": 12,
    "version": 2,
    "unit": "X-TAN-MAI",
    "point": "Quầy 3, hộ tịch",
    "desk": "Hộ tịch",
    "channel": "form",
    "kind": "empty",
    "date": "2026-11-20",
    "at": "08:20",
    "text": "Quầy không có người từ 8 giờ đến 8 giờ 20.",
    "has_contact": True,
    "document": "",
    "state": "looking",
    "received_at": "2026-11-20T01:22:00+00:00",
    "taken_by": None,
    "looked_at": "2026-11-20T03:00:00+00:00",
    "looked_by": "lan.thanhtra",
    "outcome": None,
    "reason": "",
    "answer": "",
    "decided_at": None,
    "decided_by": None,
    "visit_asked_at": None,
    "visit_asked_by": None,
}


class Observation(BaseModel):
    model_config = ConfigDict(json_schema_extra={"examples": [_OBSERVATION]})
    id: int = Field(description="Number of the observation.")
    version: int = Field(description="Grows by one with each thing that happens to it; part of its ETag.")
    unit: str = Field(description="The unit it is about.")
    point: str | None = Field(description="The counter whose form it came by; null: another way.")
    desk: str = Field(description="The desk as rosters write it; empty: none is meant.")
    channel: Channel = Field(description="How it came.")
    kind: ObservationKind = Field(description="What is said.")
    date: dt.date = Field(description="When it happened.")
    at: str | None = Field(description="At which minute, on the wall of the office; null: not known.")
    text: str = Field(description="What the citizen wrote; it may name people. Empty also once it was erased.")
    has_contact: bool = Field(description="Whether the citizen left a way to reach them; see its own address.")
    document: str = Field(description="Number of the letter or entry it came with.")
    state: ObservationState = Field(description="Received, looked into, answered.")
    received_at: dt.datetime = Field(description="When it came in.")
    taken_by: str | None = Field(description="Who took it in; null: it came by the form.")
    looked_at: dt.datetime | None = Field(description="Since when somebody looks into it.")
    looked_by: str | None = Field(description="Who.")
    outcome: Outcome | None = Field(description="What a person found beside the facts; null: nothing yet.")
    reason: str = Field(description="Why, in their words.")
    answer: str = Field(description="What the citizen is told under the code of their receipt.")
    decided_at: dt.datetime | None = Field(description="When.")
    decided_by: str | None = Field(description="Who.")
    visit_asked_at: dt.datetime | None = Field(description="When somebody said that a visit is wanted.")
    visit_asked_by: str | None = Field(description="Who.")


class RosterFact(BaseModel):
    employee: str = Field(description="Who was on the roster.")
    name: str = Field(description="Their name.")
    desk: str = Field(description="At which desk.")
    starts: dt.datetime = Field(description="From.")
    ends: dt.datetime = Field(description="To.")
    state: str | None = Field(
        description="seen, not_seen, excused, unknown or not_scheduled at that minute; null: it cannot be told."
    )
    since: dt.datetime | None = Field(description="First punch that counts.")


class ReadFact(BaseModel):
    terminal: str = Field(description="Code of a terminal the unit depends on.")
    read_to: dt.datetime | None = Field(description="Until when it was read; null: never.")


class ObservationFacts(BaseModel):
    known_at: dt.datetime = Field(description="As known at this moment.")
    working_time: bool | None = Field(description="Whether that minute is working time; null: the minute is not known.")
    counts: dict[str, int] | None = Field(description="How many people of the unit were in each state.")
    needed: int | None = Field(description="How many the desk had to be filled with; null: no post says so.")
    on_duty: list[RosterFact] = Field(description="Who was on the roster of the desk.")
    terminals: list[ReadFact] = Field(description="How far the terminals were read.")


class ObservationWithFacts(Observation):
    facts: ObservationFacts = Field(description="Beside it, for whoever looks into it; they conclude nothing.")


class ObservationList(ListFrame):
    items: list[Observation] = Field(description="Observations, the newest first.")


class NewObservation(Given):
    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"unit": "X-TAN-MAI", "channel": "hotline", "kind": "empty", "date": "2026-11-20", "at": "08:20",
                 "desk": "Hộ tịch", "text": "Quầy không có người."}
            ]
        }
    )  # fmt: skip
    unit: Code = Field(description="The unit it is about.")
    channel: Channel = Field(description="How it came.")
    kind: ObservationKind = Field(description="What is said.")
    date: IsoDate = Field(description="When it happened; not in the future.")
    at: ClockTime | None = Field(default=None, description="At which minute, as 08:20; left out: not known.")
    desk: Short = Field(default="", description="The desk as rosters write it.")
    text: Said = Field(default="", description="What was said.")
    contact: Short = Field(default="", description="How the citizen can be reached; kept encrypted.")
    document: Short = Field(default="", description="Number of the letter or entry.")


class TakenIn(Observation):
    code: str = Field(description="The code by which the citizen sees how it stands; shown this once.")


class Answering(Given):
    outcome: Outcome = Field(description="What you found beside the facts.")
    reason: Told = Field(description="What that rests on; for those who may see observations.")
    answer: Told = Field(description="What the citizen is told; name nobody in it.")


class Erasing(Given):
    part: Literal["text", "contact", "answer"] = Field(description="What is emptied.")
    why: Told = Field(description="The request or decision; names nobody, for it stays.")


class OpeningVisit(Given):
    team: int = Field(ge=1, le=2**31 - 1, description="Number of a team you are in, whose decision holds.")
    planned_for: IsoDate | None = Field(default=None, description="The day; left out: whenever it suits.")
    note: Told = Field(default="", description="For the team alone.")


class OpenedVisit(BaseModel):
    visit: str = Field(description="Key of the plan, which your team alone knows of.")


class CitizenContact(BaseModel):
    contact: str = Field(description="How the citizen can be reached. That it was shown is written down.")


class FeedbackPoint(BaseModel):
    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"id": 3, "unit": "X-TAN-MAI", "name": "Quầy 3, hộ tịch", "desk": "Hộ tịch",
                 "path": "/gop-y/8yWtAkhHcF__73kQpOqtaQ", "came": 12, "revoked_at": None}
            ]
        }
    )  # fmt: skip
    id: int = Field(description="Number of the counter.")
    unit: str = Field(description="Its unit.")
    name: str = Field(description="What citizens call it.")
    desk: str = Field(description="The desk as rosters write it; empty: none is meant.")
    path: str = Field(
        description="Where its printed code leads; renewing it makes the sheets printed before worthless."
    )
    came: int | None = Field(description="How many forms came by it; null in an answer that only changed it.")
    revoked_at: dt.datetime | None = Field(description="Since when its code leads nowhere.")


class FeedbackPointList(ListFrame):
    items: list[FeedbackPoint] = Field(description="Counters, by unit and name; revoked ones last.")


class NewFeedbackPoint(Given):
    unit: Code = Field(description="Code of the unit.")
    name: Short = Field(description="What citizens call the counter.")
    desk: Short = Field(default="", description="The desk as rosters write it.")


class SurveyScore(BaseModel):
    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"unit": "X-TAN-MAI", "year": 2026, "quarter": 3, "score": 4.3, "scale": 5, "n": 128,
                 "document": "Báo cáo khảo sát 07/BC-UBND"}
            ]
        }
    )  # fmt: skip
    unit: str = Field(description="Code of the unit.")
    year: int = Field(description="Year.")
    quarter: int = Field(description="Quarter, 1 to 4.")
    score: float = Field(description="As the survey has it.")
    scale: float = Field(description="Out of this.")
    n: int = Field(description="How many people answered.")
    document: str = Field(description="Where it is published.")


class SurveyScoreList(ListFrame):
    items: list[SurveyScore] = Field(description="Scores that stand, the newest quarter first.")


class NewSurveyScore(Given):
    unit: Code = Field(description="Code of the unit.")
    year: int = Field(ge=2000, le=2100, description="Year.")
    quarter: int = Field(ge=1, le=4, description="Quarter.")
    score: float = Field(ge=0, le=1000, description="The score.")
    scale: float = Field(gt=0, le=1000, description="The best there is.")
    n: int = Field(ge=1, le=10_000_000, description="How many people answered.")
    document: Short = Field(description="Where it is published.")
