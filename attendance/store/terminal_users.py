"""User tables of terminals, as dated rows: who stood where, since when; ended when it changes, never overwritten."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import insert
from sqlmodel import Session, col, or_, select

from attendance import clock
from attendance.store import pulls, punch_log
from attendance.store.terminal_tables import TerminalUserRow


class Entry(NamedTuple):
    """One place of a user table as it was read."""

    uid: int
    pin: str
    name: str
    name_bytes: bytes
    privilege: int
    disabled: bool


@dataclass(frozen=True, slots=True)
class Changes:
    """What a reading of the table showed: entries that are new or changed, each with the terminal time since when it
    counts (None: always), and the rows they or nobody came after, with the terminal time until when those counted.
    """

    begun: tuple[tuple[Entry, datetime | None], ...] = ()
    ended: tuple[tuple[TerminalUserRow, datetime | None], ...] = ()


def rows_of(session: Session, terminal_id: int) -> list[TerminalUserRow]:
    """Everything known of the table, oldest first."""
    query = select(TerminalUserRow).where(TerminalUserRow.terminal_id == terminal_id)
    return list(session.exec(query.order_by(col(TerminalUserRow.id))))


def is_kept(session: Session, terminal_id: int) -> bool:
    """Whether anybody was ever read from the table."""
    query = select(TerminalUserRow.id).where(TerminalUserRow.terminal_id == terminal_id).limit(1)
    return session.exec(query).first() is not None


def compare(
    session: Session, terminal_id: int, kept: Sequence[TerminalUserRow], entries: Iterable[Entry], seen_at: datetime
) -> Changes:
    """What has changed since the table was read last. `kept` as `rows_of` answers, `seen_at` the terminal's time now.

    Nobody knows when between two pulls a place changed hands. It counts for the new person after the last good pull
    before the change was seen, and after every punch that is stored already under a number the place then had: what is
    stored keeps its number when the log is read again.
    """
    standing = {row.uid: row for row in kept if row.until is None}
    read = {entry.uid: entry for entry in entries}
    fresh = [entry for uid, entry in read.items() if uid not in standing or _entry(standing[uid]) != entry]
    gone = [row for uid, row in standing.items() if uid not in read]
    last = _last_good_pull(session, terminal_id) if fresh else None
    begun = [(entry, None) for entry in fresh] if last is None else _dated(session, terminal_id, kept, fresh, last)
    ended = [(standing[entry.uid], since) for entry, since in begun if entry.uid in standing]
    return Changes(tuple(begun), (*ended, *((row, seen_at) for row in gone)))


def seen_by(session: Session, terminal_id: int, pull_id: int) -> list[TerminalUserRow] | None:
    """The table as it stood after a pull that found it new or changed; None where that pull found no change."""
    changed = select(TerminalUserRow.id).where(
        TerminalUserRow.terminal_id == terminal_id,
        or_(TerminalUserRow.pull_id == pull_id, TerminalUserRow.ended_pull_id == pull_id),
    )
    if session.exec(changed.limit(1)).first() is None:
        return None
    rows = [row for row in rows_of(session, terminal_id) if row.pull_id <= pull_id]
    return [row for row in rows if row.ended_pull_id is None or row.ended_pull_id > pull_id]


def file(session: Session, terminal_id: int, changes: Changes, pull_id: int) -> None:
    """Keep what `compare` found, as seen by that pull."""
    for row, until in changes.ended:
        row.until, row.ended_pull_id = until, pull_id
        session.add(row)
    if changes.begun:
        session.flush()
        rows = [
            {"terminal_id": terminal_id, "since": since, "pull_id": pull_id, "until": None, **entry._asdict()}
            for entry, since in changes.begun
        ]
        session.execute(insert(TerminalUserRow), rows)


def _entry(row: TerminalUserRow) -> Entry:
    return Entry(row.uid, row.pin, row.name, row.name_bytes, row.privilege, row.disabled)


def _last_good_pull(session: Session, terminal_id: int) -> datetime | None:
    """What the terminal's clock showed at its last good pull."""
    last = pulls.last_reading(session, terminal_id)
    return None if last is None else last.complete_until + timedelta(seconds=last.clock_offset_seconds or 0)


def _dated(
    session: Session, terminal_id: int, kept: Sequence[TerminalUserRow], fresh: Sequence[Entry], last: datetime
) -> list[tuple[Entry, datetime | None]]:
    stored = punch_log.read(session, [terminal_id], from_wall=clock.wall_seconds(last))
    latest: dict[str, int] = {}
    for code, wall in zip(stored.pin.tolist(), stored.wall.tolist(), strict=True):
        pin = stored.pins[code]
        latest[pin] = max(wall, latest.get(pin, wall))
    had: dict[int, str] = {row.uid: row.pin for row in kept}
    dated: list[tuple[Entry, datetime | None]] = []
    for entry in fresh:
        names = (had.get(entry.uid), entry.pin, str(entry.uid), f"#{entry.uid}")
        punched = [latest[name] for name in names if name in latest]
        after = max((clock.from_wall_seconds(wall + 1) for wall in punched), default=last)
        dated.append((entry, max(last, after)))
    return dated
