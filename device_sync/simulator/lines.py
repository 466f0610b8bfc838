"""The sockets of one simulated terminal: TCP and UDP on one port, each conversation with the fault planned for it."""

from __future__ import annotations

import asyncio
import socket
import struct
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import cast

from device_sync import wire
from device_sync.simulator.conversing import answer_question, foreign_greeting
from device_sync.simulator.faults import Fault
from device_sync.simulator.machine import Machine, Visit
from device_sync.simulator.spoiling import cut_in_pieces
from device_sync.wire import BadPacket, Command, Reply

MAX_QUESTION_BYTES = 1 << 16
PORT_ATTEMPTS = 20
BACKLOG = 16
AT_A_BYTE = ("drop", "reset", "stall", "half_header", "restarts")
BEFORE_THE_LOG = 600  # bytes of a conversation that come before the log
LINGER_NOT = struct.pack("ii", 1, 0)


class Hangup(Exception):
    """The terminal ends this connection on purpose."""


@dataclass(slots=True)
class Client:
    """One conversation: how to write to it and how to end it."""

    visit: Visit
    write: Callable[[bytes], object]
    end: Callable[[], object]
    framed: bool


class Lines:
    """Listens, converses and counts. `open`, `close`, `announce` and `forget` belong to the serving loop."""

    def __init__(self, machine: Machine, host: str, port: int, *, tcp: bool, udp: bool) -> None:
        self.machine = machine
        self.host = host
        self.port = port
        self.connections = 0
        self.most_at_once = 0
        self._tcp, self._udp = tcp, udp
        self._ended_at = float("-inf")
        self._tasks: set[asyncio.Task[None]] = set()
        self._clients: dict[object, Client] = {}
        self._server: asyncio.Server | None = None
        self._datagrams: asyncio.DatagramTransport | None = None

    async def open(self) -> None:
        """Both sockets on one port; with port 0 another is tried while the free one of TCP is taken on UDP."""
        loop = asyncio.get_running_loop()
        if not self._tcp:
            self._datagrams, _ = await loop.create_datagram_endpoint(lambda: _Datagrams(self), (self.host, self.port))
            self.port = self._datagrams.get_extra_info("sockname")[1]
            return
        for attempt in range(PORT_ATTEMPTS):
            server = await asyncio.start_server(self._talk, self.host, self.port, backlog=BACKLOG)
            port = server.sockets[0].getsockname()[1]
            try:
                if self._udp:
                    transport, _ = await loop.create_datagram_endpoint(lambda: _Datagrams(self), (self.host, port))
                    self._datagrams = transport
            except OSError:
                server.close()
                await server.wait_closed()
                if self.port or attempt == PORT_ATTEMPTS - 1:
                    raise
                continue
            self._server, self.port = server, port
            return
        raise OSError("no port is free on both TCP and UDP")

    async def close(self) -> None:
        if self._datagrams is not None:
            self._datagrams.close()
        server, self._server = self._server, None
        if server is not None:
            server.close()
        for task in tuple(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if server is not None:
            await server.wait_closed()

    def announce(self, event: bytes) -> None:
        """A live punch for whoever registered."""
        for client in tuple(self._clients.values()):
            if client.visit.wants_punches:
                client.write(wire.pack_packet(Reply.EVENT, 1, 0, event, framed=client.framed))

    def forget(self) -> None:
        """As after a restart: no conversation goes on."""
        for client in tuple(self._clients.values()):
            client.end()
        self._clients.clear()

    def _is(self, *names: str) -> bool:
        return self.machine.fault is not None and self.machine.fault.name in names

    def _admit(self, key: object, client: Client) -> None:
        self._clients[key] = client
        self.most_at_once = max(self.most_at_once, len(self._clients))

    def _cut_at(self, fault: Fault) -> int:
        """The byte of a conversation at which it breaks: by default the middle of the log."""
        return fault.at if fault.at is not None else BEFORE_THE_LOG + len(self.machine.log.pack()) // 2

    # TCP -----------------------------------------------------------------------------------------------------------

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        self.connections += 1
        visit, key = self.machine.receive_visit(), id(writer)
        try:
            self._turn_away(writer)
            line = _Line(writer, self._plan_fault(), self._start_again)
            self._admit(key, Client(visit, writer.write, writer.transport.abort, framed=True))
            await self._converse(reader, line, visit)
        except (OSError, EOFError, BadPacket, Hangup, asyncio.CancelledError):
            pass
        finally:
            self._clients.pop(key, None)
            self._tasks.discard(task)
            self._ended_at = asyncio.get_running_loop().time()
            writer.close()
            with suppress(OSError, asyncio.CancelledError):
                await writer.wait_closed()

    async def _converse(self, reader: asyncio.StreamReader, line: _Line, visit: Visit) -> None:
        while True:
            top = await reader.readexactly(wire.TOP_BYTES)
            fault = self.machine.fault
            foreign = foreign_greeting(fault)
            if foreign is not None:
                await line.write(foreign)
                return
            question = wire.parse_packet(await reader.readexactly(wire.parse_top(top, MAX_QUESTION_BYTES)))
            blocks = answer_question(self.machine, visit, question, framed=True)
            if fault is not None and fault.name == "delayed":
                await asyncio.sleep(fault.pause_seconds)
            # one write for the packets of one answer: they leave together on a real line too
            await line.write(b"".join(blocks) if len(blocks) != 1 else blocks[0])
            if question.code == Command.EXIT or visit.ends:
                return

    def _turn_away(self, writer: asyncio.StreamWriter) -> None:
        """Raises Hangup where this terminal takes no such connection."""
        fault = self.machine.fault
        if self._is("hangs_up") or (self._is("busy") and self._clients):
            raise Hangup
        if fault is not None and fault.name == "one_session":
            since = asyncio.get_running_loop().time() - self._ended_at
            if self._clients or since < fault.pause_seconds:
                _reset(writer)
                raise Hangup

    def _plan_fault(self) -> tuple[str, int, Fault] | None:
        """What befalls a new TCP connection: its name and the byte at which it strikes."""
        fault = self.machine.fault
        if fault is None:
            return None
        if fault.name == "flaky":
            at = fault.rng.randint(16, BEFORE_THE_LOG + len(self.machine.log.pack()) // 2)
            return ("drop", at, fault) if self.connections % 2 and fault.strikes() else None
        if fault.name in AT_A_BYTE:
            return (fault.name, self._cut_at(fault), fault) if fault.strikes() else None
        return ("", 0, fault)

    def _start_again(self) -> None:
        self.machine.start_again()
        self.forget()

    # UDP -----------------------------------------------------------------------------------------------------------

    def hear_datagram(self, datagram: bytes, sender: tuple[str, int], transport: asyncio.DatagramTransport) -> None:
        """Answers one datagram; visits are told apart by the sender's address."""
        task = asyncio.get_running_loop().create_task(self._answer_datagram(datagram, sender, transport))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _answer_datagram(
        self, datagram: bytes, sender: tuple[str, int], transport: asyncio.DatagramTransport
    ) -> None:
        def write(packet: bytes) -> None:
            transport.sendto(packet, sender)

        if sender not in self._clients:
            self.connections += 1
            self._admit(sender, Client(self.machine.receive_visit(), write, lambda: None, framed=False))
        visit, fault = self._clients[sender].visit, self.machine.fault
        foreign = foreign_greeting(fault)
        if foreign is not None:
            write(foreign)
            return
        try:
            question = wire.parse_packet(datagram)
        except BadPacket:
            return
        if visit.ends:
            return
        blocks = answer_question(self.machine, visit, question, framed=False)
        if fault is not None and fault.name == "delayed":
            await asyncio.sleep(fault.pause_seconds)
        for block in blocks:
            visit.number += len(block)  # on UDP this only counts bytes, for the faults that strike at a byte
            if fault is not None and fault.name in AT_A_BYTE and visit.number > self._cut_at(fault):
                if fault.name == "restarts" and fault.strikes():
                    self._start_again()
                return
            write(block)
            if fault is not None and fault.name in ("slow", "loris"):
                await asyncio.sleep(fault.pause_seconds)
        if question.code == Command.EXIT:
            self._clients.pop(sender, None)


class _Line:
    """The sending side of one TCP connection, with the fault planned for it."""

    def __init__(
        self, writer: asyncio.StreamWriter, plan: tuple[str, int, Fault] | None, start_again: Callable[[], None]
    ) -> None:
        self._writer = writer
        self._plan = plan
        self._start_again = start_again
        self._sent = 0

    async def write(self, block: bytes) -> None:
        if self._plan is None:
            self._writer.write(block)
            await self._writer.drain()
            return
        kind, at, fault = self._plan
        struck = bool(kind) and self._sent + len(block) > at
        if struck:
            block = block[: wire.TOP_BYTES // 2] if kind == "half_header" else block[: max(0, at - self._sent)]
        for piece, pause in cut_in_pieces(fault, block):
            self._writer.write(piece)
            await self._writer.drain()
            await asyncio.sleep(pause)
        self._sent += len(block)
        if not struck:
            return
        if kind == "stall":
            await asyncio.Event().wait()
        if kind == "reset":
            _reset(self._writer)
        if kind == "restarts":
            self._start_again()
        raise Hangup


def _reset(writer: asyncio.StreamWriter) -> None:
    """Ends a connection with a reset instead of a goodbye."""
    writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, LINGER_NOT)
    writer.transport.abort()


class _Datagrams(asyncio.DatagramProtocol):
    """Hands datagrams to the terminal."""

    def __init__(self, lines: Lines) -> None:
        self._lines = lines
        self._transport: asyncio.DatagramTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.DatagramTransport, transport)

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        if self._transport is not None:
            self._lines.hear_datagram(data, addr, self._transport)
