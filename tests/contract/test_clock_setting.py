"""Setting a terminal's clock: what is sent, what is recorded, and that a failure is recorded as well."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from attendance import clock
from attendance.errors import Invalid, NotFound
from attendance.store import operation_log
from attendance.store.database import Database
from attendance.store.operation_log import ClockSetting
from device_sync import wire
from device_sync.clock_setting import set_clock
from device_sync.pulling import Puller
from device_sync.simulator import Fault, SimulatedTerminal
from device_sync.wire import CHANGING, Command
from tests import builders
from tests.builders import ZONE, build_office, puller_for, records

NOON = datetime(2026, 3, 2, 5, 0, 0, 400_000, tzinfo=UTC)
WHY = {"by": "Hoàng Thị Lan", "reason": "Biên bản 12/BB-VP"}


@pytest.fixture
def simulated() -> Iterator[SimulatedTerminal]:
    found = SimulatedTerminal(records=records(30), users=3, clock_offset_seconds=420, now=lambda: NOON)
    with found.running():
        yield found


def puller(database: Database, simulated: SimulatedTerminal) -> Puller:
    build_office(database, addresses={"T-A": simulated.port})
    return puller_for(database, now=lambda: NOON)


def recorded(database: Database) -> list[ClockSetting]:
    with database.reading() as session:
        return operation_log.clock_settings_of(session, builders.terminal_id(database))


def changing(simulated: SimulatedTerminal) -> list[tuple[int, bytes]]:
    return [(entry.command, entry.data) for entry in simulated.journal if entry.command in CHANGING]


@pytest.mark.parametrize("offset", [420, -420, 0, 86_400 * 400])
def test_the_clock_is_set_and_its_offsets_are_recorded(
    any_database: Database, simulated: SimulatedTerminal, offset: int
) -> None:
    simulated.machine.clock.offset_seconds = offset
    done = set_clock(puller(any_database, simulated), "T-A", **WHY)
    assert (done.outcome, done.offset_before, done.message) == ("ok", offset, "")
    assert done.offset_after in (-1, 0, 1)
    assert (done.set_by, done.reason, done.set_at) == ("Hoàng Thị Lan", "Biên bản 12/BB-VP", NOON)
    assert recorded(any_database) == [done]
    shown = simulated.machine.clock.read()
    assert abs((shown - clock.to_wall(NOON, ZONE)).total_seconds()) <= 1


def test_nothing_else_that_changes_a_terminal_is_sent(sqlite_database: Database, simulated: SimulatedTerminal) -> None:
    set_clock(puller(sqlite_database, simulated), "T-A", **WHY)
    (first, data), (second, _) = changing(simulated)
    assert (first, second) == (Command.SET_TIME, Command.REFRESH)
    assert wire.decode_time(int.from_bytes(data, "little")) == datetime(2026, 3, 2, 12)
    assert not simulated.locked
    assert len(simulated.truth) == 30


def test_a_pull_afterwards_is_a_routine_that_sets_nothing(
    sqlite_database: Database, simulated: SimulatedTerminal
) -> None:
    office = puller(sqlite_database, simulated)
    office.pull("T-A")
    assert changing(simulated) == []
    set_clock(office, "T-A", **WHY)
    filed = office.pull("T-A")
    assert filed.outcome == "ok"
    assert len(changing(simulated)) == 2
    kinds = [
        kind for (kind,) in builders.rows(sqlite_database, "SELECT kind FROM terminal_alarm WHERE ended_at IS NULL")
    ]
    assert kinds == [], "neither the jump nor the line in its operation log is anybody else's doing"


def test_the_old_offset_holds_for_what_was_punched_before(
    sqlite_database: Database, simulated: SimulatedTerminal
) -> None:
    office = puller(sqlite_database, simulated)
    simulated.machine.clock.offset_seconds = -420
    office.pull("T-A")
    later = NOON + timedelta(hours=3)
    simulated.machine.clock.now = office.now = lambda: later  # type: ignore[method-assign]
    set_clock(office, "T-A", **WHY)
    office.pull("T-A")
    found = builders.rows(sqlite_database, "SELECT starts, offset_seconds FROM clock_span ORDER BY id")
    assert [offset for _, offset in found] == [-420, pytest.approx(0, abs=1)]
    assert str(found[0][0]) == "None"
    assert str(found[1][0]).startswith("2026-03-02 14:53:00"), (
        "in the terminal's own time, at the moment of the setting"
    )


@pytest.mark.parametrize(
    ("fault", "outcome", "before"),
    [
        (Fault("silent"), "refused", None),
        (Fault("refuse_auth"), "wrong_key", None),
        (Fault("not_zk"), "not_a_terminal", None),
        (Fault("drop", at=150), "interrupted", None),
    ],
)
def test_a_failure_is_recorded_with_its_name_and_sentence(
    sqlite_database: Database, simulated: SimulatedTerminal, fault: Fault, outcome: str, before: int | None
) -> None:
    simulated.fault = fault
    done = set_clock(puller(sqlite_database, simulated), "T-A", **WHY)
    assert (done.outcome, done.offset_before, done.offset_after) == (outcome, before, None)
    assert done.message.endswith(".")
    assert recorded(sqlite_database) == [done]


def test_a_terminal_that_says_yes_and_does_nothing_is_not_believed(
    sqlite_database: Database, simulated: SimulatedTerminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(simulated.machine, "set_clock", lambda _wall: None)
    done = set_clock(puller(sqlite_database, simulated), "T-A", **WHY)
    assert (done.outcome, done.offset_before, done.offset_after) == ("not_taken", 420, 420)
    assert "+420 s off" in done.message


def test_another_terminal_at_the_address_is_left_alone(sqlite_database: Database, simulated: SimulatedTerminal) -> None:
    office = puller(sqlite_database, simulated)
    office.pull("T-A")
    simulated.swap("OTHER")
    assert set_clock(office, "T-A", **WHY).outcome == "changed"
    assert changing(simulated) == []


@pytest.mark.parametrize(
    ("by", "reason"), [("", "x"), ("An", " "), ("An\nB", "x"), ("A" * 201, "x"), ("An", "x" * 501)]
)
def test_without_a_name_and_a_reason_nothing_is_sent_and_nothing_recorded(
    sqlite_database: Database, simulated: SimulatedTerminal, by: str, reason: str
) -> None:
    office = puller(sqlite_database, simulated)
    with pytest.raises(Invalid, match="the clock was not touched"):
        set_clock(office, "T-A", by=by, reason=reason)
    with pytest.raises(NotFound):
        set_clock(office, "T-NONE", **WHY)
    assert simulated.journal == ()
    assert recorded(sqlite_database) == []
