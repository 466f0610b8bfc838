"""Insert what may be there already: of two writers that come at once neither fails."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Any

from sqlmodel import Session, SQLModel


def insert_if_absent(session: Session, table: type[SQLModel], rows: Sequence[dict[str, Any]]) -> None:
    """Rows whose key is stored already are left out, and stay as they are stored. All rows have the same columns.

    Straight to the driver, because a terminal's first log marks a hundred thousand days.
    """
    if not rows:
        return
    columns = list(rows[0])
    sqlite = session.get_bind().dialect.name == "sqlite"
    marks = ", ".join(["?" if sqlite else "%s"] * len(columns))
    adapt = _for_sqlite if sqlite else _as_it_is
    session.connection().exec_driver_sql(
        f"INSERT INTO {table.__tablename__} ({', '.join(columns)}) VALUES ({marks}) ON CONFLICT DO NOTHING",  # noqa: S608 - names of our own columns
        [tuple(adapt(row[name]) for name in columns) for row in rows],
    )


def _for_sqlite(value: Any) -> Any:
    """As SQLAlchemy's own types write dates and instants there."""
    if isinstance(value, datetime):
        utc = value.astimezone(UTC) if value.tzinfo else value
        return utc.strftime("%Y-%m-%d %H:%M:%S.%f")
    return value.isoformat() if isinstance(value, date) else value


def _as_it_is(value: Any) -> Any:
    return value
