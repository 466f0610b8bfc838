"""The simulated terminal speaks the real protocol: checked with bare sockets and with plain pyzk."""

from __future__ import annotations

import gc
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from zk import ZK

from device_sync import wire
from device_sync.simulator import FAULTS, Fault, Operation, SimulatedTerminal, load_records, run_simulator
from device_sync.wire import CHANGING, Command, Reply
from device_sync.zk import ZkTerminal, decode
from tests.contract.probing import probing
from tests.processes import heed_interrupts

BOTH = pytest.mark.parametrize("framed", [True, False], ids=["tcp", "udp"])


@BOTH
def test_it_answers_what_terminals_are_asked(framed: bool) -> None:
    instant = datetime(2026, 3, 2, 1, 2, 3, tzinfo=UTC)
    terminal = SimulatedTerminal(
        serial="S-1", users=3, records=load_records(7), now=lambda: instant, clock_offset_seconds=5, capacity=50
    )
    with terminal.running() as simulated, probing(simulated, framed) as probe:
        assert probe.ask(Command.SIZES).code == Reply.UNAUTHORISED
        assert probe.connect().code == Reply.OK
        assert bytes(probe.ask(Command.OPTION_READ, b"~SerialNumber\0").data) == b"~SerialNumber=S-1\0"
        assert bytes(probe.ask(Command.OPTION_READ, b"~Platform\0").data).startswith(b"~Platform=ZEM")
        assert probe.ask(Command.OPTION_READ, b"~NoSuch\0").code == Reply.ERROR
        assert bytes(probe.ask(Command.VERSION).data).startswith(b"Ver ")
        shown = wire.decode_time(int.from_bytes(probe.ask(Command.GET_TIME).data, "little"))
        assert shown == datetime(2026, 3, 2, 8, 2, 8)
        sizes = probe.ask(Command.SIZES).data
        fields = wire.SIZES.unpack(sizes[:80])
        assert (fields[4], fields[8], fields[16], fields[19], len(sizes)) == (3, 7, 50, 43, 92)
        assert probe.ask(Command.STATE).session == 0
        assert probe.ask(4242).code == Reply.UNKNOWN
        assert probe.ask(Command.PREPARE, b"\x01").code == Reply.ERROR
        assert probe.ask(Command.READ, wire.READ.pack(0, 10)).code == Reply.ERROR
        assert probe.ask(Command.EXIT).code == Reply.OK


@BOTH
def test_a_chunk_is_head_data_and_ok_under_one_number(framed: bool) -> None:
    with SimulatedTerminal(records=load_records(500)).running() as simulated, probing(simulated, framed) as probe:
        probe.connect()
        announced = probe.ask(Command.PREPARE, wire.PREPARE.pack(1, Command.PUNCHES, 0, 0))
        assert (announced.code, int.from_bytes(announced.data[1:5], "little")) == (Reply.OK, 20_004)
        probe.send(Command.READ, wire.READ.pack(4, 16_000))
        packets = [probe.receive()]
        while packets[-1].code != Reply.OK:
            packets.append(probe.receive())
        assert packets[0].code == Reply.DATA_FOLLOWS
        assert {packet.number for packet in packets} == {probe.number - 1}
        assert len(packets) == (3 if framed else 18)
        assert b"".join(packet.data for packet in packets[1:-1]) == load_records(500)[:16_000]
        assert probe.ask(Command.FREE).code == Reply.OK
        assert probe.ask(Command.READ, wire.READ.pack(0, 100)).code == Reply.ERROR


REALLY_DONE = {Command.CLEAR_PUNCHES, Command.CLEAR_DATA, Command.SET_TIME, Command.ENABLE, Command.DISABLE}


def test_changing_commands_stand_in_the_journal_and_most_do_nothing() -> None:
    with SimulatedTerminal(records=load_records(7)).running() as simulated, probing(simulated) as probe:
        probe.connect()
        before = (simulated.truth, simulated.users, simulated.operations)
        for command in sorted(CHANGING - REALLY_DONE):
            assert probe.ask(command, b"x").code == Reply.OK
        assert {entry.command for entry in simulated.journal} == (CHANGING - REALLY_DONE) | {Command.CONNECT}
        assert (simulated.truth, simulated.users, simulated.operations) == before


