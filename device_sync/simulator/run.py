"""The simulated terminal as a command: runs until it is interrupted."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from device_sync import wire
from device_sync.simulator.log import load_records
from device_sync.simulator.server import SimulatedTerminal


def run_simulator(
    *,
    host: str = "127.0.0.1",
    port: int = wire.DEFAULT_PORT,
    users: int = 50,
    records: Path | str | int = 0,
    record_size: int = wire.PUNCH_BYTES,
    comm_key: int = 0,
    fault: str | None = None,
    live: float = 0.0,
    serial: str = "SIM0000000001",
    clock_offset_seconds: int = 0,
    on_ready: Callable[[SimulatedTerminal], object] = lambda _terminal: None,
) -> None:
    """Serves one simulated terminal until Ctrl-C; `live` is how many punches a minute arrive by themselves.

    `records` is a number or a file (see `load_records`); `fault` a name from FAULTS. `on_ready` is called once with the
    terminal when its port is open. Raises ValueError for a layout or fault that is not known, OSError for a taken port.
    """
    if record_size != wire.PUNCH_BYTES:
        raise ValueError(f"records of {record_size} bytes are not simulated yet; use 40")
    if live < 0:
        raise ValueError("the rate of live punches cannot be negative")
    packed = load_records(records, users=max(users, 1))
    terminal = SimulatedTerminal(
        serial=serial,
        users=users,
        records=packed,
        comm_key=comm_key,
        fault=fault,
        clock_offset_seconds=clock_offset_seconds,
        capacity=max(100_000, 2 * len(packed) // wire.PUNCH_BYTES),
        host=host,
        port=port,
    )
    with suppress(KeyboardInterrupt):
        asyncio.run(_serve(terminal, live, on_ready))


async def _serve(terminal: SimulatedTerminal, live: float, on_ready: Callable[[SimulatedTerminal], object]) -> None:
    punching = asyncio.create_task(_punch_on(terminal, live)) if live else None
    try:
        await terminal.serve(lambda: on_ready(terminal))
    finally:
        if punching is not None:
            punching.cancel()


async def _punch_on(terminal: SimulatedTerminal, per_minute: float) -> None:
    rng = random.Random(terminal.serial)
    pins = [pin for _, pin, _ in terminal.machine.users]
    while pins:
        await asyncio.sleep(rng.expovariate(per_minute / 60))
        with suppress(ValueError):  # a full log takes no more
            terminal.punch(rng.choice(pins))
