"""The simulated terminal as a command, asked or pushing: runs until it is interrupted."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from device_sync import wire
from device_sync.layouts import PUNCH_LAYOUTS, ZK40, PunchLayout
from device_sync.simulator.log import load_records
from device_sync.simulator.pushing import PushingTerminal, Shape
from device_sync.simulator.server import SimulatedTerminal

IDLE_SECONDS = 3600.0


def run_simulator(
    *,
    host: str = "127.0.0.1",
    port: int = wire.DEFAULT_PORT,
    users: int = 50,
    records: Path | str | int = 0,
    record_size: int = ZK40.size,
    layout: str | None = None,
    comm_key: int = 0,
    fault: str | None = None,
    live: float = 0.0,
    serial: str = "SIM0000000001",
    clock_offset_seconds: int = 0,
    on_ready: Callable[[SimulatedTerminal], object] = lambda _terminal: None,
) -> None:
    """Serves one simulated terminal until Ctrl-C; `live` is how many punches a minute arrive by themselves.

    `records` is a number or a file (see `load_records`); `fault` a name from FAULTS. `layout` names one of the two with
    8 bytes, or any other. `on_ready` is called once with the terminal when its port is open. Raises ValueError for a
    layout or fault that is not known, OSError for a taken port.
    """
    if live < 0:
        raise ValueError("the rate of live punches cannot be negative")
    chosen = choose_layout(record_size, layout)
    packed = load_records(records, users=max(users, 1), layout=chosen.name)
    terminal = SimulatedTerminal(
        serial=serial,
        users=users,
        records=packed,
        layout=chosen.name,
        comm_key=comm_key,
        fault=fault,
        clock_offset_seconds=clock_offset_seconds,
        capacity=max(100_000, 2 * len(packed) // chosen.size),
        host=host,
        port=port,
    )
    with suppress(KeyboardInterrupt):
        asyncio.run(_serve(terminal, live, on_ready))


def run_pushing(
    url: str,
    *,
    shape: Shape = "att",
    users: int = 50,
    records: Path | str | int = 0,
    live: float = 0.0,
    serial: str = "SIM0000000001",
    push_key: str = "",
    poll_seconds: float = 2.0,
    on_ready: Callable[[PushingTerminal], object] = lambda _terminal: None,
) -> None:
    """Pushes to a server until Ctrl-C; `live` is how many punches a minute arrive by themselves.

    Raises ValueError for an address that is none or a file without a punch, OSError for a file that cannot be read.
    """
    packed = load_records(records, users=max(users, 1))
    terminal = PushingTerminal(url, serial=serial, shape=shape, users=users, records=packed, push_key=push_key)
    on_ready(terminal)
    rng = random.Random(serial)
    with suppress(KeyboardInterrupt), terminal.running(poll_seconds):
        while True:
            time.sleep(rng.expovariate(live / 60) if live and terminal.pins else IDLE_SECONDS)
            if live and terminal.pins:
                terminal.punch(rng.choice(terminal.pins))


def choose_layout(record_size: int, name: str | None) -> PunchLayout:
    """The layout of that name, or the first with records of that many bytes. Raises ValueError."""
    sizes = {layout.size: layout for layout in reversed(PUNCH_LAYOUTS.values())}
    if name is None and record_size in sizes:
        return sizes[record_size]
    if name in PUNCH_LAYOUTS:
        return PUNCH_LAYOUTS[name]
    what = f"records of {record_size} bytes" if name is None else f"layout {name!r}"
    raise ValueError(f"{what}: no terminal has that; known are {', '.join(PUNCH_LAYOUTS)}")


async def _serve(terminal: SimulatedTerminal, live: float, on_ready: Callable[[SimulatedTerminal], object]) -> None:
    punching = asyncio.create_task(_punch_on(terminal, live)) if live else None
    try:
        await terminal.serve(lambda: on_ready(terminal))
    finally:
        if punching is not None:
            punching.cancel()


async def _punch_on(terminal: SimulatedTerminal, per_minute: float) -> None:
    rng = random.Random(terminal.serial)
    pins = [user.pin for user in terminal.users]
    while pins:
        await asyncio.sleep(rng.expovariate(per_minute / 60))
        with suppress(ValueError):  # a full log takes no more
            terminal.punch(rng.choice(pins))
