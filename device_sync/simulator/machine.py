"""What a simulated terminal knows and how it answers each command; nothing here touches a socket."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from attendance.clock import to_wall
from device_sync import wire
from device_sync.simulator.faults import HUGE, Answer, Fault
from device_sync.simulator.log import FIRST_PIN, PunchLog
from device_sync.wire import Command, Reply

SMALL_SET_BYTES = 1024
BAD_DATE = 31 + 30  # 31 February 2000 in months of 31 days
MASK_PUNCHES = 1


class Entry(NamedTuple):
    """One command as it came in. The data of AUTH is not kept: it gives the key away."""

    command: int
    data: bytes


@dataclass(slots=True)
class Visit:
    """One client's session."""

    session: int
    number: int = 0
    connected: bool = False
    authorised: bool = False
    wants_punches: bool = False
    prepared: bytes = b""
    last_answer: bytes = field(default=b"", repr=False)


@dataclass(slots=True)
class Clock:
    """The terminal's clock: true time from `now` in its zone, shifted by a settable offset."""

    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    zone_name: str = "Asia/Ho_Chi_Minh"
    offset_seconds: int = 0

    def read(self) -> datetime:
        return to_wall(self.now(), self.zone_name) + timedelta(seconds=self.offset_seconds)


class Machine:
    """Users, log, clock, options and the journal of everything asked. Safe to punch from another thread."""

    def __init__(
        self,
        serial: str,
        firmware: str,
        users: Sequence[tuple[int, str, str]],
        log: PunchLog,
        comm_key: int,
        clock: Clock,
        capacity: int,
        options: Mapping[str, str],
        fault: Fault | None,
    ) -> None:
        self.firmware = firmware
        self.users = tuple(users)
        self.log = log
        self.clock = clock
        self.capacity = capacity
        self.fault = fault
        self.journal: list[Entry] = []
        self.options = {
            "~SerialNumber": serial,
            "~DeviceName": "Simulated terminal",
            "~Platform": "ZEM760_TFT",
            "~OS": "1",
            "~PIN2Width": "9",
            "~ShowState": "0",
            "MAC": "00:17:61:00:00:01",
            "WorkCode": "0",
            **options,
        }
        self._comm_key = comm_key
        self._rng = random.Random(serial)
        self._lock = threading.Lock()
        self._user_set = _pack_users(self.users)
        if self._has("bad_date"):
            log.append(users[0][1] if users else str(FIRST_PIN), BAD_DATE * 86_400, 0, 1)

    def _has(self, fault: str) -> bool:
        return self.fault is not None and self.fault.name == fault

    def punch(self, pin: str, at: datetime | None = None, state: int = 0, verify: int = 1) -> datetime:
        """Records a punch at that wall time (default: now by its own clock). A full log takes no more: ValueError."""
        with self._lock:
            wall = (self.clock.read() if at is None else at).replace(microsecond=0)
            if len(self.log) >= self.capacity:
                raise ValueError("the log of the simulated terminal is full")
            self.log.append(pin, wire.encode_time(wall), state, verify)
            return wall

    def receive_visit(self) -> Visit:
        return Visit(session=self._rng.randint(1, 65_534))

    def answer(self, visit: Visit, command: int, data: bytes, packet_bytes: int) -> list[Answer]:
        """The packets that answer one command; several for a chunk, none for an acknowledgement."""
        if command == Reply.OK:
            return []
        with self._lock:
            self.journal.append(Entry(command, b"" if command == Command.AUTH else data))
            if command in (Command.CONNECT, Command.AUTH):
                return [self._admit(visit, command, data)]
            if not visit.authorised:
                return [Answer(Reply.UNAUTHORISED)]
            match command:
                case Command.READ:
                    return self._read_chunk(visit, data, packet_bytes)
                case Command.PREPARE:
                    return [self._prepare(visit, data)]
                case _:
                    return [self._answer_short(visit, command, data)]

    def _admit(self, visit: Visit, command: int, data: bytes) -> Answer:
        visit.connected = True
        if command == Command.CONNECT and self._comm_key == 0 and not self._has("refuse_auth"):
            visit.authorised = True
        elif command == Command.AUTH and not self._has("refuse_auth"):
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
                return Answer(Reply.OK, self.firmware.encode() + b"\0")
            case Command.GET_TIME:
                return Answer(Reply.OK, wire.encode_time(self.clock.read()).to_bytes(4, "little"))
            case Command.SIZES:
                return Answer(Reply.OK, self._pack_sizes())
            case Command.STATE:
                return Answer(Reply.OK, session=0)
            case Command.REGISTER_EVENTS:
                visit.wants_punches = bool(int.from_bytes(data[:4], "little") & MASK_PUNCHES)
            case Command.FREE:
                visit.prepared = b""
            case _ if command not in wire.CHANGING:
                return Answer(Reply.UNKNOWN)
        # commands that would change a real terminal are answered OK and do nothing: the journal shows them
        return Answer(Reply.OK)

    def _pack_sizes(self) -> bytes:
        if self._has("no_sizes"):
            return bytes(4)
        fields = [0] * 20
        count = len(self.log) + (100 if self._has("lying_sizes") else 0)
        fields[4], fields[8], fields[14], fields[15], fields[16] = len(self.users), count, 3000, 10_000, self.capacity
        fields[17], fields[18], fields[19] = 3000, 10_000 - len(self.users), max(0, self.capacity - count)
        return wire.SIZES.pack(*fields) + bytes(12)

    def _prepare(self, visit: Visit, data: bytes) -> Answer:
        if len(data) != wire.PREPARE.size:
            return Answer(Reply.ERROR)
        _one, what, function, _extra = wire.PREPARE.unpack(data)
        if what == Command.PUNCHES and not self._has("no_bulk"):
            if self._has("grow") and self.users:
                self.log.append(self.users[0][1], wire.encode_time(self.clock.read()), 0, 1)
            visit.prepared = self.log.pack()
        elif what == Command.USERS and function == 5 and not self._has("no_users"):
            visit.prepared = self._user_set
        else:
            return Answer(Reply.UNKNOWN)
        size = len(visit.prepared)
        if size <= SMALL_SET_BYTES:
            whole = visit.prepared
            return Answer(Reply.DATA, whole[: -wire.PUNCH_BYTES] if self._has("short") else whole)
        announced = HUGE if self._has("huge_log") else size
        return Answer(Reply.OK, wire.ANNOUNCE.pack(0, announced, announced, wire.word_sum(visit.prepared)))

    def _read_chunk(self, visit: Visit, data: bytes, packet_bytes: int) -> list[Answer]:
        if len(data) != wire.READ.size:
            return [Answer(Reply.ERROR)]
        start, size = wire.READ.unpack(data)
        if start + size > len(visit.prepared):
            return [Answer(Reply.ERROR)]
        chunk = memoryview(visit.prepared)[start : start + size]
        follows = size.to_bytes(4, "little") + packet_bytes.to_bytes(4, "little")
        pieces = [
            Answer(Reply.DATA, chunk[at : at + packet_bytes], session=place)
            for place, at in enumerate(range(0, size, packet_bytes))
        ]
        return [Answer(Reply.DATA_FOLLOWS, follows), *pieces, Answer(Reply.OK)]


def _pack_users(users: Sequence[tuple[int, str, str]]) -> bytes:
    rows = b"".join(wire.pack_user(uid, pin, name) for uid, pin, name in users)
    return len(rows).to_bytes(4, "little") + rows
