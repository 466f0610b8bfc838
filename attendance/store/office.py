"""Looking things of the office up: by code, in the tree, in force on a date."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any, TypeVar

from sqlalchemy import bindparam
from sqlmodel import Session, col, or_, select

from attendance.errors import Invalid, NotFound
from attendance.rules.schedule import session_hours
from attendance.store.questions import ASSIGNMENTS, core, listed
from attendance.store.tables import (
    AssignmentRow,
    EmployeeRow,
    EnrolmentRow,
    RuleVersionRow,
    ScheduleRow,
    ScheduleVersionRow,
    TerminalRow,
    UnitRow,
)
from attendance.store.tree_tables import UnitVersionRow

Coded = TypeVar("Coded", UnitRow, EmployeeRow, TerminalRow, ScheduleRow)
Renewable = TypeVar("Renewable", UnitRow, EmployeeRow, ScheduleRow)

_KINDS: dict[type[Any], str] = {
    UnitRow: "unit",
    EmployeeRow: "employee",
    TerminalRow: "terminal",
    ScheduleRow: "schedule",
}
_BY_CODE: dict[type[Any], Any] = {kind: select(kind).where(core(kind.code) == bindparam("code")) for kind in _KINDS}


def find(session: Session, kind: type[Coded], code: str) -> Coded | None:
    """The row with this code; None also where only an import that was undone knew of it."""
    found = _with_code(session, kind, code)
    return None if getattr(found, "withdrawn_at", None) is not None else found


def find_again(session: Session, kind: type[Renewable], code: str) -> Renewable | None:
    """A row with this code that an undone import left behind, as if it had never been taken back."""
    found = _with_code(session, kind, code)
    if found is not None:
        found.withdrawn_at = None
        session.add(found)
    return found


def _with_code(session: Session, kind: type[Coded], code: str) -> Coded | None:
    found: Coded | None = session.exec(_BY_CODE[kind], params={"code": code}).one_or_none()
    return found


def get(session: Session, kind: type[Coded], code: str) -> Coded:
    """The row with this code. Raises NotFound naming kind and code."""
    row = find(session, kind, code)
    if row is None:
        raise NotFound(_KINDS[kind], code)
    return row


def key(row: UnitRow | EmployeeRow | TerminalRow | ScheduleRow) -> int:
    """The number of a stored row."""
    assert row.id is not None
    return row.id


def code_of(session: Session, kind: type[Coded], number: int) -> str:
    row = session.get(kind, number)
    if row is None:
        raise NotFound(_KINDS[kind], str(number))
    return row.code


def first_unit(session: Session) -> str:
    """The unit that was registered first, which is meant where none is named."""
    standing = select(UnitRow).where(col(UnitRow.withdrawn_at).is_(None))
    row = session.exec(standing.order_by(col(UnitRow.id)).limit(1)).one_or_none()
    if row is None:
        raise NotFound("unit", "A", "Make the first one with `attendance init`.")
    return row.code


def name(session: Session) -> str:
    """What the office is called: the newest name of the unit that was registered first; empty before there is one."""
    first = select(UnitRow.id).where(col(UnitRow.withdrawn_at).is_(None)).order_by(col(UnitRow.id)).limit(1)
    number = session.exec(first).one_or_none()
    version = select(UnitVersionRow).where(UnitVersionRow.unit_id == number, col(UnitVersionRow.withdrawn_at).is_(None))
    newest = col(UnitVersionRow.from_on).desc().nulls_last()
    row = session.exec(version.order_by(newest, col(UnitVersionRow.id).desc()).limit(1)).first()
    return row.name if row is not None else ""


def hold_unit(session: Session, unit_id: int | None) -> None:
    """Let nobody else who holds this unit (None: what is everywhere, for which the first one stands) go on before the
    transaction ends."""
    query = select(UnitRow.id).order_by(col(UnitRow.id)).limit(1)
    session.exec((query if unit_id is None else query.where(UnitRow.id == unit_id)).with_for_update()).all()


def units(session: Session) -> list[UnitRow]:
    return list(session.exec(select(UnitRow).order_by(col(UnitRow.id))))


def terminals_of(session: Session, unit_ids: set[int]) -> set[int]:
    """Numbers of the terminals that stand in these units, or that somebody assigned to them depends on."""
    known = terminals(session)
    here = {key(row) for row in known if row.unit_id in unit_ids}
    by_code = {row.code: key(row) for row in known}
    query = select(AssignmentRow.terminals).where(
        col(AssignmentRow.withdrawn_at).is_(None), col(AssignmentRow.unit_id).in_(unit_ids)
    )
    return here | {by_code[code] for listed in session.exec(query) for code in listed if code in by_code}


def terminals(session: Session) -> list[TerminalRow]:
    return list(session.exec(select(TerminalRow).order_by(col(TerminalRow.id))))


def other_bearer(session: Session, serial: str, terminal: TerminalRow) -> TerminalRow | None:
    """Another terminal in use that bears this serial: one machine twice would be every punch twice."""
    alike = (other for other in terminals(session) if other.serial == serial and other.in_use)
    return next((other for other in alike if other.id != terminal.id), None)


def check_serial_is_free(session: Session, serial: str, terminal: TerminalRow) -> None:
    """Raises Invalid where another terminal in use bears this serial."""
    other = other_bearer(session, serial, terminal)
    if other is not None:
        raise Invalid(
            f"The serial number {serial} is terminal {other.code} already; name that one, or put it out of use "
            f"first: attendance terminals retire {other.code}"
        )


def codes(session: Session, kind: type[Coded], ids: Iterable[int]) -> dict[int, str]:
    query = select(kind.id, kind.code).where(col(kind.id).in_(set(ids)))
    return {int(number): code for number, code in session.exec(query) if number is not None}


def session_names(session: Session) -> set[str]:
    """The names of sessions in any version of any schedule."""
    found: set[str] = set()
    for row in session.exec(select(ScheduleVersionRow)):
        found.update(row.sessions, *row.by_weekday.values())
    return found


def sessions_pass_midnight(session: Session) -> bool:
    """Whether some session of some schedule lies, or ends, on a day after its date."""
    return any(
        session_hours(name, *times).ends > 24 * 60
        for row in session.exec(select(ScheduleVersionRow))
        for sessions in (row.sessions, *row.by_weekday.values())
        for name, times in sessions.items()
    )


def assignments_between(
    session: Session, from_on: date, to_on: date, employee_ids: Iterable[int] | None = None
) -> list[AssignmentRow]:
    """Assignments in force on some date of the span, by employee and date: rows to read, not to change."""
    values: dict[str, Any] = {"as_of": None, "first": from_on, "last": to_on}
    if employee_ids is not None:
        values["people"] = listed(list(employee_ids))
    return sorted(ASSIGNMENTS.ask(session, values), key=lambda row: (row.employee_id, row.from_on))


def unit_on(session: Session, employee_id: int, on: date) -> int | None:
    """The number of the unit a person serves in on a date; else of the next they will, else of the last they did."""
    return units_on(session, [employee_id], on).get(employee_id)


def units_on(session: Session, employee_ids: Iterable[int], on: date) -> dict[int, int]:
    """The same of several people; those who never served are left out."""
    served: dict[int, list[AssignmentRow]] = {}
    for row in assignments_between(session, date.min, date.max, employee_ids):
        served.setdefault(row.employee_id, []).append(row)
    found = {}
    for person, rows in served.items():
        now = [row for row in rows if row.from_on <= on and (row.to_on is None or on <= row.to_on)]
        later = [row for row in rows if row.from_on > on]
        found[person] = [*now, *later, *reversed(rows)][0].unit_id
    return found


def rule_names(session: Session) -> set[str]:
    """The rules, kinds of leave and of exemptions that some version in the database is of."""
    return set(session.exec(select(RuleVersionRow.rule).where(col(RuleVersionRow.withdrawn_at).is_(None))))


def ever_assigned(session: Session, unit_id: int, from_on: date, to_on: date) -> list[int]:
    """Numbers of the people some assignment puts into a unit on some date of the span, also one taken back since."""
    query = select(AssignmentRow.employee_id).where(
        AssignmentRow.unit_id == unit_id,
        AssignmentRow.from_on <= to_on,
        or_(col(AssignmentRow.to_on).is_(None), col(AssignmentRow.to_on) >= from_on),
    )
    return sorted(set(session.exec(query)))


def units_of(session: Session, employee: str) -> list[str]:
    """Codes of the units a person serves in on any date, in order of date."""
    rows = assignments_between(session, date.min, date.max, [key(get(session, EmployeeRow, employee))])
    return list(dict.fromkeys(code_of(session, UnitRow, row.unit_id) for row in rows))


def units_served(session: Session, employee_ids: Iterable[int]) -> dict[int, frozenset[int]]:
    """Numbers of the units each of these people serves in on any date; nobody without any."""
    query = select(AssignmentRow.employee_id, AssignmentRow.unit_id).where(
        col(AssignmentRow.employee_id).in_(list(employee_ids)), col(AssignmentRow.withdrawn_at).is_(None)
    )
    found: dict[int, frozenset[int]] = {}
    for person, unit in session.exec(query):
        found[person] = found.get(person, frozenset()) | {unit}
    return found


def enrolments_of_terminal(session: Session, terminal_id: int) -> list[EnrolmentRow]:
    query = select(EnrolmentRow).where(
        EnrolmentRow.terminal_id == terminal_id, col(EnrolmentRow.withdrawn_at).is_(None)
    )
    return list(session.exec(query.order_by(col(EnrolmentRow.pin), col(EnrolmentRow.from_on))))
