"""Live punches as terminals send them, in every length seen (terminals.md 1.9)."""

from __future__ import annotations

from datetime import datetime

from device_sync.events import BY_NUMBER, BY_TEXT, BY_UID, LENGTHS


def pack_event(size: int, uid: int, pin: str, verify: int, state: int, wall: datetime) -> bytes:
    """A live punch of `size` bytes: by uid (10, 14), by a number (12) or by the text of the pin (32, 36, 37, 52).

    Six plain bytes of time, the year counted from 2000; what the longer ones add is not known and is zero here.
    Raises ValueError for another size, or a pin that is no number where 12 bytes want one.
    """
    six = (wall.year - 2000, wall.month, wall.day, wall.hour, wall.minute, wall.second)
    if size not in LENGTHS:
        raise ValueError(f"no terminal sends events of {size} bytes; known are {LENGTHS}")
    if size in (10, 14):
        event = BY_UID.pack(uid, verify, state, *six)
    elif size == 12:
        event = BY_NUMBER.pack(int(pin), verify, state, *six)
    else:
        event = BY_TEXT.pack(pin.encode(), verify, state, *six)
    return event.ljust(size, b"\0")
