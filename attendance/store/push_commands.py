"""What pushing terminals are asked: a queue per serial, sent again after silence, given up after some tries."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlmodel import Session, col, func, select

from attendance.store.evidence_tables import PullRow
from attendance.store.push_tables import PushCommandRow

WAITING, SENT, RETURNED = "waiting", "sent", "returned"
DONE, COVERED, SHORT, FAILED, GIVEN_UP = "done", "covered", "short", "failed", "given_up"
OPEN = (WAITING, SENT, RETURNED)
MAX_OPEN = 20
MAX_ATTEMPTS = 5
SILENCE = timedelta(minutes=10)


def enqueue(
    session: Session,
    device_id: int,
    kind: str,
    *,
    asked_by: str,
    at: datetime,
    starts: datetime | None = None,
    ends: datetime | None = None,
) -> PushCommandRow | None:
    """Put a question at the end of the queue; None where the terminal has `MAX_OPEN` open ones already."""
    if len(opened(session, device_id)) >= MAX_OPEN:
        return None
    row = PushCommandRow(
        device_id=device_id, kind=kind, starts=starts, ends=ends, asked_by=asked_by, created_at=at, state=WAITING
    )
    session.add(row)
    session.flush()
    return row


def opened(session: Session, device_id: int) -> list[PushCommandRow]:
    """Questions without an end, in order."""
    query = select(PushCommandRow).where(PushCommandRow.device_id == device_id, col(PushCommandRow.state).in_(OPEN))
    return list(session.exec(query.order_by(col(PushCommandRow.id))))


def open_counts(session: Session) -> dict[int, int]:
    """How many questions without an end each serial has that has any."""
    query = select(PushCommandRow.device_id, func.count()).where(col(PushCommandRow.state).in_(OPEN))
    return dict(session.exec(query.group_by(col(PushCommandRow.device_id))).all())


def last_query(session: Session, device_id: int) -> PushCommandRow | None:
    """The window asked for last."""
    query = select(PushCommandRow).where(PushCommandRow.device_id == device_id, col(PushCommandRow.ends).is_not(None))
    return session.exec(query.order_by(col(PushCommandRow.id).desc()).limit(1)).one_or_none()


def recent(session: Session, device_id: int, limit: int = 10) -> list[PushCommandRow]:
    query = select(PushCommandRow).where(PushCommandRow.device_id == device_id)
    return list(session.exec(query.order_by(col(PushCommandRow.id).desc()).limit(limit)))


def find(session: Session, device_id: int, number: int) -> PushCommandRow | None:
    """A question by its number, if it was asked of this terminal."""
    row = session.get(PushCommandRow, number)
    return row if row is not None and row.device_id == device_id else None


def give_up_silent(session: Session, device_id: int, at: datetime) -> None:
    """Questions sent often enough without a result are given up."""
    for row in opened(session, device_id):
        if row.state == SENT and row.attempts >= MAX_ATTEMPTS and is_silent(row, at):
            row.state = GIVEN_UP
            session.add(row)
    session.flush()


def is_silent(row: PushCommandRow, at: datetime) -> bool:
    return row.sent_at is not None and row.sent_at <= at - SILENCE


def mark_sent(session: Session, row: PushCommandRow, at: datetime) -> None:
    if row.first_sent_at is None:
        row.first_sent_at = at
        row.after_pull = session.exec(select(func.max(col(PullRow.id)))).one() or 0
    row.state, row.sent_at, row.attempts = SENT, at, row.attempts + 1
    session.add(row)
