"""What was learned of each terminal, by its serial number: the layout of its records, and what it says of its build."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, select
from sqlmodel import Session, col

from attendance.errors import NotFound
from attendance.store import office
from attendance.store.evidence_tables import LogPositionRow
from attendance.store.tables import TerminalRow
from attendance.store.terminal_tables import TerminalProfileRow

_PROFILE = select(TerminalProfileRow).where(col(TerminalProfileRow.serial) == bindparam("serial"))
_LEFT = (
    select(
        TerminalRow,
        col(LogPositionRow.log_bytes),
        col(LogPositionRow.last_ok_at),
        col(TerminalProfileRow.punch_layout),
        col(TerminalProfileRow.user_layout),
        col(TerminalProfileRow.operations),
    )
    .outerjoin_from(TerminalRow, LogPositionRow, col(LogPositionRow.terminal_id) == col(TerminalRow.id))
    .outerjoin(TerminalProfileRow, col(TerminalProfileRow.serial) == col(TerminalRow.serial))
    .where(col(TerminalRow.code) == bindparam("code"))
)


def profile_of(session: Session, serial: str | None) -> TerminalProfileRow | None:
    """None for a terminal that was never read."""
    return session.scalars(_PROFILE, {"serial": serial}).one_or_none() if serial else None


@dataclass(frozen=True, slots=True)
class Left:
    """What the pulls before left: bytes stored, whether any was good, and what was learned (None: not)."""

    log_bytes: int = 0
    was_read: bool = False
    punch_layout: str | None = None
    user_layout: str | None = None
    operations: int | None = None


def left_behind(session: Session, code: str) -> tuple[TerminalRow, Left]:
    """A terminal and what is known of it, in one query, for every pull asks it first. Raises NotFound."""
    found = session.execute(_LEFT, {"code": code}).one_or_none()
    if found is None:
        raise NotFound("terminal", code)
    return found[0], Left(found[1] or 0, found[2] is not None, *found[3:])


def learn(
    session: Session,
    row: TerminalProfileRow,
    *,
    firmware: str,
    punch_layout: str | None,
    user_layout: str | None,
    options: Mapping[str, str],
    operations: int | None,
    at: datetime,
) -> None:
    """Keep what a good pull showed; what is None, or empty in `options`, was not looked at and stays."""
    found = {
        "firmware": firmware,
        "punch_layout": punch_layout or row.punch_layout,
        "user_layout": row.user_layout if user_layout is None else user_layout,
        "options": {**row.options, **options},
        "operations": row.operations if operations is None else operations,
    }
    if row.learned_at is None or any(getattr(row, name) != value for name, value in found.items()):
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


def set_layout(session: Session, code: str, layout: str | None) -> TerminalRow:
    """The layout of a terminal's records, as an administrator names it; None: to be recognised, and anew."""
    row = office.get(session, TerminalRow, code)
    row.layout = layout
    session.add(row)
    if layout is None and row.serial is not None:
        forget_layout(session, row.serial)
    return row


def learn_serial(session: Session, terminal: TerminalRow, serial: str) -> None:
    """Bind a terminal to the serial number it answered with at its first good pull."""
    terminal.serial = serial
    session.add(terminal)
