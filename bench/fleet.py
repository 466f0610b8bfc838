"""Hundreds of simulated terminals in one other process, a share of them dead in every way loopback can show.

No answer to the greeting at all (SYN) cannot be had there: a full queue stands for it in `tests/contract/test_pulling`.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import resource
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import cycle
from multiprocessing.connection import Connection

from device_sync import wire
from device_sync.simulator import SimulatedTerminal, load_records

HOST = "127.0.0.1"
DEATHS = ("closed", "silent", "reset", "half_frame")
PATIENCE_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Fleet:
    """Ports by number; `dead` are the places in it of those that are dead, and how."""

    ports: tuple[int, ...]
    dead: dict[int, str]


@contextmanager
def fleet(count: int, dead_share: float, records: int) -> Iterator[Fleet]:
    """That many terminals with so many records each, from a fresh process until the block ends."""
    every = round(1 / dead_share) if dead_share else 0
    dead_count = round(count * dead_share)
    ways = cycle(DEATHS)
    places = [place for place in range(count) if every and place % every == 0][:dead_count]
    places += [place for place in range(count) if place not in places][: dead_count - len(places)]
    dead = {place: next(ways) for place in places}
    context = multiprocessing.get_context("spawn")
    here, there = context.Pipe()
    process = context.Process(target=_serve, args=(count, dead, records, there), daemon=True)
    process.start()
    try:
        if not here.poll(PATIENCE_SECONDS):
            raise TimeoutError("the simulated terminals did not start")
        yield Fleet(tuple(here.recv()), dead)
        here.send("stop")
    finally:
        process.join(10)
        process.kill()


def _serve(count: int, dead: dict[int, str], records: int, pipe: Connection) -> None:
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(most, 16_384) if most > 0 else 16_384, most))
    asyncio.run(_serve_all(count, dead, records, pipe))


async def _serve_all(count: int, dead: dict[int, str], records: int, pipe: Connection) -> None:
    packed = load_records(records)
    stop = asyncio.Event()
    ports: list[int] = []
    serving = []
    for place in range(count):
        if place in dead:
            ports.append(await _die(dead[place]))
            continue
        terminal = SimulatedTerminal(serial=f"SIM{place:010}", records=packed)
        ready = asyncio.Event()
        serving.append(asyncio.create_task(terminal.serve(ready.set, stop)))
        await ready.wait()
        ports.append(terminal.port)
    pipe.send(ports)
    while not pipe.poll():
        await asyncio.sleep(0.05)
    stop.set()
    await asyncio.gather(*serving, return_exceptions=True)


async def _die(way: str) -> int:
    """The port of one that is dead in this way."""
    if way == "closed":
        with socket.create_server((HOST, 0)) as server:
            return int(server.getsockname()[1])

    async def meet(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if way == "silent":
            await reader.read()  # until the other side gives up
        elif way == "reset":
            linger = (1).to_bytes(4, "little") + bytes(4)
            writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        else:
            await reader.readexactly(wire.TOP_BYTES)
            writer.write(wire.pack_packet(wire.Reply.OK, 1, 0)[:11])
            await reader.read()
        writer.close()

    server = await asyncio.start_server(meet, HOST, 0)
    _DEAD.append(server)
    return int(server.sockets[0].getsockname()[1])


_DEAD: list[asyncio.Server] = []  # kept, else they would be collected
