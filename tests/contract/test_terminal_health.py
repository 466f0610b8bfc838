"""Health through the database: what is stored of it cannot be changed, and lists cost a handful of statements."""

from __future__ import annotations

import logging
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError, SQLAlchemyError

from attendance.errors import Conflict
from attendance.services.terminal_health import terminals_health
from attendance.store import alarms, operation_log, registering
from attendance.store.alarms import TerminalAlarms
from attendance.store.database import Database
from attendance.store.operation_log import ClockSetting, Operation
from device_sync.simulator import Fault, SimulatedTerminal
from device_sync.simulator.operations import Operation as Code
from device_sync.terminal import Unreachable
from tests import builders
from tests.builders import MONDAY, ZONE, build_office, file_body, puller_for, records, rows, statements_of

AT = datetime(2026, 3, 2, 12, tzinfo=UTC)
LINE = Operation(bytes(16), 22, MONDAY, (1, 2, 3, 4))


def fill(database: Database) -> None:
    """A pull, an operation, an open alarm and a clock setting."""
    build_office(database)
    pull_id = file_body(database, records(20)).pull_id
    assert pull_id is not None
    number = builders.terminal_id(database)
    with database.writing() as session:
        operation_log.add_operations(session, number, [LINE], pull_id=pull_id, at=AT)
        operation_log.add_clock_setting(session, number, ClockSetting(AT, "An", "nhanh", 420, 0, "ok", ""))
        TerminalAlarms(session, number, pull_id, AT).open("clock_off", offset=420)


@pytest.mark.parametrize("table", ["terminal_operation", "clock_setting"])
def test_operations_and_settings_of_clocks_cannot_be_changed_or_removed(any_database: Database, table: str) -> None:
    fill(any_database)
    before = rows(any_database, f"SELECT * FROM {table}")
    assert before
    for statement in (f"UPDATE {table} SET id = id", f"DELETE FROM {table}"):
        with pytest.raises(SQLAlchemyError, match="append-only"), any_database.writing() as session:
            session.execute(text(statement))
    assert rows(any_database, f"SELECT * FROM {table}") == before


def test_an_alarm_can_be_seen_and_ended_once_and_is_otherwise_fixed(any_database: Database) -> None:
    fill(any_database)
    for statement in (
        "DELETE FROM terminal_alarm",
        "UPDATE terminal_alarm SET kind = 'x'",
        "UPDATE terminal_alarm SET params = '{}'",
    ):
        with pytest.raises(SQLAlchemyError, match="append-only"), any_database.writing() as session:
            session.execute(text(statement))
    number = builders.terminal_id(any_database)
    with any_database.writing() as session:
        alarms.acknowledge(session, number, 1, by="An", at=AT)
    with any_database.writing() as session:
        TerminalAlarms(session, number, 1, AT).end("clock_off")
    for change in ("ended_at = NULL", "seen_by = 'Bình'", "seen_at = NULL", "ended_at = '2027-01-01 00:00:00'"):
        with pytest.raises(SQLAlchemyError, match="append-only"), any_database.writing() as session:
            session.execute(text(f"UPDATE terminal_alarm SET {change}"))
    assert rows(any_database, "SELECT kind, seen_by FROM terminal_alarm") == [("clock_off", "An")]


def test_two_writers_cannot_open_the_same_alarm_twice(any_database: Database) -> None:
    fill(any_database)
    insert = (
        "INSERT INTO terminal_alarm (terminal_id, kind, subject, params, raised_at, pull_id) "
        "SELECT terminal_id, kind, subject, params, raised_at, pull_id FROM terminal_alarm"
    )
    with pytest.raises((Conflict, IntegrityError)), any_database.writing() as session:
        session.execute(text(insert))
    with any_database.writing() as session:
        TerminalAlarms(session, builders.terminal_id(any_database), 1, AT).end("clock_off")
    with any_database.writing() as session:
        session.execute(text(insert))
    assert builders.count(any_database, "terminal_alarm") == 2


