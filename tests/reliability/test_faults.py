"""Every fault of the simulated terminal, over both transports and all record layouts, through a pull into a database.

Whatever the other side does: the pull ends in time with a complete result or a named error; no punch is invented or
doubled; the next good pull has everything; the terminal was neither locked nor changed.
"""

from __future__ import annotations

import itertools
import shutil
from datetime import datetime, timedelta
from pathlib import Path
from time import monotonic

import pytest

from attendance.store.database import Database, sqlite_url
from device_sync.layouts import PUNCH_LAYOUTS
from device_sync.simulator import FAULTS, Fault, SimulatedTerminal, load_records, transports_of
from device_sync.wire import CHANGING
from device_sync.zk import OUTCOMES, Limits
from tests.builders import Key, build_office, puller_for, pulls, stored_punches, truth_of

HASTY = Limits(connect_seconds=0.35, idle_seconds=0.35, total_seconds=3.0, goodbye_seconds=0.2)
PATIENT = Limits(connect_seconds=5.0, idle_seconds=5.0, total_seconds=30.0, goodbye_seconds=1.0)
SLACK_SECONDS = 2.0
"""What a loaded machine may add to a limit."""
RECORDS, PEOPLE, LATER = 220, 20, 7
FIRST_LATER = datetime(2026, 7, 1, 7, 30)
LAYOUTS = tuple(PUNCH_LAYOUTS)

EVERY = [(name, transport) for name in FAULTS for transport in transports_of(name)]
WHOLE = [(*case, layout) for case in EVERY for layout in LAYOUTS]
# each fault once, the layouts and transports in turn
_turn = itertools.cycle(LAYOUTS)
SAMPLE = [
    (name, transports_of(name)[place % len(transports_of(name))], next(_turn)) for place, name in enumerate(FAULTS)
]
CASES = [
    pytest.param(*case, id="-".join(case), marks=() if case in SAMPLE else pytest.mark.long) for case in sorted(WHOLE)
]


def test_there_are_enough_faults_on_both_transports() -> None:
    assert len(FAULTS) >= 31
    assert min(sum(transport == each for _, transport in EVERY) for each in ("tcp", "udp")) >= 31
    assert {layout for *_, layout in SAMPLE} == set(LAYOUTS)
    assert {transport for _, transport, _ in SAMPLE} == {"tcp", "udp"}


@pytest.fixture(scope="module")
def offices(migrated_sqlite: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with an office database per transport, its terminal at a port that is filled in later."""
    folder = tmp_path_factory.mktemp("offices")
    for transport in ("tcp", "udp"):
        path = folder / f"{transport}.db"
        shutil.copyfile(migrated_sqlite, path)
        database = Database(sqlite_url(path))
        build_office(database, addresses={"T-A": 1}, transport=transport)
        database.close()
    return folder


@pytest.mark.parametrize(("name", "transport", "layout"), CASES)
def test_a_fault_ends_in_time_loses_nothing_and_invents_nothing(
    offices: Path, tmp_path: Path, name: str, transport: str, layout: str
) -> None:
    path = tmp_path / "attendance.db"
    shutil.copyfile(offices / f"{transport}.db", path)
    database = Database(sqlite_url(path))
    records = load_records(RECORDS, users=PEOPLE, layout=layout)
    with SimulatedTerminal(records=records, layout=layout, users=PEOPLE).running() as simulated:
        with database.writing() as session:
            session.connection().exec_driver_sql("UPDATE terminal SET port = ?", (simulated.port,))
        assert puller_for(database, limits=PATIENT).pull("T-A").outcome == "ok"
        assert stored_punches(database) == truth_of(simulated)
        for minute in range(LATER):
            simulated.punch(str(1001 + minute), FIRST_LATER + timedelta(minutes=minute), verify=15)
        before, ever = stored_punches(database), truth_of(simulated)

        simulated.fault = Fault(name, pause_seconds=0.08 if name == "delayed" else 0.03)
        started = monotonic()
        filed = puller_for(database, limits=HASTY).pull("T-A")
        assert monotonic() - started < HASTY.total_seconds + HASTY.goodbye_seconds + SLACK_SECONDS

        ever = list(dict.fromkeys([*ever, *truth_of(simulated)]))
        stored = stored_punches(database)
        if filed.outcome in ("ok", "changed"):
            assert_whole(stored, simulated, ever, grown_meanwhile=name == "grow_reading")
        else:
            assert stored == before
            assert filed.outcome in OUTCOMES
            assert filed.message.endswith(".")
            assert pulls(database)[-1].row.params["reason"]
        assert not simulated.locked

        simulated.fault = None
        simulated.punch("1001", FIRST_LATER + timedelta(hours=2))
        ever += [key for key in truth_of(simulated) if key not in ever]
        good = puller_for(database, limits=PATIENT).pull("T-A", full=True)
        assert good.outcome in ("ok", "changed"), good
        assert_whole(stored_punches(database), simulated, ever)
        assert not {entry.command for entry in simulated.journal} & CHANGING
        assert not simulated.locked
        assert simulated.most_connections_at_once <= 2  # a pull's own, and one whose end the terminal has not seen
    database.close()


def assert_whole(
    stored: list[Key], simulated: SimulatedTerminal, ever: list[Key], *, grown_meanwhile: bool = False
) -> None:
    """Everything the terminal holds is stored once, and nothing it never held."""
    assert len(stored) == len(set(stored))
    assert set(stored) <= set(ever)
    missing = [key for key in truth_of(simulated) if key not in set(stored)]
    assert not missing or (grown_meanwhile and missing == truth_of(simulated)[-len(missing) :])
