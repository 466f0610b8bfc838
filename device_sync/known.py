"""What earlier pulls left about a terminal, read for the next one."""

from __future__ import annotations

from attendance.store import office, terminal_profiles, terminal_users
from attendance.store.database import Session
from attendance.store.tables import TerminalRow
from device_sync.terminal import Known


def read_known(session: Session, code: str) -> tuple[TerminalRow, Known]:
    """A terminal, and position, layout and counters as its last good pull left them. Raises NotFound."""
    terminal, left = terminal_profiles.left_behind(session, code)
    table_was_read = left.was_read and left.user_layout is not None
    known = Known(
        log_bytes=left.log_bytes,
        layout=terminal.layout,
        learned=left.punch_layout,
        operations=left.operations,
        was_read=left.was_read,
        users_kept=table_was_read or terminal_users.is_kept(session, office.key(terminal)),
        first_sane_on=terminal.first_sane_on,
    )
    return terminal, known
