"""kill -9 at any moment of a pull: the next pull finds everything, once.

The truth is the simulated terminal's own log. A process of its own pulls and is killed by SIGKILL: while it connects,
after a random time over the whole pull, while a chosen byte of the transfer is on the line, before a chosen statement
of the transaction, or around its end.
"""

from __future__ import annotations

import multiprocessing
import random
import shutil
import time
from collections import Counter
from dataclasses import dataclass
from multiprocessing.context import ForkServerContext
from pathlib import Path

import pytest
from _pytest.mark import ParameterSet

from attendance.store.database import Database, sqlite_url
from device_sync.simulator import Fault, SimulatedTerminal, load_records
from tests import builders
from tests.builders import build_office, puller_for, rows, stored_punches, truth_of
from tests.reliability.victim import BEGUN, COMMITTING, DONE, GREETED, READING, STATEMENT, Fate, pull_and_die

RECORDS = 5_000
PHASES = {"": "connect", READING: "connect", GREETED: "read", BEGUN: "store", STATEMENT: "store", COMMITTING: "commit"}
"""Where a process died, by the last letter it wrote; one that came to its end died after the pull."""
HOWS = ("connect", "time", "byte", "statement", "end")
PATIENCE_SECONDS = 15.0
PAUSE_SECONDS = 0.015
SLOW = Fault("slow", pause_seconds=0.0003)  # so that the transfer is long enough to be hit, too


@pytest.fixture(scope="session")
def processes() -> ForkServerContext:
    """Children from a server that has loaded everything, so that a point costs a fork and not an interpreter."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.reliability.victim"])
    return context


@dataclass
class Killing:
    """One terminal, one database, and pulls of it that are killed."""

    database: Database
    processes: ForkServerContext
    folder: Path
    rng: random.Random
    points: int = 0

    def rehearse(self) -> float:
        """Seconds a child takes for a whole pull that nothing disturbs."""
        marks = self.folder / "rehearsal"
        child = self.processes.Process(
            target=pull_and_die, args=(Fate(self.database.url, marks, pause_seconds=PAUSE_SECONDS),), daemon=True
        )
        child.start()
        self._wait(lambda: READING in _read(marks))
        started = time.monotonic()
        self._wait(lambda: DONE in _read(marks))
        seconds = time.monotonic() - started
        child.kill()
        child.join(PATIENCE_SECONDS)
        return seconds

    def kill_one(self, simulated: SimulatedTerminal, how: str, whole_seconds: float) -> str:
        """Have a child pull and die; answers the phase in which it died."""
        self.points += 1
        marks = self.folder / f"marks-{self.points}"
        before = builders.count(self.database, "pull")
        pause = PAUSE_SECONDS if how in ("connect", "time", "end") else 0.0
        die_at = self.rng.choice([-1, *range(8)]) if how == "statement" else None
        fate = Fate(self.database.url, marks, die_at=die_at, pause_seconds=pause)
        visits = simulated.connections
        child = self.processes.Process(target=pull_and_die, args=(fate,), daemon=True)
        child.start()
        if how == "statement":
            child.join(PATIENCE_SECONDS)
        else:
            self._wait(lambda: READING in _read(marks))
            if how == "byte":
                self._wait(lambda: simulated.connections > visits)
                time.sleep(0.06)  # the line stands still at its byte by now
            elif how == "connect":
                time.sleep(self.rng.random() * PAUSE_SECONDS / 2)
            elif how == "end":
                self._wait(lambda: (COMMITTING if self.points % 2 else DONE) in _read(marks))
                time.sleep(self.rng.random() * 2 * PAUSE_SECONDS)
            else:
                time.sleep(self.rng.random() * whole_seconds)
        child.kill()
        child.join(PATIENCE_SECONDS)
        assert child.exitcode == -9
        child.close()
        return self._phase(_read(marks), builders.count(self.database, "pull") - before)

    def _phase(self, marks: str, filed: int) -> str:
        """A pull is filed when it said so, and only after its commit had begun."""
        assert filed in ((1,) if DONE in marks else (0, 1) if COMMITTING in marks else (0,))
        return PHASES.get(marks[-1:], "after")

    def _wait(self, condition: object) -> None:
        ends = time.monotonic() + PATIENCE_SECONDS
        while not condition():  # type: ignore[operator]
            assert time.monotonic() < ends, "the child did not come so far"
            time.sleep(0.002)

    def assert_whole(self, simulated: SimulatedTerminal) -> None:
        """After one undisturbed pull the store is the terminal's log: nothing lost, doubled or invented."""
        assert set(stored_punches(self.database)) <= set(truth_of(simulated))
        filed = puller_for(self.database).pull("T-A")
        assert filed.outcome == "ok"
        assert filed.read == filed.new + filed.repeated + filed.quarantined == len(simulated.truth)
        assert stored_punches(self.database) == truth_of(simulated)
        sums = rows(self.database, "SELECT sum(new) FROM pull WHERE outcome = 'ok'")
        assert int(sums[0][0]) == len(truth_of(simulated))
        assert rows(self.database, "SELECT count(*) FROM punch_block WHERE pull_id NOT IN (SELECT id FROM pull)") == [
            (0,)
        ]
        if self.database.is_sqlite:
            assert rows(self.database, "PRAGMA integrity_check") == [("ok",)]
            assert rows(self.database, "PRAGMA foreign_key_check") == []


