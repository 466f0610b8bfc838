"""Backups while somebody writes, on a disk that is full, and of processes that are killed on the way."""

from __future__ import annotations

import random
import resource
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from attendance.errors import AttendanceError, StoreUnavailable
from attendance.services.backups import archive
from attendance.services.backups.making import make_backup
from attendance.services.backups.restoring import Wish, restore
from attendance.store import snapshot_sqlite
from attendance.store.database import Database, sqlite_url
from attendance.store.trail_chain import Sealer
from attendance.store.trail_checking import check_trail
from tests.backups.office import SECRET, append, contents, fill, left_in

KILLS, KILLS_LONG = 3, 50


@contextmanager
def working(*arguments: str) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.backups.working", *arguments], stdout=subprocess.PIPE, text=True
    )
    try:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        yield process
    finally:
        process.kill()
        process.wait()
        assert process.stdout is not None
        process.stdout.close()


def check_whole(url: str) -> set[str]:
    """That a database is one moment of the writer: every person it has was put in with their entry; answers them."""
    database = Database(url)
    try:
        with database.reading() as session:
            assert check_trail(session, [Sealer(SECRET)]).holds
        found = contents(database)
        people = {row.split("'")[1] for row in found["employee"] if "'W-" in row}
        entries = {row.split("'employee', '")[1].split("'")[0] for row in found["trail"] if "'writer'" in row}
        assert people == entries
        assert people == {f"W-{number:06}" for number in range(len(people))}
        return people
    finally:
        database.close()


def test_a_backup_made_while_others_write_is_one_moment_and_holds_nobody_up(
    any_database: Database, elsewhere: str, tmp_path: Path
) -> None:
    fill(any_database)
    with working("append", any_database.url, "0") as writer:
        slowest, seen, stop = [0.0], [0], threading.Event()

        def watch() -> None:
            assert writer.stdout is not None
            last = time.monotonic()
            while not stop.is_set() and (line := writer.stdout.readline()):
                now = time.monotonic()
                slowest[0], seen[0], last = max(slowest[0], now - last), int(line), now

        thread = threading.Thread(target=watch)
        thread.start()
        try:
            until = time.monotonic() + 30
            while seen[0] < 5 and time.monotonic() < until:
                time.sleep(0.01)
            counts, made = [], []
            for number in range(3):
                counts.append(seen[0])
                made.append(make_backup(any_database, tmp_path / f"{number}.backup"))
            assert seen[0] > counts[-1], "the writer went on while the last backup was made"
        finally:
            stop.set()
            writer.kill()
            thread.join()
    assert slowest[0] < 10
    restore(Wish(elsewhere, made[-1].path, tmp_path, secret=SECRET))
    people = check_whole(elsewhere)
    assert len(people) > counts[-1]


@pytest.fixture
def office(sqlite_database: Database) -> Database:
    fill(sqlite_database, people=60)
    for number in range(10):
        append(sqlite_database, number)
    return sqlite_database


def kill_within(seconds: float, *arguments: str) -> float:
    """Start it and let it go on for a while; answers how long it did."""
    with working(*arguments) as process:
        begun = time.monotonic()
        try:
            process.wait(timeout=seconds)
        except subprocess.TimeoutExpired:
            process.kill()
        return time.monotonic() - begun


def backups_killed(office: Database, tmp_path: Path, times: int) -> None:
    target, rng = tmp_path / "to" / "a.backup", random.Random(11)
    made = make_backup(office, target)
    whole = kill_within(60, "backup", office.url, str(target))
    for _ in range(times):
        kill_within(rng.uniform(0, whole), "backup", office.url, str(target))
        with archive.reading(target) as opened:
            opened.check()
        assert left_in(target.parent) <= {"a.backup", ".a.backup.partial", ".a.backup.copy", ".a.backup.copy-journal"}
    assert make_backup(office, target, overwrite=True).digest != made.digest
    assert left_in(target.parent) == {"a.backup"}, "what the killed ones left is cleared by the next"
    check_whole(office.url)


