"""What earlier pulls left about a terminal, read for the next one."""

from __future__ import annotations

from attendance.store import intake_log, office, terminal_profiles, terminal_users
from attendance.store.database import Session
from attendance.store.tables import TerminalRow
from device_sync.terminal import Known


def read_known(session: Session, terminal: TerminalRow) -> Known:
    """Positions, layout and counters as the last good pull left them."""
    number = office.key(terminal)
    profile = terminal_profiles.profile_of(session, terminal.serial)
    known_bytes, was_read = intake_log.known_bytes(session, number)
    table_was_empty = was_read and profile is not None and profile.user_layout is not None
    return Known(
        log_bytes=known_bytes,
        layout=terminal.layout,
        learned=profile.punch_layout if profile is not None else None,
        operations=profile.operations if profile is not None else None,
        was_read=was_read,
        users_kept=table_was_empty or terminal_users.is_kept(session, number),
        first_sane_on=terminal.first_sane_on,
    )
