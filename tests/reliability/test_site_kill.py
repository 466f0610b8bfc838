"""kill -9 of the agent and of the centre at any moment: everything the terminal holds arrives once.

The truth is the simulated terminal's log. Processes of their own pull, seal and forward, and take and file; they are
killed before a chosen statement of a transaction, at its end, or after a random time.
"""

from __future__ import annotations

import multiprocessing
import random
import shutil
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.context import ForkServerContext, ForkServerProcess
from pathlib import Path

import pytest

from attendance.clock import utc_now
from attendance.store.database import Database, sqlite_url
from device_sync.agent.centre import Centre, CentreError
from device_sync.agent.forwarding import Forwarder, Standing
from device_sync.agent.sealing import seal_pulls
from device_sync.simulator import SimulatedTerminal
from tests.builders import ZONE, puller_for, rows, stored_punches, truth_of
from tests.contract.site_office import TOKEN, Ticking, open_centre, register
from tests.reliability.site_victims import QUICK, AgentFate, ServiceFate, run_agent_and_die, serve_and_die
from tests.reliability.victim import COMMITTING, DONE, READING
from tests.serving import make_app, serving

PATIENCE_SECONDS = 30.0
PAUSE_SECONDS = 0.004


@pytest.fixture(scope="session")
def processes() -> ForkServerContext:
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.reliability.site_victims"])
    return context


@dataclass
class Road:
    """A terminal, a site's database and a centre's, and what is killed between them; `port` is a service that lives."""

    port: int
    simulated: SimulatedTerminal
    site: Database
    centre: Database
    processes: ForkServerContext
    folder: Path
    rng: random.Random
    points: int = 0

    def punch(self) -> None:
        for _ in range(self.rng.randint(1, 20)):
            self.simulated.punch(str(self.rng.randint(1001, 1003)), verify=self.rng.randrange(256))

    def kill_agent(self) -> str:
        """Have the agent die somewhere; answers where."""
        marks = self._marks()
        by_statement = self.rng.random() < 0.7
        die_at = self.rng.choice([-1, *range(40)]) if by_statement else None
        fate = AgentFate(self.site.url, marks, die_at=die_at, pause_seconds=PAUSE_SECONDS, port=self.port)
        child = self._start(run_agent_and_die, fate)
        if die_at is None:
            self._wait(lambda: READING in _read(marks))
            time.sleep(self.rng.random() * 0.8)
        else:
            self._wait(lambda: not child.is_alive() or DONE in _read(marks))
        self._kill(child)
        seen = _read(marks)
        return "after" if DONE in seen else "in a commit" if seen.endswith(COMMITTING) else "inside"

    def kill_centre(self) -> str:
        """Have the centre die while it is taking what the site holds; answers where."""
        self._pull_and_seal()
        marks, ready = self._marks(), self.folder / f"port-{self.points}"
        by_statement = self.rng.random() < 0.7
        die_at = self.rng.choice([-1, *range(40)]) if by_statement else None
        fate = ServiceFate(self.centre.url, marks, die_at=die_at, pause_seconds=PAUSE_SECONDS, ready=ready)
        child = self._start(serve_and_die, fate)
        self._wait(ready.exists)
        if die_at is None:
            time.sleep(self.rng.random() * 0.5)
        with suppress(CentreError):
            self._forward(int(ready.read_text()))
        self._kill(child)
        seen = _read(marks)
        return "in a commit" if seen.endswith(COMMITTING) else "inside" if seen else "before"

    def assert_whole(self) -> None:
        """After one undisturbed run the centre holds what the terminal holds."""
        assert set(stored_punches(self.centre, "T-A")) <= set(truth_of(self.simulated))
        self._pull_and_seal()
        standing = self._forward(self.port)
        assert standing.waiting == 0
        assert stored_punches(self.centre, "T-A") == stored_punches(self.site, "GATE") == truth_of(self.simulated)
        numbers = [number for (number,) in rows(self.centre, "SELECT number FROM site_segment ORDER BY id")]
        assert numbers == list(range(1, standing.held + 1))
        digests = "SELECT number, digest FROM {} ORDER BY number"
        assert rows(self.centre, digests.format("site_segment")) == rows(self.site, digests.format("site_outbox"))
        assert rows(self.centre, "SELECT count(*) FROM site_filing") == [(len(numbers),)]
        assert rows(self.centre, "SELECT count(*) FROM pull") == [(len(numbers),)]
        for database in (self.site, self.centre):
            if database.is_sqlite:
                assert rows(database, "PRAGMA integrity_check") == [("ok",)]

    def _pull_and_seal(self) -> None:
        assert puller_for(self.site).pull("GATE").outcome == "ok"
        seal_pulls(self.site, ZONE, utc_now())

    def _forward(self, port: int) -> Standing:
        return Forwarder(self.site, Centre(f"http://127.0.0.1:{port}", TOKEN, patience=QUICK)).forward()

    def _marks(self) -> Path:
        self.points += 1
        return self.folder / f"marks-{self.points}"

    def _start(self, entry: Callable[..., None], fate: object) -> ForkServerProcess:
        child = self.processes.Process(target=entry, args=(fate,), daemon=True)
        child.start()
        return child

    def _kill(self, child: ForkServerProcess) -> None:
        child.kill()
        child.join(PATIENCE_SECONDS)
        assert child.exitcode == -9
        child.close()

    def _wait(self, condition: Callable[[], bool]) -> None:
        ends = time.monotonic() + PATIENCE_SECONDS
        while not condition():
            assert time.monotonic() < ends, "the child did not come so far"
            time.sleep(0.002)


def _read(marks: Path) -> str:
    return marks.read_text() if marks.exists() else ""


@pytest.mark.parametrize(
    ("points", "seed"),
    [pytest.param(8, 1, id="8"), pytest.param(100, 2, id="100", marks=[pytest.mark.long, pytest.mark.timeout(1800)])],
)
def test_killed_anywhere_everything_arrives_once(
    migrated_sqlite: Path, tmp_path: Path, processes: ForkServerContext, points: int, seed: int
) -> None:
    for name in ("site.db", "attendance.db"):
        shutil.copyfile(migrated_sqlite, tmp_path / name)
    centre, site = Database(sqlite_url(tmp_path / "attendance.db")), Database(sqlite_url(tmp_path / "site.db"))
    open_centre(centre, Ticking(utc_now()))
    with SimulatedTerminal(users=3).running() as simulated, serving(make_app(centre, tmp_path)) as port:
        register(site, {"GATE": simulated.port})
        road = Road(port, simulated, site, centre, processes, tmp_path, random.Random(seed))
        died: Counter[str] = Counter()
        for point in range(points):
            road.punch()
            who = "agent" if point % 2 else "centre"
            died[f"{who} {road.kill_agent() if point % 2 else road.kill_centre()}"] += 1
            road.assert_whole()
    centre.close()
    site.close()
    print(f"killed {points} times: {dict(died)}; 0 lost, 0 doubled, 0 invented")
    assert died.total() == points
    assert died["agent inside"] + died["agent in a commit"] >= points // 8
    assert died["centre inside"] + died["centre in a commit"] >= points // 8
