"""The punch log of a simulated terminal, and where its first records come from."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from device_sync import wire
from device_sync.layouts import PUNCH_LAYOUTS, REST, ZK40, PunchLayout, pack_punch
from device_sync.simulator.users import FIRST_PIN

LAST_PUNCH = datetime(2026, 6, 30, 17, 0)  # noqa: DTZ001 - terminals have no zone


class LogFull(ValueError):
    """The log takes no more punches."""


class Punch(NamedTuple):
    """One true punch; `time` is the terminal's u32, which need not be a date."""

    pin: str
    time: int
    state: int
    verify: int


class PunchLog:
    """Records of one layout in order of arrival. The packed set is built once and kept until the log changes.

    With records of 8 bytes, which do not hold the number of the person, the log remembers beside them who it was; that
    is the truth, also when somebody else has the place in the user table by now. `pin_of` names whom the first
    `records` belong to. A full log refuses, or where it `wraps` overwrites its oldest record.
    """

    def __init__(
        self,
        records: bytes = b"",
        layout: PunchLayout = ZK40,
        pin_of: Callable[[int], str | None] = lambda _uid: None,
        capacity: int = 100_000,
        wraps: bool = False,
    ) -> None:
        if len(records) % layout.size:
            raise ValueError(f"a simulated log of the layout {layout.name} is made of {layout.size}-byte records")
        self.layout = layout
        self.capacity = capacity
        self.wraps = wraps
        self._records = bytearray(records)
        self._rubbish = bytearray(len(self))  # 1 where a record is no punch
        self._pins: list[str] | None = None
        if not layout.has_user_id:
            self._pins = [pin_of(uid) or str(uid) for uid in self._rows()["uid"].tolist()]
        self._packed: bytes | None = None

    def __len__(self) -> int:
        return len(self._records) // self.layout.size

    def append(self, uid: int, pin: str, time: int, state: int, verify: int) -> None:
        """Raises LogFull."""
        self._insert(len(self), pack_punch(self.layout, uid, pin, verify, time, state), pin, rubbish=False)

    def insert_rubbish(self, place: int, record: bytes) -> None:
        """Bytes in the middle of the log that never were a punch. Raises LogFull."""
        self._insert(place, record, "", rubbish=True)

    def _insert(self, place: int, record: bytes, pin: str, *, rubbish: bool) -> None:
        if len(self) >= self.capacity:
            if not self.wraps:
                raise LogFull("the log of the simulated terminal is full")
            self.drop_first(len(self) - self.capacity + 1)
            place = max(0, min(place, len(self)))
        at = place * self.layout.size
        self._records[at:at] = record
        self._rubbish[place:place] = bytes((rubbish,))
        if self._pins is not None:
            self._pins.insert(place, pin)
        self._packed = None

    def edit(self, place: int, **fields: int | str) -> None:
        """Overwrites fields of one old record, named as in its layout."""
        row = np.frombuffer(self._records[place * self.layout.size :], self.layout.dtype, count=1).copy()
        for name, value in fields.items():
            row[name] = value.encode() if isinstance(value, str) else value
        self._records[place * self.layout.size : (place + 1) * self.layout.size] = row.tobytes()
        self._packed = None

    def erase(self) -> None:
        self.drop_first(len(self))

    def drop_first(self, count: int) -> None:
        del self._records[: count * self.layout.size]
        del self._rubbish[:count]
        if self._pins is not None:
            del self._pins[:count]
        self._packed = None

    def pack(self) -> bytes:
        """The set as it is transferred: u32 byte count, records."""
        if self._packed is None:
            self._packed = len(self._records).to_bytes(4, "little") + self._records
        return self._packed

    def _rows(self) -> npt.NDArray[np.void]:
        return np.frombuffer(bytes(self._records), self.layout.dtype)

    def list_punches(self) -> tuple[Punch, ...]:
        """The punches in their order; what is rubbish is none."""
        rows = self._rows()
        pins: list[Any]
        if self._pins is not None:
            pins = self._pins
        elif self.layout.person == "pin":
            pins = [raw.split(b"\0", 1)[0].decode("utf-8", "replace") for raw in rows["pin"].tolist()]
        else:
            pins = [str(number) for number in rows["user_id"].tolist()]
        columns = (rows[name].tolist() for name in ("time", "state", "verify"))
        found = zip(pins, *columns, self._rubbish, strict=True)
        return tuple(Punch(pin, time, state, verify) for pin, time, state, verify, rubbish in found if not rubbish)


def load_records(path_or_n: Path | str | int, users: int = 50, seed: int = 1, layout: str = ZK40.name) -> bytes:
    """Packed records of that layout: that many invented ones, or those of a file.

    A number (also as text) invents punches of `users` people in rising time up to 30 June 2026. A file is a USB export
    (tab separated: pin, time, device, state, verify) or, with the ending .bin, the packed records themselves. Lines
    that are no punch are passed over, with 16 bytes also those whose pin is no number. Raises OSError, or ValueError
    when a file holds no punch.
    """
    chosen = PUNCH_LAYOUTS[layout]
    if isinstance(path_or_n, int):
        return _invent(path_or_n, users, seed, chosen)
    if str(path_or_n).isdecimal():
        return _invent(int(str(path_or_n)), users, seed, chosen)
    path = Path(path_or_n)
    if path.suffix == ".bin":
        return path.read_bytes()
    records = bytearray()
    uids: dict[str, int] = {}
    for line in path.read_bytes().decode("utf-8", "replace").splitlines():
        fields = line.split("\t")
        try:
            wall = datetime.strptime(fields[1].strip(), "%Y-%m-%d %H:%M:%S")  # noqa: DTZ007 - terminals have no zone
            pin, state, verify = fields[0].strip()[:24], int(fields[3]), int(fields[4])
            uid = uids.setdefault(pin, len(uids) + 1)
            records += pack_punch(chosen, uid, pin, verify, wire.encode_time(wall), state)
        except (IndexError, ValueError, OverflowError):
            continue
    if not records:
        raise ValueError(f"{path.name} holds no punch in the layout of a USB export")
    return bytes(records)


def _invent(count: int, users: int, seed: int, layout: PunchLayout) -> bytes:
    """About four punches a day and person near 07:30, 11:30, 13:00 and 17:00, backwards from the last day.

    The people are those of `invent_users`: uid 1 has pin 1001, and so on.
    """
    rng = np.random.default_rng(seed)
    rows = np.zeros(count, layout.dtype)
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
    person = rng.integers(0, users, count)
    names = layout.dtype.names or ()
    if "uid" in names:
        rows["uid"] = person + 1
    if layout.person == "pin":
        rows["pin"] = np.char.mod("%d", FIRST_PIN + person).astype("S24") if count else b""
        rows["rest"] = np.void(REST)
    elif layout.person == "user_id":
        rows["user_id"] = FIRST_PIN + person
    rows["verify"] = np.where(rng.random(count) < 0.8, 1, 15)
    rows["time"] = np.sort(time)
    rows["state"] = session % 2
    return rows.tobytes()