def test_a_client_can_lock_it_set_its_clock_and_erase_its_log() -> None:
    instant = datetime(2026, 3, 2, 1, 2, 3, tzinfo=UTC)
    with (
        SimulatedTerminal(records=load_records(7), now=lambda: instant).running() as simulated,
        probing(simulated) as probe,
    ):
        probe.connect()
        probe.ask(Command.DISABLE)
        assert simulated.locked
        with pytest.raises(ValueError, match="disabled"):
            simulated.punch("1001")
        probe.ask(Command.ENABLE)
        simulated.punch("1001")
        wall = datetime(2026, 3, 2, 9, 0)
        probe.ask(Command.SET_TIME, wire.encode_time(wall).to_bytes(4, "little"))
        assert int.from_bytes(probe.ask(Command.GET_TIME).data, "little") == wire.encode_time(wall)
        probe.ask(Command.CLEAR_PUNCHES)
        assert simulated.truth == ()
        probe.ask(Command.DISABLE, (30).to_bytes(4, "little"))
        assert simulated.locked
        instant += timedelta(seconds=31)
        assert not simulated.locked
    codes = [line.code for line in simulated.operations]
    assert codes == [Operation.STARTED, Operation.CLOCK_SET, Operation.LOG_ERASED]


@BOTH
def test_live_punches_reach_clients_that_registered(framed: bool) -> None:
    with SimulatedTerminal().running() as simulated, probing(simulated, framed) as probe:
        probe.connect()
        simulated.punch("1001")  # nobody listens yet
        probe.ask(Command.REGISTER_EVENTS, (1).to_bytes(4, "little"))
        wall = datetime(2026, 3, 2, 7, 29, 30)
        simulated.punch("NV-0042", wall, state=1, verify=15)
        event = probe.receive()
        assert (event.code, event.session, event.number) == (Reply.EVENT, 1, 0)
        assert bytes(event.data) == wire.pack_event("NV-0042", 15, 1, wall)
        assert simulated.truth[-1] == ("NV-0042", wire.encode_time(wall), 1, 15)


def test_punches_while_it_runs_are_in_the_next_reading_until_it_is_full() -> None:
    with SimulatedTerminal(records=load_records(8), capacity=10).running() as simulated:
        simulated.punch("1001")
        terminal = ZkTerminal("127.0.0.1", simulated.port)
        assert len(decode(terminal.read_log().payload)) == 9
        simulated.punch("1002")
        with pytest.raises(ValueError, match="full"):
            simulated.punch("1003")
        assert len(decode(terminal.read_log().payload)) == len(simulated.truth) == 10


@pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning")
@BOTH
@pytest.mark.parametrize("count", [20, 3000])
def test_plain_pyzk_reads_the_same_punches_and_users(framed: bool, count: int) -> None:
    """pyzk leaves sockets behind, hence the ignored warnings."""
    with SimulatedTerminal(records=load_records(count), users=40, comm_key=12).running() as simulated:
        client = ZK("127.0.0.1", simulated.port, timeout=3, password=12, ommit_ping=True, force_udp=not framed)
        client.connect()
        if not framed:
            client.user_packet_size = 72
        read = [(r.user_id, r.timestamp, r.punch, r.status) for r in client.get_attendance()]
        users = [(user.uid, user.user_id) for user in client.get_users()]
        client.disconnect()
        assert read == [(p.pin, wire.decode_time(p.time), p.state, p.verify) for p in simulated.truth]
        assert users == [(n + 1, str(1001 + n)) for n in range(40)]
        del client
        gc.collect()


