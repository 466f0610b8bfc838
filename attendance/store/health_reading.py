"""What the health of the installation is told from, as far as the database knows it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import text
from sqlmodel import Session, col, func, select

from attendance.store.access_tables import GrantRow
from attendance.store.database import Database
from attendance.store.notification_tables import NoticeRow, WebhookRow
from attendance.store.sign_in_tables import SecondFactorRow
from attendance.store.tables import UserRow


def size_in_bytes(database: Database, session: Session) -> int:
    if database.is_sqlite:
        pages, size = (session.execute(text(f"PRAGMA {what}")).scalar_one() for what in ("page_count", "page_size"))
        return int(pages) * int(size)
    return int(session.execute(text("SELECT pg_database_size(current_database())")).scalar_one())


def undelivered(session: Session, since: datetime) -> int:
    """How many notices since a moment were given up, and how many webhooks in use do not answer now."""
    given_up = select(func.count()).where(NoticeRow.state == "failed", col(NoticeRow.created_at) >= since)
    silent = select(func.count()).where(
        col(WebhookRow.failing_since).is_not(None), col(WebhookRow.disabled_at).is_(None)
    )
    return session.exec(given_up).one() + session.exec(silent).one()


def administrators(session: Session, at: datetime) -> tuple[int, int]:
    """How many open accounts look after the whole office as administrators at a moment, and how many of them have no
    second factor."""
    holds = (
        select(GrantRow.user_id)
        .where(GrantRow.role == "administrator", col(GrantRow.unit_id).is_(None), col(GrantRow.revoked_at).is_(None))
        .where(col(GrantRow.starts_at) <= at)
        .where((col(GrantRow.ends_at).is_(None)) | (col(GrantRow.ends_at) > at))
    )
    query = select(func.count()).select_from(UserRow).where(col(UserRow.id).in_(holds), ~col(UserRow.disabled))
    confirmed = select(SecondFactorRow.user_id).where(col(SecondFactorRow.confirmed_at).is_not(None))
    without = query.where(col(UserRow.id).not_in(confirmed))
    return session.exec(query).one(), session.exec(without).one()
