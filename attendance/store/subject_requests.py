"""The register of requests of data subjects, and who read the notice: every query."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, or_, select, update
from sqlmodel import Session, col
from sqlmodel import select as select_rows
from sqlmodel.sql.expression import SelectOfScalar

from attendance.store import listing
from attendance.store.bulk import insert_if_absent
from attendance.store.personal_tables import NoticeReadingRow, SubjectRequestRow
from attendance.store.tables import AssignmentRow, EmployeeRow, UnitRow
from attendance.store.within import Within

OPEN = ("received", "answered")
MOST_OPEN = 5000


def add(session: Session, row: SubjectRequestRow) -> SubjectRequestRow:
    session.add(row)
    session.flush()
    return row


def find(session: Session, number: int, within: Within) -> SubjectRequestRow | None:
    """A request that the reader may see."""
    return session.exec(_seen(within).where(col(SubjectRequestRow.id) == number)).one_or_none()


def opened(session: Session, within: Within) -> list[SubjectRequestRow]:
    """Those that wait for an answer or to be carried out, oldest first; at most MOST_OPEN."""
    query = _seen(within).where(col(SubjectRequestRow.state).in_(OPEN))
    query = query.order_by(col(SubjectRequestRow.received_at), col(SubjectRequestRow.id))
    return list(session.exec(query.limit(MOST_OPEN)))


def closed(session: Session, within: Within, limit: int, offset: int) -> tuple[list[SubjectRequestRow], int]:
    """Those that are over, newest first, and how many there are."""
    query = _seen(within).where(col(SubjectRequestRow.state).not_in(OPEN))
    total = session.scalar(select(func.count()).select_from(query.subquery())) or 0
    rows = query.order_by(col(SubjectRequestRow.received_at).desc(), col(SubjectRequestRow.id).desc())
    return list(session.exec(rows.limit(limit).offset(offset))) if limit else [], total


def move(session: Session, number: int, states: Sequence[str], **values: Any) -> bool:
    """Change a request that is in one of these states; False where somebody was faster."""
    query = update(SubjectRequestRow).where(
        col(SubjectRequestRow.id) == number, col(SubjectRequestRow.state).in_(states)
    )
    return bool(session.execute(query.values(**values)).rowcount)  # type: ignore[attr-defined]


def unit_of(session: Session, employee_id: int, on: date) -> tuple[int, str] | None:
    """Where a person serves on a date, else where they served last: the number and code of the unit."""
    query = (
        select(col(UnitRow.id), col(UnitRow.code))
        .join(AssignmentRow, col(AssignmentRow.unit_id) == col(UnitRow.id))
        .where(col(AssignmentRow.employee_id) == employee_id, col(AssignmentRow.withdrawn_at).is_(None))
        .where(col(AssignmentRow.from_on) <= on)
        .order_by(col(AssignmentRow.from_on).desc())
        .limit(1)
    )
    row = session.execute(query).one_or_none()
    return (int(row[0]), row[1]) if row is not None else None


def unit_codes(session: Session) -> dict[int, str]:
    return {int(number): code for number, code in session.execute(select(col(UnitRow.id), col(UnitRow.code)))}


def _seen(within: Within) -> SelectOfScalar[SubjectRequestRow]:
    rows = within.rows(col(SubjectRequestRow.unit_id), col(SubjectRequestRow.employee_id))
    return select_rows(SubjectRequestRow).where(*rows)


def confirm_reading(session: Session, employee_id: int, digest: str, language: str, at: datetime) -> None:
    """Once per person and text: the first date stays."""
    row = {"employee_id": employee_id, "digest": digest, "language": language, "read_at": at}
    insert_if_absent(session, NoticeReadingRow, [row])


def reading(session: Session, employee_id: int, digest: str) -> datetime | None:
    """When a person read the text with this digest; None: not yet."""
    query = select(col(NoticeReadingRow.read_at)).where(
        col(NoticeReadingRow.employee_id) == employee_id, col(NoticeReadingRow.digest) == digest
    )
    return session.scalar(query)


def readers(
    session: Session, within: Within, digest: str, on: date, *, unread: bool, limit: int, offset: int
) -> tuple[list[dict[str, Any]], int]:
    """Who serves on a date, with when they read the text (`read_at`, None: not yet), by code; `unread`: only those."""
    read_at = (
        select(col(NoticeReadingRow.read_at))
        .where(col(NoticeReadingRow.employee_id) == col(EmployeeRow.id), col(NoticeReadingRow.digest) == digest)
        .scalar_subquery()
    )
    serving = (
        select(col(AssignmentRow.employee_id))
        .where(col(AssignmentRow.withdrawn_at).is_(None), col(AssignmentRow.from_on) <= on)
        .where(or_(col(AssignmentRow.to_on).is_(None), col(AssignmentRow.to_on) >= on))
        .where(*within.rows(col(AssignmentRow.unit_id), col(AssignmentRow.employee_id)))
    )
    query = listing.choose(col(EmployeeRow.code), col(EmployeeRow.name), read_at.label("read_at"))
    query = query.where(col(EmployeeRow.id).in_(serving))
    if unread:
        query = query.where(read_at.is_(None))
    return listing.page(session, query.order_by(col(EmployeeRow.code)), limit, offset)
