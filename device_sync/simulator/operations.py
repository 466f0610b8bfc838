"""The operation log of a simulated terminal: what was done at the terminal itself, in lines of 16 bytes.

Codes as in the attendance PUSH protocol (terminals.md 3.1) and in the operation records of the pull protocol.
"""

from __future__ import annotations

from datetime import datetime
from enum import IntEnum
from typing import NamedTuple

import numpy as np

from device_sync import wire
from device_sync.layouts import OPERATIONS


class Operation(IntEnum):
    STARTED = 0
    STOPPED = 1
    MENU_ENTERED = 4
    SETTING_CHANGED = 5
    USER_DELETED = 9
    ALL_ERASED = 13
    CLOCK_SET = 21
    FACTORY_RESET = 22
    LOG_ERASED = 23
    ADMINISTRATORS_CLEARED = 24
    USER_ADDED = 30
    USER_CHANGED = 36


class OperationLine(NamedTuple):
    """`administrator` and the four `objects` are uids or values, as the operation has them; `time` the u32."""

    code: int
    administrator: int
    time: int
    objects: tuple[int, int, int, int]


class OperationLog:
    """Lines in order of arrival."""

    def __init__(self) -> None:
        self.lines: list[OperationLine] = []

    def __len__(self) -> int:
        return len(self.lines)

    def add(self, code: Operation, wall: datetime, *objects: int, administrator: int = 0) -> None:
        first, second, third, fourth = (*objects, 0, 0, 0, 0)[:4]
        line = OperationLine(code, administrator, wire.encode_time(wall), (first, second, third, fourth))
        self.lines.append(line)

    def pack(self) -> bytes:
        """The set as it is transferred: u32 byte count, lines."""
        rows = np.zeros(len(self.lines), OPERATIONS)
        for place, line in enumerate(self.lines):
            rows[place] = (0, line.code, line.administrator & 0xFF, line.time, line.objects)
        body = rows.tobytes()
        return len(body).to_bytes(4, "little") + body
