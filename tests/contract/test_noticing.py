"""What a pull shows of the terminal itself: each thing a person must know is an alarm, raised once and ended once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from attendance import clock
from attendance.errors import Invalid, NotFound
from attendance.store import alarms, operation_log
from attendance.store.alarms import Alarm
from attendance.store.database import Database
from attendance.store.operation_log import ClockSetting
from device_sync.intake import Filed
from device_sync.simulator import Fault, SimulatedTerminal
from device_sync.simulator.operations import Operation
from tests import builders
from tests.builders import MONDAY, ZONE, build_office, puller_for, record, records

NOON = datetime(2026, 3, 2, 5, tzinfo=UTC)  # 12:00 at the office


@dataclass
class Visited:
    """A simulated terminal, the office that pulls it, and a clock both go by."""

    database: Database
    terminal: SimulatedTerminal
    now: datetime = NOON

    def pull(self, *, full: bool = False, later: timedelta = timedelta(minutes=5), comm_key: int = 0) -> Filed:
        self.now += later
        return puller_for(self.database, now=lambda: self.now, comm_key=comm_key).pull("T-A", full=full)

    def alarms(self, *, ended: bool = False) -> list[Alarm]:
        with self.database.reading() as session:
            found = alarms.alarms_of(session, builders.terminal_id(self.database), 1000)
        return [alarm for alarm in reversed(found) if ended or alarm.ended_at is None]

    def kinds(self) -> list[str]:
        return [alarm.kind for alarm in self.alarms()]

    def only(self, kind: str) -> dict[str, Any]:
        """What the one open alarm, which is of this kind, says."""
        assert self.kinds() == [kind]
        return self.alarms()[0].params


@pytest.fixture
def visited(sqlite_database: Database) -> Iterator[Visited]:
    found = Visited(sqlite_database, SimulatedTerminal(records=records(30), users=3))
    found.terminal.machine.clock.now = lambda: found.now
    with found.terminal.running():
        build_office(sqlite_database, addresses={"T-A": found.terminal.port})
        yield found


def acknowledge_all(visited: Visited) -> None:
    with visited.database.writing() as session:
        for alarm in visited.alarms():
            alarms.acknowledge(session, builders.terminal_id(visited.database), alarm.id, by="An", at=visited.now)


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
    acknowledge_all(visited)
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
    acknowledge_all(visited)
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
    acknowledge_all(visited)
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
    terminal = SimulatedTerminal(records=records(30), users=3, capacity=30, wraps=True)
    visited = Visited(sqlite_database, terminal)
    terminal.machine.clock.now = lambda: visited.now
    with terminal.running():
        build_office(sqlite_database, addresses={"T-A": terminal.port})
        for _ in range(3):
            visited.pull()
            terminal.punch("1001")
        assert sorted(visited.kinds()) == ["full_soon", "turned_over"]
        acknowledge_all(visited)
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
    terminal = SimulatedTerminal(records=records(30), comm_key=12)
    visited = Visited(sqlite_database, terminal)
    terminal.machine.clock.now = lambda: visited.now
    with terminal.running():
        build_office(sqlite_database, addresses={"T-A": terminal.port}, has_comm_key=True)
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


# users ---------------------------------------------------------------------------------------------------------------


def test_a_new_user_is_told_and_those_of_the_first_reading_are_not(visited: Visited) -> None:
    visited.pull(full=True)
    visited.terminal.put_user(9, "1009", "Mới")
    visited.pull()
    assert visited.kinds() == [], "the usual pull does not read the table"
    visited.pull(full=True)
    assert visited.only("new_user") == {"pin": "1009"}
    visited.pull(full=True)
    assert len(visited.alarms(ended=True)) == 1


def test_a_new_administrator_is_told_whether_new_or_made_of_a_user(visited: Visited) -> None:
    visited.pull(full=True)
    visited.terminal.put_administrator(9, "1009")
    first = visited.terminal.users[0]
    visited.terminal.put_user(first.uid, first.pin, first.name, 2)
    visited.pull(full=True)
    assert {(alarm.kind, alarm.params["pin"], alarm.params["privilege"]) for alarm in visited.alarms()} == {
        ("new_administrator", "1009", 14), ("new_administrator", first.pin, 2),
    }  # fmt: skip
    acknowledge_all(visited)
    visited.terminal.put_user(first.uid, first.pin, first.name, 0)
    visited.pull(full=True)
    assert visited.kinds() == [], "one right less is nothing to be warned of"


def test_many_new_users_at_once_are_one_alarm(visited: Visited) -> None:
    visited.pull(full=True)
    for number in range(21):
        visited.terminal.put_user(100 + number, str(2000 + number))
    visited.pull(full=True)
    assert visited.only("many_users") == {"count": 21}


# the operation log ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("operation", "kind"),
    [
        (Operation.FACTORY_RESET, "factory_reset"),
        (Operation.ALL_ERASED, "data_erased"),
        (Operation.LOG_ERASED, "log_erased"),
        (Operation.CLOCK_SET, "clock_set"),
        (Operation.ADMINISTRATORS_CLEARED, "administrators_cleared"),
        (Operation.SETTING_CHANGED, "options_changed"),
        (Operation.MENU_ENTERED, None),
        (Operation.USER_DELETED, None),
    ],
)
def test_an_operation_that_matters_is_told(visited: Visited, operation: Operation, kind: str | None) -> None:
    visited.pull()
    visited.terminal.operate(operation, 7)
    visited.pull()
    if kind is None:
        assert visited.kinds() == []
    else:
        at = clock.to_wall(visited.now - timedelta(minutes=5), ZONE).isoformat()
        assert visited.only(kind) == {"at": at, "code": int(operation)}
    with visited.database.reading() as session:
        newest = operation_log.operations_of(session, builders.terminal_id(visited.database), 1)[0]
    assert (newest.code, newest.objects) == (int(operation), (7, 0, 0, 0))


def test_what_was_done_before_the_first_reading_is_kept_and_not_told(visited: Visited) -> None:
    visited.terminal.operate(Operation.FACTORY_RESET)
    visited.pull()
    assert visited.kinds() == []
    assert builders.rows(visited.database, "SELECT code FROM terminal_operation ORDER BY id") == [(0,), (22,)]


def test_options_changed_in_one_visit_to_the_menu_are_one_alarm(visited: Visited) -> None:
    visited.pull()
    for number in range(5):
        visited.terminal.operate(Operation.SETTING_CHANGED, number)
    visited.pull()
    assert visited.kinds() == ["options_changed"]


def test_identical_lines_are_kept_as_often_as_they_stand_there_and_once_however_often_read(visited: Visited) -> None:
    visited.pull()
    for _ in range(3):
        visited.terminal.operate(Operation.MENU_ENTERED, administrator=1)
    for full in (False, True, True):
        visited.pull(full=full)
    assert builders.rows(
        visited.database, "SELECT code, ordinal FROM terminal_operation WHERE code = 4 ORDER BY id"
    ) == [(4, 1), (4, 2), (4, 3)]
    visited.terminal.operate(Operation.MENU_ENTERED, administrator=1)
    visited.pull(full=True)
    assert builders.count(visited.database, "terminal_operation") == len(visited.terminal.operations)


# seeing an alarm -----------------------------------------------------------------------------------------------------


def test_a_condition_that_was_seen_stands_until_it_is_over(visited: Visited) -> None:
    visited.terminal.machine.clock.offset_seconds = 420
    visited.pull()
    acknowledge_all(visited)
    visited.pull()
    (alarm,) = visited.alarms()
    assert (alarm.kind, alarm.seen_by, alarm.ended_at) == ("clock_off", "An", None)
    visited.terminal.machine.clock.offset_seconds = 0
    visited.pull()
    assert visited.alarms(ended=True)[0].ended_at == visited.now


def test_an_alarm_is_acknowledged_once_by_somebody_with_a_name(visited: Visited) -> None:
    visited.terminal.machine.clock.offset_seconds = 420
    visited.pull()
    number, (alarm,) = builders.terminal_id(visited.database), visited.alarms()
    for by, alarm_id, terminal, error in (
        (" ", alarm.id, number, Invalid),
        ("An\n", alarm.id, number, None),
        ("Bình", alarm.id, number, Invalid),
        ("An", 999, number, NotFound),
        ("An", alarm.id, number + 1, NotFound),
    ):
        with visited.database.writing() as session:
            if error is None:
                alarms.acknowledge(session, terminal, alarm_id, by=by, at=visited.now)
            else:
                with pytest.raises(error):
                    alarms.acknowledge(session, terminal, alarm_id, by=by, at=visited.now)
    assert visited.alarms()[0].seen_by == "An"
