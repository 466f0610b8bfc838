"""A backup put back is what was there: every row, every guard; nobody is signed in, and it verifies."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from attendance.errors import Invalid, StoreUnavailable
from attendance.services.accounts import Accounts
from attendance.services.backups import archive
from attendance.services.backups.archive import BackupRefused
from attendance.services.backups.making import make_backup
from attendance.services.backups.restoring import Wish, restore
from attendance.store import leases, schema, snapshot_sqlite
from attendance.store.database import Database, sqlite_url
from attendance.store.trail_chain import Sealer
from attendance.store.trail_checking import check_trail, missing_guards
from tests.backups.office import AT, SECRET, append, contents, fill, guards, left_in
from tests.builders import build_office

CHANGED = ("sign_in", "trail", "trail_detail", "trail_head", "lease", "restoration", "read_again")
"""Tables that a restoration itself writes: nobody is signed in, it is in the trail, terminals owe their logs."""


def wish(url: str, backup: Path, **more: object) -> Wish:
    return Wish(url, backup, backup.parent, secret=SECRET, **more)  # type: ignore[arg-type]


def test_what_is_put_back_is_what_was_there(any_database: Database, elsewhere: str, tmp_path: Path) -> None:
    fill(any_database)
    Accounts(any_database).sign_in("root", "mưa rơi trên mái ngói", "10.0.0.1", "bearer")
    before = contents(any_database, without=("backup",))
    made = make_backup(any_database, tmp_path / "a.backup")
    done = restore(wish(elsewhere, made.path))
    assert done.wrong == ()
    restored = Database(elsewhere)
    try:
        after = contents(restored, without=("backup",))
        assert before.keys() == after.keys()
        for name in before.keys() - {*CHANGED}:
            assert after[name] == before[name], name
        assert before["sign_in"]
        assert not after["sign_in"]
        assert len(after["trail"]) == len(before["trail"]) + 1
        assert set(before["trail"]) < set(after["trail"])
        assert guards(restored) == guards(any_database)
        with restored.reading() as session:
            assert check_trail(session, [Sealer(SECRET)]).holds
            assert not missing_guards(session)
        append(restored, 1)  # numbers go on after those that were there
        with pytest.raises(DBAPIError), restored.writing() as session:
            session.execute(text("DELETE FROM trail"))
    finally:
        restored.close()
    if any_database.is_sqlite:
        assert left_in(tmp_path / "new") == {"attendance.db"}


def test_where_something_stands_it_gives_way_only_when_told_and_is_kept(
    sqlite_database: Database, tmp_path: Path
) -> None:
    gives_way(sqlite_database, tmp_path)


@pytest.mark.long
@pytest.mark.postgres
def test_where_something_stands_on_postgresql(postgres_database: Database, tmp_path: Path) -> None:
    gives_way(postgres_database, tmp_path)


def gives_way(any_database: Database, tmp_path: Path) -> None:
    fill(any_database, people=2)
    made = make_backup(any_database, tmp_path / "a.backup")
    first = contents(any_database, without=("backup",))
    append(any_database, 1)
    with pytest.raises(Invalid, match="--replace"):
        restore(wish(any_database.url, made.path))
    done = restore(wish(any_database.url, made.path, replace=True))
    assert contents(any_database, without=("backup", *CHANGED)).items() <= first.items()
    assert done.safety is not None
    restore(wish(any_database.url, done.safety, replace=True, now=lambda: AT))
    assert "W-000001" in str(contents(any_database)["employee"])


def test_a_service_that_runs_is_not_pulled_from_under_itself(sqlite_database: Database, tmp_path: Path) -> None:
    fill(sqlite_database, people=1)
    made = make_backup(sqlite_database, tmp_path / "a.backup")
    with sqlite_database.writing() as session:
        leases.hold(session, "timetable", "somebody", AT, 24)
    before = contents(sqlite_database)
    with pytest.raises(Invalid, match="Stop it"):
        restore(wish(sqlite_database.url, made.path, replace=True, now=lambda: AT))
    assert contents(sqlite_database) == before


def test_a_service_that_runs_on_a_damaged_database_keeps_it(sqlite_database: Database, tmp_path: Path) -> None:
    fill(sqlite_database, people=1)
    made = make_backup(sqlite_database, tmp_path / "a.backup")
    with sqlite_database.writing() as session:
        leases.hold(session, "timetable", "somebody", AT, 24)
    path = Path(sqlite_database.url.removeprefix("sqlite:///"))
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("UPDATE assignment SET unit_id = 4711")
    assert snapshot_sqlite.damage(path)
    with pytest.raises(Invalid, match="Stop it"):
        restore(wish(sqlite_database.url, made.path, replace=True, now=lambda: AT))
    assert path.exists()
    assert not [name for name in left_in(path.parent) if ".damaged-" in name]


def test_a_database_that_somebody_holds_is_not_called_damaged(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "held.db"
    monkeypatch.setattr(snapshot_sqlite.sqlite3, "connect", partial(sqlite3.connect, timeout=0.05))
    with closing(sqlite3.connect(path, isolation_level=None)) as holder:
        holder.execute("CREATE TABLE a (b)")
        holder.execute("BEGIN EXCLUSIVE")
        with pytest.raises(StoreUnavailable, match="Stop the service"):
            snapshot_sqlite.damage(path)
    assert snapshot_sqlite.damage(path) == ""


def test_an_older_schema_is_brought_to_this_one_and_a_newer_refused(
    sqlite_database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = Database(sqlite_url(tmp_path / "old.db"))
    schema.upgrade(old, "0033")
    build_office(old)
    made = make_backup(old, tmp_path / "old.backup")
    old.close()
    assert made.manifest["revision"] == "0033"
    url = sqlite_url(tmp_path / "new" / "attendance.db")
    assert restore(wish(url, made.path)).wrong == ()
    restored = Database(url)
    assert schema.is_current(restored)
    assert len(contents(restored)["employee"]) == 3
    restored.close()
    made = make_backup(sqlite_database, tmp_path / "new.backup")
    monkeypatch.setattr(schema, "known", lambda found: found != made.manifest["revision"])
    with pytest.raises(BackupRefused, match="newer version"):
        restore(wish(sqlite_url(tmp_path / "x.db"), made.path))
    assert not (tmp_path / "x.db").exists()


@pytest.mark.long
@pytest.mark.postgres
def test_an_older_schema_on_postgresql(empty_postgres: str, postgres_database: Database, tmp_path: Path) -> None:
    old = Database(empty_postgres)
    schema.upgrade(old, "0033")
    build_office(old)
    made = make_backup(old, tmp_path / "old.backup")
    old.close()
    assert restore(wish(postgres_database.url, made.path, replace=True)).wrong == ()
    assert schema.is_current(postgres_database)
    assert len(contents(postgres_database)["employee"]) == 3


@pytest.mark.postgres
def test_a_backup_of_one_kind_of_database_is_refused_by_the_other(
    sqlite_database: Database, empty_postgres: str, tmp_path: Path
) -> None:
    made = make_backup(sqlite_database, tmp_path / "a.backup")
    with pytest.raises(BackupRefused, match="of a sqlite database"):
        restore(wish(empty_postgres, made.path))


def test_a_key_that_is_not_that_of_the_backup_is_noticed(sqlite_database: Database, tmp_path: Path) -> None:
    fill(sqlite_database, people=1)
    made = make_backup(sqlite_database, tmp_path / "a.backup")
    url = sqlite_url(tmp_path / "new.db")
    with pytest.raises(BackupRefused, match="another secret key"):
        restore(Wish(url, made.path, tmp_path, secret=b"the key of another office"))
    assert not (tmp_path / "new.db").exists()
    assert restore(Wish(url, made.path, tmp_path, secret=b"the key of another office", another_key=True)).wrong == ()


def test_no_secret_key_and_no_key_of_a_terminal_lies_in_a_backup(sqlite_database: Database, tmp_path: Path) -> None:
    (tmp_path / "secret.key").write_bytes(SECRET)
    fill(sqlite_database, people=1)
    made = make_backup(sqlite_database, tmp_path / "a.backup")
    with archive.reading(made.path) as opened:
        assert list(opened.manifest["members"]) == ["database.sqlite"]
        content = b"".join(opened.member("database.sqlite"))
    assert SECRET not in content
    assert SECRET not in made.path.read_bytes()
    assert made.path.stat().st_mode & 0o077 == 0


def test_a_file_is_overwritten_only_when_told(sqlite_database: Database, tmp_path: Path) -> None:
    made = make_backup(sqlite_database, tmp_path / "a.backup")
    before = made.path.read_bytes()
    with pytest.raises(Invalid, match="--overwrite"):
        make_backup(sqlite_database, made.path)
    assert made.path.read_bytes() == before
    assert make_backup(sqlite_database, made.path, overwrite=True).digest != made.digest


def test_files_that_are_not_what_was_written_are_refused(sqlite_database: Database, tmp_path: Path) -> None:
    fill(sqlite_database, people=1)
    made = make_backup(sqlite_database, tmp_path / "a.backup")
    good, target = made.path.read_bytes(), tmp_path / "new.db"
    spoiled = tmp_path / "spoiled.backup"
    for what in (good[:-1], good[: len(good) // 2], b"", b"PK\x03\x04 nothing", good[:2000] + b"\x00" + good[2001:]):
        spoiled.write_bytes(what)
        with pytest.raises(BackupRefused):
            restore(wish(sqlite_url(target), spoiled))
        assert not target.exists()
    with pytest.raises(Invalid, match="no file"):
        restore(wish(sqlite_url(target), tmp_path / "none.backup"))


def test_one_bit_anywhere_is_refused_or_harmless(sqlite_database: Database, tmp_path: Path) -> None:
    fill(sqlite_database, people=1)
    made = make_backup(sqlite_database, tmp_path / "a.backup")
    good, spoiled = bytearray(made.path.read_bytes()), tmp_path / "spoiled.backup"
    with archive.reading(made.path) as opened:
        content = b"".join(opened.member("database.sqlite"))
        said = opened.manifest
    refused = 0
    for place in range(7, len(good), 131):
        good[place] ^= 4
        spoiled.write_bytes(good)
        good[place] ^= 4
        try:
            with archive.reading(spoiled) as opened:
                opened.check()
                assert b"".join(opened.member("database.sqlite")) == content  # a bit that says nothing
                assert opened.manifest == said
        except BackupRefused:
            refused += 1
    assert refused > 100


def test_a_database_that_is_damaged_itself_is_not_called_a_backup(sqlite_database: Database, tmp_path: Path) -> None:
    fill(sqlite_database)
    path = Path(sqlite_database.url.removeprefix("sqlite:///"))
    good = make_backup(sqlite_database, tmp_path / "good.backup")
    sqlite_database.settle()
    sqlite_database.engine.dispose()
    with path.open("r+b") as file:
        for page in range(20, 160):
            file.seek(page * 4096)
            file.write(b"\x5a" * 512)
    with pytest.raises(StoreUnavailable, match="The database itself is damaged"):
        make_backup(Database(sqlite_database.url), tmp_path / "bad.backup")
    assert not (tmp_path / "bad.backup").exists()
    done = restore(wish(sqlite_database.url, good.path, replace=True))
    assert done.wrong == ()
    assert done.safety is not None
    assert ".damaged-" in done.safety.name


@pytest.mark.postgres
def test_tables_of_another_program_are_neither_taken_along_nor_touched(
    postgres_database: Database, tmp_path: Path
) -> None:
    with postgres_database.writing() as session:
        session.execute(text("CREATE TABLE of_others (what text)"))
        session.execute(text("INSERT INTO of_others VALUES ('kept')"))
    made = make_backup(postgres_database, tmp_path / "a.backup")
    assert "of_others" not in made.manifest["tables"]
    assert restore(wish(postgres_database.url, made.path, replace=True)).wrong == ()
    assert contents(postgres_database)["of_others"] == ["('kept',)"]
