"""People change between units, leave, or were recorded where they never served. Each verb leaves a trace."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from attendance.errors import NotFound
from attendance.store import office, serving
from attendance.store.database import Session
from attendance.store.tables import AssignmentRow, EmployeeRow, ScheduleRow, UnitRow
from attendance.store.trail import Actor, record
from attendance.store.within import EVERYTHING, Within


@dataclass(frozen=True, slots=True)
class Transferred:
    """The assignment that ended the day before (None: it never began), and the one that begins."""

    ended: AssignmentRow | None
    begun: AssignmentRow


def transfer(
    session: Session,
    employee: str,
    unit: str,
    *,
    on: date,
    schedule: str | None = None,
    terminals: Sequence[str] = (),
    document: str = "",
    within: Within = EVERYTHING,
    actor: Actor,
    at: datetime,
) -> Transferred:
    """A person serves in another unit from a date on. `within`: only out of one of these units.

    Raises NotFound, and Invalid where they serve nowhere on that date, or there already.
    """
    person = office.key(office.get(session, EmployeeRow, employee))
    held = office.assignments_between(session, on, on, [person])
    if not all(within.sees(row.unit_id) for row in held):
        raise NotFound("employee", employee)
    before = [told(session, row) for row in held]
    ended, begun = serving.transfer(
        session, employee, unit, on=on, schedule=schedule, terminals=terminals, document=document, at=at
    )
    after = [told(session, row) for row in (ended, begun) if row is not None]
    _record(session, actor, "assignment.transferred", person, employee, document, before, after, at)
    return Transferred(ended, begun)


def end_assignment(
    session: Session,
    number: int,
    to_on: date,
    *,
    document: str = "",
    within: Within = EVERYTHING,
    actor: Actor,
    at: datetime,
) -> AssignmentRow:
    """A person serves in a unit until a date. Answers the assignment as it is filed anew, under another number."""
    old = _seen(session, number, within)
    before = told(session, old)
    row = serving.end_assignment(session, number, to_on, document=document, at=at)
    who = office.code_of(session, EmployeeRow, row.employee_id)
    after = [told(session, row)]
    _record(session, actor, "assignment.ended", row.employee_id, who, document, [before], after, at)
    return row


def withdraw_assignment(
    session: Session, number: int, *, why: str, within: Within = EVERYTHING, actor: Actor, at: datetime
) -> AssignmentRow:
    """Take back an assignment that was recorded by mistake; it stays stored."""
    old = _seen(session, number, within)
    before = told(session, old)
    row = serving.withdraw_assignment(session, number, at=at)
    who = office.code_of(session, EmployeeRow, row.employee_id)
    _record(session, actor, "assignment.withdrawn", row.employee_id, who, why, [before], [], at)
    return row


def told(session: Session, row: AssignmentRow) -> dict[str, Any]:
    """An assignment with codes in place of numbers."""
    return {
        "id": row.id,
        "employee": office.code_of(session, EmployeeRow, row.employee_id),
        "unit": office.code_of(session, UnitRow, row.unit_id),
        "schedule": office.code_of(session, ScheduleRow, row.schedule_id) if row.schedule_id else None,
        "terminals": list(row.terminals),
        "from": row.from_on.isoformat(),
        "to": row.to_on.isoformat() if row.to_on else None,
        "document": row.document,
        "recorded_at": row.recorded_at.isoformat(),
    }


def _seen(session: Session, number: int, within: Within) -> AssignmentRow:
    row = serving.assignment(session, number)
    if not within.sees(row.unit_id):
        raise NotFound("assignment", str(number))
    return row


def _record(
    session: Session,
    actor: Actor,
    act: str,
    person: int,
    employee: str,
    why: str,
    before: list[dict[str, Any]],
    after: list[dict[str, Any]],
    at: datetime,
) -> None:
    record(
        session, actor, act, kind="employee", key=employee, employees=[person], why=why,
        before={"assignments": before}, after={"assignments": after}, at=at,
    )  # fmt: skip
