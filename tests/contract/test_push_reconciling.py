"""What only the push or only the log says is found, kept and told; nothing is deleted for it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from attendance import clock
from attendance.errors import Invalid
from attendance.store.database import Database
from device_sync.push.reconciling import delete_old_photos, reconcile, reconcile_all
from tests import builders
from tests.builders import MONDAY, ZONE, Key, build_office, file_body, record, rows, stored_punches
from tests.contract.test_schedule import Pulling, timetable, wait_until
from tests.pushing import SERIAL, Ticking, approve, approved, keys, pushing_to


@pytest.fixture
def ticking() -> Ticking:
    return Ticking()


def body_of(punches: list[Key]) -> bytes:
    return b"".join(record(pin, clock.from_wall_seconds(wall), state, verify) for pin, wall, state, verify in punches)


def pull(database: Database, punches: list[Key], ticking: Ticking, **more: object) -> None:
    filed = file_body(database, body_of(punches), serial=SERIAL, read_at=ticking.wall, **more)  # type: ignore[arg-type]
    assert filed.outcome == "ok", filed.message


def as_punches(found: list[Key]) -> tuple[tuple[int, str, int, int], ...]:
    return tuple((wall, pin, state, verify) for pin, wall, state, verify in found)


def test_both_sides_agree(any_database: Database, ticking: Ticking) -> None:
    terminal = approved(any_database, ticking)
    terminal.punch(*keys(20))
    pull(any_database, terminal.log, ticking)
    found = reconcile(any_database, "T-A", zone=ZONE, at=ticking.at)
    assert (found.both, found.pushed_only, found.pulled_only) == (20, (), ())
    assert "agree on 20 punches" in found.sentence
    assert builders.count(any_database, "push_difference") == 0


@pytest.mark.parametrize("pulled_first", [True, False])
def test_each_side_alone_is_told_whichever_came_first(
    any_database: Database, ticking: Ticking, pulled_first: bool
) -> None:
    terminal = approved(any_database, ticking)
    everything = keys(20)
    forged = ("1002", everything[3][1] + 7, 0, 1)
    pushed = [*everything[:8], forged, *everything[10:]]  # two were never pushed
    if pulled_first:
        pull(any_database, everything, ticking)
    terminal.punch(*pushed)
    if not pulled_first:
        pull(any_database, everything, ticking)
    found = reconcile(any_database, "T-A", zone=ZONE, at=ticking.at)
    assert (found.both, found.pushed_only, found.pulled_only) == (
        18, as_punches([forged]), as_punches(everything[8:10])
    )  # fmt: skip
    assert "1 were pushed and are not in the log" in found.sentence
    assert sorted(stored_punches(any_database)) == sorted([*everything, forged])  # nothing is deleted
    reconcile(any_database, "T-A", zone=ZONE, at=ticking.at)
    assert rows(any_database, "SELECT side, pin FROM push_difference ORDER BY wall") == [
        ("pushed_only", "1002"), ("pulled_only", everything[8][0]), ("pulled_only", everything[9][0])
    ]  # fmt: skip
    terminal.punch(*everything[8:10])  # they come after all
    again = reconcile(any_database, "T-A", zone=ZONE, at=ticking.at)
    assert (len(again.pushed_only), again.pulled_only, again.settled) == (1, (), 2)


def test_a_pushed_punch_no_pull_has_read_past_yet_is_no_finding(any_database: Database, ticking: Ticking) -> None:
    terminal = approved(any_database, ticking)
    pull(any_database, keys(5), ticking)
    terminal.punch(*keys(5))
    ticking.pass_by(hours=1)
    terminal.punch(("1001", clock.wall_seconds(ticking.wall), 0, 1))
    ticking.pass_by(hours=1)
    found = reconcile(any_database, "T-A", zone=ZONE, at=ticking.at)
    assert (found.both, found.pushed_only) == (5, ())
    pull(any_database, keys(5), ticking)
    ticking.pass_by(hours=1)
    assert len(reconcile(any_database, "T-A", zone=ZONE, at=ticking.at).pushed_only) == 1


def test_what_lies_before_the_log_begins_is_no_finding(any_database: Database, ticking: Ticking) -> None:
    terminal = approved(any_database, ticking)
    terminal.punch(*keys(30))
    pull(any_database, keys(30)[20:], ticking)  # a full terminal lost its oldest
    assert reconcile(any_database, "T-A", zone=ZONE, at=ticking.at).pushed_only == ()


def test_what_was_pulled_before_the_approval_is_no_finding(any_database: Database, ticking: Ticking) -> None:
    build_office(any_database)
    terminal = pushing_to(any_database, ticking)
    terminal.start()
    before = keys(4, first=MONDAY - timedelta(days=2))
    pull(any_database, before, ticking)
    approve(any_database)
    assert reconcile(any_database, "T-A", zone=ZONE, at=ticking.at).pulled_only == ()


def test_all_terminals_of_both_ways_are_compared_and_one_alone_is_refused_in_a_sentence(
    sqlite_database: Database, ticking: Ticking
) -> None:
    build_office(sqlite_database, addresses={"T-A": 4370})
    with pytest.raises(Invalid, match="does not push"):
        reconcile(sqlite_database, "T-A", zone=ZONE, at=ticking.at)
    terminal = pushing_to(sqlite_database, ticking)
    terminal.start()
    approve(sqlite_database)
    other = pushing_to(sqlite_database, ticking, serial="ALONE")
    other.start()
    approve(sqlite_database, "ALONE", terminal=None, create="T-B")  # type: ignore[arg-type]
    assert [found.terminal for found in reconcile_all(sqlite_database, zone=ZONE, at=ticking.at)] == ["T-A"]
    with pytest.raises(Invalid, match="before it begins"):
        reconcile(sqlite_database, "T-A", zone=ZONE, at=ticking.at, starts=ticking.wall)


def test_the_timetable_compares_both_ways_every_night(sqlite_database: Database, ticking: Ticking) -> None:
    build_office(sqlite_database, addresses={"T-A": 4370}, poll_seconds=86_400)
    terminal = pushing_to(sqlite_database, ticking)
    terminal.start()
    approve(sqlite_database)
    pull(sqlite_database, keys(5), ticking)
    terminal.punch(*keys(4))
    with timetable(sqlite_database, Pulling(sqlite_database), now=ticking) as running:
        running._scheduler.get_job("compare").modify(next_run_time=datetime.now(UTC))
        assert wait_until(lambda: builders.count(sqlite_database, "push_difference") == 1, 30)
    assert rows(sqlite_database, "SELECT side, pin FROM push_difference") == [("pulled_only", keys(5)[4][0])]


def test_photographs_are_deleted_on_their_day_and_not_before(sqlite_database: Database, ticking: Ticking) -> None:
    from tests.unit.test_push_reading import HEAD, JPEG

    terminal = approved(sqlite_database, ticking, photos=True)
    terminal.send("cdata", f"SN={SERIAL}&table=ATTPHOTO", HEAD + JPEG)
    ticking.pass_by(days=29)
    assert delete_old_photos(sqlite_database, zone=ZONE, at=ticking.at) == 0
    ticking.pass_by(days=1)
    assert delete_old_photos(sqlite_database, zone=ZONE, at=ticking.at) == 1
    assert builders.count(sqlite_database, "punch_photo") == 0
