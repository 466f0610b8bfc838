"""The intake: whatever a terminal or a file claims lands once, with its bytes, and is counted to the last record."""

from __future__ import annotations

import hashlib
import threading
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from attendance.store import office
from attendance.store.database import Database
from attendance.store.tables import TerminalRow
from tests import builders
from tests.builders import (
    MONDAY,
    assert_counted,
    bad_date,
    bring,
    build_office,
    coverage,
    export_of,
    file_body,
    keys_of,
    pulls,
    record,
    records,
    stored_punches,
)

DEVICE = Path(__file__).parents[3] / "shared" / "data" / "ph_province_device1_attlog.dat"
EVENING = datetime(2026, 3, 2, 18)
RECEIVED = datetime(2026, 3, 8, 3, tzinfo=UTC)


# pulls ---------------------------------------------------------------------------------------------------------------


def test_a_first_pull_keeps_every_punch_in_order_with_the_bytes_it_came_in(any_database: Database) -> None:
    build_office(any_database)
    body = records(300)
    filed = file_body(any_database, body)
    assert (filed.outcome, filed.read, filed.new, filed.repeated, filed.quarantined) == ("ok", 300, 300, 0, 0)
    assert stored_punches(any_database) == keys_of(body)
    [pull] = pulls(any_database)
    assert pull.payload == body
    assert (pull.row.payload_from, pull.row.log_bytes) == (0, len(body))
    assert pull.row.log_digest == hashlib.sha256(body).hexdigest()
    assert (pull.row.serial, pull.row.format, pull.row.read, pull.row.new) == (builders.SERIAL, "zk40", 300, 300)


def test_an_unchanged_log_stores_nothing_but_that_it_was_read(any_database: Database) -> None:
    build_office(any_database)
    body = records(300)
    file_body(any_database, body, read_at=EVENING)
    again = file_body(any_database, body, read_at=EVENING + timedelta(hours=1))
    assert (again.outcome, again.read, again.new, again.repeated) == ("ok", 300, 0, 300)
    assert builders.count(any_database, "punch_block") == 1
    _, second = pulls(any_database)
    assert second.row.payload is None
    assert second.row.log_digest == hashlib.sha256(body).hexdigest()
    assert again.complete_until == EVENING + timedelta(hours=1)


def test_new_punches_behind_a_known_log_are_filed_alone(any_database: Database) -> None:
    build_office(any_database)
    body = records(1100)
    file_body(any_database, body[: 1000 * 40])
    filed = file_body(any_database, body)
    assert (filed.outcome, filed.read, filed.new, filed.repeated) == ("ok", 1100, 100, 1000)
    _, second = pulls(any_database)
    assert (second.payload, second.row.payload_from) == (body[1000 * 40 :], 1000 * 40)
    assert second.row.log_digest == hashlib.sha256(body).hexdigest()
    assert stored_punches(any_database) == keys_of(body)
    assert builders.rows(any_database, "SELECT first_sequence, count FROM punch_block ORDER BY id") == [
        (1, 1000),
        (1001, 100),
    ]


def test_the_bytes_of_all_pulls_joined_are_the_log(any_database: Database) -> None:
    build_office(any_database)
    body = records(90)
    for end in (10, 10, 47, 48, 90):
        file_body(any_database, body[: end * 40])
    joined = bytearray()
    for pull in pulls(any_database):
        joined[pull.row.payload_from :] = pull.payload or joined[pull.row.payload_from :]
        assert hashlib.sha256(joined).hexdigest() == pull.row.log_digest
    assert bytes(joined) == body


def test_a_full_reading_of_a_known_log_finds_nothing_new(any_database: Database) -> None:
    build_office(any_database)
    body = records(300)
    file_body(any_database, body)
    filed = file_body(any_database, body, full=True)
    assert (filed.outcome, filed.read, filed.new, filed.repeated) == ("ok", 300, 0, 300)
    assert stored_punches(any_database) == keys_of(body)


