"""Sign-ins as people see them, and what stands beside an account: places it is known at, a password to be changed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, exists, func, select, update
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col

from attendance.store.sign_in_tables import FirstPasswordRow, KnownPlaceRow, SecondFactorRow
from attendance.store.tables import SignInRow, UnitRow, UserRow
from attendance.store.tree_tables import UnitVersionRow

MOST_PLACES = 20
"""So many places are remembered of one account, the ones seen last."""


@dataclass(frozen=True, slots=True)
class Standing:
    """What an account still owes: `first_password_until` is set while its password is one that has to be changed."""

    has_second_factor: bool
    first_password_until: datetime | None


@dataclass(frozen=True, slots=True)
class SignInOf:
    """One sign-in of somebody, without anything that could be used to sign in."""

    id: int
    kind: str
    created_at: datetime
    seen_at: datetime
    expires_at: datetime
    address: str
    browser: str
    second_factor: bool


def standing(session: Session, user_id: int) -> Standing:
    confirmed = (
        exists()
        .where(col(SecondFactorRow.user_id) == user_id, col(SecondFactorRow.confirmed_at).is_not(None))
        .correlate(None)
    )
    until = select(col(FirstPasswordRow.expires_at)).where(col(FirstPasswordRow.user_id) == user_id).scalar_subquery()
    row = session.execute(select(confirmed, until)).one()
    return Standing(bool(row[0]), row[1])


def of_user(session: Session, user_id: int, kinds: Sequence[str], at: datetime) -> list[SignInOf]:
    """What somebody is signed in to at a moment by these kinds, the ones seen last first."""
    query = (
        select(
            col(SignInRow.id),
            col(SignInRow.kind),
            col(SignInRow.created_at),
            col(SignInRow.seen_at),
            col(SignInRow.expires_at),
            col(SignInRow.address),
            col(SignInRow.browser),
            col(SignInRow.second_factor),
        )
        .where(col(SignInRow.user_id) == user_id, col(SignInRow.kind).in_(list(kinds)), col(SignInRow.expires_at) > at)
        .order_by(col(SignInRow.seen_at).desc(), col(SignInRow.id).desc())
    )
    return [SignInOf(*row) for row in session.execute(query)]


def end_one(session: Session, user_id: int, sign_in_id: int) -> bool:
    """End one sign-in of somebody; whether there was one of them by that number."""
    ended = session.execute(delete(SignInRow).where(col(SignInRow.id) == sign_in_id, col(SignInRow.user_id) == user_id))
    return bool(ended.rowcount)  # type: ignore[attr-defined]


def end_others(session: Session, user_id: int, kept: int | None) -> int:
    """End what somebody is signed in to, but for one; answers how many ended."""
    query = delete(SignInRow).where(col(SignInRow.user_id) == user_id)
    if kept is not None:
        query = query.where(col(SignInRow.id) != kept)
    return int(session.execute(query).rowcount)  # type: ignore[attr-defined]


def names_of_office(session: Session) -> list[str]:
    """Codes and names, old ones too, of units that lie under no other: what people here make passwords of."""
    query = (
        select(col(UnitRow.code), col(UnitVersionRow.name))
        .join(UnitVersionRow, col(UnitVersionRow.unit_id) == col(UnitRow.id))
        .where(col(UnitVersionRow.parent_id).is_(None), col(UnitVersionRow.withdrawn_at).is_(None))
        .order_by(col(UnitVersionRow.id))
        .limit(50)
    )
    return [text for row in session.execute(query) for text in row]


def mark_first_password(session: Session, user_id: int, expires_at: datetime) -> None:
    """The password of an account is from now on one to be changed, good until a moment."""
    clear_first_password(session, user_id)
    session.add(FirstPasswordRow(user_id=user_id, expires_at=expires_at))


def clear_first_password(session: Session, user_id: int) -> None:
    session.execute(delete(FirstPasswordRow).where(col(FirstPasswordRow.user_id) == user_id))


def is_known_place(session: Session, name: str, place: str) -> bool:
    """Whether the account of that name has signed in from there."""
    query = (
        select(func.count())
        .select_from(KnownPlaceRow)
        .join(UserRow, col(UserRow.id) == col(KnownPlaceRow.user_id))
        .where(col(UserRow.name) == name, col(KnownPlaceRow.place) == place)
    )
    return bool(session.scalars(query).one())


def remember_place(session: Session, user_id: int, place: str, at: datetime) -> None:
    """An account signed in from a place; beyond `MOST_PLACES` the one seen longest ago is forgotten."""
    mine = col(KnownPlaceRow.user_id) == user_id
    seen = session.execute(update(KnownPlaceRow).where(mine, col(KnownPlaceRow.place) == place).values(seen_at=at))
    if seen.rowcount:  # type: ignore[attr-defined]
        return
    try:
        with session.begin_nested():
            session.add(KnownPlaceRow(user_id=user_id, place=place, seen_at=at))
            session.flush()
    except IntegrityError:
        return  # the same person signed in there at this moment too
    newest = select(col(KnownPlaceRow.id)).where(mine).order_by(col(KnownPlaceRow.seen_at).desc()).limit(MOST_PLACES)
    session.execute(delete(KnownPlaceRow).where(mine, col(KnownPlaceRow.id).not_in(newest.scalar_subquery())))
