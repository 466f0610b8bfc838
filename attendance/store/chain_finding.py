"""Where in the chains a row was entered, and rows as the texts that their digests are of."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import orjson
from sqlalchemy import func, select
from sqlmodel import Session, col

from attendance.store import chain_adopting, chain_rows
from attendance.store.chain_links import GENESIS, unpack
from attendance.store.chain_tables import ChainEntryRow
from attendance.store.chain_writing import PAPERS, RULINGS, terminal_chain
from attendance.store.evidence_tables import PullRow

RULING = "ruling"
Place = tuple[str, int]
"""A chain and the number of an entry in it."""


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry of a chain, and the link before it."""

    chain: str
    number: int
    kind: str
    content: bytes
    before: bytes


def entry(session: Session, place: Place) -> Entry | None:
    found = session.get(ChainEntryRow, place)
    if found is None:
        return None
    before = session.get(ChainEntryRow, (place[0], place[1] - 1)) if place[1] > 1 else None
    link = bytes(before.link) if before is not None else GENESIS
    return Entry(place[0], place[1], found.kind, unpack(bytes(found.content)), link)


def places(session: Session, rows: Iterable[tuple[str, str]]) -> list[Place]:
    """The entries that name these rows (table, key), each once, by chain and number.

    A row of a paper has one for each time it was written; of a pull and of a ruling the one that brought it. `pull`,
    `ruling` and the tables of `chain_rows.PAPERS`; a row that was never entered has none.
    """
    wanted = set(rows)
    found = set(_of_papers(session, {row for row in wanted if row[0] in chain_rows.PAPERS}))
    for table, key in sorted(wanted):
        if table == chain_rows.PULL and (chain := _chain_of_pull(session, int(key))):
            found.update(_one(session, chain, int(key), _pull_of))
        elif table == RULING:
            found.update(_one(session, RULINGS, int(key), _rulings_of))
    return sorted(found)


def texts(session: Session, table: str, key: str) -> list[tuple[str, str, bytes]]:
    """A row as it is stored now: table, key and the text that its digest is of; of a pull also its punches.

    Empty where it is not there.
    """
    connection = session.connection()
    if table == RULING:
        return [(RULING, key, text) for text in chain_adopting.ruling_texts(connection, int(key))]
    if table == chain_rows.PULL:
        return chain_rows.texts_of_pull(connection, int(key))
    names = (chain_adopting.known_columns(connection) or {}).get(table, ())
    return [(table, key, text) for _, text in chain_rows.texts(connection, table, [key], names)]


def stored_bytes(session: Session, pull_id: int) -> bytes | None:
    """The bytes of a pull as they are stored: packed, as `intake_log` packs them."""
    found = session.execute(select(col(PullRow.payload)).where(col(PullRow.id) == pull_id)).scalar()
    return bytes(found) if found is not None else None


def _of_papers(session: Session, wanted: set[tuple[str, str]]) -> list[Place]:
    if not wanted:
        return []
    row = ChainEntryRow
    query = select(col(row.number), col(row.content)).where(col(row.chain) == PAPERS).order_by(col(row.number))
    return [
        (PAPERS, number)
        for number, content in session.execute(query.execution_options(yield_per=500))
        if any((table, key) in wanted for table, key, _ in orjson.loads(unpack(bytes(content))))
    ]


def _chain_of_pull(session: Session, number: int) -> str | None:
    terminal = session.execute(select(col(PullRow.terminal_id)).where(col(PullRow.id) == number)).scalar()
    return terminal_chain(terminal) if terminal is not None else None


def _pull_of(content: bytes) -> list[tuple[int, int]]:
    number = int(orjson.loads(content)["pull"])
    return [(number, number)]


def _rulings_of(content: bytes) -> list[tuple[int, int]]:
    return [(first, last) for first, last in orjson.loads(content.partition(b"\n")[0])]


def _one(session: Session, chain: str, wanted: int, spans: Callable[[bytes], list[tuple[int, int]]]) -> list[Place]:
    """The entry that names a number: halving, since numbers grow along a chain; one by one where they do not."""
    row = ChainEntryRow

    def at(number: int) -> list[tuple[int, int]]:
        found = session.execute(
            select(col(row.content)).where(col(row.chain) == chain, col(row.number) == number)
        ).scalar()
        return spans(unpack(bytes(found))) if found is not None else []

    low, high = 1, session.execute(select(func.max(col(row.number))).where(col(row.chain) == chain)).scalar() or 0
    last = high
    while low <= high:
        middle = (low + high) // 2
        listed = at(middle)
        if any(first <= wanted <= until for first, until in listed):
            return [(chain, middle)]
        if listed and wanted < listed[0][0]:
            high = middle - 1
        else:
            low = middle + 1
    for number in range(last, 0, -1):
        if any(first <= wanted <= until for first, until in at(number)):
            return [(chain, number)]
    return []
