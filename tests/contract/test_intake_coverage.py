"""Completeness: from when to when a terminal was truly read, for on it rests whether somebody was absent."""

from __future__ import annotations

import itertools
from datetime import datetime, timedelta

from attendance import clock
from attendance.store import intake_log
from attendance.store.database import Database
from tests import builders
from tests.builders import MONDAY, bring, build_office, coverage, export_of, file_body, keys_of, pulls, records

EVENING = datetime(2026, 3, 2, 18)


def test_the_watermark_of_a_terminal_nobody_read_is_unknown(any_database: Database) -> None:
    build_office(any_database)
    with any_database.reading() as session:
        assert intake_log.watermark(session, 1) is None


def test_pulls_join_to_one_span_that_begins_with_the_log(any_database: Database) -> None:
    build_office(any_database)
    body = records(100)
    file_body(any_database, body[: 50 * 40], read_at=EVENING)
    filed = file_body(any_database, body, read_at=EVENING + timedelta(days=2))
    assert coverage(any_database) == [(MONDAY, EVENING + timedelta(days=2))]
    assert filed.complete_until == EVENING + timedelta(days=2)


def test_what_was_known_to_be_read_at_a_moment_has_no_gaps_between_pulls(any_database: Database) -> None:
    """The filed pulls alone, joined, say the same as the spans of today: `as_of` is answered from them."""
    build_office(any_database)
    body = records(100, step_seconds=4 * 3600)
    for n in (10, 10, 40, 100):
        file_body(any_database, body[: n * 40])
    found = [(pull.row.complete_from, pull.row.complete_until) for pull in pulls(any_database)]
    assert all(later[0] <= earlier[1] for earlier, later in itertools.pairwise(found))
    assert [(found[0][0], found[-1][1])] == coverage(any_database)


def test_a_fast_clock_does_not_make_the_span_begin_in_the_terminals_time(any_database: Database) -> None:
    build_office(any_database)
    file_body(any_database, records(10), read_at=EVENING, offset=420)
    assert coverage(any_database) == [(MONDAY - timedelta(seconds=420), EVENING)]
    assert builders.rows(any_database, "SELECT offset_seconds FROM clock_span") == [(420,)]


def test_a_file_covers_from_its_first_to_its_last_row(any_database: Database) -> None:
    build_office(any_database)
    keys = keys_of(records(10, step_seconds=3600))
    filed = bring(any_database, export_of(keys))
    assert coverage(any_database) == [(MONDAY, MONDAY + timedelta(hours=9))]
    assert filed.complete_until == MONDAY + timedelta(hours=9)


def test_a_file_between_two_pulls_leaves_no_gap(any_database: Database) -> None:
    build_office(any_database)
    body = records(60, step_seconds=3600)
    file_body(any_database, body[: 10 * 40], read_at=EVENING)
    bring(any_database, export_of(keys_of(body[30 * 40 : 40 * 40])))
    file_body(any_database, body, read_at=EVENING + timedelta(days=3))
    assert coverage(any_database) == [(MONDAY, EVENING + timedelta(days=3))]


def test_a_first_pull_after_a_file_covers_its_own_log_only(any_database: Database) -> None:
    """What lies between the file and the beginning of the terminal's log was read by nobody: no absence may follow."""
    build_office(any_database)
    old, new = records(10), records(10, first=datetime(2026, 3, 5, 7, 25))
    bring(any_database, export_of(keys_of(old)))
    file_body(any_database, new, read_at=datetime(2026, 3, 5, 18))
    assert coverage(any_database) == [
        (MONDAY, clock.from_wall_seconds(keys_of(old)[-1][1])),
        (datetime(2026, 3, 5, 7, 25), datetime(2026, 3, 5, 18)),
    ]


def test_a_first_pull_that_goes_further_back_than_a_file_covers_all_of_its_log(any_database: Database) -> None:
    build_office(any_database)
    body = records(60, step_seconds=3600)
    bring(any_database, export_of(keys_of(body[30 * 40 : 40 * 40])))
    file_body(any_database, body, read_at=datetime(2026, 3, 6, 18))
    assert coverage(any_database) == [(MONDAY, datetime(2026, 3, 6, 18))]
