"""Grants: every query. A grant is given and revoked, never changed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, select, update
from sqlmodel import Session, col, or_

from attendance.store.access_tables import GrantRow
from attendance.store.tables import UnitRow, UserRow


@dataclass(frozen=True, slots=True)
class Grant:
    """A role for a part of the tree (`unit_id` None: all of it) and a time. `revoked_at` None: not taken back."""

    id: int
    user_id: int
    user: str
    role: str
    unit_id: int | None
    unit: str | None
    starts_at: datetime
    ends_at: datetime | None
    document: str
    visit: str
    granted_by: str
    recorded_at: datetime
    revoked_at: datetime | None
    revoked_by: str

    def holds(self, at: datetime) -> bool:
        over = [moment for moment in (self.ends_at, self.revoked_at) if moment is not None]
        return self.starts_at <= at and all(at < moment for moment in over)

    def state(self, at: datetime) -> str:
        """One of holds, revoked, ended, later."""
        if self.revoked_at is not None and self.revoked_at <= at:
            return "revoked"
        if self.ends_at is not None and self.ends_at <= at:
            return "ended"
        return "holds" if self.starts_at <= at else "later"


_GRANT: tuple[Any, ...] = (
    col(GrantRow.id),
    col(GrantRow.user_id),
    col(UserRow.name),
    col(GrantRow.role),
    col(GrantRow.unit_id),
    col(UnitRow.code),
    col(GrantRow.starts_at),
    col(GrantRow.ends_at),
    col(GrantRow.document),
    col(GrantRow.visit),
    col(GrantRow.granted_by),
    col(GrantRow.recorded_at),
    col(GrantRow.revoked_at),
    col(GrantRow.revoked_by),
)


def _grants() -> Select[*tuple[Any, ...]]:
    return (
        select(*_GRANT)
        .join(UserRow, col(UserRow.id) == col(GrantRow.user_id))
        .outerjoin(UnitRow, col(UnitRow.id) == col(GrantRow.unit_id))
        .order_by(col(GrantRow.id))
    )


def of_users(session: Session, user_ids: Iterable[int]) -> dict[int, list[Grant]]:
    """Every grant these accounts ever had, oldest first; an account without any is left out."""
    found: dict[int, list[Grant]] = {}
    for row in session.execute(_grants().where(col(GrantRow.user_id).in_(list(user_ids)))):
        grant = Grant(*row)
        found.setdefault(grant.user_id, []).append(grant)
    return found


def holding(session: Session, user_id: int, at: datetime) -> tuple[Grant, ...]:
    """The grants of an account that hold at this moment."""
    query = _grants().where(
        col(GrantRow.user_id) == user_id,
        col(GrantRow.starts_at) <= at,
        or_(col(GrantRow.ends_at).is_(None), col(GrantRow.ends_at) > at),
        or_(col(GrantRow.revoked_at).is_(None), col(GrantRow.revoked_at) > at),
    )
    return tuple(Grant(*row) for row in session.execute(query))


def find(session: Session, number: int) -> Grant | None:
    row = session.execute(_grants().where(col(GrantRow.id) == number)).one_or_none()
    return Grant(*row) if row is not None else None


def add(session: Session, row: GrantRow) -> Grant:
    session.add(row)
    session.flush()
    assert row.id is not None
    found = find(session, row.id)
    assert found is not None
    return found


def revoke(session: Session, number: int, *, at: datetime, by: str) -> None:
    """Take a grant back, once: what was said first stays."""
    query = update(GrantRow).where(col(GrantRow.id) == number, col(GrantRow.revoked_at).is_(None))
    session.execute(query.values(revoked_at=at, revoked_by=by))
