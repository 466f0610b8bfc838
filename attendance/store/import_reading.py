"""What an import compares a sheet with: the whole office at once, so that no row of the sheet asks by itself."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from sqlalchemy import inspect
from sqlmodel import Session, SQLModel

from attendance.store.questions import among, answers, core, listed, plain
from attendance.store.tables import EmployeeRow, ScheduleRow, TerminalRow, UnitRow

Values = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Office:
    """Units, schedules, terminals and people as plain rows, in the order in which they were registered.

    Schedules and people are also those that an undone import left behind (`withdrawn_at`).
    """

    units: tuple[Values, ...]
    schedules: tuple[Values, ...]
    terminals: tuple[Values, ...]
    people: tuple[Values, ...]


def read_office(session: Session) -> Office:
    return Office(*(_rows(session, table) for table in (UnitRow, ScheduleRow, TerminalRow, EmployeeRow)))


def standing(session: Session, table: type[SQLModel], people: Collection[int] | None = None) -> tuple[Values, ...]:
    """All rows of a dated table that hold now (of these people, if any are named), in the order of recording."""
    columns: Any = table
    query = plain(table).where(core(columns.withdrawn_at).is_(None))
    values: dict[str, Any] = {}
    if people is not None:
        query, values = query.where(among(columns.employee_id, "people")), {"people": listed(people)}
    query = query.order_by(core(columns.recorded_at), core(columns.id))
    return tuple(dict(row._mapping) for row in answers(session, query, values))


def read_values(row: SQLModel) -> Values:
    """A stored row as the values it was filed with."""
    return {attribute.key: getattr(row, attribute.key) for attribute in inspect(type(row)).column_attrs}


def _rows(session: Session, table: type[SQLModel]) -> tuple[Values, ...]:
    columns: Any = table
    return tuple(dict(row._mapping) for row in answers(session, plain(table).order_by(core(columns.id))))
