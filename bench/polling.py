"""Benchmark of the poller: how long those that answer wait for their reading, with none dead and with 30 % dead.

All terminals are due at the same moment in every cycle, those whose breaker is open too, which is more often than the
timetable would probe them. Waiting is from due until the reading begins; both runs take turns.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from attendance.clock import utc_now
from attendance.store import registering, schema
from attendance.store.database import Database, sqlite_url
from bench.fleet import Fleet, fleet
from bench.measuring import Line
from device_sync.breaker import FAILURES_TO_OPEN
from device_sync.poller import HEALTHY_LANES, PROBE_LANES, Job, Poller
from device_sync.pulling import Puller
from device_sync.zk.transport import Limits

ZONE = "Asia/Ho_Chi_Minh"
HOST = "127.0.0.1"
RECORDS = 200
DEAD_SHARE = 0.3
CYCLE_SECONDS = 120.0


class NotRead(AssertionError):
    """A terminal that answers was not read in a cycle."""


@dataclass
class Measured:
    """Seconds of every healthy terminal in every measured cycle, from due to begun and from due to filed."""

    waits: list[float] = field(default_factory=list)
    whole: list[float] = field(default_factory=list)
    cycles: list[float] = field(default_factory=list)


class Office:
    """A database with a fleet of terminals and a poller over it."""

    def __init__(self, path: Path, terminals: Fleet, limits: Limits, lanes: tuple[int, int]) -> None:
        self.database = Database(sqlite_url(path))
        schema.upgrade(self.database)
        self.codes = [f"T{place:03}" for place in range(len(terminals.ports))]
        with self.database.writing() as session:
            registering.add_unit(session, "U", at=utc_now())
            for code, port in zip(self.codes, terminals.ports, strict=True):
                registering.add_terminal(session, code, unit="U", host=HOST, port=port, poll_seconds=3600, at=utc_now())
        self.healthy = {code for place, code in enumerate(self.codes) if place not in terminals.dead}
        self._ended: dict[str, Job] = {}
        self._news = threading.Condition()
        puller = Puller(self.database, ZONE, lambda _: 0, limits=limits)
        self.poller = Poller(puller, lanes=lanes[0], probe_lanes=lanes[1], on_ended=self._take)

    def _take(self, job: Job) -> None:
        with self._news:
            self._ended[job.code] = job
            self._news.notify_all()

    def warm_up(self) -> float:
        """Read everybody until the breakers of the dead are open; the longest wait of a healthy one meanwhile."""
        longest = 0.0
        for _ in range(FAILURES_TO_OPEN):
            jobs = self.play(set(self.codes))
            longest = max(longest, *(jobs[code].began_at - jobs[code].due_at for code in self.healthy))
        return longest

    def play(self, until: set[str]) -> dict[str, Job]:
        """Everybody is due; returns when these have ended, with their jobs. Raises NotRead."""
        with self._news:
            self._ended.clear()
        agenda, moment = self.poller._agenda, time.monotonic()
        with self.poller._guard:
            for known in agenda.known.values():
                known.due = moment
        self.poller.tick()
        ends = moment + CYCLE_SECONDS
        with self._news:
            while not until <= set(self._ended):
                if not self._news.wait(ends - time.monotonic()):
                    raise NotRead(f"{len(until - set(self._ended))} of {len(until)} were not read")
            return dict(self._ended)

    def measure(self, into: Measured) -> None:
        begun = time.monotonic()
        jobs = self.play(self.healthy)
        into.cycles.append(time.monotonic() - begun)
        for code in self.healthy:
            job = jobs[code]
            if job.filed is None or job.filed.outcome != "ok":
                raise NotRead(f"{code}: {job.filed or job.error}")
            into.waits.append(job.began_at - job.due_at)
            into.whole.append(job.ended_at - job.due_at)

    def close(self) -> None:
        self.poller.stop(patience_seconds=0)
        self.database.close()


@contextmanager
def office(
    folder: Path, name: str, count: int, dead_share: float, limits: Limits, lanes: tuple[int, int]
) -> Iterator[Office]:
    with fleet(count, dead_share, RECORDS) as terminals:
        found = Office(folder / f"{name}.db", terminals, limits, lanes)
        try:
            yield found
        finally:
            found.close()


def percentile(values: list[float], share: float) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def bench(
    folder: Path,
    count: int,
    cycles: int,
    *,
    lanes: tuple[int, int] = (HEALTHY_LANES, PROBE_LANES),
    connect_seconds: float = 1.0,
    barred: bool = True,
) -> list[Line]:
    """`lanes`: for those that answer and for the others. Raises NotRead when a healthy one was left out of a cycle."""
    limits = Limits(connect_seconds=connect_seconds, idle_seconds=10.0, total_seconds=60.0, goodbye_seconds=0.5)
    alive, mixed = Measured(), Measured()
    with (
        office(folder, "alive", count, 0.0, limits, lanes) as all_alive,
        office(folder, "mixed", count, DEAD_SHARE, limits, lanes) as some_dead,
    ):
        first = [found.warm_up() for found in (all_alive, some_dead)]
        for _ in range(cycles):
            all_alive.measure(alive)
            some_dead.measure(mixed)
        dead = some_dead.poller.counts
        failed = sum(dead[name] for name in dead if name not in ("ok", "overdue", "given_up"))
    lines = []
    for what, of in (("begun", lambda m: m.waits), ("filed", lambda m: m.whole)):
        with_dead, without = percentile(of(mixed), 0.99), percentile(of(alive), 0.99)
        lines.append(
            Line(
                f"{count} terminals, 30 % dead / none: wait until {what}, p99",
                with_dead / without,
                at_most=3.0 if barred else None,
                note=f"{with_dead:.2f} s, {without:.2f} s; p50 {percentile(of(mixed), 0.5):.2f} s, "
                f"{percentile(of(alive), 0.5):.2f} s; {cycles} cycles, all read; {failed} failed pulls of the dead",
            )
        )
    lines.append(
        Line(
            f"{count} terminals: longest wait while breakers are still closed",
            first[1] / first[0],
            note=f"{first[1]:.2f} s, {first[0]:.2f} s",
        )
    )
    return lines
