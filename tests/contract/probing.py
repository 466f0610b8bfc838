"""The simplest client of a terminal: one question, then packets one by one."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import closing, contextmanager

from device_sync import wire
from device_sync.simulator import SimulatedTerminal
from device_sync.wire import Command, Packet, Reply


class Probe:
    """Takes every packet as it comes; raises EOFError at the end of the stream."""

    def __init__(self, sock: socket.socket, framed: bool) -> None:
        self.sock, self.framed = sock, framed
        self.session = self.number = 0

    def send(self, code: int, data: bytes = b"") -> None:
        self.sock.sendall(wire.pack_packet(code, self.session, self.number, data, framed=self.framed))
        self.number += 1

    def receive(self) -> Packet:
        if not self.framed:
            return wire.parse_packet(self.sock.recv(65_536))
        length = wire.parse_top(self._exactly(8), 1 << 20)
        return wire.parse_packet(self._exactly(length))

    def _exactly(self, size: int) -> bytes:
        data = b""
        while len(data) < size:
            piece = self.sock.recv(size - len(data))
            if not piece:
                raise EOFError
            data += piece
        return data

    def ask(self, code: int, data: bytes = b"") -> Packet:
        self.send(code, data)
        return self.receive()

    def connect(self) -> Packet:
        reply = self.ask(Command.CONNECT)
        self.session = reply.session
        return reply

    def read_set(self, what: int, function: int = 0, chunk: int = 16_384) -> bytes:
        """A whole set without the count before it, however it comes."""
        first = self.ask(Command.PREPARE, wire.PREPARE.pack(1, what, function, 0))
        if first.code == Reply.DATA:
            whole = bytes(first.data)
        elif first.code == Reply.DATA_FOLLOWS:
            whole = self._collect()
        else:
            size = int.from_bytes(first.data[1:5], "little")
            whole = b""
            for start in range(0, size, chunk):
                self.send(Command.READ, wire.READ.pack(start, min(chunk, size - start)))
                assert self.receive().code == Reply.DATA_FOLLOWS
                whole += self._collect()
        assert int.from_bytes(whole[:4], "little") == len(whole) - 4
        return whole[4:]

    def _collect(self) -> bytes:
        pieces = []
        while (packet := self.receive()).code == Reply.DATA:
            pieces.append(bytes(packet.data))
        assert packet.code == Reply.OK
        return b"".join(pieces)


@contextmanager
def probing(simulated: SimulatedTerminal, framed: bool = True) -> Iterator[Probe]:
    kind = socket.SOCK_STREAM if framed else socket.SOCK_DGRAM
    with closing(socket.socket(socket.AF_INET, kind)) as sock:
        sock.settimeout(2)
        sock.connect(("127.0.0.1", simulated.port))
        yield Probe(sock, framed)
