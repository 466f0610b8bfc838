"""Months of a unit: their state, lines and signatures."""

from __future__ import annotations

import datetime as dt
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from api.http.schemas.parts import Given

_MONTH: dict[str, Any] = {
    "unit": "X-TAN-MAI",
    "month": "2026-11",
    "state": "locked",
    "version": 1,
    "locked_at": "2026-12-02T09:10:00+07:00",
    "digest": "9f2b7c0d5e4a4f0f8c1c6f1f0f7a3d9b2c8e1d4a5b6c7d8e9f00112233445566",
    "lockable": False,
    "blockers": [],
    "obstacles": [],
    "people": [
        {
            "employee": "CC-0057",
            "name": "Nguyễn Thị Thu Hà",
            "workdays": 21,
            "late_count": 1,
            "late_min": 12,
            "occurrences": 1,
            "counted_occurrences": 0,
            "counted_min": 0,
            "missing_count": 0,
            "proposed_grade": "A",
            "lockable": True,
            "overtime_min": {"NT": 0, "NN": 0, "NL": 0, "night": 0},
        }
    ],
    "signatures": [{"as": "keeper", "name": "Trần Thị Mai", "at": "2026-12-02T09:30:00+07:00"}],
    "known_after_lock": [],
}


_SEEN: Any = Field(
    default=None, ge=1, le=9_999, description="The version you looked at; 409 where it is another by now."
)


class Blocking(BaseModel):
    employee: str = Field(description="Code of the person.")
    date: dt.date = Field(description="Which day.")
    session: str = Field(description="The session with a question mark.")


class Standing(BaseModel):
    kind: str = Field(description="What stands in the way, such as `missing`, `not_read`, `explanations`.")
    total: int = Field(description="How many there are.")
    blocks: bool = Field(description="Whether the month cannot be locked before; else it is left out of it.")


class MonthPerson(BaseModel):
    employee: str = Field(description="Code of the person.")
    name: str = Field(description="Name as the sheet bears it.")
    workdays: int = Field(description="Working days of their service in the unit.")
    late_count: int = Field(description="Late arrivals, whatever became of them.")
    late_min: int = Field(description="Their minutes.")
    occurrences: int = Field(description="Late, early, absent, left post, and missing punches once refused.")
    counted_occurrences: int = Field(description="Those that count after explanations.")
    counted_min: int = Field(description="Minutes that count.")
    missing_count: int = Field(description="Missing punches.")
    proposed_grade: str | None = Field(description="Grade by the unit's thresholds, as a proposal.")
    lockable: bool = Field(description="Whether none of their days has a question mark.")
    overtime_min: dict[str, int] = Field(description="Ordered overtime in minutes by kind of day, and at night.")


class MonthSignature(BaseModel):
    model_config = ConfigDict(populate_by_name=True)
    as_: str = Field(alias="as", description="keeper, section or approver.")
    name: str = Field(description="Who signed.")
    at: dt.datetime = Field(description="When.")


class Later(BaseModel):
    employee: str = Field(description="Code of the person.")
    date: dt.date = Field(description="A day of which something became known after the lock.")


class Month(BaseModel):
    model_config = ConfigDict(json_schema_extra={"examples": [_MONTH]})
    unit: str = Field(description="Code of the unit; units below it have months of their own.")
    month: str = Field(description="As 2026-11.")
    state: str = Field(description="open or locked.")
    version: int = Field(description="Counts from 1; each reopening adds one.")
    locked_at: dt.datetime | None = Field(description="Since when it is locked; null: it is open.")
    digest: str | None = Field(description="SHA-256 of the kept sheet of the locked version; null: there is none.")
    lockable: bool = Field(description="Whether nothing blocks the lock of an open month.")
    blockers: list[Blocking] = Field(description="Question marks.")
    obstacles: list[Standing] = Field(description="What stands in the way, also what merely comes too late.")
    people: list[MonthPerson] = Field(description="A line for each person, by code.")
    signatures: list[MonthSignature] = Field(description="Who signed the locked version, in order.")
    known_after_lock: list[Later] = Field(description="Days of which something became known after the lock.")


class Lock(Given):
    version: int | None = _SEEN


class Reopening(Given):
    version: int | None = _SEEN
    reason: str = Field(
        min_length=1, max_length=1000, description="Why, for whoever reads the next version.",
        examples=["Có giấy nghỉ ốm nộp muộn"],
    )  # fmt: skip


class Signing(Given):
    model_config = ConfigDict(extra="forbid", populate_by_name=True)
    as_: Literal["keeper", "section", "approver"] = Field(
        alias="as", description="Who kept the sheet, the head of the section, the approver: in this order."
    )
    digest: str = Field(min_length=64, max_length=64, description="Of the sheet you saw, as the month tells it.")
    password: str = Field(max_length=1024, description="Your password once more.")
