"""The first steps of an office: a unit with its hours and calendar, and people behind the numbers of a terminal."""

from __future__ import annotations

from datetime import date, datetime

from attendance import clock
from attendance.errors import Invalid
from attendance.reading import Refused
from attendance.rules.shipped import shipped
from attendance.services.granting import Wanted, give
from attendance.services.rules import adopt_within
from attendance.store import accounts, office, punch_log, registering
from attendance.store.database import Database
from attendance.store.tables import EmployeeRow, ScheduleRow, TerminalRow, UnitRow
from attendance.store.trail import CONSOLE, Actor, record

WORKDAYS = ("mon", "tue", "wed", "thu", "fri")
SESSION_NAMES = ("am", "pm")
DEFAULT_SCHEDULE = "HC"
LEFT_DAYS = 30


def begin_office(
    database: Database,
    *,
    unit: str,
    name: str,
    hours: str,
    document: str,
    calendar: bool,
    administrator: tuple[str, str] | None,
    at: datetime,
    actor: Actor = CONSOLE,
) -> int:
    """File the first unit, its hours, the shipped calendar and kinds of leave, and the first administrator (name, hash
    of the password; None: later); answers how many calendar entries decide something.

    `hours` as `07:30-11:30,13:00-17:00`, one or two sessions. Raises Invalid, AlreadyExists; nothing is half-filed.
    """
    spans = [part.strip().split("-") for part in hours.split(",")]
    if not 1 <= len(spans) <= len(SESSION_NAMES) or any(len(span) != 2 for span in spans):
        raise Invalid(f"{hours!r} are not hours; write one or two sessions, for example 07:30-11:30,13:00-17:00.")
    sessions = {label: [start.strip(), end.strip()] for label, (start, end) in zip(SESSION_NAMES, spans, strict=False)}
    with database.writing() as session:
        if office.find(session, ScheduleRow, DEFAULT_SCHEDULE) is None:
            registering.add_schedule(session, DEFAULT_SCHEDULE, name="Giờ hành chính", at=at)
            registering.add_schedule_version(
                session, DEFAULT_SCHEDULE, sessions=sessions, weekdays=WORKDAYS, document=document, at=at
            )
        registering.add_unit(session, unit, name=name, schedule=DEFAULT_SCHEDULE, at=at)
        after = {"code": unit, "name": name, "hours": hours, "document": document}
        record(session, actor, "unit.added", kind="unit", key=unit, after=after, at=at)
        loaded = 0
        for file in ("calendar", "leave", "exemptions") if calendar else ("leave", "exemptions"):
            try:
                adopted = adopt_within(session, shipped(file), at=at, actor=actor)
            except Refused as error:
                raise Invalid(
                    f"This office has decided otherwise what is shipped ({error.refusals[0].sentence}); leave the "
                    "calendar out with --no-calendar."
                ) from error
            if file == "calendar":
                loaded = adopted.filed - adopted.announced
        if administrator is not None:
            who, password_hash = administrator
            registering.check_code("user", who)
            accounts.add_user(session, who, password_hash=password_hash, at=at)
            give(session, who, Wanted("administrator"), by=actor, at=at)
    return loaded


def strangers(database: Database, terminal: str) -> dict[str, tuple[date, date]]:
    """Numbers on a terminal that nobody was ever enrolled under, with the dates of their first and last punch."""
    with database.reading() as session:
        number = office.key(office.get(session, TerminalRow, terminal))
        stored = punch_log.read(session, [number])
        known = {row.pin for row in office.enrolments_of_terminal(session, number)}
    seen: dict[str, tuple[date, date]] = {}
    for code, name in enumerate(stored.pins):
        days = stored.wall[stored.pin == code] // clock.DAY_SECONDS
        if name not in known and days.size:
            seen[name] = (clock.from_day_number(int(days.min())), clock.from_day_number(int(days.max())))
    return dict(sorted(seen.items()))


def enrol_strangers(
    database: Database, terminal: str, *, since: date | None = None, at: datetime, actor: Actor = CONSOLE
) -> int:
    """Make a person for every such number, in the terminal's unit, from their first punch on; answers how many.

    With `since`, or a date the terminal counts from, only of those who punched on that date or later, and from then on.

    Their code is the number, or terminal and number where that code is taken. Names are for a person to give. Somebody
    whose last punch lies over `LEFT_DAYS` before the last of all has most likely left: their service ends with it, so
    that nobody is called absent for years on the strength of an old number.
    """
    if since is None:
        with database.reading() as session:
            since = office.get(session, TerminalRow, terminal).counts_from
    unknown = {
        pin: (first if since is None else max(first, since), last)
        for pin, (first, last) in strangers(database, terminal).items()
        if since is None or last >= since
    }
    latest = max((last for _, last in unknown.values()), default=date.min)
    with database.writing() as session:
        site = office.get(session, TerminalRow, terminal)
        unit = office.code_of(session, UnitRow, site.unit_id)
        for pin, (first, last) in unknown.items():
            code = pin if office.find(session, EmployeeRow, pin) is None else f"{terminal}-{pin}"
            left = last if (latest - last).days > LEFT_DAYS else None
            registering.add_employee(session, code, name=f"Mã {pin}", at=at)
            registering.assign(session, code, unit, from_on=first, to_on=left, terminals=[terminal], at=at)
            row = registering.enrol(session, terminal, pin, code, from_on=since, at=at)
            after = {"employee": code, "unit": unit, "terminal": terminal, "pin": pin, "from": first, "to": left}
            record(session, actor, "employee.added", kind="employee", key=code, employees=[row.employee_id],
                   after=after, at=at)  # fmt: skip
    return len(unknown)
