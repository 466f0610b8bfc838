"""What a row's digest and a chain's link are made of: pure functions over plain values.

link(n) = SHA-256(link(n-1) + [chain, n, kind, digest of the content]); a row's digest is that of one JSON list of its
columns by name, which two different rows cannot share.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any

import orjson
import zstandard

from attendance.store.trail_chain import micros

__all__ = ["micros"]
GENESIS = hashlib.sha256(b"attendance evidence 1").digest()
"""The link before the first of each chain."""
SHORT = 16
"""Bytes of a ruling's digest that a chain keeps: there are millions, and half of one is beyond trying."""


def link(before: bytes, chain: str, number: int, kind: str, digest: bytes) -> bytes:
    return hashlib.sha256(before + orjson.dumps([chain, number, kind, digest.hex()])).digest()


def row_digest(row: Mapping[str, Any]) -> bytes:
    """Of columns of a row, in the order of their names; instants, dates and bytes as one text each."""
    return hashlib.sha256(row_text(row)).digest()


def row_text(row: Mapping[str, Any]) -> bytes:
    """What the digest of a row is of, as a bundle shows it."""
    plain = [[name, _plain(row[name])] for name in sorted(row)]
    return orjson.dumps(plain, option=orjson.OPT_SORT_KEYS)


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return f"@{value.astimezone(UTC).isoformat()}" if value.tzinfo is not None else f"~{value.isoformat()}"
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, bytes | memoryview):
        return f"#{hashlib.sha256(value).hexdigest()}"
    return value


def ruling_digest(
    number: int, employee: int, on: date, said: Iterable[object], recorded: int, violations: Sequence[Sequence[object]]
) -> bytes:
    """The short digest of a ruling with its violations."""
    return hashlib.sha256(ruling_text(number, employee, on, said, recorded, violations)).digest()[:SHORT]


def ruling_text(
    number: int, employee: int, on: date, said: Iterable[object], recorded: int, violations: Sequence[Sequence[object]]
) -> bytes:
    """What the digest of a ruling is of.

    `said`: its columns from `revision` to `cause` in the order of the table, JSON as it is stored; `recorded`:
    microseconds since 1970; `violations`: id, and session to status, of each after what it shares with the ruling.
    """
    text = f"{number}|{employee}|{on.isoformat()}|{'|'.join(map(str, said))}|{recorded}"
    for found in violations:
        text += f"|{found[0]}|{'|'.join(map(str, found[-6:]))}"
    return text.encode()


def pack(content: bytes) -> bytes:
    return zstandard.ZstdCompressor(level=3).compress(content)


def unpack(stored: bytes) -> bytes:
    """Raises ZstdError for bytes that were never packed."""
    return zstandard.ZstdDecompressor().decompress(stored, max_output_size=1 << 30)


def rulings_content(listed: Iterable[tuple[int, bytes]]) -> bytes:
    """Numbers and short digests of rulings: the numbers as JSON in the first line, then the digests on end."""
    rows = sorted(listed)
    numbers = [number for number, _ in rows]
    return orjson.dumps(_runs(numbers)) + b"\n" + b"".join(digest for _, digest in rows)


def read_rulings(content: bytes) -> list[tuple[int, bytes]]:
    """What `rulings_content` wrote. Raises ValueError."""
    head, _, digests = content.partition(b"\n")
    numbers = [number for first, last in orjson.loads(head) for number in range(first, last + 1)]
    if len(digests) != len(numbers) * SHORT:
        raise ValueError("numbers and digests of an entry differ in count")
    return [(number, digests[at * SHORT : (at + 1) * SHORT]) for at, number in enumerate(numbers)]


def _runs(numbers: list[int]) -> list[list[int]]:
    found: list[list[int]] = []
    for number in numbers:
        if found and found[-1][1] == number - 1:
            found[-1][1] = number
        else:
            found.append([number, number])
    return found
