"""Figures of the timetable for Prometheus, read when they are asked for."""

from __future__ import annotations

from collections.abc import Iterator

from prometheus_client import Metric
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.registry import Collector

from device_sync.poller import Poller
from device_sync.schedule import Timetable


class PollingFigures(Collector):
    """Pulls by what became of them, lanes, breakers, waiting, and jobs that did not run."""

    def __init__(self, poller: Poller, timetable: Timetable | None) -> None:
        self._poller = poller
        self._timetable = timetable

    def collect(self) -> Iterator[Metric]:
        poller = self._poller
        pulls = CounterMetricFamily("attendance_pulls", "Pulls by what became of them.", labels=["outcome"])
        for outcome, count in sorted(poller.counts.items()):
            pulls.add_metric([outcome], count)
        yield pulls
        yield CounterMetricFamily(
            "attendance_ticks_passed_over",
            "Ticks of terminals that came while they were being read.",
            poller.passed_over,
        )
        lanes = GaugeMetricFamily("attendance_lanes", "Lanes of the poller.", labels=["kind", "is"])
        for kind, found in (("healthy", poller.healthy), ("probe", poller.probes)):
            for name, value in (("busy", found.busy), ("waiting", found.waiting), ("all", found.count)):
                lanes.add_metric([kind, name], value)
        yield lanes
        breakers = GaugeMetricFamily("attendance_terminals", "Terminals by state of the breaker.", labels=["breaker"])
        for state, count in sorted(poller.states().items()):
            breakers.add_metric([state], count)
        yield breakers
        waits = sorted(poller.waits)
        waiting = GaugeMetricFamily(
            "attendance_pull_wait_seconds",
            "From due to begun, of the last pulls of the timetable.",
            labels=["quantile"],
        )
        for share in (0.5, 0.99):
            if waits:
                waiting.add_metric([f"{share:g}"], waits[min(len(waits) - 1, int(share * len(waits)))])
        yield waiting
        jobs = CounterMetricFamily(
            "attendance_job_trouble", "Jobs of the timetable that were missed or failed.", labels=["kind", "job"]
        )
        for (kind, job), count in sorted(self._timetable.events.items() if self._timetable is not None else ()):
            jobs.add_metric([kind, job], count)
        yield jobs
