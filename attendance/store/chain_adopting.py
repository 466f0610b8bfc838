"""After a migration: what was stored before there were chains is entered into them, and rows with new columns again."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from datetime import date
from itertools import groupby
from operator import itemgetter
from typing import Any

import orjson
from sqlalchemy import Connection, Text, cast, select
from sqlalchemy import text as sql

from attendance.store import chain_links, chain_rows, chain_writing
from attendance.store.every_table import every_table

COLUMNS = "columns"
"""The chain whose entries say which columns of each table are digested from there on."""
_PIECE = 20_000
SAID = (
    "revision", "unit_id", "day_kind", "scheduled_min", "worked_min", "credited_min", "leave_min", "unverified_min",
    "flags", "symbols", "citations", "duties", "overtime", "findings", "rulebook", "digest", "cause",
)  # fmt: skip
"""The columns of a ruling that its digest is of, beside number, person, date and moment."""
OF_VIOLATION = ("id", "session", "type", "minutes", "excused_min", "counted_min", "status")
JSONS = frozenset({"flags", "symbols", "citations", "duties", "overtime", "findings"})


def adopt(connection: Connection) -> None:
    """Enter what a migration changed: everything at the first time, later the tables whose columns are others."""
    now = {table: chain_rows.columns_of(table) for table in chain_rows.PAPERS}
    before = known_columns(connection)
    if before is None:
        _adopt_pulls(connection)
        _adopt_rulings(connection)
    others = [table for table in chain_rows.PAPERS if before is None or before.get(table) != now[table]]
    if not others:
        return
    chain_writing.append(connection, COLUMNS, [("columns", orjson.dumps(now))])
    touched = [(table, key) for table in others for key, _ in chain_rows.every_digest(connection, table, now[table])]
    touched += chain_writing.take_touched(connection)  # what the migration itself wrote
    if touched:
        kind = "adopted" if before is None else "migrated"
        content = chain_writing.papers_content(connection, sorted(set(touched)))
        chain_writing.append(connection, chain_writing.PAPERS, [(kind, content)])


def known_columns(connection: Connection) -> dict[str, list[str]] | None:
    """Which columns of each table are digested now; None: there are no chains yet."""
    entry = every_table()["chain_entry"]
    query = select(entry.c.content).where(entry.c.chain == COLUMNS).order_by(entry.c.number.desc()).limit(1)
    found = connection.execute(query).scalar()
    return None if found is None else orjson.loads(chain_links.unpack(bytes(found)))


def _adopt_pulls(connection: Connection) -> None:
    pull = every_table()["pull"]
    for terminal_id in connection.execute(sql("SELECT id FROM terminal ORDER BY id")).scalars().all():
        numbers = connection.execute(select(pull.c.id).where(pull.c.terminal_id == terminal_id).order_by(pull.c.id))
        entries = (
            ("adopted", orjson.dumps(chain_rows.of_pull(connection, number))) for number in numbers.scalars().all()
        )
        chain_writing.append(connection, chain_writing.terminal_chain(terminal_id), entries)


def _adopt_rulings(connection: Connection) -> None:
    piece: list[tuple[int, bytes]] = []
    for each in rulings(connection):
        piece.append(each)
        if len(piece) == _PIECE:
            chain_writing.append(connection, chain_writing.RULINGS, [("adopted", chain_links.rulings_content(piece))])
            piece = []
    if piece:
        chain_writing.append(connection, chain_writing.RULINGS, [("adopted", chain_links.rulings_content(piece))])


def rulings(connection: Connection) -> Iterator[tuple[int, bytes]]:
    """Number and digest of every ruling with its violations as they are stored, by number."""
    for number, employee, on, rest, recorded, violations in _rulings(connection):
        yield number, chain_links.ruling_digest(number, employee, on, rest, recorded, violations)


def ruling_texts(connection: Connection, number: int) -> list[bytes]:
    """The text that the digest of a ruling is of; empty where there is none."""
    return [chain_links.ruling_text(*parts) for parts in _rulings(connection, number)]


def _rulings(
    connection: Connection, number: int | None = None
) -> Iterator[tuple[int, int, date, list[Any], int, list[Any]]]:
    ruling, violation = every_table()["ruling"], every_table()["violation"]
    said = [cast(ruling.c[name], Text) if name in JSONS else ruling.c[name] for name in SAID]
    query = select(ruling.c.id, ruling.c.employee_id, ruling.c.work_date, *said, ruling.c.recorded_at)
    told = select(violation.c.ruling_id, *(violation.c[name] for name in OF_VIOLATION))
    if number is not None:
        query, told = query.where(ruling.c.id == number), told.where(violation.c.ruling_id == number)
    query = query.order_by(ruling.c.id).execution_options(yield_per=2_000)
    told = told.order_by(violation.c.ruling_id, violation.c.id).execution_options(yield_per=2_000)
    with closing(connection.execute(told)) as listed, closing(connection.execute(query)) as rows:
        found = groupby(listed, key=itemgetter(0))
        at, mine = next(found, (0, iter(())))
        for each, employee, on, *rest, recorded in rows:
            violations: list[Any] = []
            while at and at < each:  # of a ruling that is gone; it is missed by its own number
                at, mine = next(found, (0, iter(())))
            if at == each:
                violations = [row[1:] for row in mine]
                at, mine = next(found, (0, iter(())))
            yield each, employee, on, rest, chain_links.micros(recorded), violations