def test_a_cleared_log_is_named_keeps_the_past_and_begins_a_new_completeness(any_database: Database) -> None:
    build_office(any_database)
    old, new = records(50), records(20, first=datetime(2026, 3, 4, 7, 20))
    file_body(any_database, old, read_at=EVENING)
    filed = file_body(any_database, new, read_at=datetime(2026, 3, 4, 12))
    assert (filed.outcome, filed.read, filed.new, filed.repeated) == ("changed", 20, 20, 0)
    assert "T-A" in filed.message
    assert "cleared or edited" in filed.message
    assert stored_punches(any_database) == keys_of(old) + keys_of(new)
    assert coverage(any_database) == [
        (MONDAY, EVENING),
        (datetime(2026, 3, 4, 7, 20), datetime(2026, 3, 4, 12)),
    ]
    after = file_body(any_database, new, read_at=datetime(2026, 3, 4, 13))
    assert (after.outcome, after.new) == ("ok", 0)
    assert coverage(any_database)[1] == (datetime(2026, 3, 4, 7, 20), datetime(2026, 3, 4, 13))


def test_a_log_found_empty_after_clearing_is_an_alarm_once_and_complete_from_then_on(any_database: Database) -> None:
    build_office(any_database)
    file_body(any_database, records(50), read_at=EVENING)
    times = [datetime(2026, 3, 4, hour) for hour in (6, 7, 8)]
    outcomes = [file_body(any_database, b"", read_at=at).outcome for at in times]
    assert outcomes == ["changed", "ok", "ok"]
    later = records(4, first=datetime(2026, 3, 4, 9))
    filed = file_body(any_database, later, read_at=datetime(2026, 3, 4, 10))
    assert (filed.outcome, filed.new) == ("ok", 4)
    assert coverage(any_database) == [(MONDAY, EVENING), (times[0], datetime(2026, 3, 4, 10))]


def test_a_record_altered_in_the_middle_is_named_and_both_versions_stay(any_database: Database) -> None:
    build_office(any_database)
    body = bytearray(records(50))
    file_body(any_database, bytes(body))
    truth = keys_of(bytes(body))
    forged = record("1002", MONDAY - timedelta(minutes=5), uid=26)
    body[25 * 40 : 26 * 40] = forged
    filed = file_body(any_database, bytes(body), read_at=EVENING)
    assert (filed.outcome, filed.read, filed.new, filed.repeated) == ("changed", 50, 1, 49)
    assert stored_punches(any_database) == truth + keys_of(forged)


@pytest.mark.parametrize("taken", [slice(0, 10), slice(20, 30), slice(40, 50)])
def test_a_log_that_lost_records_is_told_from_one_that_turned_over(any_database: Database, taken: slice) -> None:
    """A full terminal drops its oldest records; any others only vanish when somebody takes them out."""
    build_office(any_database)
    body = records(60)
    file_body(any_database, body[: 50 * 40])
    cut = [body[n * 40 : n * 40 + 40] for n in range(60) if n not in range(50)[taken]]
    filed = file_body(any_database, b"".join(cut))
    assert filed.outcome == ("ok" if taken.start == 0 else "changed")
    assert (filed.read, filed.new, filed.repeated) == (50, 10, 40)
    assert stored_punches(any_database) == keys_of(body)


def test_a_ring_buffer_that_turned_over_continues_the_completeness(any_database: Database) -> None:
    build_office(any_database)
    body = records(60)
    file_body(any_database, body[: 50 * 40], read_at=EVENING)
    file_body(any_database, body[10 * 40 :], read_at=EVENING + timedelta(days=1))
    assert coverage(any_database) == [(MONDAY, EVENING + timedelta(days=1))]


