"""Benchmark of the way from the store through the engine back into the store, against the engine alone."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from statistics import median

import numpy as np

from attendance.engine.run import evaluate
from attendance.services.evaluate import Evaluation, evaluate_span
from attendance.store import case_reading, intake_log, punch_log, registering, schema
from attendance.store.database import Database, sqlite_url
from attendance.store.evidence_tables import PullRow
from attendance.store.tables import AssignmentRow, EmployeeRow, EnrolmentRow
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
    base = folder / "office.db"
    prepare(base, people, invent_punches(people))
    database = Database(sqlite_url(base))
    with database.reading() as session:
        case = case_reading.read_case(session, ZONE, FROM_ON, TO_ON).case
    database.close()
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

    def first() -> float:
        path = folder / "first.db"
        shutil.copyfile(base, path)
        database = Database(sqlite_url(path))
        seconds = judge(database, people * dates)
        database.close()
        for leftover in folder.glob("first.db*"):
            leftover.unlink()
        return seconds

    first()  # imports and compiled statements
    shutil.copyfile(base, folder / "known.db")
    known = Database(sqlite_url(folder / "known.db"))
    judge(known, people * dates)
    parts.clear()
    ways: dict[str, Callable[[], float]] = {
        "engine": lambda: timed(lambda: evaluate(case, FROM_ON, TO_ON)),
        "first": first,
        "again": lambda: judge(known, 0),
    }
    seconds = interleave(ways, rounds)
    known.close()
    count = people * workdays().size
    shares = ", ".join(f"{name} {median(part[name] for part in parts) * 1000:,.0f} ms" for name in parts[0])
    return [
        Line(
            f"store -> verdict -> store / engine, {people:,} x {workdays().size}",
            ratio(seconds["first"], seconds["engine"]),
            note=f"{count / median(seconds['first']):,.0f} employee-days/s, {spent(seconds['first'])}; {shares}",
        ),
        Line(
            "  the same judged again, nothing changed",
            ratio(seconds["again"], seconds["engine"]),
            note=f"{count / median(seconds['again']):,.0f} employee-days/s, {spent(seconds['again'])}",
        ),
    ]
