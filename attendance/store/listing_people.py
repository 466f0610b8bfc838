"""People as a list that is looked through: who they are, where they serve on a date, by which numbers known."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date

from sqlalchemy import ColumnElement
from sqlmodel import Session, col, or_, select

from attendance.store.listing import known_people
from attendance.store.tables import AssignmentRow, EmployeeRow, EnrolmentRow, TerminalRow, UnitRow
from attendance.store.within import Within


def everybody(session: Session, within: Within, units: frozenset[int] | None, on: date) -> list[tuple[int, str, str]]:
    """Number, code and name of all who may be seen, by code; `units`: only who serves in one of them on a date."""
    query = select(col(EmployeeRow.id), col(EmployeeRow.code), col(EmployeeRow.name)).order_by(col(EmployeeRow.code))
    query = query.where(col(EmployeeRow.withdrawn_at).is_(None), *known_people(within, col(EmployeeRow.id)))
    if units is not None:
        there = select(col(AssignmentRow.employee_id)).where(*_holds(AssignmentRow, on))
        query = query.where(col(EmployeeRow.id).in_(there.where(col(AssignmentRow.unit_id).in_(units))))
    return [tuple(row) for row in session.execute(query)]


def serving(session: Session, employee_ids: Sequence[int], on: date, within: Within) -> dict[int, str]:
    """The unit (code) in which each of these serves on a date, as far as it may be seen."""
    query = (
        select(col(AssignmentRow.employee_id), col(UnitRow.code))
        .join(UnitRow, col(UnitRow.id) == col(AssignmentRow.unit_id))
        .where(col(AssignmentRow.employee_id).in_(employee_ids), *_holds(AssignmentRow, on))
        .where(*within.rows(col(AssignmentRow.unit_id), col(AssignmentRow.employee_id)))
    )
    return {row[0]: row[1] for row in session.execute(query)}


def known_as(session: Session, employee_ids: Sequence[int], on: date) -> dict[int, list[tuple[str, str]]]:
    """Terminal (code) and number on it under which each of these is known on a date."""
    query = (
        select(col(EnrolmentRow.employee_id), col(TerminalRow.code), col(EnrolmentRow.pin))
        .join(TerminalRow, col(TerminalRow.id) == col(EnrolmentRow.terminal_id))
        .where(col(EnrolmentRow.employee_id).in_(employee_ids), *_holds(EnrolmentRow, on))
        .order_by(col(TerminalRow.code), col(EnrolmentRow.pin))
    )
    found: dict[int, list[tuple[str, str]]] = defaultdict(list)
    for number, terminal, pin in session.execute(query):
        found[number].append((terminal, pin))
    return found


def _holds(kind: type[AssignmentRow] | type[EnrolmentRow], on: date) -> list[ColumnElement[bool]]:
    begins, ends = col(kind.from_on), col(kind.to_on)
    return [
        col(kind.withdrawn_at).is_(None),
        or_(begins.is_(None), begins <= on),
        or_(ends.is_(None), ends >= on),
    ]