def test_a_pull_raises_and_ends_its_alarms_and_keeps_operations_once(any_database: Database) -> None:
    """The whole way over a real socket, on both databases."""
    with SimulatedTerminal(records=records(30), users=3, clock_offset_seconds=420).running() as simulated:
        build_office(any_database, addresses={"T-A": simulated.port})
        puller = puller_for(any_database)
        simulated.operate(Code.FACTORY_RESET)
        for full in (False, True, False):
            assert puller.pull("T-A", full=full).outcome == "ok"
        simulated.machine.clock.offset_seconds = 0
        simulated.operate(Code.LOG_ERASED)
        simulated.put_administrator(9, "1009")
        for full in (True, False, True):
            puller.pull("T-A", full=full)
    found = rows(any_database, "SELECT kind, ended_at IS NULL FROM terminal_alarm ORDER BY kind")
    assert [(kind, bool(is_open)) for kind, is_open in found] == [
        ("clock_jumped", True), ("clock_off", False), ("log_erased", True), ("new_administrator", True),
    ]  # fmt: skip
    assert builders.count(any_database, "terminal_operation") == len(simulated.operations)


# what it costs -------------------------------------------------------------------------------------------------------


def test_five_hundred_terminals_cost_as_many_statements_as_one(sqlite_database: Database) -> None:
    build_office(sqlite_database)
    file_body(sqlite_database, records(20), offset=420, capacity=22)

    def ask() -> None:
        with sqlite_database.reading() as session:
            found.append(terminals_health(session, ZONE, AT))

    found: list[list[object]] = []
    one = statements_of(sqlite_database, ask)
    with sqlite_database.writing() as session:
        for number in range(499):
            registering.add_terminal(session, f"N{number}", unit="A", host="127.0.0.1", at=builders.RECORDED_AT)
    for number in range(0, 499, 50):
        file_body(sqlite_database, records(20), terminal=f"N{number}", offset=420, capacity=22, serial=f"S{number}")
    assert statements_of(sqlite_database, ask) == one
    assert one <= 8
    assert [len(each) for each in found] == [1, 500]


# lost once, found once -----------------------------------------------------------------------------------------------


def test_lost_is_logged_once_and_found_once_whoever_pulls_and_however_often_it_starts_again(
    sqlite_database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "device_sync.pulling")
    with SimulatedTerminal(records=records(30), fault=Fault("drop", at=400, times=3)).running() as simulated:
        build_office(sqlite_database, addresses={"T-A": simulated.port})
        for _ in range(5):
            puller_for(sqlite_database).pull("T-A")  # each a process of its own
    assert [record.levelname for record in caplog.records] == ["WARNING", "INFO"]


def test_another_way_of_not_being_reached_is_no_new_line_and_another_state_is(
    sqlite_database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "device_sync.pulling")
    with SimulatedTerminal(records=records(30)).running() as simulated:
        build_office(sqlite_database, addresses={"T-A": simulated.port})
        for fault in (None, Fault("drop", at=400), Fault("stall", at=400), Fault("refuse_auth"), None):
            simulated.fault = fault
            puller_for(sqlite_database).pull("T-A")
    assert [record.levelname for record in caplog.records] == ["WARNING", "WARNING", "INFO"]


def test_since_when_a_terminal_fails_is_the_first_failure_of_the_row(sqlite_database: Database) -> None:
    from device_sync.intake import file_failure

    build_office(sqlite_database)
    file_body(sqlite_database, records(20))
    error = Unreachable("No answer.", reason="no_answer")
    for minutes in (0, 5, 10):
        at = AT + timedelta(minutes=minutes)
        file_failure(sqlite_database, "T-A", error, started_at=at, finished_at=at)
    with sqlite_database.reading() as session:
        (found,) = terminals_health(session, ZONE, AT + timedelta(minutes=15))
    assert (found.since, found.facts.failures) == (AT, 3)
