"""The sockets of a simulated terminal: TCP and UDP on one port, in a thread of its own or inside a running loop."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from typing import cast

from device_sync import wire
from device_sync.simulator.faults import WEB_PAGE, Answer, Fault, cut_in_pieces, spoil_chunk, spoil_packet
from device_sync.simulator.log import FIRST_PIN, Punch, PunchLog
from device_sync.simulator.machine import Clock, Entry, Machine, Visit
from device_sync.wire import BadPacket, Command, Packet, Reply

TCP_PACKET = 65_528
SMALL_PACKET = 1008
MAX_QUESTION_BYTES = 1 << 16
PORT_ATTEMPTS = 20


class Hangup(Exception):
    """The terminal ends this connection on purpose."""


class SimulatedTerminal:
    """A terminal that is not there.

    `users` is a number, or rows of (uid, pin, name); `records` are packed 40-byte records as `load_records` gives
    them; `now` returns a UTC instant and `clock_offset_seconds` is how much the terminal is fast. `fault` is a name
    from FAULTS or a Fault. Use `with SimulatedTerminal().running() as terminal:`, or await `serve`.
    """

    def __init__(
        self,
        *,
        serial: str = "SIM0000000001",
        firmware: str = "Ver 6.60 Apr 10 2017",
        users: int | Sequence[tuple[int, str, str]] = 5,
        records: bytes = b"",
        comm_key: int = 0,
        fault: str | Fault | None = None,
        clock_offset_seconds: int = 0,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        zone_name: str = "Asia/Ho_Chi_Minh",
        capacity: int = 100_000,
        options: Mapping[str, str] | None = None,
        host: str = "127.0.0.1",
        port: int = 0,
    ) -> None:
        rows = invent_users(users) if isinstance(users, int) else tuple(users)
        self.fault = Fault(fault) if isinstance(fault, str) else fault
        clock = Clock(now, zone_name, clock_offset_seconds)
        self.machine = Machine(
            serial, firmware, rows, PunchLog(records), comm_key, clock, capacity, options or {}, self.fault
        )
        self.host = host
        self.port = port
        self.connections = 0
        self._tasks: set[asyncio.Task[None]] = set()
        self._visits: dict[int, tuple[Visit, Callable[[bytes], None], bool]] = {}
        self._loop: asyncio.AbstractEventLoop | None = None

    @property
    def serial(self) -> str:
        return self.machine.options["~SerialNumber"]

    @property
    def journal(self) -> tuple[Entry, ...]:
        """Every command received, in order."""
        return tuple(self.machine.journal)

    @property
    def truth(self) -> tuple[Punch, ...]:
        """Every record it holds, in order."""
        return self.machine.log.list_punches()

    def punch(self, pin: str, at: datetime | None = None, state: int = 0, verify: int = 1) -> None:
        """Somebody punches; clients that registered for events hear of it. May be called from any thread."""
        wall = self.machine.punch(pin, at, state, verify)
        event = wire.pack_event(pin, verify, state, wall)
        self._call(lambda: self._announce(event))

    def _call(self, action: Callable[[], object]) -> None:
        """Has the serving loop do something; does nothing when it is not serving (any more)."""
        loop = self._loop
        if loop is not None:
            with suppress(RuntimeError):  # closed in the meantime
                loop.call_soon_threadsafe(action)

    def _announce(self, event: bytes) -> None:
        for visit, write, framed in tuple(self._visits.values()):
            if visit.wants_punches:
                write(wire.pack_packet(Reply.EVENT, 1, 0, event, framed=framed))

    @contextmanager
    def running(self) -> Iterator[SimulatedTerminal]:
        """Serves from a background thread until the block ends; `port` is known inside."""
        ready, stop = threading.Event(), asyncio.Event()
        failures: list[BaseException] = []

        def run() -> None:
            try:
                asyncio.run(self.serve(ready.set, stop))
            except BaseException as failure:
                failures.append(failure)
            finally:
                ready.set()

        thread = threading.Thread(target=run, name=f"simulated-{self.serial}", daemon=True)
        thread.start()
        ready.wait()
        try:
            if failures:
                raise failures[0]
            yield self
        finally:
            self._call(stop.set)
            thread.join()
        if failures:
            raise failures[0]

    async def serve(self, ready: Callable[[], object] = lambda: None, stop: asyncio.Event | None = None) -> None:
        """Listens on TCP and UDP until `stop` is set or the task is cancelled; calls `ready` when both are open."""
        loop = asyncio.get_running_loop()
        server, datagrams = await self._listen(loop)
        self._loop = loop
        try:
            ready()
            await (stop or asyncio.Event()).wait()
        finally:
            self._loop = None
            datagrams.close()
            server.close()
            for task in tuple(self._tasks):
                task.cancel()
            await asyncio.gather(*self._tasks, return_exceptions=True)
            await server.wait_closed()

    async def _listen(self, loop: asyncio.AbstractEventLoop) -> tuple[asyncio.Server, asyncio.DatagramTransport]:
        """Both sockets on one port; with port 0 another is tried while the free one of TCP is taken on UDP."""
        for attempt in range(PORT_ATTEMPTS):
            server = await asyncio.start_server(self._talk, self.host, self.port)
            port = server.sockets[0].getsockname()[1]
            try:
                datagrams, _ = await loop.create_datagram_endpoint(lambda: _Datagrams(self), (self.host, port))
            except OSError:
                server.close()
                await server.wait_closed()
                if self.port or attempt == PORT_ATTEMPTS - 1:
                    raise
                continue
            self.port = port
            return server, datagrams
        raise OSError("no port is free on both TCP and UDP")

    # TCP -----------------------------------------------------------------------------------------------------------

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        self.connections += 1
        visit = self.machine.receive_visit()
        line = _Line(writer, self._plan_fault())
        key = id(writer)
        try:
            if self._is("busy") and self._visits:
                return
            self._visits[key] = (visit, writer.write, True)
            while True:
                top = await reader.readexactly(wire.TOP_BYTES)
                if self._is("not_zk"):
                    await line.write(WEB_PAGE)
                    return
                question = wire.parse_packet(await reader.readexactly(wire.parse_top(top, MAX_QUESTION_BYTES)))
                blocks = self._answer(visit, question, framed=True)
                # one write for the packets of one answer: they leave together on a real line too
                await line.write(b"".join(blocks) if len(blocks) != 1 else blocks[0])
                if question.code == Command.EXIT:
                    return
        except (OSError, EOFError, BadPacket, Hangup, asyncio.CancelledError):
            pass
        finally:
            self._visits.pop(key, None)
            self._tasks.discard(task)
            writer.close()
            with suppress(OSError, asyncio.CancelledError):
                await writer.wait_closed()

    # UDP -----------------------------------------------------------------------------------------------------------

    def hear_datagram(self, datagram: bytes, sender: tuple[str, int], transport: asyncio.DatagramTransport) -> None:
        """Answers one datagram; visits are told apart by the sender's address."""
        task = asyncio.get_running_loop().create_task(self._answer_datagram(datagram, sender, transport))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _answer_datagram(
        self, datagram: bytes, sender: tuple[str, int], transport: asyncio.DatagramTransport
    ) -> None:
        key = hash(sender)
        if key not in self._visits:
            self.connections += 1
            self._visits[key] = (
                self.machine.receive_visit(),
                lambda packet: transport.sendto(packet, sender),
                False,
            )
        visit = self._visits[key][0]
        try:
            if self._is("not_zk"):
                transport.sendto(WEB_PAGE, sender)
                return
            question = wire.parse_packet(datagram)
        except BadPacket:
            return
        limit = self._cut_at() if self.fault and self.fault.name in ("drop", "stall") else None
        for block in self._answer(visit, question, framed=False):
            visit.number += len(block)  # on UDP this only counts bytes, for the faults that strike at a byte
            if limit is not None and visit.number > limit:
                return
            transport.sendto(block, sender)
            if self.fault is not None and self.fault.name == "slow":
                await asyncio.sleep(self.fault.pause_seconds)
        if question.code == Command.EXIT:
            self._visits.pop(key, None)

    # both ----------------------------------------------------------------------------------------------------------

    def _is(self, name: str) -> bool:
        return self.fault is not None and self.fault.name == name

    def _cut_at(self) -> int:
        fault = self.fault
        assert fault is not None
        return fault.at if fault.at is not None else 600 + len(self.machine.log) * wire.PUNCH_BYTES // 2

    def _plan_fault(self) -> tuple[str, int, Fault] | None:
        """What befalls a new TCP connection: its name and the byte at which it strikes."""
        fault = self.fault
        if fault is None:
            return None
        if fault.name == "flaky":
            at = fault.rng.randint(16, 600 + len(self.machine.log) * wire.PUNCH_BYTES // 2)
            return ("drop", at, fault) if self.connections % 2 and fault.strikes() else None
        if fault.name in ("drop", "stall"):
            return (fault.name, self._cut_at(), fault) if fault.strikes() else None
        return ("", 0, fault)

    def _answer(self, visit: Visit, question: Packet, *, framed: bool) -> list[bytes]:
        """The packed packets that answer one question, spoilt as the fault demands."""
        fault = self.fault
        if self._is("silent"):
            return []
        small = not framed or self._is("split")
        answers = self.machine.answer(visit, question.code, bytes(question.data), SMALL_PACKET if small else TCP_PACKET)
        in_chunk = question.code == Command.READ
        if fault is not None and in_chunk:
            answers = spoil_chunk(fault, answers, question.number, framed=framed)
        blocks = []
        for answer in answers:
            packet = self._pack(visit, answer, question.number, framed=framed)
            if fault is not None and in_chunk:
                packet = spoil_packet(fault, packet, answer.code, framed=framed)
            blocks.append(packet)
        return self._add_strays(visit, blocks, framed=framed) if fault is not None else blocks

    def _pack(self, visit: Visit, answer: Answer, number: int, *, framed: bool) -> bytes:
        session = visit.session if answer.session is None else answer.session
        number = number if answer.number is None else answer.number
        return wire.pack_packet(answer.code, session, number, answer.data, framed=framed)

    def _add_strays(self, visit: Visit, blocks: list[bytes], *, framed: bool) -> list[bytes]:
        """Packets that come before the answer and must not be taken for it."""
        if self._is("late_reply") and blocks:
            late, visit.last_answer = visit.last_answer, blocks[0]
            return [late, *blocks] if late else blocks
        if (self._is("event") or self._is("event_1016")) and blocks and visit.last_answer:
            wall = self.machine.clock.read()
            event = wire.pack_packet(Reply.EVENT, 1, 0, wire.pack_event("1001", 1, 0, wall), framed=framed)
            if framed and self._is("event_1016"):
                event = wire.TOP.pack(wire.MAGIC, 1016) + event[wire.TOP_BYTES :]
            return [event, *blocks]
        visit.last_answer = blocks[0] if blocks else b""
        return blocks


class _Line:
    """The sending side of one TCP connection, with the fault planned for it."""

    def __init__(self, writer: asyncio.StreamWriter, plan: tuple[str, int, Fault] | None) -> None:
        self._writer = writer
        self._plan = plan
        self._sent = 0

    async def write(self, block: bytes) -> None:
        if self._plan is None:
            self._writer.write(block)
            await self._writer.drain()
            return
        kind, at, fault = self._plan
        struck = bool(kind) and self._sent + len(block) > at
        if struck:
            block = block[: max(0, at - self._sent)]
        for piece, pause in cut_in_pieces(fault, block):
            self._writer.write(piece)
            await self._writer.drain()
            await asyncio.sleep(pause)
        self._sent += len(block)
        if struck and kind == "stall":
            await asyncio.Event().wait()
        if struck:
            raise Hangup


class _Datagrams(asyncio.DatagramProtocol):
    """Hands datagrams to the terminal."""

    def __init__(self, terminal: SimulatedTerminal) -> None:
        self._terminal = terminal
        self._transport: asyncio.DatagramTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.DatagramTransport, transport)

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        if self._transport is not None:
            self._terminal.hear_datagram(data, addr, self._transport)


def invent_users(count: int) -> tuple[tuple[int, str, str], ...]:
    """That many users with pins from 1001 on."""
    return tuple((place + 1, str(FIRST_PIN + place), f"Nhân viên {FIRST_PIN + place}") for place in range(count))
