"""What any make of terminal must offer, and the four ways in which it fails.

A make is one adapter that satisfies `Terminal`; everything above it (intake, poller, commands) knows only this module.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Protocol

import numpy as np
import numpy.typing as npt

from device_sync.layouts import PUNCH_LAYOUTS, ZK40


class TerminalError(Exception):
    """A pull that ended without a usable log.

    `outcome` is the stable name shown in JSON and looked up in the translation catalogue; `params` fill its sentence;
    `str(error)` is that sentence in English: what happened, where, and what to do next.
    """

    outcome = "failed"

    def __init__(self, sentence: str, *, outcome: str | None = None, **params: object) -> None:
        super().__init__(sentence)
        if outcome is not None:
            self.outcome = outcome
        self.params = params


class Unreachable(TerminalError):
    """Nobody answered, or the line broke: retry later."""

    outcome = "unreachable"


class Refused(TerminalError):
    """The terminal answered and said no (comm key, another session, another protocol): stop and tell a person."""

    outcome = "refused"


class Garbled(TerminalError):
    """What came is not a whole, consistent log: keep nothing of it as punches."""

    outcome = "garbled"


class Changed(TerminalError):
    """Another terminal than expected answers at this address: stop and tell a person."""

    outcome = "changed"


@dataclass(frozen=True, slots=True)
class Sizes:
    """Counters of a terminal at one moment; None where the firmware did not say."""

    users: int | None
    records: int | None
    record_capacity: int | None
    operations: int | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class TerminalUser:
    """One row of a terminal's user table, without password, card or template, which are never kept.

    `name_bytes` as they stand, for old firmware cuts names and writes them in other alphabets; `name` is what could be
    read of them. `privilege` 0 user, 2 enroller, 6 manager, 14 super administrator, without the bit `disabled`.
    """

    uid: int
    pin: str
    name: str
    privilege: int
    name_bytes: bytes = b""
    disabled: bool = False


@dataclass(frozen=True, slots=True)
class Known:
    """What earlier pulls left about a terminal, for whoever is about to read it again.

    `log_bytes` of its log are stored. `layout` is the record layout an administrator named, `learned` the one its log
    had before; None where there is none. `operations` is the count of its operation log when that was read last.
    `was_read` is False before its first good pull, `users_kept` False while its user table was never read.
    """

    log_bytes: int = 0
    layout: str | None = None
    learned: str | None = None
    operations: int | None = None
    was_read: bool = False
    users_kept: bool = False
    first_sane_on: date = date(2010, 1, 1)

    @property
    def person(self) -> str | None:
        """How its records name a person, None while the layout is unknown."""
        name = self.layout or self.learned
        return PUNCH_LAYOUTS[name].person if name else None


class LogDigest:
    """SHA-256 of a log's records, taken while they arrive, and of their first `known_bytes`, to compare with last time.

    `prefix` is empty where the log is shorter than that.
    """

    def __init__(self, known_bytes: int = 0) -> None:
        self.known_bytes = known_bytes
        self.taken = 0
        self.prefix = hashlib.sha256().hexdigest() if known_bytes == 0 else ""
        self._running = hashlib.sha256()

    def take(self, records: bytes | memoryview) -> None:
        """The next bytes of the records, in order."""
        left = self.known_bytes - self.taken
        self.taken += len(records)
        if 0 < left <= len(records):
            self._running.update(records[:left])
            self.prefix = self._running.hexdigest()
            records = records[left:]
        self._running.update(records)

    @property
    def total(self) -> str:
        return self._running.hexdigest()


@dataclass(frozen=True, slots=True)
class StatedDigest:
    """What a `LogDigest` would say of a log of which only the end is at hand, in the words of whoever read it whole."""

    known_bytes: int
    prefix: str
    total: str


@dataclass(frozen=True, slots=True)
class TerminalLog:
    """One complete reading of a terminal's punch log, exactly as it came.

    `payload` is the whole set as transferred: a u32 byte count and the records. `clock_offset_seconds` is terminal
    time minus true time (> 0: the terminal is fast), None if the clock could not be read. `read_at` is the UTC instant
    before which every punch the terminal had recorded is in `payload`. `digest` was taken while the payload arrived.
    `layout` names the record layout (`device_sync.layouts`). `users` is None where the table was not asked for or could
    not be read, `user_layout` names how it stood; `operations` are the raw 16-byte lines of the operation log in order,
    None likewise. `options` hold what the terminal says of its own build, where it was asked.

    A reading that a site forwards begins at byte `begins_at` of the log: what lies before came with earlier ones, as
    its `StatedDigest` says.
    """

    serial: str
    firmware: str
    payload: bytes
    read_at: datetime
    clock_offset_seconds: int | None
    sizes_before: Sizes
    sizes_after: Sizes
    users: tuple[TerminalUser, ...] | None = None
    operations: bytes | None = None
    options: Mapping[str, str] = field(default_factory=dict)
    transfer_seconds: float = 0.0
    layout: str = ZK40.name
    digest: LogDigest | StatedDigest | None = None
    user_layout: str = ""
    begins_at: int = 0

    @property
    def record_size(self) -> int:
        return PUNCH_LAYOUTS[self.layout].size

    @property
    def has_user_id(self) -> bool:
        """False where a record names a person only by the place in the user table."""
        return PUNCH_LAYOUTS[self.layout].has_user_id


@dataclass(frozen=True, slots=True)
class Records:
    """Decoded records in the order of the log; all arrays have one element per record that could be understood.

    `wall` is the terminal's local time in seconds since 1970-01-01 as if it were UTC; `index` the position in the log;
    `pin_code` points into `pins`. `rejected` lists what could not be understood: (index, raw bytes, reason code).
    """

    index: npt.NDArray[np.uint32]
    wall: npt.NDArray[np.int64]
    pin_code: npt.NDArray[np.int32]
    pins: tuple[str, ...]
    state: npt.NDArray[np.uint8]
    verify: npt.NDArray[np.uint8]
    rejected: tuple[tuple[int, bytes, str], ...] = field(default=())

    def __len__(self) -> int:
        return int(self.wall.size)


class Terminal(Protocol):
    """A reachable terminal. Both calls end within their deadline, leave the terminal enabled and its log untouched."""

    def read_log(self) -> TerminalLog:
        """The whole log. Raises one of the four errors above, nothing else."""
        ...

    def identify(self) -> TerminalLog:
        """Serial, firmware, clock offset and sizes, with an empty payload. Raises like `read_log`."""
        ...
