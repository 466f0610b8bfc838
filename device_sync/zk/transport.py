"""Framed, deadline-bound conversation with one terminal: a question goes out, its own whole answer comes back.

Promises: no call outlives its deadline; an answer is taken only when its length, checksum and reply number hold; the
end of the stream is an error and never an empty read; memory is bounded before it is taken.
"""

from __future__ import annotations

import socket
from abc import ABC, abstractmethod
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address
from time import monotonic

from device_sync import wire
from device_sync.terminal import TerminalError
from device_sync.wire import BadPacket, Packet, Reply
from device_sync.zk.failures import Place

MAX_STRAY_PACKETS = 10_000
EVENT_BYTES = wire.HEADER_BYTES + 64
LEAST_EVENT_BYTES = wire.HEADER_BYTES + 10
BUFFER_BYTES = 1 << 18
QUIET_SECONDS = 0.05


@dataclass(frozen=True, slots=True)
class Limits:
    """Seconds and bytes of a pull. `idle_seconds` is the longest silence, `total_seconds` bounds the whole pull."""

    connect_seconds: float = 5.0
    idle_seconds: float = 30.0
    total_seconds: float = 600.0
    goodbye_seconds: float = 2.0
    max_log_bytes: int = 64 << 20
    max_packet_bytes: int = 256 << 10


class Deadline:
    """A moment on the monotonic clock after which waiting ends."""

    __slots__ = ("ends", "seconds")

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self.ends = monotonic() + seconds

    def remaining(self) -> float:
        """Seconds left; zero or less when it has passed."""
        return self.ends - monotonic()


class Silence(Exception):
    """Nothing came in time (`total`: for the whole pull). Stays inside; a TerminalError leaves the transport."""

    def __init__(self, seconds: float, *, total: bool) -> None:
        super().__init__(seconds)
        self.seconds = seconds
        self.total = total


