"""The timetable: each terminal on its interval, nobody waiting for a dead one, one leader, an end to every thread."""

from __future__ import annotations

import logging
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import pairwise
from typing import cast

import pytest

from attendance import clock
from attendance.clock import UTC
from attendance.services.evaluate import Evaluation
from attendance.store import leases
from attendance.store.database import Database
from device_sync.agenda import JITTER
from device_sync.intake import Filed
from device_sync.poller import Job, Poller
from device_sync.pulling import Attempt, Puller
from device_sync.schedule import LEASE_SECONDS, Timetable
from device_sync.simulator import SimulatedTerminal
from device_sync.terminal import Unreachable
from device_sync.zk.transport import Limits
from tests import builders
from tests.builders import ZONE, build_office, records


@dataclass
class Pulling:
    """Stands in for the puller: notes who was pulled when, and takes as long and ends as it is told.

    Those that are `stuck` do not end before `let_go`. `jobs` are those the poller ended, in order.
    """

    database: Database
    now: clock.Now = clock.utc_now
    limits: Limits = field(default_factory=Limits)
    seconds: dict[str, float] = field(default_factory=dict)
    outcomes: dict[str, str] = field(default_factory=dict)
    raising: frozenset[str] = frozenset()
    stuck: frozenset[str] = frozenset()
    let_go: threading.Event = field(default_factory=threading.Event)
    calls: list[tuple[str, float, bool]] = field(default_factory=list)
    jobs: list[Job] = field(default_factory=list)
    at_once: Counter[str] = field(default_factory=Counter)
    most_at_once: Counter[str] = field(default_factory=Counter)

    def pull(self, code: str, *, full: bool = False, attempt: Attempt) -> Filed:
        self.calls.append((code, time.monotonic(), full))
        self.at_once[code] += 1
        self.most_at_once[code] = max(self.most_at_once[code], self.at_once[code])
        time.sleep(self.seconds.get(code, 0.0))
        if code in self.stuck:
            self.let_go.wait(60)
        self.at_once[code] -= 1
        if code in self.raising:
            raise RuntimeError("out of paper")
        outcome = self.outcomes.get(code, "ok")
        attempt.error = None if outcome == "ok" else Unreachable("Nobody answers.", outcome=outcome)
        return Filed(code, outcome)

    def times(self, code: str) -> list[float]:
        return [at for name, at, _ in self.calls if name == code]

    def delays(self, interval: float = 1.0) -> list[float]:
        """How long after it could be, each pull was due: half an interval after the one before began, or at its end.

        However long a loaded machine takes, this lies between 0 and an interval with its jitter.
        """
        jobs = defaultdict(list)
        for job in self.jobs:
            jobs[job.code].append(job)
        return [
            later.due_at - max(earlier.began_at + interval / 2, earlier.ended_at)
            for of_one in jobs.values()
            for earlier, later in pairwise(of_one)
        ]


@contextmanager
def timetable(
    database: Database, pulling: object, now: clock.Now = clock.utc_now, **options: object
) -> Iterator[Timetable]:
    settings = {"tick_seconds": 0.05, "evaluate_seconds": 0.2} | options
    note = pulling.jobs.append if isinstance(pulling, Pulling) else lambda _: None
    poller = Poller(cast(Puller, pulling), on_ended=note)
    running = Timetable(database, poller, ZONE, now=now, **settings)  # type: ignore[arg-type]
    running.start()
    try:
        yield running
    finally:
        running.stop()
        poller.stop()


def wait_until(condition: Callable[[], object], seconds: float = 30.0) -> bool:
    ends = time.monotonic() + seconds
    while time.monotonic() < ends:
        if condition():
            return True
        time.sleep(0.02)
    return False


def office_of(database: Database, count: int, poll_seconds: int = 1) -> list[str]:
    codes = [f"T-{n}" for n in range(count)]
    build_office(database, people=1, terminals=codes, addresses=dict.fromkeys(codes, 4370), poll_seconds=poll_seconds)
    return codes


