"""Whatever somebody does in the tables of the trail, past their triggers, is found, and the first bad link is named."""

from __future__ import annotations

import random
import shutil
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from attendance.store import trail
from attendance.store.database import Database, sqlite_url
from attendance.store.trail import Actor
from attendance.store.trail_chain import Sealer
from attendance.store.trail_checking import TrailChecked, check_trail
from tests.contract.test_trail import change_by_hand

AT = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)
SECRET = b"a secret of the tests, long enough"
ENTRIES = 40
LOOKS = (4, 11, 18, 25, 32)  # numbers of entries that have subjects and no detail
ERASED = (7, 21)
Change = tuple[list[str], int]
"""What somebody does, and the number of the first link that no longer fits."""


def fill(database: Database) -> None:
    """Forty entries: acts with details, looks at several people, and an erasure of two details by the last."""
    database.seal_with(SECRET)
    for number in range(1, ENTRIES):
        with database.writing() as session:
            at = AT + timedelta(minutes=number)
            actor = Actor(f"user{number % 3}", number % 3 + 1, "api", "10.0.0.9", "hr")
            if number in LOOKS:
                trail.look(session, actor, "punches", range(1, 4), at=at)
                continue
            about = (50,) if number in ERASED else (number % 5 + 1, number % 7 + 10)
            after = {"name": f"Trần Văn {number}"}
            trail.record(session, actor, "employee.renamed", kind="employee", key=f"E{number}", employees=about,
                         why="theo hồ sơ", after=after, at=at)  # fmt: skip
    with database.writing() as session:
        assert trail.erase_details(session, Actor("hr"), 50, why="Biên bản 3", at=AT + timedelta(days=1)) == len(ERASED)


def checked(database: Database) -> TrailChecked:
    with database.reading() as session:
        return check_trail(session, [Sealer(SECRET)])


def _detailed(rng: random.Random) -> int:
    return rng.choice([n for n in range(1, ENTRIES + 1) if n not in LOOKS and n not in ERASED])


def edit(rng: random.Random) -> Change:
    seq = rng.randint(1, ENTRIES)
    column, value = rng.choice(
        [
            ("at", "at + 1"), ("actor", "'root'"), ("user_id", "NULL"), ("role", "'leader'"), ("via", "'console'"),
            ("address", "''"), ("act", "act || ' '"), ("kind", "'unit'"), ("key", "key || '0'"),
            ("subjects", "NULL"), ("subjects", "x'00'"), ("detail", "x'00'"), ("link", "zeroblob(32)"),
            ("link", "x'00'"), ("seal", "NULL"), ("seal", "zeroblob(20)"), ("seal", "x''"),
            ("actor", "x'7573657231'"), ("at", "'yesterday'"), ("key", "5"), ("user_id", "7.5"),
        ]
    )  # fmt: skip
    if column == "subjects" and value == "NULL" and seq == ENTRIES:
        seq = 1
    return [f"UPDATE trail SET {column} = {value} WHERE seq = {seq}"], seq


def delete(rng: random.Random) -> Change:
    seq, more = rng.randint(1, ENTRIES), rng.randint(0, 4)
    return [f"DELETE FROM trail WHERE seq BETWEEN {seq} AND {seq + more}"], seq


def delete_whole(rng: random.Random) -> Change:
    seq = rng.randint(1, ENTRIES)
    return [f"DELETE FROM {table} WHERE seq = {seq}" for table in ("trail", "trail_subject", "trail_detail")], seq


def delete_and_close_up(rng: random.Random) -> Change:
    seq = rng.randint(1, ENTRIES)
    changes = []
    for table in ("trail", "trail_subject", "trail_detail", "trail_erasure"):
        changes.append(f"DELETE FROM {table} WHERE seq = {seq}")
        changes += [f"UPDATE {table} SET seq = {n - 1} WHERE seq = {n}" for n in range(seq + 1, ENTRIES + 1)]
    return [*changes, "UPDATE trail_head SET count = count - 1"], seq


def insert(rng: random.Random) -> Change:
    like = rng.randint(1, ENTRIES)
    seq = rng.choice([0, -3, ENTRIES + 1, ENTRIES + 9])
    columns = "at, actor, user_id, role, via, address, act, kind, key, subjects, detail, link, seal"
    changes = [f"INSERT INTO trail (seq, {columns}) SELECT {seq}, {columns} FROM trail WHERE seq = {like}"]
    return changes, min(seq, ENTRIES + 1)


