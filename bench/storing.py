"""Benchmark of the way from the store through the engine back into the store, against the bare reading and writing."""

from __future__ import annotations

import json
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np

from attendance import clock
from attendance.services.evaluate import Evaluation, evaluate_dirty, evaluate_span
from attendance.store import dirty, intake_log, office, punch_log, registering, schema
from attendance.store.database import Database, sqlite_url
from attendance.store.evidence_tables import PullRow
from attendance.store.tables import AssignmentRow, EmployeeRow, EnrolmentRow, TerminalRow
from bench.first_last import first_in_last_out
from bench.measuring import Line, interleave, ratio, spent, timed
from bench.office import (
    BEHIND,
    FROM_ON,
    HOURS,
    LAST_READ,
    PEOPLE_PER_TERMINAL,
    TO_ON,
    WEEKDAYS,
    ZONE,
    Punches,
    invent_punches,
    workdays,
)

NOW = datetime(2026, 7, 3, 1, 0, tzinfo=UTC)
EARLIER = datetime(2026, 5, 1, 1, 0, tzinfo=UTC)
SINCE = date(2020, 1, 1)
BLOCKS = 'SELECT terminal_id, layout, "columns", count FROM punch_block'


class Incomplete(AssertionError):
    """Not every day was judged and stored: the time means nothing."""


