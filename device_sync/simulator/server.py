"""A simulated terminal on loopback: what can happen to it, served in a thread of its own or inside a running loop."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Coroutine, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime

from device_sync.layouts import PUNCH_LAYOUTS
from device_sync.simulator.clock import BATTERY_LOST, Clock
from device_sync.simulator.conversing import usual_event_bytes
from device_sync.simulator.events import pack_event
from device_sync.simulator.faults import FILLER, Fault
from device_sync.simulator.lines import Lines
from device_sync.simulator.log import Punch
from device_sync.simulator.machine import Machine
from device_sync.simulator.operations import Operation, OperationLine
from device_sync.simulator.state import Build, Entry
from device_sync.simulator.users import SUPER_ADMINISTRATOR, SimulatedUser, UserRow, invent_users

WAIT_SECONDS = 5.0


class SimulatedTerminal:
    """A terminal that is not there.

    `users` is a number, or rows of (uid, pin, name[, privilege]); `records` are packed records of the `layout`, as
    `load_records` gives them; `now` returns a UTC instant and `clock_offset_seconds` is how much the terminal is fast.
    `fault` is a name from FAULTS or a Fault. `user_layout`, `sizes_bytes` (4, 80, 92, 112), `packet_bytes` (1008 on old
    firmware), `sets_follow` (large sets come unasked) and `event_bytes` are how its firmware is made; a full log
    refuses punches unless it `wraps`. It listens on `tcp` and `udp`, or on one of them.

    Use `with SimulatedTerminal().running() as terminal:`, await `serve`, or have a SimulatedFleet run many. What is
    done to it may be done from any thread, while it runs or before.
    """

    def __init__(
        self,
        *,
        serial: str = "SIM0000000001",
        firmware: str = "Ver 6.60 Apr 10 2017",
        users: int | Sequence[UserRow] = 5,
        records: bytes = b"",
        layout: str = "zk40",
        user_layout: str | None = None,
        comm_key: int = 0,
        fault: str | Fault | None = None,
        clock_offset_seconds: float = 0,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        zone_name: str = "Asia/Ho_Chi_Minh",
        capacity: int = 100_000,
        wraps: bool = False,
        sizes_bytes: int = 92,
        packet_bytes: int = 65_528,
        sets_follow: bool = False,
        event_bytes: int | None = None,
        options: Mapping[str, str] | None = None,
        host: str = "127.0.0.1",
        port: int = 0,
        tcp: bool = True,
        udp: bool = True,
    ) -> None:
        if layout not in PUNCH_LAYOUTS:
            raise ValueError(f"unknown layout {layout!r}; known are: {', '.join(PUNCH_LAYOUTS)}")
        chosen = PUNCH_LAYOUTS[layout]
        build = Build(
            firmware=firmware,
            layout=chosen,
            user_layout=user_layout or ("user72" if chosen.person == "pin" else "user28"),
            sizes_bytes=sizes_bytes,
            packet_bytes=packet_bytes,
            sets_follow=sets_follow,
            capacity=capacity,
            wraps=wraps,
        )
        rows = invent_users(users) if isinstance(users, int) else tuple(users)
        clock = Clock(now, zone_name, clock_offset_seconds)
        spoilt = Fault(fault) if isinstance(fault, str) else fault
        self.machine = Machine(serial, build, rows, records, comm_key, clock, options or {}, spoilt)
        self._event_bytes = event_bytes or usual_event_bytes(chosen)
        self._lines = Lines(self.machine, host, port, tcp=tcp, udp=udp)
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread = 0

    # what tests compare with -------------------------------------------------------------------------------------

    @property
    def host(self) -> str:
        return self._lines.host

    @property
    def port(self) -> int:
        return self._lines.port

    @property
    def serial(self) -> str:
        return self.machine.options["~SerialNumber"]

    @property
    def journal(self) -> tuple[Entry, ...]:
        """Every command received, in order."""
        return tuple(self.machine.journal)

    @property
    def truth(self) -> tuple[Punch, ...]:
        """Every punch it holds, in order; with 8-byte records also who it was, which the records do not tell."""
        with self.machine.lock:
            return self.machine.log.list_punches()

    @property
    def operations(self) -> tuple[OperationLine, ...]:
        return tuple(self.machine.operations.lines)

    @property
    def users(self) -> tuple[SimulatedUser, ...]:
        with self.machine.lock:
            return self.machine.users.list_users()

    @property
    def locked(self) -> bool:
        """Whether a client left it disabled."""
        return self.machine.locked

    @property
    def connections(self) -> int:
        """How many connections (on UDP: sessions) there were."""
        return self._lines.connections

    @property
    def most_connections_at_once(self) -> int:
        return self._lines.most_at_once

    @property
    def fault(self) -> Fault | None:
        return self.machine.fault

    @fault.setter
    def fault(self, fault: str | Fault | None) -> None:
        self.machine.misbehave(Fault(fault) if isinstance(fault, str) else fault)

    # what happens to it ------------------------------------------------------------------------------------------

    def punch(self, pin: str, at: datetime | None = None, state: int = 0, verify: int = 1) -> None:
        """Somebody punches; clients that registered for events hear of it. Raises ValueError where it is not taken."""
        uid, wall = self.machine.punch(pin, at, state, verify)
        try:
            event = pack_event(self._event_bytes, uid, pin, verify, state, wall)
        except ValueError:  # this firmware has no words for the number
            return
        self._call(lambda: self._lines.announce(event))

    def erase_log(self) -> None:
        """All punches are erased at the terminal, which its operation log holds."""
        self.machine.erase_log()

    def edit_record(self, place: int, **fields: int | str) -> None:
        """An old record is overwritten behind its back: fields by their names in the layout, `time` as u32."""
        with self.machine.lock:
            self.machine.log.edit(place, **fields)

    def add_filler(self, count: int, place: int | None = None, byte: int = FILLER) -> None:
        """Records of erased memory, by default at the end of the log."""
        held = len(self.machine.log)
        size = self.machine.build.layout.size
        self.machine.add_rubbish(held if place is None else place, [bytes((byte,)) * size] * count)

    def add_rubbish(self, records: Sequence[bytes], place: int | None = None) -> None:
        """Records that never were a punch."""
        self.machine.add_rubbish(len(self.machine.log) if place is None else place, records)

    def swap(self, serial: str) -> None:
        """Another terminal hangs there from now on, with the same log."""
        self.machine.options["~SerialNumber"] = serial

    def set_clock(self, wall: datetime) -> None:
        """Somebody sets its clock, which its operation log holds."""
        self.machine.set_clock(wall)

    def lose_clock(self) -> None:
        """The battery is empty and the power was gone: it starts again in the year 2000."""
        self.machine.clock.show(BATTERY_LOST)
        self.power_cycle()

    def stop_clock(self) -> None:
        self.machine.clock.stop()

    def put_user(self, uid: int, pin: str, name: str | bytes = "", privilege: int = 0) -> None:
        """Somebody is added, or takes the place of whoever had it."""
        self.machine.put_user(SimulatedUser(uid, pin, name, privilege))

    def put_administrator(self, uid: int, pin: str, name: str = "") -> None:
        self.put_user(uid, pin, name, SUPER_ADMINISTRATOR)

    def remove_user(self, uid: int) -> None:
        """Raises KeyError where nobody has that place. Punches of that user stay."""
        self.machine.remove_user(uid)

    def operate(self, code: Operation, *objects: int, administrator: int = 0) -> None:
        """Something else is done at the terminal, of which only its operation log tells."""
        with self.machine.lock:
            self.machine.operations.add(code, self.machine.clock.read(), *objects, administrator=administrator)

    def power_cycle(self) -> None:
        """It goes off and on again: every connection ends, sessions and registrations are forgotten when it returns."""
        self.machine.start_again()
        self._call(self._lines.forget, wait=True)

    # running -----------------------------------------------------------------------------------------------------

    def _call(self, action: Callable[[], object], *, wait: bool = False) -> None:
        """Has the serving loop do something; does nothing when it is not serving (any more)."""
        loop, done = self._loop, threading.Event()

        def act() -> None:
            action()
            done.set()

        if loop is not None and threading.get_ident() == self._thread:
            action()
        elif loop is not None:
            with suppress(RuntimeError):  # closed in the meantime
                loop.call_soon_threadsafe(act)
                if wait:
                    done.wait(WAIT_SECONDS)

    @contextmanager
    def running(self) -> Iterator[SimulatedTerminal]:
        """Serves from a background thread until the block ends; `port` is known inside."""
        with serving_in_thread(self.serve, f"simulated-{self.serial}"):
            yield self

    def move(self, port: int) -> None:
        """It is to listen on that port the next time."""
        self._lines.port = port

    async def open(self) -> None:
        """Listens from now on. Raises OSError."""
        await self._lines.open()
        self._loop, self._thread = asyncio.get_running_loop(), threading.get_ident()

    async def close(self) -> None:
        """Ends every connection and gives the ports back."""
        self._loop = None
        await self._lines.close()

    async def serve(self, ready: Callable[[], object] = lambda: None, stop: asyncio.Event | None = None) -> None:
        """Listens until `stop` is set or the task is cancelled; calls `ready` when the ports are open."""
        await self.open()
        try:
            ready()
            await (stop or asyncio.Event()).wait()
        finally:
            await self.close()


@contextmanager
def serving_in_thread(
    serve: Callable[[Callable[[], object], asyncio.Event], Coroutine[object, object, None]], name: str
) -> Iterator[None]:
    """Has the loop of a background thread serve until the block ends; raises what it raised."""
    ready = threading.Event()
    failures: list[BaseException] = []
    started: list[tuple[asyncio.AbstractEventLoop, asyncio.Event]] = []

    async def run() -> None:
        stop = asyncio.Event()
        started.append((asyncio.get_running_loop(), stop))
        await serve(ready.set, stop)

    def work() -> None:
        try:
            asyncio.run(run())
        except BaseException as failure:
            failures.append(failure)
        finally:
            ready.set()

    thread = threading.Thread(target=work, name=name, daemon=True)
    thread.start()
    ready.wait()
    try:
        if failures:
            raise failures[0]
        yield
    finally:
        for loop, stop in started:
            with suppress(RuntimeError):  # closed in the meantime
                loop.call_soon_threadsafe(stop.set)
        thread.join()
    if failures:
        raise failures[0]
