"""Decisions on explanations that are news to the person, and what an account was told of them before."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import func, select
from sqlmodel import Session, col

from attendance.store.notification_tables import NoticeRow
from attendance.store.paper_tables import ExplanationRow


def decided_since(session: Session, since: datetime) -> list[ExplanationRow]:
    """Explanations and questions that were decided on since a moment, and not taken back."""
    query = select(ExplanationRow).where(
        col(ExplanationRow.decision).is_not(None),
        col(ExplanationRow.decision_recorded_at) >= since,
        col(ExplanationRow.withdrawn_at).is_(None),
    )
    return list(session.scalars(query.order_by(col(ExplanationRow.id))))


def told_items(session: Session, user_id: int) -> set[str]:
    """What an account was told of: the items of every notice of this kind that the outbox remembers."""
    query = select(col(NoticeRow.params)).where(col(NoticeRow.user_id) == user_id, col(NoticeRow.kind) == "waiting")
    return {str(item) for params in session.scalars(query) for item in params.get("items", ())}


def last_digest(session: Session, user_id: int) -> datetime | None:
    """When an account was last told what waits for it."""
    query = select(func.max(col(NoticeRow.created_at))).where(
        col(NoticeRow.user_id) == user_id,
        col(NoticeRow.kind) == "waiting",
        col(NoticeRow.key).like(f"waiting:{user_id}:%:digest:%"),
    )
    return session.scalars(query).one_or_none()
