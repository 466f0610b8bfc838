"""The punch log of a simulated terminal, and where its first records come from."""

from __future__ import annotations

import struct
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

import numpy as np

from device_sync import wire

FIRST_PIN = 1001
LAST_PUNCH = datetime(2026, 6, 30, 17, 0)  # noqa: DTZ001 - terminals have no zone


class Punch(NamedTuple):
    """One true record; `time` is the terminal's u32, which need not be a date."""

    pin: str
    time: int
    state: int
    verify: int


class PunchLog:
    """40-byte records in order of arrival. The packed set is built once and kept until the next punch."""

    def __init__(self, records: bytes = b"") -> None:
        if len(records) % wire.PUNCH_BYTES:
            raise ValueError("a simulated log is made of 40-byte records")
        self._records = bytearray(records)
        self._packed: bytes | None = None

    def __len__(self) -> int:
        return len(self._records) // wire.PUNCH_BYTES

    def append(self, pin: str, time: int, state: int, verify: int) -> None:
        self._records += wire.pack_punch(len(self) + 1, pin, verify, time, state)
        self._packed = None

    def pack(self) -> bytes:
        """The set as it is transferred: u32 byte count, records."""
        if self._packed is None:
            self._packed = len(self._records).to_bytes(4, "little") + self._records
        return self._packed

    def list_punches(self) -> tuple[Punch, ...]:
        rows = wire.PUNCH.iter_unpack(self._records)
        return tuple(
            Punch(pin.split(b"\0", 1)[0].decode(), time, state, verify) for _, pin, verify, time, state, _ in rows
        )


def load_records(path_or_n: Path | str | int, users: int = 50, seed: int = 1) -> bytes:
    """Packed 40-byte records: that many invented ones, or those of a file.

    A number (also as text) invents punches of `users` people in rising time up to 30 June 2026. A file is a USB export
    (tab separated: pin, time, device, state, verify) or, with the ending .bin, the packed records themselves. Lines
    that are no punch are passed over. Raises OSError, or ValueError when a file holds no punch.
    """
    if isinstance(path_or_n, int):
        return _invent(path_or_n, users, seed)
    if str(path_or_n).isdecimal():
        return _invent(int(str(path_or_n)), users, seed)
    path = Path(path_or_n)
    if path.suffix == ".bin":
        return path.read_bytes()
    records = bytearray()
    for line in path.read_bytes().decode("utf-8", "replace").splitlines():
        fields = line.split("\t")
        try:
            wall = datetime.strptime(fields[1].strip(), "%Y-%m-%d %H:%M:%S")  # noqa: DTZ007 - terminals have no zone
            state, verify = int(fields[3]), int(fields[4])
            uid = len(records) // wire.PUNCH_BYTES + 1
            records += wire.pack_punch(uid, fields[0].strip()[:24], verify, wire.encode_time(wall), state)
        except (IndexError, ValueError, struct.error):
            continue
    if not records:
        raise ValueError(f"{path.name} holds no punch in the layout of a USB export")
    return bytes(records)


def _invent(count: int, users: int, seed: int) -> bytes:
    """About four punches a day and person near 07:30, 11:30, 13:00 and 17:00, backwards from the last day."""
    rng = np.random.default_rng(seed)
    rows = np.zeros(count, wire.PUNCH_DTYPE)
    per_day = users * 4
    back = (count - 1 - np.arange(count)) // per_day
    days = np.datetime64(LAST_PUNCH.date()) - back.astype("timedelta64[D]")
    place = np.arange(count)[::-1] % per_day
    session = 3 - place // users
    start = np.array([7 * 60 + 30, 11 * 60 + 30, 13 * 60, 17 * 60])[session] * 60
    second = start + rng.integers(-900, 900, count)
    months = days.astype("datetime64[M]")
    month_number = months.astype(np.int64) - (2000 - 1970) * 12
    day_of_month = (days - months.astype("datetime64[D]")).astype(np.int64)
    time = (month_number * 31 + day_of_month) * 86_400 + second
    rows["uid"] = np.arange(count) % 65_536
    rows["pin"] = np.char.mod("%d", FIRST_PIN + rng.integers(0, users, count)).astype("S24") if count else b""
    rows["verify"] = np.where(rng.random(count) < 0.8, 1, 15)
    rows["time"] = np.sort(time)
    rows["state"] = session % 2
    rows["rest"] = np.void(wire.PUNCH_REST)
    return rows.tobytes()
