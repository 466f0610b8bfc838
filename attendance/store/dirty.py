"""Days to be judged again: marked in the transaction that changes a fact, taken in the one that stores the ruling."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import delete, tuple_
from sqlalchemy.dialects.postgresql import insert as insert_postgresql
from sqlalchemy.dialects.sqlite import insert as insert_sqlite
from sqlmodel import Session, col, or_, select

from attendance.store.evidence_tables import DirtyDayRow
from attendance.store.tables import AssignmentRow, EnrolmentRow, TerminalRow

_BATCH = 5_000


def mark(session: Session, days: Iterable[tuple[int, date]], cause: str, marked_at: datetime) -> None:
    """Mark (employee id, date) pairs; a day marked already keeps its first cause."""
    rows: list[dict[str, Any]] = [
        {"employee_id": employee, "work_date": on, "cause": cause, "marked_at": marked_at} for employee, on in set(days)
    ]
    dialect = session.get_bind().dialect.name
    for begin in range(0, len(rows), _BATCH):
        if dialect == "sqlite":
            session.execute(insert_sqlite(DirtyDayRow).on_conflict_do_nothing(), rows[begin : begin + _BATCH])
        else:
            session.execute(insert_postgresql(DirtyDayRow).on_conflict_do_nothing(), rows[begin : begin + _BATCH])


def mark_dependants(
    session: Session, terminal: TerminalRow, from_on: date, to_on: date, cause: str, at: datetime
) -> None:
    """Mark everybody who depends on a terminal, or is enrolled on it, on every date of a span they are employed on."""
    enrolled = select(EnrolmentRow.employee_id).where(EnrolmentRow.terminal_id == terminal.id)
    query = select(AssignmentRow).where(
        col(AssignmentRow.withdrawn_at).is_(None),
        AssignmentRow.from_on <= to_on,
        or_(col(AssignmentRow.to_on).is_(None), col(AssignmentRow.to_on) >= from_on),
    )
    enrolled_ids = set(session.exec(enrolled))
    days = []
    for assignment in session.exec(query):
        depends = terminal.code in assignment.terminals or not assignment.terminals
        if depends or assignment.employee_id in enrolled_ids:
            first, last = max(assignment.from_on, from_on), min(assignment.to_on or to_on, to_on)
            days += [(assignment.employee_id, first + timedelta(days=n)) for n in range((last - first).days + 1)]
    mark(session, days, cause, at)


def waiting(session: Session, until: date, limit: int) -> list[DirtyDayRow]:
    """Marked days up to a date, oldest first."""
    query = select(DirtyDayRow).where(DirtyDayRow.work_date <= until)
    return list(session.exec(query.order_by(col(DirtyDayRow.work_date), col(DirtyDayRow.employee_id)).limit(limit)))


def clear(session: Session, days: Iterable[tuple[int, date]]) -> None:
    """Take marks away, in the same transaction that stores what was judged."""
    pairs = list(days)
    pair = tuple_(col(DirtyDayRow.employee_id), col(DirtyDayRow.work_date))
    for begin in range(0, len(pairs), 400):
        session.execute(delete(DirtyDayRow).where(pair.in_(pairs[begin : begin + 400])))
