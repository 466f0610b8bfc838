"""What would change if other rules were in force: the office's own facts judged under both, nothing stored."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from datetime import date, timedelta
from typing import Any

from attendance.engine.blocks import PEOPLE, split
from attendance.engine.case import Case
from attendance.engine.run import evaluate
from attendance.engine.verdict import DayVerdict, verdicts
from attendance.errors import Invalid, NoVersionInForce
from attendance.rules.overlay import overlay, own_schedule, placed
from attendance.rules.rulebook import Rulebook
from attendance.rules.written import RuleFile
from attendance.services.rules import refuse_overruled, under_schedule
from attendance.store import case_reading, month_events, office, people, tree
from attendance.store.database import Database, Session
from attendance.store.rulebook_reading import read_rulebook

STORED = "stored"
_SUMS = ("scheduled_min", "worked_min", "credited_min", "leave_min", "unverified_min")
_LISTS = ("duties", "overtime", "findings")


@dataclass(frozen=True, slots=True)
class Change:
    """A conclusion that would be another: of a session, or (`session` None) of a day no session of which changes.

    `before` and `after` of a session: `symbol` and `violations`; of a day: those of its fields that differ. `unit`:
    the code of that where the person serves on that date.
    """

    employee: str
    name: str
    unit: str
    on: date
    session: str | None
    before: dict[str, Any]
    after: dict[str, Any]


class TooMuch(Invalid):
    """A trial over more days than may be judged while somebody waits: `days` of at most `most`."""

    code = "too_much"

    def __init__(self, days: int, most: int) -> None:
        super().__init__(
            f"This would judge {days} days of people, at most {most} at a time; choose a unit further down or fewer "
            "dates."
        )
        self.days, self.most = days, most


@dataclass(frozen=True, slots=True)
class WhatIf:
    """`old` and `new` are the fingerprints of the rulebooks compared; `days` how many days were judged under both.

    `locked`: days of locked months, which no rule changes until the head reopens them; they are not among `days`.
    `units`: the codes of those where the people served whose days were judged.
    """

    old: str
    new: str
    days: int
    locked: int
    changes: tuple[Change, ...]
    units: frozenset[str]


def compare(
    database: Database,
    zone: str,
    old: RuleFile | None,
    new: RuleFile | None,
    from_on: date,
    to_on: date,
    *,
    unit: str | None = None,
    schedule: str | None = None,
    most: int | None = None,
) -> WhatIf:
    """Judge a span of dates under two rulebooks, a month at a time: a file's rules over the stored ones; None: stored.

    `unit`: only people of it and those below, and where a province's rules hold; `schedule` as for adoption; `most`:
    how many days of people may be judged, None: any. Raises TooMuch before any work where they are more; Refused where
    adopting a file would be refused; NoVersionInForce where the new rules have no hours on a date that is judged under
    the old ones. A date that has hours only under the new ones is concluded from nothing.
    """
    if to_on < from_on:
        raise Invalid(f"The last date {to_on} lies before the first {from_on}; swap them.")
    with database.reading() as session:
        stored = read_rulebook(session)
        names = dict(people.everybody(session))
        books = [_applied(session, stored, file, set(names), unit, schedule) for file in (old, new)]
        within = tree.spread_of(session, unit, from_on, to_on) if unit else None
        if most is not None and (days := _days_of_people(session, from_on, to_on, within)) > most:
            raise TooMuch(days, most)
        locked_months = {key for key, state in month_events.states(session).items() if state.locked_at is not None}
        changes: list[Change] = []
        units: set[str] = set()
        days = locked = 0
        for first, last in _months(from_on, to_on):
            for before, after in _judged(session, zone, books, first, last, within):
                if (after.unit, after.on.replace(day=1)) in locked_months:
                    locked += 1
                    continue
                days += 1
                units.add(after.unit or "")
                changes += _changes(names.get(after.employee, ""), before, after)
    return WhatIf(books[0].fingerprint, books[1].fingerprint, days, locked, tuple(changes), frozenset(units))


def _applied(
    session: Session, stored: Rulebook, file: RuleFile | None, known: set[str], unit: str | None, schedule: str | None
) -> Rulebook:
    """The stored rules with those of a file over them."""
    if file is None:
        return stored
    file = under_schedule(file, schedule)
    scope = placed(file, stored.tree, known, unit)
    own_schedule(stored, file, scope)
    book = overlay(stored, file, scope)
    refuse_overruled(session, book, file, scope)
    return book


def _days_of_people(session: Session, from_on: date, to_on: date, within: tree.Spread | None) -> int:
    """How many dates of a span people serve on, everybody's together."""
    return sum(
        (min(row.to_on or to_on, to_on) - max(row.from_on, from_on)).days + 1
        for row in office.assignments_between(session, from_on, to_on)
        if within is None or tree.meets(within, row.unit_id, row.from_on, row.to_on)
    )


