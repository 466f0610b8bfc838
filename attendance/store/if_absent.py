"""Insert what may be there already: of two writers that come at once neither fails."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy.dialects.postgresql import insert as insert_postgresql
from sqlalchemy.dialects.sqlite import insert as insert_sqlite
from sqlmodel import Session, SQLModel


def insert_if_absent(session: Session, table: type[SQLModel], rows: Sequence[dict[str, Any]]) -> None:
    """Rows whose key is stored already are left out, and stay as they are stored."""
    if session.get_bind().dialect.name == "sqlite":
        session.execute(insert_sqlite(table).on_conflict_do_nothing(), rows)
    else:
        session.execute(insert_postgresql(table).on_conflict_do_nothing(), rows)
