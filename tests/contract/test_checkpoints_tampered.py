"""The end of a chain rewritten with every digest made anew, and kept checkpoints with it, is found against one that
was noted elsewhere."""

from __future__ import annotations

import hashlib
import random
import shutil
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import orjson
import pytest
from sqlalchemy import Connection, text

from attendance.services.evidence import checkpoints, notes
from attendance.services.evidence.checking import CheckpointsChecked, check_checkpoints
from attendance.services.signing_key import SigningKey, signing_key
from attendance.store import chain_links, chain_rows
from attendance.store import checkpoints as stored
from attendance.store.chain_adopting import known_columns, ruling_texts
from attendance.store.chain_checking import check_chains
from attendance.store.database import Database, Session, sqlite_url
from attendance.store.every_table import every_table
from attendance.store.merkle import Peaks
from attendance.store.trail import TIMETABLE
from tests import month_office

AT = datetime(2026, 11, 20, 17, tzinfo=UTC)
CASES, SAMPLE = 200, 6
DAYS = 5


class Office:
    """An office with checkpoints over five days, as they were made known day by day."""

    def __init__(self, database: Database) -> None:
        self.database = database
        with database.engine.begin() as connection:
            for name in connection.execute(text("SELECT name FROM sqlite_master WHERE type = 'trigger'")).scalars():
                if not name.endswith(("_touched_insert", "_touched_update", "_touched_delete")):
                    connection.execute(text(f"DROP TRIGGER {name}"))
            whole = chain_links.read_rulings(entries(connection, "rulings")[0][1])
            self.pieces = [whole[begin : begin + 4] for begin in range(0, len(whole), 4)]
            rewrite(connection, "rulings", [("rulings", chain_links.rulings_content(self.pieces[0]))])
        with database.writing() as session:
            self.key = signing_key(session, b"a secret key of thirty-two bytes", AT)
        self.published: list[str] = []
        for day in range(DAYS):
            for part in range(3):
                with database.writing() as session:
                    session.execute(text("UPDATE unit_version SET document = :d"), {"d": f"QĐ {day}-{part}"})
            until = len(self.pieces) if day == DAYS - 1 else 1 + (day + 1) * len(self.pieces) // (DAYS + 1)
            with database.engine.begin() as connection:
                listed = [("rulings", chain_links.rulings_content(piece)) for piece in self.pieces[:until]]
                rewrite(connection, "rulings", listed)
            with database.writing() as session:
                made = checkpoints.make(session, self.key, "day", by=TIMETABLE, at=AT + timedelta(days=day))
            self.published.append(made.whole)
        with database.engine.begin() as connection:
            for name in connection.execute(text("SELECT name FROM sqlite_master WHERE type = 'trigger'")).scalars():
                connection.execute(text(f"DROP TRIGGER {name}"))


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory, migrated_sqlite: Path) -> Iterator[Office]:
    path = tmp_path_factory.mktemp("points") / "office.db"
    shutil.copyfile(migrated_sqlite, path)
    database = Database(sqlite_url(path))
    month_office.fill(database)
    yield Office(database)
    database.close()


def entries(connection: Connection, chain: str) -> list[tuple[str, bytes]]:
    query = text("SELECT kind, content FROM chain_entry WHERE chain = :chain ORDER BY number")
    return [(kind, chain_links.unpack(content)) for kind, content in connection.execute(query, {"chain": chain})]


def rewrite(connection: Connection, chain: str, listed: Sequence[tuple[str, bytes]]) -> None:
    """The chain anew, every digest and link of it and its head: what somebody does who knows how."""
    connection.execute(text("DELETE FROM chain_entry WHERE chain = :chain"), {"chain": chain})
    link = chain_links.GENESIS
    table = every_table()["chain_entry"]
    for number, (kind, content) in enumerate(listed, 1):
        digest = hashlib.sha256(content).digest()
        link = chain_links.link(link, chain, number, kind, digest)
        row = {"chain": chain, "number": number, "kind": kind, "digest": digest, "link": link}
        connection.execute(table.insert(), row | {"content": chain_links.pack(content)})
    head = {"number": len(listed), "link": link, "chain": chain}
    connection.execute(text("UPDATE chain_head SET number = :number, link = :link WHERE chain = :chain"), head)


