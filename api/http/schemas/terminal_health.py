"""The health of a terminal: its state, what to do next, alarms, operations, the history of its clock."""

from __future__ import annotations

import datetime as dt
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

HealthState = Literal["healthy", "late", "unreachable", "refused", "unverified", "full_soon"]

_ALARM = {
    "id": 14,
    "kind": "clock_off",
    "subject": "",
    "params": {"offset": 420},
    "sentence": "Its clock is 7 minutes fast.",
    "raised_at": "2026-11-20T10:05:12+00:00",
    "pull": 812,
    "ended_at": None,
    "seen_by": None,
    "seen_at": None,
}
_STATE = {
    "state": "late",
    "reason": "late",
    "sentence": "Nothing is concluded past this time.",
    "next_step": "Read it now; if it stays late, check that the service is running.",
    "since": "2026-11-20T10:05:12+00:00",
}
_SETTING = {
    "set_at": "2026-11-20T10:05:12+00:00",
    "set_by": "Hoàng Thị Lan",
    "reason": "Đồng hồ nhanh 7 phút, biên bản 12/BB-VP",
    "offset_before": 420,
    "offset_after": 0,
    "outcome": "ok",
    "message": "",
}


class Alarm(BaseModel):
    model_config = ConfigDict(json_schema_extra={"examples": [_ALARM]})
    id: int = Field(description="Number of the alarm.")
    kind: str = Field(description="What it is about: clock_off, past_changed, new_administrator, log_erased, …")
    subject: str = Field(description="What tells it from others of its kind: a user number, a day, a moment.")
    params: dict[str, Any] = Field(description="What its sentence names.")
    sentence: str = Field(description="One sentence for people.")
    raised_at: dt.datetime = Field(description="When it was raised.")
    pull: int = Field(description="The pull that showed it.")
    ended_at: dt.datetime | None = Field(description="When it ended; null: it is open.")
    seen_by: str | None = Field(description="Who acknowledged it; null: nobody yet.")
    seen_at: dt.datetime | None = Field(description="When it was acknowledged.")


class TerminalState(BaseModel):
    model_config = ConfigDict(json_schema_extra={"examples": [_STATE]})
    state: HealthState | None = Field(
        description="The first that holds of refused, unverified, unreachable, late, full_soon, healthy; null: out of "
        "use."
    )
    reason: str = Field(description="Why, as a code.")
    sentence: str = Field(description="Why, in one sentence.")
    next_step: str = Field(description="What to do next.")
    since: dt.datetime | None = Field(description="Since when, where that is known.")


class Operation(BaseModel):
    at: dt.datetime | None = Field(description="The terminal's own time; null: the log holds no date there.")
    code: int = Field(description="Code of what was done, as the terminal wrote it.")
    name: str = Field(description="Name of the code; the code itself where it has none.")
    word: str = Field(description="What was done, for people.")
    objects: list[int] = Field(description="The four numbers of the line; what they mean depends on the code.")
    pull: int = Field(description="The pull that brought the line first.")


class CoverageSpan(BaseModel):
    from_: dt.datetime = Field(alias="from", description="Terminal time from which on its log was read without a gap.")
    until: dt.datetime = Field(description="Terminal time up to which it was.")


class ClockReading(BaseModel):
    from_: dt.datetime | None = Field(
        alias="from", description="Terminal time from which on it holds; null: from the beginning."
    )
    offset_seconds: int = Field(description="Terminal time minus true time.")
    recorded_at: dt.datetime = Field(description="When it was measured.")


class ClockSetting(BaseModel):
    model_config = ConfigDict(json_schema_extra={"examples": [_SETTING]})
    set_at: dt.datetime = Field(description="When the clock was set, or tried to.")
    set_by: str = Field(description="Who asked for it.")
    reason: str = Field(description="Why.")
    offset_before: int | None = Field(description="Terminal time minus true time before; null: not known.")
    offset_after: int | None = Field(description="The same afterwards; null: not known.")
    outcome: str = Field(description="`ok`, `not_taken`, or the name of what went wrong.")
    message: str = Field(description="One sentence; empty when all went well.")


class TerminalHealth(TerminalState):
    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "terminal": "MCC-01",
                    "name": "Máy chấm công cổng chính",
                    **_STATE,
                    "reachable": True,
                    "key_ok": True,
                    "serial_ok": True,
                    "serial": "BJ2C194260123",
                    "outcome": "ok",
                    "message": "",
                    "last_attempt_at": "2026-11-20T10:05:12+00:00",
                    "last_good_pull_at": "2026-11-20T10:05:12+00:00",
                    "complete_until": "2026-11-20T17:05:11+07:00",
                    "failures": 0,
                    "clock_offset_seconds": 420,
                    "records": 84210,
                    "capacity": 100000,
                    "fill_percent": 84.2,
                    "full_on": "2026-12-19",
                    "alarms": [_ALARM],
                    "alarm_history": [_ALARM],
                    "operations": [
                        {
                            "at": "2026-11-20T09:58:00+07:00",
                            "code": 4,
                            "name": "menu_entered",
                            "word": "Menu entered",
                            "objects": [1, 0, 0, 0],
                            "pull": 812,
                        }
                    ],
                    "coverage": [{"from": "2026-09-30T10:00:00+07:00", "until": "2026-11-20T17:05:11+07:00"}],
                    "clock_history": [
                        {"from": None, "offset_seconds": 420, "recorded_at": "2026-11-20T10:05:12+00:00"}
                    ],
                    "clock_settings": [_SETTING],
                }
            ]
        }
    )
    terminal: str = Field(description="Code of the terminal.")
    name: str = Field(description="Where it hangs.")
    reachable: bool | None = Field(description="Whether the last attempt found it; null: it says nothing of that.")
    key_ok: bool | None = Field(description="Whether it took the communication key; null: it was not asked.")
    serial_ok: bool | None = Field(description="Whether its serial is the registered one; null: it was not told.")
    serial: str | None = Field(description="The registered serial number.")
    outcome: str | None = Field(description="Outcome of the last attempt, or of the last file; null: there was none.")
    message: str = Field(description="Its sentence; empty when all went well.")
    last_attempt_at: dt.datetime | None = Field(description="When it ended.")
    last_good_pull_at: dt.datetime | None = Field(description="When the last good pull ended.")
    complete_until: dt.datetime | None = Field(description="Terminal time up to which its log is complete.")
    failures: int = Field(description="Attempts that failed since the last good pull.")
    clock_offset_seconds: int | None = Field(description="Terminal time minus true time; null: not measured.")
    records: int | None = Field(description="Records in its log at the last count; null: not counted lately.")
    capacity: int | None = Field(description="Records it can hold; null: it does not say.")
    fill_percent: float | None = Field(description="The first of the second, in percent.")
    full_on: dt.date | None = Field(description="The day it is full at the present rate; null: cannot be told.")
    alarms: list[Alarm] = Field(description="Alarms that are open, in the order they were raised.")
    alarm_history: list[Alarm] = Field(description="The newest alarms, ended ones too, newest first.")
    operations: list[Operation] = Field(description="What was done at the terminal itself, newest first.")
    coverage: list[CoverageSpan] = Field(description="When its log was read without a gap, newest first.")
    clock_history: list[ClockReading] = Field(description="How its clock was measured, newest first.")
    clock_settings: list[ClockSetting] = Field(description="How its clock was set from here, newest first.")
