"""Punches, verdicts of days and violations for analysts: whole spans of any length, in pieces that can be resumed.

An export is of one moment (its snapshot) and in the order of the keys of its rows. Who has the rows up to one of them
asks with that snapshot and that row's key, and gets the rest: no row is missing and none comes twice.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date
from typing import Any

import orjson

from attendance.errors import Invalid, NotFound
from attendance.services import disclosure
from attendance.store import export_punches, export_rulings, listing
from attendance.store.database import Database, Session
from attendance.store.export_rows import Asked, Piece
from attendance.store.within import Within

KINDS = ("punches", "days", "violations")
COLUMNS: Mapping[str, tuple[str, ...]] = {
    "punches": export_punches.COLUMNS,
    "days": export_rulings.DAYS,
    "violations": export_rulings.VIOLATIONS,
}
KEYS: Mapping[str, tuple[str, ...]] = {
    "punches": ("terminal", "sequence"),
    "days": ("date", "employee"),
    "violations": ("date", "employee", "session", "type"),
}
"""The columns by which a row is known, and in whose order rows come; people in the order they were registered."""
_PLACE = {kind: [COLUMNS[kind].index(name) for name in names] for kind, names in KEYS.items()}
_LONGEST = 256
_MOST = 2**53


def pieces(database: Database, kind: str, asked: Asked, reasons: Within, limit: int | None = None) -> Iterator[Piece]:
    """Rows of COLUMNS[kind], at most `limit`. Outside of `reasons` no kind of leave or exemption is told."""
    walk = {"punches": export_punches.pieces, "days": export_rulings.days, "violations": export_rulings.violations}
    left = limit
    for piece in walk[kind](database, asked):
        rows = _masked(piece, reasons) if kind == "days" else piece.rows
        if left is not None:
            rows = rows[:left]
            left -= len(rows)
        yield replace(piece, rows=rows)
        if left == 0:
            return


def key_of(kind: str, row: tuple[Any, ...]) -> str:
    """The cursor that leads behind a row: the values of its key as JSON."""
    return orjson.dumps([row[place] for place in _PLACE[kind]]).decode()


def read_after(session: Session, kind: str, cursor: str, within: Within) -> tuple[Any, ...]:
    """The place of a cursor in the order of rows. Raises Invalid for one that is no key of such a row, and for one that
    names somebody whom its reader may not see: whether there is such a code is not told."""
    names = KEYS[kind]
    try:
        values = orjson.loads(cursor)
        if not isinstance(values, list) or len(values) != len(names):
            raise ValueError
        found = tuple(_value(name, value) for name, value in zip(names, values, strict=True))
        if "employee" in names:
            return (found[0], _person(session, found[1], within), *found[2:])
    except (ValueError, TypeError, NotFound):
        raise Invalid(
            f"This cursor leads nowhere; write {', '.join(names)} of the last whole row you have as a JSON list."
        ) from None
    return found


def _value(name: str, value: Any) -> Any:
    if name == "date":
        return date.fromisoformat(value)
    kind = int if name == "sequence" else str
    if not isinstance(value, kind) or isinstance(value, bool):
        raise TypeError
    if isinstance(value, int) and not 0 <= value <= _MOST:
        raise ValueError
    if isinstance(value, str) and (len(value) > _LONGEST or "\0" in value):
        raise ValueError
    return value


def _person(session: Session, code: str, within: Within) -> int:
    found = listing.known_employee(session, code, within)
    if found is None:
        raise NotFound("employee", code)
    return found


def _masked(piece: Piece, reasons: Within) -> list[tuple[Any, ...]]:
    if reasons.is_all:
        return piece.rows
    names = export_rulings.DAYS
    at = {name: names.index(name) for name in ("day_kind", "leave_min", "symbols", "flags")}
    found = []
    for row, own in zip(piece.rows, piece.own, strict=True):
        if not reasons.sees(*own):
            told = list(row)
            told[at["symbols"]] = disclosure.signs(row[at["symbols"]], row[at["day_kind"]], row[at["leave_min"]])
            told[at["flags"]] = disclosure.flags(row[at["flags"]])
            row = tuple(told)
        found.append(row)
    return found
