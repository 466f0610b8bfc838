"""What the timetable of an office does at night, so that the page of the system has something to tell in the demo."""

from __future__ import annotations

from pathlib import Path

from attendance.clock import Now
from attendance.services.backups.drilling import drill
from attendance.services.backups.keeping import Plan, make_by_plan
from attendance.services.verifying import verify_nightly
from attendance.store.database import Database
from attendance.store.trail import TIMETABLE


def play_night(database: Database, plan: Plan, folder: Path, now: Now) -> None:
    """A backup in the folder of the demo, put back for trial there, and the trail checked."""
    make_by_plan(database, plan, now)
    drill(database, None, plan, folder, plan.zone, actor=TIMETABLE, source="schedule", now=now)
    verify_nightly(database, now())
