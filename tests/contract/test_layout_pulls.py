"""Every record layout over real sockets, read by the adapter and filed: whose punches, once, or refused in a sentence."""

from __future__ import annotations

import socket
from datetime import datetime, timedelta
from typing import Any

import numpy as np
import pytest

from attendance.store import office, terminal_profiles, terminal_users
from attendance.store.database import Database
from attendance.store.tables import TerminalRow
from device_sync import wire
from device_sync.holders import Held, Holders
from device_sync.layouts import OPERATION_BYTES, PUNCH_LAYOUTS, pack_punch
from device_sync.simulator import Operation, SimulatedTerminal, load_records
from device_sync.terminal import Garbled, Known, TerminalLog
from device_sync.wire import Command, Reply
from device_sync.zk import decode
from tests.builders import build_office, puller_for, quarantined, stored_punches
from tests.contract.pulls import BOTH, assert_harmless, reach
from tests.contract.test_zk_peers import scripted

EVERY = pytest.mark.parametrize("layout", sorted(PUNCH_LAYOUTS))
PLACES = pytest.mark.parametrize("layout", ["zk8a", "zk8b"])
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
            return [each._replace(session=visit.session) if each.code == Reply.DATA else each for each in answers]

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
        with pytest.raises(Garbled, match=r"not clear .* zk8. 7\d%, zk8. 7\d%.*--layout zk8") as caught:
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


# filed ----------------------------------------------------------------------------------------------------------------


@EVERY
def test_a_layout_is_learned_filed_and_read_again_without_a_second_punch(any_database: Database, layout: str) -> None:
    records = load_records(400, users=20, layout=layout)
    with SimulatedTerminal(records=records, layout=layout, users=20).running() as simulated:
        build_office(any_database, port=simulated.port)
        puller = puller_for(any_database)
        first = puller.pull("T-A")
        assert (first.outcome, first.new) == ("ok", len({*simulated.truth}))
        simulated.punch("1003", state=1, verify=15)
        second, third = puller.pull("T-A"), puller.pull("T-A", full=True)
        assert [(each.outcome, each.new) for each in (second, third)] == [("ok", 1), ("ok", 0)]
        stored = stored_punches(any_database)
        assert [pin for pin, *_ in stored] == [p.pin for p in dict.fromkeys(simulated.truth)]
        assert quarantined(any_database) == 0
        with any_database.reading() as session:
            profile = terminal_profiles.profile_of(session, simulated.serial)
            row = office.get(session, TerminalRow, "T-A")
            assert profile is not None
            assert (profile.punch_layout, profile.options["~Platform"]) == (layout, "ZEM760_TFT")
            assert len(terminal_users.rows_of(session, office.key(row))) == 20


@PLACES
def test_a_place_that_changes_hands_between_two_pulls(any_database: Database, layout: str) -> None:
    """Three people, one place: each has what was punched while it was theirs, however often the log is read."""
    start = datetime.now().replace(microsecond=0) - timedelta(days=3)
    with SimulatedTerminal(layout=layout, users=[(5, "1001", "An"), (6, "1002", "Bình")]).running() as simulated:
        build_office(any_database, port=simulated.port)
        puller = puller_for(any_database)
        simulated.punch("1001", start)
        simulated.punch("1002", start + timedelta(hours=1))
        assert puller.pull("T-A").new == 2
        simulated.remove_user(5)
        assert puller.pull("T-A").outcome == "ok"  # the place is empty, its punches keep their number
        simulated.put_user(5, "2001", "Chi")
        soon = simulated.machine.clock.read() + timedelta(seconds=5)
        simulated.punch("2001", soon)
        assert puller.pull("T-A").new == 1
        assert puller.pull("T-A", full=True).new == 0
        simulated.put_user(5, "3001", "Dũng")
        simulated.punch("3001", soon + timedelta(seconds=60))
        assert puller.pull("T-A", full=True).new == 1
        again = puller.pull("T-A", full=True)
        assert (again.outcome, again.new, again.quarantined) == ("ok", 0, 0)
        assert [pin for pin, *_ in stored_punches(any_database)] == ["1001", "1002", "2001", "3001"]
        with any_database.reading() as session:
            rows = terminal_users.rows_of(session, office.key(office.get(session, TerminalRow, "T-A")))
        assert [(row.uid, row.pin, row.until is None) for row in rows] == [
            (5, "1001", False),
            (6, "1002", True),
            (5, "2001", False),
            (5, "3001", True),
        ]


