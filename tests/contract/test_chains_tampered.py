"""What somebody does to punches, pulls, papers or rulings past the program is found, and the first place is named."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, event, text

from attendance.services.accounts import Accounts
from attendance.store import chain_rows
from attendance.store.chain_checking import ChainsChecked, check_chains
from attendance.store.database import Database, Session, sqlite_url
from tests.access.asking import CHEAP, build_once
from tests.access.marks import NOW
from tests.access.office import build

COVERED = (*chain_rows.PAPERS, "pull", "punch_block", "quarantine", "ruling", "violation")
EDITS, SAMPLE = 500, 50


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    database = Database(sqlite_url(build_once(tmp_path_factory.mktemp("chains")).file))
    event.listen(database.engine, "connect", lambda connection, _: connection.execute("PRAGMA foreign_keys=OFF"))
    with database.engine.begin() as connection:
        triggers = connection.execute(text("SELECT name FROM sqlite_master WHERE type = 'trigger'")).scalars().all()
        for name in triggers:  # who can write into the file can do this first
            connection.execute(text(f"DROP TRIGGER {name}"))
    yield database
    database.close()


def checked(connection: Connection) -> ChainsChecked:
    with Session(connection) as session:
        return check_chains(session)


def rows_of(connection: Connection, table: str) -> list[dict[str, Any]]:
    return [dict(row) for row in connection.execute(text(f"SELECT rowid AS rowid_, * FROM {table}")).mappings()]


def other(value: Any, drawn: random.Random) -> Any:
    """Another value of the kind."""
    if isinstance(value, bytes):
        at = drawn.randrange(len(value)) if value else 0
        return value[:at] + bytes([(value[at] if value else 0) ^ 1]) + value[at + 1 :]
    if isinstance(value, int):
        return value + drawn.choice((-1, 1, 60))
    if value is None:
        return None
    text_ = str(value)
    digits = [at for at, letter in enumerate(text_) if letter.isdecimal()]
    if digits:
        at = drawn.choice(digits)
        if len(text_) > 10 and text_[4:5] == "-":
            at = drawn.choice([place for place in digits if place in (3, 9, 15, 18)] or digits)
        return (
            f"{text_[:at]}{(int(text_[at]) + 1) % 10 if at not in (9,) else (int(text_[at]) % 9) + 1}{text_[at + 1 :]}"
        )
    if text_[:1] in "[{":
        return None
    return f"{text_}x"


def edit(connection: Connection, drawn: random.Random) -> str | None:
    table = drawn.choice(COVERED)
    rows = rows_of(connection, table)
    if not rows:
        return None
    row = drawn.choice(rows)
    names = [name for name in row if name not in ("rowid_", *chain_rows.key_columns(table)) and row[name] is not None]
    name = drawn.choice(names) if names else None
    if name is None or (value := other(row[name], drawn)) is None or value == row[name]:
        return None
    connection.execute(
        text(f'UPDATE {table} SET "{name}" = :value WHERE rowid = :at'), {"value": value, "at": row["rowid_"]}
    )
    return f"{table}.{name} {row[name]!r:.40} → {value!r:.40}"


def delete(connection: Connection, drawn: random.Random) -> str | None:
    table = drawn.choice(COVERED)
    rows = rows_of(connection, table)
    if not rows:
        return None
    row = drawn.choice(rows)
    connection.execute(text(f"DELETE FROM {table} WHERE rowid = :at"), {"at": row["rowid_"]})
    return f"deleted {table} {row['rowid_']}"


def insert(connection: Connection, drawn: random.Random) -> str | None:
    table = drawn.choice([name for name in COVERED if name != "inspection_absence"])
    rows = rows_of(connection, table)
    if not rows:
        return None
    row = dict(drawn.choice(rows))
    row.pop("rowid_")
    row["id"] = max(each["id"] for each in rows) + drawn.randint(1, 3)
    for name in ("first_sequence", "revision"):
        if name in row:
            row[name] = max(each[name] for each in rows) + 1
    names = ", ".join(f'"{name}"' for name in row)
    connection.execute(text(f"INSERT INTO {table} ({names}) VALUES ({', '.join(f':{name}' for name in row)})"), row)
    return f"put into {table} {row['id']}"


def swap(connection: Connection, drawn: random.Random) -> str | None:
    """Two rows change places: each bears the other's number."""
    table = drawn.choice([name for name in COVERED if name != "inspection_absence"])
    rows = rows_of(connection, table)
    if len(rows) < 2:
        return None
    one, two = drawn.sample(rows, 2)
    if {k: v for k, v in one.items() if k not in ("id", "rowid_")} == {
        k: v for k, v in two.items() if k not in ("id", "rowid_")
    }:
        return None
    for before, after in ((one["id"], -1), (two["id"], one["id"]), (-1, two["id"])):
        connection.execute(
            text(f"UPDATE {table} SET id = :after WHERE id = :before"), {"before": before, "after": after}
        )
    return f"swapped {table} {one['id']} and {two['id']}"


