"""Rows of terminals.md section 2 about how a terminal is treated: ours harmless, the usual way of using pyzk not."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from attendance.store.database import Database
from device_sync.intake import Filed
from device_sync.layouts import OPERATIONS
from device_sync.simulator import Fault, Operation, SimulatedTerminal, load_records
from device_sync.terminal import Garbled, Unreachable
from device_sync.wire import CHANGING, Command
from device_sync.zk.session import Session
from device_sync.zk.walls import NotOffered
from tests.builders import build_office, puller_for, pulls, stored_punches, truth_of
from tests.contract import plain_pyzk
from tests.contract.plain_pyzk import run_pyzk
from tests.contract.pulls import reach
from tests.contract.reading import as_pyzk, punches_of, true_rows

LOG = load_records(300)
WALL = datetime(2026, 7, 1, 7, 30)


def pull(database: Database, full: bool = False) -> Filed:
    return puller_for(database).pull("T-A", full=full)


def asked(simulated: SimulatedTerminal) -> set[int]:
    return {entry.command for entry in simulated.journal}


def test_row_18_a_pull_that_dies_leaves_the_terminal_working() -> None:
    """Row 18: pyzk's users lock the terminal first, and it stays locked when they die; ours never locks it."""
    with SimulatedTerminal(records=LOG).running() as simulated:
        assert run_pyzk(plain_pyzk.locked_while_it_reads, simulated.port).how == "died"
        assert simulated.locked
        with pytest.raises(ValueError, match="disabled"):
            simulated.punch("1001")
    for fault in ("drop", "reset", "stall", "bad_checksum"):
        with SimulatedTerminal(records=LOG, fault=fault).running() as simulated:
            with pytest.raises((Unreachable, Garbled)):
                reach(simulated).read_log()
            assert not simulated.locked
            assert not asked(simulated) & CHANGING
            simulated.punch("1001")


def test_row_23_what_was_read_stays_on_the_terminal(sqlite_database: Database) -> None:
    """Row 23: deleting after the download loses everything when the reader dies; ours reads it all the next time."""
    with SimulatedTerminal(records=LOG).running() as simulated:
        assert run_pyzk(plain_pyzk.delete_after_download, simulated.port).how == "died"
        assert simulated.truth == ()
    with SimulatedTerminal(records=LOG, fault=Fault("reset", times=1)).running() as simulated:
        build_office(sqlite_database, addresses={"T-A": simulated.port})
        assert pull(sqlite_database).outcome == "interrupted"
        assert len(simulated.truth) == 300
        assert pull(sqlite_database).outcome == "ok"
        assert stored_punches(sqlite_database) == truth_of(simulated)
        assert not asked(simulated) & CHANGING


def test_row_24_how_full_a_terminal_is_stands_with_each_pull(sqlite_database: Database) -> None:
    """Row 24: pyzk's list does not show that the log takes no more; ours keeps count and capacity of every pull."""
    with SimulatedTerminal(records=LOG, capacity=301).running() as simulated:
        build_office(sqlite_database, addresses={"T-A": simulated.port})
        simulated.punch("1001", WALL)
        with pytest.raises(ValueError, match="full"):
            simulated.punch("1002", WALL)
        assert len(run_pyzk(plain_pyzk.attendance, simulated.port).value) == 301
        assert pull(sqlite_database).outcome == "ok"
        row = pulls(sqlite_database)[-1].row
        assert (row.records_after, row.record_capacity) == (301, 301)


def test_row_24_what_a_ring_overwrote_is_kept(sqlite_database: Database) -> None:
    """Row 24: where the oldest are overwritten, pyzk's list is as long as before and lacks them; ours keeps all."""
    with SimulatedTerminal(records=LOG, capacity=300, wraps=True).running() as simulated:
        build_office(sqlite_database, addresses={"T-A": simulated.port})
        assert pull(sqlite_database).outcome == "ok"
        before = truth_of(simulated)
        first = run_pyzk(plain_pyzk.attendance, simulated.port).value
        for minute in range(20):
            simulated.punch("1001", WALL + timedelta(minutes=minute))
        second = run_pyzk(plain_pyzk.attendance, simulated.port).value
        assert (len(first), len(second), len(set(first) - set(second))) == (300, 300, 20)
        filed = pull(sqlite_database)
        assert (filed.read, filed.new) == (300, 20)
        assert stored_punches(sqlite_database) == [*before, *truth_of(simulated)[-20:]]


