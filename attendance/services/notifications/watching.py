"""Which terminals went silent and which are back, told once each and not at every flicker.

    heard  ───silent───▶ wait ───still silent───▶ told ───heard───▶ wait ───still heard───▶ told that it is back

A terminal that comes and goes makes us wait twice as long each time, for a day.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from attendance.services.terminal_health import TerminalHealth
from attendance.store import terminal_watch
from attendance.store.database import Session
from attendance.store.notification_tables import TerminalWatchRow

SILENT = frozenset({"late", "unreachable", "refused"})
"""States in which nothing comes from a terminal."""
MOST_FLAPS = 4
CALM = timedelta(days=1)
BACK_SOONER = 3  # that it is back is told after a third of the time: people wait for it


@dataclass(frozen=True, slots=True)
class Told:
    """A terminal of which people are to be told now. `incident` counts what was told of it."""

    health: TerminalHealth
    silent: bool
    since: datetime
    incident: int

    @property
    def name(self) -> str:
        return f"{self.health.facts.id}.{self.incident}.{'silent' if self.silent else 'back'}"


def watch(session: Session, seen: Iterable[TerminalHealth], at: datetime, patience: timedelta) -> list[Told]:
    """Remember how every terminal was seen, and answer of which to tell. What is answered counts as told, so the
    caller puts it into the outbox in the same transaction; `seen` is read before it, which takes long.

    When one is due, others that have been silent for half the time are told with it: a dead switch is one message.
    """
    known = terminal_watch.watched(session)
    due: list[tuple[TerminalHealth, TerminalWatchRow]] = []
    soon: list[tuple[TerminalHealth, TerminalWatchRow]] = []
    for health in seen:
        row = known.get(health.facts.id)
        silent = is_silent(health)
        if row is None:
            row = TerminalWatchRow(terminal_id=health.facts.id, silent=silent, since=at)
        elif health.state is None:  # out of use: nobody waits for it
            row.silent, row.told, row.since = False, False, at
        elif silent != row.silent:
            row.silent, row.since = silent, at
        if row.told_at is not None and at - row.told_at > CALM:
            row.flaps = 0
        terminal_watch.keep(session, row)
        if health.state is None or row.silent == row.told:
            continue
        wait = patience * 2 ** min(row.flaps, MOST_FLAPS) / (1 if silent else BACK_SOONER)
        passed = at - row.since
        if passed >= wait:
            due.append((health, row))
        elif passed >= wait / 2:
            soon.append((health, row))
    if not due:
        return []
    return [_tell(health, row, at) for health, row in (*due, *soon)]


def is_silent(health: TerminalHealth) -> bool:
    """Whether nothing comes from a terminal; one that never answered yet is silent too."""
    never = health.reason == "never_read" and health.facts.failing_since is not None
    return health.state in SILENT or never


def _tell(health: TerminalHealth, row: TerminalWatchRow, at: datetime) -> Told:
    row.told, row.told_at, row.incident = row.silent, at, row.incident + 1
    if not row.silent:
        row.flaps += 1
    return Told(health, row.silent, row.since, row.incident)
