"""The zk adapter against sound and misbehaving simulated terminals: whole or nothing, in time, and harmless."""

from __future__ import annotations

import socket
from contextlib import closing
from datetime import UTC, datetime
from time import monotonic

import pytest

from device_sync import wire
from device_sync.simulator import FAULTS, Fault, SimulatedTerminal, load_records
from device_sync.simulator.faults import transports_of
from device_sync.terminal import Changed, Garbled, Refused, Sizes, Terminal, TerminalError, Unreachable
from device_sync.wire import Command
from device_sync.zk import OUTCOMES, Limits, ZkTerminal, decode
from tests.contract.pulls import BOTH, LOG, PATIENT, QUICK, SLACK_SECONDS, SMALL, assert_harmless, assert_true, reach

# a sound terminal -----------------------------------------------------------------------------------------------------


@BOTH
@pytest.mark.parametrize("count", [0, 1, 25, 26, 1637, 5000])
def test_a_sound_terminal_gives_its_whole_log(transport: str, count: int) -> None:
    with SimulatedTerminal(records=load_records(count), users=30, firmware="Ver 8.0.4").running() as simulated:
        log = reach(simulated, transport=transport, expected_serial=simulated.serial).read_log()
        assert_true(log, simulated)
        assert len(decode(log.payload)) == count
        assert (log.serial, log.firmware, log.record_size) == (simulated.serial, "Ver 8.0.4", 40)
        assert log.sizes_before == log.sizes_after == Sizes(30, count, 100_000)
        assert [user.pin for user in log.users] == [str(1001 + n) for n in range(30)]
        assert log.users[0].name == "Nhân viên 1001"
        assert_harmless(simulated)
        assert simulated.journal[-1].command == Command.EXIT
        prepared = [e.command for e in simulated.journal if e.command in (Command.PREPARE, Command.FREE)]
        assert prepared == [Command.PREPARE, Command.FREE] * 3  # punches, users, operations
        assert simulated.connections == 1


def test_the_adapter_satisfies_the_seam() -> None:
    terminal: Terminal = ZkTerminal("127.0.0.1")
    assert repr(terminal) == "ZkTerminal(127.0.0.1:4370/tcp)"


@BOTH
def test_identify_reads_no_record(transport: str) -> None:
    with SimulatedTerminal(records=SMALL, clock_offset_seconds=-90).running() as simulated:
        card = reach(simulated, transport=transport).identify()
        assert (card.serial, card.payload, card.users) == (simulated.serial, b"", None)
        assert card.clock_offset_seconds == -90
        assert card.sizes_after.records == 20
        assert Command.PREPARE not in [entry.command for entry in simulated.journal]


@pytest.mark.parametrize("offset", [-3600, -1, 0, 1, 75, 400 * 86_400])
def test_the_clock_offset_is_terminal_time_minus_true_time(offset: int) -> None:
    instant = datetime(2026, 3, 2, 5, 0, 0, 700_000, tzinfo=UTC)  # terminals cut the fraction off
    with SimulatedTerminal(clock_offset_seconds=offset, now=lambda: instant).running() as simulated:
        assert reach(simulated, now=lambda: instant).identify().clock_offset_seconds == offset


def test_every_punch_before_read_at_is_in_the_log() -> None:
    with SimulatedTerminal(records=SMALL).running() as simulated:
        punched_at: list[datetime] = []

        def now() -> datetime:
            # a punch at each look at the clock: the last look before the reading is read_at
            simulated.punch("1001", state=1)
            punched_at.append(datetime.now(UTC))
            return punched_at[-1]

        log = reach(simulated, now=now).read_log()
        before = sum(instant <= log.read_at for instant in punched_at)
        assert before == len(punched_at) == 3
        assert len(decode(log.payload)) == 20 + before
        prepare = next(place for place, e in enumerate(simulated.journal) if e.command == Command.PREPARE)
        assert Command.SIZES in [entry.command for entry in simulated.journal[:prepare]]


@BOTH
@pytest.mark.parametrize("key", [12, 999_999, 131_071])
def test_the_right_comm_key_opens(transport: str, key: int) -> None:
    with SimulatedTerminal(records=SMALL, comm_key=key).running() as simulated:
        assert_true(reach(simulated, transport=transport, comm_key=key).read_log(), simulated)
        assert all(e.data == b"" for e in simulated.journal if e.command == Command.AUTH)