def test_every_terminal_is_pulled_on_its_interval_with_jitter(sqlite_database: Database) -> None:
    codes = office_of(sqlite_database, 12)
    pulling = Pulling(sqlite_database)
    with timetable(sqlite_database, pulling):
        assert wait_until(lambda: all(len(pulling.times(code)) >= 4 for code in codes))
    pauses = [later - earlier for code in codes for earlier, later in pairwise(pulling.times(code))]
    assert min(pauses) >= 0.5
    delays = pulling.delays()
    assert len(delays) >= 3 * len(codes)
    assert 0 <= min(delays) <= max(delays) <= 1 + JITTER
    assert max(delays) - min(delays) > 0.02
    assert {full for _, _, full in pulling.calls} == {False}


def test_a_terminal_without_an_address_is_left_alone(sqlite_database: Database) -> None:
    build_office(sqlite_database, terminals=("T-A", "T-USB"), addresses={"T-A": 4370}, poll_seconds=1)
    pulling = Pulling(sqlite_database)
    with timetable(sqlite_database, pulling):
        assert wait_until(lambda: len(pulling.calls) >= 2)
    assert {code for code, _, _ in pulling.calls} == {"T-A"}


def test_dead_terminals_delay_nobody_and_are_never_pulled_twice_at_once(sqlite_database: Database) -> None:
    codes = office_of(sqlite_database, 10)
    dead = codes[:3]
    pulling = Pulling(sqlite_database, stuck=frozenset(dead), outcomes=dict.fromkeys(dead, "unreachable"))
    with timetable(sqlite_database, pulling):
        assert wait_until(lambda: all(len(pulling.times(code)) >= 4 for code in codes if code not in dead))
        assert all(len(pulling.times(code)) == 1 for code in dead), "all that while they hold their lanes"
        pulling.let_go.set()
    assert len(pulling.delays()) >= 3 * 7
    assert 0 <= min(pulling.delays()) <= max(pulling.delays()) <= 1 + JITTER
    assert max(pulling.most_at_once.values()) == 1


