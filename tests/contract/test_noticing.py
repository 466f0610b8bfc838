"""What a pull shows of a terminal's clock, its log and who answers: each is an alarm, raised once and ended once."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest

from attendance import clock
from attendance.store import operation_log
from attendance.store.database import Database
from attendance.store.operation_log import ClockSetting
from device_sync.noticing import Thresholds
from device_sync.simulator import Fault, SimulatedTerminal
from tests import builders
from tests.builders import MONDAY, ZONE, build_office, puller_for, record, records
from tests.contract.visiting import NOON, Visited, visiting


@pytest.fixture
def visited(sqlite_database: Database) -> Iterator[Visited]:
    with visiting(sqlite_database) as found:
        yield found


def test_a_healthy_terminal_raises_nothing_however_often_it_is_read(visited: Visited) -> None:
    for full in (True, False, True, False):
        assert visited.pull(full=full).outcome == "ok"
        visited.terminal.punch("1001")
    assert visited.alarms(ended=True) == []


# the clock -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("offset", "is_off"), [(60, False), (61, True), (-61, True), (-60, False), (40_000, True)])
def test_a_clock_is_off_beyond_a_minute(visited: Visited, offset: int, is_off: bool) -> None:
    visited.terminal.machine.clock.offset_seconds = offset
    visited.pull()
    assert visited.kinds() == (["clock_off"] if is_off else [])


def test_a_clock_that_is_off_is_told_once_and_ends_once(visited: Visited) -> None:
    visited.terminal.machine.clock.offset_seconds = 420
    for _ in range(3):
        visited.pull()
    assert visited.only("clock_off") == {"offset": 420}
    visited.terminal.machine.clock.offset_seconds = 400
    visited.pull()
    assert visited.kinds() == ["clock_off"]
    visited.terminal.machine.clock.offset_seconds = 0
    visited.pull()
    assert [(alarm.kind, alarm.ended_at) for alarm in visited.alarms(ended=True) if alarm.ended_at] == [
        ("clock_off", visited.now)
    ]


def test_a_clock_that_jumped_between_two_pulls_is_told_with_both_offsets(visited: Visited) -> None:
    visited.terminal.machine.clock.offset_seconds = 50
    visited.pull()
    visited.terminal.machine.clock.offset_seconds = -55
    visited.pull()
    assert visited.only("clock_jumped") == {"offset_before": 50, "offset_after": -55}
    visited.pull()
    assert visited.kinds() == ["clock_jumped"], "an event stays until somebody has seen it"
    visited.acknowledge_all()
    visited.pull()
    assert visited.kinds() == []


def test_a_clock_we_set_ourselves_has_not_jumped(visited: Visited) -> None:
    visited.terminal.machine.clock.offset_seconds = 420
    visited.pull(full=True)
    visited.now += timedelta(minutes=1)
    with visited.database.writing() as session:
        ours = ClockSetting(visited.now, "An", "nhanh 7 phút", 420, 0, "ok", "")
        operation_log.add_clock_setting(session, builders.terminal_id(visited.database), ours)
    visited.terminal.set_clock(clock.to_wall(visited.now, ZONE))
    visited.pull()
    assert visited.kinds() == []
    visited.now += timedelta(hours=2)
    visited.terminal.set_clock(clock.to_wall(visited.now, ZONE) + timedelta(minutes=10))
    visited.pull()
    assert sorted(visited.kinds()) == ["clock_jumped", "clock_off", "clock_set"], "somebody else did that"


def test_times_that_run_back_in_the_order_of_the_log_are_told_once(visited: Visited) -> None:
    visited.pull()
    visited.terminal.punch("1001", MONDAY + timedelta(hours=4))
    visited.terminal.punch("1002", MONDAY + timedelta(hours=3))
    visited.pull()
    told = {"count": 1, "time_before": "2026-03-02T11:25:00", "time_after": "2026-03-02T10:25:00"}
    assert visited.only("ran_back") == told
    visited.acknowledge_all()
    for full in (False, True):
        visited.pull(full=full)
    assert visited.kinds() == [], "reading the same records again tells nothing new"


def test_the_first_new_record_is_compared_with_the_last_old_one(visited: Visited) -> None:
    visited.pull()
    visited.terminal.punch("1001", MONDAY - timedelta(hours=1))
    visited.pull()
    assert visited.only("ran_back")["time_after"] == "2026-03-02T06:25:00"


def test_records_a_few_minutes_out_of_order_are_what_two_readers_write(visited: Visited) -> None:
    visited.pull()
    visited.terminal.punch("1001", MONDAY + timedelta(hours=4))
    visited.terminal.punch("1002", MONDAY + timedelta(hours=4, minutes=-5))
    visited.pull()
    assert visited.kinds() == []


def test_how_far_records_may_be_out_of_order_is_a_setting(visited: Visited) -> None:
    visited.pull()
    for hours, ran_back in ((1, 3600), (2, 3599)):
        visited.terminal.punch("1001", MONDAY + timedelta(hours=hours * 4))
        visited.terminal.punch("1002", MONDAY + timedelta(hours=hours * 4 - 1))
        puller = puller_for(visited.database, now=lambda: visited.now)
        puller.thresholds = Thresholds(ran_back=ran_back)
        puller.pull("T-A")
        assert visited.kinds() == (["ran_back"] if ran_back < 3600 else [])


def test_disorder_from_before_the_first_reading_is_one_alarm(visited: Visited) -> None:
    for hours in (4, 1, 3, 0):
        visited.terminal.punch("1001", MONDAY + timedelta(days=-hours * 3, hours=hours))
    visited.pull()
    assert visited.only("ran_back")["count"] == 2


def test_a_clock_that_began_again_in_2000_is_told(visited: Visited) -> None:
    visited.pull()
    visited.terminal.lose_clock()
    visited.terminal.punch("1001")
    assert visited.pull().quarantined == 1
    found = {alarm.kind: alarm.params for alarm in visited.alarms()}
    assert sorted(found) == ["clock_jumped", "clock_off", "clock_reset"]
    assert found["clock_reset"] == {"count": 1, "first": "2000-01-01T00:00:00"}
    visited.acknowledge_all()
    visited.pull(full=True)
    assert visited.kinds() == ["clock_off"]


# the log -------------------------------------------------------------------------------------------------------------


def test_an_edited_past_is_told(visited: Visited) -> None:
    visited.pull()
    visited.terminal.edit_record(4, state=1)
    assert visited.pull().outcome == "changed"
    assert visited.only("past_changed") == {"records_before": 30, "records_after": 30}


def test_a_cleared_log_shrank_and_its_past_changed(visited: Visited) -> None:
    visited.pull()
    visited.terminal.erase_log()
    assert visited.pull().outcome == "garbled"
    assert visited.only("log_shrank") == {"records_before": 30, "records_after": 0}
    visited.terminal.punch("1001")
    assert visited.pull().outcome == "changed"
    assert sorted(visited.kinds()) == ["log_erased", "log_shrank", "past_changed"]


def test_a_full_log_that_overwrites_its_oldest_turned_over(sqlite_database: Database) -> None:
    with visiting(sqlite_database, capacity=30, wraps=True) as visited:
        for _ in range(3):
            visited.pull()
            visited.terminal.punch("1001")
        assert sorted(visited.kinds()) == ["full_soon", "turned_over"]
        visited.acknowledge_all()
        visited.pull()
        assert visited.kinds() == ["full_soon"], "a log that turns over does so at every punch: once a month is told"


def test_a_log_that_lost_its_oldest_without_being_full_shrank(sqlite_database: Database) -> None:
    build_office(sqlite_database)
    body = records(30)
    builders.file_body(sqlite_database, body, capacity=1000)
    builders.file_body(sqlite_database, body[40 * 10 :] + record("1001", MONDAY + timedelta(hours=2)), capacity=1000)
    visited = Visited(sqlite_database, SimulatedTerminal())
    assert visited.only("log_shrank") == {"records_before": 30, "records_after": 21}


def test_a_log_is_soon_full_from_four_fifths_on_and_no_more_when_it_was_cleared(sqlite_database: Database) -> None:
    build_office(sqlite_database)
    visited = Visited(sqlite_database, SimulatedTerminal())
    builders.file_body(sqlite_database, records(79), capacity=100)
    assert visited.kinds() == []
    builders.file_body(sqlite_database, records(80), capacity=100)
    assert visited.only("full_soon") == {"records": 80, "capacity": 100, "percent": 80, "date": None}
    builders.file_body(sqlite_database, records(10, first=MONDAY + timedelta(days=1)), capacity=100)
    assert "full_soon" not in visited.kinds()


def test_a_log_that_will_be_full_within_a_month_is_told_with_the_day(sqlite_database: Database) -> None:
    build_office(sqlite_database)
    visited = Visited(sqlite_database, SimulatedTerminal())
    for day in range(10):
        builders.file_body(
            sqlite_database, records(100 * (day + 1)), read_at=MONDAY + timedelta(days=day, hours=10), capacity=3000
        )
    assert visited.only("full_soon") == {"records": 400, "capacity": 3000, "percent": 13, "date": "2026-03-31"}


def test_a_terminal_that_does_not_say_its_sizes_is_told_until_it_does(visited: Visited) -> None:
    visited.terminal.fault = "no_sizes"
    visited.pull()
    assert visited.only("sizes_unknown") == {}
    visited.terminal.fault = None
    visited.pull()
    assert visited.kinds() == []


# who answers ---------------------------------------------------------------------------------------------------------


def test_unreachable_is_told_at_the_third_failure_and_ends_with_a_good_pull(visited: Visited) -> None:
    visited.terminal.fault = Fault("drop", at=400, times=4)
    kinds = []
    for _ in range(5):
        visited.pull()
        kinds.append(visited.kinds())
    assert kinds == [[], [], ["unreachable"], ["unreachable"], []]
    (alarm,) = visited.alarms(ended=True)
    assert alarm.params == {"failures": 3}
    assert (alarm.raised_at, alarm.ended_at) == (NOON + timedelta(minutes=15), NOON + timedelta(minutes=25))


def test_a_wrong_key_is_told_at_once(sqlite_database: Database) -> None:
    with visiting(sqlite_database, comm_key=12, has_comm_key=True) as visited:
        visited.pull(comm_key=7)
        assert visited.only("wrong_key") == {}
        visited.pull(comm_key=12)
        assert visited.kinds() == []


def test_another_serial_is_told_and_ends_when_the_right_one_is_back(visited: Visited) -> None:
    visited.pull()
    right = visited.terminal.serial
    visited.terminal.swap("OTHER")
    for _ in range(2):
        assert visited.pull().outcome == "changed"
    assert visited.only("serial_changed") == {"expected": right, "found": "OTHER"}
    visited.terminal.swap(right)
    visited.pull()
    assert visited.kinds() == []
