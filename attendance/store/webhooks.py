"""Webhooks: every query. What is sealed here is opened in the services alone."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime

from sqlalchemy import func, select, update
from sqlmodel import Session, col

from attendance.store.evidence_tables import ViolationRow
from attendance.store.notification_tables import WebhookRow
from attendance.store.paper_tables import MonthEventRow
from attendance.store.within import EVERYTHING, Within

MAX_ERROR = 300


def find(session: Session, number: int, within: Within = EVERYTHING, *, lock: bool = False) -> WebhookRow | None:
    """A webhook of the part of the tree one looks after; None for any other."""
    query = select(WebhookRow).where(col(WebhookRow.id) == number, *within.rows(col(WebhookRow.unit_id)))
    return session.scalars(query.with_for_update() if lock else query).one_or_none()


def listed(session: Session, within: Within = EVERYTHING) -> list[WebhookRow]:
    query = select(WebhookRow).where(*within.rows(col(WebhookRow.unit_id)))
    return list(session.scalars(query.order_by(col(WebhookRow.id))))


def open_ones(session: Session) -> list[WebhookRow]:
    query = select(WebhookRow).where(col(WebhookRow.disabled_at).is_(None))
    return list(session.scalars(query.order_by(col(WebhookRow.id))))


def worked(session: Session, number: int, at: datetime) -> None:
    """It took something: whatever was wrong is over."""
    query = update(WebhookRow).where(col(WebhookRow.id) == number)
    session.execute(query.values(last_ok_at=at, failing_since=None, last_error=""))


def failed(session: Session, number: int, sentence: str, at: datetime) -> datetime | None:
    """It took nothing; answers since when it takes nothing."""
    row = session.get(WebhookRow, number, with_for_update=True, populate_existing=True)
    if row is None:
        return None
    row.last_error, row.failing_since = sentence[:MAX_ERROR], row.failing_since or at
    session.add(row)
    return row.failing_since


def newest_violation(session: Session) -> int:
    return int(session.scalar(select(func.max(col(ViolationRow.id)))) or 0)


def new_violations(
    session: Session, after: int, since_on: date, most: int
) -> Iterator[tuple[int, int, int | None, date, str, str, str]]:
    """Violations that were concluded later than one and still hold, of dates from `since_on` on, in their order.

    Number, person, unit, date, session, kind, status.
    """
    query = (
        select(
            col(ViolationRow.id), col(ViolationRow.employee_id), col(ViolationRow.unit_id),
            col(ViolationRow.work_date), col(ViolationRow.session), col(ViolationRow.type), col(ViolationRow.status),
        )
        .where(
            col(ViolationRow.id) > after,
            col(ViolationRow.superseded_at).is_(None),
            col(ViolationRow.work_date) >= since_on,
        )
        .order_by(col(ViolationRow.id))
        .limit(most)
    )  # fmt: skip
    for row in session.execute(query):
        yield tuple(row)


def month_events(session: Session, since: datetime) -> list[MonthEventRow]:
    """Locks and reopenings that were filed since a moment."""
    query = select(MonthEventRow).where(col(MonthEventRow.recorded_at) >= since)
    return list(session.scalars(query.order_by(col(MonthEventRow.id))))
