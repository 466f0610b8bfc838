"""Every layout of records and users as real terminals send it, judged with bare sockets and with plain pyzk."""

from __future__ import annotations

import gc
from datetime import datetime

import numpy as np
import pytest
from zk import ZK

from device_sync import wire
from device_sync.layouts import OPERATIONS, PUNCH_LAYOUTS, USER_LAYOUTS
from device_sync.simulator import Operation, SimulatedTerminal, load_records, password_of
from device_sync.wire import Command, Reply
from tests.contract.probing import probing

LAYOUTS = pytest.mark.parametrize("layout", sorted(PUNCH_LAYOUTS))
BOTH = pytest.mark.parametrize("framed", [True, False], ids=["tcp", "udp"])
NAME = "Bùi Đức Hoàng Việt"


@BOTH
@LAYOUTS
@pytest.mark.parametrize("count", [0, 15, 3000])
def test_the_records_hold_the_punches_of_its_truth(layout: str, count: int, framed: bool) -> None:
    form = PUNCH_LAYOUTS[layout]
    records = load_records(count, users=30, layout=layout)
    with (
        SimulatedTerminal(records=records, layout=layout, users=30).running() as simulated,
        probing(simulated, framed) as probe,
    ):
        probe.connect()
        simulated.punch("1007", datetime(2026, 7, 1, 7, 30), state=1, verify=15)
        found = np.frombuffer(probe.read_set(Command.PUNCHES), form.dtype)
        truth = simulated.truth
    assert len(found) == len(truth) == count + 1
    assert found["time"].tolist() == [punch.time for punch in truth]
    assert found["state"].tolist() == [punch.state for punch in truth]
    assert found["verify"].tolist() == [punch.verify for punch in truth]
    person = {"uid": "uid", "user_id": "user_id", "pin": "pin"}[form.person]
    shown = [int(value) for value in found[person].tolist()]
    assert shown == [int(punch.pin) - (1000 if person == "uid" else 0) for punch in truth]
    assert {punch.pin for punch in truth} <= {str(1001 + place) for place in range(30)}
    assert (truth[-1].pin, truth[-1].state, truth[-1].verify) == ("1007", 1, 15)


def test_the_layouts_tell_the_same_punches() -> None:
    truths = set()
    for layout in PUNCH_LAYOUTS:
        terminal = SimulatedTerminal(records=load_records(200, users=9, layout=layout), layout=layout, users=9)
        truths.add(terminal.truth)
    assert len(truths) == 1


@pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize("layout", ["zk8a", "zk16", "zk40"])
def test_plain_pyzk_reads_the_layouts_it_knows(layout: str) -> None:
    """It swaps state and verify mode with 16 bytes, as terminals.md says of it."""
    records = load_records(700, users=20, layout=layout)
    with SimulatedTerminal(records=records, layout=layout, users=20).running() as simulated:
        client = ZK("127.0.0.1", simulated.port, timeout=3, ommit_ping=True)
        client.connect()
        read = [(r.user_id, r.timestamp, r.punch, r.status) for r in client.get_attendance()]
        users = [(user.uid, user.user_id, user.privilege, user.password) for user in client.get_users()]
        client.disconnect()
        truth = [(p.pin, wire.decode_time(p.time), p.state, p.verify) for p in simulated.truth]
        swapped = [(pin, at, verify, state) for pin, at, state, verify in truth]
        assert read == (swapped if layout == "zk16" else truth)
        size = 8 if layout == "zk40" else 5
        assert users == [(n + 1, str(1001 + n), 0, password_of(n + 1)[:size].decode()) for n in range(20)]
        del client
        gc.collect()


