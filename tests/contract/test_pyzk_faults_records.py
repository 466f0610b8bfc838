"""Rows of terminals.md section 2 about records and users: ours right, and pyzk's own way wrong, side by side."""

from __future__ import annotations

import time
from datetime import datetime

import pytest

from attendance.store.database import Database
from device_sync.simulator import Fault, SimulatedTerminal, load_records
from device_sync.terminal import Garbled
from tests.builders import build_office, puller_for, stored_punches, truth_of
from tests.contract import plain_pyzk
from tests.contract.plain_pyzk import Row, run_pyzk
from tests.contract.pulls import PATIENT, reach
from tests.contract.reading import as_pyzk, punches_of, true_rows


def serve(layout: str, count: int, **options: object) -> SimulatedTerminal:
    settings: dict[str, object] = {"users": 20, **options}
    return SimulatedTerminal(records=load_records(count, users=20, layout=layout), layout=layout, **settings)  # type: ignore[arg-type]


def ours(simulated: SimulatedTerminal) -> list[Row]:
    return as_pyzk(punches_of(reach(simulated).read_log()))


def test_row_1_one_impossible_date_costs_one_record() -> None:
    """Row 1: pyzk raises ValueError and returns nothing; ours returns the rest and keeps the record with its reason."""
    with serve("zk40", 300, fault="bad_date").running() as simulated:
        plain = run_pyzk(plain_pyzk.attendance, simulated.port)
        assert (plain.how, plain.error) == ("raised", "ValueError")
        assert "day is out of range" in plain.message
        assert ours(simulated) == true_rows(simulated)
        assert len(true_rows(simulated)) == 300


def test_row_2_records_of_49_bytes_are_cut_where_they_end() -> None:
    """Row 2: pyzk steps 40 bytes whatever the size, and makes 1225 punches of 1000 without a word."""
    with serve("zk49", 1000).running() as simulated:
        plain = run_pyzk(plain_pyzk.attendance, simulated.port)
        if plain.how == "returned":
            assert len(plain.value) == 1225
            assert len(set(plain.value) - set(true_rows(simulated))) > 1000
        else:  # or the rubbish holds a date that does not exist
            assert plain.error == "ValueError"
        assert ours(simulated) == true_rows(simulated)


@pytest.mark.parametrize("layout", ["zk8a", "zk16"])
def test_row_3_a_punch_between_counters_and_log_changes_no_record(layout: str) -> None:
    """Row 3: pyzk divides the bytes by the count of before, gets a fraction and reads 40-byte records."""
    with serve(layout, 200, fault="grow").running() as simulated:
        plain = run_pyzk(plain_pyzk.attendance, simulated.port)
        invented = set(plain.value or ()) - {(pin, at, v, s) for pin, at, s, v in true_rows(simulated)}
        assert plain.error == "ValueError" or len(invented - set(true_rows(simulated))) > 10
        assert ours(simulated) == true_rows(simulated)
        assert len(simulated.truth) == 202


def test_row_4_the_second_order_of_8_bytes_is_told_from_the_first() -> None:
    """Row 4: pyzk knows one order of the 8-byte record and dates an MA300 wrong, or fails on its dates."""
    with serve("zk8b", 200).running() as simulated:
        plain = run_pyzk(plain_pyzk.attendance, simulated.port)
        assert plain.error == "ValueError" or not set(plain.value) & set(true_rows(simulated))
        assert ours(simulated) == true_rows(simulated)
    with serve("zk8a", 200).running() as simulated:
        assert run_pyzk(plain_pyzk.attendance, simulated.port).value == true_rows(simulated)
        assert ours(simulated) == true_rows(simulated)


def test_row_5_large_logs_take_time_in_proportion() -> None:
    """Row 5: pyzk copies the rest of the log for every record; compared are seconds of the processor."""
    counts = (10_000, 40_000)
    plain, own = [], []
    for count in counts:
        with serve("zk40", count).running() as simulated:
            found = run_pyzk(plain_pyzk.attendance_and_cpu, simulated.port, within=60, timeout=30)
            assert found.how == "returned"
            assert found.value[0] == count
            plain.append(found.value[1])
            started = time.thread_time()
            log = reach(simulated).read_log()
            own.append(time.thread_time() - started)
            assert log.sizes_after.records == count
    assert plain[1] / own[1] > 5
    assert plain[1] > plain[0] * 5  # four times the records


@pytest.mark.parametrize("fault", ["no_sizes", "zero_sizes"])
def test_row_6_counters_that_are_not_understood_do_not_mean_nobody_came(fault: str) -> None:
    """Row 6: pyzk returns an empty list; ours reads the log, and calls an empty one without counters a fault."""
    with serve("zk40", 120, fault=fault).running() as simulated:
        plain = run_pyzk(plain_pyzk.attendance, simulated.port)
        assert (plain.how, plain.value) == ("returned", [])
        assert ours(simulated) == true_rows(simulated)
    with serve("zk40", 0, fault="no_sizes").running() as simulated:
        assert run_pyzk(plain_pyzk.attendance, simulated.port).value == []
        with pytest.raises(Garbled):
            reach(simulated).read_log()


def test_row_9_a_set_that_ends_early_is_no_set() -> None:
    """Row 9: pyzk takes 290 of 300 records for the whole; ours compares with what was asked and counted."""
    with serve("zk40", 300, fault="short").running() as simulated:
        plain = run_pyzk(plain_pyzk.attendance, simulated.port, force_udp=True)
        assert plain.how == "returned"
        assert plain.value == true_rows(simulated)[:290]
        with pytest.raises(Garbled) as caught:
            reach(simulated, transport="udp").read_log()
        assert caught.value.params["reason"] == "short"