def test_row_25_a_log_that_shrank_is_an_alarm_and_costs_nothing_stored(sqlite_database: Database) -> None:
    """Row 25: pyzk returns the shorter list; ours keeps what it had, says so, and brings the operation that did it."""
    with SimulatedTerminal(records=LOG).running() as simulated:
        build_office(sqlite_database, addresses={"T-A": simulated.port})
        assert pull(sqlite_database).outcome == "ok"
        before = truth_of(simulated)
        simulated.erase_log()
        assert run_pyzk(plain_pyzk.attendance, simulated.port).value == []
        emptied = pull(sqlite_database)
        assert emptied.outcome not in ("ok", "unreachable")
        assert emptied.message
        simulated.punch("1002", WALL)
        assert run_pyzk(plain_pyzk.attendance, simulated.port).value == true_rows(simulated)
        filed = pull(sqlite_database)
        assert (filed.outcome, filed.new) == ("changed", 1)
        assert stored_punches(sqlite_database) == [*before, *truth_of(simulated)]
        operations = reach(simulated).read_log().operations
        assert operations is not None
        assert np.frombuffer(operations, OPERATIONS)["code"].tolist() == [Operation.STARTED, Operation.LOG_ERASED]


@pytest.mark.parametrize("hours", [-24 * 200, 5])
def test_row_26_a_wrong_clock_is_measured_at_every_pull(sqlite_database: Database, hours: int) -> None:
    """Row 26: pyzk hands the terminal's times over as they are; ours stores with them how wrong the clock was."""
    instant = datetime(2026, 7, 1, 0, 30, tzinfo=UTC)  # 07:30 in Vietnam
    terminal = SimulatedTerminal(records=LOG, clock_offset_seconds=hours * 3600, now=lambda: instant)
    with terminal.running() as simulated:
        build_office(sqlite_database, addresses={"T-A": simulated.port})
        simulated.punch("1001")
        _, said, *_ = run_pyzk(plain_pyzk.attendance, simulated.port).value[-1]
        assert datetime.fromisoformat(said) - WALL == timedelta(hours=hours)
        filed = puller_for(sqlite_database, now=lambda: instant).pull("T-A")
        assert filed.clock_offset_seconds == hours * 3600
        assert not asked(simulated) & CHANGING


def test_row_27_nothing_of_ours_runs_verbose() -> None:
    """Row 27: where the last packet of an answer is broken, pyzk's verbose mode crashes on its own print."""
    users, log = 5, len(LOG) + 4
    at = 16 + 108 + 108 + (20 + 72 * users) + 29 + 24 + 16 + log + 8
    with SimulatedTerminal(records=LOG, users=users, fault=Fault("drop", at=at)).running() as simulated:
        loud = run_pyzk(plain_pyzk.attendance, simulated.port, verbose=True)
        quiet = run_pyzk(plain_pyzk.attendance, simulated.port, within=2.0)
        assert (loud.error, "encode" in loud.message) == ("AttributeError", True)
        assert quiet.error != "AttributeError"
        session = Session(reach(simulated)._open_channel(), 0)
        assert session.verbose is False
        session.leave()
        simulated.fault = Fault("drop", at=log)
        with pytest.raises(Unreachable):
            reach(simulated).read_log()


def test_row_28_no_destructive_call_is_offered_or_sent() -> None:
    """Row 28: pyzk offers them side by side with the harmless ones (one is broken and waits to be repaired)."""
    with SimulatedTerminal(records=LOG).running() as simulated:
        plain = run_pyzk(plain_pyzk.erase_everything, simulated.port)
        assert plain.error == "TypeError"
        assert run_pyzk(plain_pyzk.change_it, simulated.port).value == 2
        assert simulated.truth == ()
        assert {Command.SET_TIME, Command.CLEAR_PUNCHES} <= asked(simulated)
    with SimulatedTerminal(records=LOG).running() as simulated:
        session = Session(reach(simulated)._open_channel(), 0)
        session.greet()
        for name in ("clear_data", "clear_attendance", "set_time", "disable_device", "restart", "poweroff", "set_user"):
            with pytest.raises(NotOffered):
                getattr(session, name)()
        for command in CHANGING:
            with pytest.raises(NotOffered):
                session._ZK__send_command(command)
        session.leave()
        assert as_pyzk(punches_of(reach(simulated).read_log())) == true_rows(simulated)
        assert not asked(simulated) & CHANGING


def test_a_killed_child_is_told_from_one_that_hangs() -> None:
    """The measure itself: a process that sleeps hangs without using the processor."""
    ended = run_pyzk(plain_pyzk.sleep, 4370, within=0.5)
    assert (ended.how, ended.cpu_seconds < 0.4) == ("hung", True)


def test_every_row_of_the_table_has_its_test() -> None:
    folder = Path(__file__).parent
    texts = [path.read_text("utf-8") for path in sorted(folder.glob("test_pyzk_faults_*.py"))]
    named = {int(number) for text in texts for number in re.findall(r'"""Row (\d+):', text)}
    assert named == set(range(1, 31))
