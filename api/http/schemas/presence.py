"""Presence of a unit at a minute."""

from __future__ import annotations

import datetime as dt
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from api.http.schemas.terminals import PullAnswer

_PERSON: dict[str, Any] = {
    "employee": "CC-0057",
    "name": "Lò Thị Mai",
    "unit": "X-TAN-MAI",
    "state": "seen",
    "session": "am",
    "since": "2026-11-20T07:44:10+07:00",
    "since_terminal": "MCC-04",
    "last": "2026-11-20T07:44:10+07:00",
    "last_terminal": "MCC-04",
    "late_min": 14,
    "why": None,
    "read_to": "2026-11-20T08:20:31+07:00",
    "excuse": None,
    "duties": [],
}
_PRESENCE: dict[str, Any] = {
    "unit": "X-TAN-MAI",
    "name": "UBND xã Tân Mai",
    "at": "2026-11-20T08:20:00+07:00",
    "known_at": None,
    "working": True,
    "hours": {
        "day_kind": "workday",
        "session": "am",
        "starts": "2026-11-20T07:30:00+07:00",
        "ends": "2026-11-20T12:00:00+07:00",
        "rule": "schedule.HANH-CHINH",
        "from": "2026-10-16",
        "to": "2027-04-15",
        "document": "TB 650/TB-UBND",
    },
    "counts": {
        "seen": 1, "not_seen": 0, "excused": 0, "unknown": 0, "not_scheduled": 0, "expected": 1, "total": 1,
    },
    "terminals": [
        {"code": "MCC-04", "name": "Cổng chính", "read_to": "2026-11-20T08:20:31+07:00", "state": "healthy"}
    ],
    "people": [_PERSON],
    "pulls": [],
}  # fmt: skip


class OfficialHours(BaseModel):
    model_config = ConfigDict(json_schema_extra={"examples": [_PRESENCE["hours"]]})
    day_kind: str = Field(description="Kind of the day for the unit; `no_hours` where it has none.")
    session: str | None = Field(description="The session under way; null: the minute is outside working time.")
    starts: dt.datetime | None = Field(description="Its start.")
    ends: dt.datetime | None = Field(description="Its end.")
    rule: str | None = Field(description="The hours that decide.")
    from_: dt.date | None = Field(alias="from", description="First date of their version; null: always.")
    to: dt.date | None = Field(description="Last date of it; null: open.")
    document: str = Field(description="The paper it rests on.")


class TerminalFreshness(BaseModel):
    model_config = ConfigDict(json_schema_extra={"examples": _PRESENCE["terminals"]})
    code: str = Field(description="Code of the terminal.")
    name: str = Field(description="Its name at present.")
    read_to: dt.datetime | None = Field(description="Until when it had been read as known then; null: never.")
    state: str | None = Field(description="Its state now; null where what was known earlier was asked for.")


class PresenceExcuse(BaseModel):
    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "kind": "mission",
                    "code": "",
                    "document": "QĐ 45/QĐ-UBND",
                    "approved_at": "2026-11-18T09:00:00+07:00",
                    "approved_after": False,
                }
            ]
        }
    )
    kind: Literal["leave", "mission", "exemption", "explanation"] = Field(description="What kind of paper.")
    code: str = Field(description="Which leave or exemption; empty for whoever may not know reasons.")
    document: str = Field(description="Its number; of all but missions empty for whoever may not know reasons.")
    approved_at: dt.datetime | None = Field(description="When it was approved.")
    approved_after: bool = Field(description="Whether that was at the minute or later.")


class DutyNow(BaseModel):
    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "code": "one_stop",
                    "desk": "Quầy 1",
                    "starts": "2026-11-20T07:30:00+07:00",
                    "ends": "2026-11-20T12:00:00+07:00",
                }
            ]
        }
    )
    code: str = Field(description="Kind of duty.")
    desk: str = Field(description="The desk it fills.")
    starts: dt.datetime = Field(description="Its start.")
    ends: dt.datetime = Field(description="Its end.")


class PersonPresent(BaseModel):
    model_config = ConfigDict(json_schema_extra={"examples": [_PERSON]})
    employee: str = Field(description="Code of the person.")
    name: str = Field(description="Name at present.")
    unit: str = Field(description="Unit they serve in on the date.")
    state: Literal["seen", "not_seen", "excused", "unknown", "not_scheduled"] = Field(
        description="`unknown`: a missing punch proves nothing, see `why`; `not_scheduled`: nothing is due then."
    )
    session: str | None = Field(description="The session due at the minute.")
    since: dt.datetime | None = Field(description="First punch of the session up to the minute; of the date if none.")
    since_terminal: str | None = Field(description="Where it was made.")
    last: dt.datetime | None = Field(description="The last one up to the minute.")
    last_terminal: str | None = Field(description="Where it was made.")
    late_min: int = Field(description="Whole minutes lost before the first punch; 0: none, or nothing is concluded.")
    why: Literal["not_read", "outage", "clock", "no_punch"] | None = Field(description="Why nothing is known.")
    read_to: dt.datetime | None = Field(description="Until when all terminals of this person were read without a gap.")
    excuse: PresenceExcuse | None = Field(description="The paper by which they need not be there.")
    duties: list[DutyNow] = Field(description="Duties of the roster at the minute.")


class PresenceAnswer(PullAnswer):
    model_config = ConfigDict(json_schema_extra={"examples": [_PRESENCE]})
    unit: str = Field(description="Code of the unit.")
    name: str = Field(description="Its name on the date, as known then.")
    at: dt.datetime = Field(description="The minute.")
    known_at: dt.datetime | None = Field(description="What was known then; null: now.")
    working: bool = Field(description="Whether the minute is working time of the unit.")
    hours: OfficialHours = Field(description="Its official hours.")
    counts: dict[str, int] = Field(description="People by state, `expected` of them, and the `total` on the list.")
    terminals: list[TerminalFreshness] = Field(description="The terminals these people depend on.")
    people: list[PersonPresent] = Field(description="By unit in the order of the tree, then by code.")