def insert_between(rng: random.Random) -> Change:
    seq = rng.randint(1, ENTRIES)
    columns = "at, actor, user_id, role, via, address, act, kind, key, subjects, detail, link, seal"
    changes = []
    for table in ("trail", "trail_subject", "trail_detail", "trail_erasure"):
        changes += [f"UPDATE {table} SET seq = {n + 1} WHERE seq = {n}" for n in range(ENTRIES, seq - 1, -1)]
    changes.append(
        f"INSERT INTO trail (seq, {columns}) SELECT {seq}, at, 'root', {columns.split(', ', 2)[2]} "
        f"FROM trail WHERE seq = {seq + 1}"
    )
    return [*changes, "UPDATE trail_head SET count = count + 1"], seq


def swap(rng: random.Random) -> Change:
    one, other = sorted(rng.sample(range(1, ENTRIES + 1), 2))
    tables = rng.choice([("trail",), ("trail", "trail_subject", "trail_detail", "trail_erasure"), ("trail_detail",)])
    if tables == ("trail_detail",):
        one, other = sorted(rng.sample([n for n in range(1, ENTRIES + 1) if n not in LOOKS and n not in ERASED], 2))
    steps = ((one, 999), (other, one), (999, other))
    return [f"UPDATE {table} SET seq = {to} WHERE seq = {at}" for table in tables for at, to in steps], one


def subjects(rng: random.Random) -> Change:
    seq = rng.choice(list(range(1, ENTRIES + 1)))
    return rng.choice(
        [
            ([f"DELETE FROM trail_subject WHERE seq = {seq}"], seq),
            ([f"UPDATE trail_subject SET employee_id = employee_id + 100 WHERE seq = {seq}"], seq),
            ([f"INSERT INTO trail_subject (seq, employee_id) VALUES ({seq}, 77)"], seq),
            ([f"INSERT INTO trail_subject (seq, employee_id) VALUES ({ENTRIES + 5}, 77)"], ENTRIES + 5),
            ([f"UPDATE trail_subject SET employee_id = 'x' WHERE seq = {seq} AND employee_id < 10"], seq)
            if seq not in (*ERASED, ENTRIES, *LOOKS)
            else (["INSERT INTO trail_subject (seq, employee_id) VALUES (0, 1)"], 0),
            (["DELETE FROM trail_subject"], 1),
        ]
    )


def details(rng: random.Random) -> Change:
    seq = _detailed(rng)
    return rng.choice(
        [
            ([f"DELETE FROM trail_detail WHERE seq = {seq}"], seq),
            ([f"UPDATE trail_detail SET content = replace(content, 'T', 'N') || ' ' WHERE seq = {seq}"], seq),
            ([f"UPDATE trail_detail SET content = x'00' WHERE seq = {seq}"], seq),
            ([f"UPDATE trail_detail SET salt = x'0000' WHERE seq = {seq}"], seq),
            ([f"INSERT INTO trail_detail (seq, salt, content) VALUES ({LOOKS[0]}, x'00', '{{}}')"], LOOKS[0]),
            ([f"INSERT INTO trail_detail (seq, salt, content) VALUES ({ERASED[0]}, x'00', '{{}}')"], ERASED[0]),
            ([f"INSERT INTO trail_detail (seq, salt, content) VALUES ({ENTRIES + 2}, x'00', '{{}}')"], ENTRIES + 2),
        ]
    )


def erasures(rng: random.Random) -> Change:
    seq, erased = _detailed(rng), rng.choice(ERASED)
    return rng.choice(
        [
            (
                [
                    f"INSERT INTO trail_erasure (seq, by_seq) VALUES ({seq}, {ENTRIES})",
                    f"DELETE FROM trail_detail WHERE seq = {seq}",
                ],
                seq,
            ),
            ([f"INSERT INTO trail_erasure (seq, by_seq) VALUES ({seq}, {ENTRIES})"], seq),
            ([f"INSERT INTO trail_erasure (seq, by_seq) VALUES ({LOOKS[1]}, {ENTRIES})"], LOOKS[1]),
            ([f"DELETE FROM trail_erasure WHERE seq = {erased}"], erased),
            ([f"UPDATE trail_erasure SET by_seq = 1 WHERE seq = {erased}"], erased),
            ([f"INSERT INTO trail_erasure (seq, by_seq) VALUES ({ENTRIES + 3}, 1)"], ENTRIES + 3),
        ]
    )


