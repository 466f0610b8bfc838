"""Backups by themselves: once a day after an hour of the office, the newest few kept."""

from __future__ import annotations

import logging
import re
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from attendance import clock
from attendance.clock import Now
from attendance.errors import AttendanceError
from attendance.services.backups.archive import Written
from attendance.services.backups.making import make_backup
from attendance.store import backups
from attendance.store.database import Database
from attendance.store.trail import TIMETABLE, Actor

_log = logging.getLogger(__name__)
TRY_AGAIN = timedelta(hours=1)
"""How long after one that failed the next is tried."""
_OURS = re.compile(r"attendance-\d{8}-\d{6}(|-asked)\.backup")


@dataclass(frozen=True, slots=True)
class Plan:
    """Where backups go, how many are kept (0: none is made by itself) and after which hour of the office's zone.

    `drill_days`: so long after the last one the newest is put back for trial (0: never by itself).
    """

    folder: Path
    keep: int
    hour: int
    zone: str
    drill_days: int = 30


def is_due(database: Database, plan: Plan, at: datetime) -> bool:
    """Whether the one of today is to be made: also late, on a machine that was off at its hour."""
    local = clock.to_wall(at, plan.zone)
    if plan.keep == 0 or local.hour < plan.hour:
        return False
    with database.reading() as session:
        last = backups.last_of(session, "schedule")
    if last is None or last.made_at > at:  # the clock was ahead then, or it has been put right since
        return True
    if last.outcome != "ok":
        return at - last.made_at >= TRY_AGAIN
    return clock.to_wall(last.made_at, plan.zone).date() < local.date()


def make_by_plan(
    database: Database, plan: Plan, now: Now, *, actor: Actor = TIMETABLE, source: str = "schedule"
) -> Written:
    """One backup in the folder of the plan; then the oldest of its own go, down to as many as are kept (0: none goes).

    Those that somebody asked for are kept apart from the daily ones, as many again: who asks for many in an afternoon
    does not lose the days before.

    Raises Invalid, StoreUnavailable; no backup is taken away then.
    """
    local = clock.to_wall(now(), plan.zone)
    asked = "" if source == "schedule" else "-asked"
    path = plan.folder / f"attendance-{local:%Y%m%d-%H%M%S}{asked}.backup"
    written = make_backup(database, path, actor=actor, source=source, now=now)
    if plan.keep:
        _forget(plan, written.path, asked)
    return written


def newest_file(plan: Plan) -> Path | None:
    """The newest backup in the folder of the plan, of those made there; None: there is none."""
    with suppress(OSError):
        return max((each for each in plan.folder.iterdir() if _OURS.fullmatch(each.name)), default=None,
                   key=lambda each: each.name)  # fmt: skip
    return None


def _forget(plan: Plan, newest: Path, asked: str) -> None:
    """Take the oldest of its kind away, first those of a clock that was ahead; one that does not go spoils nothing."""
    with suppress(OSError):
        before = [
            found
            for found in plan.folder.iterdir()
            if found != newest and (ours := _OURS.fullmatch(found.name)) and ours[1] == asked
        ]
        before.sort(key=lambda found: (found.name < newest.name, found.name))
        for old in before[: len(before) - plan.keep + 1]:
            old.unlink(missing_ok=True)


def keep_up(database: Database, plan: Plan, now: Now) -> None:
    """What the timetable does now and then: make the one of today when it is due. The log says where it fails."""
    if not is_due(database, plan, now()):
        return
    try:
        make_by_plan(database, plan, now)
    except AttendanceError as error:
        _log.error("No backup was made: %s", error)
