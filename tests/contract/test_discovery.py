"""Finding terminals on loopback: simulated ones speak the real protocol, on addresses of their own."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from ipaddress import ip_network

import pytest

from device_sync import discovery
from device_sync.discovery import FoundTerminal, Registered, discover_terminals
from device_sync.simulator import SimulatedTerminal, load_records
from device_sync.wire import CHANGING, Command
from tests.contract.pulls import PATIENT, QUICK

LOOPBACK = [ip_network("127.0.0.0/8")]
NETWORK = "127.0.9.0/29"  # hosts .1 to .6


@pytest.fixture(autouse=True)
def _patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody here is late because this machine is busy; a closed port of loopback refuses at once."""
    monkeypatch.setattr(discovery, "KNOCK_SECONDS", 5.0)
    monkeypatch.setattr(discovery, "QUICK", PATIENT)


@contextmanager
def by_datagram_only(address: str, simulated: SimulatedTerminal) -> Iterator[None]:
    """An address at which a terminal answers by UDP and refuses TCP: datagrams are carried to it and back."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as front:
        front.bind((address, simulated.port))
        front.settimeout(0.05)
        stop = threading.Event()

        def carry() -> None:
            ways: dict[tuple[str, int], socket.socket] = {}
            with ExitStack() as opened:
                while not stop.is_set():
                    try:
                        datagram, sender = front.recvfrom(65_536)
                    except TimeoutError:
                        continue
                    if sender not in ways:
                        way = ways[sender] = opened.enter_context(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
                        way.connect((simulated.host, simulated.port))
                        way.settimeout(1)
                    ways[sender].send(datagram)
                    try:
                        front.sendto(ways[sender].recv(65_536), sender)
                    except TimeoutError:
                        continue

        thread = threading.Thread(target=carry, daemon=True)
        thread.start()
        try:
            yield
        finally:
            stop.set()
            thread.join(5)


def find(port: int, *registered: Registered) -> list[FoundTerminal]:
    return discover_terminals(NETWORK, LOOPBACK, port=port, registered=registered, pause_seconds=0.0)


def test_who_answers_is_found_by_address_with_serial_and_counters() -> None:
    records = load_records(120)
    with SimulatedTerminal(
        host="127.0.9.2",
        serial="A1",
        users=7,
        records=records,
        clock_offset_seconds=90,
        options={"~DeviceName": "K40"},
    ).running() as first:
        second = SimulatedTerminal(host="127.0.9.5", port=first.port, serial="B2", comm_key=77)
        heard: list[tuple[int, int]] = []
        with second.running():
            found = discover_terminals(
                NETWORK,
                LOOPBACK,
                port=first.port,
                pause_seconds=0.0,
                progress=lambda done, of: heard.append((done, of)),
            )
            assert heard == [(n, 6) for n in range(1, 7)]
            one, two = found
            assert (one.address, one.transport, one.outcome, one.serial) == ("127.0.9.2", "tcp", "ok", "A1")
            assert (one.users, one.records, one.code, one.moved_from) == (7, 120, None, None)
            assert (one.model, one.record_capacity) == ("K40", 100_000)
            assert one.clock_offset_seconds is not None
            assert 89 <= one.clock_offset_seconds <= 91
            assert (two.address, two.outcome, two.serial) == ("127.0.9.5", "wrong_key", "")
            for simulated in (first, second):
                assert not [entry for entry in simulated.journal if entry.command in CHANGING]


def test_a_terminal_is_known_by_its_serial_wherever_it_hangs() -> None:
    with SimulatedTerminal(host="127.0.9.3", serial="A1").running() as simulated:
        port = simulated.port
        [here] = find(port, Registered("GATE", "127.0.9.3", "A1"))
        assert (here.code, here.moved_from, here.instead_of) == ("GATE", None, None)
        [moved] = find(port, Registered("GATE", "10.0.0.9", "A1"))
        assert (moved.code, moved.moved_from, moved.instead_of) == ("GATE", "10.0.0.9", None)
        [by_stick] = find(port, Registered("GATE", None, "A1"))
        assert (by_stick.code, by_stick.moved_from) == ("GATE", "")
        [fresh] = find(port, Registered("GATE", "127.0.9.3", None))
        assert (fresh.code, fresh.moved_from, fresh.instead_of) == ("GATE", None, None)
        [other] = find(port, Registered("GATE", "127.0.9.3", "Z9"), Registered("HALL", "10.0.0.1", "A1"))
        assert (other.code, other.moved_from, other.instead_of) == ("HALL", "10.0.0.1", "GATE")
        [stranger] = find(port, Registered("GATE", "127.0.9.3", "Z9"))
        assert (stranger.code, stranger.instead_of) == (None, "GATE")


def test_a_key_is_given_only_where_it_belongs() -> None:
    assert "4711" not in repr(Registered("GATE", "127.0.9.3", "A1", 4711))
    with SimulatedTerminal(host="127.0.9.3", serial="A1", comm_key=4711).running() as simulated:
        [known] = find(simulated.port, Registered("GATE", "127.0.9.3", "A1", 4711))
        assert (known.outcome, known.serial, known.code) == ("ok", "A1", "GATE")
        before = len(simulated.journal)
        [moved] = find(simulated.port, Registered("GATE", "127.0.9.4", "A1", 4711))
        assert (moved.outcome, moved.code) == ("wrong_key", None)
        assert Command.AUTH in {entry.command for entry in simulated.journal[before:]}, "it is tried without a key"
        [wrong] = find(simulated.port, Registered("GATE", "127.0.9.3", "A1", 4712))
        assert (wrong.outcome, wrong.instead_of) == ("wrong_key", "GATE")


def test_a_terminal_that_knows_datagrams_only() -> None:
    with SimulatedTerminal(host="127.0.9.66", serial="U1", users=3).running() as simulated:
        with by_datagram_only("127.0.9.4", simulated):
            [found] = find(simulated.port)
        assert (found.address, found.transport, found.outcome, found.serial) == ("127.0.9.4", "udp", "ok", "U1")
        greeted = sum(entry.command == Command.CONNECT for entry in simulated.journal)
        left = sum(entry.command == Command.EXIT for entry in simulated.journal)
        assert greeted == left == 2, "the session of the probe is left as well"


@pytest.mark.parametrize(("fault", "outcome"), [("not_zk", "not_a_terminal"), ("silent", "refused")])
def test_what_is_no_terminal_or_will_not_talk_is_named(
    fault: str, outcome: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if fault == "silent":
        monkeypatch.setattr(discovery, "QUICK", QUICK)
    with SimulatedTerminal(host="127.0.9.1", fault=fault).running() as simulated:
        [found] = find(simulated.port)
    assert (found.address, found.outcome, found.code) == ("127.0.9.1", outcome, None)
    assert found.message


def test_nobody() -> None:
    with socket.socket() as free:
        free.bind(("127.0.9.1", 0))
        assert find(free.getsockname()[1]) == []
