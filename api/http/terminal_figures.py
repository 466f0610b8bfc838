"""Figures of each terminal's health for Prometheus, read from the database when they are asked for."""

from __future__ import annotations

import logging
from collections.abc import Iterator

from prometheus_client import Metric
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from attendance.clock import Now
from attendance.errors import StoreUnavailable
from attendance.services.terminal_health import TerminalHealth, terminals_health
from attendance.store.database import Database

log = logging.getLogger(__name__)


class TerminalFigures(Collector):
    """Terminals in use by their code. What is not known of one is left out, never a zero."""

    def __init__(self, database: Database, zone: str, now: Now) -> None:
        self._database, self._zone, self._now = database, zone, now

    def describe(self) -> Iterator[Metric]:
        """The names, without asking the database."""
        return iter(self._families().values())

    def collect(self) -> Iterator[Metric]:
        families = self._families()
        try:
            now = self._now()
            with self._database.reading() as session:
                found = terminals_health(session, self._zone, now)
        except StoreUnavailable as error:  # GET /ready says so; the other figures are worth having all the more
            log.warning("no figures of terminals: %s", error)
            return iter(())
        for health in found:
            if health.state is not None:
                self._add(families, health, now.timestamp())
        return iter(families.values())

    @staticmethod
    def _families() -> dict[str, GaugeMetricFamily]:
        told = {
            "terminal_up": "Whether the last attempt to read the terminal brought its whole log.",
            "terminal_seconds_since_good_pull": "Time since the terminal was last read in full.",
            "terminal_clock_offset_seconds": "Terminal time minus true time.",
            "terminal_log_fill_ratio": "Records in its log, as a share of what it can hold.",
            "terminal_open_alarms": "Alarms nobody has ended.",
        }
        return {name: GaugeMetricFamily(name, text, labels=["terminal"]) for name, text in told.items()}

    @staticmethod
    def _add(families: dict[str, GaugeMetricFamily], health: TerminalHealth, now: float) -> None:
        facts = health.facts
        code = [facts.code]
        if facts.is_asked:
            families["terminal_up"].add_metric(code, int(facts.failures == 0 and facts.last_ok_at is not None))
        if facts.last_ok_at is not None:
            families["terminal_seconds_since_good_pull"].add_metric(code, now - facts.last_ok_at.timestamp())
        if facts.clock_offset_seconds is not None:
            families["terminal_clock_offset_seconds"].add_metric(code, facts.clock_offset_seconds)
        if facts.fill is not None and facts.fill.share is not None:
            families["terminal_log_fill_ratio"].add_metric(code, facts.fill.share)
        families["terminal_open_alarms"].add_metric(code, len(facts.alarms))
