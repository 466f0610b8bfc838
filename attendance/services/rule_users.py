"""Who works by which hours on a date: units that name them, units that follow one above, people with their own."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date

from attendance.errors import AttendanceError
from attendance.rules.rulebook import Rulebook
from attendance.store import office, people
from attendance.store.database import Session
from attendance.store.rulebook_reading import read_rulebook
from attendance.store.tables import ScheduleRow, UnitRow


@dataclass(slots=True)
class Users:
    """`naming`: codes of units whose own hours these are; `following`: how many units below take them over; `people`:
    how many serve by them; `own`: (employee, name, unit code, unit number, employee number) of those whom their
    assignment itself gives these hours."""

    naming: list[str] = field(default_factory=list)
    following: int = 0
    people: int = 0
    own: list[tuple[str, str, str, int, int]] = field(default_factory=list)


def users_of(session: Session, on: date) -> dict[str, Users]:
    """By code of the schedule, who works by it on a date. A schedule nobody works by is not among them."""
    book = read_rulebook(session)
    found: dict[str, Users] = defaultdict(Users)
    for code in book.tree.versions:
        unit = book.tree.living(code, on)
        if unit is None:
            continue
        if unit.schedule:
            found[unit.schedule].naming.append(code)
        elif (taken := _of(book, code, None, on)) is not None:
            found[taken].following += 1
    rows = office.assignments_between(session, on, on)
    units = office.codes(session, UnitRow, {row.unit_id for row in rows})
    schedules = office.codes(session, ScheduleRow, {row.schedule_id for row in rows if row.schedule_id})
    own = people.names(session, {row.employee_id for row in rows if row.schedule_id})
    for row in rows:
        mine = schedules[row.schedule_id] if row.schedule_id else None
        schedule = _of(book, units[row.unit_id], mine, on)
        if schedule is None:
            continue
        found[schedule].people += 1
        if mine is not None:
            found[schedule].own.append((*own[row.employee_id], units[row.unit_id], row.unit_id, row.employee_id))
    return found


def _of(book: Rulebook, unit: str, own: str | None, on: date) -> str | None:
    try:
        return book.schedule_of(unit, own, on).code
    except AttendanceError:
        return None
