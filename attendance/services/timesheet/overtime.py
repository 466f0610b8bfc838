"""The overtime of a unit in a month: what the engine counted, the orders behind it, which of them say nothing yet."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import orjson

from attendance import clock
from attendance.engine.locks import MonthState
from attendance.engine.ordered import NOT_WORKED, UNKNOWN, WORKED, Ordered, lines_of, ordered
from attendance.engine.overtime import OvertimeLine
from attendance.engine.plain import overtime_line
from attendance.engine.run import evaluate
from attendance.errors import NoVersionInForce
from attendance.store import (
    case_reading,
    month_events,
    month_reading,
    office,
    ordered_overtime,
    people,
    rulebook_reading,
)
from attendance.store.database import Session
from attendance.store.ordered_overtime import Order
from attendance.store.tables import UnitRow

KINDS = ("NT", "NN", "NL")
"""On a working day; on Saturday, Sunday or a day off in their place; on a holiday."""
NIGHT = "Đ"
__all__ = ["KINDS", "NIGHT", "NOT_WORKED", "UNKNOWN", "WORKED", "OrderShown", "OvertimeDay", "OvertimePerson",
           "OvertimeSheet", "overtime_sheet"]  # fmt: skip


@dataclass(frozen=True, slots=True)
class OrderShown:
    """An order with its paper: `state` is WORKED, NOT_WORKED, or UNKNOWN while the terminals were not read past it."""

    starts: datetime
    ends: datetime
    document: str
    paper: int | None
    state: str


@dataclass(frozen=True, slots=True)
class OvertimeDay:
    """A date of a person: the stretches counted on it, in order, and the orders they rest on."""

    on: date
    lines: tuple[OvertimeLine, ...]
    orders: tuple[OrderShown, ...]
    is_unknown: bool


@dataclass(frozen=True, slots=True)
class OvertimePerson:
    """Somebody with an order in the unit's month. `sums`: whole minutes by kind as in KINDS, then at night."""

    number: int
    code: str
    name: str
    days: tuple[OvertimeDay, ...]
    sums: tuple[int, int, int, int]


@dataclass(frozen=True, slots=True)
class OvertimeSheet:
    """People by code; `kinds`: what each date of the month is in the unit. `is_draft`: the month is open, or an order
    of it is not known; such a sheet is no paper."""

    unit: str
    name: str
    month: date
    state: MonthState
    kinds: tuple[str, ...]
    people: tuple[OvertimePerson, ...]

    @property
    def unknown(self) -> int:
        """How many person-days are not known."""
        return sum(day.is_unknown for person in self.people for day in person.days)

    @property
    def is_draft(self) -> bool:
        return self.state.locked_at is None or self.unknown > 0


def overtime_sheet(session: Session, zone: str, unit: UnitRow, name: str, month: date, now: datetime) -> OvertimeSheet:
    """What stands of a month up to `now`; of a locked one what was known at its lock. Sums are those of the engine's
    lines.

    An order of a day that waits to be judged, or of which what is stored is not what would be concluded, is unknown.
    """
    first, last, unit_id = month, clock.month_end(month), office.key(unit)
    state = month_events.states(session).get((unit.code, month), MonthState())
    stored: dict[tuple[int, date], tuple[OvertimeLine, ...]] = {
        (number, on): tuple(overtime_line(row) for row in orjson.loads(text))
        for number, on, text in ordered_overtime.counted(session, unit_id, first, last)
    }
    filed = ordered_overtime.orders(session, unit_id, first, last)
    numbers = sorted({order.employee_id for order in filed} | {number for number, _ in stored})
    kinds = _kinds(session, unit.code, first, last)
    if not numbers:
        return OvertimeSheet(unit.code, name, month, state, kinds, ())
    seen, counted = _judged(session, zone, unit.code, first, last, numbers, state.locked_at)
    papers = {(order.employee, order.starts, order.ends): order for order in filed}
    waiting = month_reading.waiting(session, unit_id, first, last) if state.locked_at is None else set()
    named = people.names(session, numbers)
    wall_now = clock.to_wall(now, zone)
    found = []
    for number in numbers:
        code, full_name = named[number]
        mine = [each for each in seen.get(code, []) if each.order.starts <= wall_now]
        dates = sorted({each.on for each in mine} | {on for who, on in stored if who == number})
        days = tuple(
            _day(on, stored.get((number, on), ()), counted.get((code, on), ()), (number, on) in waiting,
                 [each for each in mine if each.on == on], papers)
            for on in dates
        )  # fmt: skip
        if days:
            found.append(OvertimePerson(number, code, full_name, days, _sums(days)))
    return OvertimeSheet(unit.code, name, month, state, kinds, tuple(sorted(found, key=lambda each: each.code)))


def _kinds(session: Session, unit: str, first: date, last: date) -> tuple[str, ...]:
    """What each date is in the unit; by its weekday where no hours are in force."""
    book = rulebook_reading.read_rulebook(session)
    found = []
    for at in range((last - first).days + 1):
        on = first + timedelta(days=at)
        try:
            found.append(book.plan(unit, None, on).kind)
        except NoVersionInForce:
            found.append("weekend" if on.weekday() >= 5 else "workday")
    return tuple(found)


def _judged(
    session: Session, zone: str, unit: str, first: date, last: date, numbers: list[int], as_of: datetime | None
) -> tuple[dict[str, list[Ordered]], Mapping[tuple[str, date], Iterable[OvertimeLine]]]:
    """Orders by person that count for the unit, the lines that would be concluded now (of a locked month: then)."""
    read = case_reading.read_case(session, zone, first, last, employee_ids=numbers, as_of=as_of)
    judgement = evaluate(read.case, first, last, unruled=[])
    by_person: dict[str, list[Ordered]] = {}
    for each in ordered(judgement):
        if each.unit == unit:
            by_person.setdefault(each.order.employee, []).append(each)
    return by_person, lines_of(judgement)


def _day(
    on: date,
    lines: tuple[OvertimeLine, ...],
    concluded: Iterable[OvertimeLine],
    waits: bool,
    mine: list[Ordered],
    papers: Mapping[tuple[str, datetime, datetime], Order],
) -> OvertimeDay:
    shown = []
    for each in mine:
        paper = papers.get((each.order.employee, each.order.starts, each.order.ends))
        shown.append(
            OrderShown(each.order.starts, each.order.ends, paper.document if paper is not None else "",
                       paper.paper if paper is not None else None, each.state)
        )  # fmt: skip
    stale = waits or tuple(concluded) != lines
    return OvertimeDay(on, lines, tuple(shown), stale or any(each.state == UNKNOWN for each in mine))


def _sums(days: Iterable[OvertimeDay]) -> tuple[int, int, int, int]:
    lines = [line for day in days for line in day.lines]
    by_kind = [sum(line.minutes for line in lines if line.kind == kind) for kind in KINDS]
    return by_kind[0], by_kind[1], by_kind[2], sum(line.night_min for line in lines)
