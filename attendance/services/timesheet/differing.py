"""What differs between two sheets of a month, and what would be concluded of it today were it not locked."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

import orjson

from attendance import clock
from attendance.engine.after_lock import AFTER_LOCK
from attendance.engine.run import evaluate
from attendance.engine.timesheet import NOT_JUDGED, Cell, Timesheet, from_verdicts
from attendance.engine.verdict import verdicts
from attendance.store import case_reading, month_reading, office, people
from attendance.store.database import Session
from attendance.store.tables import UnitRow


@dataclass(frozen=True, slots=True)
class Difference:
    """A day that one sheet shows otherwise than the other; None: the person did not serve there on it."""

    employee: str
    name: str
    on: date
    before: Cell | None
    after: Cell | None


def differences(before: Timesheet, after: Timesheet) -> Iterator[Difference]:
    """The days that differ, by person and date."""
    earlier = {line.employee: line for line in before.lines}
    later = {line.employee: line for line in after.lines}
    for employee in sorted(earlier.keys() | later.keys()):
        old, new = earlier.get(employee), later.get(employee)
        name = next((line.name for line in (new, old) if line is not None), "")
        for at, on in enumerate(before.dates):
            one = _cell(before, old.days[at] if old else NOT_JUDGED)
            two = _cell(after, new.days[at] if new else NOT_JUDGED)
            if one != two:
                yield Difference(employee, name, on, one, two)


def _cell(sheet: Timesheet, place: int) -> Cell | None:
    return sheet.cells[place] if place >= 0 else None


def concluded_now(session: Session, zone: str, unit: UnitRow, month: date) -> Timesheet:
    """The sheet as everything known today would make it, whether or not the month is locked; stored nowhere."""
    last = clock.month_end(month)
    numbers = office.ever_assigned(session, office.key(unit), month, last)
    read = case_reading.read_case(session, zone, month, last, employee_ids=numbers)
    judged = [each for each in verdicts(evaluate(read.case, month, last, unruled=[])) if each.unit == unit.code]
    named = dict(people.names(session, numbers).values())
    policy = read.case.rulebook.policy_of(unit.code, None, last)
    return from_verdicts(unit.code, month, judged, named, policy)


def known_after_lock(session: Session, unit: UnitRow, month: date) -> list[tuple[str, str, date]]:
    """(code, name, date) of the locked days of which some fact became known later, by person and date."""
    rows = month_reading.flagged(session, office.key(unit), month, clock.month_end(month))
    found = [(employee, on) for employee, on, flags in rows if AFTER_LOCK in orjson.loads(flags)]
    named = people.names(session, {employee for employee, _ in found})
    return sorted((*named[employee], on) for employee, on in found)
