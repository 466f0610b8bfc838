"""Entering into the chains what a transaction wrote, as its last statements but those of the trail.

Pulls and rulings are noted where they are written, since there are many. Papers and dated rules are noted by the
database itself (`chain_touched`, by triggers), so no way of writing them is forgotten.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import orjson
from sqlalchemy import Connection, event
from sqlalchemy.orm import SessionTransaction
from sqlmodel import Session

from attendance.store import chain_links, chain_rows
from attendance.store.nesting import is_within

_NOTED = "chains"
_TOUCHED = "SELECT table_name, row_key FROM chain_touched ORDER BY table_name, row_key"
_UNTOUCH = "DELETE FROM chain_touched"
_HEAD = "SELECT number, link FROM chain_head WHERE chain = ?"
_ADD_HEAD = "INSERT INTO chain_head (chain, number, link) VALUES (?, 0, ?)"
_MOVE_HEAD = "UPDATE chain_head SET number = ?, link = ? WHERE chain = ?"
_ADD = "INSERT INTO chain_entry (chain, number, kind, content, digest, link) VALUES (?, ?, ?, ?, ?, ?)"
PAPERS, RULINGS = "papers", "rulings"


@dataclass(slots=True)
class _Noted:
    pulls: list[tuple[int, int, SessionTransaction | None]] = field(default_factory=list)
    rulings: list[tuple[Sequence[tuple[int, bytes]], SessionTransaction | None]] = field(default_factory=list)


def terminal_chain(terminal_id: int) -> str:
    return f"terminal:{terminal_id}"


def note_pull(session: Session, terminal_id: int, pull_id: int) -> None:
    """A pull of a terminal was filed, or its bytes were erased: with its punches it is entered at the end."""
    _noted(session).pulls.append((terminal_id, pull_id, session.get_nested_transaction()))


def note_rulings(session: Session, listed: Sequence[tuple[int, bytes]]) -> None:
    """Rulings were written: their numbers and digests."""
    if listed:
        _noted(session).rulings.append((listed, session.get_nested_transaction()))


def _noted(session: Session) -> _Noted:
    found: _Noted = session.info.setdefault(_NOTED, _Noted())
    return found


def seal(session: Session, *, papers_kind: str = "written") -> None:
    """Enter what was noted and touched. The caller commits next."""
    session.flush()
    connection = session.connection()
    noted: _Noted = session.info.pop(_NOTED, None) or _Noted()
    added: dict[str, list[tuple[str, bytes]]] = defaultdict(list)
    for terminal_id, number, _ in noted.pulls:
        content = chain_rows.of_pull(connection, number)
        if content is not None:
            added[terminal_chain(terminal_id)].append(("pull", orjson.dumps(content)))
    rulings = [each for listed, _ in noted.rulings for each in listed]
    if rulings:
        added[RULINGS].append(("rulings", chain_links.rulings_content(rulings)))
    touched = take_touched(connection)
    if touched:
        added[PAPERS].append((papers_kind, papers_content(connection, touched)))
    for chain in sorted(added):
        append(connection, chain, added[chain])


def check_foreign(session: Session) -> bool:
    """Whether rows were written past this program since the last transaction; they are entered as such, for ever."""
    connection = session.connection()
    touched = take_touched(connection)
    if touched:
        append(connection, PAPERS, [("foreign", papers_content(connection, touched))])
    return bool(touched)


def papers_content(connection: Connection, touched: Iterable[tuple[str, str]]) -> bytes:
    """Table, key and digest of each of these rows as it stands; null: it is gone."""
    keys: dict[str, list[str]] = defaultdict(list)
    for table, key in touched:
        keys[table].append(key)
    rows: list[list[str | None]] = []
    for table in sorted(keys):
        found = chain_rows.digests(connection, table, keys[table])
        rows += [[table, key, found[key].hex() if key in found else None] for key in sorted(keys[table])]
    return orjson.dumps(rows)


def append(connection: Connection, chain: str, entries: Iterable[tuple[str, bytes]]) -> None:
    """Append entries (kind, content) to a chain, one after the other."""
    entries = list(entries)
    if not entries:
        return
    lock = "" if connection.dialect.name == "sqlite" else " FOR UPDATE"
    head = _run(connection, _HEAD + lock, (chain,)).one_or_none()
    if head is None:
        before = "" if connection.dialect.name == "sqlite" else " ON CONFLICT DO NOTHING"
        _run(connection, _ADD_HEAD + before, (chain, chain_links.GENESIS))
        head = _run(connection, _HEAD + lock, (chain,)).one()
    number, link = int(head[0]), bytes(head[1])
    rows = []
    for kind, content in entries:
        number += 1
        digest = hashlib.sha256(content).digest()
        link = chain_links.link(link, chain, number, kind, digest)
        rows.append((chain, number, kind, chain_links.pack(content), digest, link))
    _run(connection, _ADD, rows)
    _run(connection, _MOVE_HEAD, (number, link, chain))


def take_touched(connection: Connection) -> list[tuple[str, str]]:
    found = [(str(table), str(key)) for table, key in _run(connection, _TOUCHED)]
    if found:
        _run(connection, _UNTOUCH)
    return found


def _run(connection: Connection, statement: str, values: Any = None) -> Any:
    """As the driver takes it: this runs in every transaction that writes."""
    if connection.dialect.name != "sqlite":
        statement = statement.replace("?", "%s")
    return connection.exec_driver_sql(statement, values)


@event.listens_for(Session, "after_soft_rollback")
def _forget(session: Session, ended: SessionTransaction) -> None:
    held: _Noted | None = session.info.get(_NOTED)
    if held is None:
        return
    if not ended.nested:
        del session.info[_NOTED]
        return
    held.pulls = [each for each in held.pulls if not is_within(each[2], ended)]
    held.rulings = [each for each in held.rulings if not is_within(each[1], ended)]