@PLACES
def test_a_place_nobody_holds_gets_nobody_elses_number(any_database: Database, layout: str) -> None:
    time = wire.encode_time(datetime(2026, 3, 2, 8, 0))
    form = PUNCH_LAYOUTS[layout]
    records = b"".join(pack_punch(form, uid, str(uid), 1, time + uid, 0) for uid in (7, 8, 9))
    users = [(9, "8", "An")]
    with SimulatedTerminal(records=records, layout=layout, users=users).running() as simulated:
        build_office(any_database, port=simulated.port)
        puller = puller_for(any_database)
        assert puller.pull("T-A").new == 3
        assert [pin for pin, *_ in stored_punches(any_database)] == ["7", "#8", "8"]
        simulated.put_user(7, "1234", "Bình")  # came later: what was punched at the place before is not theirs
        simulated.put_user(20, "7", "Chi")
        assert puller.pull("T-A", full=True).new == 0
    assert [pin for pin, *_ in stored_punches(any_database)] == ["7", "#8", "8"]


@EVERY
def test_rubbish_goes_to_quarantine_once_with_its_reason(any_database: Database, layout: str) -> None:
    records = load_records(300, users=20, layout=layout)
    with SimulatedTerminal(records=records, layout=layout, users=20, fault="rubbish").running() as simulated:
        build_office(any_database, port=simulated.port)
        puller = puller_for(any_database)
        first, again = puller.pull("T-A"), puller.pull("T-A", full=True)
        assert first.new + first.repeated + first.quarantined == first.read == 310
        assert (first.quarantined, again.quarantined, again.new) == (10, 10, 0)
        assert quarantined(any_database) == 10
        assert {pin for pin, *_ in stored_punches(any_database)} <= {str(1001 + n) for n in range(20)}


def test_a_layout_that_was_set_wrongly_is_compared_whole_after_it_is_corrected(any_database: Database) -> None:
    """The tail alone would be filed in the new layout while the old part was read in another."""
    records = bytes.fromhex("0100013100303131") * 3
    with SimulatedTerminal(records=records, layout="zk8b", users=3).running() as simulated:
        build_office(any_database, port=simulated.port)
        puller = puller_for(any_database)
        assert puller.pull("T-A").outcome == "garbled"
        assert stored_punches(any_database) == []
        outcomes = []
        for layout in ("zk8a", "zk8b", "zk8b"):
            with any_database.writing() as session:
                row = office.get(session, TerminalRow, "T-A")
                row.layout = layout
                session.add(row)
            filed = puller.pull("T-A")
            outcomes.append((filed.outcome, filed.new))
        assert outcomes == [("ok", 1), ("changed", 1), ("ok", 0)]
        assert len(stored_punches(any_database)) == 2


def test_names_come_as_bytes_and_as_text(any_database: Database) -> None:
    users = [(1, "1001", "Nguyễn Thị Ánh Nguyệt"), (2, "1002", "Lê")]
    with SimulatedTerminal(records=load_records(5), users=users, user_layout="user28").running() as simulated:
        build_office(any_database, port=simulated.port)
        assert puller_for(any_database).pull("T-A").outcome == "ok"
    with any_database.reading() as session:
        rows = terminal_users.rows_of(session, office.key(office.get(session, TerminalRow, "T-A")))
    assert [(row.pin, row.name) for row in rows] == [("1001", "Nguyễ"), ("1002", "Lê")]
    assert bytes(rows[0].name_bytes) == "Nguyễn Thị".encode()[:8]
    assert all("NN-" not in row.name for row in rows)
    assert np.all([row.since is None for row in rows])
