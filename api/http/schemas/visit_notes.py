"""What is noted during a visit, as phones and programs send it."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Literal

from pydantic import AwareDatetime, BaseModel, Field, StringConstraints

from api.http.schemas.parts import Given

ClientId = Annotated[str, StringConstraints(min_length=1, max_length=100)]
Short = Annotated[str, StringConstraints(max_length=100)]
Note = Annotated[str, StringConstraints(max_length=2000)]
_AT = "2026-11-24T07:46:10+07:00"


class MarkLine(Given):
    """A mark of a person on the list: `at_post`, `absent`, `reason_given`; `unmarked` takes it back."""

    id: ClientId = Field(description="Made by the sender, 8 to 64 letters; the same again lands once.")
    employee: Short
    mark: Short
    noted_at: AwareDatetime
    note: Note = ""

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
    """An answer to a point of the checklist: `yes`, `no`; `unseen` takes it back."""

    id: ClientId
    item: Short
    answer: Short
    noted_at: AwareDatetime
    employee: Short = Field("", description="For a point that is asked about a person.")
    note: Note = ""


class Notes(Given):
    """What was noted, in the order noted. `sent_at`: what the sender's clock says now, to put `noted_at` right."""

    marks: list[MarkLine] = Field(default_factory=list, max_length=500)
    checks: list[CheckLine] = Field(default_factory=list, max_length=500)
    sent_at: AwareDatetime | None = None


class Taken(BaseModel):
    id: str
    outcome: Literal["taken", "repeated", "late", "refused"] = Field(
        description="`late`: kept, after the minutes were sealed, and in no figure of them."
    )
    why: str = Field(description="Of a refused line: one sentence.")


class NotesTaken(BaseModel):
    lines: list[Taken]


class VisitPerson(BaseModel):
    employee: str
    name: str
    unit: str
    state: Literal["seen", "not_seen", "excused", "unknown", "not_scheduled"]
    since: dt.datetime | None
    since_at: str
    last: dt.datetime | None
    late: int
    excuse: str | None = Field(description="Kind of paper approved before the visit; never its reason.")
    document: str = Field(description="Of a mission.")
    why: str
    read_to: dt.datetime | None
    mark: str | None
    note: str
    contradiction: str = Field(description="`punch_without_person`, `person_without_punch` or nothing.")


class Visit(BaseModel):
    """A visit for its team: the list frozen at the minute of arrival, and what was noted."""

    key: str
    state: Literal["planned", "begun", "ended", "sealed", "dropped"]
    kind: str
    unit: str
    begun_at: dt.datetime | None
    known_at: dt.datetime | None
    ended_at: dt.datetime | None
    digest: str = Field(description="SHA-256 of the frozen list.")
    working: bool | None = Field(description="Whether the minute is working time: outside of it nothing is a finding.")
    counts: dict[str, int]
    terminals: list[dict[str, str | None]]
    people: list[VisitPerson]
    checks: list[dict[str, str]]
    photos: list[dict[str, str | int | bool]]
