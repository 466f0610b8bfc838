"""Dated settings of personal data: every query. A row is added or withdrawn, never changed."""

from __future__ import annotations

from datetime import date, datetime

from sqlmodel import Session, col, select, update

from attendance.errors import NotFound
from attendance.store.personal_tables import PersonalSettingRow


def in_force(session: Session, on: date) -> dict[tuple[str, str], PersonalSettingRow]:
    """What holds on a date, by subject and field: the row that began last, of two of one date the one recorded last."""
    query = select(PersonalSettingRow).where(
        col(PersonalSettingRow.withdrawn_at).is_(None), PersonalSettingRow.from_on <= on
    )
    rows = session.exec(query.order_by(col(PersonalSettingRow.from_on), col(PersonalSettingRow.id)))
    return {(row.subject, row.field): row for row in rows}


def every(session: Session) -> list[PersonalSettingRow]:
    """All of them, withdrawn ones too, oldest first."""
    return list(session.exec(select(PersonalSettingRow).order_by(col(PersonalSettingRow.id))))


def add(session: Session, row: PersonalSettingRow) -> PersonalSettingRow:
    session.add(row)
    session.flush()
    return row


def withdraw(session: Session, number: int, at: datetime) -> PersonalSettingRow:
    """Raises NotFound for one that is not there or was withdrawn before."""
    query = update(PersonalSettingRow).where(
        col(PersonalSettingRow.id) == number, col(PersonalSettingRow.withdrawn_at).is_(None)
    )
    if not session.execute(query.values(withdrawn_at=at)).rowcount:  # type: ignore[attr-defined]
        raise NotFound("setting", str(number))
    return session.get_one(PersonalSettingRow, number, populate_existing=True)
