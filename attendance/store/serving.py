"""Where people serve changes: an assignment ends, is taken back, or another one follows it in mid-month.

Nothing is overwritten: an assignment that ends earlier is withdrawn and filed anew with its last date.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from sqlmodel import Session

from attendance.errors import Invalid, NotFound, Overlap
from attendance.rules.validity import words
from attendance.store import dirty, office
from attendance.store.registering import assign, mark_person
from attendance.store.tables import AssignmentRow, EmployeeRow, UnitRow
from attendance.store.tree_filing import check_dates, check_life

_DAY = timedelta(days=1)


def assignment(session: Session, number: int) -> AssignmentRow:
    """An assignment that stands. Raises NotFound."""
    row = session.get(AssignmentRow, number)
    if row is None or row.withdrawn_at is not None:
        raise NotFound("assignment", str(number))
    return row


def end_assignment(session: Session, number: int, to_on: date, *, document: str = "", at: datetime) -> AssignmentRow:
    """A person serves until a date, also where it was another. Answers the assignment as it is filed anew.

    Raises NotFound, Invalid, and Overlap where the person serves elsewhere by then.
    """
    old = assignment(session, number)
    check_dates(to_on)
    if to_on < old.from_on:
        raise Invalid(
            f"This assignment begins on {old.from_on} and cannot end on {to_on}; withdraw it where it was recorded by "
            "mistake."
        )
    if to_on == old.to_on:
        raise Invalid(f"This assignment ends on {to_on} already; nothing was filed.")
    who = office.code_of(session, EmployeeRow, old.employee_id)
    unit = office.code_of(session, UnitRow, old.unit_id)
    if old.to_on is not None and to_on > old.to_on:
        check_life(session, f"The assignment of {who}", unit, old.from_on, to_on)
        for other in office.assignments_between(session, old.to_on + _DAY, to_on, [old.employee_id]):
            raise Overlap(f"the assignments of {who}", other.from_on)
    row = _again(session, old, to_on, document or old.document, at)
    last = max(to_on, old.to_on) if old.to_on is not None else None
    _mark(session, old.employee_id, min(to_on, old.to_on or to_on) + _DAY, last, at)
    return row


def withdraw_assignment(session: Session, number: int, *, at: datetime) -> AssignmentRow:
    """Take back an assignment that was recorded by mistake. It stays stored, and what was known then stays so."""
    row = assignment(session, number)
    row.withdrawn_at = at
    session.add(row)
    session.flush()
    _mark(session, row.employee_id, row.from_on, row.to_on, at)
    return row


def transfer(
    session: Session,
    employee: str,
    unit: str,
    *,
    on: date,
    schedule: str | None = None,
    terminals: Sequence[str] = (),
    document: str = "",
    at: datetime,
) -> tuple[AssignmentRow | None, AssignmentRow]:
    """A person serves in another unit from a date on. Answers the assignment that ended the day before, as it is filed
    anew (None: it would have begun on this date), and the one that begins; its last date is that of the old one.

    Raises NotFound, and Invalid where the person serves nowhere on that date, or there already.
    """
    check_dates(on)
    person = office.get(session, EmployeeRow, employee)
    there = office.get(session, UnitRow, unit)
    held = office.assignments_between(session, on, on, [office.key(person)])
    if not held:
        raise Invalid(
            f"{employee} serves nowhere on {on}, so there is nothing to move from; file an assignment instead."
        )
    old = assignment(session, held[0].id or 0)
    if (old.unit_id, old.terminals) == (office.key(there), list(terminals)) and schedule is None:
        raise Invalid(f"{employee} serves in unit {unit} on {on} already ({words((old.from_on, old.to_on))}).")
    ended = None
    if old.from_on < on:
        ended = _again(session, old, on - _DAY, old.document, at)
    else:
        old.withdrawn_at = at
        session.add(old)
        session.flush()
    begun = assign(
        session, employee, unit, from_on=on, to_on=old.to_on, schedule=schedule, terminals=terminals,
        document=document, at=at,
    )  # fmt: skip
    _mark(session, old.employee_id, on, old.to_on, at)
    return ended, begun


def move_all(
    session: Session, rows: Sequence[AssignmentRow], unit: str, *, on: date, document: str, at: datetime
) -> list[str]:
    """Let people serve in another unit from a date on, by the hours and terminals they had; answers their codes."""
    moved: dict[str, None] = {}
    for row in rows:
        who = office.code_of(session, EmployeeRow, row.employee_id)
        moved[who] = None
        if row.from_on < on:
            _again(session, row, on - _DAY, row.document, at)
        else:
            row.withdrawn_at = at
            session.add(row)
        there = office.key(office.get(session, UnitRow, unit))
        kept = row.model_dump(exclude={"id", "unit_id", "from_on", "document", "recorded_at", "withdrawn_at"})
        begins = max(row.from_on, on)
        session.add(AssignmentRow(**kept, unit_id=there, from_on=begins, document=document, recorded_at=at))
        session.flush()
        _mark(session, row.employee_id, begins, row.to_on, at)
    return list(moved)


def _again(session: Session, old: AssignmentRow, to_on: date, document: str, at: datetime) -> AssignmentRow:
    """The same assignment with another last date, in its place."""
    old.withdrawn_at = at
    kept = old.model_dump(exclude={"id", "to_on", "document", "recorded_at", "withdrawn_at"})
    row = AssignmentRow(**kept, to_on=to_on, document=document, recorded_at=at)
    session.add_all([old, row])
    session.flush()
    return row


def _mark(session: Session, employee_id: int, from_on: date, to_on: date | None, at: datetime) -> None:
    """The dates of a span and those beside it, into whose sessions a punch may now fall."""
    first = from_on if from_on == date.min else from_on - _DAY
    last = None if to_on is None or to_on == date.max else to_on + _DAY
    mark_person(session, employee_id, first, last, "assignment", at)
    dirty.mark_explained(session, from_on, to_on, "assignment", at, employee_id=employee_id)


def of_employee(session: Session, employee_id: int) -> list[AssignmentRow]:
    """The assignments of a person that stand, by date."""
    rows = office.assignments_between(session, date.min, date.max, [employee_id])
    return sorted(rows, key=lambda row: row.from_on)
