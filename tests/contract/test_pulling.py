"""Pulling over real sockets: whatever the other side does, the pull ends in time and is filed under its name."""

from __future__ import annotations

import logging
import socket
import threading
from collections.abc import Callable
from contextlib import closing
from datetime import date
from time import monotonic

import pytest

from attendance.errors import Invalid, NotFound
from attendance.store import registering, terminal_health
from attendance.store.database import Database
from device_sync.intake import Filed
from device_sync.simulator import Fault, SimulatedTerminal, load_records
from device_sync.terminal import TerminalError
from device_sync.wire import CHANGING, Command
from device_sync.zk import Limits
from tests import builders
from tests.builders import build_office, puller_for, pulls, stored_punches, truth_of

LOG = load_records(2000)
HASTY = Limits(connect_seconds=0.4, idle_seconds=0.4, total_seconds=4.0, goodbye_seconds=0.3)
SLACK_SECONDS = 1.5
"""What a loaded machine may add to a limit."""
READING = {
    Command.CONNECT, Command.AUTH, Command.EXIT, Command.OPTION_READ, Command.VERSION, Command.SIZES, Command.GET_TIME,
    Command.PREPARE, Command.READ, Command.FREE,
}  # fmt: skip


def assert_harmless(simulated: SimulatedTerminal) -> None:
    """It was asked for what it knows, and for nothing else: not disabled, cleared, set or even enabled."""
    asked = {entry.command for entry in simulated.journal}
    assert asked <= READING
    assert not asked & CHANGING


def assert_nothing_invented(database: Database, simulated: SimulatedTerminal) -> None:
    stored = stored_punches(database)
    assert len(stored) == len(set(stored))
    assert set(stored) <= set(truth_of(simulated))


def pull_in_time(database: Database, limits: Limits = HASTY, comm_key: int = 0, full: bool = False) -> Filed:
    """A pull that ends within the deadline it was given."""
    started = monotonic()
    filed = puller_for(database, limits=limits, comm_key=comm_key).pull("T-A", full=full)
    assert monotonic() - started < limits.total_seconds + limits.goodbye_seconds + SLACK_SECONDS
    return filed


def assert_filed_as(database: Database, filed: Filed, outcome: str, sentence: str) -> None:
    """The failure stands in the filed pull with its name, its sentence and what the sentence is about."""
    assert filed.outcome == outcome
    assert sentence in filed.message
    pull = pulls(database)[-1]
    assert (pull.row.id, pull.row.outcome, pull.row.message) == (filed.pull_id, outcome, filed.message)
    assert pull.row.params["reason"]
    assert pull.row.params["host"] == "127.0.0.1"
    assert (pull.row.read, pull.row.new, pull.row.payload, pull.row.complete_until) == (0, 0, None, None)
    assert filed.message.strip().endswith(".")
    assert "\n" not in filed.message


def closed_port() -> int:
    with closing(socket.create_server(("127.0.0.1", 0))) as server:
        return int(server.getsockname()[1])


# what goes well ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("transport", ["tcp", "udp"])
def test_a_pull_stores_exactly_what_the_terminal_holds_and_does_not_touch_it(
    sqlite_database: Database, transport: str
) -> None:
    with SimulatedTerminal(records=LOG, comm_key=5, clock_offset_seconds=420).running() as simulated:
        build_office(sqlite_database, addresses={"T-A": simulated.port}, has_comm_key=True, transport=transport)
        first = pull_in_time(sqlite_database, builders.QUICK, comm_key=5)
        second = pull_in_time(sqlite_database, builders.QUICK, comm_key=5)
        simulated.punch("1001")
        third = pull_in_time(sqlite_database, builders.QUICK, comm_key=5)
        assert_harmless(simulated)
    assert [(filed.outcome, filed.read, filed.new) for filed in (first, second, third)] == [
        ("ok", 2000, len(truth_of(simulated)) - 1),
        ("ok", 2000, 0),
        ("ok", 2001, 1),
    ]
    assert stored_punches(sqlite_database) == truth_of(simulated)
    assert abs((first.clock_offset_seconds or 0) - 420) <= 2
    row = pulls(sqlite_database)[0].row
    assert (row.serial, row.records_before, row.records_after) == (simulated.serial, 2000, 2000)
    assert row.started_at <= row.finished_at


def test_what_is_punched_while_terminals_are_read_lands_once(any_database: Database) -> None:
    stop = threading.Event()
    with SimulatedTerminal(records=LOG, users=50).running() as simulated:
        build_office(any_database, addresses={"T-A": simulated.port})
        puller = puller_for(any_database)

        def crowd() -> None:
            number = 0
            while not stop.wait(0.002):
                simulated.punch(str(1001 + number % 50), state=number % 2, verify=number % 250)
                number += 1

        thread = threading.Thread(target=crowd)
        thread.start()
        try:
            outcomes = {puller.pull("T-A", full=n % 4 == 3).outcome for n in range(12)}
        finally:
            stop.set()
            thread.join()
        puller.pull("T-A")
        assert outcomes == {"ok"}
        assert len(truth_of(simulated)) > len(LOG) // 40
        assert stored_punches(any_database) == truth_of(simulated)


