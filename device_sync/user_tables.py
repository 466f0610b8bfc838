"""From a reading of a user table to who held which place, for records that know people only by it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from attendance import clock
from attendance.store import terminal_users
from attendance.store.database import Session
from attendance.store.terminal_tables import TerminalUserRow
from attendance.store.terminal_users import Changes, Entry
from device_sync.holders import Held, Holders
from device_sync.terminal import TerminalLog

MAX_PIN = 32


def look_through(session: Session, terminal_id: int, log: TerminalLog, zone: str) -> tuple[Changes, Holders]:
    """What this reading changes in the stored table, and who held which place, this reading included.

    Holders are empty for records that carry the user's number themselves.
    """
    places = not log.has_user_id
    kept = terminal_users.rows_of(session, terminal_id) if places or log.users is not None else []
    changes = Changes()
    if log.users is not None:
        shown = clock.to_wall(log.read_at, zone) + timedelta(seconds=log.clock_offset_seconds or 0)
        entries = [
            Entry(user.uid, user.pin[:MAX_PIN], user.name, user.name_bytes, user.privilege, user.disabled)
            for user in log.users
        ]
        changes = terminal_users.compare(session, terminal_id, kept, entries, shown.replace(microsecond=0))
    return changes, _holders(kept, changes) if places else Holders()


def holders_of(session: Session, terminal_id: int) -> Holders:
    """Who held which place, as far as it is stored."""
    return _holders(terminal_users.rows_of(session, terminal_id), Changes())


def _holders(kept: Sequence[TerminalUserRow], changes: Changes) -> Holders:
    stored = [Held(row.uid, row.pin, _seconds(row.since)) for row in kept]
    begun = [Held(entry.uid, entry.pin, _seconds(since)) for entry, since in changes.begun]
    return Holders(row for row in (*stored, *begun) if row.pin)  # a place without a number names nobody


def _seconds(wall: datetime | None) -> int | None:
    return None if wall is None else clock.wall_seconds(wall)
