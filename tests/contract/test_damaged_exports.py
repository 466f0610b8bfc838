"""Damaged exports through the whole intake: exact counts of read, new, repeated and quarantined, nothing invented."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from attendance import clock
from attendance.store.database import Database
from device_sync.files import read_export
from device_sync.intake import Filed
from device_sync.previewing import Preview, preview_export
from tests import builders, damaged_exports
from tests.builders import ZONE, assert_counted, bring, build_office, coverage, keys_of, marked, stored_punches

REAL = Path(__file__).parents[3] / "shared" / "data"
RECEIVED = datetime(2026, 11, 20, 3, tzinfo=UTC)
TRUTH, ODD = damaged_exports.truth(), damaged_exports.rubbish()


def preview(database: Database, data: bytes, terminal: str | None = "T-A") -> Preview:
    return preview_export(database, terminal, read_export(data, source="x"), zone=ZONE, received_at=RECEIVED)


def take(database: Database, data: bytes) -> Filed:
    """Preview, then import: both must say the same, and the preview must leave nothing behind."""
    tables = ("pull", "punch_block", "quarantine", "coverage", "dirty_day")
    before = [builders.count(database, table) for table in tables]
    seen = preview(database, data)
    assert [builders.count(database, table) for table in tables] == before
    filed = bring(database, data, at=RECEIVED)
    assert_counted(filed)
    assert (seen.rows, seen.new, seen.suspect) == (filed.read, filed.new, filed.quarantined)
    assert seen.repeated_in_file + seen.stored == filed.repeated
    assert {reason: found.count for reason, found in seen.reasons.items()} == filed.reasons
    return filed


def counts(filed: Filed) -> tuple[int, int, int, int]:
    return filed.read, filed.new, filed.repeated, filed.quarantined


def test_330_rubbish_rows_among_10943(any_database: Database) -> None:
    build_office(any_database)
    filed = take(any_database, damaged_exports.export(TRUTH, ODD))
    assert counts(filed) == (10_943, 10_613, 0, 330)
    assert filed.reasons == {"bad_time": 210, "before_first_sane_date": 60, "broken_row": 60}
    assert stored_punches(any_database) == TRUTH
    assert builders.count(any_database, "quarantine") == 330
    kept = Counter(bytes(record) for (record,) in builders.rows(any_database, "SELECT record FROM quarantine"))
    readable = [item.row for item in ODD if item.reason != "before_first_sane_date"]
    assert not Counter(readable) - kept, "what could not be read is kept as it stood in the file"


def test_an_earlier_export_then_a_later_one_that_holds_it(any_database: Database) -> None:
    build_office(any_database)
    early = take(any_database, damaged_exports.export(TRUTH[:8000], ODD[:120]))
    assert counts(early) == (8120, 8000, 0, 120)
    assert preview(any_database, damaged_exports.export(TRUTH, ODD)).new == 2613
    later = take(any_database, damaged_exports.export(TRUTH, ODD))
    assert counts(later) == (10_943, 2613, 8000, 330)
    assert stored_punches(any_database) == TRUTH
    assert builders.count(any_database, "quarantine") == 330, "rubbish of the earlier file is not kept twice"
    again = take(any_database, damaged_exports.export(TRUTH, ODD))
    assert counts(again) == (10_943, 0, 10_613, 330)
    assert stored_punches(any_database) == TRUTH


def test_whole_prefixes_that_stand_there_again(sqlite_database: Database) -> None:
    build_office(sqlite_database)
    body = damaged_exports.export(TRUTH[:5000], ODD[:30])
    data = damaged_exports.export(TRUTH[:1200], []) + damaged_exports.export(TRUTH[:3300], ODD[:30]) + body
    seen = preview(sqlite_database, data)
    assert (seen.repeated_in_file, seen.stored, seen.jumps_total) == (4500, 0, 0)
    assert counts(take(sqlite_database, data)) == (9560, 5000, 4500, 60)
    assert stored_punches(sqlite_database) == TRUTH[:5000]
    assert builders.count(sqlite_database, "quarantine") == 30 * 2


@pytest.mark.parametrize("hole", [bytes(4096), bytes(65_536), bytes(10)])
def test_zero_blocks_glued_to_half_rows(sqlite_database: Database, hole: bytes) -> None:
    build_office(sqlite_database)
    rows = [damaged_exports.line(key) for key in TRUTH[:1000]]
    rows[100] = rows[100][:17] + hole  # cut, and its end lost
    rows[300] = hole + rows[300][14:]  # the rest of a row behind the hole
    rows[500] = rows[500] + hole + rows[500][:12]  # whole, then the same row begins anew
    rows[700] = hole + rows[700]  # whole behind the hole
    rows[900] = rows[900][:9] + hole + rows[900][20:]
    data = b"\n".join(rows) + b"\n"
    filed = take(sqlite_database, data)
    assert filed.reasons == {"nul_block": 5}
    assert counts(filed) == (1002, 997, 0, 5)
    lost = {100, 300, 900}
    assert stored_punches(sqlite_database) == [key for n, key in enumerate(TRUTH[:1000]) if n not in lost]


def test_what_came_by_pull_comes_no_more_by_stick(any_database: Database) -> None:
    build_office(any_database)
    body = builders.records(400)
    builders.file_body(any_database, body)
    keys = keys_of(body)
    later = [("1001", keys[-1][1] + 60 * n, 0, 1) for n in range(1, 26)]
    filed = take(any_database, damaged_exports.export(keys + later, ODD))
    assert counts(filed) == (400 + 25 + 330, 25, 400, 330)
    assert stored_punches(any_database) == keys + later


def test_a_clock_that_falls_back_is_shown_with_its_line(sqlite_database: Database) -> None:
    build_office(sqlite_database)
    keys = TRUTH[:10] + [(pin, wall - 120 * 86_400, state, verify) for pin, wall, state, verify in TRUTH[10:20]]
    seen = preview(sqlite_database, damaged_exports.export(keys, []))
    [jump] = seen.jumps
    assert (jump.line, seen.jumps_total) == (11, 1)
    assert (clock.wall_seconds(jump.before), clock.wall_seconds(jump.after)) == (keys[9][1], keys[10][1])


def test_a_preview_names_lines_numbers_and_span(sqlite_database: Database) -> None:
    build_office(sqlite_database)
    keys = [("1001", TRUTH[0][1], 0, 1), ("9", TRUTH[1][1], 0, 1), ("77", TRUTH[2][1], 0, 1)]
    data = b"\n" + damaged_exports.export(keys, []) + ODD[0].row + b"\n" + ODD[215].row + b"\n"
    seen = preview(sqlite_database, data)
    assert (seen.format, seen.rows, seen.readable, seen.new) == ("attlog", 5, 4, 3)
    assert {reason: found.lines for reason, found in seen.reasons.items()} == {
        "bad_time": (5,),
        "before_first_sane_date": (6,),
    }
    assert (seen.pins, seen.strangers, seen.strangers_total) == (3, ("9", "77"), 2)
    assert seen.first is not None
    assert seen.last is not None
    assert (clock.wall_seconds(seen.first), clock.wall_seconds(seen.last)) == (keys[0][1], keys[2][1])
    unknown = preview(sqlite_database, data, terminal=None)
    assert replace(unknown, strangers=seen.strangers, strangers_total=2) == seen
    assert unknown.strangers == ("9", "77", "1001")


def test_a_list_of_a_program_covers_no_time_but_its_punches_count(sqlite_database: Database) -> None:
    build_office(sqlite_database)
    data = b"AC-No.,Time,State\n1001,2026-03-03 07:20:00,C/In\n1001,2026-03-03 17:02,C/Out\n"
    before = coverage(sqlite_database)
    builders.clear_marks(sqlite_database)
    filed = take(sqlite_database, data)
    assert counts(filed) == (2, 2, 0, 0)
    assert coverage(sqlite_database) == before
    assert ("E1", datetime(2026, 3, 3).date()) in marked(sqlite_database)
    assert {person for person, _ in marked(sqlite_database)} == {"E1"}


@pytest.mark.skipif(not REAL.is_dir(), reason="the folder of real exports (../shared/data) is not on this machine")
@pytest.mark.parametrize(
    ("name", "rows", "repeated", "quarantined", "jumps"),
    [
        ("ph_province_device1_attlog.dat", 11_902, 0, 0, 0),
        ("hrapp_company_attlog.dat", 4506, 0, 0, 0),
        ("ru_workshop_state255_attlog_older.dat", 14_199, 0, 21, 4),
        ("vn_company_agl_001.txt", 1446, 0, 791, 1),
    ],
)
def test_real_exports_by_halves_and_whole(
    sqlite_database: Database, name: str, rows: int, repeated: int, quarantined: int, jumps: int
) -> None:
    build_office(sqlite_database)
    data = (REAL / name).read_bytes()
    seen = preview(sqlite_database, data)
    lines = data.splitlines(keepends=True)
    half = take(sqlite_database, b"".join(lines[: len(lines) // 2]))
    whole = take(sqlite_database, data)
    assert half.new + whole.new == seen.new
    assert whole.repeated == half.new + seen.repeated_in_file
    assert (seen.rows, seen.repeated_in_file, seen.suspect, seen.jumps_total) == (rows, repeated, quarantined, jumps)
    assert counts(take(sqlite_database, data)) == (rows, 0, rows - quarantined, quarantined)
