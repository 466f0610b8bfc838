"""What stands in the way of locking a month, each with the place where it is settled.

Those of BLOCKING must be settled first: they leave a question mark. The others are what would come too late: what is
decided after the lock changes nothing in it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

import orjson

from attendance import clock
from attendance.engine.period import QUESTION_MARK
from attendance.engine.timesheet import NOT_JUDGED, Timesheet
from attendance.errors import Invalid, NoVersionInForce
from attendance.rules.rulebook import Rulebook
from attendance.store import (
    listing_explanations,
    listing_papers,
    month_reading,
    office,
    questions,
    restorations,
    rulebook_reading,
    terminal_reading,
)
from attendance.store.database import Session
from attendance.store.listing_papers import Asked
from attendance.store.month_reading import Serving
from attendance.store.tables import ScheduleRow, UnitRow
from attendance.store.tree import StoredTree
from attendance.store.within import Within

OBSTACLES = (
    "not_over", "no_hours", "not_judged", "missing", "outage", "not_read", "terminals", "explanations", "papers",
    "restored",
)  # fmt: skip
BLOCKING = frozenset({"not_over", "no_hours", "not_judged", "missing", "outage", "not_read"})
_MOST = 500


@dataclass(frozen=True, slots=True)
class Item:
    """One thing of an obstacle: a person and date, a terminal (`key`, `name`, read until `at`), a paper or an
    explanation (`key`: its number), a restoration (from `on` to `at`, what was entered is lost). `code`: whose it is,
    where the key does not say it."""

    key: str
    name: str = ""
    on: date | None = None
    at: datetime | None = None
    code: str = ""


@dataclass(frozen=True, slots=True)
class Obstacle:
    """`kind` is one of OBSTACLES; `total` how many there are, of which `items` are the first."""

    kind: str
    items: tuple[Item, ...]
    total: int

    @property
    def blocks(self) -> bool:
        return self.kind in BLOCKING


def obstacles(
    session: Session, zone: str, unit: UnitRow, sheet: Timesheet, now: datetime, *, reasons: Within, explained: Within
) -> list[Obstacle]:
    """In the order of OBSTACLES, those that are there. `sheet`: as it stands; `reasons`: whose the reader may know;
    `explained`: whose explanations they may read, of any other it is told how many there are."""
    month, last, unit_id = sheet.month, clock.month_end(sheet.month), office.key(unit)
    serving = month_reading.serving(session, unit_id, month, last)
    found: dict[str, list[Item]] = {kind: [] for kind in OBSTACLES}
    if clock.today(now, zone) <= last:
        found["not_over"].append(Item(unit.code, on=last))
    flags = {(employee, on): text for employee, on, text in month_reading.flagged(session, unit_id, month, last)}
    numbers = {each.employee: each.employee_id for each in serving}
    book = rulebook_reading.read_rulebook(session)
    schedules = questions.codes(session, ScheduleRow)
    for line in sheet.lines:
        number = numbers.get(line.employee, 0)
        for on, place in zip(sheet.dates, line.days, strict=True):
            kind = None
            if place == NOT_JUDGED:
                kind = "not_judged" if _has_hours(book, unit.code, schedules, serving, number, on) else "no_hours"
            elif place >= 0 and any(sign == QUESTION_MARK for _, sign in sheet.cells[place].symbols):
                kind = _why_open(sheet.cells[place].marks, flags.get((number, on), "[]"))
            if kind is not None:
                found[kind].append(Item(line.employee, line.name, on))
    found["terminals"] += _unread(session, unit_id, serving, last) if not found["not_over"] else []
    undecided = listing_explanations.undecided(session, [unit_id], month, last)
    found["explanations"] += [
        Item(str(each.explanation_id), each.name or each.employee, each.on, code=each.employee)
        for each in undecided
        if explained.sees(each.unit_id, each.employee_id)
    ]
    found["restored"] += _restored(session, zone, month, last)
    papers, waiting = _proposed(session, unit_id, month, last, reasons)
    found["papers"] += papers
    totals = {kind: len(items) for kind, items in found.items()} | {"papers": waiting, "explanations": len(undecided)}
    return [Obstacle(kind, tuple(items[:_MOST]), totals[kind]) for kind, items in found.items() if totals[kind]]


def _why_open(marks: Sequence[str], flags: str) -> str:
    if "missing" in marks:
        return "missing"
    raised = orjson.loads(flags)
    return "outage" if {"terminal_outage", "terminal_clock_invalid"} & set(raised) else "not_read"


def _has_hours(
    book: Rulebook, unit: str, schedules: dict[int | None, str], serving: list[Serving], number: int, on: date
) -> bool:
    mine = (each for each in serving if each.employee_id == number)
    own = next((each.schedule_id for each in mine if each.from_on <= on <= (each.to_on or on)), None)
    try:
        book.plan(unit, schedules.get(own) if own is not None else None, on)
    except NoVersionInForce:
        return False
    return True


def _unread(session: Session, unit_id: int, serving: list[Serving], last: date) -> Iterator[Item]:
    """The terminals that the unit's people depend on and that were not read past the end of the month."""
    named = {code for each in serving for code in orjson.loads(each.terminals)}
    sites = [site for site in office.terminals(session) if site.in_use]
    if any(each.terminals == "[]" for each in serving):
        stored = StoredTree(session)
        placed = {site.code: stored.tree.standing(stored.codes[site.unit_id], last) for site in sites}
        near = stored.tree.nearest(stored.codes[unit_id], last, set(placed.values()))
        named |= {code for code, place in placed.items() if place == near}
    until, over = terminal_reading.read_until(session), datetime.combine(last, time()) + timedelta(days=1)
    for site in sites:
        read = until.get(site.id or 0)
        if site.code in named and (read is None or read < over):
            yield Item(site.code, site.name or site.code, at=read)


def _restored(session: Session, zone: str, month: date, last: date) -> Iterator[Item]:
    """Restorations after which nobody said that what was lost has been entered again: a leave of this month may be."""

    def wall(at: datetime) -> datetime:
        return clock.to_wall(at, zone)

    for one in restorations.unsettled(session, wall):
        if one.settled_at is None and wall(one.restored_at).date() >= month:
            yield Item("", on=wall(one.data_at).date(), at=wall(one.restored_at))


def _proposed(session: Session, unit_id: int, first: date, last: date, reasons: Within) -> tuple[list[Item], int]:
    asked = Asked(status="proposed", from_on=first, to_on=last)
    within = Within(frozenset({unit_id}))
    found = listing_papers.papers(session, within, reasons, asked, limit=_MOST, offset=0)
    return [
        Item(str(row["id"]), row["name"] or "", row["from"], code=row["employee"] or "") for row in found.rows
    ], found.total


def check_over(zone: str, month: date, now: datetime) -> None:
    """Raises Invalid where a month is not over: days to come have no question mark where nobody has to punch."""
    last = clock.month_end(month)
    if clock.today(now, zone) <= last:
        raise Invalid(f"{month:%Y-%m} ends only with {last}; lock it after that.")


def settled(found: list[Obstacle]) -> bool:
    """Whether nothing blocks the lock any more."""
    return not any(obstacle.blocks for obstacle in found)
