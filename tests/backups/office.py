"""An invented office with something in most tables, and writers that never rest."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import inspect, text

from attendance.services.accounts import Accounts
from attendance.services.onboarding import begin_office
from attendance.store import papers, registering
from attendance.store.database import Database
from attendance.store.trail import Actor, record

AT = datetime(2026, 11, 28, 3, 0, tzinfo=UTC)
SECRET = b"a secret of the tests, long enough"
PASSWORD = "mưa rơi trên mái ngói"


def fill(database: Database, people: int = 30) -> None:
    """A unit with hours, people, leave, and a sealed trail about them."""
    database.seal_with(SECRET)
    begin_office(
        database, unit="A", name="UBND xã Tân Mai", hours="07:30-11:30,13:00-16:30", document="QĐ 12/QĐ-UBND",
        calendar=True, administrator=None, at=AT,
    )  # fmt: skip
    with database.writing() as session:
        for number in range(people):
            code = f"CC-{number:04}"
            registering.add_employee(session, code, name=f"Nguyễn Văn {number}\t\\N 'x'", at=AT)
            registering.assign(session, code, "A", from_on=date(2026, 1, 1), at=AT)
            papers.add_leave(session, code, date(2026, 11, 3), part="am", approved_at=AT, document="ĐP 7", at=AT)
    Accounts(database).create_user("root", PASSWORD, "administrator")


def append(database: Database, number: int) -> None:
    """One transaction of a busy office: a person, their assignment, and the entry of the trail."""
    with database.writing() as session:
        code = f"W-{number:06}"
        row = registering.add_employee(session, code, name=f"Người {number}", at=AT)
        registering.assign(session, code, "A", from_on=date(2026, 1, 1), at=AT)
        record(session, Actor("writer"), "employee.added", kind="employee", key=code, employees=[row.id or 0], at=AT)


def contents(database: Database, *, without: tuple[str, ...] = ()) -> dict[str, list[Any]]:
    """Every row of every table, by table."""
    found = {}
    with database.reading() as session:
        for name in sorted(inspect(session.connection()).get_table_names()):
            if name not in without:
                query = text(f'SELECT * FROM "{name}"')
                found[name] = sorted((repr(tuple(row)) for row in session.execute(query)), key=str)
    return found


def guards(database: Database) -> list[Any]:
    """What keeps the tables as they are: triggers and foreign keys, as the database itself tells them."""
    if database.is_sqlite:
        with closing(sqlite3.connect(database.url.removeprefix("sqlite:///"))) as connection:
            query = "SELECT type, name, tbl_name, sql FROM sqlite_master ORDER BY 1, 2"
            return connection.execute(query).fetchall()
    with database.reading() as session:
        triggers = session.execute(text(
            "SELECT pg_get_triggerdef(oid), tgenabled FROM pg_trigger WHERE NOT tgisinternal ORDER BY 1"
        )).all()  # fmt: skip
        keys = session.execute(text(
            "SELECT conrelid::regclass::text, conname, convalidated, pg_get_constraintdef(oid) FROM pg_constraint "
            "ORDER BY 1, 2"
        )).all()  # fmt: skip
    return [*map(tuple, triggers), *map(tuple, keys)]


def left_in(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}