@BOTH
@pytest.mark.parametrize("fault", [None, "refuse_auth"])
def test_a_wrong_comm_key_is_told_as_such(transport: str, fault: str | None) -> None:
    with (
        SimulatedTerminal(records=SMALL, comm_key=12, fault=fault).running() as simulated,
        pytest.raises(Refused, match="communication key") as caught,
    ):
        reach(simulated, transport=transport, comm_key=12 if fault else 4711).read_log()
    assert caught.value.outcome == "wrong_key"
    assert caught.value.params["reason"] == "comm_key"
    assert "4711" not in str(caught.value) + repr(caught.value.params)
    assert not {Command.PREPARE, Command.SIZES} & {entry.command for entry in simulated.journal}


@BOTH
def test_another_terminal_at_the_address_is_changed(transport: str) -> None:
    with SimulatedTerminal(serial="OTHER", records=SMALL).running() as simulated:
        with pytest.raises(Changed, match="OTHER answers") as caught:
            reach(simulated, transport=transport, expected_serial="MINE").read_log()
        assert caught.value.outcome == "changed"
        assert (caught.value.params["expected"], caught.value.params["found"]) == ("MINE", "OTHER")
    commands = [entry.command for entry in simulated.journal]
    assert Command.PREPARE not in commands
    assert commands[-1] == Command.EXIT


# faults ---------------------------------------------------------------------------------------------------------------

READABLE = {
    **{f"event_{size}": 2000 for size in (10, 12, 14, 36, 37, 52)},
    **dict.fromkeys(("small_reads", "wrong_session", "delayed", "one_session", "zero_sizes", "bad_clock"), 2000),
    "grow_reading": 2000,
    "bad_date": 2001,
    "grow": 2001,
    "fragment": 2000,
    "split": 2000,
    "late_reply": 2000,
    "event": 2000,
    "event_1016": 2000,
    "no_users": 2000,
    "unanswered": 2000,
    "no_sizes": 2000,
    "lost": 2000,
    "lost_ok": 2000,
    "shuffled": 2000,
    "busy": 2000,
}
ELSEWHERE = ("filler", "rubbish", "mutated")  # see test_layout_pulls.py and tests/reliability
ENDS: dict[tuple[str, str], tuple[type[TerminalError], str, str]] = {
    ("drop", "tcp"): (Unreachable, "interrupted", "closed"),
    ("drop", "udp"): (Unreachable, "interrupted", "stalled"),
    ("stall", "tcp"): (Unreachable, "interrupted", "stalled"),
    ("stall", "udp"): (Unreachable, "interrupted", "stalled"),
    ("reset", "tcp"): (Unreachable, "interrupted", "closed"),
    ("half_header", "tcp"): (Unreachable, "interrupted", "closed"),
    ("restarts", "tcp"): (Unreachable, "interrupted", "closed"),
    ("restarts", "udp"): (Unreachable, "interrupted", "closed"),
    ("hangs_up", "tcp"): (Refused, "refused", "closed_at_once"),
    ("loris", "tcp"): (Unreachable, "interrupted", "too_slow"),
    ("loris", "udp"): (Unreachable, "interrupted", "too_slow"),
    ("slow", "tcp"): (Unreachable, "interrupted", "too_slow"),
    ("slow", "udp"): (Unreachable, "interrupted", "too_slow"),
    ("bad_checksum", "tcp"): (Garbled, "garbled", "checksum"),
    ("bad_checksum", "udp"): (Garbled, "garbled", "checksum"),
    ("wrong_reply", "tcp"): (Garbled, "garbled", "reply_number"),
    ("wrong_reply", "udp"): (Garbled, "garbled", "reply_number"),
    ("huge_length", "tcp"): (Garbled, "garbled", "length"),
    ("huge_length", "udp"): (Garbled, "garbled", "length"),
    ("huge_log", "tcp"): (Garbled, "garbled", "length"),
    ("huge_log", "udp"): (Garbled, "garbled", "length"),
    ("duplicated", "tcp"): (Garbled, "garbled", "framing"),
    ("duplicated", "udp"): (Garbled, "garbled", "framing"),
    ("garbage", "tcp"): (Garbled, "garbled", "framing"),
    ("garbage", "udp"): (Garbled, "garbled", "checksum"),
    ("overlong", "tcp"): (Garbled, "garbled", "framing"),
    ("overlong", "udp"): (Garbled, "garbled", "framing"),
    ("short", "tcp"): (Garbled, "garbled", "short"),
    ("short", "udp"): (Garbled, "garbled", "short"),
    ("not_zk", "tcp"): (Refused, "not_a_terminal", "protocol"),
    ("not_zk", "udp"): (Refused, "not_a_terminal", "protocol"),
    ("silent", "tcp"): (Refused, "refused", "silent"),
    ("silent", "udp"): (Unreachable, "unreachable", "no_answer"),
    ("refuse_auth", "tcp"): (Refused, "wrong_key", "comm_key"),
    ("refuse_auth", "udp"): (Refused, "wrong_key", "comm_key"),
    ("flaky", "tcp"): (Unreachable, "interrupted", "closed"),
    **{
        (name, transport): end
        for transport in ("tcp", "udp")
        for name, end in {
            "controller": (Refused, "not_a_terminal", "protocol"),
            "encrypted": (Refused, "refused", "code"),
            "challenge": (Refused, "refused", "code"),
            "asks_key": (Refused, "wrong_key", "comm_key"),
            "bulk_4989": (Refused, "refused", "declined"),
            "announces_less": (Garbled, "garbled", "byte_count"),
            "announces_more": (Garbled, "garbled", "framing"),
            "truncated": (Garbled, "garbled", "byte_count"),
            "count_word": (Garbled, "garbled", "byte_count"),
            "empty_set": (Garbled, "garbled", "count"),
            "understated": (Garbled, "garbled", "count"),
            "erased": (Garbled, "garbled", "count"),
        }.items()
    },
    ("lying_sizes", "tcp"): (Garbled, "garbled", "count"),
    ("lying_sizes", "udp"): (Garbled, "garbled", "count"),
    ("no_bulk", "tcp"): (Refused, "refused", "declined"),
    ("no_bulk", "udp"): (Refused, "refused", "declined"),
}


