"""Papers about who works where and when beside the schedule: duties, overtime orders, sites, protections, visits.

`paper`, `actor`, `approved_by` are those of `attendance.store.papers`.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta

from sqlmodel import Session, select

from attendance.errors import Invalid
from attendance.store import office, paper_register, touched
from attendance.store.paper_checks import check_dates, check_known_by, check_not_own, check_order, check_session
from attendance.store.paper_tables import (
    DutyRow,
    InspectionAbsenceRow,
    InspectionRow,
    OvertimeRow,
    ProtectionRow,
    SiteFactRow,
)
from attendance.store.tables import EmployeeRow, TerminalRow, UnitRow
from attendance.store.trail import CONSOLE, Actor


def add_duty(
    session: Session,
    employee: str,
    starts: datetime,
    ends: datetime,
    *,
    code: str = "duty",
    counts_as_schedule: bool = False,
    desk: str = "",
    unit_id: int | None = None,
    in_place_of: int | None = None,
    document: str = "",
    approved_at: datetime | None,
    paper: int | None = None,
    actor: Actor = CONSOLE,
    approved_by: str = "",
    at: datetime,
) -> DutyRow:
    """An entry of the roster. One that is forbidden, or of somebody not employed then, is kept and judged refused."""
    person = office.get(session, EmployeeRow, employee)
    check_order(f"The duty of {employee}", starts, ends)
    check_known_by(at, approved_at=approved_at)
    check_not_own(employee, approved_by)
    row = DutyRow(
        employee_id=office.key(person),
        code=code,
        starts=starts,
        ends=ends,
        counts_as_schedule=counts_as_schedule,
        desk=desk,
        unit_id=unit_id,
        in_place_of_id=in_place_of,
        document=document,
        approved_at=approved_at,
        recorded_at=at,
    )
    return paper_register.file_fact(session, row, paper, actor, approved_by, at)


def on_duty(session: Session, from_on: date, to_on: date) -> list[int]:
    """Numbers of the people of whom some duty begins in a span of dates."""
    first, after = (datetime.combine(on, time()) for on in (from_on, to_on + timedelta(days=1)))
    query = select(DutyRow.employee_id).where(DutyRow.starts >= first, DutyRow.starts < after)
    return sorted(set(session.exec(query)))


def order_overtime(
    session: Session,
    employee: str,
    starts: datetime,
    ends: datetime,
    *,
    document: str = "",
    approved_at: datetime | None,
    paper: int | None = None,
    actor: Actor = CONSOLE,
    approved_by: str = "",
    at: datetime,
) -> OvertimeRow:
    """An order of overtime, without which there is none."""
    person = office.get(session, EmployeeRow, employee)
    check_order(f"The overtime of {employee}", starts, ends)
    check_known_by(at, approved_at=approved_at)
    check_not_own(employee, approved_by)
    row = OvertimeRow(
        employee_id=office.key(person),
        starts=starts,
        ends=ends,
        document=document,
        approved_at=approved_at,
        recorded_at=at,
    )
    return paper_register.file_fact(session, row, paper, actor, approved_by, at)


def send_to(
    session: Session,
    employee: str,
    on: date,
    terminals: Sequence[str],
    *,
    part: str | None = None,
    document: str = "",
    approved_at: datetime | None,
    paper: int | None = None,
    actor: Actor = CONSOLE,
    approved_by: str = "",
    at: datetime,
) -> SiteFactRow:
    """On a date (`part`: in one session of it) a person depends on these terminals in place of their own."""
    person = office.get(session, EmployeeRow, employee)
    if not terminals:
        raise Invalid(f"Where {employee} is sent to on {on} is not said; name at least one terminal.")
    for code in terminals:
        office.get(session, TerminalRow, code)
    if part is not None:
        check_session(session, part)
    check_known_by(at, approved_at=approved_at)
    check_not_own(employee, approved_by)
    row = SiteFactRow(
        employee_id=office.key(person),
        on=on,
        session=part,
        terminals=list(terminals),
        document=document,
        approved_at=approved_at,
        recorded_at=at,
    )
    return paper_register.file_fact(session, row, paper, actor, approved_by, at)


def protect(
    session: Session,
    employee: str,
    code: str,
    *,
    from_on: date | None = None,
    to_on: date | None = None,
    document: str = "",
    approved: bool = True,
    paper: int | None = None,
    actor: Actor = CONSOLE,
    approved_by: str = "",
    at: datetime,
) -> ProtectionRow:
    """A protection by law during these dates. `approved`: somebody signed it, else it waits for that."""
    person = office.get(session, EmployeeRow, employee)
    if not code.strip():
        raise Invalid(f"The protection of {employee} has no code; write for example pregnancy_m7.")
    check_dates(f"The protection of {employee}", from_on, to_on)
    check_not_own(employee, approved_by)
    row = ProtectionRow(
        employee_id=office.key(person),
        code=code,
        from_on=from_on,
        to_on=to_on,
        document=document,
        approved_at=at if approved else None,
        recorded_at=at,
    )
    return paper_register.file_fact(session, row, paper, actor, approved_by, at)


def inspect(
    session: Session, unit: str, wall_time: datetime, found_absent: Sequence[str], *, document: str = "", at: datetime
) -> InspectionRow:
    """A visit to a unit at one minute of wall time, and who was not found at work."""
    place = office.get(session, UnitRow, unit)
    check_order("The inspection", wall_time, None)
    people = [office.key(office.get(session, EmployeeRow, code)) for code in dict.fromkeys(found_absent)]
    row = InspectionRow(unit_id=office.key(place), wall_time=wall_time, document=document, recorded_at=at)
    session.add(row)
    session.flush()
    assert row.id is not None
    session.add_all(InspectionAbsenceRow(inspection_id=row.id, employee_id=person) for person in people)
    return touched.file_paper(session, row, at)