@BOTH
def test_two_clients_at_once_do_not_disturb_each_other(framed: bool) -> None:
    with SimulatedTerminal(records=load_records(3000)).running() as simulated:
        payloads: list[bytes] = []
        transport = "tcp" if framed else "udp"

        def pull() -> None:
            payloads.append(ZkTerminal("127.0.0.1", simulated.port, transport=transport).read_log().payload)  # type: ignore[arg-type]

        threads = [threading.Thread(target=pull) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(payloads) == 4
        assert len(set(payloads)) == 1


def test_every_fault_is_described_and_unknown_ones_are_refused() -> None:
    assert all(sentence.endswith(".") and len(sentence) > 20 for sentence in FAULTS.values())
    with pytest.raises(ValueError, match="known are: drop"):
        Fault("no_such_fault")
    with pytest.raises(ValueError, match="no_such_fault"):
        SimulatedTerminal(fault="no_such_fault")


def test_faults_drawn_from_a_seed_repeat() -> None:
    draws = [[Fault("flaky", seed=seed).rng.random() for _ in range(2)] for seed in (1, 1, 2)]
    assert draws[0] == draws[1] != draws[2]


def test_garbage_ends_the_connection_and_not_the_terminal() -> None:
    with SimulatedTerminal().running() as simulated:
        altered = wire.pack_packet(1000, 0, 0)[:-1] + b"x"
        for garbage in (b"GET / HTTP/1.1\r\n\r\n", wire.TOP.pack(wire.MAGIC, 1 << 30), altered):
            for framed in (True, False):
                with probing(simulated, framed) as probe:
                    probe.sock.sendall(garbage)
                    if framed:
                        with pytest.raises((EOFError, ConnectionError)):
                            probe.receive()
        with probing(simulated) as probe:
            assert probe.connect().code == Reply.OK


def test_a_taken_port_is_an_error_and_leaves_nothing_behind() -> None:
    with SimulatedTerminal().running() as simulated:
        second = SimulatedTerminal(port=simulated.port)
        with pytest.raises(OSError, match="in use"), second.running():
            pass
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("simulated-")]


# records ------------------------------------------------------------------------------------------------------------


def test_invented_records_are_plausible_and_repeatable() -> None:
    packed = load_records(1000, users=20)
    records = decode(len(packed).to_bytes(4, "little") + packed)
    assert packed == load_records("1000", users=20)
    assert packed != load_records(1000, users=20, seed=2)
    assert (len(records), records.rejected) == (1000, ())
    assert set(records.pins) == {str(1001 + n) for n in range(20)}
    assert (records.wall[1:] >= records.wall[:-1]).all()
    last = datetime(1970, 1, 1) + timedelta(seconds=int(records.wall[-1]))
    assert last.date().isoformat() == "2026-06-30"
    assert set(records.state.tolist()) == {0, 1}
    assert load_records(0) == b""


def test_records_come_from_an_export_or_from_packed_bytes(tmp_path: Path) -> None:
    export = tmp_path / "1_attlog.dat"
    lines = ["        13\t2017-11-24 19:06:15\t1\t0\t15\t0", "rubbish", "", "9\t2017-02-31 00:00:00\t1\t0\t1\t0"]
    lines += ["NV7\t2017-11-24 19:07:00\t1\t255\t1\t0", "8\t1971-10-29 00:00:00\t1\t0\t1\t0"]
    export.write_bytes("\r\n".join(lines).encode())
    packed = load_records(export)
    records = decode(len(packed).to_bytes(4, "little") + packed)
    assert [records.pins[code] for code in records.pin_code] == ["13", "NV7"]
    assert (records.state.tolist(), records.verify.tolist()) == ([0, 255], [15, 1])
    packed_file = tmp_path / "log.bin"
    packed_file.write_bytes(packed)
    assert load_records(str(packed_file)) == packed
    empty = tmp_path / "empty.dat"
    empty.write_text("nothing here\n")
    with pytest.raises(ValueError, match="no punch"):
        load_records(empty)


# the command --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"record_size": 12}, "no terminal has that"),
        ({"layout": "zk12"}, "known are zk8a, zk8b"),
        ({"live": -1.0}, "negative"),
        ({"fault": "none"}, "unknown fault"),
    ],
)
def test_the_command_refuses_what_it_cannot_do(options: dict[str, object], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        run_simulator(port=0, **options)  # type: ignore[arg-type]


def test_the_command_serves_until_it_is_interrupted() -> None:
    script = (
        "from device_sync.simulator import run_simulator\n"
        "run_simulator(port=0, users=3, records=30, live=6000, on_ready=lambda t: print(t.port, flush=True))\n"
    )
    root = Path(__file__).parents[2]
    command = [sys.executable, "-c", script]
    with subprocess.Popen(command, cwd=root, stdout=subprocess.PIPE, text=True, preexec_fn=heed_interrupts) as process:
        try:
            assert process.stdout is not None
            port = int(process.stdout.readline())
            terminal = ZkTerminal("127.0.0.1", port)
            wait_until(lambda: len(decode(terminal.read_log().payload)) > 31)
        finally:
            process.send_signal(signal.SIGINT)
        assert process.wait(30) == 0


def wait_until(is_so: Callable[[], bool]) -> None:
    pause = threading.Event()
    for _ in range(200):
        if is_so():
            return
        pause.wait(0.02)
    raise AssertionError("it did not happen within 4 s")
