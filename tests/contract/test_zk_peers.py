"""The zk adapter against other peers, other layouts and its own library: nothing misread, nothing dangerous sent."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from datetime import UTC, datetime, timedelta
from ipaddress import ip_network
from time import monotonic

import pytest
from zk import ZK

from device_sync import wire
from device_sync.simulator import SimulatedTerminal
from device_sync.terminal import Changed, Garbled, Refused, TerminalError, Unreachable
from device_sync.wire import CHANGING, Command, Packet
from device_sync.zk import AddressRefused, Limits, ZkTerminal, decode, parse_address
from device_sync.zk import client as client_module
from device_sync.zk.session import Session
from device_sync.zk.walls import OFFERED, NoProbe, NotOffered
from tests.contract.pulls import BOTH, LOG, QUICK, SLACK_SECONDS, SMALL, reach


@contextmanager
def scripted(play: Callable[[socket.socket], None]) -> Iterator[int]:
    """A server that does as the function says with its one connection; gives the port."""
    with closing(socket.create_server(("127.0.0.1", 0))) as server:
        server.settimeout(5)

        def run() -> None:
            try:
                connection, _ = server.accept()
            except OSError:
                return
            with closing(connection):
                connection.settimeout(5)
                with suppress(OSError):
                    play(connection)

        thread = threading.Thread(target=run)
        thread.start()
        try:
            yield server.getsockname()[1]
        finally:
            thread.join()


# peers without a simulator --------------------------------------------------------------------------------------------


@BOTH
def test_a_closed_port_is_refused_at_once(transport: str) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as server:
        port = server.getsockname()[1]
    started = monotonic()
    with pytest.raises(Unreachable, match="refused the connection") as caught:
        ZkTerminal("127.0.0.1", port, transport=transport, limits=QUICK).read_log()  # type: ignore[arg-type]
    assert (caught.value.outcome, caught.value.params["reason"]) == ("refused", "port_closed")
    assert monotonic() - started < SLACK_SECONDS


def test_a_machine_that_does_not_answer_the_connection_is_unreachable_in_time() -> None:
    # a listener whose queue is full drops further greetings, as a dead host does
    with closing(socket.socket()) as server:
        server.bind(("127.0.0.1", 0))
        server.listen(0)
        fillers = []
        for _ in range(4):
            filler = socket.socket()
            filler.setblocking(False)
            filler.connect_ex(server.getsockname())
            fillers.append(filler)
        started = monotonic()
        try:
            with pytest.raises(Unreachable, match="No answer") as caught:
                ZkTerminal("127.0.0.1", server.getsockname()[1], limits=QUICK).read_log()
        finally:
            for filler in fillers:
                filler.close()
    assert caught.value.params["reason"] == "no_answer"
    assert 0.25 < monotonic() - started < 0.3 + SLACK_SECONDS


def test_a_slow_loris_is_bounded_by_the_whole_limit() -> None:
    stop = threading.Event()

    def drip(connection: socket.socket) -> None:
        packet = wire.pack_packet(2000, 1, 0) * 100
        for place in range(len(packet)):
            if stop.wait(0.05):
                return
            connection.sendall(packet[place : place + 1])

    started = monotonic()
    with scripted(drip) as port:
        try:
            with pytest.raises(Unreachable) as caught:
                ZkTerminal("127.0.0.1", port, limits=Limits(0.3, 0.3, 1.0, 0.1)).read_log()
        finally:
            stop.set()
    assert caught.value.params["reason"] == "too_slow"
    assert monotonic() - started < 1.1 + SLACK_SECONDS


@pytest.mark.parametrize(
    ("greeting", "kind", "outcome"),
    [
        (b"SSH-2.0-OpenSSH_9.6\r\n", Refused, "not_a_terminal"),
        (b"\xaa\x01\x00\x00" * 8, Refused, "not_a_terminal"),
        (wire.TOP.pack(wire.MAGIC, 0x7FFF_FFFF) + bytes(64), Refused, "not_a_terminal"),
        (wire.TOP.pack(wire.MAGIC, 3) + bytes(64), Refused, "not_a_terminal"),
        (wire.TOP.pack(wire.MAGIC, 8) + b"\xd0\x07\x00\x00\x00\x00\x00\x00", Garbled, "garbled"),
        (wire.pack_packet(6001, 1, 0), Refused, "refused"),
        (wire.pack_packet(2003, 1, 0), Refused, "refused"),
    ],
)
def test_other_protocols_and_unknown_codes_are_named(greeting: bytes, kind: type[TerminalError], outcome: str) -> None:
    with (
        scripted(
            lambda connection: (connection.recv(64), connection.sendall(greeting), connection.recv(64))[1]
        ) as port,
        pytest.raises(kind) as caught,
    ):
        ZkTerminal("127.0.0.1", port, limits=QUICK).read_log()
    assert caught.value.outcome == outcome


def test_silence_ends_with_the_whole_limit_even_when_more_silence_is_allowed() -> None:
    def greet_only(connection: socket.socket) -> None:
        connection.recv(64)
        connection.sendall(wire.pack_packet(2000, 9, 0))
        while connection.recv(64):
            pass

    started = monotonic()
    with scripted(greet_only) as port, pytest.raises(Unreachable) as caught:
        ZkTerminal("127.0.0.1", port, limits=Limits(5.0, 30.0, 0.4, 0.1)).read_log()
    assert caught.value.params["reason"] == "too_slow"
    assert monotonic() - started < 0.5 + SLACK_SECONDS


def test_a_live_event_is_acknowledged_and_never_taken_for_an_answer() -> None:
    heard: list[Packet] = []

    def play(connection: socket.socket) -> None:
        def hear() -> None:
            heard.append(wire.parse_packet(connection.recv(wire.parse_top(connection.recv(8), 1024))))

        hear()
        connection.sendall(wire.pack_packet(2000, 9, 0))
        hear()
        event = wire.pack_packet(500, 1, 0, wire.pack_event("1001", 1, 0, datetime(2026, 3, 2, 8, 0)))
        connection.sendall(event + wire.pack_packet(2000, 9, 1, b"~SerialNumber=TRUE\0"))
        hear()

    with scripted(play) as port, pytest.raises(Changed) as caught:
        ZkTerminal("127.0.0.1", port, limits=QUICK, expected_serial="MINE").identify()
    assert caught.value.params["found"] == "TRUE"
    assert (heard[2].code, heard[2].session, heard[2].number) == (2000, 9, 0)


def test_answers_to_an_earlier_question_are_never_taken_for_this_one() -> None:
    def play(connection: socket.socket) -> None:
        serials = iter([b"~SerialNumber=FIRST\0", b"Ver LATE\0"])
        connection.recv(64)
        connection.sendall(wire.pack_packet(2000, 9, 0))
        for number, data in enumerate(serials, start=1):
            connection.recv(64)
            stale = wire.pack_packet(2000, 9, number - 1, b"~SerialNumber=STALE\0")
            connection.sendall(stale + stale + wire.pack_packet(2000, 9, number, data))
        connection.recv(64)

    with scripted(play) as port, pytest.raises(Changed) as caught:
        ZkTerminal("127.0.0.1", port, limits=QUICK, expected_serial="MINE").identify()
    assert caught.value.params["found"] == "FIRST"


def test_counters_that_say_zero_do_not_hide_a_log() -> None:
    with SimulatedTerminal(records=LOG).running() as simulated:
        simulated.machine._pack_sizes = lambda: bytes(80)  # type: ignore[method-assign]
        log = reach(simulated).read_log()
    assert len(decode(log.payload)) == 2000
    assert log.sizes_before.records is None


def test_a_log_that_shrinks_during_the_reading_is_not_taken() -> None:
    with SimulatedTerminal(records=LOG).running() as simulated:
        counts = iter([2000, 10])
        simulated.machine._pack_sizes = (  # type: ignore[method-assign]
            lambda: wire.SIZES.pack(*([0] * 8 + [next(counts)] + [0] * 11))
        )
        with pytest.raises(Garbled) as caught:
            reach(simulated).read_log()
    assert caught.value.params["reason"] == "count"


def test_a_terminal_without_serial_number_is_not_read() -> None:
    with SimulatedTerminal(serial="").running() as simulated, pytest.raises(Garbled) as caught:
        reach(simulated).read_log()
    assert caught.value.params["reason"] == "no_serial"


# addresses and pyzk ---------------------------------------------------------------------------------------------------

HOSTILE = ["127.0.0.1; touch X", "$(id)", "localhost", "127.0.0.1\n", "", "8.8.8.8", "0.0.0.0", "::ffff:8.8.8.8", "1"]
HOSTILE += ["fe80::1%eth0;id", "224.0.0.1", "203.0.113.9", "010.0.0.1", "127.0.0.1/8"]


@pytest.mark.parametrize("host", HOSTILE)
def test_a_hostile_address_never_reaches_pyzk(host: str, monkeypatch: pytest.MonkeyPatch) -> None:
    built: list[object] = []
    monkeypatch.setattr(client_module, "Session", lambda *args: built.append(args))
    with pytest.raises(AddressRefused):
        ZkTerminal(host)
    assert built == []


def test_allowed_networks_decide() -> None:
    assert str(parse_address("203.0.113.9", [ip_network("203.0.113.0/24")])) == "203.0.113.9"
    with pytest.raises(AddressRefused, match="outside"):
        parse_address("192.168.1.201", [ip_network("10.0.0.0/8")])


@pytest.mark.parametrize("options", [{"port": 0}, {"port": 70_000}, {"transport": "sctp"}, {"comm_key": -1}])
def test_settings_that_make_no_sense_are_refused_at_once(options: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"."):
        ZkTerminal("127.0.0.1", **options)  # type: ignore[arg-type]


def open_session(simulated: SimulatedTerminal) -> Session:
    terminal = reach(simulated)
    return Session(terminal._open_channel(), 0)


BLOCKED = sorted(
    name for name, value in vars(ZK).items() if callable(value) and not name.startswith("_") and name not in OFFERED
)


def test_the_list_of_blocked_calls_holds_the_dangerous_ones() -> None:
    dangerous = "get_attendance disable_device enable_device clear_attendance clear_data set_time restart poweroff"
    dangerous += (
        " set_user delete_user delete_user_template save_user_template unlock live_capture enroll_user get_users"
    )
    assert set(dangerous.split()) <= set(BLOCKED)
    assert len(BLOCKED) > 25


def test_blocked_pyzk_calls_raise_and_send_nothing() -> None:
    with SimulatedTerminal(records=SMALL).running() as simulated:
        session = open_session(simulated)
        try:
            session.greet()
            asked = len(simulated.journal)
            for name in [*BLOCKED, "_clear_error", "_send_with_buffer"]:
                with pytest.raises(NotOffered):
                    getattr(session, name)(1)
            for command in sorted(CHANGING):
                with pytest.raises(NotOffered):
                    session._ZK__send_command(command)
            with pytest.raises(NotOffered):
                session._ZK__send_command(Command.PREPARE, wire.PREPARE.pack(1, 7, 2, 0))
            assert len(simulated.journal) == asked
        finally:
            session.leave()


def test_pyzk_can_neither_ping_nor_open_a_second_connection() -> None:
    with SimulatedTerminal(records=SMALL).running() as simulated:
        session = open_session(simulated)
        assert type(session.helper) is NoProbe
        assert session.ommit_ping is True
        assert session.helper.test_tcp() == 0
        for probe in (session.helper.test_ping, session.helper.test_udp):
            with pytest.raises(NotOffered):
                probe()
        assert simulated.connections == 0
        session.greet()
        assert session._ZK__sock is session._channel
        session.leave()
        assert simulated.connections == 1
        assert session._channel._sock is None


def test_pyzk_never_holds_the_comm_key() -> None:
    with SimulatedTerminal(records=SMALL, comm_key=4711).running() as simulated:
        session = Session(reach(simulated)._open_channel(), 4711)
        session.greet()
        assert session._ZK__password == 0
        session.leave()


def test_passwords_in_the_user_table_are_not_kept() -> None:
    with SimulatedTerminal(records=SMALL, users=[(1, "1001", "An")]).running() as simulated:
        table = bytearray(simulated.machine._user_set)
        table[4 + 3 : 4 + 11] = b"secret12"
        simulated.machine._user_set = bytes(table)
        log = reach(simulated).read_log()
    assert [user.pin for user in log.users] == ["1001"]
    assert "secret12" not in repr(log.users)


def test_total_limit_counts_from_the_start_of_the_call() -> None:
    with SimulatedTerminal(records=SMALL).running() as simulated:
        terminal = reach(simulated)
        first = terminal.read_log()
        assert timedelta(0) <= datetime.now(UTC) - first.read_at < timedelta(seconds=2)
        assert terminal.read_log().payload == first.payload
