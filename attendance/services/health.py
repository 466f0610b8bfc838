"""How the installation is: one finding per thing an administrator looks after, each with what to do next.

Findings are codes and values; pages, API and `attendance doctor` say them in the reader's language.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from math import ceil
from pathlib import Path
from typing import Any, Literal

from attendance import clock
from attendance.services import setting_up
from attendance.services.backups.keeping import Plan
from attendance.services.terminal_health import terminals_health
from attendance.store import backups, checkpoints, health_reading, restorations
from attendance.store.database import Database, Session
from attendance.store.trail_checking import missing_guards
from attendance.store.trail_reading import chain_state

Level = Literal["good", "look", "bad"]
LEVELS: tuple[Level, ...] = ("bad", "look", "good")

REASONS = (
    "version", "database", "setup_open",
    "disk_good", "disk_low", "disk_full",
    "leads", "nobody_leads",
    "terminals_good", "terminals_look", "terminals_none",
    "backup_good", "backup_old", "backup_none", "backup_failed", "backup_off", "backup_same_disk",
    "drill_good", "drill_old", "drill_none", "drill_failed", "restored_waiting", "restored_lost",
    "trail_good", "trail_old", "trail_unchecked", "trail_broken", "guards_missing",
    "points_good", "points_old", "points_unsent", "points_nowhere",
    "notices_failing",
    "key_missing", "one_administrator", "no_second_factor",
)  # fmt: skip
NOTHING_TO_DO = frozenset(
    {
        "version",
        "database",
        "disk_good",
        "leads",
        "terminals_good",
        "backup_good",
        "drill_good",
        "trail_good",
        "points_good",
    }
)
BACKUP_OLD = timedelta(hours=50)  # two nights were missed
DRILL_LATE_DAYS = 15
"""So many days after a drill was due somebody is told; where none is due by itself, after `DRILL_OLD_DAYS`."""
DRILL_OLD_DAYS = 45
NOTICES_SINCE = timedelta(days=2)
TRAIL_OLD = timedelta(hours=50)
POINTS_OLD = timedelta(hours=26)  # one is made when a day begins
DISK_LOW, DISK_FULL = 5 * 1024**3, 512 * 1024**2
LOW_SHARE = 0.05


@dataclass(frozen=True, slots=True)
class Finding:
    """`reason` is one of REASONS and names the sentence, `params` fill it; `address` is the page to go on to.

    `bad`: something is lost or will be; `look`: somebody should look at it in the next days; `good`: nothing to do.
    """

    reason: str
    level: Level
    params: dict[str, Any] = field(default_factory=dict)
    address: str | None = None


@dataclass(frozen=True, slots=True)
class Place:
    """What a process knows of where it runs. `folder`: of the data; `sealed`: whether the secret key is known."""

    version: str
    folder: Path
    plan: Plan
    sealed: bool


def findings(database: Database, place: Place, zone: str, at: datetime) -> tuple[Finding, ...]:
    """Everything there is to say, the worst first. Raises StoreUnavailable where the database cannot be asked."""
    with database.reading() as session:
        found = [
            *_installation(database, session, place),
            *_timetable(session, at),
            *_terminals(session, zone, at),
            *_backups(session, place, at),
            *_drills(session, place, at),
            *_restored(session, zone),
            *_trail(session, at),
            *_checkpoints(session, at),
            *_notices(session, at),
            *_people(session, place, at),
        ]
    return tuple(sorted(found, key=lambda each: LEVELS.index(each.level)))


def _installation(database: Database, session: Session, place: Place) -> Iterator[Finding]:
    yield Finding("version", "good", {"version": place.version})
    kind = "SQLite" if database.is_sqlite else "PostgreSQL"
    yield Finding("database", "good", {"kind": kind, "bytes": health_reading.size_in_bytes(database, session)})
    for folder in dict.fromkeys((_existing(place.folder), _existing(place.plan.folder))):
        usage = shutil.disk_usage(folder)
        params = {"folder": str(folder), "free": usage.free}
        if usage.free < DISK_FULL:
            yield Finding("disk_full", "bad", params)
        elif usage.free < min(DISK_LOW, usage.total * LOW_SHARE):
            yield Finding("disk_low", "look", params)
        elif folder == _existing(place.folder):
            yield Finding("disk_good", "good", params)
    if setting_up.progress(session) is not None:
        yield Finding("setup_open", "look", address="/setup")


def _existing(folder: Path) -> Path:
    """The folder, or the nearest above it that is there already."""
    return next((each for each in (folder, *folder.parents) if each.exists()), Path("/"))


def _timetable(session: Session, at: datetime) -> Iterator[Finding]:
    if backups.leader_until(session, at) is not None:
        yield Finding("leads", "good")
    else:
        yield Finding("nobody_leads", "bad")


def _terminals(session: Session, zone: str, at: datetime) -> Iterator[Finding]:
    states = [each.state for each in terminals_health(session, zone, at) if each.state is not None]
    unwell = sum(state != "healthy" for state in states)
    if not states:
        yield Finding("terminals_none", "look", address="/terminals")
    elif unwell:
        yield Finding("terminals_look", "look", {"unwell": unwell, "all": len(states)}, "/terminals")
    else:
        yield Finding("terminals_good", "good", {"all": len(states)}, "/terminals")


def _backups(session: Session, place: Place, at: datetime) -> Iterator[Finding]:
    newest, good = backups.newest(session, 1), backups.last_good(session)
    if newest and newest[0].outcome != "ok":
        yield Finding("backup_failed", "bad", {"at": newest[0].made_at, "outcome": newest[0].outcome})
    if good is None:
        yield Finding("backup_none", "bad")
    else:
        params = {"at": good.made_at, "file": good.file_name, "hours": int((at - good.made_at).total_seconds() // 3600)}
        is_old = at - good.made_at > BACKUP_OLD
        yield Finding("backup_old" if is_old else "backup_good", "bad" if is_old else "good", params)
    if place.plan.keep == 0:
        yield Finding("backup_off", "look")
    elif _same_disk(place.folder, place.plan.folder):
        yield Finding("backup_same_disk", "look", {"folder": str(place.plan.folder)})


def _drills(session: Session, place: Place, at: datetime) -> Iterator[Finding]:
    newest, good = restorations.drills(session, 1), restorations.drills(session, 1, ok=True)
    if newest and newest[0].outcome != "ok":
        params = {"at": newest[0].drilled_at, "file": newest[0].file_name, "drill_outcome": newest[0].outcome}
        yield Finding("drill_failed", "bad", params, "/system#drills")
    if not good:
        if backups.last_good(session) is not None and not newest:
            yield Finding("drill_none", "look", address="/system#drills")
        return
    one = good[0]
    age = at - one.drilled_at
    hours = int((one.drilled_at - one.data_at).total_seconds() // 3600) if one.data_at is not None else 0
    params = {"at": one.drilled_at, "days": age.days, "hours": hours, "seconds": ceil(one.seconds)}
    term = place.plan.drill_days + DRILL_LATE_DAYS if place.plan.drill_days else DRILL_OLD_DAYS
    is_old = age > timedelta(days=term)
    yield Finding("drill_old" if is_old else "drill_good", "bad" if is_old else "good", params, "/system#drills")


def _restored(session: Session, zone: str) -> Iterator[Finding]:
    """From when to when this database is what a backup had, and what that lacks still."""
    for one in restorations.unsettled(session, lambda at: clock.to_wall(at, zone)):
        span = {"from": one.data_at, "to": one.restored_at}
        if one.waiting:
            params = {**span, "waiting": one.waiting, "all": len(one.terminals)}
            yield Finding("restored_waiting", "look", params, "/system#restorations")
        if one.settled_at is None:
            lost = one.lost.total if one.lost.is_known else -1
            yield Finding("restored_lost", "bad" if lost else "look", {**span, "lost": lost}, "/system#restorations")


def _same_disk(one: Path, other: Path) -> bool:
    with suppress(OSError):
        return os.stat(_existing(one)).st_dev == os.stat(_existing(other)).st_dev
    return False


def _trail(session: Session, at: datetime) -> Iterator[Finding]:
    guards = missing_guards(session)
    if guards:
        yield Finding("guards_missing", "bad", {"guards": ", ".join(guards)})
    state = chain_state(session)
    params = {"entries": state.entries, "at": state.checked_at}
    if state.checked_at is None or state.holds is None:
        yield Finding("trail_unchecked", "look", params)
    elif not state.holds:
        yield Finding("trail_broken", "bad", params)
    elif at - state.checked_at > TRAIL_OLD:
        yield Finding("trail_old", "look", params)
    else:
        yield Finding("trail_good", "good", params)


def _checkpoints(session: Session, at: datetime) -> Iterator[Finding]:
    """Whether they are made, and whether somebody else holds them. Of none that was ever made, nothing."""
    newest = checkpoints.newest(session)
    if newest is None:
        return
    params = {"number": newest.number, "at": newest.at}
    waiting = checkpoints.refused(session)
    if at - newest.at > POINTS_OLD:
        yield Finding("points_old", "bad", params, "/evidence")
    elif waiting is not None:
        yield Finding("points_unsent", "bad", params | {"way": waiting.way, "why": waiting.wrong}, "/evidence")
    elif not checkpoints.ever_sent(session):
        yield Finding("points_nowhere", "look", params, "/evidence")
    else:
        yield Finding("points_good", "good", params, "/evidence")


def _notices(session: Session, at: datetime) -> Iterator[Finding]:
    failing = health_reading.undelivered(session, at - NOTICES_SINCE)
    if failing:
        yield Finding("notices_failing", "look", {"count": failing}, "/system/notifications")


def _people(session: Session, place: Place, at: datetime) -> Iterator[Finding]:
    if not place.sealed:
        yield Finding("key_missing", "look")
    administrators, without = health_reading.administrators(session, at)
    if administrators == 1:
        yield Finding("one_administrator", "look", address="/users")
    if without:
        yield Finding("no_second_factor", "look", {"count": without}, "/users")
