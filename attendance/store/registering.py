"""Filing facts of the office: units, people, terminals, hours, calendar. Each verb checks, files, marks days.

Nothing is overwritten: what no longer holds is withdrawn and filed anew. `at` is the moment of recording.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta

from sqlmodel import Session, col, func, select

from attendance.errors import AlreadyExists, Invalid, Overlap
from attendance.facts import DIRECTIONS
from attendance.rules.calendar import ENTRY_KINDS
from attendance.rules.schedule import REGIMES, WEEKDAYS, session_hours
from attendance.store import dirty, office, tree_filing
from attendance.store.evidence_tables import CoverageRow
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
from attendance.store.tree_tables import UnitVersionRow

MAX_CODE = 64


def check_code(kind: str, code: str) -> str:
    """A code is 1 to 64 printable characters without spaces at its ends. Raises Invalid."""
    if not code or code != code.strip() or len(code) > MAX_CODE or not code.isprintable() or "/" in code:
        raise Invalid(
            f"{code!r} cannot be the code of a {kind}; use 1 to {MAX_CODE} letters, digits or signs, without '/'."
        )
    return code


def add_unit(
    session: Session,
    code: str,
    *,
    name: str = "",
    parent: str | None = None,
    schedule: str | None = None,
    from_on: date | None = None,
    to_on: date | None = None,
    document: str = "",
    at: datetime,
) -> UnitRow:
    """A unit that is there from one date to another (None: always). Raises Invalid where it makes no tree."""
    if from_on is not None and to_on is not None and to_on < from_on:
        raise Invalid(f"Unit {code} ends on {to_on} before it begins on {from_on}; swap the dates.")
    if office.find(session, UnitRow, check_code("unit", code)):
        raise AlreadyExists("unit", code)
    row = office.find_again(session, UnitRow, code) or UnitRow(code=code, recorded_at=at)
    session.add(row)
    session.flush()
    version = UnitVersionRow(
        unit_id=office.key(row),
        name=name or code,
        parent_id=office.key(office.get(session, UnitRow, parent)) if parent else None,
        schedule_id=office.key(office.get(session, ScheduleRow, schedule)) if schedule else None,
        from_on=from_on,
        to_on=to_on,
        document=document,
        recorded_at=at,
    )
    tree_filing.file_versions(session, [version])
    return row


def add_employee(session: Session, code: str, *, name: str = "", at: datetime) -> EmployeeRow:
    if office.find(session, EmployeeRow, check_code("employee", code)):
        raise AlreadyExists("employee", code)
    row = office.find_again(session, EmployeeRow, code) or EmployeeRow(code=code, recorded_at=at)
    row.name = name or code
    session.add(row)
    session.flush()
    return row


def rename_employee(session: Session, code: str, name: str) -> EmployeeRow:
    """Correct a person's name, which decides nothing."""
    row = office.get(session, EmployeeRow, code)
    if not name.strip() or not name.isprintable() or len(name) > 200:
        raise Invalid(f"{name!r} is not a name; write it as in the personnel file.")
    row.name = unicodedata.normalize("NFC", name.strip())
    session.add(row)
    return row


def add_terminal(
    session: Session,
    code: str,
    *,
    unit: str,
    name: str = "",
    host: str | None = None,
    port: int = 4370,
    transport: str = "tcp",
    has_comm_key: bool = False,
    poll_seconds: int = 300,
    direction: str = "none",
    first_sane_on: date = date(2010, 1, 1),
    live: bool = False,
    layout: str | None = None,
    serial: str | None = None,
    counts_from: date | None = None,
    at: datetime,
) -> TerminalRow:
    """Register a terminal. `direction`: what its in and out are worth; an earlier date than `first_sane_on` is none;
    `live`: it is listened to between pulls; `layout`: of its records, None: to be recognised; `serial`: whoever answers
    with another is refused, None: learned at the first reading; `counts_from`: see `TerminalRow`.
    """
    if office.find(session, TerminalRow, check_code("terminal", code)):
        raise AlreadyExists("terminal", code)
    if transport not in ("tcp", "udp"):
        raise Invalid(f"{transport!r} is not a transport; write tcp or udp.")
    if not 1 <= port <= 65535:
        raise Invalid(f"{port} is not a port; write a number from 1 to 65535 (terminals use 4370).")
    if direction not in DIRECTIONS:
        raise Invalid(f"{direction!r} is not a direction; write one of {', '.join(DIRECTIONS)}.")
    row = TerminalRow(
        code=code, name=name or code, unit_id=office.key(office.get(session, UnitRow, unit)), host=host, port=port,
        transport=transport, has_comm_key=has_comm_key, poll_seconds=poll_seconds, direction=direction,
        first_sane_on=first_sane_on, live=live, layout=layout, serial=serial, counts_from=counts_from, recorded_at=at,
    )  # fmt: skip
    session.add(row)
    session.flush()
    return row


