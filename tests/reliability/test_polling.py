"""Hundreds of terminals on one process: the dead delay nobody, and a terminal is talked to by one at a time."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path

import pytest

from attendance import clock
from attendance.store.database import Database
from bench import polling
from device_sync.intake import Filed
from device_sync.poller import Poller
from device_sync.schedule import LEASE_SECONDS, Timetable
from device_sync.simulator import Fault, SimulatedFleet, SimulatedTerminal, load_records
from device_sync.zk.transport import Limits
from tests import builders
from tests.builders import ZONE, build_office, puller_for, rows, stored_punches, truth_of

LOG = load_records(3_000)
PATIENT = Limits(connect_seconds=20.0, idle_seconds=20.0, total_seconds=60.0, goodbye_seconds=2.0)
PATIENCE_SECONDS = 30.0


def wait_until(condition: object, seconds: float = PATIENCE_SECONDS) -> bool:
    ends = time.monotonic() + seconds
    while time.monotonic() < ends:
        if condition():  # type: ignore[operator]
            return True
        time.sleep(0.02)
    return False


@pytest.mark.parametrize(
    ("count", "lanes", "cycles"),
    [
        pytest.param(60, (8, 2), 2, id="60"),
        pytest.param(500, (64, 8), 4, id="500", marks=[pytest.mark.long, pytest.mark.timeout(1200)]),
    ],
)
def test_every_terminal_that_answers_is_read_in_each_cycle_however_many_are_dead(
    tmp_path: Path, count: int, lanes: tuple[int, int], cycles: int
) -> None:
    begun, filed, _ = polling.bench(tmp_path, count, cycles, lanes=lanes, connect_seconds=1.5)
    for line in (begun, filed):
        print(f"{line.what}: {line.ratio:.2f} ({line.note})")
    assert begun.met, begun
    assert filed.met, filed


# one connection ------------------------------------------------------------------------------------------------------


def pull_often(url: str, times: int, pipe: Connection) -> None:
    """Entry of another process that pulls the same terminal again and again."""
    database = Database(url)
    puller = puller_for(database, limits=PATIENT)
    pipe.send("ready")
    pipe.recv()
    pipe.send([puller.pull("T-A", full=True).outcome for _ in range(times)])
    database.close()


@contextmanager
def process(target: object, *given: object) -> Iterator[tuple[BaseProcess, Connection]]:
    context = multiprocessing.get_context("spawn")
    here, there = context.Pipe()
    started = context.Process(target=target, args=(*given, there), daemon=True)  # type: ignore[arg-type]
    started.start()
    try:
        yield started, here
    finally:
        started.kill()
        started.join(PATIENCE_SECONDS)


def test_threads_and_processes_together_hold_one_connection_at_most(any_database: Database) -> None:
    with SimulatedTerminal(records=LOG).running() as simulated:
        build_office(any_database, addresses={"T-A": simulated.port})
        poller = Poller(puller_for(any_database, limits=PATIENT))
        alone = puller_for(any_database, limits=PATIENT)
        with process(pull_often, any_database.url, 4) as (_, pipe):
            assert pipe.poll(PATIENCE_SECONDS)
            pipe.recv()
            pipe.send("go")
            found: list[Filed] = []
            thread = threading.Thread(target=lambda: found.extend(alone.pull("T-A") for _ in range(4)))
            thread.start()
            for _ in range(4):
                found += poller.ask(["T-A"])
            thread.join(PATIENCE_SECONDS)
            assert pipe.poll(PATIENCE_SECONDS)
            outcomes = [*pipe.recv(), *(one.outcome for one in found)]
        poller.stop()
        assert outcomes == ["ok"] * 12
        assert simulated.connections == 12
        assert simulated.most_connections_at_once == 1
        assert stored_punches(any_database) == truth_of(simulated)


def test_a_reading_that_is_killed_lets_the_next_one_in_at_once(sqlite_database: Database) -> None:
    with SimulatedTerminal(records=LOG, fault=Fault("slow", pause_seconds=0.5)).running() as simulated:
        build_office(sqlite_database, addresses={"T-A": simulated.port})
        with process(pull_often, sqlite_database.url, 1) as (victim, pipe):
            assert pipe.poll(PATIENCE_SECONDS)
            pipe.send("go")
            assert wait_until(lambda: simulated.connections)
            waiting = threading.Event()
            poller = Poller(puller_for(sqlite_database, limits=PATIENT))
            (job,) = poller.begin(["T-A"], on_progress=lambda told: told.is_occupied and waiting.set())
            assert waiting.wait(PATIENCE_SECONDS)
            assert simulated.connections == 1
            simulated.fault = None
            assert victim.pid is not None
            os.kill(victim.pid, signal.SIGKILL)
            assert job.result().outcome == "ok"
            poller.stop()
    assert simulated.most_connections_at_once <= 2, "the killed one may be noticed a moment later"
    assert stored_punches(sqlite_database) == truth_of(simulated)


# leading -------------------------------------------------------------------------------------------------------------


def lead(url: str, lease_seconds: float, pipe: Connection) -> None:
    """Entry of another process that keeps the timetable until it is killed."""
    database = Database(url)
    poller = Poller(puller_for(database, limits=PATIENT))
    timetable = Timetable(database, poller, ZONE, tick_seconds=0.2, lease_seconds=lease_seconds)
    timetable.start()
    pipe.send("started")
    time.sleep(600)


def test_a_leader_that_is_killed_is_followed_within_its_lease(any_database: Database) -> None:
    lease_seconds = 3.0
    with SimulatedFleet(4, records=LOG[:400]).running() as terminals:
        codes = [f"T-{place}" for place in range(4)]
        build_office(
            any_database,
            people=1,
            terminals=codes,
            addresses=dict(zip(codes, terminals.ports, strict=True)),
            poll_seconds=1,
        )
        with process(lead, any_database.url, lease_seconds) as (leader, pipe):
            assert pipe.poll(PATIENCE_SECONDS)
            assert wait_until(lambda: builders.count(any_database, "pull") >= 4)
            poller = Poller(puller_for(any_database, limits=PATIENT))
            following = Timetable(any_database, poller, ZONE, tick_seconds=0.2, lease_seconds=lease_seconds)
            following.start()
            try:
                assert leader.pid is not None
                os.kill(leader.pid, signal.SIGKILL)
                killed = time.monotonic()
                assert wait_until(lambda: poller.counts["ok"] >= 4)
                took = time.monotonic() - killed
            finally:
                following.stop()
                poller.stop()
        print(f"followed after {took:.1f} s of a lease of {lease_seconds:g} s")
        assert terminals.most_connections_at_once == 1
    ticks = Timetable.__dataclass_fields__["tick_seconds"].default
    assert LEASE_SECONDS + ticks <= 30
    assert rows(any_database, "SELECT count(*) FROM lease") == [(0,)]


def test_after_a_sleep_every_terminal_is_read_once_at_once(sqlite_database: Database) -> None:
    shift = [0.0]

    def now() -> clock.datetime:
        return clock.utc_now() + clock.timedelta(seconds=shift[0])

    with SimulatedFleet(5, records=LOG[:400]).running() as terminals:
        codes = [f"T-{place}" for place in range(5)]
        ports = dict(zip(codes, terminals.ports, strict=True))
        build_office(sqlite_database, people=1, terminals=codes, addresses=ports, poll_seconds=3600)
        poller = Poller(puller_for(sqlite_database, limits=PATIENT, now=now))
        timetable = Timetable(sqlite_database, poller, ZONE, now=now, tick_seconds=0.1)
        timetable.start()
        try:
            assert wait_until(lambda: poller.counts["ok"] == 5)
            shift[0] = 8 * 3600
            assert wait_until(lambda: poller.counts["ok"] == 10)
            time.sleep(0.5)
            assert poller.counts["ok"] == 10
        finally:
            timetable.stop()
            poller.stop()


def test_what_apscheduler_leaves_out_is_counted(sqlite_database: Database, caplog: pytest.LogCaptureFixture) -> None:
    build_office(sqlite_database)
    poller = Poller(puller_for(sqlite_database))
    held, counted = threading.Event(), threading.Event()
    timetable = Timetable(sqlite_database, poller, ZONE, tick_seconds=0.05, evaluate_seconds=3600)
    tick = poller.tick

    def slow_then_broken() -> None:
        if not held.is_set():
            held.set()
            counted.wait(PATIENCE_SECONDS)
            raise RuntimeError("out of paper")
        tick()

    poller.tick = slow_then_broken  # type: ignore[method-assign]
    timetable.start()
    try:
        assert held.wait(PATIENCE_SECONDS)
        assert wait_until(lambda: timetable.events["still_running", "tick"] >= 2)
        counted.set()
        assert wait_until(lambda: timetable.events["failed", "tick"] == 1)
    finally:
        timetable.stop()
        poller.stop()
    assert "out of paper" in caplog.text
