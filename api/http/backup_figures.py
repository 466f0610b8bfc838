"""Figures of backups, drills and restorations for Prometheus, read from the database when they are asked for."""

from __future__ import annotations

import logging
from collections.abc import Iterator

from prometheus_client import Metric
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from attendance.clock import Now
from attendance.errors import StoreUnavailable
from attendance.store import backups, restorations
from attendance.store.database import Database

log = logging.getLogger(__name__)
_TOLD = {
    "attendance_backup_age_seconds": "Age of the newest good backup.",
    "attendance_drill_age_seconds": "Time since a backup was last put back for trial, and all was well.",
    "attendance_drill_ok": "Whether the last drill found everything as it should be.",
    "attendance_drill_seconds": "How long the last good drill took from the file to a verified database.",
    "attendance_terminals_to_read_again": "Terminals whose log was not read again since a restoration.",
}


class BackupFigures(Collector):
    """What is not known is left out, never a zero."""

    def __init__(self, database: Database, now: Now) -> None:
        self._database, self._now = database, now

    def describe(self) -> Iterator[Metric]:
        """The names, without asking the database."""
        return iter([GaugeMetricFamily(name, text) for name, text in _TOLD.items()])

    def collect(self) -> Iterator[Metric]:
        try:
            with self._database.reading() as session:
                made, last = backups.last_good(session), restorations.drills(session, 1)
                good, owing = restorations.drills(session, 1, ok=True), restorations.owing(session)
        except StoreUnavailable as error:
            log.warning("no figures of backups: %s", error)
            return
        now = self._now()
        found: dict[str, float] = {"attendance_terminals_to_read_again": owing}
        if made is not None:
            found["attendance_backup_age_seconds"] = (now - made.made_at).total_seconds()
        if last:
            found["attendance_drill_ok"] = float(last[0].outcome == "ok")
        if good:
            found["attendance_drill_age_seconds"] = (now - good[0].drilled_at).total_seconds()
            found["attendance_drill_seconds"] = good[0].seconds
        for name, value in found.items():
            yield GaugeMetricFamily(name, _TOLD[name], value)
