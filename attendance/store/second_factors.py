"""Second factors and recovery codes: every query. What is sealed here is opened in the services alone."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, func, select, update
from sqlmodel import Session, col

from attendance.store.sign_in_tables import RecoveryCodeRow, SecondFactorRow


@dataclass(frozen=True, slots=True)
class StoredFactor:
    user_id: int
    sealed: bytes
    last_step: int
    confirmed_at: datetime | None


def find(session: Session, user_id: int) -> StoredFactor | None:
    row = session.execute(
        select(
            col(SecondFactorRow.user_id),
            col(SecondFactorRow.sealed),
            col(SecondFactorRow.last_step),
            col(SecondFactorRow.confirmed_at),
        ).where(col(SecondFactorRow.user_id) == user_id)
    ).one_or_none()
    return StoredFactor(*row) if row is not None else None


def begin(session: Session, user_id: int, sealed: bytes, at: datetime) -> None:
    """A new secret, in place of one that was never confirmed."""
    remove(session, user_id)
    session.add(SecondFactorRow(user_id=user_id, sealed=sealed, created_at=at))


def take_step(session: Session, user_id: int, step: int) -> bool:
    """Use up a code's interval; False where it, or a later one, was used before. One statement, so only one wins."""
    taken = session.execute(
        update(SecondFactorRow)
        .where(col(SecondFactorRow.user_id) == user_id, col(SecondFactorRow.last_step) < step)
        .values(last_step=step)
    )
    return bool(taken.rowcount)  # type: ignore[attr-defined]


def confirm(session: Session, user_id: int, at: datetime) -> None:
    session.execute(update(SecondFactorRow).where(col(SecondFactorRow.user_id) == user_id).values(confirmed_at=at))


def remove(session: Session, user_id: int) -> None:
    session.execute(delete(RecoveryCodeRow).where(col(RecoveryCodeRow.user_id) == user_id))
    session.execute(delete(SecondFactorRow).where(col(SecondFactorRow.user_id) == user_id))


def set_recovery_codes(session: Session, user_id: int, digests: Iterable[str]) -> None:
    """These and no others are good from now on."""
    session.execute(delete(RecoveryCodeRow).where(col(RecoveryCodeRow.user_id) == user_id))
    session.add_all(RecoveryCodeRow(user_id=user_id, digest=digest) for digest in digests)


def use_recovery_code(session: Session, user_id: int, digest: str, at: datetime) -> bool:
    """Use a code up; False for one that is not there or was used."""
    used = session.execute(
        update(RecoveryCodeRow)
        .where(
            col(RecoveryCodeRow.user_id) == user_id,
            col(RecoveryCodeRow.digest) == digest,
            col(RecoveryCodeRow.used_at).is_(None),
        )
        .values(used_at=at)
    )
    return bool(used.rowcount)  # type: ignore[attr-defined]


def recovery_codes_left(session: Session, user_id: int) -> int:
    query = (
        select(func.count())
        .select_from(RecoveryCodeRow)
        .where(col(RecoveryCodeRow.user_id) == user_id, col(RecoveryCodeRow.used_at).is_(None))
    )
    return session.scalars(query).one()
