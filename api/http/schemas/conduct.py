"""Thresholds, what they propose, what people decided; the index of units."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from api.http.params import IsoDate
from api.http.schemas.parts import Code, Given, Line, ListFrame

_PROPOSAL: dict[str, Any] = {
    "id": 12,
    "employee": "CC-0057",
    "name": "Nguyễn Thị Thu Hà",
    "unit": "X-TAN-MAI",
    "proposes": "reminder",
    "grade": "",
    "label": "Nhắc nhở khi có từ 3 lượt trong tháng",
    "document": "Quy chế 15/QC-UBND",
    "from": "2026-11-01",
    "to": "2026-11-30",
    "figure": 3,
    "at_least": 3,
    "known": 40,
    "due": 42,
    "state": "open",
    "version": 1,
    "decision": None,
    "may_decide": True,
    "protected": False,
}


class Proposal(BaseModel):
    model_config = ConfigDict(json_schema_extra={"examples": [_PROPOSAL]})
    id: int = Field(description="Number of the proposal.")
    employee: str = Field(description="Code of the person.")
    name: str = Field(description="Name of the person.")
    unit: str = Field(description="Code of the unit in which it was counted.")
    proposes: str = Field(description="reminder, review or grade: never a form of discipline.")
    grade: str = Field(description="The grade that is proposed; empty: none is.")
    label: str = Field(description="What the threshold is called; empty for a grade.")
    document: str = Field(description="Under which document it was counted.")
    from_: dt.date = Field(alias="from", description="First date counted.")
    to: dt.date = Field(description="Last date counted.")
    figure: int = Field(description="What was counted.")
    at_least: int = Field(description="From which number on it is proposed.")
    known: int = Field(description="Sessions with data.")
    due: int = Field(description="Sessions somebody had to be at.")
    state: str = Field(description="open, decided or withdrawn.")
    version: int = Field(description="Counts its changes; sent back with a decision.")
    decision: str | None = Field(description="accept, not or other; null: nobody decided.")
    may_decide: bool = Field(description="Whether you may decide on it.")
    protected: bool | None = Field(description="Whether the person is under a protection; null: not told to you.")


class ProposalList(ListFrame):
    items: list[Proposal] = Field(description="What waits first, then the newest.")


class OneProposal(Proposal):
    facts: list[dict[str, Any]] = Field(description="What it was counted from, with ids of violations.")
    facts_now: list[dict[str, Any]] = Field(description="Of a decided one: the facts as they are now, if they changed.")
    facts_changed_at: dt.datetime | None = Field(description="Since when the facts are others than decided on.")
    withdrawn_why: list[dict[str, Any]] = Field(description="Of one taken back: what became of its facts.")
    decision_note: str = Field(description="Why it was decided so.")
    instead: str = Field(description="What is done instead, where that was decided.")
    decided_by: str = Field(description="Who decided.")
    decided_at: dt.datetime | None = Field(description="When.")
    earlier: list[int] = Field(description="Proposals of the same kind accepted in the year before.")


class ConductDecision(Given):
    decision: Literal["accept", "not", "other"] = Field(description="Do it, do not, or do something else.")
    note: str = Field(min_length=1, max_length=2000, description="Why.", examples=["Đã trao đổi, đồng chí tiếp thu"])
    instead: str = Field(default="", max_length=200, description="What is done instead; with `other`.")
    version: int | None = Field(default=None, ge=1, le=99_999, description="The version you looked at.")


class AcceptingGrades(Given):
    proposals: list[Annotated[int, Field(ge=1, le=2**31 - 1)]] = Field(
        min_length=1, max_length=200, description="Numbers of proposals.", examples=[[41, 42]]
    )
    note: str = Field(min_length=1, max_length=2000, description="Why.", examples=["Đúng theo quy chế của đơn vị"])


class GradesAccepted(BaseModel):
    accepted: list[int] = Field(description="Numbers of the proposals.", examples=[[41, 42]])


class NewThreshold(Given):
    unit: Code = Field(description="Code of the unit; it holds for those below it too.")
    code: str = Field(
        min_length=1, max_length=32, description="Its name in short; versions share it.", examples=["NN3"]
    )
    label: Line = Field(description="What it is called; no legal form of discipline.")
    proposes: Literal["reminder", "review"] = Field(description="What it proposes.")
    measure: Literal["occurrences", "minutes", "reminders"] = Field(
        default="occurrences", description="What is counted."
    )
    types: list[str] = Field(default=[], max_length=8, description="Kinds of occurrences that count; none: all.")
    period: Literal["month", "quarter", "year"] = Field(default="month", description="In which period.")
    at_least: int = Field(ge=1, le=10_000, description="From which number on.")
    from_: IsoDate = Field(alias="from", description="First date it holds.")
    to: IsoDate | None = Field(default=None, description="Last date; null: open.")
    document: Line = Field(min_length=1, description="Under which document.")
    article: str = Field(default="", max_length=64, description="Which article of it.")


_THRESHOLD: dict[str, Any] = {
    "id": 4, "unit": "X-TAN-MAI", "code": "NN3", "label": "Nhắc nhở trong giao ban", "proposes": "reminder",
    "measure": "occurrences", "types": [], "period": "month", "at_least": 3, "from": "2026-01-01", "to": None,
    "document": "Quy chế 12/QC", "article": "Điều 5",
}  # fmt: skip


class Threshold(BaseModel):
    model_config = ConfigDict(json_schema_extra={"examples": [_THRESHOLD]})
    id: int = Field(description="Number of the version.")
    unit: str = Field(description="Code of the unit that filed it.")
    code: str = Field(description="Its name in short.")
    label: str = Field(description="What it is called.")
    proposes: str = Field(description="reminder or review.")
    measure: str = Field(description="occurrences, minutes or reminders.")
    types: list[str] = Field(description="Kinds that count; none: all.")
    period: str = Field(description="month, quarter or year.")
    at_least: int = Field(description="From which number on.")
    from_: dt.date = Field(alias="from", description="First date it holds.")
    to: dt.date | None = Field(description="Last date; null: open.")
    document: str = Field(description="Under which document.")
    article: str = Field(description="Which article.")


class ThresholdList(ListFrame):
    items: list[Threshold] = Field(description="Versions, by unit, code and date.")


class Ending(Given):
    on: IsoDate = Field(description="The last date it holds.")


class Refreshed(BaseModel):
    proposed: int = Field(description="Proposals made.")
    changed: int = Field(description="Proposals whose facts changed while they waited.")
    withdrawn: int = Field(description="Proposals taken back, their facts being none any more.")
    overtaken: int = Field(description="Decided ones whose facts have changed since.")


class GoodPerson(BaseModel):
    employee: str = Field(description="Code of the person.")
    name: str = Field(description="Name.")
    unit: str = Field(description="Code of the unit.")
    known: int = Field(description="Sessions with data.")
    due: int = Field(description="Sessions due.")


class GoodDuty(BaseModel):
    employee: str = Field(description="Code of the person.")
    name: str = Field(description="Name.")
    unit: str = Field(description="Code of the unit.")
    kept: int = Field(description="Duties kept.")
    over: int = Field(description="Duties that are over and known.")
    unknown: int = Field(description="Duties of which nothing may be concluded.")


class GoodLists(BaseModel):
    from_: dt.date = Field(alias="from", description="First date.")
    to: dt.date = Field(description="Last date.")
    without_occurrence: list[GoodPerson] = Field(description="Nobody of them has a counted occurrence; by given name.")
    unsure: list[GoodPerson] = Field(description="The same, of whom too little is known to say so.")
    duties_kept: list[GoodDuty] = Field(description="Who kept every duty; by given name.")
    counted: int = Field(description="People looked at.")


class NewFormula(Given):
    unit: Code | None = Field(default=None, description="Code of the unit; null: everywhere.")
    weights: dict[str, int] = Field(
        description="Hundredths of a session that an occurrence of each type weighs.", examples=[{"late": 50}]
    )
    coverage: int = Field(default=80, ge=0, le=100, description="Percent of data below which a unit is not ranked.")
    fewest: int = Field(default=5, ge=5, le=1000, description="Fewer people have no figure of their own.")
    excluded: list[Code] = Field(default=[], max_length=50, description="Schedules whose people are left out.")
    kinds: dict[str, str] = Field(default={}, description="Kind of each unit by code; like is compared with like.")
    from_: IsoDate = Field(alias="from", description="First date it holds.")
    to: IsoDate | None = Field(default=None, description="Last date; null: open.")
    document: Line = Field(min_length=1, description="Under which document.")


_FORMULA: dict[str, Any] = {
    "id": 2, "unit": None, "weights": {"late": 50, "early": 50, "absent": 100}, "coverage": 80, "fewest": 5,
    "excluded": ["NUA-BUOI"], "kinds": {"X-TAN-MAI": "xã"}, "from": "2026-01-01", "to": None, "document": "QĐ 30/QĐ",
}  # fmt: skip


class Formula(BaseModel):
    model_config = ConfigDict(json_schema_extra={"examples": [_FORMULA]})
    id: int = Field(description="Number of the version.")
    unit: str | None = Field(description="Code of the unit; null: everywhere.")
    weights: dict[str, int] = Field(description="Hundredths of a session by type.")
    coverage: int = Field(description="Percent of data below which a unit is not ranked.")
    fewest: int = Field(description="Fewer people have no figure of their own.")
    excluded: list[str] = Field(description="Schedules whose people are left out.")
    kinds: dict[str, str] = Field(description="Kind of each unit by code.")
    from_: dt.date = Field(alias="from", description="First date it holds.")
    to: dt.date | None = Field(description="Last date; null: open.")
    document: str = Field(description="Under which document.")


class FormulaList(ListFrame):
    items: list[Formula] = Field(description="Versions, by date.")


class IndexLine(BaseModel):
    unit: str = Field(description="Code of the unit; empty: small units together.")
    name: str = Field(description="Its name.")
    kind: str = Field(description="Its kind, where one is named.")
    small_units: int = Field(description="How many small units stand together in this line.")
    people: int = Field(description="People with a session due on one date, at most.")
    due: int = Field(description="Person-sessions due (N).")
    known: int = Field(description="Of these, those with data (n).")
    coverage_tenths: int | None = Field(description="n of N in tenths of a percent, rounded half up.")
    occurrences: dict[str, int] = Field(description="Counted occurrences by type.")
    lost_hundredths: int = Field(description="What they weigh together, in hundredths of a session.")
    index_tenths: int | None = Field(description="The index in tenths, rounded half up; null: nothing is known.")
    rank: int | None = Field(description="Among its like; equal figures share one; null: not ranked.")
    reason: str = Field(description="Why it is not ranked.")


class Index(BaseModel):
    unit: str = Field(description="Code of the unit whose parts are compared.")
    name: str = Field(description="Its name.")
    from_: dt.date = Field(alias="from", description="First date.")
    to: dt.date = Field(description="Last date.")
    formula: dict[str, Any] | None = Field(description="The version in force on the last date; null: there is none.")
    lines: list[IndexLine] = Field(description="Units, the ranked ones first.")
    left_out: dict[str, int] = Field(description="Sessions due of people left out, by schedule or `exempt`.")
    too_few: bool = Field(description="So few people in all that there is no figure.")


class Publishing(Given):
    unit: Code = Field(description="Code of the unit whose parts are compared.")
    period: str = Field(min_length=4, max_length=7, description="2026-11, 2026-Q4 or 2026.", examples=["2026-10"])


_PUBLICATION: dict[str, Any] = {
    "id": 3, "unit": "H", "name": "Tỉnh Sông Mây", "from": "2026-10-01", "to": "2026-10-31", "digest": "5a" * 32,
    "published_at": "2026-11-05T03:00:00Z", "published_by": "lan.ld",
}  # fmt: skip


class Publication(BaseModel):
    model_config = ConfigDict(json_schema_extra={"examples": [_PUBLICATION]})
    id: int = Field(description="Number of the publication.")
    unit: str = Field(description="Code of the unit.")
    name: str = Field(description="Its name.")
    from_: dt.date = Field(alias="from", description="First date.")
    to: dt.date = Field(description="Last date.")
    digest: str = Field(description="SHA-256 of the canonical text.")
    published_at: dt.datetime = Field(description="When; facts known then are in it.")
    published_by: str = Field(description="Who published it.")


class PublicationList(ListFrame):
    items: list[Publication] = Field(description="The newest first.")


class OnePublication(Publication):
    content: Index = Field(description="What was published.")
    is_whole: bool = Field(description="Whether the text still has its digest.")
    is_reproduced: bool = Field(description="Whether what was known then gives the same text again.")
