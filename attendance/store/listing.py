"""Lists of the office as rows of plain values, each limited to the rows the reader may see.

A list answers one page and how many rows there are in all.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, false, func, select
from sqlmodel import Session, col, or_

from attendance.store import office
from attendance.store.tables import (
    AssignmentRow,
    CalendarEntryRow,
    EmployeeRow,
    EnrolmentRow,
    ScheduleRow,
    ScheduleVersionRow,
    TerminalRow,
    UnitRow,
)
from attendance.store.tree import Spread, StoredTree
from attendance.store.within import Within

AnySelect = Select[*tuple[Any, ...]]
Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Listed:
    """One page of a list. `after` is the cursor of the last row where there are more, in lists that have cursors."""

    rows: list[Row]
    total: int
    after: str | None = None


def choose(*columns: Any) -> AnySelect:
    """A query for labelled columns, as rows of plain values."""
    return select(*columns)


def rows_of(session: Session, query: AnySelect) -> list[Row]:
    return [dict(row) for row in session.execute(query).mappings()]


def count(session: Session, query: AnySelect) -> int:
    return session.scalar(select(func.count()).select_from(query.order_by(None).subquery())) or 0


def page(session: Session, query: AnySelect, limit: int, offset: int) -> tuple[list[Row], int]:
    """Rows `offset` to `offset + limit` of a query, and how many it has."""
    total = count(session, query)
    return rows_of(session, query.limit(limit).offset(offset)) if offset < total else [], total


def known_people(within: Within, person: Any) -> list[ColumnElement[bool]]:
    """Conditions on a column of people: those who serve, served or will serve where the reader sees, and themselves."""
    if within.is_all:
        return []
    served = (
        select(col(AssignmentRow.employee_id))
        .where(col(AssignmentRow.withdrawn_at).is_(None))
        .where(*within.rows(col(AssignmentRow.unit_id), col(AssignmentRow.employee_id)))
    )
    if within.employee is None or within.only is not None:
        return [person.in_(served)]
    return [or_(person.in_(served), person == within.employee)]


def find_employee(session: Session, code: str, within: Within) -> int | None:
    """The number of a person whom the reader may see."""
    query = select(col(EmployeeRow.id)).where(col(EmployeeRow.code) == code, col(EmployeeRow.withdrawn_at).is_(None))
    return session.scalar(query.where(*known_people(within, col(EmployeeRow.id))))


def known_employee(session: Session, code: str, within: Within) -> int | None:
    """The same, also where their record was withdrawn since."""
    query = select(col(EmployeeRow.id)).where(col(EmployeeRow.code) == code)
    return session.scalar(query.where(*known_people(within, col(EmployeeRow.id))))


def sees_employee(session: Session, employee_id: int, on: date, within: Within) -> bool:
    """Whether the reader may see this person's day: it is theirs, or was served in a unit they see."""
    if within.is_all or (within.only is None and within.employee == employee_id):
        return session.get(EmployeeRow, employee_id) is not None
    served = office.assignments_between(session, on, on, [employee_id])
    return any(within.sees(row.unit_id, employee_id) for row in served)


def find_terminal(session: Session, code: str, within: Within) -> TerminalRow | None:
    found = office.find(session, TerminalRow, code)
    return found if found is not None and within.names(found.unit_id) else None


def units(session: Session, within: Within, on: date, *, limit: int, offset: int) -> Listed:
    """The units there are on a date: code, name, parent (null at the top of what the reader sees), schedule, and from
    and to of their whole life; by code.
    """
    found = sorted(StoredTree(session).shown(on, within), key=lambda unit: unit.code)
    rows: list[Row] = [
        {
            "code": unit.code,
            "name": unit.name,
            "parent": unit.parent,
            "schedule": unit.schedule,
            "from": unit.from_on,
            "to": unit.to_on,
        }
        for unit in found[offset : offset + limit]
    ]
    return Listed(rows, len(found))