def change_terminal(
    session: Session,
    code: str,
    *,
    host: str | None = None,
    port: int | None = None,
    transport: str | None = None,
    name: str | None = None,
    has_comm_key: bool | None = None,
    poll_seconds: int | None = None,
    live: bool | None = None,
    at: datetime,
) -> TerminalRow:
    """How a terminal is reached and called; what is None stays. Its serial stays too: another machine is refused."""
    row = office.get(session, TerminalRow, code)
    if transport is not None and transport not in ("tcp", "udp"):
        raise Invalid(f"{transport!r} is not a transport; write tcp or udp.")
    wanted = {
        "host": host, "port": port, "transport": transport, "name": name, "has_comm_key": has_comm_key,
        "poll_seconds": poll_seconds, "live": live,
    }  # fmt: skip
    for field, value in wanted.items():
        if value is not None:
            setattr(row, field, value)
    session.add(row)
    return row


def retire_terminal(session: Session, code: str, *, at: datetime) -> TerminalRow:
    """A terminal is pulled no more, and nobody who names no terminals depends on it. What it brought stays."""
    row = office.get(session, TerminalRow, code)
    if row.in_use:
        row.in_use, row.retired_at = False, at
    session.add(row)
    session.flush()
    first, last = known_span(session, date.min, None, at)
    if first <= last:
        dirty.mark_dependants(session, row, first, last, "assignment", at)
    return row


def assign(
    session: Session,
    employee: str,
    unit: str,
    *,
    from_on: date,
    to_on: date | None = None,
    schedule: str | None = None,
    terminals: Sequence[str] = (),
    document: str = "",
    at: datetime,
) -> AssignmentRow:
    """A person serves in a unit from a date on. Raises Overlap where another assignment of theirs holds."""
    person = office.get(session, EmployeeRow, employee)
    if to_on is not None and to_on < from_on:
        raise Invalid(f"The assignment of {employee} ends on {to_on} before it begins on {from_on}; swap the dates.")
    for other in office.assignments_between(session, from_on, to_on or date.max, [office.key(person)]):
        raise Overlap(f"the assignments of {employee}", max(from_on, other.from_on))
    for code in terminals:
        office.get(session, TerminalRow, code)
    tree_filing.check_life(session, f"The assignment of {employee}", unit, from_on, to_on)
    row = AssignmentRow(
        employee_id=office.key(person),
        unit_id=office.key(office.get(session, UnitRow, unit)),
        schedule_id=office.key(office.get(session, ScheduleRow, schedule)) if schedule else None,
        terminals=list(terminals),
        from_on=from_on,
        to_on=to_on,
        document=document,
        recorded_at=at,
    )
    session.add(row)
    session.flush()
    mark_person(session, row.employee_id, from_on, to_on, "assignment", at)
    dirty.mark_explained(session, from_on, to_on, "assignment", at, employee_id=row.employee_id)
    return row


def enrol(
    session: Session,
    terminal: str,
    pin: str,
    employee: str,
    *,
    from_on: date | None = None,
    to_on: date | None = None,
    at: datetime,
) -> EnrolmentRow:
    """On this terminal this number is this person. Raises Overlap where it is somebody's on these dates."""
    site, person = office.get(session, TerminalRow, terminal), office.get(session, EmployeeRow, employee)
    if not pin or len(pin) > 32 or not pin.isprintable():
        raise Invalid(f"{pin!r} is not a user number of a terminal; write it as the terminal shows it.")
    for other in office.enrolments_of_terminal(session, office.key(site)):
        apart = (to_on and other.from_on and other.from_on > to_on) or (
            other.to_on and from_on and other.to_on < from_on
        )
        if other.pin == pin and not apart:
            raise Overlap(f"number {pin} on terminal {terminal}", max(from_on or date.min, other.from_on or date.min))
    row = EnrolmentRow(
        terminal_id=office.key(site),
        pin=pin,
        employee_id=office.key(person),
        from_on=from_on,
        to_on=to_on,
        recorded_at=at,
    )
    session.add(row)
    session.flush()
    mark_person(session, row.employee_id, from_on or date.min, to_on, "assignment", at)
    return row


def end_enrolment(session: Session, terminal: str, pin: str, to_on: date, *, at: datetime) -> EnrolmentRow:
    """Whoever has this number has it until a date and no longer. Raises Invalid where nobody has it on that date."""
    site = office.get(session, TerminalRow, terminal)
    held = [
        row
        for row in office.enrolments_of_terminal(session, office.key(site))
        if row.pin == pin and (row.from_on or date.min) <= to_on < (row.to_on or date.max)
    ]
    if not held:
        raise Invalid(f"Nobody has number {pin} on terminal {terminal} on {to_on} and after it: nothing to end.")
    [old] = held
    old.withdrawn_at = at
    session.add(old)
    row = EnrolmentRow(
        terminal_id=old.terminal_id,
        pin=pin,
        employee_id=old.employee_id,
        from_on=old.from_on,
        to_on=to_on,
        recorded_at=at,
    )
    session.add(row)
    session.flush()
    mark_person(session, row.employee_id, to_on + timedelta(days=1), old.to_on, "assignment", at)
    return row


