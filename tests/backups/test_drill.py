"""A drill puts the newest backup back, looks at it as a stranger would, and leaves nothing behind."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from attendance.errors import Invalid
from attendance.services.backups import drilling
from attendance.services.backups.drilling import drill, is_due, keep_up
from attendance.services.backups.keeping import Plan, make_by_plan
from attendance.services.evaluate import evaluate_dirty
from attendance.store import restorations
from attendance.store.database import Database
from tests.backups.office import AT, contents, left_in
from tests.builders import MONDAY, ZONE, build_office, file_body, record, rows

NOW = AT.replace(hour=2)


@pytest.fixture
def plan(tmp_path: Path) -> Plan:
    return Plan(tmp_path / "backups", 14, 5, ZONE)


@pytest.fixture
def office(sqlite_database: Database) -> Database:
    return filled(sqlite_database)


def filled(database: Database) -> Database:
    """Three people, two weeks of punches, verdicts about them, under a seal."""
    database.seal_with(b"a secret of the tests, long enough")
    build_office(database)
    file_body(database, b"", read_at=MONDAY - timedelta(days=3), offset=None)
    punches = [
        record(str(1001 + person), MONDAY + timedelta(days=day, hours=hours, minutes=9 * person))
        for day in range(12) for hours in (0, 4.6, 5.9, 9.7) for person in range(3)
    ]  # fmt: skip
    file_body(database, b"".join(punches), offset=None)
    evaluate_dirty(database, ZONE, NOW)
    return database


def tried(database: Database, plan: Plan, place: Path, **more: object) -> restorations.Drilled:
    return drill(database, None, plan, place, ZONE, now=lambda: NOW, **more)  # type: ignore[arg-type]


def test_a_good_backup_is_told_with_its_age_and_how_long_it_took(office: Database, plan: Plan, tmp_path: Path) -> None:
    make_by_plan(office, plan, lambda: NOW - timedelta(hours=21))
    before = contents(office, without=("trail", "trail_head", "trail_detail", "backup", "restore_drill"))
    found = tried(office, plan, tmp_path / "data")
    assert (found.outcome, found.said, found.differing) == ("ok", "", 0)
    assert found.days > 10
    assert found.drilled_at - found.data_at == timedelta(hours=21)  # type: ignore[operator]
    assert found.seconds > 0
    assert found.rows > 100
    assert left_in(tmp_path / "data") == {".drill.lock"}
    assert contents(office, without=("trail", "trail_head", "trail_detail", "backup", "restore_drill")) == before
    with office.reading() as session:
        assert restorations.drills(session) == [found]
        assert restorations.owing(session) == 0
    assert rows(office, "SELECT act FROM trail ORDER BY seq DESC LIMIT 1") == [("backup.drilled",)]


def test_a_backup_of_verdicts_that_somebody_changed_is_not_called_good(
    office: Database, plan: Plan, tmp_path: Path
) -> None:
    with closing(sqlite3.connect(office.url.removeprefix("sqlite:///"))) as connection, connection:
        names = connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'ruling'")
        for (name,) in names.fetchall():
            connection.execute(f"DROP TRIGGER {name}")
        connection.execute("UPDATE ruling SET worked_min = worked_min - 1")
    make_by_plan(office, plan, lambda: NOW)
    found = tried(office, plan, tmp_path / "data")
    assert found.outcome == "does_not_verify"
    assert "chains" in found.said


def test_rules_that_were_changed_past_the_program_show_in_the_sample(
    office: Database, plan: Plan, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_by_plan(office, plan, lambda: NOW)
    monkeypatch.setattr(drilling, "check_parts", lambda session: [])  # as if whoever did it had the chains as well
    with closing(sqlite3.connect(office.url.removeprefix("sqlite:///"))) as connection, connection:
        connection.execute("UPDATE schedule_version SET sessions = replace(sessions, '07:30', '07:10')")
    make_by_plan(office, plan, lambda: NOW + timedelta(hours=1))
    found = tried(office, plan, tmp_path / "data")
    assert (found.outcome, found.differing > 0) == ("judged_otherwise", True)
    assert "judged otherwise" in found.said


def test_a_damaged_file_is_written_down_and_leaves_nothing(office: Database, plan: Plan, tmp_path: Path) -> None:
    path = make_by_plan(office, plan, lambda: NOW).path
    content = path.read_bytes()
    path.write_bytes(content[: len(content) // 2])
    found = tried(office, plan, tmp_path / "data")
    assert found.outcome == "backup_refused"
    assert "Take another" in found.said
    assert left_in(tmp_path / "data") == {".drill.lock"}
    assert rows(office, "SELECT act FROM trail ORDER BY seq DESC LIMIT 1") == [("backup.drill_failed",)]


def test_without_a_backup_there_is_nothing_to_try_and_two_do_not_meet(
    office: Database, plan: Plan, tmp_path: Path
) -> None:
    with pytest.raises(Invalid, match="attendance backup FILE"):
        tried(office, plan, tmp_path / "data")
    make_by_plan(office, plan, lambda: NOW)
    with drilling._alone(tmp_path / "data"), pytest.raises(Invalid, match="under way"):
        tried(office, plan, tmp_path / "data")


def test_a_killed_drill_leaves_a_folder_that_the_next_one_clears(office: Database, plan: Plan, tmp_path: Path) -> None:
    make_by_plan(office, plan, lambda: NOW)
    left = tmp_path / "data" / ".drill"
    left.mkdir(parents=True)
    (left / "attendance.db").write_bytes(b"half")
    assert tried(office, plan, tmp_path / "data").outcome == "ok"
    assert not left.exists()


def test_by_itself_once_in_its_term_and_sooner_after_a_failure(office: Database, plan: Plan, tmp_path: Path) -> None:
    assert not is_due(office, plan, NOW)  # there is no backup yet
    make_by_plan(office, plan, lambda: NOW)
    assert not is_due(office, replace(plan, drill_days=0), NOW)
    assert not is_due(office, replace(plan, hour=23), NOW)
    keep_up(office, plan, tmp_path / "data", lambda: NOW)
    assert not is_due(office, plan, NOW + timedelta(days=29))
    assert is_due(office, plan, NOW + timedelta(days=30))
    for path in plan.folder.iterdir():
        path.write_bytes(b"spoiled")
    later = NOW + timedelta(days=30)
    keep_up(office, plan, tmp_path / "data", lambda: later)
    assert not is_due(office, plan, later + timedelta(hours=23))
    assert is_due(office, plan, later + timedelta(hours=24))


@pytest.mark.long
@pytest.mark.postgres
def test_on_postgresql_in_a_database_of_its_own(
    postgres_database: Database, plan: Plan, tmp_path: Path, postgres: Callable[[str], str]
) -> None:
    filled(postgres_database)
    make_by_plan(postgres_database, plan, lambda: NOW)
    found = tried(postgres_database, plan, tmp_path / "data")
    assert (found.outcome, found.said, found.differing) == ("ok", "", 0)
    with postgres_database.reading() as session:
        left = session.execute(text("SELECT datname FROM pg_database WHERE datname LIKE '%drill%'")).all()
    assert left == []