def _months(from_on: date, to_on: date) -> Iterator[tuple[date, date]]:
    first = from_on
    while first <= to_on:
        following = (first.replace(day=28) + timedelta(days=4)).replace(day=1)
        yield first, min(to_on, following - timedelta(days=1))
        first = following


def _judged(
    session: Session, zone: str, books: list[Rulebook], first: date, last: date, within: tree.Spread | None
) -> Iterator[tuple[DayVerdict | None, DayVerdict]]:
    """The verdicts of the dates under both rulebooks, pair by pair; None where only the new one has hours."""
    wanted = None
    if within is not None:
        rows = office.assignments_between(session, first, last)
        wanted = sorted({r.employee_id for r in rows if tree.meets(within, r.unit_id, r.from_on, r.to_on)})
    read = case_reading.read_case(session, zone, first, last, employee_ids=wanted)
    for part in split(read.case, PEOPLE):
        lost: list[NoVersionInForce] = []
        old = {(v.employee, v.on): v for v in _verdicts(part, books[0], first, last, [])}
        new = {(v.employee, v.on): v for v in _verdicts(part, books[1], first, last, lost)}
        gone = {on for _, on in old.keys() - new.keys()}
        for error in lost:
            if error.on in gone:
                raise error
        for key, verdict in new.items():
            unit = read.unit_ids.get(verdict.unit or "", 0)
            if within is None or tree.holds_in(within, unit, verdict.on):
                yield old.get(key), verdict


def _verdicts(
    case: Case, book: Rulebook, first: date, last: date, unruled: list[NoVersionInForce]
) -> Iterator[DayVerdict]:
    return verdicts(evaluate(replace(case, rulebook=book), first, last, unruled=unruled))


def _changes(name: str, before: DayVerdict | None, after: DayVerdict) -> Iterator[Change]:
    """What differs of a day, session by session; what differs only in sums or flags, once for the day."""
    old, new = _sessions(before) if before else {}, _sessions(after)
    found = False
    for session in dict.fromkeys([*old, *new]):
        then, now = old.get(session, _NOTHING), new.get(session, _NOTHING)
        if then != now:
            found = True
            yield Change(after.employee, name, after.unit or "", after.on, session, then, now)
    if before is not None and not found and _day(before) != _day(after):
        differs = [field for field, value in _day(before).items() if value != _day(after)[field]]
        then, now = ({field: _day(verdict)[field] for field in differs} for verdict in (before, after))
        yield Change(after.employee, name, after.unit or "", after.on, None, then, now)


_NOTHING: dict[str, Any] = {"symbol": "", "violations": []}


def _sessions(verdict: DayVerdict) -> dict[str, dict[str, Any]]:
    signs = dict(verdict.symbols)
    return {
        session: {
            "symbol": signs.get(session, ""),
            "violations": [
                {
                    "type": v.type,
                    "minutes": v.minutes,
                    "excused_min": v.excused_min,
                    "counted_min": v.counted_min,
                    "status": v.status,
                }
                for v in verdict.violations
                if v.session == session
            ],
        }
        for session in dict.fromkeys([*signs, *(v.session for v in verdict.violations)])
    }


def _day(verdict: DayVerdict) -> dict[str, Any]:
    """Everything concluded of a day besides its sessions; what it cites is no conclusion."""
    day: dict[str, Any] = {"day_kind": verdict.day_kind, "flags": list(verdict.flags)}
    day |= {field: getattr(verdict, field) for field in _SUMS}
    day |= {field: [asdict(line) for line in getattr(verdict, field)] for field in _LISTS}
    return day