def in_spread(unit: Any, on: Any, spread: Spread) -> ColumnElement[bool]:
    """Whether a row of this unit and date is one of the spread's."""
    return or_(false(), *(on.between(first, last) & unit.in_(units) for first, last, units in spread if units))


def employees(session: Session, within: Within, on: date, *, limit: int, offset: int) -> Listed:
    """code, name, and where they serve on a date: unit, schedule (null: the unit's), from, to; by code."""
    query = choose(col(EmployeeRow.id), col(EmployeeRow.code), col(EmployeeRow.name)).order_by(col(EmployeeRow.code))
    query = query.where(col(EmployeeRow.withdrawn_at).is_(None), *known_people(within, col(EmployeeRow.id)))
    rows, total = page(session, query, limit, offset)
    serving = {row["employee_id"]: row for row in _serving(session, [row["id"] for row in rows], on, within)}
    listed = []
    for row in rows:
        now = serving.get(row["id"], {})
        where = {name: now.get(name) for name in ("unit", "schedule", "from", "to")}
        listed.append({"code": row["code"], "name": row["name"], **where})
    return Listed(listed, total)


def units_of_people(session: Session, employee_ids: list[int], on: date, within: Within) -> dict[int, str]:
    """The code of the unit in which each of these people serves on a date, where the reader sees it."""
    return {row["employee_id"]: row["unit"] for row in _serving(session, employee_ids, on, within)}


def _serving(session: Session, employee_ids: list[int], on: date, within: Within) -> list[Row]:
    query = _assignments().where(
        col(AssignmentRow.employee_id).in_(employee_ids),
        col(AssignmentRow.from_on) <= on,
        or_(col(AssignmentRow.to_on).is_(None), col(AssignmentRow.to_on) >= on),
        *within.rows(col(AssignmentRow.unit_id), col(AssignmentRow.employee_id)),
    )
    return rows_of(session, query)


def _assignments() -> AnySelect:
    return (
        choose(
            col(AssignmentRow.id).label("id"),
            col(AssignmentRow.employee_id).label("employee_id"),
            col(EmployeeRow.code).label("employee"),
            col(UnitRow.code).label("unit"),
            col(ScheduleRow.code).label("schedule"),
            col(AssignmentRow.terminals).label("terminals"),
            col(AssignmentRow.from_on).label("from"),
            col(AssignmentRow.to_on).label("to"),
            col(AssignmentRow.document).label("document"),
            col(AssignmentRow.recorded_at).label("recorded_at"),
        )
        .join(EmployeeRow, col(EmployeeRow.id) == col(AssignmentRow.employee_id))
        .join(UnitRow, col(UnitRow.id) == col(AssignmentRow.unit_id))
        .outerjoin(ScheduleRow, col(ScheduleRow.id) == col(AssignmentRow.schedule_id))
        .where(col(AssignmentRow.withdrawn_at).is_(None))
    )


def assignments(session: Session, within: Within, employee_id: int | None, *, limit: int, offset: int) -> Listed:
    """id, employee, unit, schedule, terminals, from, to, document, recorded_at; by employee and date."""
    query = _assignments().where(*within.rows(col(AssignmentRow.unit_id), col(AssignmentRow.employee_id)))
    if employee_id is not None:
        query = query.where(col(AssignmentRow.employee_id) == employee_id)
    query = query.order_by(col(EmployeeRow.code), col(AssignmentRow.from_on), col(AssignmentRow.id))
    rows, total = page(session, query, limit, offset)
    return Listed([_without(row, "employee_id") for row in rows], total)


