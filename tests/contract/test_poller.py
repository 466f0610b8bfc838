"""Whoever asks comes first and gets a reading that began after the question; nobody holds a lane beyond the limits."""

from __future__ import annotations

import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import cast

import pytest

from attendance import clock
from attendance.errors import Invalid, NotFound
from attendance.store.database import Database
from device_sync.breaker import CLOSED, OPEN
from device_sync.hints import Hub, LivePunch, WasRead
from device_sync.intake import Filed
from device_sync.poller import Ended, Job, Occupied, Poller
from device_sync.pulling import CONNECTING, DONE, READING, STORING, WAITING, Attempt, Progress, Puller
from device_sync.simulator import Fault, SimulatedTerminal, load_records
from device_sync.terminal import Unreachable
from device_sync.zk.client import ZkTerminal
from device_sync.zk.transport import Limits
from tests import builders
from tests.builders import build_office, puller_for, rows

PATIENCE_SECONDS = 15.0
SHORT = Limits(connect_seconds=0.3, idle_seconds=0.3, total_seconds=0.3, goodbye_seconds=0.1)


@dataclass
class Gated:
    """Stands in for the puller: each pull lasts until its terminal's gate is opened, or the attempt is broken off."""

    database: Database
    limits: Limits = field(default_factory=Limits)
    now: clock.Now = clock.utc_now
    gates: defaultdict[str, threading.Semaphore] = field(default_factory=lambda: defaultdict(lambda: gate(0)))
    begun: list[tuple[str, bool]] = field(default_factory=list)
    failing: set[str] = field(default_factory=set)
    heeds: bool = True

    def pull(self, code: str, *, full: bool = False, attempt: Attempt) -> Filed:
        attempt.state = READING
        self.begun.append((code, full))
        while not self.gates[code].acquire(timeout=0.02):
            if attempt.is_given_up and self.heeds:
                return Filed(code, "interrupted")
        if code in self.failing:
            attempt.error = Unreachable("Nobody answers.")
            return Filed(code, "unreachable")
        return Filed(code, "ok")


def gate(count: int) -> threading.Semaphore:
    return threading.Semaphore(count)


def gated(database: Database, **parts: object) -> tuple[Gated, Puller]:
    found = Gated(database, **parts)  # type: ignore[arg-type]
    return found, cast(Puller, found)


@contextmanager
def polling(puller: Puller, **options: object) -> Iterator[Poller]:
    poller = Poller(puller, **options)  # type: ignore[arg-type]
    try:
        yield poller
    finally:
        poller.stop(patience_seconds=0)


def wait_until(condition: Callable[[], object]) -> bool:
    ends = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < ends:
        if condition():
            return True
        time.sleep(0.01)
    return False


# asking --------------------------------------------------------------------------------------------------------------


def test_who_asks_during_a_reading_gets_another_one_and_shares_it_with_whoever_waits_too(
    sqlite_database: Database,
) -> None:
    fake, puller = gated(sqlite_database)
    with polling(puller) as poller:
        (first,) = poller.begin(["T-A"])
        assert wait_until(lambda: fake.begun)
        (second,), (third,) = poller.begin(["T-A"]), poller.begin(["T-A"], full=True)
        assert first is not second
        assert second is third
        fake.gates["T-A"].release()
        assert first.done.wait(PATIENCE_SECONDS)
        assert wait_until(lambda: len(fake.begun) == 2)
        assert not second.done.is_set()
        fake.gates["T-A"].release()
        assert second.result().outcome == "ok"
    assert fake.begun == [("T-A", False), ("T-A", True)]


def test_a_question_jumps_the_queue_of_what_is_merely_due(sqlite_database: Database) -> None:
    codes = [f"T-{n}" for n in range(6)]
    build_office(sqlite_database, people=1, terminals=codes, addresses=dict.fromkeys(codes, 4370))
    fake, puller = gated(sqlite_database)
    with polling(puller, lanes=1) as poller:
        poller.tick()
        assert wait_until(lambda: fake.begun)
        busy = fake.begun[0][0]
        last = [code for code in codes if code != busy][-1]
        asked = poller.begin([last, busy])
        for code in codes:
            fake.gates[code].release()
        fake.gates[busy].release()
        assert [job.result().terminal for job in asked] == [last, busy]
        assert wait_until(lambda: len(fake.begun) == 7)
    assert [code for code, _ in fake.begun[:3]] in ([busy, last, busy], [busy, busy, last])


