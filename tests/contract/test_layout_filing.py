"""Every record layout filed: whose punches they are, each once however often the log is read, rubbish kept apart."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from attendance.store import office, terminal_profiles, terminal_users
from attendance.store.database import Database
from attendance.store.tables import TerminalRow
from device_sync import wire
from device_sync.layouts import PUNCH_LAYOUTS, pack_punch
from device_sync.simulator import SimulatedTerminal, load_records
from tests.builders import build_office, count, puller_for, stored_punches

EVERY = pytest.mark.parametrize("layout", sorted(PUNCH_LAYOUTS))
PLACES = pytest.mark.parametrize("layout", ["zk8a", "zk8b"])


@EVERY
def test_a_layout_is_learned_filed_and_read_again_without_a_second_punch(any_database: Database, layout: str) -> None:
    records = load_records(400, users=20, layout=layout)
    with SimulatedTerminal(records=records, layout=layout, users=20).running() as simulated:
        build_office(any_database, addresses={"T-A": simulated.port})
        puller = puller_for(any_database)
        first = puller.pull("T-A")
        assert (first.outcome, first.new) == ("ok", len({*simulated.truth}))
        simulated.punch("1003", state=1, verify=15)
        second, third = puller.pull("T-A"), puller.pull("T-A", full=True)
        assert [(each.outcome, each.new) for each in (second, third)] == [("ok", 1), ("ok", 0)]
        stored = stored_punches(any_database)
        assert [pin for pin, *_ in stored] == [p.pin for p in dict.fromkeys(simulated.truth)]
        assert count(any_database, "quarantine") == 0
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
        build_office(any_database, addresses={"T-A": simulated.port})
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
            kept = terminal_users.rows_of(session, office.key(office.get(session, TerminalRow, "T-A")))
            rows = [(row.uid, row.pin, row.until is None) for row in kept]
        assert rows == [(5, "1001", False), (6, "1002", True), (5, "2001", False), (5, "3001", True)]


@PLACES
def test_a_place_nobody_holds_gets_nobody_elses_number(any_database: Database, layout: str) -> None:
    time = wire.encode_time(datetime(2026, 3, 2, 8, 0))
    form = PUNCH_LAYOUTS[layout]
    records = b"".join(pack_punch(form, uid, str(uid), 1, time + uid, 0) for uid in (7, 8, 9))
    users = [(9, "8", "An")]
    with SimulatedTerminal(records=records, layout=layout, users=users).running() as simulated:
        build_office(any_database, addresses={"T-A": simulated.port})
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
        build_office(any_database, addresses={"T-A": simulated.port})
        puller = puller_for(any_database)
        first, again = puller.pull("T-A"), puller.pull("T-A", full=True)
        assert first.new + first.repeated + first.quarantined == first.read == 310
        assert (first.quarantined, again.quarantined, again.new) == (10, 10, 0)
        assert count(any_database, "quarantine") == 10
        assert {pin for pin, *_ in stored_punches(any_database)} <= {str(1001 + n) for n in range(20)}


def test_a_layout_that_was_set_wrongly_is_compared_whole_after_it_is_corrected(any_database: Database) -> None:
    """The tail alone would be filed in the new layout while the old part was read in another."""
    records = bytes.fromhex("0100013100303131") * 3
    with SimulatedTerminal(records=records, layout="zk8b", users=3).running() as simulated:
        build_office(any_database, addresses={"T-A": simulated.port})
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
    users = [(1, "1001", "Trần Ánh Nguyệt"), (2, "1002", "Lê")]
    with SimulatedTerminal(records=load_records(5), users=users, user_layout="user28").running() as simulated:
        build_office(any_database, addresses={"T-A": simulated.port})
        assert puller_for(any_database).pull("T-A").outcome == "ok"
    with any_database.reading() as session:
        kept = terminal_users.rows_of(session, office.key(office.get(session, TerminalRow, "T-A")))
        rows = [(row.pin, row.name, bytes(row.name_bytes), row.since) for row in kept]
    assert rows == [("1001", "Trần ", "Trần Á".encode()[:8], None), ("1002", "Lê", "Lê".encode(), None)]
