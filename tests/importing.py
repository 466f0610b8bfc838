"""Sheets for tests: typed rows as the room of spreadsheets gives them, and an import of them into an office."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime
from typing import Any

from attendance.services.imports.filing import Result, Source, import_rows
from attendance.sheets import KINDS, Row, Rows, letter
from attendance.store.database import Database
from attendance.store.trail import Actor

ZONE = "Asia/Ho_Chi_Minh"
NOW = datetime(2026, 3, 20, 2, tzinfo=UTC)
HR = Actor("Trần Thị Hạnh", None, "page")


def sheet(kind: str, listed: Iterable[dict[str, Any]], *, first: int = 2) -> Rows:
    """Typed rows from what is not empty in each; `from_` and `for_` are `from` and `for`."""
    columns = KINDS[kind].columns
    rows = []
    for number, given in enumerate(listed, first):
        said = {name.rstrip("_"): value for name, value in given.items()}
        parts = {part.name for part in KINDS[kind].parts}
        assert said.keys() <= {column.name for column in columns} | parts
        values = {column.name: said.get(column.name, column.default) for column in columns}
        values |= {name: value for name, value in said.items() if name in parts}
        cells = {column.name: f"{letter(place)}{number}" for place, column in enumerate(columns)}
        rows.append(Row(number, values, cells))
    return Rows(tuple(rows), read=len(rows))


def bring(
    database: Database, kind: str, *listed: dict[str, Any], now: datetime = NOW, actor: Actor = HR, **wish: Any
) -> Result:
    """An import of these rows."""
    headers = {letter(place): column.name for place, column in enumerate(KINDS[kind].columns)}
    source = Source(f"{kind}.xlsx", "0" * 64, headers)
    return import_rows(database, ZONE, kind, sheet(kind, listed), source, actor=actor, now=now, **wish)


def wrong(result: Result) -> list[tuple[int, str, str]]:
    """Row, column letter and reason of every wrong cell."""
    return [(error.row, error.column, error.code) for error in result.errors]


def on(text: str) -> date:
    """24/11/2026."""
    return datetime.strptime(text, "%d/%m/%Y").date()


def at(text: str) -> datetime:
    """24/11/2026 17:00 on the wall."""
    return datetime.strptime(text, "%d/%m/%Y %H:%M")