def test_terminals_that_failed_wait_in_lanes_of_their_own(sqlite_database: Database) -> None:
    codes = [f"T-{n}" for n in range(8)]
    build_office(sqlite_database, people=1, terminals=codes, addresses=dict.fromkeys(codes, 4370), poll_seconds=3600)
    fake, puller = gated(sqlite_database, failing=set(codes[:5]))
    with polling(puller, lanes=3, probe_lanes=2) as poller:
        poller.tick()
        for code in codes:
            fake.gates[code].release()
        assert wait_until(lambda: poller.counts["unreachable"] == 5 and poller.counts["ok"] == 3)
        fake.begun.clear()
        poller.begin(codes[:5])  # nobody opens their gates: they hold what lanes they get
        assert wait_until(lambda: len(fake.begun) == 2)
        healthy = poller.begin(codes[5:])
        for code in codes[5:]:
            fake.gates[code].release()
        assert [job.result().outcome for job in healthy] == ["ok"] * 3
        assert (poller.probes.busy, poller.probes.waiting) == (2, 3)


def test_what_cannot_be_tried_is_said_after_the_others_ended(sqlite_database: Database) -> None:
    with SimulatedTerminal(records=load_records(20)).running() as simulated:
        build_office(sqlite_database, terminals=("T-A", "T-USB"), addresses={"T-A": simulated.port})
        with polling(puller_for(sqlite_database)) as poller:
            with pytest.raises(NotFound, match="T-NONE"):
                poller.ask(["T-NONE", "T-A"])
            with pytest.raises(Invalid, match="T-USB has no address"):
                poller.ask(["T-USB"])
            assert builders.count(sqlite_database, "pull") == 1
            assert poller.counts["ok"] == 1


def test_progress_is_told_from_waiting_to_done_with_bytes_and_result(sqlite_database: Database) -> None:
    told: list[Progress] = []
    with SimulatedTerminal(records=load_records(2_000), fault=Fault("slow", pause_seconds=0.01)).running() as simulated:
        build_office(sqlite_database, addresses={"T-A": simulated.port})
        with polling(puller_for(sqlite_database)) as poller:
            (filed,) = poller.ask(["T-A"], on_progress=told.append)
    states = list(dict.fromkeys(progress.state for progress in told))
    assert states == [WAITING, CONNECTING, READING, STORING, DONE]
    assert {progress.announced for progress in told if progress.state == READING} - {None} == {80_004}
    received = [progress.received for progress in told if progress.state == READING]
    assert received == sorted(received)
    assert 0 < max(received) < 90_000
    assert told[-1].filed == filed
    assert [progress.filed for progress in told[:-1]] == [None] * (len(told) - 1)


