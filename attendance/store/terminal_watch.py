"""What people were told of each terminal's silence."""

from __future__ import annotations

from sqlalchemy import select
from sqlmodel import Session

from attendance.store.notification_tables import TerminalWatchRow


def watched(session: Session) -> dict[int, TerminalWatchRow]:
    """By number of the terminal; held for the caller's transaction."""
    return {row.terminal_id: row for row in session.scalars(select(TerminalWatchRow).with_for_update())}


def keep(session: Session, row: TerminalWatchRow) -> None:
    session.add(row)