def enrolments(
    session: Session, within: Within, employee_id: int | None, terminal_id: int | None, *, limit: int, offset: int
) -> Listed:
    """terminal, pin, employee, from, to, recorded_at; by terminal, number and date."""
    query = (
        choose(
            col(TerminalRow.code).label("terminal"),
            col(EnrolmentRow.pin).label("pin"),
            col(EmployeeRow.code).label("employee"),
            col(EnrolmentRow.from_on).label("from"),
            col(EnrolmentRow.to_on).label("to"),
            col(EnrolmentRow.recorded_at).label("recorded_at"),
        )
        .join(TerminalRow, col(TerminalRow.id) == col(EnrolmentRow.terminal_id))
        .join(EmployeeRow, col(EmployeeRow.id) == col(EnrolmentRow.employee_id))
        .where(col(EnrolmentRow.withdrawn_at).is_(None))
        .order_by(col(TerminalRow.code), col(EnrolmentRow.pin), col(EnrolmentRow.from_on), col(EnrolmentRow.id))
    )
    query = query.where(*known_people(within, col(EnrolmentRow.employee_id)))
    if employee_id is not None:
        query = query.where(col(EnrolmentRow.employee_id) == employee_id)
    if terminal_id is not None:
        query = query.where(col(EnrolmentRow.terminal_id) == terminal_id)
    rows, total = page(session, query, limit, offset)
    return Listed(rows, total)


def schedules(session: Session, *, limit: int, offset: int) -> Listed:
    """code, name, and every version in force at some time, by date; by code. They are the same for all readers."""
    query = choose(col(ScheduleRow.id), col(ScheduleRow.code), col(ScheduleRow.name))
    query = query.where(col(ScheduleRow.withdrawn_at).is_(None)).order_by(col(ScheduleRow.code))
    rows, total = page(session, query, limit, offset)
    return Listed(_with_versions(session, rows), total)


def schedule(session: Session, code: str) -> Row:
    """One schedule as it stands in the list."""
    query = choose(col(ScheduleRow.id), col(ScheduleRow.code), col(ScheduleRow.name))
    return _with_versions(session, rows_of(session, query.where(col(ScheduleRow.code) == code)))[0]


def _with_versions(session: Session, rows: list[Row]) -> list[Row]:
    versions: dict[int, list[Row]] = {row["id"]: [] for row in rows}
    table = ScheduleVersionRow
    found = rows_of(
        session,
        choose(
            col(table.schedule_id).label("schedule_id"),
            col(table.from_on).label("from"),
            col(table.to_on).label("to"),
            col(table.regime).label("regime"),
            col(table.sessions).label("sessions"),
            col(table.weekdays).label("weekdays"),
            col(table.by_weekday).label("by_weekday"),
            col(table.document).label("document"),
            col(table.article).label("article"),
            col(table.recorded_at).label("recorded_at"),
        ).where(col(table.schedule_id).in_(list(versions)), col(table.withdrawn_at).is_(None)),
    )
    for version in sorted(found, key=lambda row: row["from"] or date.min):
        versions[version["schedule_id"]].append(_without(version, "schedule_id"))
    return [{"code": row["code"], "name": row["name"], "versions": versions[row["id"]]} for row in rows]


def calendar(session: Session, within: Within, from_on: date, to_on: date, *, limit: int, offset: int) -> Listed:
    """date, kind, for, unit, session, status, document, recorded_at; by date and moment of recording.

    With the decisions of the units above the reader's, because they hold for the reader's too.
    """
    table = CalendarEntryRow
    query = (
        choose(
            col(table.on).label("date"),
            col(table.kind).label("kind"),
            col(table.pair_on).label("for"),
            col(UnitRow.code).label("unit"),
            col(table.session).label("session"),
            col(table.status).label("status"),
            col(table.document).label("document"),
            col(table.recorded_at).label("recorded_at"),
        )
        .outerjoin(UnitRow, col(UnitRow.id) == col(table.unit_id))
        .where(col(table.withdrawn_at).is_(None), col(table.status) != "proposed")
        .where(col(table.on) >= from_on, col(table.on) <= to_on)
        .order_by(col(table.on), col(table.recorded_at), col(table.id))
    )
    if within.units is not None:
        named = within.units | within.served
        heard = named | StoredTree(session).above(named, from_on, to_on)
        query = query.where(or_(col(table.unit_id).is_(None), col(table.unit_id).in_(heard)))
    rows, total = page(session, query, limit, offset)
    return Listed(rows, total)


def _without(row: Row, *names: str) -> Row:
    return {name: value for name, value in row.items() if name not in names}
