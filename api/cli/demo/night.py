"""What the timetable of an office does at night, so that the page of the system has something to tell in the demo."""

from __future__ import annotations

from attendance.clock import Now
from attendance.services.backups.keeping import Plan, make_by_plan
from attendance.services.verifying import verify_nightly
from attendance.store.database import Database


def play_night(database: Database, plan: Plan, now: Now) -> None:
    """A backup in the folder of the demo, and the trail checked."""
    make_by_plan(database, plan, now)
    verify_nightly(database, now())
