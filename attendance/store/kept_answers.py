"""Answers to writes, kept for a day under the key of whoever asked, in the transaction of the write itself."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, text
from sqlmodel import Session, col, select

from attendance.store.register_tables import KeptAnswerRow

KEPT_FOR = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Asked:
    """Whose key it is, on which route, and what was asked under it: a digest of the request and of the grants."""

    user_id: int
    route: str
    key: str
    request_digest: str
    grants_digest: str


def find(session: Session, asked: Asked, at: datetime) -> KeptAnswerRow | None:
    """What was kept under a key of this person and route, whatever was asked under it, unless it is too old."""
    query = select(KeptAnswerRow).where(
        KeptAnswerRow.user_id == asked.user_id,
        KeptAnswerRow.route == asked.route,
        KeptAnswerRow.key == asked.key,
        col(KeptAnswerRow.kept_at) > at - KEPT_FOR,
    )
    return session.exec(query).first()


def keep(session: Session, asked: Asked, status: int, headers: dict[str, str], body: bytes, *, at: datetime) -> None:
    """Keep an answer, and forget those that are too old."""
    session.execute(delete(KeptAnswerRow).where(col(KeptAnswerRow.kept_at) <= at - KEPT_FOR))
    session.add(
        KeptAnswerRow(
            user_id=asked.user_id,
            route=asked.route,
            key=asked.key,
            request_digest=asked.request_digest,
            grants_digest=asked.grants_digest,
            status=status,
            headers=headers,
            body=body,
            kept_at=at,
        )
    )
    session.flush()


def take_turn(session: Session, asked: Asked) -> bool:
    """Whether nobody else works under this key now, in another process; held until the transaction ends.

    On SQLite there is one writer at a time, so whoever got here is alone.
    """
    if session.get_bind().dialect.name == "sqlite":
        return True
    name = f"{asked.user_id}\0{asked.route}\0{asked.key}".encode()
    number = int.from_bytes(hashlib.sha256(name).digest()[:8], "big", signed=True)
    return bool(session.execute(text("SELECT pg_try_advisory_xact_lock(:number)"), {"number": number}).scalar())