def restorations_killed(office: Database, tmp_path: Path, times: int) -> None:
    place, rng = tmp_path / "place", random.Random(12)
    url = sqlite_url(place / "attendance.db")
    small = make_backup(office, tmp_path / "small.backup")
    for number in range(10, 40):
        append(office, number)
    large = make_backup(office, tmp_path / "large.backup")
    restore(Wish(url, small.path, tmp_path, secret=SECRET))
    whole = kill_within(60, "restore", url, str(small.path), str(tmp_path / "kept"))
    seen = set()
    for turn in range(times):
        kept = tmp_path / f"kept-{turn}"
        before = len(check_whole(url))
        chosen, expected = (large, 40) if before == 10 else (small, 10)
        kill_within(rng.uniform(0, whole * 1.1), "restore", url, str(chosen.path), str(kept))
        after = len(check_whole(url))
        assert after in (before, expected)
        seen.add(after == expected)
    if times == KILLS_LONG:
        assert seen == {True, False}
    restore(Wish(url, large.path, tmp_path / "last", replace=True, secret=SECRET))
    assert len(check_whole(url)) == 40
    assert left_in(place) <= {"attendance.db", "attendance.db-wal", "attendance.db-shm"}


def into_nothing_killed(office: Database, tmp_path: Path, times: int) -> None:
    made, rng = make_backup(office, tmp_path / "a.backup"), random.Random(13)
    whole = kill_within(60, "restore", sqlite_url(tmp_path / "whole" / "attendance.db"), str(made.path), str(tmp_path))
    for turn in range(times):
        place = tmp_path / f"empty-{turn}"
        url = sqlite_url(place / "attendance.db")
        kill_within(rng.uniform(0, whole), "restore", url, str(made.path), str(tmp_path))
        if (place / "attendance.db").exists():
            assert len(check_whole(url)) == 10
        else:
            restore(Wish(url, made.path, tmp_path, secret=SECRET))
        assert len(check_whole(url)) == 10


@pytest.mark.long
def test_a_killed_backup_leaves_the_one_before(office: Database, tmp_path: Path) -> None:
    backups_killed(office, tmp_path, KILLS)


def test_a_killed_restoration_leaves_old_or_new(office: Database, tmp_path: Path) -> None:
    restorations_killed(office, tmp_path, KILLS)


@pytest.mark.long
@pytest.mark.timeout(1800)
def test_fifty_of_each_killed(office: Database, tmp_path: Path) -> None:
    backups_killed(office, tmp_path / "1", KILLS_LONG)
    into_nothing_killed(office, tmp_path, KILLS_LONG)


@pytest.mark.long
@pytest.mark.timeout(1800)
def test_fifty_restorations_killed(office: Database, tmp_path: Path) -> None:
    restorations_killed(office, tmp_path, KILLS_LONG)


@contextmanager
def files_end_at(size: int) -> Iterator[None]:
    """No file of this process may grow beyond a size, as on a disk that is full."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


@pytest.mark.parametrize("size", [1000, 400_000])
def test_a_full_disk_is_one_sentence_and_no_half_file(office: Database, tmp_path: Path, size: int) -> None:
    before, folder = contents(office), tmp_path / "to"
    folder.mkdir()
    office.settle()
    with files_end_at(size), pytest.raises(StoreUnavailable, match=r"is full|cannot be written") as caught:
        make_backup(office, folder / "a.backup")
    assert str(caught.value).count(". ") <= 1
    assert not left_in(folder)
    good = make_backup(office, folder / "a.backup")
    url = sqlite_url(tmp_path / "place" / "attendance.db")
    with files_end_at(size), pytest.raises(StoreUnavailable, match=r"full|cannot be written"):
        restore(Wish(url, good.path, tmp_path, secret=SECRET))
    assert not left_in(tmp_path / "place")
    after = contents(office)
    assert {name: after[name] for name in before if name not in ("backup", "trail", "trail_detail", "trail_head")} == {
        name: before[name] for name in before if name not in ("backup", "trail", "trail_detail", "trail_head")
    }


def test_two_backups_to_one_file_do_not_mix(office: Database, tmp_path: Path) -> None:
    said: list[str] = []

    def go() -> None:
        try:
            make_backup(office, tmp_path / "a.backup", overwrite=True)
        except AttendanceError as error:
            said.append(str(error))

    threads = [threading.Thread(target=go) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all("under way" in each for each in said)
    assert len(said) < 3
    with archive.reading(tmp_path / "a.backup") as opened:
        opened.check()
        assert opened.manifest["tables"] == {
            **opened.manifest["tables"],
            "employee": snapshot_sqlite.tables(Path(office.url.removeprefix("sqlite:///")))["employee"],
        }