# what goes wrong -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("given", [0, 7, 123_456])
def test_a_wrong_comm_key_is_named(sqlite_database: Database, given: int) -> None:
    with SimulatedTerminal(records=LOG, comm_key=12).running() as simulated:
        build_office(sqlite_database, addresses={"T-A": simulated.port}, has_comm_key=bool(given))
        filed = pull_in_time(sqlite_database, comm_key=given)
        assert_filed_as(sqlite_database, filed, "wrong_key", "did not accept the communication key")
        assert "123456" not in filed.message
        assert_harmless(simulated)
    assert stored_punches(sqlite_database) == []


def test_a_port_where_nobody_listens_is_named(sqlite_database: Database) -> None:
    build_office(sqlite_database, addresses={"T-A": closed_port()})
    filed = pull_in_time(sqlite_database)
    assert_filed_as(sqlite_database, filed, "refused", "refused the connection")


def test_a_host_that_never_answers_is_named_in_time(sqlite_database: Database) -> None:
    # a listener whose queue is full drops further greetings, as a dead host does
    with closing(socket.socket()) as server:
        server.bind(("127.0.0.1", 0))
        server.listen(0)
        fillers = [socket.socket() for _ in range(4)]
        for filler in fillers:
            filler.setblocking(False)
            filler.connect_ex(server.getsockname())
        build_office(sqlite_database, addresses={"T-A": server.getsockname()[1]})
        started = monotonic()
        filed = puller_for(sqlite_database, limits=HASTY).pull("T-A")
        assert monotonic() - started < HASTY.connect_seconds + SLACK_SECONDS
        for filler in fillers:
            filler.close()
    assert_filed_as(sqlite_database, filed, "unreachable", "No answer from 127.0.0.1")


def test_a_port_that_speaks_something_else_is_named(sqlite_database: Database) -> None:
    with SimulatedTerminal(records=LOG, fault="not_zk").running() as simulated:
        build_office(sqlite_database, addresses={"T-A": simulated.port})
        filed = pull_in_time(sqlite_database)
    assert_filed_as(sqlite_database, filed, "not_a_terminal", "does not speak the ZK protocol")


@pytest.mark.parametrize("at", [16, 200, 700, 30_000, 79_000])
def test_a_peer_that_closes_in_the_middle_costs_nothing_but_a_repeat(sqlite_database: Database, at: int) -> None:
    with SimulatedTerminal(records=LOG, fault=Fault("drop", at=at, times=1)).running() as simulated:
        build_office(sqlite_database, addresses={"T-A": simulated.port})
        filed = pull_in_time(sqlite_database)
        assert filed.outcome in {"interrupted", "refused"}
        assert_filed_as(sqlite_database, filed, filed.outcome, "closed the connection")
        assert builders.count(sqlite_database, "punch_block") == 0
        assert pull_in_time(sqlite_database, builders.QUICK).outcome == "ok"
        assert stored_punches(sqlite_database) == truth_of(simulated)
        assert_harmless(simulated)


def test_a_peer_that_falls_silent_in_the_middle_is_named_in_time(sqlite_database: Database) -> None:
    with SimulatedTerminal(records=LOG, fault=Fault("stall", at=30_000)).running() as simulated:
        build_office(sqlite_database, addresses={"T-A": simulated.port})
        filed = pull_in_time(sqlite_database)
    assert_filed_as(sqlite_database, filed, "interrupted", "fell silent")


def test_one_impossible_date_costs_one_record(any_database: Database) -> None:
    with SimulatedTerminal(records=LOG, fault="bad_date").running() as simulated:
        build_office(any_database, addresses={"T-A": simulated.port})
        filed = pull_in_time(any_database, builders.QUICK)
        again = pull_in_time(any_database, builders.QUICK, full=True)
    assert (filed.outcome, filed.read, filed.quarantined, filed.reasons) == ("ok", 2001, 1, {"bad_time": 1})
    assert filed.new == len(truth_of(simulated))
    assert (again.new, again.quarantined) == (0, 1)
    assert stored_punches(any_database) == truth_of(simulated)
    assert builders.rows(any_database, "SELECT position, reason FROM quarantine") == [(2000, "bad_time")]


@pytest.mark.parametrize("count", [0, 5, 20, 2000])
def test_a_punch_between_size_and_reading_is_neither_lost_nor_multiplied(sqlite_database: Database, count: int) -> None:
    with SimulatedTerminal(records=LOG[: count * 40], fault="grow").running() as simulated:
        build_office(sqlite_database, addresses={"T-A": simulated.port})
        filed = pull_in_time(sqlite_database, builders.QUICK)
        assert (filed.outcome, filed.read) == ("ok", count + 1)
        assert stored_punches(sqlite_database) == truth_of(simulated)
        assert pull_in_time(sqlite_database, builders.QUICK).outcome == "ok"
        assert stored_punches(sqlite_database) == truth_of(simulated)