def _read(marks: Path) -> str:
    return marks.read_text() if marks.exists() else ""


def run_points(killing: Killing, simulated: SimulatedTerminal, count: int, renew: Path | None) -> Counter[str]:
    """So many kills, each followed by a whole pull that is compared with the truth."""
    simulated.fault = SLOW
    whole_seconds = killing.rehearse() * 1.2
    simulated.fault = None
    killing.assert_whole(simulated)
    died: Counter[str] = Counter()
    for point in range(count):
        if renew is not None and killing.rng.random() < 0.6:
            _renew(killing.database, renew)
        for _ in range(killing.rng.randint(1, 30)):
            simulated.punch(str(killing.rng.randint(1001, 1050)), verify=killing.rng.randrange(256))
        how = HOWS[point % len(HOWS)]
        if how == "byte":
            log_bytes = RECORDS * simulated.machine.build.layout.size
            simulated.fault = Fault("stall", at=killing.rng.randrange(20, log_bytes + 400), times=1)
        elif how == "time":
            simulated.fault = SLOW
        died[killing.kill_one(simulated, how, whole_seconds)] += 1
        simulated.fault = None
        killing.assert_whole(simulated)
    return died


def _renew(database: Database, filed: Path) -> None:
    """An office that never pulled, so that the killed pull is the first and largest."""
    path = Path(database.url.removeprefix("sqlite:///"))
    database.close()
    for name in (path, path.with_name(path.name + "-wal"), path.with_name(path.name + "-shm")):
        name.unlink(missing_ok=True)
    shutil.copyfile(filed, path)


def whole(layout: str, points: int, seed: int) -> ParameterSet:
    """Most of the points run only when they are asked for."""
    marks = [pytest.mark.long, pytest.mark.timeout(900)]
    return pytest.param(layout, points, seed, id=f"{layout}-{points}", marks=marks)


@pytest.mark.parametrize(
    ("layout", "points", "seed"),
    [
        pytest.param("zk40", 10, 1, id="zk40-10"),
        pytest.param("zk8a", 5, 4, id="zk8a-5"),
        pytest.param("zk16", 5, 5, id="zk16-5"),
        whole("zk40", 200, 2),
        whole("zk8a", 100, 6),
        whole("zk16", 100, 7),
    ],
)
def test_a_killed_pull_loses_and_doubles_nothing(
    migrated_sqlite: Path, tmp_path: Path, processes: ForkServerContext, layout: str, points: int, seed: int
) -> None:
    records = load_records(RECORDS, layout=layout)
    with SimulatedTerminal(records=records, layout=layout, users=50).running() as simulated:
        office = tmp_path / "office.db"
        shutil.copyfile(migrated_sqlite, office)
        database = Database(sqlite_url(office))
        build_office(database, addresses={"T-A": simulated.port})
        database.close()
        path = tmp_path / "attendance.db"
        shutil.copyfile(office, path)
        killing = Killing(Database(sqlite_url(path)), processes, tmp_path, random.Random(seed))
        died = run_points(killing, simulated, points, office)
        killing.database.close()
    print(f"killed {points} times: {dict(died)}; 0 lost, 0 doubled, 0 invented")
    assert died.total() == points
    assert len(died) >= 2
    if points >= 100:
        assert all(died[phase] >= points // 40 for phase in ("connect", "read", "store", "commit")), died


@pytest.mark.postgres
def test_a_killed_pull_loses_and_doubles_nothing_on_postgresql(
    postgres_database: Database, tmp_path: Path, processes: ForkServerContext
) -> None:
    with SimulatedTerminal(records=load_records(RECORDS), users=50).running() as simulated:
        build_office(postgres_database, addresses={"T-A": simulated.port})
        killing = Killing(postgres_database, processes, tmp_path, random.Random(3))
        died = run_points(killing, simulated, 6, None)
    assert died.total() == 6
    assert died["store"] + died["commit"] + died["after"] >= 2
