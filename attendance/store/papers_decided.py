"""Papers somebody decides on: explanations of a person, the head's own decisions, annulments of punches.

A decision is entered once. Of several papers about one question the one decided last holds, so another decision is
another paper. Nobody decides on their own.
"""

from __future__ import annotations

from datetime import date, datetime

from sqlmodel import Session

from attendance.errors import Invalid, NotFound
from attendance.store import office, touched
from attendance.store.paper_checks import (
    check_covers,
    check_decision,
    check_known_by,
    check_not_own,
    check_session,
)
from attendance.store.paper_tables import AnnulmentRow, ExplanationRow
from attendance.store.tables import EmployeeRow, TerminalRow


def explain(
    session: Session,
    employee: str,
    on: date,
    *,
    part: str,
    covers: str,
    minutes: int | None = None,
    reason: str = "",
    document: str = "",
    submitted_at: datetime | None,
    at: datetime,
) -> ExplanationRow:
    """A person explains a violation or question mark of one session. `submitted_at` None: nobody knows when."""
    check_known_by(at, submitted_at=submitted_at)
    row = _explanation(session, employee, on, part, covers, minutes, reason, document, at)
    row.submitted_at = submitted_at
    return touched.file_paper(session, row, at)


def decide_alone(
    session: Session,
    employee: str,
    on: date,
    *,
    part: str,
    covers: str,
    decision: str,
    decided_by: str = "",
    decided_at: datetime,
    minutes: int | None = None,
    reason: str = "",
    document: str = "",
    at: datetime,
) -> ExplanationRow:
    """The head decides without anybody's explanation."""
    row = _explanation(session, employee, on, part, covers, minutes, reason, document, at)
    row.by_head = True
    _enter(row, employee, decision, decided_by, decided_at, at)
    return touched.file_paper(session, row, at)


def decide(
    session: Session,
    row: ExplanationRow,
    decision: str,
    *,
    decided_by: str = "",
    decided_at: datetime,
    minutes: int | None = None,
    accepted_after_deadline: bool = False,
    at: datetime,
) -> None:
    """Decide on an explanation; `minutes`: those granted, None: all it claims.

    Raises Invalid where it was decided before, or by the person themselves.
    """
    if row.decision is not None:
        raise Invalid("This explanation was decided before; file another paper to decide otherwise.")
    employee = office.code_of(session, EmployeeRow, row.employee_id)
    _enter(row, employee, decision, decided_by, decided_at, at)
    row.accepted_after_deadline, row.decided_minutes = accepted_after_deadline, minutes
    row.version += 1
    session.add(row)
    touched.mark_paper(session, row, at)


def mark(session: Session, row: ExplanationRow, at: datetime) -> None:
    """Mark the day of an explanation that changed."""
    touched.mark_paper(session, row, at)


def annul(
    session: Session,
    employee: str,
    terminal: str,
    wall_time: datetime,
    *,
    decision: str | None,
    decided_by: str = "",
    decided_at: datetime | None,
    reason: str = "",
    document: str = "",
    at: datetime,
) -> AnnulmentRow:
    """A punch shall not count; it stays stored and shown. Only an approved annulment changes anything."""
    person, site = office.get(session, EmployeeRow, employee), office.get(session, TerminalRow, terminal)
    row = AnnulmentRow(
        employee_id=office.key(person),
        terminal_id=office.key(site),
        wall_time=wall_time,
        reason=reason,
        document=document,
        recorded_at=at,
    )
    if decision is not None:
        _enter(row, employee, decision, decided_by, decided_at or at, at)
    return touched.file_paper(session, row, at)


def explanation(session: Session, number: int) -> ExplanationRow:
    """The explanation with this number. Raises NotFound."""
    row = session.get(ExplanationRow, number)
    if row is None:
        raise NotFound("explanation", str(number))
    return row


def _explanation(
    session: Session,
    employee: str,
    on: date,
    part: str,
    covers: str,
    minutes: int | None,
    reason: str,
    document: str,
    at: datetime,
) -> ExplanationRow:
    person = office.get(session, EmployeeRow, employee)
    check_session(session, part)
    check_covers(covers)
    if minutes is not None and minutes < 0:
        raise Invalid(f"{minutes} minutes cannot be explained; write 0 or more, or leave them out for all.")
    return ExplanationRow(
        employee_id=office.key(person),
        unit_id=office.unit_on(session, office.key(person), on),
        on=on,
        session=part,
        covers=covers,
        minutes=minutes,
        reason=reason,
        document=document,
        recorded_at=at,
    )


def _enter(
    row: ExplanationRow | AnnulmentRow,
    employee: str,
    decision: str,
    decided_by: str,
    decided_at: datetime,
    at: datetime,
) -> None:
    check_decision(decision)
    check_not_own(employee, decided_by)
    check_known_by(at, decided_at=decided_at)
    row.decision, row.decided_by, row.decided_at, row.decision_recorded_at = decision, decided_by, decided_at, at