def head(rng: random.Random) -> Change:
    back = rng.randint(1, ENTRIES - 1)
    return rng.choice(
        [
            (["DELETE FROM trail_head"], ENTRIES + 1),
            (["DROP TABLE trail_head"], 1),
            ([f"UPDATE trail_head SET count = count - {back}"], ENTRIES - back + 1),
            ([f"UPDATE trail_head SET count = count + {back}"], ENTRIES + 1),
            (["UPDATE trail_head SET link = zeroblob(32)"], ENTRIES),
            (["UPDATE trail_head SET seal = NULL"], ENTRIES),
            (["UPDATE trail_head SET seal = zeroblob(36)"], ENTRIES),
            (["UPDATE trail_head SET seal = 'abc'"], ENTRIES),
            ([f"UPDATE trail_head SET sealed = {back}"], back),
            (["UPDATE trail_head SET id = 2"], ENTRIES + 1),
            (["UPDATE trail_head SET count = 'many'"], ENTRIES + 1),
        ]
    )


def cut(rng: random.Random) -> Change:
    """The end is cut off, with everything beside it, and the head put back as well as one can."""
    last = rng.randint(1, ENTRIES - 1)
    changes = [f"DELETE FROM {table} WHERE seq > {last}" for table in ("trail", "trail_subject", "trail_detail")]
    if rng.random() < 0.5:
        return changes, last + 1
    put_back = f"link = (SELECT link FROM trail WHERE seq = {last}), seal = (SELECT seal FROM trail WHERE seq = {last})"
    changes += ["DELETE FROM trail_erasure", f"UPDATE trail_head SET count = {last}, sealed = {last}, {put_back}"]
    return changes, min(last, *(n for n in (*ERASED, last) if n <= last))


KINDS: tuple[Callable[[random.Random], Change], ...] = (
    edit, edit, edit, delete, delete_whole, delete_and_close_up, insert, insert_between, swap, swap, subjects, details,
    erasures, head, cut,
)  # fmt: skip


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory, migrated_sqlite: Path) -> Path:
    path = tmp_path_factory.mktemp("trail") / "whole.db"
    shutil.copyfile(migrated_sqlite, path)
    database = Database(sqlite_url(path))
    fill(database)
    found = checked(database)
    assert (found.holds, found.entries, found.erased) == (True, ENTRIES, len(ERASED))
    database.close()
    return path


def _all_found(whole: Path, folder: Path, seeds: range) -> None:
    for seed in seeds:
        rng = random.Random(seed)
        change = rng.choice(KINDS)
        statements, first = change(rng)
        path = folder / f"{seed}.db"
        shutil.copyfile(whole, path)
        database = Database(sqlite_url(path))
        change_by_hand(database, *statements)
        found = checked(database)
        database.close()
        path.unlink()
        assert found.broken == first, f"seed {seed}, {change.__name__}: {statements[:3]} → {found}"


def test_sixty_changes_by_hand_are_all_found(whole: Path, tmp_path: Path) -> None:
    _all_found(whole, tmp_path, range(60))


@pytest.mark.long
def test_five_hundred_changes_by_hand_are_all_found(whole: Path, tmp_path: Path) -> None:
    _all_found(whole, tmp_path, range(1000, 1500))


@pytest.mark.postgres
def test_changes_by_hand_are_found_on_postgresql(postgres_database: Database) -> None:
    fill(postgres_database)
    assert checked(postgres_database).holds
    for statements, first in (
        (["UPDATE trail SET actor = 'root' WHERE seq = 9"], 9),
        (["DELETE FROM trail WHERE seq = 30"], 30),
        (["UPDATE trail SET seq = 999 WHERE seq = 12", "UPDATE trail SET seq = 12 WHERE seq = 14",
          "UPDATE trail SET seq = 14 WHERE seq = 999"], 12),
        (["DELETE FROM trail_detail WHERE seq = 3"], 3),
        (["UPDATE trail_subject SET employee_id = 99 WHERE seq = 2 AND employee_id < 10"], 2),
        (["UPDATE trail_head SET count = 39"], 40),
        (["DELETE FROM trail_erasure WHERE seq = 7"], 7),
        (["UPDATE trail SET seal = NULL WHERE seq = 22"], 22),
    ):  # fmt: skip
        found = _tried(postgres_database, statements)
        assert found.broken == first, f"{statements} → {found}"
    assert checked(postgres_database).holds


def _tried(database: Database, statements: list[str]) -> TrailChecked:
    """What the check says after some statements, which are taken back afterwards."""
    with database.reading() as session:
        session.execute(text("SET TRANSACTION READ WRITE"))
        session.execute(text("SET LOCAL session_replication_role = replica"))
        for statement in statements:
            session.execute(text(statement))
        return check_trail(session, [Sealer(SECRET)])
