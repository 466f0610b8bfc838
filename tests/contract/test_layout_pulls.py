"""Every record layout over real sockets: read whole, or refused in a sentence that says what to do."""

from __future__ import annotations

import socket
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from device_sync import wire
from device_sync.holders import Held, Holders
from device_sync.layouts import OPERATION_BYTES, PUNCH_LAYOUTS
from device_sync.simulator import Operation, SimulatedTerminal, load_records
from device_sync.terminal import Garbled, Known, TerminalLog
from device_sync.wire import Command, Reply
from device_sync.zk import decode
from tests.contract.pulls import BOTH, assert_harmless, reach
from tests.contract.test_zk_peers import scripted

EVERY = pytest.mark.parametrize("layout", sorted(PUNCH_LAYOUTS))
EPOCH = datetime(1970, 1, 1)


def told(log: TerminalLog) -> list[tuple[str, int, int, int]]:
    """Punches as the adapter reads them: number, the terminal's u32, state, verify."""
    holders = Holders(Held(user.uid, user.pin, None) for user in log.users or ())
    records = decode(log.payload, 0, PUNCH_LAYOUTS[log.layout], holders)
    times = [wire.encode_time(EPOCH + timedelta(seconds=int(wall))) for wall in records.wall]
    pins = [records.pins[code] for code in records.pin_code]
    return list(zip(pins, times, records.state.tolist(), records.verify.tolist(), strict=True))


@BOTH
@EVERY
@pytest.mark.parametrize("count", [1, 2, 5, 98, 3000])
def test_every_layout_is_recognised_and_read_whole(layout: str, count: int, transport: str) -> None:
    records = load_records(count, users=30, layout=layout)
    user_layout = "user28" if layout.startswith("zk8") else "user72"
    with SimulatedTerminal(records=records, layout=layout, users=30, user_layout=user_layout).running() as simulated:
        log = reach(simulated, transport=transport).read_log()
        assert told(log) == list(simulated.truth)
        assert (log.layout, log.user_layout, len(log.users or ())) == (layout, user_layout, 30)
        assert_harmless(simulated)


@EVERY
@pytest.mark.parametrize("size", [4, 80, 112])
def test_the_length_of_the_counters_matters_to_no_layout(layout: str, size: int) -> None:
    terminal = SimulatedTerminal(records=load_records(40, layout=layout), layout=layout, sizes_bytes=size)
    with terminal.running() as simulated:
        log = reach(simulated).read_log()
        assert told(log) == list(simulated.truth)
        assert log.sizes_before.records == (None if size == 4 else 40)


@BOTH
@EVERY
@pytest.mark.parametrize("fault", ["filler", "rubbish"])
def test_memory_that_was_erased_or_overwritten_costs_its_own_records_only(
    layout: str, fault: str, transport: str
) -> None:
    records = load_records(500, users=30, layout=layout)
    with SimulatedTerminal(records=records, layout=layout, users=30, fault=fault).running() as simulated:
        log = reach(simulated, transport=transport).read_log()
        assert told(log) == list(simulated.truth)
    assert (len(log.payload) - 4) // log.record_size == 510


@EVERY
@pytest.mark.parametrize("fault", ["truncated", "count_word", "announces_less", "short", "understated"])
def test_a_log_that_is_not_whole_is_refused_in_every_layout(layout: str, fault: str) -> None:
    with (
        SimulatedTerminal(records=load_records(500, layout=layout), layout=layout, fault=fault).running() as simulated,
        pytest.raises(Garbled, match="Nothing was stored"),
    ):
        reach(simulated).read_log()


@BOTH
@EVERY
def test_old_firmware_that_sends_sets_unasked_is_read(layout: str, transport: str) -> None:
    records = load_records(700, layout=layout)
    terminal = SimulatedTerminal(records=records, layout=layout, sets_follow=True, packet_bytes=1008)
    with terminal.running() as simulated:
        assert told(reach(simulated, transport=transport).read_log()) == list(simulated.truth)


@BOTH
def test_a_terminal_that_refuses_large_chunks_is_asked_for_small_ones(transport: str) -> None:
    with SimulatedTerminal(records=load_records(5000), fault="small_reads").running() as simulated:
        assert told(reach(simulated, transport=transport).read_log()) == list(simulated.truth)
        asked = [wire.READ.unpack(e.data)[1] for e in simulated.journal if e.command == Command.READ]
    assert max(asked[1:]) <= 16_384
    assert sum(size > 16_384 for size in asked) == (transport == "tcp")


def test_datagrams_without_numbers_that_overtake_each_other_are_asked_for_one_by_one() -> None:
    """Some firmware does not count the packets of a chunk: then nothing but one packet to a question is safe."""
    records = load_records(2000)
    with SimulatedTerminal(records=records, fault="shuffled", packet_bytes=1008).running() as simulated:
        answer = simulated.machine.answer

        def without_numbers(visit: Any, command: int, data: bytes, packet_bytes: int) -> list[Any]:
            answers = answer(visit, command, data, packet_bytes)
            return [replace(each, session=visit.session) if each.code == Reply.DATA else each for each in answers]

        simulated.machine.answer = without_numbers  # type: ignore[method-assign]
        log = reach(simulated, transport="udp").read_log()
        assert told(log) == list(simulated.truth)
        asked = [wire.READ.unpack(e.data)[1] for e in simulated.journal if e.command == Command.READ]
    assert max(asked[1:]) <= 1008 < asked[0]


