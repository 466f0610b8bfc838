"""The code with which the first administrator is made: every query. There is one at most."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete, select, update
from sqlmodel import Session, col

from attendance.store.sign_in_tables import SetupCodeRow
from attendance.store.tables import UserRow


def has_accounts(session: Session) -> bool:
    return session.execute(select(col(UserRow.id)).limit(1)).one_or_none() is not None


def put(session: Session, digest: str, expires_at: datetime) -> None:
    """In place of the one before."""
    session.execute(delete(SetupCodeRow))
    session.add(SetupCodeRow(digest=digest, expires_at=expires_at))
    session.flush()


def guess(session: Session, most: int, at: datetime) -> str | None:
    """Count a guess and answer the digest to compare with; None where no code is good any more."""
    counted = session.execute(
        update(SetupCodeRow)
        .where(col(SetupCodeRow.guesses) < most, col(SetupCodeRow.expires_at) > at)
        .values(guesses=col(SetupCodeRow.guesses) + 1)
    )
    if not counted.rowcount:  # type: ignore[attr-defined]
        return None
    return session.scalars(select(col(SetupCodeRow.digest))).one_or_none()


def use(session: Session, digest: str) -> bool:
    """Use the code up; False where somebody was faster. One statement, so only one wins."""
    used = session.execute(delete(SetupCodeRow).where(col(SetupCodeRow.digest) == digest))
    return bool(used.rowcount)  # type: ignore[attr-defined]
