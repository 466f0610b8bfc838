"""Merkle trees as in RFC 9162 §2.1: the root over a list, growing one, and the path from one member to the root."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

BYTES = 32
EMPTY = hashlib.sha256(b"").digest()


def leaf(data: bytes) -> bytes:
    return hashlib.sha256(b"\0" + data).digest()


def node(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\1" + left + right).digest()


@dataclass(slots=True)
class Peaks:
    """A tree that grows at its right: `size` members, and the roots of its whole subtrees, the largest first.

    What is under a root never changes again, so a tree of millions grows by what is new alone.
    """

    size: int = 0
    roots: list[bytes] = field(default_factory=list)

    def add(self, data: bytes) -> None:
        found, left = leaf(data), self.size
        while left & 1:
            found, left = node(self.roots.pop(), found), left >> 1
        self.roots.append(found)
        self.size += 1

    def root(self) -> bytes:
        if not self.roots:
            return EMPTY
        found = self.roots[-1]
        for peak in reversed(self.roots[:-1]):
            found = node(peak, found)
        return found

    def spans(self) -> list[tuple[int, int]]:
        """The first and last member under each root, counted from 1."""
        found, begins = [], 0
        for bit in reversed(range(self.size.bit_length())):
            if self.size >> bit & 1:
                found.append((begins + 1, begins + (1 << bit)))
                begins += 1 << bit
        return found


def root(members: Iterable[bytes]) -> bytes:
    peaks = Peaks()
    for data in members:
        peaks.add(data)
    return peaks.root()


def paths(members: Iterable[bytes], places: Sequence[int]) -> dict[int, list[bytes]]:
    """What stands beside the way from each place (counted from 0) up to the root, from below.

    Raises IndexError for a place that is none.
    """
    level = bytearray(b"".join(leaf(data) for data in members))
    if any(not 0 <= place < len(level) // BYTES for place in places):
        raise IndexError("a tree has no such place")
    found: dict[int, list[bytes]] = {place: [] for place in places}
    at = {place: place for place in found}
    while len(level) > BYTES:
        for place, here in at.items():
            beside = (here ^ 1) * BYTES
            if beside < len(level):
                found[place].append(bytes(level[beside : beside + BYTES]))
            at[place] = here >> 1
        pairs = len(level) // (2 * BYTES)
        above = bytearray()
        for begins in range(0, pairs * 2 * BYTES, 2 * BYTES):
            above += hashlib.sha256(b"\1" + level[begins : begins + 2 * BYTES]).digest()
        level = above + level[pairs * 2 * BYTES :]
    return found