def add_schedule(session: Session, code: str, *, name: str = "", at: datetime) -> ScheduleRow:
    if office.find(session, ScheduleRow, check_code("schedule", code)):
        raise AlreadyExists("schedule", code)
    row = office.find_again(session, ScheduleRow, code) or ScheduleRow(code=code, recorded_at=at)
    row.name = name or code
    session.add(row)
    session.flush()
    return row


def add_schedule_version(
    session: Session,
    code: str,
    *,
    sessions: Mapping[str, Sequence[str]],
    weekdays: Sequence[str],
    regime: str = "per_session",
    by_weekday: Mapping[str, Mapping[str, Sequence[str]]] | None = None,
    from_on: date | None = None,
    to_on: date | None = None,
    document: str = "",
    article: str = "",
    at: datetime,
) -> ScheduleVersionRow:
    """Hours in force from a date on. Raises Overlap where another version of the schedule holds."""
    schedule = office.get(session, ScheduleRow, code)
    if regime not in REGIMES:
        raise Invalid(f"{regime!r} is not a regime; write one of {', '.join(REGIMES)}.")
    if unknown := [day for day in (*weekdays, *(by_weekday or {})) if day not in WEEKDAYS]:
        raise Invalid(f"{unknown[0]!r} is not a weekday; write one of {', '.join(WEEKDAYS)}.")
    for listed in (sessions, *(by_weekday or {}).values()):
        for label, times in listed.items():
            try:
                session_hours(label, *times)
            except (ValueError, TypeError) as error:
                raise Invalid(f"Session {label} of schedule {code}: {error}.") from error
    versions = select(ScheduleVersionRow).where(
        ScheduleVersionRow.schedule_id == schedule.id, col(ScheduleVersionRow.withdrawn_at).is_(None)
    )
    for other in session.exec(versions):
        before = to_on is not None and other.from_on is not None and other.from_on > to_on
        after = other.to_on is not None and from_on is not None and other.to_on < from_on
        if not (before or after):
            raise Overlap(f"schedule {code}", max(from_on or date.min, other.from_on or date.min))
    row = ScheduleVersionRow(
        schedule_id=office.key(schedule),
        regime=regime,
        sessions={label: list(times) for label, times in sessions.items()},
        weekdays=list(weekdays),
        by_weekday={d: {label: list(times) for label, times in s.items()} for d, s in (by_weekday or {}).items()},
        from_on=from_on,
        to_on=to_on,
        document=document,
        article=article,
        recorded_at=at,
    )
    session.add(row)
    session.flush()
    mark_everybody(session, from_on or date.min, to_on, "rule", at)
    dirty.mark_explained(session, from_on or date.min, to_on, "rule", at)
    return row


def add_calendar_entry(
    session: Session,
    on: date,
    kind: str,
    *,
    pair_on: date | None = None,
    unit: str | None = None,
    part: str | None = None,
    status: str = "confirmed",
    document: str = "",
    at: datetime,
) -> CalendarEntryRow:
    """A decision about a date (`part`: about one session of it). The one recorded last holds."""
    if kind not in ENTRY_KINDS:
        raise Invalid(f"{kind!r} is not a kind of day; write one of {', '.join(sorted(ENTRY_KINDS))}.")
    row = CalendarEntryRow(
        on=on,
        kind=kind,
        pair_on=pair_on,
        unit_id=office.key(office.get(session, UnitRow, unit)) if unit else None,
        session=part,
        status=status,
        document=document,
        recorded_at=at,
    )
    session.add(row)
    session.flush()
    mark_everybody(session, on - timedelta(days=1), on + timedelta(days=1), "calendar", at)
    dirty.mark_explained(session, on, on, "calendar", at)
    return row


def mark_person(
    session: Session, employee_id: int, from_on: date, to_on: date | None, cause: str, at: datetime
) -> None:
    """Mark one person's dates of a span that some terminal has been read on, or that a verdict may exist for."""
    first, last = known_span(session, from_on, to_on, at)
    dirty.mark(session, ((employee_id, first + timedelta(n)) for n in range((last - first).days + 1)), cause, at)


def mark_everybody(session: Session, from_on: date, to_on: date | None, cause: str, at: datetime) -> None:
    first, last = known_span(session, from_on, to_on, at)
    if first <= last:
        dirty.mark_everybody(session, first, last, cause, at)


def known_span(session: Session, from_on: date, to_on: date | None, at: datetime) -> tuple[date, date]:
    """A span cut to the dates there can be verdicts of: from the first to the last reading of any terminal."""
    earliest, latest = session.exec(select(func.min(CoverageRow.starts), func.max(CoverageRow.until))).one()
    if earliest is None or latest is None:
        return at.date(), at.date() - timedelta(days=1)
    return max(from_on, earliest.date()), min(to_on or date.max, latest.date() + timedelta(days=1))
