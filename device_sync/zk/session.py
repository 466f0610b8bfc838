"""pyzk's own commands over our transport: one session with one terminal, and nothing in it that changes the terminal.

pyzk 0.9 keeps its socket work in name-mangled methods; they are overridden here by their mangled names, so its public
commands run unchanged above while every byte goes through `Channel`. What is not on the short list of reading commands
raises `NotOffered`, by name and, as a second wall, by command code.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from typing import Any, NoReturn, TypeVar

from zk import ZK
from zk.exception import ZKError, ZKErrorResponse

from device_sync import wire
from device_sync.terminal import Garbled, LogDigest, Sizes, TerminalError, Unreachable
from device_sync.wire import Command, Packet, Reply
from device_sync.zk.records import COUNT_BYTES
from device_sync.zk.transport import Channel, Deadline
from device_sync.zk.walls import ASKED, OFFERED, READ_SETS, NoProbe, NotOffered

T = TypeVar("T")

UNKNOWN_COUNT = -1
UDP_TRIES = 3
WHOLE_CHUNK = 1 << 30
SMALLER = {True: 16_384, False: 1_008}
"""What a terminal is asked for at a time, framed or not, after it has refused more."""


class AskSmaller(Exception):
    """A chunk cannot be had at this size; `size` is what to try. Stays inside."""

    def __init__(self, size: int, failure: Garbled) -> None:
        super().__init__(size)
        self.size = size
        self.failure = failure


class Session(ZK):  # type: ignore[misc]
    """One conversation. Every method raises TerminalError or, where it says so, returns a default."""

    asked = ASKED

    def __init__(self, channel: Channel, comm_key: int) -> None:
        # pyzk is given no key: it would keep it, and its own scrambling overflows for some keys
        super().__init__(
            channel.address[0],
            port=channel.address[1],
            timeout=channel.limits.idle_seconds,
            password=0,
            force_udp=not channel.framed,
            ommit_ping=True,
        )
        self._ZK__sock.close()
        self._ZK__sock = channel
        self.helper = NoProbe()
        self._channel = channel
        self._comm_key = comm_key
        self._key_was_asked = False
        self._prepared = False
        self._chunk: bytes | None = None
        self._chunk_bytes = WHOLE_CHUNK
        self._digest: LogDigest | None = None
        self._digested = 0

    # what the client calls ---------------------------------------------------------------------------------------

    def greet(self) -> None:
        """Connects and gives the comm key. Raises Unreachable or Refused."""
        channel = self._channel
        with self.in_haste(), self.doing("connect"):
            try:
                self.connect()
            except ZKErrorResponse:
                code = int(self._ZK__response)
                if self._key_was_asked or code == Reply.UNAUTHORISED:
                    raise channel.place.wrong_key() from None
                raise channel.place.unknown_code(code) from None

    @contextmanager
    def in_haste(self) -> Iterator[None]:
        """For what may stay unanswered for ever: a silence is waited for no longer than that of a greeting."""
        channel = self._channel
        channel.idle_seconds = min(channel.limits.connect_seconds, channel.limits.idle_seconds)
        try:
            yield
        finally:
            channel.idle_seconds = channel.limits.idle_seconds

    def ask(self, step: str, call: Callable[[], T], default: T) -> T:
        """The answer, or `default` when the terminal declines or answers nonsense; a broken line still raises."""
        with self.doing(step):
            try:
                return call()
            except (ZKErrorResponse, ValueError, struct.error, OverflowError):
                if self._ZK__response == Reply.UNAUTHORISED:
                    raise self._channel.place.wrong_key() from None
                return default

    def read_clock(self) -> datetime | None:
        """The terminal's wall time, None when it is not told or is no date."""
        shown: datetime | None = self.ask("clock", self.get_time, None)
        return shown

    def count(self) -> Sizes:
        """The counters; None for those the firmware does not tell."""
        self.users = self.records = self.rec_cap = self.dummy = UNKNOWN_COUNT
        self.ask("sizes", self.read_sizes, False)
        users, records, capacity, operations = (
            int(value) if value >= 0 else None for value in (self.users, self.records, self.rec_cap, self.dummy)
        )
        return Sizes(users, records, capacity, operations)

    def read_option(self, name: str) -> str | None:
        """The value of an option of the terminal, None when it does not know it."""

        def call() -> str | None:
            answer = self._ZK__send_command(Command.OPTION_READ, name.encode() + b"\0")
            _, sign, value = self._ZK__data.split(b"\0", 1)[0].partition(b"=")
            return value.decode("utf-8", "replace").strip("= ") if answer["status"] and sign else None

        return self.ask(name, call, None)

    def read_set(self, step: str, command: Command, function: int = 0, digest: LogDigest | None = None) -> bytes:
        """A whole set as transferred. Raises TerminalError; Refused, reason 'declined', when none can be read.

        `digest` takes the records, without the count before them, while the terminal prepares what comes next.
        """
        self._digest, self._digested = digest, 0
        with self.doing(step):
            data, _size = self.read_with_buffer(command, function)
            if self._prepared:
                self.free_data()
            whole = bytes(data)
            self._take(memoryview(whole)[self._digested :])
            return whole

    def _take(self, data: memoryview) -> None:
        if self._digest is not None:
            self._digest.take(data[max(0, COUNT_BYTES - self._digested) :])
            self._digested += len(data)

    def free_data(self) -> bool:
        """Gives the terminal its buffer back; that it declines is no reason to lose what was read."""
        try:
            return bool(super().free_data())
        except ZKErrorResponse:
            return False

    def leave(self) -> None:
        """Frees the buffer and says EXIT while the line lives, then gives the socket back. Never raises.

        A terminal that answers is waited for, within the goodbye limit; one that fell silent is only told.
        """
        channel = self._channel
        seconds = channel.limits.goodbye_seconds
        channel.deadline, channel.idle_seconds = Deadline(seconds), seconds
        channel.step = "exit"
        say = channel.exchange if channel.answering else channel.send
        try:
            if self._prepared and channel.alive:
                with suppress(TerminalError):
                    say(Command.FREE)
            if channel.heard and channel.alive:
                with suppress(TerminalError, ZKError):
                    self.disconnect() if channel.answering else say(Command.EXIT)
        finally:
            channel.close()

    @contextmanager
    def doing(self, step: str) -> Iterator[None]:
        """Names the step and lets only our four errors out."""
        self._channel.step = step
        place = self._channel.place
        try:
            yield
        except TerminalError:
            raise
        except NotOffered:
            raise
        except ZKErrorResponse as error:
            code = int(self._ZK__response)
            if code == Reply.UNAUTHORISED:
                raise place.wrong_key() from error
            raise place.declined(step, code) from error
        except Exception as error:
            what = f"the answer to '{step}' could not be understood ({type(error).__name__})."
            raise place.garbled("unexpected", what, step=step) from error

    # what pyzk calls, under its mangled names ----------------------------------------------------------------------

    def _ZK__create_socket(self) -> None:  # noqa: N802
        self._channel.open()

    def _ZK__send_command(  # noqa: N802
        self, command: int, command_string: bytes = b"", response_size: int = 8
    ) -> dict[str, Any]:
        if command not in self.asked:
            raise NotOffered(f"command {command} is never sent")
        if command == Command.READ:
            return self._read_chunk(command_string)
        if command == Command.AUTH:
            self._key_was_asked = True
            command_string = wire.scramble_comm_key(self._comm_key, self._channel.session)
        if command == Command.PREPARE:
            if int.from_bytes(command_string[1:3], "little") not in READ_SETS:
                raise NotOffered("only punches, users and operations are read")
            self._prepared = True
        packet = self._channel.exchange(command, command_string)
        if command == Command.CONNECT:
            self._channel.session = packet.session
        elif command == Command.FREE:
            self._prepared = False
        elif command == Command.PREPARE:
            packet = self._check_announcement(packet)
        return self._keep(packet)

    def _ZK__recieve_chunk(self) -> bytes | None:  # noqa: N802 - spelt as in pyzk
        chunk, self._chunk = self._chunk, None
        return chunk

    def _ZK__recieve_raw_data(self, size: int) -> NoReturn:  # noqa: N802
        raise NotOffered(f"answers are whole already, {size} more bytes were asked")

    def _ZK__ack_ok(self) -> NoReturn:  # noqa: N802
        raise NotOffered("live events are acknowledged by the channel")

    # ---------------------------------------------------------------------------------------------------------------

    def _keep(self, packet: Packet) -> dict[str, Any]:
        """Leaves an answer where pyzk looks for it."""
        data = bytes(packet.data)
        self._ZK__header = (packet.code, 0, packet.session, packet.number)
        self._ZK__response = packet.code
        self._ZK__reply_id = packet.number
        self._ZK__data = self._ZK__data_recv = data
        self._ZK__tcp_length = wire.HEADER_BYTES + len(data)
        return {"status": packet.code in (Reply.OK, Reply.DATA_FOLLOWS, Reply.DATA), "code": packet.code}

    def _check_announcement(self, packet: Packet) -> Packet:
        """The answer to 'prepare': bounds the announced size before anything is asked for."""
        if packet.code == Reply.DATA_FOLLOWS:  # old firmware sends the set at once, in several packets
            try:
                return packet._replace(code=Reply.DATA, data=self._collect(packet, None))
            except AskSmaller as unordered:
                raise unordered.failure from None
        if packet.code == Reply.OK:
            if len(packet.data) < 5:
                raise self._garbled("length", "the terminal does not say how large the set is.")
            self._channel.announced = self._bound(int.from_bytes(packet.data[1:5], "little"))
        return packet

    def _bound(self, size: int) -> int:
        if size > self._channel.limits.max_log_bytes:
            raise self._garbled("length", f"the terminal announces {size} bytes, more than any log has.", size=size)
        return size

    def _read_chunk(self, command_string: bytes) -> dict[str, Any]:
        """One chunk, whole, in as many questions as the terminal needs."""
        start, wanted = wire.READ.unpack(command_string)
        pieces: list[bytes] = []
        while wanted > 0:
            size = min(wanted, self._chunk_bytes)
            try:
                pieces.append(self._fetch(start, size))
            except AskSmaller as refused:
                if refused.size >= size:
                    raise refused.failure from None
                self._chunk_bytes = refused.size
            else:
                start, wanted = start + size, wanted - size
        self._chunk = chunk = pieces[0] if len(pieces) == 1 else b"".join(pieces)
        self._channel.meanwhile = lambda: self._take(memoryview(chunk))
        return self._keep(Packet(Reply.DATA, self._channel.session, self._channel.number, b""))

    def _fetch(self, start: int, size: int) -> bytes:
        """Exactly these bytes of the prepared set; on UDP, where packets are lost, asked for up to three times."""
        channel = self._channel
        tries = 1 if channel.framed else UDP_TRIES
        channel.idle_seconds = channel.limits.idle_seconds / tries
        try:
            for left in reversed(range(tries)):
                try:
                    first = channel.exchange(Command.READ, wire.READ.pack(start, size))
                    if first.code == Reply.UNAUTHORISED:  # it was let in before, so it has started anew since
                        channel.alive = False
                        raise channel.place.closed(channel.step, channel.received)
                    if first.code not in (Reply.DATA, Reply.DATA_FOLLOWS):
                        raise AskSmaller(SMALLER[channel.framed], self._no_data(first.code))
                    return self._collect(first, size)
                except (Garbled, Unreachable):
                    if channel.alive:
                        channel.drain()
                    if not left or not channel.alive or channel.deadline.remaining() <= 0:
                        raise
        finally:
            channel.idle_seconds = channel.limits.idle_seconds
        raise AssertionError("the last try returns or raises")

    def _collect(self, first: Packet, wanted: int | None) -> bytes:
        """The data behind a first answer: one DATA, or 'data follows', DATA packets and OK. Exactly `wanted` bytes."""
        if first.code == Reply.DATA:
            return self._expect(bytes(first.data), wanted)
        if first.code != Reply.DATA_FOLLOWS or len(first.data) < 4:
            raise self._no_data(first.code)
        size = self._bound(int.from_bytes(first.data[:4], "little"))
        pieces: list[tuple[int, bytes]] = []
        got = 0
        while True:
            packet = self._channel.receive()
            if packet.code == Reply.DATA:
                pieces.append((packet.session, bytes(packet.data)))
                got += len(packet.data)
            if got > size or packet.code not in (Reply.DATA, Reply.OK):
                raise self._garbled("framing", f"{got} bytes and code {packet.code} came where {size} bytes were due.")
            # on UDP the closing OK may be lost; should it come later, its number gives it away
            if packet.code == Reply.OK or (got == size and not self._channel.framed):
                break
        return self._expect(self._join(pieces), size if wanted is None else wanted)

    def _join(self, pieces: list[tuple[int, bytes]]) -> bytes:
        """The packets of a chunk in their order. Datagrams may overtake each other: some firmware counts them in the
        session field; where it does not, they must come one to a question.
        """
        if not self._channel.framed and len(pieces) > 1:
            first = min(place for place, _ in pieces)
            if sorted(place for place, _ in pieces) != list(range(first, first + len(pieces))):
                failure = self._garbled("framing", "packets came whose order cannot be told; use TCP if it has it.")
                raise AskSmaller(max(len(data) for _, data in pieces), failure)
            pieces.sort(key=lambda piece: piece[0])
        return b"".join(data for _, data in pieces)

    def _no_data(self, code: int) -> Garbled:
        return self._garbled("framing", f"code {code} came instead of data.", code=code)

    def _expect(self, data: bytes, wanted: int | None) -> bytes:
        if wanted is not None and len(data) != wanted:
            raise self._garbled(
                "short", f"{len(data)} bytes came where {wanted} were asked.", wanted=wanted, received=len(data)
            )
        return data

    def _garbled(self, reason: str, what: str, **details: Any) -> Garbled:
        step = self._channel.step
        return self._channel.place.garbled(reason, f"during '{step}' {what}", step=step, **details)


def _block(name: str) -> Callable[..., NoReturn]:
    def refuse(self: Session, *args: object, **kwargs: object) -> NoReturn:
        raise NotOffered(f"{name} is not used by this product")

    refuse.__name__ = name
    refuse.__doc__ = "Raises NotOffered."
    return refuse


for _name, _value in vars(ZK).items():
    if callable(_value) and not _name.startswith(("__", "_ZK__")) and _name not in OFFERED:
        setattr(Session, _name, _block(_name))
