"""An office with two units and two weeks of punches, whose rules tests change; and rule files in a few words."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

from attendance.rules.rule_file import read_rule_file
from attendance.rules.toml_reading import parse_toml
from attendance.rules.written import RuleFile
from attendance.services.evaluate import evaluate_dirty
from attendance.store import registering
from attendance.store.database import Database
from tests import builders
from tests.builders import RECORDED_AT, WEEK, ZONE

FIRST, LAST = date(2026, 3, 2), date(2026, 3, 13)  # a Monday and the Friday of the week after
MOVED_ON = date(2026, 3, 9)
ADOPTED_AT = datetime(2026, 3, 20, 2, tzinfo=UTC)
LATER = ADOPTED_AT + timedelta(days=1)
IN_A, IN_B = 'unit = "A"', 'unit = "B"'
STOPPAGE = '[[entry]]\ndate = 2026-03-04\nkind = "stoppage"\ndocument = "CV 3"\n'
HOURS = {"am": ["07:30", "12:00"], "pm": ["13:30", "17:00"]}
LATE = {1001: 3, 1002: 7, 1003: 12, 1004: 20}  # minutes, every morning
PEOPLE = ("E1", "E2", "E3", "E4")


def build(database: Database, *, to_on: date | None = None) -> None:
    """P over A and B, with hours up to a date.

    E1 and E2 serve in A, E3 in B, E4 in A and from 9 March in B; all come late each morning.
    """
    with database.writing() as session:
        registering.add_schedule(session, "HC", at=RECORDED_AT)
        registering.add_schedule_version(
            session, "HC", sessions=HOURS, weekdays=WEEK, to_on=to_on, document="QD 1", at=RECORDED_AT
        )
        registering.add_unit(session, "P", schedule="HC", at=RECORDED_AT)
        for unit in ("A", "B"):
            registering.add_unit(session, unit, parent="P", at=RECORDED_AT)
        registering.add_terminal(session, "T-A", unit="P", at=RECORDED_AT)
        for code in PEOPLE:
            registering.add_employee(session, code, name=f"Người {code}", at=RECORDED_AT)
            registering.enrol(session, "T-A", f"100{code[1]}", code, at=RECORDED_AT)
        begin = date(2020, 1, 1)
        for code, unit in (("E1", "A"), ("E2", "A"), ("E3", "B")):
            registering.assign(session, code, unit, from_on=begin, at=RECORDED_AT)
        registering.assign(session, "E4", "A", from_on=begin, to_on=MOVED_ON - timedelta(days=1), at=RECORDED_AT)
        registering.assign(session, "E4", "B", from_on=MOVED_ON, at=RECORDED_AT)
    walls = [
        (pin, datetime(day.year, day.month, day.day, hour, minute) + timedelta(minutes=late if hour == 7 else 0))
        for day in (FIRST + timedelta(days=n) for n in range((LAST - FIRST).days + 1))
        if day.weekday() < 5
        for pin, late in LATE.items()
        for hour, minute in ((7, 30), (12, 5), (13, 20), (17, 2))
    ]
    body = b"".join(
        builders.record(str(pin), at, uid=n + 1) for n, (pin, at) in enumerate(sorted(walls, key=lambda row: row[1]))
    )
    builders.file_body(database, body, read_at=datetime(2026, 3, 13, 23, 50))


def judge(database: Database) -> None:
    """Judge everything that is marked."""
    evaluate_dirty(database, ZONE, ADOPTED_AT)


def rules(text: str, scope: str = "nation = true") -> RuleFile:
    """A rule file of these sections."""
    return read_rule_file(parse_toml(f"rules = 1\n[scope]\n{scope}\n{text}".encode()), "file.toml", ZONE)


def grace(minutes: int, **more: str) -> str:
    """A section with the grace of late arrivals; `more` as it stands in the file (`from_` for `from`)."""
    listed = "".join(f"{key.rstrip('_')} = {value}\n" for key, value in more.items())
    return f'[[rule]]\nid = "late_grace_minutes"\nvalue = {minutes}\n{listed}'


def hours(code: str, start: str, **more: str) -> str:
    """A section with one version of hours that begin at another time."""
    listed = "".join(f"{key.rstrip('_')} = {value}\n" for key, value in more.items())
    return (
        f'[[schedule]]\ncode = "{code}"\nregime = "per_session"\nweekdays = ["mon", "tue", "wed", "thu", "fri"]\n'
        f'sessions = {{am = ["{start}", "12:00"], pm = ["13:30", "17:00"]}}\n{listed}'
    )


def days(first: date, last: date) -> list[date]:
    return [first + timedelta(days=n) for n in range((last - first).days + 1)]


def marks(database: Database) -> dict[tuple[str, date], str]:
    """Days to be judged again with their cause."""
    found = builders.rows(
        database,
        "SELECT code, work_date, cause FROM dirty_day JOIN employee ON employee.id = dirty_day.employee_id",
    )
    return {(code, on if isinstance(on, date) else date.fromisoformat(on)): cause for code, on, cause in found}


def amounts(database: Database) -> dict[str, int]:
    """How many rows every table holds."""
    from sqlmodel import SQLModel

    return {table: builders.count(database, table) for table in sorted(SQLModel.metadata.tables)}


def conclusions(database: Database) -> dict[tuple[str, date], Any]:
    """What the newest rulings conclude, read past every layer of ours."""
    found: dict[tuple[str, date], Any] = {}
    query = (
        "SELECT ruling.id, code, work_date, symbols, day_kind, scheduled_min, worked_min, credited_min, leave_min, "
        "unverified_min, flags FROM ruling JOIN employee ON employee.id = ruling.employee_id "
        "WHERE superseded_at IS NULL"
    )
    for number, code, on, *fields in builders.rows(database, query):
        day = on if isinstance(on, date) else date.fromisoformat(on)
        listed = builders.rows(
            database,
            "SELECT session, type, minutes, excused_min, counted_min, status FROM violation WHERE ruling_id = :n",
            n=number,
        )
        found[code, day] = (sorted(listed), *fields)
    return found
