"""Names and numbers of people."""

from __future__ import annotations

from collections.abc import Iterable

from sqlmodel import Session, col, select

from attendance.store.tables import EmployeeRow

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
    wanted = sorted({code for code in codes if code})
    found: set[int] = set()
    for begin in range(0, len(wanted), _BATCH):
        query = select(EmployeeRow.id).where(col(EmployeeRow.code).in_(wanted[begin : begin + _BATCH]))
        found |= {number for number in session.exec(query) if number is not None}
    return found


def everybody(session: Session) -> list[tuple[str, str]]:
    """Code and name of every person, by code."""
    query = select(EmployeeRow.code, EmployeeRow.name).order_by(col(EmployeeRow.code))
    return [(code, name) for code, name in session.exec(query)]
