"""Rows of terminals.md section 2 about connections and bytes: ours right, and pyzk's own way wrong, side by side."""

from __future__ import annotations

import os
import socket
import threading
from contextlib import closing
from pathlib import Path
from time import monotonic

import pytest

from attendance.store.database import Database
from device_sync.simulator import Fault, SimulatedTerminal, load_records
from device_sync.terminal import Garbled, Refused, TerminalError, Unreachable
from device_sync.wire import Command
from device_sync.zk import AddressRefused, Limits, ZkTerminal
from tests.builders import build_office, puller_for
from tests.contract import plain_pyzk
from tests.contract.plain_pyzk import Row, run_pyzk
from tests.contract.pulls import PATIENT, QUICK, SLACK_SECONDS, reach
from tests.contract.reading import as_pyzk, punches_of, true_rows

LOG = load_records(500)


def ours(simulated: SimulatedTerminal, **options: object) -> list[Row]:
    return as_pyzk(punches_of(reach(simulated, **options).read_log()))


def failing(simulated: SimulatedTerminal, limits: Limits = QUICK, **options: object) -> TerminalError:
    """The error of a pull that ends within its limit."""
    started = monotonic()
    with pytest.raises(TerminalError) as caught:
        reach(simulated, limits=limits, **options).read_log()
    assert monotonic() - started < limits.total_seconds + limits.goodbye_seconds + SLACK_SECONDS
    return caught.value


def test_row_7_a_peer_that_closes_ends_the_pull() -> None:
    """Row 7: pyzk reads the end of the stream for ever at full speed; ours names it and is gone."""
    with SimulatedTerminal(records=LOG, fault=Fault("drop", at=10_000)).running() as simulated:
        plain = run_pyzk(plain_pyzk.attendance, simulated.port, spinning=1.0)
        assert plain.how == "hung"
        assert plain.cpu_seconds >= 1.0
        assert failing(simulated).params["reason"] == "closed"


def test_row_8_an_answer_belongs_to_its_question() -> None:
    """Row 8: pyzk takes whatever lies in the socket for the answer, here a repeated one; ours goes by the number."""
    with SimulatedTerminal(records=LOG, fault="late_reply").running() as simulated:
        plain = run_pyzk(plain_pyzk.identify, simulated.port, force_udp=True)
        assert plain.value == ("", "Ver 6.60 Apr 10 2017")
        log = reach(simulated, transport="udp").read_log()
        assert (log.firmware, log.serial) == ("Ver 6.60 Apr 10 2017", simulated.serial)
        assert as_pyzk(punches_of(log)) == true_rows(simulated)
    with SimulatedTerminal(records=LOG, fault="fragment").running() as simulated:
        plain = run_pyzk(plain_pyzk.attendance, simulated.port)
        assert plain.how != "returned"  # one recv is taken for one packet
        assert ours(simulated) == true_rows(simulated)


def test_row_10_waiting_has_a_limit_for_silence_and_one_for_the_whole() -> None:
    """Row 10: pyzk has one timeout for all: a terminal that drips never ends, one that thinks is given up."""
    with SimulatedTerminal(records=LOG, fault=Fault("loris", pause_seconds=0.05)).running() as simulated:
        assert run_pyzk(plain_pyzk.attendance, simulated.port, within=2.0, timeout=0.5).how != "returned"
        assert failing(simulated, Limits(0.5, 0.5, 1.0, 0.2)).params["reason"] == "too_slow"
    with SimulatedTerminal(records=LOG[:400], fault=Fault("delayed", pause_seconds=0.15)).running() as simulated:
        plain = run_pyzk(plain_pyzk.attendance, simulated.port, timeout=0.05)
        assert (plain.error, "timed out" in plain.message) == ("ZKNetworkError", True)
        assert ours(simulated, limits=Limits(1.0, 1.0, 30.0, 1.0)) == true_rows(simulated)


def test_row_11_a_terminal_is_reached_without_a_ping() -> None:
    """Row 11: where there is no ping (a container, a blocked protocol), pyzk cannot reach what is there."""
    with SimulatedTerminal(records=LOG).running() as simulated:
        plain = run_pyzk(plain_pyzk.attendance, simulated.port, ommit_ping=False, search_path="/nonexistent")
        assert (plain.error, "can't reach device (ping" in plain.message) == ("ZKNetworkError", True)
        assert ours(simulated) == true_rows(simulated)


def test_row_12_an_address_is_a_number_and_never_a_command(tmp_path: Path) -> None:
    """Row 12: pyzk pastes the address into a shell; ours refuses it before anything is made of it."""
    written = tmp_path / "written_by_a_shell"
    hostile = f"127.0.0.1; touch {written} #"
    plain = run_pyzk(plain_pyzk.connect, 4370, host=hostile, ommit_ping=False, timeout=1)
    assert plain.how == "raised"
    assert written.exists()
    written.unlink()
    with pytest.raises(AddressRefused):
        ZkTerminal(hostile)
    assert not written.exists()


def test_row_13_one_pull_is_one_connection() -> None:
    """Row 13: pyzk knocks with a connection of its own first, which a terminal for one session answers with a reset."""
    with SimulatedTerminal(records=LOG, fault=Fault("one_session", pause_seconds=5.0)).running() as simulated:
        assert ours(simulated) == true_rows(simulated)
        assert simulated.connections == 1
    with SimulatedTerminal(records=LOG, fault=Fault("one_session", pause_seconds=5.0)).running() as simulated:
        plain = run_pyzk(plain_pyzk.attendance, simulated.port)
        assert plain.how == "raised"
        assert simulated.connections == 2
        assert simulated.journal == ()