@pytest.mark.parametrize(("user_layout", "held"), [("user28", 8), ("user72", 23)])
def test_names_are_cut_as_terminals_cut_them_and_passwords_stand_in_the_table(user_layout: str, held: int) -> None:
    users = [(1, "1001", NAME), (2, "1002", "Lê", 14), (700, "9", "", 1)]
    with SimulatedTerminal(users=users, user_layout=user_layout).running() as simulated, probing(simulated) as probe:
        probe.connect()
        body = probe.read_set(Command.USERS, 5)
    rows = np.frombuffer(body, USER_LAYOUTS[user_layout])
    assert rows["uid"].tolist() == [1, 2, 700]
    assert rows["privilege"].tolist() == [0, 14, 1]
    assert rows["name"].tolist() == [NAME.encode()[:held], "Lê".encode(), b""]
    with pytest.raises(UnicodeDecodeError):  # cut inside a character
        rows["name"][0].decode()
    assert all(password_of(uid)[:5] in body for uid in (1, 2, 700))


@pytest.mark.parametrize(("size", "told"), [(4, None), (80, 3), (92, 3), (112, 3)])
def test_the_counters_come_in_the_lengths_that_were_seen(size: int, told: int | None) -> None:
    users = [(1, "1", "An"), (2, "2", "Ba", 14), (3, "3", "Chi", 15)]
    terminal = SimulatedTerminal(users=users, records=load_records(7), sizes_bytes=size, capacity=500)
    terminal.operate(Operation.MENU_ENTERED, administrator=2)
    with terminal.running() as simulated, probing(simulated) as probe:
        probe.connect()
        answer = bytes(probe.ask(Command.SIZES).data)
    assert len(answer) == size
    if told is None:
        assert answer == bytes(4)
    else:
        fields = wire.SIZES.unpack(answer[:80])
        assert (fields[4], fields[8], fields[10], fields[12], fields[16], fields[19]) == (told, 7, 2, 2, 500, 493)


@BOTH
def test_old_firmware_sends_large_sets_unasked_in_packets_of_1016_bytes(framed: bool) -> None:
    records = load_records(500)
    terminal = SimulatedTerminal(records=records, sets_follow=True, packet_bytes=1008)
    with terminal.running() as simulated, probing(simulated, framed) as probe:
        probe.connect()
        probe.send(Command.PREPARE, wire.PREPARE.pack(1, Command.PUNCHES, 0, 0))
        packets = [probe.receive()]
        while packets[-1].code != Reply.OK:
            packets.append(probe.receive())
        assert max(len(packet.data) for packet in packets) == 1008
        assert b"".join(packet.data for packet in packets[1:-1])[4:] == records
        assert probe.read_set(Command.PUNCHES) == records


def test_the_operation_log_tells_what_was_done_at_the_terminal() -> None:
    terminal = SimulatedTerminal(records=load_records(50), users=2, capacity=50)
    terminal.operate(Operation.MENU_ENTERED, administrator=1)
    terminal.set_clock(datetime(2026, 3, 2, 9, 0))
    terminal.put_administrator(3, "1003", "Quản trị")
    terminal.put_user(3, "1003", "Quản trị", 0)
    terminal.remove_user(3)
    terminal.erase_log()
    terminal.power_cycle()
    with terminal.running() as simulated, probing(simulated) as probe:
        probe.connect()
        rows = np.frombuffer(probe.read_set(34), OPERATIONS)
    done = [Operation.STARTED, Operation.MENU_ENTERED, Operation.CLOCK_SET, Operation.USER_ADDED]
    done += [Operation.USER_CHANGED, Operation.USER_DELETED, Operation.LOG_ERASED, Operation.STARTED]
    assert rows["code"].tolist() == [int(code) for code in done]
    assert rows["objects"][3].tolist() == [3, 14, 0, 0]
    assert rows["unknown"][1] == 1
    assert rows["time"].tolist() == [line.time for line in simulated.operations]
    assert [wire.decode_time(int(time)).date() for time in rows["time"][3:]] == [datetime(2026, 3, 2).date()] * 5


@pytest.mark.parametrize(("layout", "pin"), [("zk16", "NV-1"), ("zk8a", "4711")])
def test_a_number_its_records_cannot_hold_is_refused(layout: str, pin: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        SimulatedTerminal(layout=layout).punch(pin)
    with pytest.raises(ValueError, match="layout"):
        SimulatedTerminal(layout="zk12")
    with pytest.raises(ValueError, match="is made of"):
        SimulatedTerminal(records=b"x" * 7, layout=layout)
