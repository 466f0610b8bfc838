"""What was learned of each terminal, by its serial number: the layout of its records, and what it says of its build."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlmodel import Session

from attendance.store.terminal_tables import TerminalProfileRow


def profile_of(session: Session, serial: str | None) -> TerminalProfileRow | None:
    """None for a terminal that was never read."""
    return session.get(TerminalProfileRow, serial) if serial else None


def learn(
    session: Session,
    serial: str,
    *,
    firmware: str,
    punch_layout: str | None,
    user_layout: str | None,
    options: Mapping[str, str],
    operations: int | None,
    at: datetime,
) -> None:
    """Keep what a good pull showed; what is None, or empty in `options`, was not looked at and stays."""
    row = profile_of(session, serial) or TerminalProfileRow(serial=serial, learned_at=at)
    found = {
        "firmware": firmware,
        "punch_layout": punch_layout or row.punch_layout,
        "user_layout": row.user_layout if user_layout is None else user_layout,
        "options": {**row.options, **options},
        "operations": row.operations if operations is None else operations,
    }
    if any(getattr(row, name) != value for name, value in found.items()):
        for name, value in found.items():
            setattr(row, name, value)
        row.learned_at = at
        session.add(row)


def forget_layout(session: Session, serial: str) -> None:
    """The next pull recognises the layout anew, as it does for a terminal never read."""
    row = profile_of(session, serial)
    if row is not None:
        row.punch_layout = None
        session.add(row)
