"""Users and their sign-ins: every query. Secrets come in as digests; nothing here can be used to sign in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, select, update
from sqlmodel import Session, col

from attendance.errors import AlreadyExists, NotFound
from attendance.store.tables import SignInRow, UserRow


@dataclass(frozen=True, slots=True)
class StoredUser:
    id: int
    name: str
    employee_id: int | None
    disabled: bool
    password_hash: str


@dataclass(frozen=True, slots=True)
class StoredSignIn:
    """A sign-in and who it is of. `seen_at` moves; `expires_at` is the absolute end."""

    id: int
    kind: str
    created_at: datetime
    seen_at: datetime
    expires_at: datetime
    second_factor: bool
    user: StoredUser


_USER = (
    col(UserRow.id),
    col(UserRow.name),
    col(UserRow.employee_id),
    col(UserRow.disabled),
    col(UserRow.password_hash),
)


def find_user(session: Session, name: str) -> StoredUser | None:
    row = session.execute(select(*_USER).where(col(UserRow.name) == name)).one_or_none()
    return StoredUser(*row) if row is not None else None


def get_user(session: Session, name: str) -> StoredUser:
    """Raises NotFound."""
    found = find_user(session, name)
    if found is None:
        raise NotFound("user", name)
    return found


def users(session: Session) -> list[StoredUser]:
    """Everybody who may sign in, by name."""
    return [StoredUser(*row) for row in session.execute(select(*_USER).order_by(col(UserRow.name)))]


def add_user(
    session: Session, name: str, *, password_hash: str, employee_id: int | None = None, at: datetime
) -> StoredUser:
    """Raises AlreadyExists."""
    if find_user(session, name) is not None:
        raise AlreadyExists("user", name)
    session.add(UserRow(name=name, password_hash=password_hash, employee_id=employee_id, recorded_at=at))
    session.flush()
    return get_user(session, name)


def set_password_hash(session: Session, user_id: int, password_hash: str) -> None:
    session.execute(update(UserRow).where(col(UserRow.id) == user_id).values(password_hash=password_hash))


def set_employee(session: Session, user_id: int, employee_id: int) -> None:
    session.execute(update(UserRow).where(col(UserRow.id) == user_id).values(employee_id=employee_id))


def set_disabled(session: Session, user_id: int, disabled: bool) -> None:
    session.execute(update(UserRow).where(col(UserRow.id) == user_id).values(disabled=disabled))


def add_sign_in(
    session: Session,
    *,
    digest: str,
    user_id: int,
    kind: str,
    created_at: datetime,
    expires_at: datetime,
    address: str = "",
    browser: str = "",
    second_factor: bool = False,
) -> None:
    session.add(
        SignInRow(
            digest=digest,
            user_id=user_id,
            kind=kind,
            created_at=created_at,
            seen_at=created_at,
            expires_at=expires_at,
            address=address[:64],
            browser=browser[:64],
            second_factor=second_factor,
        )
    )


def find_sign_in(session: Session, digest: str, kind: str) -> StoredSignIn | None:
    query = (
        select(
            col(SignInRow.id),
            col(SignInRow.kind),
            col(SignInRow.created_at),
            col(SignInRow.seen_at),
            col(SignInRow.expires_at),
            col(SignInRow.second_factor),
            *_USER,
        )
        .join(UserRow, col(UserRow.id) == col(SignInRow.user_id))
        .where(col(SignInRow.digest) == digest, col(SignInRow.kind) == kind)
    )
    row = session.execute(query).one_or_none()
    return (
        StoredSignIn(row[0], row[1], row[2], row[3], row[4], row[5], StoredUser(*row[6:])) if row is not None else None
    )


def touch(session: Session, sign_in_id: int, seen_at: datetime) -> None:
    session.execute(update(SignInRow).where(col(SignInRow.id) == sign_in_id).values(seen_at=seen_at))


def end_sign_in(session: Session, digest: str) -> None:
    session.execute(delete(SignInRow).where(col(SignInRow.digest) == digest))


def end_sign_ins_of(session: Session, user_id: int) -> None:
    session.execute(delete(SignInRow).where(col(SignInRow.user_id) == user_id))


def end_every_sign_in(session: Session) -> None:
    session.execute(delete(SignInRow))


def forget_expired(session: Session, at: datetime) -> None:
    """Take away sign-ins that ended by themselves, so that the table does not grow for ever."""
    session.execute(delete(SignInRow).where(col(SignInRow.expires_at) <= at))