def test_a_terminal_that_keeps_failing_is_asked_less_often_and_one_that_raises_stops_nobody(
    sqlite_database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    office_of(sqlite_database, 3)
    pulling = Pulling(sqlite_database, outcomes={"T-0": "unreachable"}, raising=frozenset({"T-1"}))
    with timetable(sqlite_database, pulling):
        assert wait_until(lambda: len(pulling.times("T-2")) >= 5)
    assert 1 < len(pulling.times("T-0")) <= 3
    assert 1 < len(pulling.times("T-1")) <= 3
    assert any("T-1" in record.getMessage() and record.levelno >= logging.ERROR for record in caplog.records)


def test_the_settings_that_apply_to_each_job_are_not_the_librarys(sqlite_database: Database) -> None:
    """Read from the running scheduler: its own defaults drop a job that is a second late, in the host's zone."""
    build_office(sqlite_database)
    with timetable(sqlite_database, Pulling(sqlite_database)) as running:
        jobs = {job.id: job for job in running._scheduler.get_jobs()}
        assert set(jobs) == {"tick", "evaluate", "propose", "forget", "nightly", "compare", "verify"}
        assert {(job.coalesce, job.max_instances) for job in jobs.values()} == {(True, 1)}
        assert {name: job.misfire_grace_time for name, job in jobs.items()} == {
            "tick": 60,
            "evaluate": None,
            "propose": None,
            "forget": None,
            "nightly": None,
            "compare": None,
            "verify": None,
        }
        night = jobs["nightly"].trigger.get_next_fire_time(None, datetime(2026, 3, 2, 12, tzinfo=UTC))
        assert clock.to_wall(night, ZONE) == datetime(2026, 3, 3, 1, 30)
        assert str(running._scheduler.timezone) == ZONE


def test_the_nightly_job_reads_every_log_from_its_beginning(sqlite_database: Database) -> None:
    codes = office_of(sqlite_database, 3, poll_seconds=3600)
    pulling = Pulling(sqlite_database)
    with timetable(sqlite_database, pulling) as running:
        assert wait_until(lambda: len(pulling.calls) == 3)
        running._scheduler.get_job("nightly").modify(next_run_time=datetime.now(UTC))
        assert wait_until(lambda: len(pulling.calls) == 6)
    assert sorted(code for code, _, full in pulling.calls if full) == codes


def test_of_two_timetables_one_leads_and_the_other_takes_over_at_once_when_it_stops(any_database: Database) -> None:
    office_of(any_database, 2)
    first, second = Pulling(any_database), Pulling(any_database)
    with timetable(any_database, first) as leading:
        assert wait_until(lambda: len(first.calls) >= 2)
        with timetable(any_database, second):
            seen = len(first.calls)
            assert wait_until(lambda: len(first.calls) >= seen + 2)
            assert second.calls == []
            leading.stop()
            ended = len(first.calls)
            assert wait_until(lambda: len(second.calls) >= 2)
            assert len(first.calls) == ended


def test_a_leader_that_died_is_followed_when_its_lease_has_run_out(sqlite_database: Database) -> None:
    office_of(sqlite_database, 1)
    began = datetime(2026, 3, 2, 1, tzinfo=UTC)
    with sqlite_database.writing() as session:
        assert leases.hold(session, "timetable", "died", began, LEASE_SECONDS)
    shift = [0.0]
    pulling = Pulling(sqlite_database)
    with timetable(sqlite_database, pulling, now=lambda: began + timedelta(seconds=shift[0])):
        shift[0] = LEASE_SECONDS - 1
        time.sleep(0.4)
        assert pulling.calls == []
        shift[0] = LEASE_SECONDS + 1
        assert wait_until(lambda: pulling.calls)


def test_two_that_start_on_the_same_moment_do_not_both_lead(any_database: Database) -> None:
    office_of(any_database, 4, poll_seconds=3600)
    pulling = Pulling(any_database)
    with ExitStack() as running:
        for _ in range(3):
            running.enter_context(timetable(any_database, pulling))
        assert wait_until(lambda: len(pulling.calls) >= 4)
        time.sleep(0.3)
        pulled = Counter(code for code, _, _ in pulling.calls)  # before one stops and another takes the lease over
    assert pulled == dict.fromkeys(("T-0", "T-1", "T-2", "T-3"), 1)


def test_stopping_ends_every_thread_gives_the_lease_back_and_pulls_no_more(sqlite_database: Database) -> None:
    office_of(sqlite_database, 20)
    before = set(threading.enumerate())
    pulling = Pulling(sqlite_database, seconds=defaultdict(lambda: 0.3))
    with timetable(sqlite_database, pulling) as running:
        assert wait_until(lambda: len(pulling.calls) >= 5)
        assert running.running
    assert not running.running
    ended = len(pulling.calls)
    assert [thread for thread in threading.enumerate() if thread not in before and thread.is_alive()] == []
    assert builders.count(sqlite_database, "lease") == 0
    time.sleep(0.3)
    assert len(pulling.calls) == ended


def test_pulled_punches_become_rulings_by_themselves(any_database: Database) -> None:
    evaluations: list[Evaluation] = []
    noon = datetime(2026, 3, 6, 5, tzinfo=UTC)
    with SimulatedTerminal(records=records(600, step_seconds=500), now=lambda: noon).running() as simulated:
        build_office(any_database, addresses={"T-A": simulated.port}, poll_seconds=3600)
        puller = builders.puller_for(any_database, now=lambda: noon)
        with timetable(any_database, puller, now=lambda: noon, on_evaluated=evaluations.append):
            assert wait_until(lambda: sum(found.days_judged for found in evaluations) >= 3)
            assert wait_until(lambda: builders.count(any_database, "dirty_day") == 0)
    assert builders.stored_punches(any_database) == builders.truth_of(simulated)
    assert builders.count(any_database, "ruling") >= 3
