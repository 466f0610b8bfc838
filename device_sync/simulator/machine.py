"""How a simulated terminal answers each command, and the journal of what it was asked; no socket is touched here."""

from __future__ import annotations

from dataclasses import dataclass, field

from device_sync import wire
from device_sync.simulator.spoiling import HUGE, Answer
from device_sync.simulator.state import BAD_DATE, Entry, TerminalState
from device_sync.wire import Command, Reply

SMALL_SET_BYTES = 1024
MASK_PUNCHES = 1
USERS_FUNCTION = 5
USER_CAPACITY = 10_000
REFUSED_BULK = 4989
CHALLENGES = {"encrypted": 2032, "challenge": 6001}
SERVED_BYTES = 16_384


@dataclass(slots=True)
class Visit:
    """One client's session."""

    session: int
    number: int = 0
    connected: bool = False
    authorised: bool = False
    wants_punches: bool = False
    prepared: bytes = b""
    ends: bool = False
    last_answer: bytes = field(default=b"", repr=False)


class Machine(TerminalState):
    """A terminal that can be asked. Safe to change from another thread while it answers."""

    def receive_visit(self) -> Visit:
        return Visit(session=self._rng.randint(1, 65_534))

    def answer(self, visit: Visit, command: int, data: bytes, packet_bytes: int) -> list[Answer]:
        """The packets that answer one command; several for a chunk, none for an acknowledgement."""
        if command == Reply.OK:
            return []
        with self.lock:
            self.journal.append(Entry(command, b"" if command == Command.AUTH else data))
            if command in (Command.CONNECT, Command.AUTH):
                return [self._admit(visit, command, data)]
            if not visit.authorised:
                return [Answer(Reply.UNAUTHORISED)]
            match command:
                case Command.READ:
                    return self._read_chunk(visit, data, packet_bytes)
                case Command.PREPARE:
                    return self._prepare(visit, data, packet_bytes)
                case Command.OPTION_READ if self._has("unanswered") and not data.startswith(b"~SerialNumber"):
                    return []
                case _:
                    return [self._answer_short(visit, command, data)]

    def _admit(self, visit: Visit, command: int, data: bytes) -> Answer:
        if self.fault is not None and self.fault.name in CHALLENGES:
            return Answer(CHALLENGES[self.fault.name])
        visit.connected = True
        refuses = self._has("refuse_auth", "asks_key")
        if command == Command.CONNECT and self._comm_key == 0 and not refuses:
            visit.authorised = True
        elif command == Command.AUTH and not refuses:
            visit.authorised = data == wire.scramble_comm_key(self._comm_key, visit.session)
        return Answer(Reply.OK if visit.authorised else Reply.UNAUTHORISED)

    def _answer_short(self, visit: Visit, command: int, data: bytes) -> Answer:
        match command:
            case Command.EXIT:
                visit.connected = visit.authorised = False
            case Command.OPTION_READ:
                name = data.split(b"\0", 1)[0].decode("ascii", "replace")
                if name not in self.options:
                    return Answer(Reply.ERROR)
                return Answer(Reply.OK, f"{name}={self.options[name]}\0".encode())
            case Command.VERSION:
                return Answer(Reply.OK, self.build.firmware.encode() + b"\0")
            case Command.GET_TIME:
                shown = BAD_DATE * 86_400 if self._has("bad_clock") else wire.encode_time(self.clock.read())
                return Answer(Reply.OK, shown.to_bytes(4, "little"))
            case Command.SIZES:
                return Answer(Reply.OK, self._pack_sizes())
            case Command.STATE:
                return Answer(Reply.OK, session=0)
            case Command.REGISTER_EVENTS:
                visit.wants_punches = bool(int.from_bytes(data[:4], "little") & MASK_PUNCHES)
            case Command.FREE:
                visit.prepared = b""
            case _ if command in wire.CHANGING:
                return self._obey(command, data)
            case _:
                return Answer(Reply.UNKNOWN)
        return Answer(Reply.OK)

    def _obey(self, command: int, data: bytes) -> Answer:
        """Clock, log and lock are really changed; the other changing commands are answered OK and do nothing."""
        match command:
            case Command.SET_TIME:
                try:
                    self.set_clock(wire.decode_time(int.from_bytes(data[:4], "little")))
                except ValueError:
                    return Answer(Reply.ERROR)
            case Command.CLEAR_PUNCHES | Command.CLEAR_DATA:
                self.erase_log()
            case Command.DISABLE:
                # four bytes of data are the seconds after which it unlocks itself
                self.enabled_at = self.clock.unlocks_after(int.from_bytes(data, "little") if len(data) == 4 else None)
            case Command.ENABLE:
                self.enabled_at = None
        return Answer(Reply.OK)

    def _pack_sizes(self) -> bytes:
        size = self.build.sizes_bytes
        if size == 4 or self._has("no_sizes"):
            return bytes(4)
        if self._has("zero_sizes"):
            return bytes(size)
        count = len(self.log)
        if self._has("lying_sizes"):
            count += 100
        elif self._has("understated"):
            count = max(0, count - 10)
        elif self._has("empty_set"):
            count = 100
        users, capacity = len(self.users), self.build.capacity
        fields = [0] * 20
        fields[4], fields[8], fields[10], fields[12] = (
            users,
            count,
            len(self.operations),
            self.users.count_administrators(),
        )
        fields[14], fields[15], fields[16] = 3000, USER_CAPACITY, capacity
        fields[17], fields[18], fields[19] = 3000, USER_CAPACITY - users, max(0, capacity - count)
        return (wire.SIZES.pack(*fields) + bytes(32))[:size]

    def _prepare(self, visit: Visit, data: bytes, packet_bytes: int) -> list[Answer]:
        if len(data) != wire.PREPARE.size:
            return [Answer(Reply.ERROR)]
        _one, what, function, _extra = wire.PREPARE.unpack(data)
        record = self.build.layout.size
        if what == Command.PUNCHES:
            if self._has("no_bulk", "bulk_4989"):
                return [Answer(REFUSED_BULK if self._has("bulk_4989") else Reply.UNKNOWN)]
            visit.prepared = self._prepare_log()
        elif what == Command.USERS and function == USERS_FUNCTION and not self._has("no_users"):
            visit.prepared = self._user_set
        elif what == Command.OPERATIONS and self._has("unanswered"):
            return []
        elif what == Command.OPERATIONS:
            visit.prepared = self.operations.pack()
        else:
            return [Answer(Reply.UNKNOWN)]
        whole = visit.prepared
        if len(whole) <= SMALL_SET_BYTES:
            return [Answer(Reply.DATA, whole[:-record] if self._has("short") else whole)]
        if self.build.sets_follow:
            return self._send(memoryview(whole), packet_bytes)
        announced = len(whole)
        if what == Command.PUNCHES:
            by_fault = {"huge_log": HUGE, "announces_less": announced - record, "announces_more": announced + record}
            announced = by_fault.get(self.fault.name, announced) if self.fault is not None else announced
        return [Answer(Reply.OK, wire.ANNOUNCE.pack(0, announced, announced, wire.word_sum(whole)))]

    def _prepare_log(self) -> bytes:
        if self._has("grow"):
            self._grow()
        elif self._has("erased") and self.fault is not None and self.fault.strikes():
            self.erase_log()
        packed, record = self.log.pack(), self.build.layout.size
        if self._has("empty_set"):
            return bytes(4)
        if self._has("truncated"):
            return packed[: 4 + len(self.log) // 2 * record]
        if self._has("count_word"):
            return max(0, len(packed) - 4 - record).to_bytes(4, "little") + packed[4:]
        return packed

    def _grow(self) -> None:
        assert self.fault is not None
        for _ in range(self.fault.amount):
            uid, pin = self._anybody()
            self.log.append(uid, pin, wire.encode_time(self.clock.read()), 0, self.fault.rng.randrange(250))

    def _read_chunk(self, visit: Visit, data: bytes, packet_bytes: int) -> list[Answer]:
        if len(data) != wire.READ.size:
            return [Answer(Reply.ERROR)]
        start, size = wire.READ.unpack(data)
        if start + size > len(visit.prepared) or (size > SERVED_BYTES and self._has("small_reads")):
            return [Answer(Reply.ERROR)]
        if self._has("grow_reading"):
            self._grow()
        return self._send(memoryview(visit.prepared)[start : start + size], packet_bytes)

    def _send(self, chunk: memoryview, packet_bytes: int) -> list[Answer]:
        size = len(chunk)
        follows = size.to_bytes(4, "little") + packet_bytes.to_bytes(4, "little")
        pieces = [
            Answer(Reply.DATA, chunk[at : at + packet_bytes], session=place)
            for place, at in enumerate(range(0, size, packet_bytes))
        ]
        return [Answer(Reply.DATA_FOLLOWS, follows), *pieces, Answer(Reply.OK)]
