"""Live events: what a terminal says unasked when somebody punches, in every length seen. Hints; the pull is the record.

Source: terminals.md 1.9 (32 and 12 bytes from captures; 10, 14, 36, 37 and 52 as reported).
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from datetime import datetime

from device_sync.wire import Buffer

PUNCHES = 1
"""The bit of the mask that asks for punches; it stands in the session field of such an event."""

BY_UID = struct.Struct("<HBB6B")
BY_NUMBER = struct.Struct("<IBB6B")
BY_TEXT = struct.Struct("<24sBB6B")
SHORT = {10: BY_UID, 12: BY_NUMBER, 14: BY_UID}
LENGTHS = (10, 12, 14, 32, 36, 37, 52)


@dataclass(frozen=True, slots=True)
class LiveEvent:
    """A punch as a terminal announces it: of the user number `pin`, or only of the place `uid` in its user table.

    `wall` is the terminal's own local time; `state` and `verify` as in a record.
    """

    pin: str | None
    uid: int | None
    verify: int
    state: int
    wall: datetime


def parse_event(data: Buffer) -> LiveEvent | None:
    """The punch in the data of an event packet; None for anything else (another length, no date, no number).

    From 32 bytes on only the first 32 are known; what follows them differs between firmwares.
    """
    size = len(data)
    layout = SHORT.get(size) or (BY_TEXT if size >= BY_TEXT.size else None)
    if layout is None:
        return None
    who, verify, state, year, month, day, hour, minute, second = layout.unpack_from(data)
    try:
        wall = datetime(2000 + year, month, day, hour, minute, second)  # noqa: DTZ001 - terminals have no zone
    except ValueError:
        return None
    if layout is BY_UID:
        return LiveEvent(None, who, verify, state, wall) if who else None
    pin = str(who) if layout is BY_NUMBER else who.split(b"\0", 1)[0].decode("latin-1")
    if not (pin.strip() and pin.isascii() and pin.isprintable()):
        return None
    return LiveEvent(pin, None, verify, state, wall)