def test_another_terminal_at_the_address_is_refused_and_nothing_of_it_filed(sqlite_database: Database) -> None:
    with SimulatedTerminal(records=LOG[:400], serial="AAA").running() as simulated:
        build_office(sqlite_database, addresses={"T-A": simulated.port})
        assert pull_in_time(sqlite_database).outcome == "ok"
    stored = stored_punches(sqlite_database)
    with SimulatedTerminal(records=LOG, serial="BBB", port=simulated.port).running() as other:
        filed = pull_in_time(sqlite_database)
        assert_filed_as(sqlite_database, filed, "changed", "BBB")
        assert "AAA" in filed.message
        assert_harmless(other)
    assert stored_punches(sqlite_database) == stored


def test_one_machine_under_two_codes_is_refused_and_filed_once(sqlite_database: Database) -> None:
    with SimulatedTerminal(records=load_records(50, users=5)).running() as simulated:
        both = {"T-A": simulated.port, "T-B": simulated.port}
        build_office(sqlite_database, terminals=tuple(both), addresses=both)
        puller = puller_for(sqlite_database)
        assert puller.pull("T-A").new == 50
        second = puller.pull("T-B")
        assert (second.outcome, second.new) == ("changed", 0)
        assert f"{simulated.serial} that answers for T-B is terminal T-A already" in second.message
        assert stored_punches(sqlite_database, "T-B") == []
        with sqlite_database.writing() as session:
            registering.retire_terminal(session, "T-A", at=builders.RECEIVED)
        assert puller.pull("T-B").new == 50


def test_failures_are_counted_until_a_pull_succeeds_and_logged_when_they_begin_and_end(
    sqlite_database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "device_sync.pulling")
    with SimulatedTerminal(records=LOG[:400], fault=Fault("drop", at=400, times=3)).running() as simulated:
        build_office(sqlite_database, addresses={"T-A": simulated.port})
        puller = puller_for(sqlite_database)
        failures = []
        for _ in range(5):
            puller.pull("T-A")
            with sqlite_database.reading() as session:
                failures.append(terminal_health.read_facts(session, date(2026, 3, 2))[0].failures)
    assert failures == [1, 2, 3, 0, 0]
    assert [record.levelname for record in caplog.records] == ["WARNING", "INFO"]
    assert len(pulls(sqlite_database)) == 5


# one connection ------------------------------------------------------------------------------------------------------


def test_a_terminal_pulled_by_several_at_once_is_talked_to_by_one_at_a_time(sqlite_database: Database) -> None:
    """The terminal hangs up on any second client, so that every pull succeeding shows there was none.

    Each puller stands for a program of its own; one that asks the terminal past them shows that it does hang up.
    """
    with SimulatedTerminal(records=load_records(30_000), fault="busy").running() as simulated:
        build_office(sqlite_database, addresses={"T-A": simulated.port})
        shared = puller_for(sqlite_database)
        pullers = [shared, shared, *(puller_for(sqlite_database) for _ in range(2))]
        jobs = [lambda puller=puller: puller.pull("T-A", full=True).outcome for puller in pullers]
        assert at_once(jobs) == ["ok"] * 4
        assert simulated.connections == 4
        past_the_lock = [lambda: outcome_of(shared.terminal("T-A").read_log) for _ in range(4)]
        assert "refused" in at_once(past_the_lock)
    assert stored_punches(sqlite_database) == truth_of(simulated)


def outcome_of(ask: Callable[[], object]) -> str:
    try:
        ask()
    except TerminalError as error:
        return error.outcome
    return "ok"


def at_once(jobs: list[Callable[[], str]]) -> list[str]:
    gate, outcomes = threading.Barrier(len(jobs)), []

    def run(job: Callable[[], str]) -> None:
        gate.wait()
        outcomes.append(job())

    threads = [threading.Thread(target=run, args=(job,)) for job in jobs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return outcomes


# what cannot be tried ------------------------------------------------------------------------------------------------


def test_a_terminal_without_an_address_or_with_one_outside_is_refused_before_any_packet(
    sqlite_database: Database,
) -> None:
    build_office(sqlite_database, terminals=("T-A",))
    with sqlite_database.writing() as session:
        registering.add_terminal(session, "T-OUT", unit="A", host="8.8.8.8", at=builders.RECORDED_AT)
        registering.add_terminal(session, "T-CMD", unit="A", host="127.0.0.1; touch x", at=builders.RECORDED_AT)
    puller = puller_for(sqlite_database)
    for code, word in (("T-A", "no address"), ("T-OUT", "8.8.8.8"), ("T-CMD", "T-CMD")):
        with pytest.raises(Invalid, match=word):
            puller.pull(code)
    with pytest.raises(NotFound, match="T-NONE"):
        puller.pull("T-NONE")
    assert pulls(sqlite_database) == []