class Channel(ABC):
    """One conversation over one socket. `step` names what is being done, for the sentences of failures."""

    framed: bool

    def __init__(self, address: IPv4Address | IPv6Address, port: int, limits: Limits, place: Place) -> None:
        self.address = (str(address), port)
        self.family = socket.AF_INET6 if address.version == 6 else socket.AF_INET
        self.limits = limits
        self.place = place
        self.deadline = Deadline(limits.total_seconds)
        self.idle_seconds = limits.idle_seconds
        self.step = "connect"
        self.session = 0
        self.received = 0
        self.heard = False
        self.answering = False
        self.alive = False
        self.number = wire.NUMBERS - 1
        self.meanwhile: Callable[[], None] | None = None  # work that fits into the next wait for an answer
        self.announced: int | None = None  # bytes of the set being read, where the terminal said so
        self.on_event: Callable[[bytes], None] | None = None  # told the data of each event that comes unasked
        self._sock: socket.socket | None = None

    @abstractmethod
    def open(self) -> None:
        """Connects within the connect limit. Raises Unreachable."""

    @abstractmethod
    def _receive(self) -> Packet:
        """The next whole packet. Raises TerminalError, Silence or BadPacket."""

    def send(self, code: int, data: bytes = b"") -> int:
        """Sends one question under a new reply number, which it returns."""
        self.number = (self.number + 1) % wire.NUMBERS
        self._write(wire.pack_packet(code, self.session, self.number, data, framed=self.framed))
        return self.number

    def receive(self) -> Packet:
        """The next packet that answers the last question; late answers and live events are passed over.

        Raises Unreachable (closed, stalled, too slow), Refused (silence or another protocol before the first answer),
        Garbled (checksum, length, framing, a reply number that was never used).
        """
        try:
            for _ in range(MAX_STRAY_PACKETS):
                packet = self._receive()
                if packet.code == Reply.EVENT:
                    self._acknowledge(packet)
                    continue
                if not self.heard:
                    # a new connection holds nothing late, so the numbers start where the terminal says
                    self.heard = self.answering = True
                    self.number = packet.number % wire.NUMBERS
                    return packet
                if packet.number == self.number:
                    return packet
                if packet.number > self.number:
                    raise self.place.garbled(
                        "reply_number",
                        f"an answer to question {packet.number} came during '{self.step}', but it was never asked.",
                        step=self.step,
                    )
            raise self.place.garbled("framing", f"only stray packets came during '{self.step}'.", step=self.step)
        except Silence as silence:
            raise self._name_silence(silence) from None
        except BadPacket as bad:
            raise self._name_bad_packet(bad) from None

    def exchange(self, code: int, data: bytes = b"") -> Packet:
        """Asks and returns the first packet of the answer; what is to be done meanwhile fits into the wait for it."""
        self.send(code, data)
        if self.meanwhile is not None:
            meanwhile, self.meanwhile = self.meanwhile, None
            meanwhile()
        return self.receive()

    def hear(self, seconds: float) -> bool:
        """Waits so long for an event that comes unasked, tells `on_event` and acknowledges it; False when none came.

        Other packets are late answers and are passed over. Raises like `receive`.
        """
        try:
            if not self._is_something_there(seconds):
                return False
            packet = self._receive()
        except Silence as silence:
            raise self._name_silence(silence) from None
        except BadPacket as bad:
            raise self._name_bad_packet(bad) from None
        if packet.code != Reply.EVENT:
            return False
        self._acknowledge(packet)
        return True

    def break_off(self) -> None:
        """Ends the conversation from another thread: whoever waits for the terminal in it gets Unreachable at once."""
        self.deadline.ends = monotonic()
        sock = self._sock
        if sock is not None:
            with suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)

    def _acknowledge(self, event: Packet) -> None:
        self._write(wire.pack_packet(Reply.OK, self.session, 0, framed=self.framed))
        if self.on_event is not None:
            self.on_event(bytes(event.data))

    @abstractmethod
    def _is_something_there(self, seconds: float) -> bool:
        """Whether a byte stands ready or comes in so many seconds; nothing is taken of it."""

    def drain(self) -> None:  # noqa: B027 - on a stream nothing may be thrown away
        """Throws away what a failed question left behind; only where packets come one by one."""

    def close(self) -> None:
        """Gives the socket back; may be called twice."""
        self.alive = False
        if self._sock is not None:
            self._sock.close()
            self._sock = None

    def _wait(self) -> socket.socket:
        """The socket, its timeout set to the idle limit or to what is left of the pull. Raises Silence when none is."""
        left = self.deadline.remaining()
        if left <= 0:
            raise Silence(self.deadline.seconds, total=True)
        sock = self._sock
        if sock is None:
            raise self.place.closed(self.step, self.received)
        sock.settimeout(min(left, self.idle_seconds))
        return sock

    def _silence(self) -> Silence:
        if self.deadline.remaining() <= 0:
            return Silence(self.deadline.seconds, total=True)
        return Silence(self.idle_seconds, total=False)

    def _write(self, packet: bytes) -> None:
        try:
            self._wait().sendall(packet)
        except TimeoutError:
            raise self._name_silence(self._silence()) from None
        except Silence as silence:
            raise self._name_silence(silence) from None
        except OSError as error:
            raise self._name_break(error) from error

    def _name_break(self, error: OSError | None) -> TerminalError:
        """The error for a line that ended: by the other side (None) or by the network."""
        self.alive = False
        if self.deadline.remaining() <= 0 and self.heard:  # also when it was broken off
            return self.place.too_slow(self.step, self.deadline.seconds)
        if self.received:
            return self.place.closed(self.step, self.received)
        if isinstance(error, ConnectionRefusedError):
            return self.place.port_closed()
        if error is None or isinstance(error, ConnectionError):
            return self.place.closed_at_once()
        return self.place.no_route(error.strerror or type(error).__name__)

    def _name_silence(self, silence: Silence) -> TerminalError:
        self.answering = False
        if silence.total and self.received:
            return self.place.too_slow(self.step, silence.seconds)
        if not self.heard and not self.received:
            return self.place.silent(silence.seconds) if self.framed else self.place.no_answer(silence.seconds)
        return self.place.stalled(self.step, silence.seconds)

    def _name_bad_packet(self, bad: BadPacket) -> TerminalError:
        # after wrong bytes nobody knows where the next packet starts
        self.alive = self.alive and (bad.reason == "checksum" or not self.framed)
        if not self.heard and (bad.reason != "checksum" or not self.framed):
            return self.place.not_a_terminal()
        sentences = {
            "magic": ("framing", "bytes between two packets belong to no packet."),
            "length": ("length", "a packet declares an impossible length."),
            "checksum": ("checksum", "the checksum of a packet does not hold."),
        }
        reason, sentence = sentences[bad.reason]
        return self.place.garbled(reason, f"during '{self.step}' {sentence}", step=self.step)