def test_identical_punches_of_one_second_land_once(any_database: Database) -> None:
    build_office(any_database)
    body = record("1001", MONDAY) * 3 + record("1001", MONDAY, state=1) + record("1001", MONDAY, verify=15)
    filed = file_body(any_database, body)
    assert (filed.read, filed.new, filed.repeated) == (5, 3, 2)
    assert stored_punches(any_database) == list(dict.fromkeys(keys_of(body)))


# what cannot be believed ---------------------------------------------------------------------------------------------


def test_dates_that_cannot_be_are_kept_apart_with_their_bytes_and_reason(any_database: Database) -> None:
    build_office(any_database)
    bad = record("1001", bad_date(), uid=7)
    early = record("1002", datetime(2005, 5, 5, 8), uid=8)
    ahead = record("1003", EVENING + timedelta(hours=24, seconds=1), uid=9)
    just = record("1003", EVENING + timedelta(hours=24), uid=10)
    body = records(3) + bad + early + ahead + just
    filed = file_body(any_database, body, read_at=EVENING)
    assert_counted(filed)
    assert (filed.new, filed.quarantined) == (4, 3)
    assert filed.reasons == {"bad_time": 1, "before_first_sane_date": 1, "in_the_future": 1}
    kept = builders.rows(any_database, "SELECT position, record, reason FROM quarantine ORDER BY position")
    assert [(place, bytes(raw), reason) for place, raw, reason in kept] == [
        (3, bad, "bad_time"),
        (4, early, "before_first_sane_date"),
        (5, ahead, "in_the_future"),
    ]
    assert stored_punches(any_database) == keys_of(records(3) + just)


@pytest.mark.parametrize("full", [False, True])
def test_reading_them_again_keeps_them_once(any_database: Database, full: bool) -> None:
    build_office(any_database)
    body = records(3) + record("1001", bad_date(), uid=7) + record("1002", datetime(2005, 5, 5, 8), uid=8)
    file_body(any_database, body, read_at=EVENING)
    filed = file_body(any_database, body, read_at=EVENING, full=full)
    assert_counted(filed)
    assert (filed.read, filed.new, builders.count(any_database, "quarantine")) == (5, 0, 2)


def test_a_punch_dated_ahead_does_not_become_believable_by_waiting(any_database: Database) -> None:
    """It was quarantined when it was received; that its date has come by the nightly reading proves nothing."""
    build_office(any_database)
    ahead = record("1003", EVENING + timedelta(days=3), uid=9)
    body = records(3) + ahead
    file_body(any_database, body, read_at=EVENING)
    filed = file_body(any_database, body, read_at=EVENING + timedelta(days=4), full=True)
    assert_counted(filed)
    assert (filed.new, filed.quarantined) == (0, 1)
    assert stored_punches(any_database) == keys_of(records(3))
    assert builders.count(any_database, "quarantine") == 1


# files ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("file_first", [True, False])
def test_the_same_punches_by_file_and_by_pull_land_once(any_database: Database, file_first: bool) -> None:
    build_office(any_database)
    body = records(200)
    data = export_of(keys_of(body[: 150 * 40]))
    both = (lambda: bring(any_database, data), lambda: file_body(any_database, body))
    first, second = [take() for take in (both if file_first else both[::-1])]
    assert_counted(first)
    assert_counted(second)
    assert first.new + second.new == 200
    assert second.repeated == 150
    assert set(stored_punches(any_database)) == set(keys_of(body))
    assert len(stored_punches(any_database)) == 200
    assert {pull.row.outcome for pull in pulls(any_database)} == {"ok"}


def test_a_file_keeps_its_own_bytes_and_the_second_time_nothing(any_database: Database) -> None:
    build_office(any_database)
    data = export_of(keys_of(records(30)))
    filed, again = bring(any_database, data), bring(any_database, data)
    assert (filed.read, filed.new, again.read, again.new, again.repeated) == (30, 30, 30, 0, 30)
    first, second = pulls(any_database)
    assert (first.payload, second.payload) == (data, b"")
    assert first.row.log_digest == second.row.log_digest == hashlib.sha256(data).hexdigest()
    assert (first.row.source, first.row.format, first.row.file_name) == ("file", "attlog", "x.dat")