def test_a_watcher_that_fails_costs_nobody_a_reading(
    sqlite_database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(_: Progress) -> None:
        raise RuntimeError("no more paper")

    with SimulatedTerminal(records=load_records(20)).running() as simulated:
        build_office(sqlite_database, addresses={"T-A": simulated.port})
        with polling(puller_for(sqlite_database)) as poller:
            assert poller.ask(["T-A"], on_progress=fail)[0].outcome == "ok"
    assert "T-A" in caplog.text


def test_what_was_heard_before_a_reading_is_read_after_it_and_what_came_during_it_is_not(
    sqlite_database: Database,
) -> None:
    hub = Hub()
    fake, puller = gated(sqlite_database)

    def punch(pin: str) -> LivePunch:
        return LivePunch("T-A", pin, datetime(2026, 3, 2, 7, 30), 0, 1, clock.utc_now())

    with polling(puller, hub=hub) as poller, hub.subscribed(lambda: None) as heard:
        hub.tell(punch("1001"))
        (job,) = poller.begin(["T-A"])
        assert wait_until(lambda: fake.begun)
        hub.tell(punch("1002"))
        fake.gates["T-A"].release()
        job.result()
        contents = [message.content for message in heard.take()]
    (read,) = [content for content in contents if isinstance(content, WasRead)]
    assert read.terminal == "T-A"
    with hub.subscribed(lambda: None) as later:
        assert [message.content.pin for message in later.take() if isinstance(message.content, LivePunch)] == ["1002"]


# deadlines -----------------------------------------------------------------------------------------------------------


class Patient(Puller):
    """Reads with limits far longer than those the poller knows of, so that only the watchdog can end it."""

    def terminal(self, code: str, *, with_users: bool = True) -> ZkTerminal:
        adapter = super().terminal(code, with_users=with_users)
        adapter.limits = Limits(goodbye_seconds=0.1)
        return adapter


@pytest.mark.parametrize(("fault", "outcome"), [("silent", "refused"), ("stall", "interrupted")])
def test_a_pull_beyond_its_limits_loses_its_connection_and_ends(
    sqlite_database: Database, fault: str, outcome: str, caplog: pytest.LogCaptureFixture
) -> None:
    with SimulatedTerminal(records=load_records(2_000), fault=fault).running() as simulated:
        build_office(sqlite_database, addresses={"T-A": simulated.port})
        patient = Patient(sqlite_database, builders.ZONE, lambda _: 0, limits=SHORT)
        with polling(patient, grace_seconds=0.3) as poller:
            started = time.monotonic()
            (filed,) = poller.ask(["T-A"])
            assert time.monotonic() - started < 5
    assert filed.outcome == outcome
    assert poller.counts["overdue"] == 1
    assert "beyond every limit" in caplog.text
    assert [pull.row.outcome for pull in builders.pulls(sqlite_database)] == [outcome]


def test_a_thread_that_does_not_come_back_loses_its_lane_and_whoever_waits_is_told(sqlite_database: Database) -> None:
    fake, puller = gated(sqlite_database, limits=SHORT, heeds=False)
    with polling(puller, lanes=1, grace_seconds=0.2) as poller:
        stuck = poller.begin(["T-A"])[0]
        fake.gates["T-B"].release()
        assert poller.ask(["T-B"])[0].outcome == "ok"
        filed = stuck.result()
        assert filed.outcome == "interrupted"
        assert "T-A" in filed.message
        assert poller.counts["given_up"] == 1
        fake.gates["T-A"].release()


# other programs ------------------------------------------------------------------------------------------------------


def test_a_reading_waits_for_another_program_says_so_and_gives_up_in_time(sqlite_database: Database) -> None:
    told: list[Progress] = []
    with SimulatedTerminal(records=load_records(20)).running() as simulated:
        build_office(sqlite_database, addresses={"T-A": simulated.port})
        other = puller_for(sqlite_database)
        limits = Limits(connect_seconds=1.0, idle_seconds=1.0, total_seconds=0.5, goodbye_seconds=0.5)
        with polling(puller_for(sqlite_database, limits=limits), grace_seconds=0.2) as poller:
            with other.alone("T-A"), pytest.raises(Occupied, match="T-A is being talked to by another program"):
                poller.ask(["T-A"], on_progress=told.append)
            assert any(progress.is_occupied and progress.state == WAITING for progress in told)
            assert simulated.connections == 0
            assert not poller.is_left_alone("T-A")
            assert poller.ask(["T-A"])[0].outcome == "ok"


# the end -------------------------------------------------------------------------------------------------------------


def test_stopping_ends_what_is_read_refuses_what_waits_and_leaves_no_thread(sqlite_database: Database) -> None:
    before = set(threading.enumerate())
    with SimulatedTerminal(records=load_records(2_000), fault=Fault("slow", pause_seconds=1.0)).running() as simulated:
        build_office(sqlite_database, terminals=("T-A", "T-B"), addresses={"T-A": simulated.port, "T-B": 1})
        poller = Poller(puller_for(sqlite_database), lanes=1)
        jobs: list[Job] = poller.begin(["T-A", "T-B"])
        assert wait_until(lambda: simulated.connections)
        poller.stop(patience_seconds=0)
        assert jobs[0].result().outcome in ("interrupted", "refused")
        with pytest.raises(Ended, match="T-B"):
            jobs[1].result()
        with pytest.raises(Ended):
            poller.ask(["T-A"])
    assert [thread for thread in threading.enumerate() if thread not in before] == []
    assert builders.count(sqlite_database, "punch_block") == 0


def test_what_is_known_of_a_terminal_is_written_down_and_the_next_poller_goes_on_from_there(
    any_database: Database,
) -> None:
    build_office(any_database, addresses={"T-A": 4370, "T-B": 4370}, terminals=("T-A", "T-B"), poll_seconds=600)
    fake, puller = gated(any_database, failing={"T-A"})
    with polling(puller) as poller:
        poller.tick()
        fake.gates["T-A"].release(5)
        for _ in range(3):
            poller.ask(["T-A"])
        fake.gates["T-B"].release()
        assert wait_until(lambda: poller.counts["ok"] == 1 and poller.counts["unreachable"] >= 3)
        poller.tick()
        assert poller.states() == {OPEN: 1, CLOSED: 1}
    kept = rows(any_database, "SELECT state, failures FROM poll_state ORDER BY terminal_id")
    assert [(state, failures > 0) for state, failures in kept] == [(OPEN, True), (CLOSED, False)]
    again, puller = gated(any_database)
    with polling(puller) as poller:
        poller.tick()
        assert poller.states() == {OPEN: 1, CLOSED: 1}
        assert poller.is_left_alone("T-A")
        time.sleep(0.1)
        assert again.begun == [], "neither is due yet"
