"""Hundreds of simulated terminals in one process: one loop in one thread, a loopback port each, some of them dead."""

from __future__ import annotations

import asyncio
import random
import socket
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from device_sync.simulator.faults import Fault
from device_sync.simulator.server import WAIT_SECONDS, SimulatedTerminal, serving_in_thread

DEAD_BY_FAULT = {"silent": ("silent", None), "reset": ("reset", 0), "half_header": ("half_header", 0)}
"""Ways of being dead in which somebody still takes the connection: the fault, and the byte at which it strikes."""
DEAD_WAYS = ("closed", "unanswered", *DEAD_BY_FAULT)
FILLERS = 4


class SimulatedFleet:
    """`count` terminals with serial numbers from SIM0000000001 on, of which the share `dead` answers nobody.

    Every terminal is made with `options` (those of SimulatedTerminal) and what `options_of` answers for its place.
    The dead ones are drawn from the `seed` and die in turn in the `ways`: a closed port, a greeting nobody answers,
    silence after the connection, a reset, half a packet's head. UDP only where the options ask for it.

    `terminals[n]` has its port at `ports[n]` inside `running`; what befell it is its own journal and truth.
    """

    def __init__(
        self,
        count: int,
        *,
        dead: float = 0.0,
        seed: int = 1,
        ways: Iterable[str] = DEAD_WAYS,
        options_of: Callable[[int], Mapping[str, Any]] = lambda _place: {},
        **options: Any,
    ) -> None:
        self.terminals = tuple(
            SimulatedTerminal(
                **{"serial": f"SIM{place + 1:010}", "udp": False, **options, **options_of(place)},
            )
            for place in range(count)
        )
        places = random.Random(seed).sample(range(count), round(count * dead))
        in_turn = _check_ways(ways)
        self.dead = {place: in_turn[turn % len(in_turn)] for turn, place in enumerate(places)}
        """How the dead ones died, by place."""
        self._ports = [0] * count
        self._graves: dict[int, list[socket.socket]] = {}
        self._loop: asyncio.AbstractEventLoop | None = None

    @property
    def ports(self) -> tuple[int, ...]:
        return tuple(self._ports)

    @property
    def healthy(self) -> tuple[int, ...]:
        """The places of those that answer."""
        return tuple(place for place in range(len(self.terminals)) if place not in self.dead)

    @property
    def connections(self) -> int:
        return sum(terminal.connections for terminal in self.terminals)

    @property
    def most_connections_at_once(self) -> int:
        """The largest number of connections any single terminal had at one time."""
        return max((terminal.most_connections_at_once for terminal in self.terminals), default=0)

    @contextmanager
    def running(self) -> Iterator[SimulatedFleet]:
        """Serves from one background thread until the block ends."""
        with serving_in_thread(self._serve, "simulated-fleet"):
            yield self

    def revive(self, places: Iterable[int] | None = None) -> None:
        """Dead terminals (default: all) answer again, at the ports they had."""
        for place in tuple(self.dead) if places is None else tuple(places):
            way = self.dead.pop(place)
            self.terminals[place].fault = None
            if way not in DEAD_BY_FAULT:
                self._do(self._open_again(place))

    def kill(self, place: int, way: str = "closed") -> None:
        """A terminal dies while the others go on. Raises ValueError for a way that is not known."""
        _check_ways([way])
        self.dead[place] = way
        self._do(self._bury(place))

    def _do(self, work: Any) -> None:
        assert self._loop is not None, "the fleet is not running"
        asyncio.run_coroutine_threadsafe(work, self._loop).result(WAIT_SECONDS)

    async def _serve(self, ready: Callable[[], object], stop: asyncio.Event) -> None:
        self._loop = asyncio.get_running_loop()
        try:
            for place in range(len(self.terminals)):
                if place in self.dead:
                    await self._bury(place)
                else:
                    await self._open(place)
            ready()
            await stop.wait()
        finally:
            self._loop = None
            for terminal in self.terminals:
                await terminal.close()
            for place in tuple(self._graves):
                self._dig_up(place)

    async def _open(self, place: int) -> None:
        await self.terminals[place].open()
        self._ports[place] = self.terminals[place].port

    async def _open_again(self, place: int) -> None:
        self._dig_up(place)
        await self._open(place)

    async def _bury(self, place: int) -> None:
        """Has the terminal die its way, at the port it has or at a free one that nobody else can get."""
        way, terminal = self.dead[place], self.terminals[place]
        if way in DEAD_BY_FAULT:
            name, at = DEAD_BY_FAULT[way]
            terminal.fault = Fault(name, at=at)
            if not self._ports[place]:
                await self._open(place)
            return
        await terminal.close()
        grave = socket.socket()
        grave.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        grave.bind((terminal.host, self._ports[place]))  # bound and not listening: refused, and nobody else gets it
        terminal.move(grave.getsockname()[1])
        self._ports[place] = terminal.port
        self._graves[place] = [grave]
        if way == "unanswered":
            # a listener whose queue is full drops further greetings, as a dead host does
            grave.listen(0)
            for _ in range(FILLERS):
                filler = socket.socket()
                filler.setblocking(False)
                filler.connect_ex(grave.getsockname())
                self._graves[place].append(filler)

    def _dig_up(self, place: int) -> None:
        for sock in reversed(self._graves.pop(place, [])):
            sock.close()


def _check_ways(ways: Iterable[str]) -> tuple[str, ...]:
    for way in (in_turn := tuple(ways)):
        if way not in DEAD_WAYS:
            raise ValueError(f"no terminal dies by {way!r}; known are: {', '.join(DEAD_WAYS)}")
    return in_turn
