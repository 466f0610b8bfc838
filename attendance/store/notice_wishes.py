"""Who wants to be told what, by which way and where: every query."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, select
from sqlmodel import Session, col

from attendance.store.notification_tables import NoticeAccountRow, NoticeAddressRow, NoticeWishRow
from attendance.store.tables import UserRow


@dataclass(frozen=True, slots=True)
class Wish:
    """`minute` is counted from midnight of the office."""

    user_id: int
    kind: str
    ways: tuple[str, ...]
    minute: int


@dataclass(frozen=True, slots=True)
class Recipient:
    """An account that is open, and the person behind it. `language` "": it chose none."""

    user_id: int
    name: str
    employee_id: int | None
    language: str


def wishes(session: Session, user_id: int | None = None) -> list[Wish]:
    """Everything that was chosen, of everybody or of one account."""
    query = select(NoticeWishRow).order_by(col(NoticeWishRow.user_id), col(NoticeWishRow.kind))
    if user_id is not None:
        query = query.where(col(NoticeWishRow.user_id) == user_id)
    return [Wish(row.user_id, row.kind, tuple(row.ways), row.minute) for row in session.scalars(query)]


def set_wish(session: Session, wish: Wish, at: datetime) -> None:
    row = session.get(NoticeWishRow, (wish.user_id, wish.kind))
    row = row or NoticeWishRow(user_id=wish.user_id, kind=wish.kind, ways=[], recorded_at=at)
    row.ways, row.minute, row.recorded_at = list(wish.ways), wish.minute, at
    session.add(row)


def set_language(session: Session, user_id: int, language: str, at: datetime) -> None:
    row = session.get(NoticeAccountRow, user_id) or NoticeAccountRow(user_id=user_id, language="", recorded_at=at)
    row.language, row.recorded_at = language, at
    session.add(row)


def recipients(session: Session, user_ids: Sequence[int] | None = None) -> list[Recipient]:
    """Accounts that are open, by number: all of them, or those of these."""
    query = (
        select(col(UserRow.id), col(UserRow.name), col(UserRow.employee_id), col(NoticeAccountRow.language))
        .outerjoin(NoticeAccountRow, col(NoticeAccountRow.user_id) == col(UserRow.id))
        .where(col(UserRow.disabled).is_(False))
        .order_by(col(UserRow.id))
    )
    if user_ids is not None:
        query = query.where(col(UserRow.id).in_(user_ids))
    return [
        Recipient(number, name, employee, language or "") for number, name, employee, language in session.execute(query)
    ]


def address(session: Session, user_id: int, way: str, *, lock: bool = False) -> NoticeAddressRow | None:
    query = select(NoticeAddressRow).where(col(NoticeAddressRow.user_id) == user_id, col(NoticeAddressRow.way) == way)
    return session.scalars(query.with_for_update() if lock else query).one_or_none()


def addresses(session: Session, user_id: int) -> list[NoticeAddressRow]:
    query = select(NoticeAddressRow).where(col(NoticeAddressRow.user_id) == user_id)
    return list(session.scalars(query.order_by(col(NoticeAddressRow.id))))


def confirmed(session: Session, way: str) -> dict[int, str]:
    """Addresses that may be used, by account."""
    query = select(col(NoticeAddressRow.user_id), col(NoticeAddressRow.address)).where(
        col(NoticeAddressRow.way) == way, col(NoticeAddressRow.address) != ""
    )
    return {int(number): str(found) for number, found in session.execute(query)}


def forget(session: Session, user_id: int, way: str) -> None:
    session.execute(
        delete(NoticeAddressRow).where(col(NoticeAddressRow.user_id) == user_id, col(NoticeAddressRow.way) == way)
    )
