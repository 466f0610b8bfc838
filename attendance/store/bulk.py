"""Rows past the session: a pull and its punches, a month of rulings, the days a terminal's first log marks."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from functools import cache
from typing import Any

from sqlalchemy import Insert, insert, inspect, text
from sqlmodel import Session, SQLModel

from attendance.store.questions import carry_out, table_of


def insert_row(session: Session, row: SQLModel) -> int:
    """A new row of a table that numbers its rows; answers its number. The row itself is no part of the session."""
    attributes = [each for each in inspect(type(row)).column_attrs if each.key != "id"]
    values = {attribute.columns[0].key: getattr(row, attribute.key) for attribute in attributes}
    return int(carry_out(session, _insert_into(type(row)), values).inserted_primary_key[0])


def insert_rows(session: Session, table: str, columns: Sequence[str], rows: Sequence[tuple[Any, ...]]) -> None:
    """Rows whose values the driver takes as they are: see `adapter`; JSON as text. Nothing is returned."""
    _execute(session, table, columns, rows, "")


def insert_if_absent(session: Session, table: type[SQLModel], rows: Sequence[dict[str, Any]]) -> None:
    """Rows whose key is stored already are left out, and stay as they are stored: of two writers neither fails.

    All rows have the same columns.
    """
    if not rows:
        return
    columns, adapt = list(rows[0]), adapter(session)
    taken = [tuple(adapt(row[name]) for name in columns) for row in rows]
    _execute(session, str(table.__tablename__), columns, taken, " ON CONFLICT DO NOTHING")


def adapter(session: Session) -> Callable[[Any], Any]:
    """Turns dates and instants into what the driver of this database takes, as SQLAlchemy's own types write them."""
    return _for_sqlite if is_sqlite(session) else _as_it_is


def next_ids(session: Session, table: str, count: int) -> Sequence[int]:
    """Numbers for so many new rows, for the caller alone: it holds the only writer of SQLite, or their sequence."""
    if not count:
        return ()
    if is_sqlite(session):
        last = session.execute(text(f"SELECT coalesce(max(id), 0) FROM {table}")).scalar_one()  # noqa: S608 - our name
        return range(last + 1, last + 1 + count)
    query = text("SELECT nextval(pg_get_serial_sequence(:table, 'id')) FROM generate_series(1, :count)")
    return list(session.scalars(query, {"table": table, "count": count}))


@cache
def _insert_into(table: type[SQLModel]) -> Insert:
    return insert(table_of(table))


def _execute(
    session: Session, table: str, columns: Sequence[str], rows: Sequence[tuple[Any, ...]], otherwise: str
) -> None:
    if rows:
        marks = ", ".join(["?" if is_sqlite(session) else "%s"] * len(columns))
        session.connection().exec_driver_sql(
            f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({marks}){otherwise}",  # noqa: S608 - our own names
            list(rows),
        )


def is_sqlite(session: Session) -> bool:
    return session.get_bind().dialect.name == "sqlite"


def _for_sqlite(value: Any) -> Any:
    if isinstance(value, datetime):
        utc = value.astimezone(UTC) if value.tzinfo else value
        return utc.strftime("%Y-%m-%d %H:%M:%S.%f")
    return value.isoformat() if isinstance(value, date) else value


def _as_it_is(value: Any) -> Any:
    return value
