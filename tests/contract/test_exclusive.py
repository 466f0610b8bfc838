"""One holder of a name: among threads, among processes, on both kinds of database, and after kill -9."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess

import pytest

from attendance.store.database import Database
from attendance.store.exclusive import Exclusion, Taken

PATIENCE_SECONDS = 15.0


def hold_and_tell(url: str, name: str, pipe: Connection) -> None:
    """Entry of another process: holds the name and tells when it is wanted, until it is told to let go."""
    database = Database(url)
    with Exclusion(database).hold(name) as held:
        pipe.send("held")
        while not pipe.poll(0.02):
            if held.is_wanted():
                pipe.send("wanted")
                pipe.recv()
                break
    pipe.send("free")
    database.close()


@pytest.fixture
def other(any_database: Database) -> Iterator[Callable[[str], tuple[BaseProcess, Connection]]]:
    """Starts a process that holds a name, and ends what is left of it."""
    context = multiprocessing.get_context("spawn")
    started: list[BaseProcess] = []

    def start(name: str) -> tuple[BaseProcess, Connection]:
        here, there = context.Pipe()
        process = context.Process(target=hold_and_tell, args=(any_database.url, name, there), daemon=True)
        process.start()
        started.append(process)
        assert here.poll(PATIENCE_SECONDS)
        assert here.recv() == "held"
        return process, here

    yield start
    for process in started:
        process.kill()
        process.join(PATIENCE_SECONDS)


def test_threads_hold_a_name_one_after_the_other_and_different_names_at_once(any_database: Database) -> None:
    exclusions = [Exclusion(any_database), Exclusion(any_database)]
    inside, most, turns = 0, 0, []
    both = threading.Barrier(2, timeout=PATIENCE_SECONDS)

    def take(number: int) -> None:
        nonlocal inside, most
        for _ in range(5):
            with exclusions[number % 2].hold("SERIAL"):
                inside += 1
                most = max(most, inside)
                time.sleep(0.001)
                turns.append(number)
                inside -= 1
        with exclusions[0].hold(f"ALONE {number % 2}"):
            if number < 2:
                both.wait()

    threads = [threading.Thread(target=take, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE_SECONDS)
    assert (most, len(turns)) == (1, 30)


def test_who_does_not_want_to_wait_is_told_and_who_waits_can_give_up(any_database: Database) -> None:
    exclusion = Exclusion(any_database)
    waited: list[str] = []
    with exclusion.hold("SERIAL") as held:
        assert not held.is_wanted()
        with pytest.raises(Taken), exclusion.hold("SERIAL", wait=False):
            pass
        asked = iter([False, False, True])
        with (
            pytest.raises(Taken),
            Exclusion(any_database).hold("SERIAL", on_wait=lambda: waited.append("waits"), give_up=lambda: next(asked)),
        ):
            pass
        assert waited == ["waits"]
        assert not held.is_wanted()
    with exclusion.hold("SERIAL", wait=False):
        pass


def test_a_holder_learns_that_another_process_waits(
    any_database: Database, other: Callable[[str], tuple[BaseProcess, Connection]]
) -> None:
    """And the other way round: what the other process is told makes it let go."""
    _, pipe = other("SERIAL")
    with pytest.raises(Taken), Exclusion(any_database).hold("SERIAL", wait=False):
        pass
    got = threading.Event()

    def wait_for_it() -> None:
        with Exclusion(any_database).hold("SERIAL"):
            got.set()

    thread = threading.Thread(target=wait_for_it)
    thread.start()
    assert pipe.poll(PATIENCE_SECONDS)
    assert pipe.recv() == "wanted"
    assert not got.is_set()
    pipe.send("let go")
    thread.join(PATIENCE_SECONDS)
    assert got.is_set()


def test_kill_9_of_the_holder_frees_the_name(
    any_database: Database, other: Callable[[str], tuple[BaseProcess, Connection]]
) -> None:
    process, _ = other("SERIAL")
    exclusion = Exclusion(any_database)
    with pytest.raises(Taken), exclusion.hold("SERIAL", wait=False):
        pass
    assert process.pid is not None
    os.kill(process.pid, signal.SIGKILL)
    ends = time.monotonic() + PATIENCE_SECONDS
    with exclusion.hold("SERIAL", give_up=lambda: time.monotonic() > ends):
        pass


@pytest.mark.postgres
def test_on_postgresql_all_names_of_a_process_take_one_connection_and_none_afterwards(
    postgres_database: Database,
) -> None:
    exclusion = Exclusion(postgres_database)
    holds = [exclusion.hold(f"S{number}") for number in range(80)]
    for hold in holds:
        hold.__enter__()
    assert postgres_database.engine.pool.checkedout() == 1  # type: ignore[attr-defined]
    for hold in holds:
        hold.__exit__(None, None, None)
    assert postgres_database.engine.pool.checkedout() == 0  # type: ignore[attr-defined]
