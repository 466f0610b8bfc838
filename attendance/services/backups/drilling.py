"""The drill: the newest backup is put back for trial, checked, judged again in a sample, and taken away.

A backup that nobody ever restored is a hope. What is told is how old its data is, and how long it took to have it back.
"""

from __future__ import annotations

import fcntl
import logging
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from time import perf_counter
from typing import Any

from attendance import clock
from attendance.clock import Now, utc_now
from attendance.errors import AttendanceError, Invalid
from attendance.services.backups import archive
from attendance.services.backups.archive import in_words
from attendance.services.backups.keeping import Plan, newest_file
from attendance.services.backups.restoring import Wish, restore
from attendance.services.evaluate import judge_again
from attendance.services.verifying import check_parts
from attendance.store import restorations, schema
from attendance.store.database import Database, sqlite_url
from attendance.store.restorations import Drilled
from attendance.store.spare_postgres import spare_database
from attendance.store.trail import CONSOLE, TIMETABLE, Actor, record
from attendance.store.trail_checking import check_trail, missing_guards, newest_seal

_log = logging.getLogger(__name__)
SAMPLE_DAYS = 200
TRY_AGAIN = timedelta(days=1)
"""How long after one that failed the next is tried."""
OUTCOMES = (
    *("ok", "does_not_verify", "judged_otherwise", "backup_refused", "disk_full", "cannot_write", "invalid"),
    *("store_unavailable", "database_damaged"),
)
"""What may come of one, as it is written down."""
SOURCES = ("schedule", "console")
_PLACE, _LOCK = ".drill", ".drill.lock"


def drill(
    database: Database,
    file: Path | None,
    plan: Plan,
    place: Path,
    zone: str,
    *,
    actor: Actor = CONSOLE,
    source: str = "console",
    now: Now = utc_now,
) -> Drilled:
    """Try a backup (None: the newest in the folder of the plan) in a place of its own inside `place`.

    Answers what came of it, also where that is bad, and writes it down in the database in use, which is touched no
    further. Raises Invalid where there is no backup at all, or a drill is under way.
    """
    wanted = file or newest_file(plan)
    if wanted is None:
        raise Invalid(f"There is no backup in {plan.folder}; make one first: attendance backup FILE.")
    at, begun = now(), perf_counter()
    found = Drilled(at, wanted.name[:255], None, 0.0, 0, 0, 0, 0, "ok", "", source, actor.name[:255])
    with _alone(place) as folder:
        try:
            found = _tried(found, database, wanted, folder, zone)
        except AttendanceError as error:
            found = replace(found, outcome=error.code, said=str(error)[:1000], seconds=perf_counter() - begun)
    found = replace(found, seconds=round(found.seconds, 3))
    act = "backup.drilled" if found.outcome == "ok" else "backup.drill_failed"
    after = {"file": found.file_name, "seconds": found.seconds, "days": found.days, "outcome": found.outcome}
    with database.writing() as session:
        restorations.keep_drill(session, found)
        record(session, actor, act, kind="backup", key=found.file_name[:64], why=found.said, after=after, at=at)
    return found


def _tried(found: Drilled, database: Database, file: Path, folder: Path, zone: str) -> Drilled:
    begun = perf_counter()
    with archive.reading(file) as opened:
        data_at = datetime.fromisoformat(str(opened.manifest["made_at"]))
        is_sqlite = opened.manifest.get("database") == "sqlite"
    found = replace(found, data_at=data_at, size=file.stat().st_size)
    with _somewhere(database, folder, is_sqlite=is_sqlite) as url:
        done = restore(Wish(url, file, folder, another_key=True, now=lambda: found.drilled_at))
        tried = Database(url)
        try:
            wrong = [*done.wrong, *_wrong(tried, database)]
            found = replace(found, rows=done.rows, seconds=perf_counter() - begun)
            if wrong:
                return replace(found, outcome="does_not_verify", said="; ".join(wrong)[:1000])
            with tried.reading() as session:
                days = restorations.some_days(session, SAMPLE_DAYS)
            again = judge_again(tried, zone, data_at, days)
        finally:
            tried.close()
    found = replace(found, days=again.days_judged, differing=again.days_changed)
    if again.days_changed:
        said = f"{again.days_changed} of {again.days_judged} days are judged otherwise than they were stored."
        return replace(found, outcome="judged_otherwise", said=said)
    return found


def _wrong(tried: Database, database: Database) -> list[str]:
    """What does not verify: the trail by the key in use, chains, guards, commitments, minutes."""
    sealer = database.sealer
    with tried.reading() as session:
        seal = newest_seal(session)
        trail = check_trail(session, [sealer] if sealer is not None else [])
        parts, guards = check_parts(session), missing_guards(session)
    found = [] if trail.holds else [f"the trail, from entry {trail.broken} on: {trail.wrong}"]
    if sealer is not None and seal is not None and not sealer.made(seal):
        found.append("the trail is sealed with another secret key than this place has")
    found += [f"the {part.name}, at {part.broken}: {part.wrong}" for part in parts if not part.holds]
    return found + ([f"guards are missing: {', '.join(guards)}"] if guards else [])


@contextmanager
def _alone(place: Path) -> Iterator[Path]:
    """An empty folder that is gone afterwards; what a killed drill left in it goes first."""
    folder = place / _PLACE
    with in_words(folder):
        place.mkdir(parents=True, exist_ok=True, mode=0o700)
        lock = (place / _LOCK).open("w")
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Invalid("Another drill is under way; wait for it.") from None
        except OSError:  # a network folder without locks
            pass
        shutil.rmtree(folder, ignore_errors=True)
        with in_words(folder):
            folder.mkdir(mode=0o700)
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _somewhere(database: Database, folder: Path, *, is_sqlite: bool) -> Iterator[str]:
    if is_sqlite:
        yield sqlite_url(folder / "attendance.db")
    elif database.is_sqlite:
        raise Invalid("This backup is of PostgreSQL and the database in use is not; try it where that server is.")
    else:
        with spare_database(database.url) as url:
            yield url


# -- by itself --------------------------------------------------------------------------------------------------------


def is_due(database: Database, plan: Plan, at: datetime) -> bool:
    """Whether one is to be made by itself: after the hour of the backups, so many days after the last good one."""
    if plan.keep == 0 or plan.drill_days == 0 or clock.to_wall(at, plan.zone).hour < plan.hour:
        return False
    if not schema.is_current(database) or newest_file(plan) is None:
        return False
    with database.reading() as session:
        last, good = restorations.drills(session, 1), restorations.drills(session, 1, ok=True)
    if last and last[0].drilled_at <= at and last[0].outcome != "ok":
        return at - last[0].drilled_at >= TRY_AGAIN
    return not good or good[0].drilled_at > at or at - good[0].drilled_at >= timedelta(days=plan.drill_days)


def keep_up(database: Database, plan: Plan, place: Path, now: Now) -> None:
    """What the timetable does now and then: a drill when it is due. The log alarms where it fails."""
    if not is_due(database, plan, now()):
        return
    try:
        found = drill(database, None, plan, place, plan.zone, actor=TIMETABLE, source="schedule", now=now)
    except AttendanceError as error:
        _log.error("ALARM the backup could not be tried: %s", error)
        return
    told: dict[str, Any] = {"file": found.file_name, "outcome": found.outcome, "said": found.said}
    if found.outcome != "ok":
        _log.error("ALARM the backup %(file)s cannot be relied on (%(outcome)s): %(said)s", told)
    else:
        _log.info("the backup %s was put back for trial in %.1f s", found.file_name, found.seconds)