def test_every_fault_of_the_simulator_has_its_expected_end() -> None:
    assert set(FAULTS) == set(READABLE) | {name for name, _ in ENDS} | set(ELSEWHERE)


@pytest.mark.parametrize(
    ("name", "transport"), [(name, each) for name in sorted(READABLE) for each in transports_of(name)]
)
def test_faults_that_leave_the_log_readable_cost_no_row(name: str, transport: str) -> None:
    with SimulatedTerminal(records=LOG, fault=name).running() as simulated:
        log = reach(simulated, transport=transport).read_log()
        records = decode(log.payload)
        assert_true(log, simulated)
        assert len(records) + len(records.rejected) == READABLE[name]
        assert len(records.rejected) == (name == "bad_date")
        assert (log.users is None) == (name == "no_users")
        if name == "grow":
            assert (log.sizes_before.records, log.sizes_after.records) == (2000, 2001)
        if name == "no_sizes":
            assert log.sizes_after == Sizes(None, None, None)
        assert_harmless(simulated)


def test_what_stays_unanswered_costs_no_row_and_little_time() -> None:
    patient = Limits(connect_seconds=0.3, idle_seconds=60.0, total_seconds=120.0)
    with SimulatedTerminal(records=LOG, fault="unanswered").running() as simulated:
        started = monotonic()
        log = reach(simulated, limits=patient).read_log()
        assert monotonic() - started < patient.idle_seconds / 2
        assert_true(log, simulated)
        assert (log.operations, log.options) == (None, {})


@pytest.mark.parametrize(("name", "transport"), sorted(ENDS))
def test_faults_that_spoil_the_log_end_in_time_with_their_own_outcome(name: str, transport: str) -> None:
    kind, outcome, reason = ENDS[name, transport]
    limits = Limits(0.5, 0.5, 0.8, 0.3) if name in ("slow", "loris") else QUICK
    with SimulatedTerminal(records=LOG, fault=Fault(name, pause_seconds=0.05)).running() as simulated:
        started = monotonic()
        with pytest.raises(TerminalError) as caught:
            reach(simulated, transport=transport, limits=limits).read_log()
        seconds = monotonic() - started
    assert type(caught.value) is kind
    assert (caught.value.outcome, caught.value.params["reason"]) == (outcome, reason)
    assert caught.value.outcome in OUTCOMES
    assert str(simulated.port) in str(caught.value)
    assert seconds < limits.total_seconds + limits.goodbye_seconds + SLACK_SECONDS
    assert_harmless(simulated)


