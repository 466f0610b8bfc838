"""The outbox: what is to be told to whom, once. Every query; a row is put in by its key, and held while it is sent."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import orjson
from sqlalchemy import and_, case, delete, func, or_, select, update
from sqlmodel import Session, col

from attendance.store.bulk import insert_if_absent
from attendance.store.listing_keys import MAX_ID
from attendance.store.notification_tables import NoticeRow, WebhookRow
from attendance.store.tables import UserRow
from attendance.store.within import Within

MAX_ERROR = 300
MAX_TITLE = 200


@dataclass(frozen=True, slots=True)
class NewNotice:
    """What is to be told; `key` names it for ever. Either `user_id` or `webhook_id` is set. `hours`: how long it is
    worth telling."""

    key: str
    kind: str
    way: str
    user_id: int | None = None
    webhook_id: int | None = None
    params: dict[str, Any] | None = None
    body: str = ""
    hours: float = 72.0


def put(session: Session, notices: Iterable[NewNotice], at: datetime) -> None:
    """Put these into the outbox, but for those whose key was there before, sent or not."""
    rows = [
        {
            "key": one.key,
            "kind": one.kind,
            "way": one.way,
            "user_id": one.user_id,
            "webhook_id": one.webhook_id,
            "params": orjson.dumps(one.params or {}).decode(),
            "body": one.body,
            "title": "",
            "link": "",
            "created_at": at,
            "not_after": at + timedelta(hours=one.hours),
            "next_at": at,
            "state": "waiting",
            "attempts": 0,
            "error": "",
        }
        for one in notices
    ]
    insert_if_absent(session, NoticeRow, rows)


def known(session: Session, keys: Sequence[str]) -> set[str]:
    """Those of these keys that were put in before."""
    found: set[str] = set()
    for begin in range(0, len(keys), 500):
        found |= set(
            session.scalars(select(col(NoticeRow.key)).where(col(NoticeRow.key).in_(keys[begin : begin + 500])))
        )
    return found


def last_of(session: Session, user_id: int, kind: str) -> datetime | None:
    """When something of a kind was last put in for an account."""
    query = select(func.max(col(NoticeRow.created_at))).where(
        col(NoticeRow.user_id) == user_id, col(NoticeRow.kind) == kind
    )
    return session.scalars(query).one_or_none()


def take(session: Session, at: datetime, *, most: int, hold: timedelta) -> list[NoticeRow]:
    """Take rows that are due, for the caller alone until `hold` has passed; first what waits longest.

    A row whose holder died is taken again. Rows of webhooks that are shut stay where they are.
    """
    shut = select(col(WebhookRow.id)).where(col(WebhookRow.disabled_at).is_not(None))
    is_due = or_(
        and_(col(NoticeRow.state) == "waiting", col(NoticeRow.next_at) <= at),
        and_(col(NoticeRow.state) == "sending", col(NoticeRow.held_until) <= at),
    )
    query = select(NoticeRow).where(
        is_due, or_(col(NoticeRow.webhook_id).is_(None), col(NoticeRow.webhook_id).not_in(shut))
    )
    query = query.order_by(col(NoticeRow.next_at), col(NoticeRow.id)).limit(most).with_for_update(skip_locked=True)
    rows = list(session.scalars(query))
    for row in rows:
        row.state, row.held_until, row.attempts = "sending", at + hold, row.attempts + 1
        session.add(row)
    session.flush()
    return rows


def give_back(session: Session, numbers: Sequence[int]) -> None:
    """Let rows go that were taken and not tried."""
    query = update(NoticeRow).where(col(NoticeRow.id).in_(numbers), col(NoticeRow.state) == "sending")
    session.execute(query.values(state="waiting", held_until=None, attempts=NoticeRow.attempts - 1))


def sent(session: Session, number: int, *, title: str, link: str, at: datetime) -> None:
    _settle(session, number, state="sent", title=title[:MAX_TITLE], link=link[:MAX_TITLE], sent_at=at, error="")


def dropped(session: Session, number: int, why: str) -> None:
    """There is nothing to tell any more; `why` is a code."""
    _settle(session, number, state="dropped", error=why)


def failed(session: Session, number: int, sentence: str) -> None:
    """It will not be tried again by itself."""
    _settle(session, number, state="failed", error=sentence[:MAX_ERROR])


def later(session: Session, number: int, sentence: str, next_at: datetime, *, tried: bool = True) -> None:
    """It will be tried again; without `tried` this try did not count."""
    _settle(session, number, state="waiting", error=sentence[:MAX_ERROR], next_at=next_at)
    if not tried:
        query = update(NoticeRow).where(col(NoticeRow.id) == number)
        session.execute(query.values(attempts=NoticeRow.attempts - 1))


def _settle(session: Session, number: int, **values: Any) -> None:
    session.execute(update(NoticeRow).where(col(NoticeRow.id) == number).values(held_until=None, **values))


def find(session: Session, number: int) -> NoticeRow | None:
    return session.get(NoticeRow, number, populate_existing=True) if 0 < number <= MAX_ID else None


def try_again(session: Session, number: int, at: datetime, hours: float) -> bool:
    """Have one that failed or was given up tried again now; False: there is none in that state."""
    query = update(NoticeRow).where(col(NoticeRow.id) == number, col(NoticeRow.state).in_(("failed", "waiting")))
    until, lasts = at + timedelta(hours=hours), col(NoticeRow.not_after)  # whoever asks sooner does not end it sooner
    values = {"state": "waiting", "next_at": at, "not_after": case((lasts > until, lasts), else_=until)}
    return bool(session.execute(query.values(values)).rowcount)  # type: ignore[attr-defined]


def prune(session: Session, before: datetime) -> int:
    """Delete what was put in before a moment and waits for nothing."""
    query = delete(NoticeRow).where(
        col(NoticeRow.created_at) < before, col(NoticeRow.state).in_(("sent", "failed", "dropped"))
    )
    return int(session.execute(query).rowcount)  # type: ignore[attr-defined]


@dataclass(frozen=True, slots=True)
class Shown:
    """A row as administrators see it: to whom, not what."""

    id: int
    kind: str
    way: str
    user: str | None
    webhook: str | None
    state: str
    attempts: int
    error: str
    created_at: datetime
    next_at: datetime
    sent_at: datetime | None


def listed(session: Session, within: Within, *, state: str | None, limit: int, offset: int) -> tuple[list[Shown], int]:
    """The outbox, newest first, and how many there are. Whoever looks after a part of the tree sees the rows of the
    webhooks of that part; those of accounts are for whoever looks after all."""
    wanted = [col(NoticeRow.state) == state] if state else []
    if not within.is_all:
        wanted.append(col(NoticeRow.webhook_id).is_not(None))
        wanted += within.rows(col(WebhookRow.unit_id))
    base = (
        select(col(NoticeRow.id)).outerjoin(WebhookRow, col(WebhookRow.id) == col(NoticeRow.webhook_id)).where(*wanted)
    )
    total = int(session.scalar(select(func.count()).select_from(base.subquery())) or 0)
    query = (
        select(NoticeRow, col(UserRow.name), col(WebhookRow.name))
        .outerjoin(WebhookRow, col(WebhookRow.id) == col(NoticeRow.webhook_id))
        .outerjoin(UserRow, col(UserRow.id) == col(NoticeRow.user_id))
        .where(*wanted)
        .order_by(col(NoticeRow.id).desc())
        .limit(limit)
        .offset(offset)
    )
    same = ("kind", "way", "state", "attempts", "error", "created_at", "next_at", "sent_at")
    return [
        Shown(id=row.id or 0, user=user, webhook=hook, **{name: getattr(row, name) for name in same})
        for row, user, hook in session.execute(query)
    ], total


def counts(session: Session) -> dict[str, int]:
    """How many rows there are in each state."""
    query = select(col(NoticeRow.state), func.count()).group_by(col(NoticeRow.state))
    return {state: int(count) for state, count in session.execute(query)}


def inbox(session: Session, user_id: int, *, limit: int) -> list[NoticeRow]:
    """What was told an account on its own page, newest first."""
    query = select(NoticeRow).where(
        col(NoticeRow.user_id) == user_id, col(NoticeRow.way) == "inbox", col(NoticeRow.state) == "sent"
    )
    return list(session.scalars(query.order_by(col(NoticeRow.id).desc()).limit(limit)))


def mark_seen(session: Session, user_id: int, at: datetime) -> int:
    query = update(NoticeRow).where(
        col(NoticeRow.user_id) == user_id, col(NoticeRow.way) == "inbox", col(NoticeRow.seen_at).is_(None)
    )
    return int(session.execute(query.values(seen_at=at)).rowcount)  # type: ignore[attr-defined]


def way_standing(session: Session, way: str) -> tuple[datetime | None, str]:
    """When this way last carried something, and what it said where the newest try failed after that."""
    ok = session.scalar(select(func.max(col(NoticeRow.sent_at))).where(col(NoticeRow.way) == way))
    query = select(col(NoticeRow.error)).where(
        col(NoticeRow.way) == way, col(NoticeRow.state).in_(("waiting", "failed"))
    )
    query = query.where(col(NoticeRow.error) != "").order_by(col(NoticeRow.id).desc()).limit(1)
    return ok, session.scalars(query).one_or_none() or ""
