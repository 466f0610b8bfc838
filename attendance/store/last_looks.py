"""What a page showed an account last, and what that is compared with: every query. The newest alone is kept."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlmodel import Session, select

from attendance.store.list_tables import LastLookRow

SITTING = timedelta(minutes=10)
"""Who comes back within so long is still at the same look."""


@dataclass(frozen=True, slots=True)
class LastLook:
    """`seen` at `seen_at`; `compared` is what is told as changed since `compared_at`, None: nothing yet."""

    seen_at: datetime
    seen: Any
    compared_at: datetime | None = None
    compared: Any = None

    def is_over(self, at: datetime) -> bool:
        """Whether a visit at a moment is a new look."""
        return at - self.seen_at >= SITTING


def of_account(session: Session, user_id: int, page: str, *, lock: bool = False) -> LastLook | None:
    """`lock`: nobody else changes it until the transaction ends."""
    row = _row(session, user_id, page, lock=lock)
    return LastLook(row.seen_at, row.seen, row.compared_at, row.compared) if row is not None else None


def keep(session: Session, user_id: int, page: str, look: LastLook) -> None:
    """In place of what was kept."""
    row = _row(session, user_id, page) or LastLookRow(user_id=user_id, page=page, seen_at=look.seen_at)
    row.seen_at, row.seen = look.seen_at, look.seen
    row.compared_at, row.compared = look.compared_at, look.compared
    session.add(row)


def _row(session: Session, user_id: int, page: str, *, lock: bool = False) -> LastLookRow | None:
    query = select(LastLookRow).where(LastLookRow.user_id == user_id, LastLookRow.page == page)
    return session.exec(query.with_for_update() if lock else query).one_or_none()
