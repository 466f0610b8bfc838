"""One's own page marks each day by the one thing that asks most of the person, and sums what counts."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from reports.person import DAY_MARKS, MarkedDay, marked_day, sums_of

ON = date(2026, 11, 23)


def occurrence(kind: str, counted: int = 0, status: str = "counted", minutes: int | None = None) -> dict[str, Any]:
    return {"type": kind, "status": status, "counted_min": counted, "minutes": counted if minutes is None else minutes}


def day(*found: dict[str, Any], **changed: Any) -> dict[str, Any]:
    row = {
        "date": ON, "day_kind": "workday", "scheduled_min": 480, "credited_min": 480, "leave_min": 0,
        "unverified_min": 0, "symbols": {"am": "+", "pm": "+"}, "violations": list(found),
    }  # fmt: skip
    return row | changed


LATE = occurrence("late", 16)
MISSING = occurrence("missing_out", 0, "pending", 0) | {"minutes": None}
EXCUSED = occurrence("late", 0, "excused", 16)
CASES = {
    "all there": (day(), MarkedDay(ON, "present")),
    "late": (day(LATE), MarkedDay(ON, "late", 16, 1)),
    "a little late": (day(occurrence("late", 15)), MarkedDay(ON, "late", 15, 0)),
    "early and late are one mark with all minutes": (
        day(LATE, occurrence("early", 50)),
        MarkedDay(ON, "late", 66, 2),
    ),
    "absent before all": (day(LATE, occurrence("absent", 270)), MarkedDay(ON, "absent", 286, 2)),
    "a missing punch before lateness": (day(LATE, MISSING, unverified_min=210), MarkedDay(ON, "missing")),
    "a missing punch that was refused counts": (
        day(occurrence("missing_out", 210)),
        MarkedDay(ON, "missing", 210, 2),
    ),
    "excused, its minutes still told": (day(EXCUSED), MarkedDay(ON, "excused", 16)),
    "excused in part": (
        day(occurrence("late", 6, "partly_excused", 16)),
        MarkedDay(ON, "late", 6, 0),
    ),
    "not known": (day(unverified_min=480, credited_min=0), MarkedDay(ON, "unverified")),
    "leave with its sign": (
        day(leave_min=270, symbols={"am": "Ô", "pm": "+"}),
        MarkedDay(ON, "leave", sign="Ô"),
    ),
    "mission": (day(symbols={"am": "CT", "pm": "+"}), MarkedDay(ON, "mission")),
    "weekend": (day(day_kind="weekend", scheduled_min=0), MarkedDay(ON, "off")),
    "holiday": (day(day_kind="holiday", scheduled_min=0), MarkedDay(ON, "holiday")),
    "not employed": (day(day_kind="not_employed", scheduled_min=0), MarkedDay(ON, "none")),
    "a duty on a weekend is work": (day(day_kind="weekend"), MarkedDay(ON, "present")),
    "closed": (day(day_kind="stoppage"), MarkedDay(ON, "stoppage")),
}


@pytest.mark.parametrize("name", CASES)
def test_a_day_is_marked_by_what_asks_most(name: str) -> None:
    row, expected = CASES[name]
    assert marked_day(row) == expected
    assert expected.mark in DAY_MARKS


def test_sums_count_what_counts_and_tell_the_excused_apart() -> None:
    rows = [
        day(LATE),
        day(EXCUSED),
        day(MISSING, unverified_min=210, credited_min=270),
        day(unverified_min=480, credited_min=0),
        day(occurrence("absent", 480), credited_min=0),
        day(day_kind="weekend", scheduled_min=0, credited_min=0),
        day(leave_min=480, credited_min=0),
    ]
    sums = sums_of(ON.replace(day=1), rows)
    assert (sums.days, sums.scheduled_min, sums.credited_min, sums.leave_min) == (6, 2880, 1230, 480)
    assert (sums.late, sums.late_min, sums.absent, sums.absent_min) == (1, 16, 1, 480)
    assert (sums.missing, sums.excused, sums.unverified_days) == (1, 1, 1)
    assert not sums.is_clear
    assert sums_of(ON, [day(), day(EXCUSED)]).is_clear