def test_rows_of_a_file_that_cannot_be_believed_are_counted_and_kept(any_database: Database) -> None:
    build_office(any_database)
    data = (
        export_of(keys_of(records(5)))
        + b"1001\t2026-02-31 08:00:00\t1\t0\t1\t0\r\n"
        + b"1001\t2003-01-05 08:00:00\t1\t0\t1\t0\r\n"
    )
    filed = bring(any_database, data)
    assert_counted(filed)
    assert (filed.read, filed.new, filed.quarantined) == (7, 5, 2)
    assert filed.reasons == {"bad_time": 1, "before_first_sane_date": 1}
    again = bring(any_database, data)
    assert_counted(again)
    assert (again.new, again.quarantined, builders.count(any_database, "quarantine")) == (0, 2, 2)


def test_the_export_of_a_real_terminal_is_taken_to_the_last_row(sqlite_database: Database) -> None:
    if not DEVICE.exists():
        pytest.skip("the shared folder with real exports is not here")
    build_office(sqlite_database)
    data = DEVICE.read_bytes()
    received = datetime(2027, 1, 1, tzinfo=UTC)
    filed, again = bring(sqlite_database, data, at=received), bring(sqlite_database, data, at=received)
    assert_counted(filed)
    assert (filed.read, filed.new + filed.repeated, filed.quarantined) == (11_902, 11_902, 0)
    assert (again.read, again.new, again.repeated) == (11_902, 0, 11_902)
    assert len(stored_punches(sqlite_database)) == filed.new == len(set(stored_punches(sqlite_database)))


# days to judge again, identity, failures -----------------------------------------------------------------------------


def test_new_punches_mark_the_days_of_their_people_and_coverage_those_of_all(any_database: Database) -> None:
    build_office(any_database, people=3)
    file_body(any_database, records(10, people=1), read_at=EVENING)
    builders.clear_marks(any_database)
    body = records(10, people=1) + record("1002", datetime(2026, 2, 20, 8))  # an old one, long kept back
    file_body(any_database, body, read_at=EVENING + timedelta(hours=1))
    days = builders.marked(any_database)
    around = {("E2", date(2026, 2, 20) + timedelta(days=n)) for n in (-1, 0, 1)}
    assert around <= days
    assert {("E1", date(2026, 2, 20)), ("E3", date(2026, 2, 20))}.isdisjoint(days)
    assert {(f"E{n}", EVENING.date()) for n in (1, 2, 3)} <= days


def test_the_serial_number_is_learned_once(any_database: Database) -> None:
    build_office(any_database)
    file_body(any_database, records(3), serial="FIRST")
    file_body(any_database, records(3), serial="FIRST")
    with any_database.reading() as session:
        assert office.get(session, TerminalRow, "T-A").serial == "FIRST"


def test_two_terminals_with_the_same_numbers_stay_apart(any_database: Database) -> None:
    build_office(any_database, terminals=("T-A", "T-B"))
    body = records(20)
    assert file_body(any_database, body, terminal="T-A").new == 20
    assert file_body(any_database, body, terminal="T-B").new == 20
    assert stored_punches(any_database, "T-A") == stored_punches(any_database, "T-B") == keys_of(body)


def test_several_processes_that_file_the_same_first_reading_at_once_store_it_once(any_database: Database) -> None:
    build_office(any_database)
    body, filed, gate = records(500), [], threading.Barrier(4)

    def file() -> None:
        gate.wait()
        filed.append(file_body(any_database, body))

    threads = [threading.Thread(target=file) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert sorted(one.new for one in filed) == [0, 0, 0, 500]
    assert {one.outcome for one in filed} == {"ok"}
    assert stored_punches(any_database) == keys_of(body)
    assert builders.count(any_database, "pull") == 4
