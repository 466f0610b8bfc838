"""Tokens that people make for programs: every query. Secrets come in as digests."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select, update
from sqlmodel import Session, col

from attendance.store.sign_in_tables import ApiTokenRow
from attendance.store.tables import UserRow


@dataclass(frozen=True, slots=True)
class StoredToken:
    """`user` is the name of whose it is; `seen_at` None: it was never used."""

    id: int
    user_id: int
    user: str
    name: str
    scopes: tuple[str, ...]
    read_only: bool
    created_at: datetime
    expires_at: datetime
    seen_at: datetime | None
    revoked_at: datetime | None


_TOKEN = (
    col(ApiTokenRow.id),
    col(ApiTokenRow.user_id),
    col(UserRow.name),
    col(ApiTokenRow.name),
    col(ApiTokenRow.scopes),
    col(ApiTokenRow.read_only),
    col(ApiTokenRow.created_at),
    col(ApiTokenRow.expires_at),
    col(ApiTokenRow.seen_at),
    col(ApiTokenRow.revoked_at),
)


def add(
    session: Session,
    *,
    digest: str,
    user_id: int,
    name: str,
    scopes: Sequence[str],
    read_only: bool,
    created_at: datetime,
    expires_at: datetime,
) -> StoredToken:
    row = ApiTokenRow(
        digest=digest,
        user_id=user_id,
        name=name,
        scopes=list(scopes),
        read_only=read_only,
        created_at=created_at,
        expires_at=expires_at,
    )
    session.add(row)
    session.flush()
    assert row.id is not None
    return get(session, row.id)


def get(session: Session, token_id: int) -> StoredToken:
    query = select(*_TOKEN).join(UserRow, col(UserRow.id) == col(ApiTokenRow.user_id))
    return _token(session.execute(query.where(col(ApiTokenRow.id) == token_id)).one())


def find(session: Session, digest: str) -> StoredToken | None:
    query = select(*_TOKEN).join(UserRow, col(UserRow.id) == col(ApiTokenRow.user_id))
    row = session.execute(query.where(col(ApiTokenRow.digest) == digest)).one_or_none()
    return _token(row) if row is not None else None


def good(session: Session, user_id: int | None, at: datetime) -> list[StoredToken]:
    """Tokens that open something at a moment, of one account or (None) of all; the newest first."""
    query = (
        select(*_TOKEN)
        .join(UserRow, col(UserRow.id) == col(ApiTokenRow.user_id))
        .where(col(ApiTokenRow.revoked_at).is_(None), col(ApiTokenRow.expires_at) > at)
        .order_by(col(ApiTokenRow.id).desc())
    )
    if user_id is not None:
        query = query.where(col(ApiTokenRow.user_id) == user_id)
    return [_token(row) for row in session.execute(query)]


def count_good(session: Session, user_id: int, at: datetime) -> int:
    query = (
        select(func.count())
        .select_from(ApiTokenRow)
        .where(
            col(ApiTokenRow.user_id) == user_id,
            col(ApiTokenRow.revoked_at).is_(None),
            col(ApiTokenRow.expires_at) > at,
        )
    )
    return session.scalars(query).one()


def touch(session: Session, token_id: int, at: datetime) -> None:
    session.execute(update(ApiTokenRow).where(col(ApiTokenRow.id) == token_id).values(seen_at=at))


def revoke(session: Session, user_id: int | None, token_id: int, at: datetime) -> bool:
    """Whether there was such a token, of that account if one is named, that was good until now."""
    query = update(ApiTokenRow).where(col(ApiTokenRow.id) == token_id, col(ApiTokenRow.revoked_at).is_(None))
    if user_id is not None:
        query = query.where(col(ApiTokenRow.user_id) == user_id)
    return bool(session.execute(query.values(revoked_at=at)).rowcount)  # type: ignore[attr-defined]


def revoke_all(session: Session, user_id: int, at: datetime) -> None:
    session.execute(
        update(ApiTokenRow)
        .where(col(ApiTokenRow.user_id) == user_id, col(ApiTokenRow.revoked_at).is_(None))
        .values(revoked_at=at)
    )


def _token(row: Sequence[object]) -> StoredToken:
    values = list(row)
    values[4] = tuple(values[4])  # type: ignore[arg-type]
    return StoredToken(*values)  # type: ignore[arg-type]