def in_the_chain(connection: Connection, drawn: random.Random) -> str | None:
    """An entry is changed, taken away, or two change places."""
    rows = rows_of(connection, "chain_entry")
    row = drawn.choice(rows)
    act = drawn.choice(("content", "digest", "link", "kind", "gone", "number"))
    at = {"at": row["rowid_"]}
    if act == "gone":
        connection.execute(text("DELETE FROM chain_entry WHERE rowid = :at"), at)
    elif act == "number":
        connection.execute(text("UPDATE chain_entry SET number = number + 1000 WHERE rowid = :at"), at)
    elif act == "kind":
        connection.execute(text("UPDATE chain_entry SET kind = 'adopted2' WHERE rowid = :at"), at)
    else:
        connection.execute(
            text(f"UPDATE chain_entry SET {act} = :value WHERE rowid = :at"), {**at, "value": other(row[act], drawn)}
        )
    return f"chain {row['chain']} {row['number']} {act}"


def test_what_was_written_through_the_program_holds(database: Database) -> None:
    with database.engine.connect() as connection:
        found = checked(connection)
    assert (found.broken, found.wrong) == (None, "")
    assert {"papers", "rulings", "columns"} < set(found.heads)
    assert found.rows > 100
    with database.engine.connect() as connection:
        empty = [table for table in COVERED if not rows_of(connection, table)]
    assert len(empty) <= 8, f"the office of this test has nothing of {empty}"


@pytest.mark.parametrize("seed", range(SAMPLE))
def test_an_edit_a_deletion_an_insertion_a_reordering_is_found(database: Database, seed: int) -> None:
    tampered(database, seed)


@pytest.mark.long
@pytest.mark.parametrize("seed", range(SAMPLE, EDITS))
def test_each_of_many_is_found(database: Database, seed: int) -> None:
    tampered(database, seed)


def tampered(database: Database, seed: int) -> None:
    drawn = random.Random(seed)
    with database.engine.connect() as connection:
        done = None
        while done is None:
            done = drawn.choice((edit, edit, delete, insert, swap, in_the_chain))(connection, drawn)
        found = checked(connection)
        connection.rollback()
    assert found.broken is not None, done
    assert found.wrong, done


def test_a_row_written_past_the_program_while_it_runs_stays_known_for_ever(tmp_path: Path) -> None:
    database = Database(sqlite_url(build_once(tmp_path).file))
    with database.engine.begin() as connection:  # the triggers are there, and note it
        connection.execute(text("UPDATE absence SET approved_at = '2026-01-01 00:00:00.000000' WHERE id = 1"))
    with database.reading() as session:
        assert check_chains(session).wrong == "it was written past this program"
    with database.writing():
        pass  # the next transaction enters it as what it is
    with database.writing():
        pass
    with database.reading() as session:
        found = check_chains(session)
    database.close()
    assert found.wrong == "it was written past this program"
    assert "absence 1" in str(found.broken)


@pytest.mark.postgres
def test_on_postgresql_too(postgres_database: Database) -> None:
    build(postgres_database, Accounts(postgres_database, now=lambda: NOW, hasher=CHEAP))
    with postgres_database.engine.connect() as connection:
        whole = checked(connection)
        assert (whole.broken, whole.wrong) == (None, "")
        assert whole.rows > 100
        for change in (
            "UPDATE ruling SET credited_min = credited_min + 1 WHERE id = 3",
            "UPDATE violation SET minutes = minutes + 1 WHERE id = 1",
            "UPDATE pull SET message = 'x' WHERE id = 1",
            "DELETE FROM enrolment WHERE id = 1",
            "UPDATE absence SET document = 'x' WHERE id = 1",
        ):
            connection.exec_driver_sql("SET session_replication_role = replica")  # no trigger, no foreign key
            connection.exec_driver_sql(change)
            found = checked(connection)
            connection.rollback()
            assert found.broken is not None, change
