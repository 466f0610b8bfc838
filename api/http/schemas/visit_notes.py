"""What is noted during a visit, as phones and programs send it, and the visit as its team is answered it."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Literal

from pydantic import AwareDatetime, BaseModel, Field, StringConstraints

from api.http.schemas.parts import Given

ClientId = Annotated[str, StringConstraints(min_length=1, max_length=100)]
Short = Annotated[str, StringConstraints(max_length=100)]
NoteText = Annotated[str, StringConstraints(max_length=2000)]
_AT = "2026-11-24T07:46:10+07:00"
_ID = "Made by the sender, 8 to 64 letters; the same again lands once."
_NOTED = "When, by the sender's own clock."
_NOTE = "In the team's own words, at most 500 letters; no reasons of health or family."


class MarkLine(Given):
    """A mark of a person on the list."""

    id: ClientId = Field(description=_ID)
    employee: Short = Field(description="Code of somebody on the frozen list.")
    mark: Short = Field(description="`at_post`, `absent`, `reason_given`; `unmarked` takes it back.")
    noted_at: AwareDatetime = Field(description=_NOTED)
    note: NoteText = Field("", description=_NOTE)

    model_config = Given.model_config | {
        "json_schema_extra": {
            "example": {
                "id": "5b1e3f0a-77d2-4f5e-9d2c-0a6f2f0c9a11",
                "employee": "CC-0057",
                "mark": "reason_given",
                "noted_at": _AT,
                "note": "Xuống bộ phận lưu trữ",
            }
        }
    }


class CheckLine(Given):
    """An answer to a point of the checklist."""

    id: ClientId = Field(description=_ID)
    item: Short = Field(description="Code of the point, such as `hours_posted`.")
    answer: Short = Field(description="`yes`, `no`; `unseen` takes it back.")
    noted_at: AwareDatetime = Field(description=_NOTED)
    employee: Short = Field("", description="For a point that is asked about a person.")
    note: NoteText = Field("", description=_NOTE)


class VisitNotes(Given):
    """What was noted, in the order noted."""

    marks: list[MarkLine] = Field(default_factory=list, max_length=500, description="Of people on the list.")
    checks: list[CheckLine] = Field(default_factory=list, max_length=500, description="Answers to the checklist.")
    sent_at: AwareDatetime | None = Field(
        None, description="What the sender's clock says now, by which `noted_at` is put right."
    )


class NewPoint(Given):
    """A point of the checklist."""

    text: Annotated[str, StringConstraints(min_length=1, max_length=1000)] = Field(
        description="What is to be looked at, so that yes is as it should be; at most 200 letters.",
        examples=["Sổ trực ban đã ghi đủ"],
    )
    about: Literal["unit", "person"] = Field("unit", description="Of what it is asked.")


class NoteTaken(BaseModel):
    """What became of one line."""

    id: str = Field(description="As it was sent.")
    outcome: Literal["taken", "repeated", "late", "refused"] = Field(
        description="`late`: kept, after the minutes were sealed, and in no figure of them."
    )
    why: str = Field(description="Of a refused line: one sentence.")


class NotesTaken(BaseModel):
    """What became of each line."""

    lines: list[NoteTaken] = Field(description="In the order sent, marks first.")


class VisitPerson(BaseModel):
    """Somebody on the frozen list, and what the team noted of them."""

    employee: str = Field(description="Code.")
    name: str = Field(description="Name at present.")
    unit: str = Field(description="Code of their unit on the date.")
    state: Literal["seen", "not_seen", "excused", "unknown", "not_scheduled"] = Field(
        description="As known at the minute of arrival. `unknown`: a missing punch proves nothing."
    )
    since: dt.datetime | None = Field(description="First punch that may count.")
    since_at: str = Field(description="Code of its terminal.")
    last: dt.datetime | None = Field(description="Last punch up to the arrival.")
    late: int = Field(description="Whole minutes after the start; 0: none, or not concluded.")
    excuse: str | None = Field(description="Kind of paper by which they need not be there; never its reason.")
    document: str = Field(description="Of a mission.")
    why: str = Field(description="Why nothing is known: `not_read`, `outage`, `clock`, `no_punch`.")
    read_to: dt.datetime | None = Field(description="Until when all their terminals had been read.")
    mark: str | None = Field(description="`at_post`, `absent`, `reason_given`; null: none yet.")
    note: str = Field(description="As the team wrote it.")
    contradiction: str = Field(description="`punch_without_person`, `person_without_punch` or nothing.")


class VisitOnSite(BaseModel):
    """A visit for its team: the list frozen at the minute of arrival, and what was noted."""

    key: str = Field(description="Names the visit.")
    state: Literal["planned", "begun", "ended", "sealed", "dropped"] = Field(description="How far it is.")
    kind: str = Field(description="`surprise`, `regular`, `self`, `party`, `elected`.")
    unit: str = Field(description="Code of the unit visited.")
    begun_at: dt.datetime | None = Field(description="When it began; null: not yet.")
    known_at: dt.datetime | None = Field(description="Up to when facts were taken into the list.")
    ended_at: dt.datetime | None = Field(description="When the team left the list.")
    digest: str = Field(description="SHA-256 of the frozen list; empty before.")
    working: bool | None = Field(description="Whether the minute is working time: outside of it nothing is a finding.")
    counts: dict[str, int] = Field(description="People by state, and their `total`.")
    terminals: list[dict[str, str | None]] = Field(description="`code`, and `read_to` at the arrival.")
    people: list[VisitPerson] = Field(description="The list.")
    points: list[dict[str, str | bool]] = Field(
        description="The checklist: `code`, `text` where the team wrote it, `about` (`unit`, `person`), `ended`."
    )
    checks: list[dict[str, str]] = Field(description="`item`, `employee`, `answer`, `note`.")
    photos: list[dict[str, str | int | bool]] = Field(description="`digest`, `employee`, `size`, `kept`.")