def prepare(path: Path, people: int, punches: Punches) -> None:
    """A database with the office of `bench.office`: hours, terminals, people, a month of punches, nothing judged."""
    database = Database(sqlite_url(path))
    schema.upgrade(database)
    terminals = range(-(-people // PEOPLE_PER_TERMINAL))
    with database.writing() as session:
        registering.add_schedule(session, "office", at=EARLIER)
        registering.add_schedule_version(
            session, "office", sessions=HOURS, weekdays=WEEKDAYS, document="bench", at=EARLIER
        )
        for number in terminals:
            unit = registering.add_unit(session, f"U{number}", schedule="office", at=EARLIER)
            site = registering.add_terminal(session, f"T{number}", unit=f"U{number}", at=EARLIER)
            assert unit.id
            assert site.id
            for pin in range(min(PEOPLE_PER_TERMINAL, people - number * PEOPLE_PER_TERMINAL)):
                person = EmployeeRow(code=f"P{number * PEOPLE_PER_TERMINAL + pin}", recorded_at=EARLIER)
                session.add(person)
                session.flush()
                assert person.id
                session.add(AssignmentRow(employee_id=person.id, unit_id=unit.id, from_on=SINCE, recorded_at=EARLIER))
                session.add(
                    EnrolmentRow(terminal_id=site.id, pin=str(pin + 1), employee_id=person.id, recorded_at=EARLIER)
                )
            pull = PullRow(terminal_id=site.id, started_at=NOW, finished_at=NOW)
            rows = np.flatnonzero(punches.site == number)
            punch_log.append(
                session,
                terminal_id=site.id,
                pull_id=intake_log.add_pull(session, pull),
                first_sequence=1,
                received_at=NOW,
                wall=punches.wall[rows],
                pin=punches.pin[rows],
                pins=[str(n + 1) for n in range(PEOPLE_PER_TERMINAL)],
                state=np.zeros(rows.size, np.uint8),
                verify=np.zeros(rows.size, np.uint8),
                index=np.arange(rows.size),
            )
            until = BEHIND if number == len(terminals) - 1 else LAST_READ
            intake_log.extend_coverage(session, site.id, datetime(2026, 5, 1), until)
    database.close()


def bench(folder: Path, people: int, rounds: int) -> list[Line]:
    """Raises Incomplete when a day was left out."""
    base, judged = folder / "office.db", folder / "judged.db"
    punches = invent_punches(people)
    prepare(base, people, punches)
    dates = (TO_ON - FROM_ON).days + 1
    parts: list[dict[str, float]] = []

    def judge(database: Database, changed: int) -> float:
        found: list[Evaluation] = []
        seconds = timed(lambda: found.append(evaluate_span(database, ZONE, NOW, FROM_ON, TO_ON)))
        if (found[0].days_judged, found[0].days_changed) != (people * dates, changed):
            raise Incomplete(f"{found[0].as_json()}")
        if changed:
            parts.append(found[0].seconds)
        return seconds

    server = Database(sqlite_url(folder / "copy.db"))  # one process with its statements compiled, as it runs for months

    def first() -> float:
        with _copy(base):
            seconds = judge(server, people * dates)
            server.close()
        return seconds

    def late() -> float:
        """A hundred punches of one terminal come late, for people and days that were judged."""
        with _copy(complete):
            _deliver_late(server, punches)
            found: list[Evaluation] = []
            seconds = timed(lambda: found.append(evaluate_dirty(server, ZONE, NOW)))
            if not found[0].days_changed:
                raise Incomplete("late punches changed nothing")
            server.close()
        return seconds

    first()  # imports and compiled statements
    shutil.copyfile(base, judged)
    known = Database(sqlite_url(judged))
    judge(known, people * dates)
    known.close()
    rows = _rows_of(judged)
    complete = folder / "complete.db"  # what the scheduler would have judged besides: the days around that month
    shutil.copyfile(judged, complete)
    around = Database(sqlite_url(complete))
    evaluate_dirty(around, ZONE, NOW)
    around.close()
    parts.clear()
    again = Database(sqlite_url(judged))

    def bare() -> float:
        with _copy(base) as path:
            return timed(lambda: _bare(path, people, rows))

    ways: dict[str, Callable[[], float]] = {
        "bare": bare,
        "first": first,
        "again": lambda: judge(again, 0),
        "late": late,
    }
    seconds = interleave(ways, rounds)
    again.close()
    count = people * workdays().size
    shares = ", ".join(f"{name} {median(part[name] for part in parts) * 1000:,.0f} ms" for name in parts[0])
    return [
        Line(
            f"store -> verdict -> store / bare, {people:,} x {workdays().size}",
            ratio(seconds["first"], seconds["bare"]),
            at_most=3,
            note=f"{count / median(seconds['first']):,.0f} employee-days/s, {spent(seconds['first'])}, "
            f"bare {spent(seconds['bare'])}; {shares}",
        ),
        Line(
            "  the same judged again, nothing changed / bare",
            ratio(seconds["again"], seconds["bare"]),
            note=f"{count / median(seconds['again']):,.0f} employee-days/s, {spent(seconds['again'])}",
        ),
        Line(
            "  after 100 late punches of one terminal / the month",
            ratio(seconds["late"], seconds["first"]),
            at_most=0.05,
            note=spent(seconds["late"]),
        ),
    ]


Rows = dict[str, tuple[list[str], list[tuple[Any, ...]]]]


def _rows_of(path: Path) -> Rows:
    """The rows that judging wrote, by table, with the names of their columns."""
    connection = sqlite3.connect(path)
    found: Rows = {}
    for table in ("rulebook", "ruling", "violation"):
        cursor = connection.execute(f"SELECT * FROM {table}")
        found[table] = [column[0] for column in cursor.description], cursor.fetchall()
    connection.close()
    return found


def _bare(path: Path, people: int, rows: Rows) -> None:
    """What nobody can do without: the punches read, a first in and last out of each, the same rows written for good."""
    connection = sqlite3.connect(path, isolation_level=None)
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {pragma}")
    connection.execute("BEGIN IMMEDIATE")
    parts = []
    for terminal, layout, packed, many in connection.execute(BLOCKS):
        columns = punch_log.unpack(json.loads(layout), packed, many)
        parts.append((np.full(columns["wall"].size, terminal - 1, np.int32), columns["pin"], columns["wall"]))
    site, pin, wall = (np.concatenate(column) for column in zip(*parts, strict=True))
    first_in_last_out(people, Punches(site, pin.astype(np.int32), wall))
    for table, (names, values) in rows.items():
        marks = ", ".join("?" * len(names))
        connection.executemany(f"INSERT INTO {table} VALUES ({marks})", values)
    connection.execute("COMMIT")
    connection.close()


def _deliver_late(database: Database, punches: Punches) -> None:
    """A morning that the first terminal kept to itself: a hundred punches, filed and marked as a pull does."""
    days = workdays()
    pin = np.arange(100) % PEOPLE_PER_TERMINAL
    wall = days[days.size // 2] * clock.DAY_SECONDS + 7 * 3600 + 20 * 60 + np.arange(100)
    with database.writing() as session:
        site = office.get(session, TerminalRow, "T0")
        pull = PullRow(terminal_id=office.key(site), started_at=NOW, finished_at=NOW)
        punch_log.append(
            session,
            terminal_id=office.key(site),
            pull_id=intake_log.add_pull(session, pull),
            first_sequence=int(np.count_nonzero(punches.site == 0)) + 1,
            received_at=NOW,
            wall=wall,
            pin=pin,
            pins=[str(n + 1) for n in range(PEOPLE_PER_TERMINAL)],
            state=np.zeros(100, np.uint8),
            verify=np.zeros(100, np.uint8),
            index=np.arange(100),
        )
        touched: dict[str, set[int]] = {}
        for number, at in zip(pin.tolist(), wall.tolist(), strict=True):
            touched.setdefault(str(number + 1), set()).add(at // clock.DAY_SECONDS)
        dirty.mark_punchers(session, site, lambda number: touched.get(number, set()), "punch", NOW)


@contextmanager
def _copy(of: Path) -> Iterator[Path]:
    path = of.with_name("copy.db")
    shutil.copyfile(of, path)
    try:
        yield path
    finally:
        for leftover in of.parent.glob("copy.db*"):
            leftover.unlink()
