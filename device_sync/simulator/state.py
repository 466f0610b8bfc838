"""What a simulated terminal is: its build, its users, log and clock, and everything that can happen to them."""

from __future__ import annotations

import random
import threading
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

import numpy as np

from device_sync import wire
from device_sync.layouts import ZK40, PunchLayout
from device_sync.simulator.clock import Clock
from device_sync.simulator.faults import ERASED_RECORDS, FILLER, Fault
from device_sync.simulator.log import PunchLog
from device_sync.simulator.operations import Operation, OperationLog
from device_sync.simulator.users import FIRST_PIN, SimulatedUser, UserRow, UserTable

BAD_DATE = 31 + 30  # 31 February 2000 in months of 31 days
SIZES_BYTES = (4, 80, 92, 112)


@dataclass(frozen=True, slots=True)
class Build:
    """How its firmware is made: layouts, the length of the counters, packets, whether sets follow unasked, capacity."""

    firmware: str = "Ver 6.60 Apr 10 2017"
    layout: PunchLayout = ZK40
    user_layout: str = "user72"
    sizes_bytes: int = 92
    packet_bytes: int = 65_528
    sets_follow: bool = False
    capacity: int = 100_000
    wraps: bool = False

    def __post_init__(self) -> None:
        if self.sizes_bytes not in SIZES_BYTES:
            raise ValueError(f"terminals tell their counters in {SIZES_BYTES} bytes, not in {self.sizes_bytes}")


class Entry(NamedTuple):
    """One command as it came in. The data of AUTH is not kept: it gives the key away."""

    command: int
    data: bytes


class TerminalState:
    """Users, log, operations, clock, options, and what it was asked. May be changed from any thread."""

    def __init__(
        self,
        serial: str,
        build: Build,
        users: Iterable[UserRow],
        records: bytes,
        comm_key: int,
        clock: Clock,
        options: Mapping[str, str],
        fault: Fault | None,
    ) -> None:
        self.build = build
        self.users = UserTable(users)
        self.log = PunchLog(records, build.layout, self.users.pin_of, build.capacity, build.wraps)
        self.operations = OperationLog()
        self.clock = clock
        self.fault: Fault | None = None
        self.enabled_at: datetime | None = None  # while it is locked: when it unlocks itself; the far end: never
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
        self.journal: list[Entry] = []
        self.lock = threading.RLock()
        self._comm_key = comm_key
        self._rng = random.Random(serial)
        self._user_set = self.users.pack(build.user_layout)
        self.operations.add(Operation.STARTED, clock.read())
        self.misbehave(fault)

    def misbehave(self, fault: Fault | None) -> None:
        """From now on it has this fault, and none it had before; records that are spoilt stay so."""
        with self.lock:
            self.fault = fault
            if fault is not None:
                self._spoil_log(fault)

    def _has(self, *faults: str) -> bool:
        return self.fault is not None and self.fault.name in faults

    def _spoil_log(self, fault: Fault) -> None:
        middle = len(self.log) // 2
        if fault.name == "bad_date":
            uid, pin = self._anybody()
            self.log.append(uid, pin, BAD_DATE * 86_400, 0, 1)
        elif fault.name == "filler":
            self.add_rubbish(middle, [bytes((FILLER,)) * self.build.layout.size] * ERASED_RECORDS)
        elif fault.name == "rubbish":
            self.add_rubbish(middle, [self._draw_rubbish(fault) for _ in range(ERASED_RECORDS)])

    def _draw_rubbish(self, fault: Fault) -> bytes:
        """Random bytes, but for a date that no calendar has: else a few of them would be believable punches."""
        row = np.frombuffer(fault.rng.randbytes(self.build.layout.size), self.build.layout.dtype).copy()
        row["time"] = BAD_DATE * 86_400 + fault.rng.randrange(86_400)
        return row.tobytes()

    def _anybody(self) -> tuple[int, str]:
        users = self.users.list_users()
        return (users[0].uid, users[0].pin) if users else (0, str(FIRST_PIN))

    @property
    def locked(self) -> bool:
        """Whether a client has disabled it, so that nobody can punch."""
        return self.enabled_at is not None and self.clock.now() < self.enabled_at

    def punch(self, pin: str, at: datetime | None = None, state: int = 0, verify: int = 1) -> tuple[int, datetime]:
        """Records a punch at that wall time (default: now by its own clock); answers uid and time.

        Raises ValueError: the log is full and does not wrap, the terminal is locked, or its layout cannot hold the pin.
        """
        with self.lock:
            if self.locked:
                raise ValueError("the simulated terminal is disabled: it says 'working...' and takes no punches")
            wall = (self.clock.read() if at is None else at).replace(microsecond=0)
            uid = self.users.uid_of(pin)
            if uid is None and not self.build.layout.has_user_id:
                raise ValueError(f"the simulated terminal has no user {pin!r}, and its records hold nothing but users")
            self.log.append(uid or 0, pin, wire.encode_time(wall), state, verify)
            return uid or 0, wall

    def add_rubbish(self, place: int, records: Iterable[bytes]) -> None:
        with self.lock:
            for record in records:
                self.log.insert_rubbish(place, record)

    def erase_log(self) -> None:
        with self.lock:
            self.log.erase()
            self.operations.add(Operation.LOG_ERASED, self.clock.read())

    def set_clock(self, wall: datetime) -> None:
        with self.lock:
            self.operations.add(Operation.CLOCK_SET, self.clock.read())
            self.clock.show(wall)

    def put_user(self, user: SimulatedUser) -> None:
        with self.lock:
            known = self.users.pin_of(user.uid) is not None
            self.users.put(user)
            code = Operation.USER_CHANGED if known else Operation.USER_ADDED
            self.operations.add(code, self.clock.read(), user.uid, user.privilege)
            self._user_set = self.users.pack(self.build.user_layout)

    def remove_user(self, uid: int) -> None:
        with self.lock:
            self.users.remove(uid)
            self.operations.add(Operation.USER_DELETED, self.clock.read(), uid)
            self._user_set = self.users.pack(self.build.user_layout)

    def start_again(self) -> None:
        with self.lock:
            self.enabled_at = None
            self.operations.add(Operation.STARTED, self.clock.read())
