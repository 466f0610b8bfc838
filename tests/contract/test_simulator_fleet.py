"""Many terminals in one process: each keeps its own truth, the dead ones die in the ways real ones do."""

from __future__ import annotations

import socket
import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import pytest

from device_sync.simulator import DEAD_WAYS, SimulatedFleet, load_records
from device_sync.terminal import TerminalError
from device_sync.zk import Limits, ZkTerminal, decode

HASTY = Limits(connect_seconds=0.4, idle_seconds=0.4, total_seconds=5.0, goodbye_seconds=0.2)


def pull(port: int) -> str:
    try:
        return str(len(decode(ZkTerminal("127.0.0.1", port, limits=HASTY).read_log().payload)))
    except TerminalError as error:
        return str(error.params["reason"])


def test_five_hundred_terminals_run_in_one_thread_and_the_dead_are_dead_in_five_ways() -> None:
    records = load_records(30)
    before = threading.active_count()
    with SimulatedFleet(500, dead=0.3, records=records).running() as fleet:
        assert threading.active_count() == before + 1
        assert len(set(fleet.ports)) == 500
        assert Counter(fleet.dead.values()) == dict.fromkeys(DEAD_WAYS, 30)
        fleet.terminals[fleet.healthy[0]].punch("1001")
        places = [*fleet.healthy[:20], *[next(p for p, w in fleet.dead.items() if w == way) for way in DEAD_WAYS]]
        with ThreadPoolExecutor(8) as pool:
            found = list(pool.map(lambda place: pull(fleet.ports[place]), places))
        assert found[:20] == ["31", *["30"] * 19]
        assert found[20:] == ["port_closed", "no_answer", "silent", "closed_at_once", "closed"]
        assert fleet.most_connections_at_once == 1
        assert fleet.connections == 20 + 3
        assert {len(terminal.truth) for terminal in fleet.terminals} == {30, 31}
        assert len({terminal.serial for terminal in fleet.terminals}) == 500


def test_dead_terminals_come_back_at_their_ports_and_living_ones_die() -> None:
    with SimulatedFleet(
        12, dead=0.5, records=load_records(10), options_of=lambda n: {"users": n + 1}
    ).running() as fleet:
        ports = fleet.ports
        assert len(fleet.dead) == 6
        fleet.revive()
        assert fleet.dead == {}
        assert [pull(port) for port in ports] == ["10"] * 12
        assert [len(terminal.users) for terminal in fleet.terminals] == list(range(1, 13))
        fleet.kill(3)
        fleet.kill(4, "silent")
        assert [pull(port) for port in ports[2:6]] == ["10", "port_closed", "silent", "10"]
        fleet.revive([3])
        assert pull(ports[3]) == "10"
        with pytest.raises(ValueError, match="no terminal dies by"):
            fleet.kill(5, "boredom")
    assert fleet.ports == ports
    with closing(socket.socket()) as sock:
        assert sock.connect_ex(("127.0.0.1", ports[0])) != 0