def sign_again(connection: Connection, key: SigningKey) -> None:
    """Every kept checkpoint anew over what stands there now, by somebody who has the office's key too."""
    table = every_table()["checkpoint"]
    previous = notes.FIRST
    with Session(connection) as session:
        now = stored.heads(session)
        for row in connection.execute(table.select().order_by(table.c.number)).mappings().all():
            trees = {}
            for chain, peaks in stored.read_heads(row["heads"]).items():
                trees[chain] = Peaks()
                for link in stored.links(session, chain, 1, min(peaks.size, now[chain].size)):
                    trees[chain].add(link)
            (given,) = notes.read(row["text"])
            note = notes.signed(
                key, trees, origin=given.note.origin, number=row["number"], at=given.note.at, trail=given.note.trail,
                previous=previous,
            )  # fmt: skip
            previous = note.digest
            changed = {"size": note.size, "root": note.root, "digest": note.digest, "text": note.text(key.public)}
            kept = table.c.number == row["number"]
            connection.execute(table.update().where(kept).values(heads=stored.pack_heads(trees), **changed))


def change_paper(connection: Connection, drawn: random.Random) -> tuple[str, int] | None:
    """A row of a paper, and the newest entry that names it."""
    listed = entries(connection, "papers")
    at = drawn.randrange(len(listed) // 2, len(listed))
    rows = orjson.loads(listed[at][1])
    row = drawn.choice(rows)
    if any(row[:2] == other[:2] for _, later in listed[at + 1 :] for other in orjson.loads(later)) or row[2] is None:
        return None
    table, key, _ = row
    columns = (known_columns(connection) or {})[table]
    if "document" not in columns:
        return None
    connection.execute(text(f"UPDATE {table} SET document = 'QĐ khác' WHERE id = :key"), {"key": key})
    row[2] = chain_rows.digests(connection, table, [key], columns)[key].hex()
    listed[at] = (listed[at][0], orjson.dumps(rows))
    rewrite(connection, "papers", listed)
    return "papers", at + 1


def change_ruling(connection: Connection, drawn: random.Random) -> tuple[str, int]:
    listed = entries(connection, "rulings")
    at = drawn.randrange(len(listed) // 2, len(listed))
    rulings = chain_links.read_rulings(listed[at][1])
    place = drawn.randrange(len(rulings))
    number = rulings[place][0]
    connection.execute(text("UPDATE ruling SET worked_min = worked_min + 7 WHERE id = :id"), {"id": number})
    rulings[place] = (number, hashlib.sha256(ruling_texts(connection, number)[0]).digest()[: chain_links.SHORT])
    listed[at] = (listed[at][0], chain_links.rulings_content(rulings))
    rewrite(connection, "rulings", listed)
    return "rulings", at + 1


def change_pull(connection: Connection, drawn: random.Random) -> tuple[str, int]:
    chain = drawn.choice(
        connection.execute(text("SELECT chain FROM chain_head WHERE chain LIKE 'ter%'")).scalars().all()
    )
    listed = entries(connection, chain)
    at = drawn.randrange(len(listed))
    number = orjson.loads(listed[at][1])["pull"]
    connection.execute(text("UPDATE pull SET serial = 'KHAC1', repeated = repeated + 1 WHERE id = :id"), {"id": number})
    listed[at] = (listed[at][0], orjson.dumps(chain_rows.of_pull(connection, number)))
    rewrite(connection, chain, listed)
    return chain, at + 1


def split_the_end(connection: Connection, drawn: random.Random) -> tuple[str, int]:
    """What the newest entry of rulings said is entered as two, as if written at other moments."""
    listed = entries(connection, "rulings")
    last = chain_links.read_rulings(listed[-1][1])
    middle = drawn.randint(1, len(last) - 1)
    two = [("rulings", chain_links.rulings_content(part)) for part in (last[:middle], last[middle:])]
    rewrite(connection, "rulings", listed[:-1] + two)
    return "rulings", len(listed)


ATTACKS = (change_paper, change_ruling, change_pull, split_the_end)


def checked(connection: Connection, *texts: str) -> CheckpointsChecked:
    with Session(connection) as session:
        return check_checkpoints(session, [given for each in texts for given in notes.read(each)])


def names(found: CheckpointsChecked, chain: str, number: int) -> bool:
    """Whether the place that is named is in this chain and holds this entry."""
    where, _, numbers = str(found.broken).partition(", ")
    span = [int(part) for part in numbers.split() if part.isdecimal()]
    return where == chain and span[0] <= number <= span[-1]


def test_what_was_made_known_holds(office: Office) -> None:
    with office.database.engine.connect() as connection:
        found = checked(connection, *office.published)
    assert (found.holds, found.kept, found.given) == (True, DAYS, DAYS), found


@pytest.mark.parametrize(
    "number", [pytest.param(at, marks=[pytest.mark.long] if at >= SAMPLE else []) for at in range(CASES)]
)
def test_a_rewritten_end_is_found_against_what_was_made_known(office: Office, number: int) -> None:
    drawn = random.Random(number)
    with office.database.engine.connect() as connection:
        place: Any = None
        while place is None:
            connection.rollback()
            place = ATTACKS[number % len(ATTACKS)](connection, drawn)
        with Session(connection) as session:
            assert check_chains(session).holds  # the chains alone cannot tell
        without_key = checked(connection)
        assert names(without_key, *place), without_key
        sign_again(connection, office.key)
        assert checked(connection).holds  # nothing in the database can tell any more
        for held in (office.published[-1:], office.published):
            found = checked(connection, *held)
            assert names(found, *place), (place, found)
        bare = checked(connection, office.published[-1].partition("\n+ ")[0] + "\n")
        assert bare.broken == f"checkpoint {DAYS}, which was noted elsewhere"
        connection.rollback()


def test_the_place_is_narrowed_by_the_one_before(office: Office) -> None:
    """Of entries after the last but one checkpoint no more than those are named."""
    with office.database.engine.connect() as connection:
        (first,) = (each for each in notes.read(office.published[-2]))
        assert first.heads is not None
        before = first.heads["papers"].size
        listed = entries(connection, "papers")
        listed[-1] = ("other", listed[-1][1])
        rewrite(connection, "papers", listed)
        sign_again(connection, office.key)
        found = checked(connection, *office.published)
        span = [int(part) for part in str(found.broken).split() if part.isdecimal()]
        assert before < span[0] <= len(listed) == span[-1]
        connection.rollback()


@pytest.mark.parametrize(
    ("statement", "where", "wrong"),
    [
        ("DELETE FROM checkpoint WHERE number = 3", "checkpoint 3", "it is missing"),
        ("DELETE FROM checkpoint WHERE number = 5", "checkpoint 5", "the trail knows of 5, and 4 are kept"),
        ("UPDATE checkpoint SET size = size + 1 WHERE number = 2", "checkpoint 2", "its columns are not those"),
        ("UPDATE checkpoint SET text = 'x' WHERE number = 2", "checkpoint 2", "it cannot be read"),
        ("UPDATE checkpoint SET heads = zeroblob(9) WHERE number = 4", "checkpoint 4", "it cannot be read"),
        (
            "UPDATE checkpoint SET text = replace(text, 'chains ', 'chains 9') WHERE number = 2",
            "checkpoint 2",
            "columns",
        ),
        ("UPDATE signing_key SET public = zeroblob(32)", "checkpoint 1", "is not known here"),
    ],
)
def test_kept_ones_are_held_to_themselves(office: Office, statement: str, where: str, wrong: str) -> None:
    with office.database.engine.connect() as connection:
        connection.execute(text(statement))
        found = checked(connection)
        connection.rollback()
    assert found.broken == where
    assert wrong in found.wrong


def test_one_from_elsewhere_that_is_not_this_office_s_is_told(office: Office) -> None:
    with office.database.engine.connect() as connection:
        forged = office.published[2].replace("time 2026-11-22", "time 2026-11-23")
        found = checked(connection, forged)
        assert found.broken == "checkpoint 3, which was noted elsewhere"
        assert "signature is not over its text" in found.wrong
        later = office.published[4]
        connection.execute(text("DELETE FROM checkpoint WHERE number >= 4"))
        connection.execute(text("UPDATE trail SET act = 'other' WHERE act = 'checkpoint.made' AND key >= '4'"))
        found = checked(connection, later)
        assert "it is gone: the newest kept here is 3" in found.wrong
        connection.rollback()


def test_a_rewritten_trail_is_found_where_a_checkpoint_names_its_link(office: Office) -> None:
    with office.database.engine.connect() as connection:
        (given,) = notes.read(office.published[1])
        entry = given.note.trail[0]
        connection.execute(text("UPDATE trail SET link = zeroblob(32) WHERE seq = :seq"), {"seq": entry})
        found = checked(connection)
        assert found.broken == f"trail, entry {entry}"
        connection.rollback()
