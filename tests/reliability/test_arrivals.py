"""Punches that arrive between the question for the counters and the reading of the log: none lost, none multiplied."""

from __future__ import annotations

import random
import shutil
from pathlib import Path

import pytest

from attendance.store.database import Database, sqlite_url
from device_sync.simulator import Fault, SimulatedTerminal, load_records
from device_sync.zk import Limits
from tests.builders import build_office, puller_for, stored_punches, truth_of

PATIENT = Limits(connect_seconds=5.0, idle_seconds=5.0, total_seconds=30.0, goodbye_seconds=1.0)
MOST = 20
LAYOUTS = ("zk8a", "zk8b", "zk16", "zk40")


@pytest.mark.parametrize(
    "trials",
    [pytest.param(30, id="30"), pytest.param(1000, id="1000", marks=[pytest.mark.long, pytest.mark.timeout(900)])],
)
def test_punches_between_the_two_commands_land_once(migrated_sqlite: Path, tmp_path: Path, trials: int) -> None:
    """1 to 20 at a time, in logs of 0 to 90 records that go on growing, on both transports."""
    rng = random.Random(trials)
    office = tmp_path / "office.db"
    shutil.copyfile(migrated_sqlite, office)
    arrived = done = 0
    while done < trials:
        layout, transport = LAYOUTS[done % len(LAYOUTS)], rng.choice(("tcp", "udp"))
        path = tmp_path / f"{done}.db"
        shutil.copyfile(office, path)
        database = Database(sqlite_url(path))
        records = load_records(rng.randrange(91), users=9, layout=layout)
        with SimulatedTerminal(records=records, layout=layout, users=9).running() as simulated:
            build_office(database, addresses={"T-A": simulated.port}, transport=transport)
            for _ in range(min(rng.randint(3, 10), trials - done)):
                simulated.fault = Fault("grow", amount=rng.randint(1, MOST), seed=rng.randrange(1 << 30))
                before = len(simulated.truth)
                filed = puller_for(database, limits=PATIENT).pull("T-A")
                assert filed.outcome == "ok", (layout, transport, filed)
                assert filed.read == len(simulated.truth)
                assert stored_punches(database) == truth_of(simulated), (layout, transport)
                arrived += len(simulated.truth) - before
                done += 1
        database.close()
        path.unlink()
    print(f"{done} pulls, {arrived} punches arrived between the two commands: each stored once")
    assert arrived >= done
