"""A fleet of simulated terminals in one other process, a share of it dead in every way the simulator knows."""

from __future__ import annotations

import multiprocessing
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.connection import Connection

from device_sync.simulator import SimulatedFleet, load_records

PATIENCE_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Fleet:
    """Ports by place; `dead` are the places of those that are dead, and how."""

    ports: tuple[int, ...]
    dead: dict[int, str]


@contextmanager
def fleet(count: int, dead: float, records: int) -> Iterator[Fleet]:
    """That many terminals with so many records each, in a fresh process until the block ends."""
    context = multiprocessing.get_context("spawn")
    here, there = context.Pipe()
    process = context.Process(target=_serve, args=(count, dead, records, there), daemon=True)
    process.start()
    try:
        if not here.poll(PATIENCE_SECONDS):
            raise TimeoutError("the simulated terminals did not start")
        yield Fleet(*here.recv())
        here.send("stop")
    finally:
        process.join(10)
        process.kill()


def _serve(count: int, dead: float, records: int, pipe: Connection) -> None:
    with SimulatedFleet(count, dead=dead, records=load_records(records)).running() as found:
        pipe.send((found.ports, found.dead))
        pipe.recv()
