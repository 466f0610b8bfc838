"""The container of old Office files: streams by name, from a chain of sectors. Bounded by the size of the file."""

from __future__ import annotations

import struct
from collections.abc import Mapping


class NotCompound(Exception):
    """The container does not hold together."""


_END = 0xFFFFFFFA  # this and all above are marks, not sectors
_ENTRY = 128


def streams(data: bytes) -> Mapping[str, bytes]:
    """Content of every stream and an empty one for every storage, by the last part of its name. Raises NotCompound."""
    try:
        return _Container(data).streams()
    except (struct.error, IndexError, ValueError, OverflowError) as error:
        raise NotCompound(str(error)) from error


class _Container:
    def __init__(self, data: bytes) -> None:
        self.data = data
        shift, mini_shift = struct.unpack_from("<HH", data, 30)
        if shift not in (9, 12) or mini_shift != 6:
            raise NotCompound("sector size")
        self.size, self.mini_size = 1 << shift, 1 << mini_shift
        (self.directory,) = struct.unpack_from("<I", data, 48)
        self.cutoff, self.mini_first = struct.unpack_from("<II", data, 56)
        self.table = self._sector_table()
        self.mini_table = _numbers(self._chain(self.mini_first))

    def _sector(self, number: int) -> bytes:
        start = (number + 1) * self.size
        return self.data[start : start + self.size]

    def _sector_table(self) -> list[int]:
        listed = list(struct.unpack_from("<109I", self.data, 76))
        extra, left = struct.unpack_from("<II", self.data, 68)
        while extra < _END and left > 0 and len(listed) * self.size < len(self.data) + 2**20:
            numbers = _numbers(self._sector(extra))
            if not numbers:
                break
            listed += numbers[:-1]
            extra, left = numbers[-1], left - 1
        table: list[int] = []
        for number in listed:
            if number < _END:
                table += _numbers(self._sector(number))
            if len(table) > len(self.data) // self.size + 2 * self.size:
                break
        return table

    def _chain(self, first: int) -> bytes:
        parts, seen = [], 0
        while first < _END:
            if first >= len(self.table) or seen > len(self.table):
                raise NotCompound("chain")
            parts.append(self._sector(first))
            first, seen = self.table[first], seen + 1
        return b"".join(parts)

    def _mini_chain(self, first: int, store: bytes) -> bytes:
        parts, seen = [], 0
        while first < _END:
            if first >= len(self.mini_table) or seen > len(self.mini_table):
                raise NotCompound("chain")
            parts.append(store[first * self.mini_size : (first + 1) * self.mini_size])
            first, seen = self.mini_table[first], seen + 1
        return b"".join(parts)

    def streams(self) -> dict[str, bytes]:
        directory = self._chain(self.directory)
        found: dict[str, bytes] = {}
        store = b""
        for at in range(0, len(directory) - _ENTRY + 1, _ENTRY):
            length, kind = struct.unpack_from("<HB", directory, at + 64)
            name = directory[at : at + max(0, min(length, 64) - 2)].decode("utf-16-le", "replace")
            first, size = struct.unpack_from("<II", directory, at + 116)
            if kind == 5:
                store = self._chain(first)
            elif kind == 1:
                found.setdefault(name, b"")
            elif kind == 2:
                content = self._chain(first) if size >= self.cutoff else self._mini_chain(first, store)
                found[name] = content[:size]
        return found


def _numbers(content: bytes) -> list[int]:
    return list(struct.unpack(f"<{len(content) // 4}I", content[: len(content) // 4 * 4]))
