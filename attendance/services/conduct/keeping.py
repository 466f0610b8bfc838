"""Keeps proposals in line with the facts, by and by: of whom something was concluded since, and once a day of all."""

from __future__ import annotations

from datetime import date, datetime

from attendance import clock
from attendance.services.conduct import proposing
from attendance.services.conduct.proposing import Refreshed
from attendance.store import conduct
from attendance.store.database import Database


class Keeper:
    """Remembers up to which verdict it counted. One that was made anew counts everybody once."""

    def __init__(self, database: Database, zone: str) -> None:
        self._database, self._zone = database, zone
        self._ruling = 0
        self._on: date | None = None

    def round(self, now: datetime) -> Refreshed:
        """Count what is due to be counted at a moment. Nothing is written where nothing changed."""
        today = clock.today(now, self._zone)
        with self._database.reading() as session:
            newest = conduct.newest_ruling(session)
            people = None if self._on != today else conduct.judged_since(session, self._ruling)
        if people is None or people:
            with self._database.writing() as session:
                done = proposing.refresh(session, today, at=now, employees=people)
        else:
            done = Refreshed()
        self._ruling, self._on = newest, today
        return done