@pytest.mark.parametrize("name", ["bad_checksum", "wrong_reply", "short"])
def test_a_bad_chunk_on_udp_is_asked_for_again_at_most_twice(name: str) -> None:
    with SimulatedTerminal(records=LOG, fault=Fault(name, times=2)).running() as simulated:
        assert_true(reach(simulated, transport="udp").read_log(), simulated)
    with SimulatedTerminal(records=LOG, fault=Fault(name)).running() as simulated, pytest.raises(Garbled):
        reach(simulated, transport="udp").read_log()
    assert [entry.command for entry in simulated.journal].count(Command.READ) == 3


def test_a_small_log_cut_short_is_noticed_by_its_byte_count() -> None:
    with SimulatedTerminal(records=SMALL, fault="short").running() as simulated, pytest.raises(Garbled) as caught:
        reach(simulated).read_log()
    assert caught.value.params["reason"] == "byte_count"


@BOTH
@pytest.mark.parametrize("name", ["bad_checksum", "short", "lying_sizes", "huge_log"])
def test_after_a_failure_the_terminal_hears_free_and_exit(name: str, transport: str) -> None:
    with SimulatedTerminal(records=LOG, fault=Fault(name)).running() as simulated:
        with pytest.raises(Garbled):
            reach(simulated, transport=transport).read_log()
        commands = [entry.command for entry in simulated.journal]
    assert commands[-1] == Command.EXIT
    assert Command.FREE in commands[commands.index(Command.PREPARE) :]


def test_a_flaky_terminal_is_read_at_the_second_attempt() -> None:
    with SimulatedTerminal(records=LOG, fault=Fault("flaky", seed=3)).running() as simulated:
        ends = []
        for _ in range(6):
            try:
                assert_true(reach(simulated).read_log(), simulated)
                ends.append("ok")
            except Unreachable as error:
                ends.append(error.outcome)
    assert ends == ["interrupted", "ok"] * 3


def test_a_second_client_of_a_busy_terminal_is_refused() -> None:
    with (
        SimulatedTerminal(records=SMALL, fault="busy").running() as simulated,
        closing(socket.create_connection(("127.0.0.1", simulated.port))) as first,
    ):
        first.sendall(wire.pack_packet(Command.CONNECT, 0, 0))
        assert first.recv(16)
        with pytest.raises(Refused, match="only session") as caught:
            reach(simulated).read_log()
    assert (caught.value.outcome, caught.value.params["reason"]) == ("refused", "closed_at_once")


POSITIONS = [0, 1, 7, 8, 9, 15, 16, 17, 24, 40, 60, 90, 120, 150, 180, 200, 240, 280, 300, 320, 340, 400, 500, 1_000]
POSITIONS += [10_000, 40_000, 65_500, 65_900, 70_000, 80_000, 80_400, 80_500, 80_900]


@pytest.mark.parametrize("name", ["drop", "stall"])
@pytest.mark.parametrize("at", POSITIONS)
def test_a_peer_that_ends_at_any_byte_gives_the_whole_log_or_none(at: int, name: str) -> None:
    limits = Limits(0.15, 0.15, 2.0, 0.15) if name == "stall" else PATIENT
    with SimulatedTerminal(records=LOG, fault=Fault(name, at=at)).running() as simulated:
        started = monotonic()
        log, failure = None, None
        try:
            log = reach(simulated, limits=limits).read_log()
        except (Unreachable, Refused) as error:
            failure = error
        assert monotonic() - started < 2.0 + SLACK_SECONDS
        if log is not None:
            assert_true(log, simulated)
            assert len(decode(log.payload)) == 2000
            assert at > 80_000
        else:
            expected = ("closed_at_once", "silent") if at == 0 else ("closed", "stalled")
            assert failure is not None
            assert failure.params["reason"] == expected[name == "stall"]
        assert_harmless(simulated)
