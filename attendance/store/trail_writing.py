"""Appending to the trail: one after the other, however many threads and processes do it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, CursorResult
from sqlalchemy.exc import OperationalError, SQLAlchemyError
from sqlmodel import Session

from attendance.errors import StoreUnavailable
from attendance.store import trail_chain as chain
from attendance.store.trail_chain import Sealer

LOOKED = "looked"
"""The act of being shown people's records; its kind is the view."""
SEALER = "sealer"
"""Under this name a session carries what seals, where the process has the secret key."""

_HEAD = "SELECT count, link, sealed, seal FROM trail_head WHERE id = 1"
_HEAD_LOCKED = f"{_HEAD} FOR UPDATE"  # PostgreSQL: held to the end of the transaction, as SQLite's one writer is
_MOVE_HEAD = "UPDATE trail_head SET count = ?, link = ?, sealed = ?, seal = ? WHERE id = 1"
_ADD = (
    "INSERT INTO trail (seq, at, actor, user_id, role, via, address, act, kind, key, subjects, detail, link, seal) "
    "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
)
_ADD_SUBJECT = "INSERT INTO trail_subject (seq, employee_id) VALUES (?, ?)"
_ADD_DETAIL = "INSERT INTO trail_detail (seq, salt, content) VALUES (?, ?, ?)"
_ADD_ERASURE = "INSERT INTO trail_erasure (seq, by_seq) VALUES (?, ?)"
_ERASE = "DELETE FROM trail_detail WHERE seq = ?"
_LINK_OF = "SELECT link FROM trail WHERE seq = ?"


_Row = tuple[Any, ...]


@dataclass(slots=True)
class Entry:
    """An entry that has no number yet. `fields`: those of `trail_chain.NAMES` after the number.

    `employees` ascending; `content` of the detail under `salt`; `erases`: entries whose detail goes.
    """

    fields: tuple[int | str | None, ...]
    employees: tuple[int, ...]
    content: str | None = None
    salt: bytes | None = None
    polled: bool = False
    erases: tuple[int, ...] = ()


def append(session: Session, entries: Sequence[Entry]) -> None:
    """Append entries at the end of a transaction. Raises StoreUnavailable where the trail takes none."""
    try:
        _append(session, entries)
    except OperationalError:
        raise  # the disk is full, or somebody holds the database: said in those words
    except SQLAlchemyError as error:
        raise StoreUnavailable(
            "The trail of what is done here takes no entry: nothing was stored. Ask the administrator to run "
            "`attendance verify`."
        ) from error


def _append(session: Session, entries: Sequence[Entry]) -> None:
    connection = session.connection()
    sealer: Sealer | None = session.info.get(SEALER)
    sqlite = connection.dialect.name == "sqlite"
    head = _run(connection, _HEAD if sqlite else _HEAD_LOCKED).one_or_none()
    if head is None:
        raise StoreUnavailable("The head of the trail is missing: nothing was stored. Run `attendance verify`.")
    count, link, sealed, seal = tuple[Any, ...](head)
    may_seal = sealer is not None and _seal_holds(connection, sealer, count, link, sealed, seal)
    rows: list[_Row] = []
    subjects: list[_Row] = []
    details: list[_Row] = []
    erasures: list[_Row] = []
    for entry in entries:
        count += 1
        about = chain.digest_of_subjects(entry.employees)
        detail = None
        if entry.content is not None and entry.salt is not None:
            detail = chain.digest_of_detail(entry.salt, entry.content)
            details.append((count, entry.salt, entry.content))
        fields = (count, *entry.fields)
        link = chain.link(link, chain.canonical(fields, about, detail))
        rows.append((*fields, about, detail, link, sealer.of_entry(link) if sealer is not None else None))
        subjects += [(count, number) for number in entry.employees]
        erasures += [(seq, count) for seq in entry.erases]
    if erasures and sqlite:  # what is deleted is overwritten, and does not stay in the file as free space
        _run(connection, "PRAGMA secure_delete=ON")
    for statement, listed in (
        (_ADD, rows),
        (_ADD_SUBJECT, subjects),
        (_ADD_DETAIL, details),
        (_ADD_ERASURE, erasures),
        (_ERASE, [(seq,) for seq, _ in erasures]),
    ):
        if listed:
            _run(connection, statement, listed)
    if sealer is not None and may_seal:
        sealed, seal = count, sealer.of_head(count, link)
    _run(connection, _MOVE_HEAD, (count, link, sealed, seal))


def _run(connection: Connection, statement: str, values: _Row | list[_Row] | None = None) -> CursorResult[Any]:
    """As the driver takes it: this runs in every transaction, and building a statement would cost as much again."""
    if connection.dialect.name != "sqlite":
        statement = statement.replace("?", "%s")
    return connection.exec_driver_sql(statement, values)


def _seal_holds(
    connection: Connection, sealer: Sealer, count: int, link: bytes, sealed: int, seal: bytes | None
) -> bool:
    """Whether the last seal fits what it sealed. One that does not is left standing for whoever verifies: sealing over
    it would make good what somebody rewrote."""
    if seal is None or not sealer.made(seal):
        return True  # never sealed, or with a key of before
    if sealed != count:
        found = _run(connection, _LINK_OF, (sealed,)).scalar()
        if found is None:
            return False
        link = found
    return seal == sealer.of_head(sealed, link)
