"""Thousands of answers altered at random: no crash, no hang, no invented punch, no memory for what is only declared."""

from __future__ import annotations

import random
import resource
import tracemalloc
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime
from time import monotonic

import pytest

from attendance.store.database import Database
from device_sync import wire
from device_sync.layouts import PUNCH_LAYOUTS
from device_sync.simulator import Fault, SimulatedTerminal, load_records
from device_sync.simulator.mutating import MUTATIONS
from device_sync.terminal import Changed, Garbled, Refused, TerminalError, TerminalLog, Unreachable
from device_sync.wire import CHANGING
from device_sync.zk import OUTCOMES, Limits, ZkTerminal
from tests.builders import build_office, puller_for, stored_punches, truth_of
from tests.contract.pulls import reach
from tests.contract.reading import punches_of

SHORT = Limits(connect_seconds=0.3, idle_seconds=0.1, total_seconds=0.8, goodbye_seconds=0.05)
SLACK_SECONDS = 1.0
WORKERS = 6
PEOPLE = 12
ENDINGS = (Unreachable, Refused, Garbled, Changed)


@dataclass
class Pack:
    """What became of so many pulls of one terminal whose answers are altered."""

    endings: Counter[str] = field(default_factory=Counter)
    done: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)
    slowest: float = 0.0

    def add(self, other: Pack) -> None:
        self.endings += other.endings
        self.done += other.done
        self.wrong += other.wrong
        self.slowest = max(self.slowest, other.slowest)


def is_true(log: TerminalLog, simulated: SimulatedTerminal) -> bool:
    """An accepted log is exactly the truth; what came along is exact or not there."""
    users = None if log.users is None else [(user.uid, user.pin) for user in log.users]
    lines = None if log.operations is None else len(log.operations) // 16
    return (
        punches_of(log) == list(simulated.truth)
        and users in (None, [(user.uid, user.pin) for user in simulated.users])
        and lines in (None, len(simulated.operations))
    )


def run_pack(worker: int, answers: int) -> Pack:
    """Pulls until that many answers were altered; the seed of each pull is its number."""
    layout = tuple(PUNCH_LAYOUTS)[worker % len(PUNCH_LAYOUTS)]
    transport = "udp" if worker % 3 == 2 else "tcp"
    records = load_records((60, 25, 300, 130)[worker % 4], users=PEOPLE, layout=layout)
    packet_bytes = 1008 if worker % 2 else 65_528
    pack = Pack()
    terminal = SimulatedTerminal(
        records=records, layout=layout, users=PEOPLE, packet_bytes=packet_bytes, sets_follow=worker % 5 == 4
    )
    with terminal.running() as simulated:
        pull = 0
        while pack.done.total() < answers:
            pull += 1
            fault = Fault("mutated", seed=worker * 1_000_003 + pull)
            simulated.fault = fault
            client = ZkTerminal("127.0.0.1", simulated.port, transport=transport, limits=SHORT)  # type: ignore[arg-type]
            started = monotonic()
            try:
                log = client.read_log()
                pack.endings["ok"] += 1
                if not is_true(log, simulated):
                    pack.wrong.append(f"worker {worker}, {layout}, {transport}, seed {fault.seed}: {fault.done}")
            except ENDINGS as error:
                pack.endings[error.outcome] += 1
            except Exception as error:
                pack.wrong.append(f"worker {worker}, seed {fault.seed}: {type(error).__name__}: {error}, {fault.done}")
            pack.slowest = max(pack.slowest, monotonic() - started)
            pack.done.update(fault.done)
        simulated.fault = None
        assert is_true(reach(simulated, transport=transport).read_log(), simulated)
        assert not {entry.command for entry in simulated.journal} & CHANGING
        assert not simulated.locked
    return pack