def test_row_14_a_terminal_is_asked_by_one_at_a_time(sqlite_database: Database) -> None:
    """Row 14: nothing in pyzk keeps two of its users apart, and the error names nothing; ours waits its turn."""
    with SimulatedTerminal(records=LOG).running() as simulated:
        assert run_pyzk(plain_pyzk.two_at_once, simulated.port).value == 500
        assert simulated.most_connections_at_once >= 2  # its knocking may be under way still
    with SimulatedTerminal(records=LOG, fault="busy").running() as simulated:
        build_office(sqlite_database, addresses={"T-A": simulated.port})
        puller, outcomes = puller_for(sqlite_database), []
        threads = [threading.Thread(target=lambda: outcomes.append(puller.pull("T-A").outcome)) for _ in range(3)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert outcomes == ["ok"] * 3
        assert simulated.most_connections_at_once == 1
        with closing(socket.create_connection(("127.0.0.1", simulated.port))):
            plain = run_pyzk(plain_pyzk.attendance, simulated.port)
            assert plain.error == "ZKNetworkError"
            assert "session" not in plain.message
            assert "only session" in str(failing(simulated))


def test_row_15_a_refused_connection_is_named_and_closed() -> None:
    """Row 15: pyzk ignores that nobody listens and fails later with another word; its sockets stay open."""
    with closing(socket.create_server(("127.0.0.1", 0))) as server:
        port = server.getsockname()[1]
    plain = run_pyzk(plain_pyzk.connect, port)
    assert plain.error == "ZKNetworkError"
    assert "refused" not in plain.message.lower()
    with pytest.raises(Unreachable, match="refused the connection"):
        ZkTerminal("127.0.0.1", port, limits=QUICK).read_log()
    with SimulatedTerminal(fault="refuse_auth").running() as simulated:
        assert run_pyzk(plain_pyzk.sockets_left, simulated.port).value >= 5
        before = len(os.listdir("/proc/self/fd"))
        for _ in range(5):
            assert failing(simulated).outcome == "wrong_key"
        assert simulated.journal[-1].command == Command.EXIT
        assert len(os.listdir("/proc/self/fd")) <= before + 1  # the last line may be under way on the other side


def test_row_16_the_transport_is_the_terminals_and_never_guessed() -> None:
    """Row 16: pyzk tries TCP where only UDP is spoken."""
    with SimulatedTerminal(records=LOG, tcp=False).running() as simulated:
        plain = run_pyzk(plain_pyzk.attendance, simulated.port)
        assert plain.how == "raised"
        assert simulated.journal == ()
        assert failing(simulated).params["reason"] == "port_closed"
        assert ours(simulated, transport="udp") == true_rows(simulated)


@pytest.mark.parametrize("fault", ["shuffled", "lost"])
def test_row_17_datagrams_are_put_in_order_or_asked_for_again(fault: str) -> None:
    """Row 17: pyzk joins what comes as it comes."""
    with SimulatedTerminal(records=LOG, fault=Fault(fault)).running() as simulated:
        assert ours(simulated, transport="udp", limits=PATIENT) == true_rows(simulated)
    with SimulatedTerminal(records=LOG, fault=Fault(fault)).running() as simulated:
        plain = run_pyzk(plain_pyzk.attendance, simulated.port, force_udp=True)
        assert plain.how != "returned" or plain.value != true_rows(simulated)
        if plain.how == "returned":
            assert set(plain.value) - set(true_rows(simulated)) or len(plain.value) < 500


def test_row_19_what_was_answered_is_said() -> None:
    """Row 19: pyzk says the same of a code nobody knows, of silence and of another protocol; ours says which."""
    said = {}
    for fault in ("encrypted", "challenge", "controller", "silent", "asks_key"):
        with SimulatedTerminal(records=LOG, fault=fault).running() as simulated:
            plain = run_pyzk(plain_pyzk.connect, simulated.port, timeout=0.5)
            assert plain.how == "raised"
            assert not {"2032", "6001", "PUSH"} & set(plain.message.replace(".", " ").split())
            own = failing(simulated)
            said[fault] = (type(own), own.outcome, own.params["reason"])
            if fault in ("encrypted", "challenge"):
                assert plain.message == "Invalid response: Can't connect"
                assert {"encrypted": "2032", "challenge": "6001"}[fault] in str(own)
                assert "PUSH" in str(own)
    assert said == {
        "encrypted": (Refused, "refused", "code"),
        "challenge": (Refused, "refused", "code"),
        "controller": (Refused, "not_a_terminal", "protocol"),
        "silent": (Refused, "refused", "silent"),
        "asks_key": (Refused, "wrong_key", "comm_key"),
    }


def test_what_is_garbled_is_never_taken_by_us_where_plain_pyzk_takes_it() -> None:
    """Rows 8 and 17: a byte was altered on the way, and nobody but us looks at the checksum."""
    records = load_records(499, layout="zk16")  # so many that the byte is one of a time
    with SimulatedTerminal(records=records, layout="zk16", fault="bad_checksum").running() as simulated:
        plain = run_pyzk(plain_pyzk.attendance, simulated.port)
        truth = [(pin, at, verify, state) for pin, at, state, verify in true_rows(simulated)]
        assert plain.error == "ValueError" or len(set(plain.value) - set(truth)) == 1
        assert isinstance(failing(simulated, PATIENT), Garbled)
