"""The sheet of a month: people by dates with the office's signs, as values; made of verdicts, judged no further.

Many days are alike, so a sheet holds each different day once (`cells`) and for every person the places of theirs.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import date, timedelta
from typing import Any

import orjson

from attendance import clock
from attendance.engine.period import MISSING, QUESTION_MARK, MonthLine, OvertimeMinutes, sum_month
from attendance.engine.verdict import DayVerdict
from attendance.rules.policy import Policy

FORM = 1
"""Number of the canonical form: what was signed says by which one."""
NO_DAY = -1
"""A date on which the person did not serve in this unit."""
NOT_JUDGED = -2
"""A date of their service of which nothing is concluded yet."""
MARKS = ("late", "early", "left_post", "missing", "unverified")
"""What a day is marked by beside its signs, in this order."""
NOT_SCHEDULED = "-"


@dataclass(frozen=True, slots=True)
class Cell:
    """A day as a sheet shows it: what kind it is, the sign of each session, what it is marked by; `leave`: there was
    leave in it, which tells `N` of leave from `N` of a stoppage."""

    kind: str
    symbols: tuple[tuple[str, str], ...]
    marks: tuple[str, ...] = ()
    leave: bool = False

    def shares(self) -> dict[str, float]:
        """What part of the day each sign stands for: two sessions are halves."""
        found: dict[str, float] = {}
        for _, sign in self.symbols:
            if sign and sign != NOT_SCHEDULED:
                found[sign] = found.get(sign, 0) + 1 / len(self.symbols)
        return found


@dataclass(frozen=True, slots=True)
class Line:
    """A person of a sheet; `days`: the place of each date's cell, or NO_DAY, or NOT_JUDGED."""

    employee: str
    name: str
    days: tuple[int, ...]
    sums: MonthLine


@dataclass(frozen=True, slots=True)
class Timesheet:
    """A month (its first day) of a unit; `kinds`: what each date is for most of its people; lines by code."""

    unit: str
    month: date
    kinds: tuple[str, ...]
    cells: tuple[Cell, ...]
    lines: tuple[Line, ...]

    @property
    def dates(self) -> tuple[date, ...]:
        return dates_of(self.month)


def dates_of(month: date) -> tuple[date, ...]:
    return tuple(month + timedelta(days=n) for n in range(clock.month_end(month).day))


@dataclass(slots=True)
class CellBook:
    """Gathers the different days of a sheet."""

    cells: list[Cell] = field(default_factory=list)
    places: dict[Cell, int] = field(default_factory=dict)

    def place(self, cell: Cell) -> int:
        found = self.places.get(cell)
        if found is None:
            found = self.places[cell] = len(self.cells)
            self.cells.append(cell)
        return found


def from_verdicts(
    unit: str, month: date, days: Iterable[DayVerdict], names: Mapping[str, str], policy: Policy
) -> Timesheet:
    """The sheet of the days that some people served in a unit in a month."""
    book, dates = CellBook(), dates_of(month)
    by_person: dict[str, dict[date, DayVerdict]] = {}
    for verdict in days:
        by_person.setdefault(verdict.employee, {})[verdict.on] = verdict
    lines = []
    for employee, mine in sorted(by_person.items()):
        places = tuple(book.place(_cell(mine[on])) if on in mine else NO_DAY for on in dates)
        ordered = [mine[on] for on in sorted(mine)]
        lines.append(Line(employee, names.get(employee, ""), places, sum_month(ordered, policy)))
    return Timesheet(unit, month, most_common_kinds(book.cells, lines, dates), tuple(book.cells), tuple(lines))


def most_common_kinds(cells: list[Cell], lines: Iterable[Line], dates: tuple[date, ...]) -> tuple[str, ...]:
    """What each date is for most people; by its weekday where nothing is concluded of anybody."""
    columns = list(zip(*(line.days for line in lines), strict=True)) or [()] * len(dates)
    found = []
    for on, column in zip(dates, columns, strict=True):
        kinds: Counter[str] = Counter()
        for place, times in Counter(column).items():
            if place >= 0:
                kinds[cells[place].kind] += times
        usual = "weekend" if on.weekday() >= 5 else "workday"
        found.append(kinds.most_common(1)[0][0] if kinds else usual)
    return tuple(found)


def marks_of(symbols: Iterable[tuple[str, str]], violations: Iterable[tuple[str, str]]) -> tuple[str, ...]:
    """By what a day is marked, from its signs and the (type, status) of its violations. What was wholly excused marks
    nothing; a question mark without a missing punch is a day that cannot be verified."""
    found = {kind for kind, status in violations if kind not in MISSING and status != "excused"}
    if any(sign == QUESTION_MARK for _, sign in symbols):
        waits = any(kind in MISSING and status == "pending" for kind, status in violations)
        found.add("missing" if waits else "unverified")
    return tuple(mark for mark in MARKS if mark in found)


def _cell(verdict: DayVerdict) -> Cell:
    marks = marks_of(verdict.symbols, [(v.type, v.status) for v in verdict.violations])
    return Cell(verdict.day_kind, tuple(verdict.symbols), marks, verdict.leave_min > 0)


def canonical(sheet: Timesheet, seals: Mapping[str, str], **more: Any) -> bytes:
    """The sheet as the one JSON text that is digested and signed: the same sheet gives the same bytes, anywhere.

    `seals`: by code, what stands for the name of each person. `more`: version, moment and rules of the lock.
    """
    order = sorted(range(len(sheet.cells)), key=lambda place: _plain(sheet.cells[place]))
    places = {old: new for new, old in enumerate(order)}
    content = {
        "form": FORM,
        "unit": sheet.unit,
        "month": sheet.month.strftime("%Y-%m"),
        "kinds": sheet.kinds,
        "cells": [_plain(sheet.cells[place]) for place in order],
        "people": [
            {
                "employee": line.employee,
                "name": seals[line.employee],
                "days": [places.get(place, place) for place in line.days],
                "sums": asdict(line.sums),
            }
            for line in sheet.lines
        ],
        **more,
    }
    return orjson.dumps(content, option=orjson.OPT_SORT_KEYS)


def _plain(cell: Cell) -> list[Any]:
    return [cell.kind, cell.leave, [list(pair) for pair in cell.symbols], list(cell.marks)]


def read_canonical(content: bytes, names: Mapping[str, str]) -> Timesheet:
    """The sheet that `canonical` wrote; `names` by code."""
    plain = orjson.loads(content)
    cells = tuple(
        Cell(kind, tuple((part, sign) for part, sign in symbols), tuple(marks), leave)
        for kind, leave, symbols, marks in plain["cells"]
    )
    lines = tuple(
        Line(each["employee"], names.get(each["employee"], ""), tuple(each["days"]), _sums(each["sums"]))
        for each in plain["people"]
    )
    month = date.fromisoformat(f"{plain['month']}-01")
    return Timesheet(plain["unit"], month, tuple(plain["kinds"]), cells, lines)


def _sums(plain: dict[str, Any]) -> MonthLine:
    return MonthLine(**{**plain, "overtime_min": OvertimeMinutes(**plain["overtime_min"])})
