"""Names and numbers of people."""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Iterable

from sqlmodel import Session, col, select

from attendance.store.tables import EmployeeRow, UserRow

_BATCH = 900


def names(session: Session, employee_ids: Iterable[int]) -> dict[int, tuple[str, str]]:
    """Code and name by number."""
    wanted = sorted(set(employee_ids))
    found: dict[int, tuple[str, str]] = {}
    for begin in range(0, len(wanted), _BATCH):
        query = select(EmployeeRow.id, EmployeeRow.code, EmployeeRow.name)
        query = query.where(col(EmployeeRow.id).in_(wanted[begin : begin + _BATCH]))
        found |= {number: (code, name) for number, code, name in session.exec(query) if number is not None}
    return found


def numbers(session: Session, codes: Iterable[str | None]) -> set[int]:
    """Numbers of the people with these codes; what is nobody's code is left out."""
    return set(by_code(session, codes).values())


def by_code(session: Session, codes: Iterable[str | None]) -> dict[str, int]:
    """Numbers of people by code; a code that nobody has is left out."""
    wanted = sorted({code for code in codes if code})
    found: dict[str, int] = {}
    for begin in range(0, len(wanted), _BATCH):
        query = select(EmployeeRow.code, EmployeeRow.id).where(
            col(EmployeeRow.code).in_(wanted[begin : begin + _BATCH])
        )
        found |= {code: number for code, number in session.exec(query) if number is not None}
    return found


def everybody(session: Session) -> list[tuple[str, str]]:
    """Code and name of every person, by code."""
    query = select(EmployeeRow.code, EmployeeRow.name).where(col(EmployeeRow.withdrawn_at).is_(None))
    query = query.order_by(col(EmployeeRow.code))
    return [(code, name) for code, name in session.exec(query)]


def rows(session: Session, employee_ids: Collection[int]) -> dict[int, EmployeeRow]:
    """People by number; while they are held, the session answers each without asking again."""
    return {row.id or 0: row for row in session.exec(select(EmployeeRow).where(col(EmployeeRow.id).in_(employee_ids)))}


def accounts(session: Session, user_ids: Collection[int]) -> dict[int | None, UserRow]:
    """Accounts by number."""
    return {row.id: row for row in session.exec(select(UserRow).where(col(UserRow.id).in_(user_ids)))}


def accounts_of(session: Session, employee_id: int) -> list[int]:
    """Numbers of the accounts of a person, the oldest first."""
    query = select(UserRow.id).where(UserRow.employee_id == employee_id).order_by(col(UserRow.id))
    return [number for number in session.exec(query) if number is not None]


def account(session: Session, name: str) -> int | None:
    """The number of the account with a name."""
    return session.exec(select(UserRow.id).where(UserRow.name == name)).first()


def person_behind(session: Session, user_id: int | None) -> int | None:
    """The number of the person an account is of; None where there is no account, or nobody behind it."""
    user = session.get(UserRow, user_id) if user_id is not None else None
    return user.employee_id if user is not None else None


def behind(session: Session, user_id: int | None, name: str) -> set[int]:
    """Numbers of the people an account may be of; without an account, of those who bear a name or have an account of
    it, however it is typed.
    """
    if user_id is not None:
        person = person_behind(session, user_id)
        return {person} if person is not None else set()
    wanted = alike(name)
    if not wanted:
        return set()
    named = session.exec(select(EmployeeRow.id, EmployeeRow.code, EmployeeRow.name))
    found = {number for number, *words in named if number is not None and wanted in map(alike, words)}
    accounts = session.exec(select(UserRow.name, UserRow.employee_id).where(col(UserRow.employee_id).is_not(None)))
    return found | {person for account, person in accounts if person is not None and alike(account) == wanted}


def alike(name: str) -> str:
    """A name however it was typed: composed or not, large or small, with more or fewer spaces."""
    return " ".join(unicodedata.normalize("NFKC", name).casefold().split())
