"""A terminal that pushes and is read as well: what it told by itself, beside what its own tables show."""

from __future__ import annotations

from datetime import timedelta

import pytest

from attendance.services.terminal_people import work_list
from attendance.store import registering
from attendance.store.database import Database
from device_sync.push.said_users import said_users
from device_sync.simulator import SimulatedTerminal
from device_sync.simulator.operations import Operation
from tests import builders
from tests.builders import build_office, rows
from tests.pushing import SERIAL, Ticking, approve, approved, pushing_to


@pytest.fixture
def ticking() -> Ticking:
    return Ticking()


def test_users_that_were_told_of_stand_in_the_work_list_until_the_table_itself_shows_them(
    sqlite_database: Database, ticking: Ticking
) -> None:
    terminal = approved(sqlite_database, ticking)
    table = f"SN={SERIAL}&table=OPERLOG"
    terminal.send("cdata", table, b"USER PIN=1001\tName=Lan\tPri=0\nUSER PIN=E3\tName=Lan\tPri=14")

    def numbers() -> tuple[int | None, list[str]]:
        found = work_list(sqlite_database, "T-A", on=ticking.wall.date(), told=said_users)
        return found.seen, [entry.user.pin for entry in found.work.unmatched]

    assert work_list(sqlite_database, "T-A", on=ticking.wall.date()).seen is None
    assert numbers() == (2, ["E3"])
    users = [(1, "1001", "Lan"), (2, "77", "Hoa")]
    with SimulatedTerminal(serial=SERIAL, records=builders.records(3), users=users, now=ticking).running() as simulated:
        with sqlite_database.writing() as session:
            registering.change_terminal(session, "T-A", host="127.0.0.1", port=simulated.port, at=ticking.at)
        assert builders.puller_for(sqlite_database, now=ticking).pull("T-A", full=True).outcome == "ok"
    assert numbers() == (2, ["77"]), "E3 was deleted there before it was read"
    terminal.send("cdata", table, b"USER PIN=78\tName=Tu\tPri=0")
    assert numbers() == (3, ["77", "78"])


def test_a_log_that_is_read_after_some_of_it_was_pushed_tells_nothing_of_what_was_before(
    sqlite_database: Database, ticking: Ticking
) -> None:
    build_office(sqlite_database)
    terminal = pushing_to(sqlite_database, ticking)
    terminal.start()
    approve(sqlite_database)
    terminal.send("cdata", f"SN={SERIAL}&table=OPERLOG", b"OPLOG 4\t1\t2026-03-02 11:26:07\t1\t0\t0\t0")
    ticking.pass_by(minutes=5)
    with SimulatedTerminal(serial=SERIAL, records=builders.records(3), now=ticking).running() as simulated:
        simulated.machine.clock.now = lambda: ticking.at - timedelta(days=90)
        simulated.operate(Operation.FACTORY_RESET)
        simulated.machine.clock.now = ticking
        with sqlite_database.writing() as session:
            registering.change_terminal(session, "T-A", host="127.0.0.1", port=simulated.port, at=ticking.at)
        puller = builders.puller_for(sqlite_database, now=ticking)
        assert puller.pull("T-A").outcome == "ok"
        assert builders.count(sqlite_database, "terminal_operation") == 1 + len(simulated.operations)
        assert rows(sqlite_database, "SELECT kind FROM terminal_alarm") == []
        ticking.pass_by(minutes=5)
        simulated.operate(Operation.LOG_ERASED)
        puller.pull("T-A")
    assert rows(sqlite_database, "SELECT kind FROM terminal_alarm") == [("log_erased",)]
