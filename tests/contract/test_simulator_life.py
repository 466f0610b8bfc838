"""What can happen to a simulated terminal in its life, and that its truth and its operation log tell of it."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta

import pytest

from device_sync import wire
from device_sync.layouts import PUNCH_LAYOUTS
from device_sync.simulator import FAULTS, Operation, SimulatedTerminal, load_records, transports_of
from device_sync.simulator.machine import Visit
from device_sync.simulator.mutating import MUTATIONS, mutate
from device_sync.wire import Command, Reply
from tests.contract.probing import probing

INSTANT = datetime(2026, 3, 2, 1, 2, 3, tzinfo=UTC)
WALL = datetime(2026, 3, 2, 8, 2, 3)
EVERY = pytest.mark.parametrize("layout", sorted(PUNCH_LAYOUTS))


def shown(simulated: SimulatedTerminal) -> datetime:
    with probing(simulated) as probe:
        probe.connect()
        return wire.decode_time(int.from_bytes(probe.ask(Command.GET_TIME).data, "little"))


@EVERY
def test_a_full_log_refuses_or_overwrites_its_oldest(layout: str) -> None:
    records = load_records(10, layout=layout)
    refusing = SimulatedTerminal(records=records, layout=layout, users=50, capacity=10)
    with pytest.raises(ValueError, match="full"):
        refusing.punch("1001", WALL)
    assert len(refusing.truth) == 10
    wrapping = SimulatedTerminal(records=records, layout=layout, users=50, capacity=10, wraps=True)
    before = wrapping.truth
    for minute in range(3):
        wrapping.punch("1009", WALL + timedelta(minutes=minute))
    assert wrapping.truth[:7] == before[3:]
    assert [punch.pin for punch in wrapping.truth[7:]] == ["1009"] * 3


@EVERY
def test_an_edited_row_and_filler_change_bytes_but_filler_is_no_punch(layout: str) -> None:
    terminal = SimulatedTerminal(records=load_records(20, layout=layout), layout=layout, users=50)
    before = terminal.truth
    terminal.add_filler(4, place=5)
    terminal.add_rubbish([bytes(PUNCH_LAYOUTS[layout].size)])
    assert terminal.truth == before
    with terminal.running() as simulated, probing(simulated) as probe:
        probe.connect()
        body = probe.read_set(Command.PUNCHES)
    size = PUNCH_LAYOUTS[layout].size
    assert len(body) == 25 * size
    assert body[5 * size : 9 * size] == b"\x5a" * (4 * size)
    terminal.edit_record(0, state=7)
    assert terminal.truth[0] == before[0]._replace(state=7)
    assert terminal.truth[1:] == before[1:]
    assert [line.code for line in terminal.operations] == [Operation.STARTED]  # such an edit leaves no trace


def test_places_that_change_hands_keep_the_truth_of_old_punches() -> None:
    terminal = SimulatedTerminal(layout="zk8b", users=[(1, "1001", "An"), (2, "1002", "Ba")])
    terminal.punch("1001", WALL)
    terminal.remove_user(1)
    with pytest.raises(ValueError, match="no user"):
        terminal.punch("1001", WALL)
    terminal.put_user(1, "1003", "Chi")
    terminal.punch("1003", WALL)
    assert [punch.pin for punch in terminal.truth] == ["1001", "1003"]
    assert [(user.uid, user.pin) for user in terminal.users] == [(1, "1003"), (2, "1002")]
    with pytest.raises(KeyError):
        terminal.remove_user(9)
    with pytest.raises(ValueError, match="65535"):
        terminal.put_user(70_000, "1")


def test_its_clock_can_be_set_lost_and_stuck() -> None:
    instant = INSTANT
    with SimulatedTerminal(now=lambda: instant, clock_offset_seconds=60).running() as simulated:
        assert shown(simulated) == WALL + timedelta(seconds=60)
        simulated.set_clock(datetime(2025, 1, 1))
        assert shown(simulated) == datetime(2025, 1, 1)
        instant += timedelta(hours=1)
        assert shown(simulated) == datetime(2025, 1, 1, 1)
        simulated.lose_clock()
        instant += timedelta(minutes=5)
        assert shown(simulated) == datetime(2000, 1, 1, 0, 5)
        simulated.stop_clock()
        instant += timedelta(days=1)
        assert shown(simulated) == datetime(2000, 1, 1, 0, 5)
        simulated.punch("1001")
        assert wire.decode_time(simulated.truth[-1].time) == datetime(2000, 1, 1, 0, 5)
    codes = [line.code for line in simulated.operations]
    assert codes == [Operation.STARTED, Operation.CLOCK_SET, Operation.STARTED]


def test_a_restart_ends_every_connection_and_forgets_sessions_and_locks() -> None:
    with SimulatedTerminal(records=load_records(3)).running() as simulated, probing(simulated) as probe:
        first = probe.connect().session
        probe.ask(Command.DISABLE)
        with probing(simulated, framed=False) as datagrams:
            datagrams.connect()
            simulated.power_cycle()
            with pytest.raises((EOFError, ConnectionError)):
                probe.ask(Command.SIZES)
            assert datagrams.ask(Command.SIZES).code == Reply.UNAUTHORISED
        assert not simulated.locked
        with probing(simulated) as again:
            assert again.connect().session != first
    assert [line.code for line in simulated.operations] == [Operation.STARTED] * 2


def test_another_terminal_can_hang_there() -> None:
    with SimulatedTerminal(serial="A").running() as simulated, probing(simulated) as probe:
        probe.connect()
        simulated.swap("B")
        assert bytes(probe.ask(Command.OPTION_READ, b"~SerialNumber\0").data) == b"~SerialNumber=B\0"
        assert simulated.serial == "B"


def test_each_fault_says_where_it_can_happen() -> None:
    assert len(FAULTS) >= 60
    assert transports_of("reset") == ("tcp",)
    assert transports_of("lost") == ("udp",)
    assert transports_of("drop") == ("tcp", "udp")


@pytest.mark.parametrize("framed", [True, False], ids=["tcp", "udp"])
def test_mutations_repeat_with_their_seed_and_never_keep_the_checksum_by_chance(framed: bool) -> None:
    blocks = [wire.pack_packet(1500, 9, 3, bytes((8, 0, 0, 0, 0, 4, 0, 0)), framed=framed)]
    blocks += [wire.pack_packet(1501, place, 3, bytes(range(200)), framed=framed) for place in range(3)]

    def run(seed: int) -> list[tuple[list[bytes], str]]:
        rng = random.Random(seed)
        return [mutate(rng, Visit(9), blocks, framed=framed) for _ in range(400)]

    assert run(5) == run(5) != run(6)
    done = run(5)
    assert {what for _, what in done} == {*MUTATIONS, ""}
    assert all(altered == blocks for altered, what in done if not what)
    at = 8 if framed else 0
    for altered, what in done:
        if what == "flip":
            differing = [new for new, old in zip(altered, blocks, strict=True) if new != old]
            assert all(block[:at] != blocks[0][:at] or wire.word_sum(block[at:]) for block in differing)
