"""Bytes that stand for one secret each, and a search for them wherever something is kept."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path

import zstandard

from attendance.store import intake_log
from attendance.store.database import Database
from attendance.store.every_table import every_table
from device_sync.simulator import password_of
from device_sync.simulator.users import CARD, PASSWORD
from tests.builders import rows

BEGINS = b"QK"
_LEAST = 5


class Marks:
    """Bytes that stand for one secret each, made up as they are asked for."""

    def __init__(self) -> None:
        self.all: dict[str, bytes] = {}

    def __call__(self, name: str) -> str:
        made = BEGINS + hashlib.sha256(name.encode()).hexdigest()[:14].upper().encode()
        self.all[name] = made
        return made.decode()

    def spelled(self) -> Iterator[tuple[str, bytes]]:
        """Every mark with the ways in which it may be spelled."""
        for name, mark in self.all.items():
            yield name, mark
            if len(mark) > _LEAST:
                for cut in range(3):  # base64 of bytes anywhere inside of others
                    yield f"{name} as base64", base64.b64encode(mark[cut : cut + (len(mark) - cut) // 3 * 3])
                yield f"{name} as hex", mark.hex().encode()

    def found(self, where: Iterable[tuple[str, bytes]]) -> list[str]:
        spelled = list(self.spelled())
        return [f"{name} in {place}" for place, data in where for name, mark in spelled if mark in data]


def mark_users(marks: Marks, uids: Iterable[int], layouts: Iterable[str]) -> None:
    """Passwords and cards as the simulator packs them into the rows of users."""
    for uid in uids:
        for layout in layouts:
            place = PASSWORD[layout]
            password = password_of(uid)[: place.stop - place.start]
            assert CARD[layout].stop - CARD[layout].start == 4
            marks.all[f"password {uid} {layout}"] = password
            card = int.from_bytes(hashlib.sha256(password).digest()[:4], "little")
            marks.all[f"card {uid} {layout}"] = str(card).encode()


def columns(database: Database) -> Iterator[tuple[str, bytes]]:
    """Every value of every table, packed bytes unpacked."""
    names = [name for (name,) in rows(database, "SELECT name FROM sqlite_master WHERE type = 'table'")]
    assert {*every_table()} <= {*names}
    for name in names:
        for row in rows(database, f'SELECT * FROM "{name}"'):
            for value in row:
                raw = value if isinstance(value, bytes) else str(value).encode()
                yield name, raw
                for unpack in (intake_log.decompress, _unpacked):
                    with suppress(zstandard.ZstdError, ValueError, IndexError):
                        yield name, unpack(raw)


def _unpacked(raw: bytes) -> bytes:
    """What is packed somewhere inside, as in the segments of a site."""
    begins = raw.find(b"\x28\xb5\x2f\xfd")
    return zstandard.ZstdDecompressor().decompressobj().decompress(raw[begins:]) if begins >= 0 else b""


def files(folder: Path) -> Iterator[tuple[str, bytes]]:
    """What a copy of the folder would hold: a backup taken this moment, with what is not written back yet."""
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            yield path.name, path.read_bytes()
