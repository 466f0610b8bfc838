"""Whose rows an entry of a chain names: who may not know the reasons behind a row is not shown a digest of it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

import orjson
from sqlalchemy import Table, select
from sqlmodel import Session

from attendance.store.chain_finding import Entry
from attendance.store.chain_links import read_rulings
from attendance.store.chain_rows import key_columns
from attendance.store.chain_writing import PAPERS, RULINGS
from attendance.store.every_table import every_table

Whose = tuple[int | None, int | None]
"""Number of the unit and of the person a row is of; of a rule or a calendar entry both None."""
_BATCH = 500


def whose(session: Session, entry: Entry) -> set[Whose]:
    """Of every row with rulings or papers that an entry names; of an entry about a terminal none."""
    if entry.chain == RULINGS:
        return _of(session, every_table()["ruling"], [(number,) for number, _ in read_rulings(entry.content)])
    if entry.chain != PAPERS:
        return set()
    keys: dict[str, list[tuple[int, ...]]] = defaultdict(list)
    for table, key, _ in orjson.loads(entry.content):
        keys[table].append(tuple(int(part) for part in key.split(":")))
    found: set[Whose] = set()
    for table, listed in keys.items():
        if "employee_id" in every_table()[table].columns:
            found |= _of(session, every_table()[table], listed)
    return found


def _of(session: Session, table: Table, keys: Iterable[tuple[int, ...]]) -> set[Whose]:
    """A row that is gone is of nobody who could be named, and so of everybody."""
    listed = list(keys)
    has_unit = "unit_id" in table.columns
    columns = [table.c.employee_id, *([table.c.unit_id] if has_unit else [])]
    key = table.columns[key_columns(table.name)[0]]
    found: set[Whose] = set()
    for begin in range(0, len(listed), _BATCH):
        wanted = {each[0] for each in listed[begin : begin + _BATCH]}
        for row in session.execute(select(key, *columns).where(key.in_(wanted))).all():
            found.add((row[2] if has_unit else None, row[1]))
            wanted.discard(row[0])
        if wanted:
            found.add((None, None))
    return found