def test_row_20_state_and_verify_mode_stand_where_the_layout_has_them() -> None:
    """Row 20: pyzk has them the wrong way round with 16 bytes, and right with 40."""
    for layout in ("zk16", "zk40"):
        terminal = serve(layout, 0)
        terminal.punch("1001", datetime(2026, 6, 1, 7, 30), state=1, verify=15)
        terminal.punch("1002", datetime(2026, 6, 1, 7, 31), state=0, verify=1)
        with terminal.running() as simulated:
            plain = run_pyzk(plain_pyzk.attendance, simulated.port).value
            swapped = [(pin, at, verify, state) for pin, at, state, verify in true_rows(simulated)]
            assert plain == (swapped if layout == "zk16" else true_rows(simulated))
            assert ours(simulated) == true_rows(simulated)


def test_row_21_punches_of_people_who_left_keep_their_number(sqlite_database: Database) -> None:
    """Row 21: 8-byte records hold only the place in the table; pyzk gives a place's old punches to its new holder."""
    users = [(1, "1001", "An"), (2, "1002", "Ba")]
    terminal = SimulatedTerminal(layout="zk8a", users=users)
    for day in range(1, 20):
        terminal.punch("1001", datetime(2026, 3, day, 7, 30))
        terminal.punch("1002", datetime(2026, 3, day, 7, 31))
    with terminal.running() as simulated:
        build_office(sqlite_database, addresses={"T-A": simulated.port})
        puller = puller_for(sqlite_database)
        assert puller.pull("T-A").outcome == "ok"
        simulated.remove_user(2)
        assert puller.pull("T-A", full=True).outcome == "ok"
        simulated.put_user(1, "1009", "Người mới")
        simulated.punch("1009")
        assert puller.pull("T-A", full=True).outcome == "ok"
        plain = run_pyzk(plain_pyzk.attendance, simulated.port).value
        assert {pin for pin, *_ in plain} == {"1009", "2"}
        assert len(plain) == 39
        assert stored_punches(sqlite_database) == truth_of(simulated)
        assert {punch.pin for punch in simulated.truth} == {"1001", "1002", "1009"}


def test_row_22_a_log_that_is_read_again_brings_nothing_new(sqlite_database: Database) -> None:
    """Row 22: pyzk hands over the whole log each time; ours files each punch once."""
    with serve("zk16", 150).running() as simulated:
        build_office(sqlite_database, addresses={"T-A": simulated.port})
        puller = puller_for(sqlite_database)
        plain = [run_pyzk(plain_pyzk.attendance, simulated.port).value for _ in range(2)]
        assert plain[0] == plain[1]
        assert len(plain[0]) == 150
        filed = [puller.pull("T-A", full=full) for full in (False, False, True)]
        assert [each.new for each in filed] == [len(truth_of(simulated)), 0, 0]
        assert stored_punches(sqlite_database) == truth_of(simulated)


def test_row_29_terminals_with_different_alphabets_do_not_disturb_each_other() -> None:
    """Row 29: pyzk keeps the alphabet in a class variable; ours reads the names of each terminal by their bytes."""
    plain = run_pyzk(plain_pyzk.two_encodings, 4370, encoding="GB2312")
    assert plain.value == ("GB2312", "UTF-8", "王伟".encode())
    chinese, vietnamese = "王伟".encode("gb2312"), "Bùi Đức".encode()
    with (
        SimulatedTerminal(users=[(1, "1", chinese), (2, "2", "李娜".encode("gb2312"))]).running() as first,
        SimulatedTerminal(users=[(1, "1", vietnamese)]).running() as second,
    ):
        garbled = run_pyzk(plain_pyzk.users, first.port).value
        assert garbled[0][2] != "王伟"
        for _ in range(2):
            for simulated, raw, name in ((first, chinese, "王伟"), (second, vietnamese, "Bùi Đức")):
                users = reach(simulated, limits=PATIENT).read_log().users
                assert users is not None
                assert (users[0].name_bytes, users[0].name) == (raw, name)


@pytest.mark.parametrize("layout", ["zk16", "zk40"])
def test_row_30_nobody_is_given_an_invented_name(layout: str) -> None:
    """Row 30: pyzk writes 'NN-9' where the table has no name, and hands passwords over in clear text."""
    with serve(layout, 30, users=[(1, "1001", ""), (2, "9", "Lê")]).running() as simulated:
        plain = run_pyzk(plain_pyzk.users, simulated.port).value
        assert [name for _, _, name, _ in plain] == ["NN-1001", "Lê"]
        assert all(password for *_, password in plain)
        users = reach(simulated).read_log().users
        assert users is not None
        assert [(user.pin, user.name) for user in users] == [("1001", ""), ("9", "Lê")]
        assert not any(password in repr(users) for *_, password in plain)


def test_the_sample_of_a_log_is_the_truth_it_is_compared_with() -> None:
    """The words of both sides mean the same, so that the comparisons above can fail."""
    with serve("zk40", 50, fault=Fault("grow", amount=3)).running() as simulated:
        plain = run_pyzk(plain_pyzk.attendance, simulated.port).value
        assert plain == true_rows(simulated)
        assert len(plain) == 53