@pytest.mark.parametrize(
    ("answers", "first"),
    [
        pytest.param(300, 100, id="300"),
        pytest.param(10_000, 0, id="10000", marks=[pytest.mark.long, pytest.mark.timeout(1800)]),
    ],
)
def test_altered_answers_end_in_an_error_or_in_the_truth(answers: int, first: int) -> None:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    whole = Pack()
    workers = 2 * len(PUNCH_LAYOUTS) * 3
    share = -(-answers // workers)
    with ThreadPoolExecutor(WORKERS) as pool:
        for pack in pool.map(lambda worker: run_pack(worker, share), range(first, first + workers)):
            whole.add(pack)
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    print(
        f"{whole.done.total()} altered answers in {whole.endings.total()} pulls: {dict(whole.endings)}; "
        f"{dict(whole.done)}; slowest pull {whole.slowest:.2f} s, memory grew {grown:.0f} MiB"
    )
    assert whole.wrong == [], "\n".join(whole.wrong)
    assert whole.done.total() >= answers
    assert set(whole.done) == set(MUTATIONS)
    assert whole.endings["ok"] > 0
    assert whole.endings["garbled"] > 0
    assert whole.slowest < SHORT.total_seconds + SHORT.connect_seconds + SHORT.goodbye_seconds + SLACK_SECONDS
    assert grown < 64


@pytest.mark.parametrize("layout", sorted(PUNCH_LAYOUTS))
@pytest.mark.parametrize("pulls", [8, pytest.param(300, marks=[pytest.mark.long, pytest.mark.timeout(900)])])
def test_altered_answers_leave_nothing_wrong_in_the_store(sqlite_database: Database, layout: str, pulls: int) -> None:
    """A pull that calls itself good is whole; any other leaves the store as it was; people keep their punches."""
    records = load_records(80, users=PEOPLE, layout=layout)
    rng, outcomes = random.Random(pulls), Counter[str]()
    with SimulatedTerminal(records=records, layout=layout, users=PEOPLE).running() as simulated:
        build_office(sqlite_database, addresses={"T-A": simulated.port}, transport=rng.choice(("tcp", "udp")))
        puller = puller_for(sqlite_database, limits=SHORT)
        for pull in range(pulls):
            for _ in range(rng.randrange(4)):
                simulated.punch(str(1001 + rng.randrange(PEOPLE)), verify=rng.randrange(26))
            before = stored_punches(sqlite_database)
            fault = Fault("mutated", seed=pull)
            simulated.fault = fault
            outcome = puller.pull("T-A", full=rng.random() < 0.5).outcome
            outcomes[outcome] += 1
            stored = stored_punches(sqlite_database)
            if outcome == "ok":
                assert stored == truth_of(simulated), fault.done
            else:
                assert outcome in OUTCOMES, fault.done
                assert stored == before, fault.done
        simulated.fault = None
        assert puller_for(sqlite_database).pull("T-A", full=True).outcome == "ok"
        assert stored_punches(sqlite_database) == truth_of(simulated)
    print(f"{layout}: {pulls} pulls with altered answers: {dict(outcomes)}")


@pytest.mark.parametrize("fault", ["huge_length", "huge_log"])
@pytest.mark.parametrize("transport", ["tcp", "udp"])
def test_a_declared_size_of_2_gib_takes_no_memory(fault: str, transport: str) -> None:
    with SimulatedTerminal(records=load_records(100), fault=fault).running() as simulated:
        client = reach(simulated, transport=transport)
        with pytest.raises(Garbled):
            client.read_log()  # whatever is loaded once is loaded now
        tracemalloc.start()
        try:
            with pytest.raises(TerminalError) as caught:
                client.read_log()
            _now, peak = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
        assert caught.value.params["reason"] == "length"
        assert peak < 2 << 20


def test_an_operation_log_without_even_its_count_is_not_an_empty_one() -> None:
    """Found by the pack: an answer without a byte was taken for a terminal at which nothing was ever done."""
    with SimulatedTerminal(records=load_records(30)).running() as simulated:
        simulated.machine.operations.pack = bytes  # type: ignore[method-assign]
        assert reach(simulated).read_log().operations is None


def test_the_pack_can_fail() -> None:
    """Bytes of a record that are altered in a sound packet are what the comparison is there to see."""
    with SimulatedTerminal(records=load_records(30), users=PEOPLE).running() as simulated:
        log = reach(simulated).read_log()
        assert is_true(log, simulated)
        simulated.edit_record(7, time=wire.encode_time(datetime(2026, 5, 1, 8, 0)))
        assert not is_true(log, simulated)