def test_live_events_reach_whoever_listens_and_spoil_no_answer() -> None:
    heard: list[bytes] = []

    def play(connection: socket.socket) -> None:
        def hear() -> None:
            wire.parse_packet(connection.recv(wire.parse_top(connection.recv(8), 1024)))

        event = wire.pack_event("1001", 1, 0, datetime(2026, 3, 2, 8, 0))
        hear()
        connection.sendall(wire.pack_packet(Reply.OK, 9, 0))
        hear()
        glued = bytearray(wire.pack_packet(Reply.EVENT, 1, 0, event[:32]))
        glued[4:8] = (1016).to_bytes(4, "little")
        connection.sendall(wire.pack_packet(Reply.EVENT, 1, 0, event) + bytes(glued))
        connection.sendall(wire.pack_packet(Reply.OK, 9, 1, b"~SerialNumber=A\0"))
        hear()

    with scripted(play) as port:
        terminal = reach(type("At", (), {"port": port})())
        opened = terminal._open_channel

        def listening() -> Any:
            channel = opened()
            channel.on_event = heard.append
            return channel

        terminal._open_channel = listening  # type: ignore[method-assign]
        with pytest.raises(Exception, match="firmware"):
            terminal.identify()
    assert [wire.EVENT_32.unpack(data)[0].rstrip(b"\0") for data in heard] == [b"1001", b"1001"]


# what is known already ------------------------------------------------------------------------------------------------


def test_a_named_layout_decides_and_one_that_cannot_be_is_refused() -> None:
    # both orders of eight bytes could be meant: a date that is believable both ways, and a state nobody knows
    records = bytes.fromhex("0100013100303131") * 3
    with SimulatedTerminal(records=records, layout="zk8b", users=3).running() as simulated:
        with pytest.raises(Garbled, match=r"not clear .* zk8. \d\d%, zk8. \d\d%.*--layout zk8") as caught:
            reach(simulated).read_log()
        assert caught.value.params["reason"] == "layout"
        assert reach(simulated, known=Known(layout="zk8a")).read_log().layout == "zk8a"
        assert reach(simulated, known=Known(layout="zk8b")).read_log().layout == "zk8b"
        for named in ("zk16", "zk40", "zk49"):
            with pytest.raises(Garbled, match=f"does not fit the layout {named}, which was set"):
                reach(simulated, known=Known(layout=named)).read_log()


@EVERY
def test_a_learned_layout_that_no_longer_fits_is_refused(layout: str) -> None:
    terminal = SimulatedTerminal(records=load_records(1960, layout=layout), layout=layout)
    with terminal.running() as simulated:
        for learned in PUNCH_LAYOUTS:
            known = Known(learned=learned, was_read=True, users_kept=True)
            if learned == layout:
                assert told(reach(simulated, known=known).read_log()) == list(simulated.truth)
                continue
            with pytest.raises(Garbled, match=f"does not fit the layout {learned}, which this terminal had before"):
                reach(simulated, known=known).read_log()


@pytest.mark.parametrize("size", [4, 92])
def test_an_empty_log_where_there_were_records_says_nothing_of_anybody(size: int) -> None:
    with SimulatedTerminal(sizes_bytes=size).running() as simulated:
        with pytest.raises(Garbled, match="nobody counts as absent") as caught:
            reach(simulated, known=Known(log_bytes=4000, was_read=True)).read_log()
        assert caught.value.params["reason"] == "emptied"
        if size == 4:
            with pytest.raises(Garbled, match="does not say how many"):
                reach(simulated).read_log()
        else:
            assert reach(simulated).read_log().sizes_after.records == 0


def test_tables_are_read_at_first_contact_on_full_readings_and_where_the_counters_say_so() -> None:
    def asked(known: Known | None, with_users: bool) -> list[int]:
        simulated.machine.journal.clear()
        reach(simulated, known=known, with_users=with_users).read_log()
        return [e.data[1] for e in simulated.machine.journal if e.command == Command.PREPARE]

    punches, users, operations = Command.PUNCHES, Command.USERS, Command.OPERATIONS
    with SimulatedTerminal(records=load_records(9)).running() as simulated:
        simulated.operate(Operation.MENU_ENTERED, administrator=1)
        count = reach(simulated).read_log().sizes_after.operations
        later = Known(learned="zk40", was_read=True, operations=count)
        assert asked(None, False) == [punches, users, operations]
        assert asked(later, True) == [punches, users, operations]
        assert asked(later, False) == [punches]
        simulated.operate(Operation.MENU_ENTERED, administrator=1)
        assert asked(later, False) == [punches, operations]


def test_the_operation_log_and_the_build_come_with_a_whole_reading() -> None:
    with SimulatedTerminal(records=load_records(9)).running() as simulated:
        simulated.operate(Operation.MENU_ENTERED, administrator=1)
        log = reach(simulated).read_log()
        lines = [(line.time, int(line.code)) for line in simulated.operations]
    assert log.operations is not None
    assert len(log.operations) == len(lines) * OPERATION_BYTES
    assert log.options["~Platform"] == "ZEM760_TFT"
    assert log.options["~PIN2Width"] == "9"


def test_a_terminal_that_hands_out_no_user_table_is_refused_where_only_that_names_people() -> None:
    for layout, refused in (("zk8a", True), ("zk16", False)):
        terminal = SimulatedTerminal(records=load_records(20, layout=layout), layout=layout, fault="no_users")
        with terminal.running() as simulated:
            if refused:
                with pytest.raises(Garbled, match="only by their place in its user table") as caught:
                    reach(simulated).read_log()
                assert caught.value.params["reason"] == "users"
                kept = Known(learned=layout, was_read=True, users_kept=True)
                assert reach(simulated, known=kept).read_log().users is None
            else:
                assert reach(simulated).read_log().users is None
