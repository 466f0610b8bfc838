"""What a pull shows of people's doings at a terminal: new users and rights, operations; and who has seen an alarm."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest

from attendance import clock
from attendance.errors import Invalid, NotFound
from attendance.store import alarms, operation_log
from attendance.store.database import Database
from device_sync.simulator.operations import Operation
from tests import builders
from tests.builders import ZONE
from tests.contract.visiting import Visited, visiting


@pytest.fixture
def visited(sqlite_database: Database) -> Iterator[Visited]:
    with visiting(sqlite_database) as found:
        yield found


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
    visited.acknowledge_all()
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
    visited.acknowledge_all()
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
