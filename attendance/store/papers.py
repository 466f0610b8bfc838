"""Filing papers: leave, missions, outages. Each verb checks, files, marks the days it touches; none is overwritten."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from sqlmodel import Session

from attendance.errors import Invalid
from attendance.store import dirty, office
from attendance.store.registering import mark_person
from attendance.store.tables import AbsenceRow, EmployeeRow, OutageRow, TerminalRow


def add_leave(
    session: Session,
    employee: str,
    on: date,
    *,
    code: str = "P",
    part: str = "all",
    document: str = "",
    approved_at: datetime | None = None,
    at: datetime,
) -> AbsenceRow:
    """Leave of whole sessions of a date. It excuses only once it is approved. Raises Invalid for an unknown session."""
    person = office.get(session, EmployeeRow, employee)
    known = {"all", *office.session_names(session)}
    if part not in known:
        raise Invalid(f"No schedule has a session {part!r}; write one of {', '.join(sorted(known))}.")
    row = AbsenceRow(
        kind="leave",
        employee_id=office.key(person),
        code=code,
        on=on,
        session=part,
        document=document,
        approved_at=approved_at,
        recorded_at=at,
    )
    session.add(row)
    session.flush()
    mark_person(session, row.employee_id, on - timedelta(days=1), on + timedelta(days=1), "paper", at)
    return row


def add_mission(
    session: Session,
    employee: str,
    starts: datetime,
    ends: datetime,
    *,
    document: str = "",
    approved_at: datetime | None = None,
    at: datetime,
) -> AbsenceRow:
    """A window away on orders, in wall time. It excuses only once it is approved."""
    person = office.get(session, EmployeeRow, employee)
    if ends <= starts:
        raise Invalid(f"The mission of {employee} ends at {ends} before it begins at {starts}; swap the times.")
    row = AbsenceRow(
        kind="mission",
        employee_id=office.key(person),
        starts=starts,
        ends=ends,
        document=document,
        approved_at=approved_at,
        recorded_at=at,
    )
    session.add(row)
    session.flush()
    day = timedelta(days=1)
    mark_person(session, row.employee_id, starts.date() - day, ends.date() + day, "paper", at)
    return row


def add_outage(
    session: Session,
    terminal: str,
    starts: datetime,
    ends: datetime,
    *,
    mode: str = "dead",
    document: str = "",
    at: datetime,
) -> OutageRow:
    """A terminal was out of order for a span of wall time."""
    site = office.get(session, TerminalRow, terminal)
    if ends <= starts:
        raise Invalid(f"The outage of {terminal} ends at {ends} before it begins at {starts}; swap the times.")
    if mode not in ("dead", "network"):
        raise Invalid(f"{mode!r} is not a mode of outage; write dead or network.")
    row = OutageRow(
        terminal_id=office.key(site), mode=mode, starts=starts, ends=ends, document=document, recorded_at=at
    )
    session.add(row)
    session.flush()
    day = timedelta(days=1)
    dirty.mark_dependants(session, site, starts.date() - day, ends.date() + day, "paper", at)
    return row
