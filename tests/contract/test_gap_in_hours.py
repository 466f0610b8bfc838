"""A season that was forgotten: nobody is judged without hours, everybody else is, and filing them makes it good."""

from __future__ import annotations

from datetime import date, datetime

from sqlmodel import col, select

from attendance.clock import day_number, from_day_number
from attendance.services.evaluate import evaluate_dirty, evaluate_span
from attendance.services.explain.stored import explain_day
from attendance.store import dirty, intake_log, office, registering
from attendance.store.database import Database
from attendance.store.evidence_tables import RulingRow
from attendance.store.tables import EmployeeRow, TerminalRow
from reports.today import today_page
from tests.builders import HOURS, RECEIVED, RECORDED_AT, WEEK, ZONE, build_office

MONDAY, WEDNESDAY, FRIDAY = date(2026, 3, 2), date(2026, 3, 4), date(2026, 3, 6)


def judged(database: Database) -> dict[tuple[int, date], str]:
    with database.reading() as session:
        rows = session.exec(select(RulingRow).where(col(RulingRow.superseded_at).is_(None)))
        return {(row.employee_id, row.work_date): row.day_kind for row in rows}


def test_a_gap_in_one_schedule_stops_nobody_else(sqlite_database: Database) -> None:
    build_office(sqlite_database, people=1)
    with sqlite_database.writing() as session:
        registering.add_schedule(session, "SUMMER", at=RECORDED_AT)
        registering.add_schedule_version(
            session, "SUMMER", sessions=HOURS, weekdays=WEEK, to_on=date(2026, 3, 3), document="TB 1", at=RECORDED_AT
        )
        registering.add_employee(session, "S1", at=RECORDED_AT)
        registering.assign(session, "S1", "A", from_on=date(2026, 3, 1), schedule="SUMMER", at=RECORDED_AT)
        gate = office.key(office.get(session, TerminalRow, "T-A"))
        intake_log.extend_coverage(session, gate, datetime(2026, 3, 1), datetime(2026, 3, 7))
        days = [from_day_number(n) for n in range(day_number(MONDAY), day_number(FRIDAY) + 1)]
        dirty.mark(session, [(person, on) for person in (1, 2) for on in days], "first", RECORDED_AT)

    done = evaluate_dirty(sqlite_database, ZONE, RECEIVED)
    assert list(done.unruled) == [
        f"No version of schedule SUMMER is in force on 2026-03-0{n}; add a version that covers this date, with its "
        "document."
        for n in (4, 5, 6, 7)
    ]
    assert {on for person, on in judged(sqlite_database) if person == 1} >= set(days)
    assert max(on for person, on in judged(sqlite_database) if person == 2) == date(2026, 3, 3)
    assert evaluate_span(sqlite_database, ZONE, RECEIVED, MONDAY, FRIDAY).as_json()["unruled"] == list(done.unruled)[:3]

    with sqlite_database.writing() as session:
        registering.add_schedule_version(
            session, "SUMMER", sessions=HOURS, weekdays=WEEK, from_on=WEDNESDAY, document="TB 2", at=RECEIVED
        )
    assert not evaluate_dirty(sqlite_database, ZONE, RECEIVED).unruled
    assert {on for person, on in judged(sqlite_database) if person == 2} >= set(days)


def test_a_unit_that_was_given_no_hours_stops_nobody_else(sqlite_database: Database) -> None:
    build_office(sqlite_database, people=1)
    with sqlite_database.writing() as session:
        registering.add_unit(session, "NEW", at=RECORDED_AT)
        registering.add_employee(session, "N1", at=RECORDED_AT)
        registering.assign(session, "N1", "NEW", from_on=date(2026, 3, 1), at=RECORDED_AT)
        person = office.key(office.get(session, EmployeeRow, "N1"))
        gate = office.key(office.get(session, TerminalRow, "T-A"))
        intake_log.extend_coverage(session, gate, datetime(2026, 3, 1), datetime(2026, 3, 7))
        dirty.mark(session, [(1, MONDAY), (person, MONDAY)], "first", RECORDED_AT)

    done = evaluate_dirty(sqlite_database, ZONE, RECEIVED)
    assert "Unit NEW has no schedule and none above it has; give one of them official hours." in done.unruled
    assert (1, MONDAY) in judged(sqlite_database)
    assert (person, MONDAY) not in judged(sqlite_database)

    with sqlite_database.reading() as session:
        page = today_page(session, ZONE, RECEIVED, day=MONDAY)
    shown = {one.employee: one.state for unit in page.units for one in unit.people}
    assert shown["N1"] == "not_scheduled"
    assert len(shown) == 2
    with sqlite_database.reading() as session:
        told = explain_day(session, ZONE, person, MONDAY).account
    assert told.verdict.day_kind == "no_hours"
