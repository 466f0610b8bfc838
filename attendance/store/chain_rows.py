"""Which rows the chains cover and how they are read back: always from the database, as it keeps them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from typing import Any

from sqlalchemy import Connection, RowMapping, Table, select, tuple_

from attendance.store.chain_links import row_digest, row_text
from attendance.store.every_table import every_table

PAPERS = (
    "absence", "annulment", "assignment", "calendar_entry", "clock_invalid", "clock_offset", "duty", "enrolment",
    "exemption", "explanation", "inspection", "inspection_absence", "month_event", "outage", "overtime", "paper",
    "protection", "rule_version", "schedule_version", "site_fact", "unit_version",
)  # fmt: skip
"""Tables of papers and dated rules: what a verdict rests on beside punches. Rows change when they are decided or
withdrawn, and each change is an entry of its own."""
KEYS: Mapping[str, tuple[str, ...]] = {"inspection_absence": ("inspection_id", "employee_id")}
"""The columns of the key of a row, where that is not `id`."""
PULL, BLOCK, QUARANTINE = "pull", "punch_block", "quarantine"
_FEW = 500


def key_columns(table: str) -> tuple[str, ...]:
    return KEYS.get(table, ("id",))


def columns_of(table: str) -> list[str]:
    """The columns of a table as this version of the program has them, by name."""
    return sorted(every_table()[table].columns.keys())


def digests(
    connection: Connection, table: str, keys: Iterable[str], names: Sequence[str] | None = None
) -> dict[str, bytes]:
    """The digests of these rows as they are stored now, by key; one that is not there is left out."""
    wanted = sorted(set(keys))
    found: dict[str, bytes] = {}
    for begin in range(0, len(wanted), _FEW):
        found |= dict(_read(connection, table, wanted[begin : begin + _FEW], names))
    return found


def every_digest(connection: Connection, table: str, names: Sequence[str]) -> Iterator[tuple[str, bytes]]:
    """The digest of every row of a table, in the order of its key."""
    yield from _read(connection, table, None, names)


def texts(connection: Connection, table: str, keys: Iterable[str], names: Sequence[str]) -> list[tuple[str, bytes]]:
    """Rows as the texts that their digests are of, by key."""
    return [(key, row_text(row)) for key, row in _rows(connection, table, sorted(set(keys)), names)]


def _read(
    connection: Connection, table: str, keys: list[str] | None, names: Sequence[str] | None
) -> Iterator[tuple[str, bytes]]:
    for key, row in _rows(connection, table, keys, names):
        yield key, row_digest(row)


def _rows(
    connection: Connection, table: str, keys: list[str] | None, names: Sequence[str] | None
) -> Iterator[tuple[str, dict[str, Any]]]:
    described: Table = every_table()[table]
    columns = [described.columns[name] for name in (names or columns_of(table)) if name in described.columns]
    by = [described.columns[name] for name in key_columns(table)]
    query = select(*columns).order_by(*by).execution_options(yield_per=_FEW)
    if keys is not None:
        parts = [tuple(int(part) for part in key.split(":")) for key in keys]
        query = query.where(tuple_(*by).in_(parts) if len(by) > 1 else by[0].in_([part[0] for part in parts]))
    with closing(connection.execute(query)) as found:
        for row in found.mappings():
            yield ":".join(str(row[name]) for name in key_columns(table)), dict(row)


_OF_PULL = {
    PULL: (
        "id", "terminal_id", "source", "format", "file_name", "started_at", "finished_at", "outcome", "message",
        "params", "serial", "firmware", "clock_offset_seconds", "users", "records_before", "records_after",
        "record_capacity", "read", "new", "repeated", "quarantined", "log_bytes", "log_digest", "payload_from",
        "complete_from", "complete_until", "seconds",
    ),
    BLOCK: (
        "id", "terminal_id", "first_sequence", "count", "pull_id", "min_wall", "max_wall", "received_at", "pins",
        "layout", "columns",
    ),
    QUARANTINE: ("id", "terminal_id", "pull_id", "position", "record", "reason", "recorded_at"),
}  # fmt: skip
"""The columns that are digested of a pull, of its punches, of its quarantine. A later column is none of them: what was
entered must be checked as it was entered."""


def of_pull(connection: Connection, number: int) -> dict[str, Any] | None:
    """What a chain says of a pull: the digests of its row, its bytes, each block of punches and its quarantine.

    None: there is no such pull.
    """
    pull, block, quarantine = (every_table()[name] for name in (PULL, BLOCK, QUARANTINE))
    row = connection.execute(select(pull).where(pull.c.id == number)).mappings().one_or_none()
    if row is None:
        return None
    blocks = connection.execute(select(block).where(block.c.pull_id == number).order_by(block.c.first_sequence))
    kept = connection.execute(
        select(quarantine).where(quarantine.c.pull_id == number).order_by(quarantine.c.position, quarantine.c.id)
    )
    return {
        "pull": number,
        "row": _of(PULL, row),
        "bytes": row_digest({"payload": row["payload"]}).hex() if row["payload"] is not None else None,
        "blocks": [[b["first_sequence"], b["count"], _of(BLOCK, b)] for b in blocks.mappings()],
        "quarantine": [_of(QUARANTINE, q) for q in kept.mappings()],
    }


def texts_of_pull(connection: Connection, number: int) -> list[tuple[str, str, bytes]]:
    """A pull and its punches as the texts that their digests are of, in which bytes stand as digests themselves.

    Table, key and text of each.
    """
    found: list[tuple[str, str, bytes]] = []
    for name, by in ((PULL, "id"), (BLOCK, "pull_id")):
        table = every_table()[name]
        rows = connection.execute(select(table).where(table.c[by] == number).order_by(table.c.id)).mappings()
        found += [(name, str(row["id"]), row_text({each: row[each] for each in _OF_PULL[name]})) for row in rows]
    return found


def _of(table: str, row: RowMapping) -> str:
    return row_digest({name: row[name] for name in _OF_PULL[table]}).hex()
