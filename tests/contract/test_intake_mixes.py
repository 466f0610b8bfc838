"""Random lives of a terminal: read, read in full, cleared, edited, turned over, exported to a file, in any order."""

from __future__ import annotations

import random
import shutil
import tempfile
from datetime import datetime, timedelta
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from attendance import clock
from attendance.store.database import Database, sqlite_url
from device_sync.layouts import ZK40
from tests.builders import (
    MONDAY,
    ZONE,
    assert_counted,
    bad_date,
    bring,
    build_office,
    export_of,
    file_body,
    keys_of,
    record,
    stored_punches,
)

EVENING = datetime(2026, 3, 2, 18)

_STEP = st.tuples(
    st.sampled_from(["pull", "full", "file", "clear", "edit", "turn"]),
    st.lists(
        st.tuples(
            st.integers(0, 40), st.integers(0, 3), st.sampled_from([0, 1]), st.sampled_from(["", "bad", "early"])
        ),
        max_size=12,
    ),
)


@settings(max_examples=40, deadline=None)
@given(steps=st.lists(_STEP, min_size=1, max_size=8), seed=st.integers(0, 1000))
def test_whatever_happens_to_a_terminal_nothing_believable_is_lost_or_doubled(
    migrated_sqlite: Path, steps: list[tuple[str, list[tuple[int, int, int, str]]]], seed: int
) -> None:
    """Every punch any reading showed is stored exactly once, every reading is counted to the last record."""
    rng = random.Random(seed)
    folder = Path(tempfile.mkdtemp(prefix="attendance-intake-"))
    try:
        shutil.copyfile(migrated_sqlite, folder / "a.db")
        database = Database(sqlite_url(folder / "a.db"))
        build_office(database, people=1)
        body, shown, at = b"", set(), EVENING
        for what, punches in steps:
            at += timedelta(hours=1)
            if what == "clear":
                body = b""
            elif what == "turn":
                body = body[40 * rng.randint(0, len(body) // 40) :]
            elif what == "edit" and body:
                place = 40 * rng.randrange(len(body) // 40)
                body = (
                    body[:place] + record("1001", MONDAY + timedelta(seconds=rng.randint(0, 40))) + body[place + 40 :]
                )
            for second, pin, state, fault in punches:
                moment = {"bad": bad_date(), "early": datetime(2004, 1, 1, 0, 0, second)}.get(fault)
                body += record(str(1001 + pin), moment or MONDAY + timedelta(seconds=second), state)
            believable = [key for key in keys_of(body) if key[1] > 1_500_000_000]
            if what == "file":
                if not believable:
                    continue
                filed = bring(database, export_of(believable), at=clock.to_instant(at, ZONE))
                assert filed.read == len(believable)
            else:
                filed = file_body(database, body, read_at=at, full=what == "full")
                assert filed.read == len(body) // ZK40.size
            shown |= set(believable)
            assert_counted(filed)
            stored = stored_punches(database)
            assert len(stored) == len(set(stored))
            assert set(stored) == shown
        database.close()
    finally:
        shutil.rmtree(folder)
