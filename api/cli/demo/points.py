"""Checkpoints of the demo: one of the day before, and the file they are appended to, so that their page has a past."""

from __future__ import annotations

from datetime import timedelta

from api.publishing.publisher import Publisher, make_publisher
from api.settings import Settings
from attendance.clock import Now
from attendance.store.database import Database


def make_points(settings: Settings, database: Database, now: Now) -> Publisher:
    """Make that of yesterday; the publisher that is answered goes on from there."""
    chosen = settings.model_copy(update={"checkpoint_file": settings.data_dir / "checkpoints.txt"})
    before = make_publisher(chosen, database, lambda: now() - timedelta(days=1), settings.secret())
    before.round()
    return make_publisher(chosen, database, now, settings.secret())
