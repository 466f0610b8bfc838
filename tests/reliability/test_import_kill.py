"""kill -9 in the middle of an import leaves nothing of it, and two thousand people take no longer than they should."""

from __future__ import annotations

import multiprocessing
import os
import shutil
import signal
import time
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import event

from attendance.services.imports.undoing import undo
from attendance.store import registering
from attendance.store.database import Database, sqlite_url
from tests.builders import RECORDED_AT, count
from tests.importing import HR, NOW, bring

TABLES = ("employee", "assignment", "enrolment", "import_batch", "import_effect", "trail", "dirty_day")
PEOPLE = 300


def staff(number: int) -> list[dict[str, object]]:
    return [
        {"code": f"CC-{n:05}", "name": f"Nguyễn Văn Số {n}", "unit": "A", "from_": date(2020, 1, 1), "terminal": "T-A",
         "pin": str(5000 + n)}
        for n in range(number)
    ]  # fmt: skip


def build(database: Database) -> None:
    with database.writing() as session:
        registering.add_unit(session, "A", at=RECORDED_AT)
        registering.add_terminal(session, "T-A", unit="A", at=RECORDED_AT)


def import_and_die(url: str, statement: int) -> None:
    """Entry of the process that dies before its n-th writing statement, or at its commit (-1)."""
    database = Database(url)
    seen = 0

    def die(*_: object) -> None:
        nonlocal seen
        seen += 1
        if seen == statement:
            os.kill(os.getpid(), signal.SIGKILL)

    def die_at_commit(*_: object) -> None:
        if statement < 0:
            os.kill(os.getpid(), signal.SIGKILL)

    event.listen(database.engine, "before_cursor_execute", lambda c, k, text, *_: die() if writes(text) else None)
    event.listen(database.engine, "commit", die_at_commit)
    bring(database, "employees", *staff(PEOPLE))


def writes(text: str) -> bool:
    return text.lstrip().upper().startswith(("INSERT", "UPDATE", "DELETE"))


@pytest.mark.parametrize("statement", [3, *(pytest.param(n, marks=pytest.mark.long) for n in (1, 2, 4, 5, 6, 7, -1))])
def test_a_killed_import_leaves_nothing(tmp_path: Path, migrated_sqlite: Path, statement: int) -> None:
    path = tmp_path / "attendance.db"
    shutil.copyfile(migrated_sqlite, path)
    database = Database(sqlite_url(path))
    build(database)
    before = {table: count(database, table) for table in TABLES}
    child = multiprocessing.get_context("spawn").Process(target=import_and_die, args=(database.url, statement))
    child.start()
    child.join(60)
    assert child.exitcode == -signal.SIGKILL
    assert {table: count(database, table) for table in TABLES} == before
    done = bring(database, "employees", *staff(PEOPLE))
    assert done.new == PEOPLE
    assert count(database, "employee") == PEOPLE
    database.close()


def test_two_thousand_people_take_little_more_than_the_rows_they_are(sqlite_database: Database) -> None:
    """Against the plainest way to put such rows into tables; a quarter of the promised five seconds would do, too."""
    build(sqlite_database)
    people = staff(2_000)
    begun = time.perf_counter()
    with sqlite_database.writing() as session:
        for table in ("one", "two", "three"):
            session.connection().exec_driver_sql(f"CREATE TABLE plain_{table} (id INTEGER PRIMARY KEY, a, b, c, d, e)")
            for row in people:
                session.connection().exec_driver_sql(
                    f"INSERT INTO plain_{table} (a, b, c, d, e) VALUES (?, ?, ?, ?, ?)",
                    (row["code"], row["name"], "A", "2020-01-01", row["pin"]),
                )
    plain = time.perf_counter() - begun
    begun = time.perf_counter()
    done = bring(sqlite_database, "employees", *people)
    took = time.perf_counter() - begun
    assert (done.new, done.is_taken) == (2_000, True)
    assert took < max(5 * plain, 2.5), f"{took:.2f} s, where plain rows take {plain:.2f} s"
    begun = time.perf_counter()
    assert bring(sqlite_database, "employees", *people).unchanged == 2_000
    assert time.perf_counter() - begun < max(3 * plain, 1.5)
    assert done.batch is not None
    undo(sqlite_database, done.batch, actor=HR, now=NOW)
    assert count(sqlite_database, "employee") == 2_000  # nothing is erased