class TcpChannel(Channel):
    """A stream, cut into packets by their declared length and never by how the bytes happen to arrive."""

    framed = True

    def open(self) -> None:
        seconds = min(self.limits.connect_seconds, max(self.deadline.remaining(), 0.001))
        try:
            sock = self._sock = socket.socket(self.family, socket.SOCK_STREAM)
            sock.settimeout(seconds)
            sock.connect(self.address)
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        except TimeoutError:
            raise self.place.no_answer(seconds) from None
        except ConnectionRefusedError:
            raise self.place.port_closed() from None
        except OSError as error:
            raise self.place.no_route(error.strerror or type(error).__name__) from error
        self.alive = True
        self._buffer = memoryview(bytearray(BUFFER_BYTES))
        self._start = self._end = 0

    def _receive(self) -> Packet:
        length = wire.parse_top(self._take(wire.TOP_BYTES), self.limits.max_packet_bytes)
        if length > EVENT_BYTES:
            # firmware declares 1016 bytes for a live event of 12 or 32: waiting for them would never end
            self._fill(wire.HEADER_BYTES)
            if int.from_bytes(self._buffer[self._start : self._start + 2], "little") == Reply.EVENT:
                return Packet(Reply.EVENT, 0, 0, self._take_event(length))
        return wire.parse_packet(self._take(length))

    def _take_event(self, length: int) -> bytes:
        """The data of an event that declares more than it has: what stands before the next packet, or before a quiet.

        Where its checksum holds nothing more is waited for; it is no more than a hint, so a wrong one is let be.
        """
        self._fill(LEAST_EVENT_BYTES)
        while True:
            packet = bytes(self._buffer[self._start : min(self._end, self._start + length)])
            following = packet.find(wire.MAGIC)
            if following >= 0:
                packet = packet[:following]
                break
            if wire.word_sum(packet) == 0 or len(packet) >= length:
                break
            if not self._is_something_there(QUIET_SECONDS, beyond=len(packet)):
                break
        self._start += len(packet)
        return packet[wire.HEADER_BYTES :]

    def _is_something_there(self, seconds: float, *, beyond: int = 0) -> bool:
        idle, self.idle_seconds = self.idle_seconds, seconds
        try:
            self._fill(beyond + 1)
        except Silence as silence:
            if silence.total:
                raise
            return False
        finally:
            self.idle_seconds = idle
        return True

    def _take(self, size: int) -> memoryview | bytearray:
        """Exactly `size` bytes; a view is good until the next call."""
        ready = self._end - self._start
        if size <= BUFFER_BYTES >> 4 or size <= ready:
            self._fill(size)
            piece = self._buffer[self._start : self._start + size]
            self._start += size
            return piece
        # a large body goes straight to where it stays
        body = bytearray(size)
        body[:ready] = self._buffer[self._start : self._end]
        self._start = self._end = 0
        view = memoryview(body)
        while ready < size:
            ready += self._read_into(view[ready:])
        return body

    def _fill(self, size: int) -> None:
        """Reads until `size` bytes stand in the buffer."""
        if self._start + size > BUFFER_BYTES:
            left = bytes(self._buffer[self._start : self._end])
            self._buffer[: len(left)] = left
            self._start, self._end = 0, len(left)
        while self._end - self._start < size:
            if self._start == self._end:
                self._start = self._end = 0
            self._end += self._read_into(self._buffer[self._end :])

    def _read_into(self, view: memoryview) -> int:
        try:
            count = self._wait().recv_into(view)
        except TimeoutError:
            raise self._silence() from None
        except OSError as error:
            raise self._name_break(error) from error
        if count == 0:
            raise self._name_break(None)
        self.received += count
        return count


class UdpChannel(Channel):
    """Datagrams from that one address; one datagram is one packet."""

    framed = False

    def open(self) -> None:
        try:
            sock = self._sock = socket.socket(self.family, socket.SOCK_DGRAM)
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
            sock.connect(self.address)
        except OSError as error:
            raise self.place.no_route(error.strerror or type(error).__name__) from error
        self.alive = True

    def _is_something_there(self, seconds: float) -> bool:
        sock = self._wait()
        sock.settimeout(max(0.001, min(seconds, self.deadline.remaining())))
        try:
            sock.recv(1, socket.MSG_PEEK)
        except TimeoutError:
            return False
        except OSError as error:
            raise self._name_break(error) from error
        return True

    def _receive(self) -> Packet:
        try:
            datagram = self._wait().recv(65_536)
        except TimeoutError:
            raise self._silence() from None
        except OSError as error:
            raise self._name_break(error) from error
        self.received += len(datagram)
        return wire.parse_packet(datagram)

    def drain(self) -> None:
        # the rest of a failed answer may still be under way, so a short quiet is waited for
        with suppress(OSError, Silence):
            sock = self._wait()
            sock.settimeout(QUIET_SECONDS)
            while self.deadline.remaining() > 0:
                sock.recv(65_536)
