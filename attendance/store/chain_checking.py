"""Going along the chains: every link, and every row they name against the row that is stored."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field

import numpy as np
import orjson
import zstandard
from sqlalchemy import Connection, and_, or_, select
from sqlmodel import Session

from attendance.store import chain_links, chain_rows
from attendance.store.chain_adopting import COLUMNS, known_columns, rulings
from attendance.store.chain_writing import PAPERS, RULINGS
from attendance.store.every_table import every_table

_UNREADABLE = (zstandard.ZstdError, ValueError, KeyError, TypeError)


@dataclass(frozen=True, slots=True)
class ChainsChecked:
    """`entries` hang together and name `rows` as they are stored. `broken`: where not, and `wrong` says what it is.

    `heads`: number and link of the newest entry of each chain, as a checkpoint bears them.
    """

    entries: int
    rows: int
    heads: dict[str, tuple[int, str]]
    broken: str | None = None
    wrong: str = ""

    @property
    def holds(self) -> bool:
        return self.broken is None


class Broken(Exception):
    """The first place that does not agree."""

    def __init__(self, where: str, wrong: str) -> None:
        super().__init__(wrong)
        self.where, self.wrong = where, wrong


@dataclass(slots=True)
class _Walk:
    connection: Connection
    entries: int = 0
    rows: int = 0
    heads: dict[str, tuple[int, str]] = field(default_factory=dict)

    def along(self, chain: str) -> Iterator[tuple[int, str, bytes]]:
        """Number, kind and content of each entry of a chain. Raises Broken at the first link that does not hang."""
        entry, head = every_table()["chain_entry"], every_table()["chain_head"]
        query = select(entry.c.number, entry.c.kind, entry.c.content, entry.c.digest, entry.c.link)
        query = query.where(entry.c.chain == chain).order_by(entry.c.number).execution_options(yield_per=200)
        link, expected = chain_links.GENESIS, 0
        with closing(self.connection.execute(query)) as found:
            for number, kind, stored, digest, said in found:
                expected += 1
                where = f"{chain}, entry {expected}"
                if number != expected:
                    raise Broken(where, f"it is missing; the next one stored has number {number}")
                content = _content(where, bytes(stored))
                if hashlib.sha256(content).digest() != bytes(digest):
                    raise Broken(where, "its content is not that of its digest")
                link = chain_links.link(link, chain, number, kind, bytes(digest))
                if link != bytes(said):
                    raise Broken(where, "it does not hang on the one before it")
                self.entries += 1
                yield number, kind, content
        told = self.connection.execute(select(head.c.number, head.c.link).where(head.c.chain == chain)).one_or_none()
        if told is None and not expected:
            return  # nothing was ever entered
        if told is None or (told[0], bytes(told[1])) != (expected, link):
            raise Broken(f"{chain}, entry {expected + 1}", "entries are missing at the end, or the head was changed")
        self.heads[chain] = (expected, link.hex())


def check_chains(session: Session) -> ChainsChecked:
    """Check every chain and every row they cover, until something does not agree."""
    connection = session.connection()
    walk = _Walk(connection)
    try:
        touched = every_table()["chain_touched"]
        for table, key in connection.execute(select(touched.c.table_name, touched.c.row_key).limit(1)):
            raise Broken(f"{table} {key}", "it was written past this program")
        _check_names(walk)
        for terminal_id in connection.execute(select(every_table()["terminal"].c.id).order_by("id")).scalars().all():
            _terminal(walk, terminal_id)
        _papers(walk)
        _rulings(walk)
    except Broken as error:
        return ChainsChecked(walk.entries, walk.rows, walk.heads, error.where, error.wrong)
    return ChainsChecked(walk.entries, walk.rows, walk.heads)


def _content(where: str, stored: bytes) -> bytes:
    try:
        return chain_links.unpack(stored)
    except zstandard.ZstdError:
        raise Broken(where, "its content cannot be unpacked") from None


def _check_names(walk: _Walk) -> None:
    """No chain may be there that nothing checks."""
    entry = every_table()["chain_entry"]
    for chain in walk.connection.execute(select(entry.c.chain).distinct().order_by(entry.c.chain)).scalars().all():
        if chain not in (PAPERS, RULINGS, COLUMNS) and not chain.startswith("terminal:"):
            raise Broken(chain, "this program has no such chain")
    for _ in walk.along(COLUMNS):
        pass


def _terminal(walk: _Walk, terminal_id: int) -> None:
    """The pulls of a terminal in the order they were entered, each as it is stored."""
    pull, block, quarantine = (every_table()[name] for name in ("pull", "punch_block", "quarantine"))
    said: dict[int, tuple[int, bytes]] = {}
    chain = f"terminal:{terminal_id}"
    has = walk.connection.execute(select(pull.c.id).where(pull.c.terminal_id == terminal_id).limit(1)).first()
    heads = every_table()["chain_head"]
    begun = walk.connection.execute(select(heads.c.number).where(heads.c.chain == chain)).first()
    entries = every_table()["chain_entry"]
    entered = walk.connection.execute(select(entries.c.number).where(entries.c.chain == chain).limit(1)).first()
    if has is None and begun is None and entered is None:
        return
    for number, _, content in walk.along(chain):
        said[int(orjson.loads(content)["pull"])] = (number, content)
    for pull_id, (number, content) in said.items():
        found = chain_rows.of_pull(walk.connection, pull_id)
        where = f"{chain}, entry {number}, pull {pull_id}"
        if found is None:
            raise Broken(where, "the pull is gone")
        wanted = orjson.loads(content)
        if found != wanted:
            raise Broken(where, _difference(wanted, found))
        walk.rows += 1 + len(found["blocks"]) + len(found["quarantine"])
    for table in (pull, block, quarantine):
        column = table.c.id if table is pull else table.c.pull_id
        stray = select(column).where(table.c.terminal_id == terminal_id).order_by(column)
        with closing(walk.connection.execute(stray.execution_options(yield_per=1_000))) as rows:
            for pull_id in rows.scalars():
                if pull_id not in said:
                    raise Broken(f"{chain}, pull {pull_id}", f"a row of {table.name} was put in past this program")


def _difference(wanted: dict[str, object], found: dict[str, object]) -> str:
    parts = {
        "row": "what is stored of the pull", "bytes": "the bytes that were read", "blocks": "its punches",
        "quarantine": "its quarantine",
    }  # fmt: skip
    return next((f"{words} changed" for name, words in parts.items() if wanted.get(name) != found.get(name)), "changed")


def _papers(walk: _Walk) -> None:
    """The newest digest of each row, against the row."""
    said: dict[tuple[str, str], tuple[int, str | None]] = {}
    for number, kind, content in walk.along(PAPERS):
        try:
            listed = orjson.loads(content)
            if kind == "foreign":
                table, key, _ = listed[0]
                raise Broken(f"{PAPERS}, entry {number}, {table} {key}", "it was written past this program")
            for table, key, digest in listed:
                said[(table, key)] = (number, digest)
        except _UNREADABLE:
            raise Broken(f"{PAPERS}, entry {number}", "its content cannot be read") from None
    columns = known_columns(walk.connection) or {}
    stored = set()
    for table in chain_rows.PAPERS:
        for key, digest in chain_rows.every_digest(walk.connection, table, columns.get(table, ())):
            number, wanted = said.get((table, key), (0, None))
            where = f"{PAPERS}, entry {number}, {table} {key}" if number else f"{PAPERS}, {table} {key}"
            if wanted is None:
                raise Broken(where, "it was put in past this program")
            if digest.hex() != wanted:
                raise Broken(where, "it is not as it was entered")
            stored.add((table, key))
    for (table, key), (number, wanted) in said.items():
        if wanted is not None and (table, key) not in stored:
            raise Broken(f"{PAPERS}, entry {number}, {table} {key}", "it is gone")
    walk.rows += len(stored)


def _rulings(walk: _Walk) -> None:
    """Every ruling with its violations against its digest, and its end against the revision that follows it."""
    numbers: list[int] = []
    digests: list[bytes] = []
    entered: list[tuple[int, int]] = []
    for number, _, content in walk.along(RULINGS):
        try:
            listed = chain_links.read_rulings(content)
        except _UNREADABLE:
            raise Broken(f"{RULINGS}, entry {number}", "its content cannot be read") from None
        numbers += [each for each, _ in listed]
        digests += [digest for _, digest in listed]
        entered.append((len(numbers), number))
    order = np.argsort(np.asarray(numbers, np.int64), kind="stable").tolist()
    at = 0
    for ruling, digest in rulings(walk.connection):
        wanted = numbers[order[at]] if at < len(order) else None
        if wanted is None or wanted > ruling:
            raise Broken(f"{RULINGS}, ruling {ruling}", "it was put in past this program")
        where = f"{RULINGS}, entry {_entry_of(entered, order[at])}, ruling {wanted}"
        if wanted < ruling:
            raise Broken(where, "it is gone")
        if digests[order[at]] != digest:
            raise Broken(where, "it, or one of its violations, is not as it was entered")
        at += 1
    if at < len(order):
        raise Broken(f"{RULINGS}, entry {_entry_of(entered, order[at])}, ruling {numbers[order[at]]}", "it is gone")
    walk.rows += at
    _ends(walk.connection)


def _entry_of(entered: list[tuple[int, int]], place: int) -> int:
    return next(number for until, number in entered if place < until)


def _ends(connection: Connection) -> None:
    """A ruling ends when the next revision of its day is recorded; its violations with it, and they are of its day."""
    ruling, violation = every_table()["ruling"], every_table()["violation"]
    later = ruling.alias("later")
    follows = and_(
        later.c.employee_id == ruling.c.employee_id, later.c.work_date == ruling.c.work_date,
        later.c.revision == ruling.c.revision + 1,
    )  # fmt: skip
    wrong = select(ruling.c.id).select_from(ruling.outerjoin(later, follows))
    wrong = wrong.where(ruling.c.superseded_at.is_distinct_from(later.c.recorded_at)).order_by(ruling.c.id).limit(1)
    for number in connection.execute(wrong).scalars():
        raise Broken(f"{RULINGS}, ruling {number}", "it does not end when the next revision was recorded")
    same = [violation.c[name].is_distinct_from(ruling.c[name])
            for name in ("superseded_at", "employee_id", "unit_id", "work_date")]  # fmt: skip
    other = select(violation.c.id, violation.c.ruling_id).join(ruling, ruling.c.id == violation.c.ruling_id)
    for number, of in connection.execute(other.where(or_(*same)).order_by(violation.c.id).limit(1)):
        raise Broken(f"{RULINGS}, ruling {of}", f"its violation {number} is of another day, unit or end")
