"""Whole rows in the commonest dress, read many at a time; whatever is dressed otherwise is left to `RowReader`.

A row is taken here only when every byte of it that counts is one that `RowReader` takes in the same way: then its
number of columns is exact, its time stands as YYYY-MM-DD HH:MM:SS, its id is at most 16 plain signs behind spaces, and
its other values are bare digits. So a file reads the same with and without this module, only faster.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from device_sync.files.rows import LONGEST_ROW, NOT_SAID_STATE, NOT_SAID_VERIFY, Layout, RowReader

Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
Bytes = npt.NDArray[np.uint8]

LINES_AT_ONCE = 1 << 15  # their columns fit in the cache of one core
_PIN, _TIME, _SHORT, _NUMBER = 16, 19, 8, 3
_PAD = b" " * _TIME  # a window may begin before the first byte
_PLAIN, _SPACE, _OTHER = 0, 1, 2
_KINDS = np.full(256, _OTHER, np.uint8)
_KINDS[[*b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz._-"]] = _PLAIN
_KINDS[32] = _SPACE
_DIGITS = [0, 1, 2, 3, 5, 6, 8, 9, 11, 12, 14, 15, 17, 18]
_MONTH_DAYS = np.array([0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31], np.int32)
_DAYS_BEFORE = np.concatenate(([0, 0], np.cumsum(_MONTH_DAYS[1:-1])))


@dataclass(frozen=True, slots=True)
class CleanRows:
    """`line` is the 0-based line of each row, ascending; `pin` points into `pins`; `wall` in seconds as in `Row`.

    `left` are the 0-based lines that were not read here, ascending; line n of the text lies in
    `text[starts[n]:ends[n]]`, without its line end.
    """

    line: Ints
    wall: Ints
    pin: npt.NDArray[np.int32]
    pins: tuple[str, ...]
    state: Bytes
    verify: Bytes
    left: Ints
    starts: Ints
    ends: Ints


@dataclass(frozen=True, slots=True)
class _Part:
    """Rows of some neighbouring lines; `key` is the id in two words."""

    line: Ints
    wall: Ints
    key: npt.NDArray[np.uint64]
    state: Bytes
    verify: Bytes


def read_clean(text: bytes, layout: Layout, reader: RowReader) -> CleanRows:
    """The clean rows of a text whose lines end in LF, and which lines are left."""
    padded = np.frombuffer(_PAD + text + b"\n" * _TIME, np.uint8)
    body = padded[len(_PAD) : len(_PAD) + len(text)]
    ends = np.flatnonzero(body == 10)
    if not text.endswith(b"\n") and text:
        ends = np.append(ends, len(text))
    starts = np.append(0, ends[:-1] + 1)[: ends.size]
    delimiters = np.flatnonzero(body == layout.delimiter[0])
    width = layout.least if layout.most is None else layout.most
    if not layout.is_plain:
        return _nothing(starts, ends)
    first = np.searchsorted(delimiters, starts)
    many = np.diff(np.append(first, delimiters.size))
    fit = (many == width - 1) & (ends - starts <= LONGEST_ROW)
    for sign in (b"\0", b'"'):
        if sign in text:
            fit[np.searchsorted(ends, np.flatnonzero(body == sign[0]))] = False
    lines = np.flatnonzero(fit)
    parts = [
        _Cells(padded, layout, starts[some], ends[some], delimiters, first[some], width).read(some)
        for some in (lines[at : at + LINES_AT_ONCE] for at in range(0, lines.size, LINES_AT_ONCE))
    ]
    return _joined(parts, reader, starts, ends) if parts else _nothing(starts, ends)


class _Cells:
    """The cells of lines that all have the same number of columns."""

    def __init__(
        self, padded: Bytes, layout: Layout, starts: Ints, ends: Ints, delimiters: Ints, first: Ints, width: int
    ) -> None:
        self.layout, self._padded, self._starts, self._ends = layout, padded, starts, ends
        self._delimiters, self._first, self._width = delimiters, first, width

    def read(self, lines: Ints) -> _Part:
        layout = self.layout
        wall, sure = self._walls(layout.at)
        key, whole = self._ids(layout.pin)
        sure &= whole
        count = lines.size
        numbers = []
        for column, not_said in ((layout.state, NOT_SAID_STATE), (layout.verify, NOT_SAID_VERIFY)):
            if column is None:
                numbers.append(np.full(count, not_said, np.uint8))
                continue
            value, whole = self._numbers(column)
            sure &= whole
            numbers.append(value)
        if layout.most is None:
            for column in layout.beside:
                sure &= self._plain(column)
        return _Part(lines[sure], wall[sure], key[sure], numbers[0][sure], numbers[1][sure])

    def _bounds(self, column: int) -> tuple[Ints, Ints]:
        low = self._starts if column == 0 else self._delimiters[self._first + column - 1] + 1
        high = self._ends if column == self._width - 1 else self._delimiters[self._first + column]
        return low, high

    def _behind(self, column: int, size: int) -> tuple[Bytes, Ints, Bools]:
        """The last `size` bytes of each cell with spaces in front, how long the cell is, and whether that is all."""
        low, high = self._bounds(column)
        long = high - low
        seen = np.lib.stride_tricks.sliding_window_view(self._padded, size)[high - size + len(_PAD)]
        inside = np.arange(size) >= size - long[:, None]
        return np.where(inside, seen, np.uint8(32)), long, long <= size

    def _walls(self, column: int) -> tuple[Ints, Bools]:
        low, high = self._bounds(column)
        sure = high - low == _TIME
        seen = np.lib.stride_tricks.sliding_window_view(self._padded, _TIME)[low + len(_PAD)]
        digit = seen - np.uint8(48)
        sure &= (digit[:, _DIGITS] <= 9).all(axis=1)
        dash = seen[:, 4]
        sure &= ((dash == 45) | (dash == 47)) & (seen[:, 7] == dash)
        sure &= (seen[:, 10] == 32) & (seen[:, 13] == 58) & (seen[:, 16] == 58)
        part = digit.astype(np.int32)
        year = part[:, 0] * 1000 + part[:, 1] * 100 + part[:, 2] * 10 + part[:, 3]
        month, day, hour, minute, second = (part[:, at] * 10 + part[:, at + 1] for at in (5, 8, 11, 14, 17))
        sure &= (year >= 1970) & (year <= 2133) & (month >= 1) & (month <= 12) & (day >= 1)
        sure &= (hour <= 23) & (minute <= 59) & (second <= 59)
        month = np.where(sure, month, 1)
        leap = (year % 4 == 0) & ((year % 100 != 0) | (year % 400 == 0))
        sure &= day <= _MONTH_DAYS[month] + (leap & (month == 2))
        before = year - 1
        days = before * 365 + before // 4 - before // 100 + before // 400 - 719_162  # 1970-01-01 is day 0
        days = days + _DAYS_BEFORE[month] + (leap & (month > 2)) + day - 1
        return days.astype(np.int64) * 86_400 + (hour * 3600 + minute * 60 + second), sure

    def _ids(self, column: int) -> tuple[npt.NDArray[np.uint64], Bools]:
        seen, _, sure = self._behind(column, _PIN)
        kind = _KINDS[seen]
        sure &= (kind[:, -1] == _PLAIN) & (kind[:, :-1] >= kind[:, 1:]).all(axis=1) & (kind[:, 0] != _OTHER)
        return np.ascontiguousarray(np.where(kind == _PLAIN, seen, np.uint8(0))).view(np.uint64), sure

    def _numbers(self, column: int) -> tuple[Bytes, Bools]:
        seen, long, sure = self._behind(column, _NUMBER)
        digit = np.where(seen == 32, np.uint8(48), seen) - np.uint8(48)
        value = digit[:, 0].astype(np.int32) * 100 + digit[:, 1].astype(np.int32) * 10 + digit[:, 2]
        bare = (digit <= 9).all(axis=1) & ((seen != 32).sum(axis=1) == long)
        sure = sure & (long > 0) & bare & (value < 256)
        return value.astype(np.uint8), sure

    def _plain(self, column: int) -> Bools:
        seen, _, sure = self._behind(column, _SHORT)
        return sure & (_KINDS[seen] != _OTHER).all(axis=1) & ((seen[:, :-1] == 32) | (seen[:, 1:] != 32)).all(axis=1)


def _joined(parts: list[_Part], reader: RowReader, starts: Ints, ends: Ints) -> CleanRows:
    line = np.concatenate([part.line for part in parts])
    key = np.concatenate([part.key for part in parts])
    wall = np.concatenate([part.wall for part in parts])
    state, verify = (np.concatenate([getattr(part, name) for part in parts]) for name in ("state", "verify"))
    low, code = np.unique(key[:, 1], return_inverse=True)
    words = np.stack([np.zeros(low.size, np.uint64), low], axis=1)
    if key[:, 0].any():
        high, upper = np.unique(key[:, 0], return_inverse=True)
        pair, code = np.unique(upper.astype(np.int64) * low.size + code, return_inverse=True)
        words = np.stack([high[pair // low.size], low[pair % low.size]], axis=1)
    ids = [word.tobytes().lstrip(b"\0") for word in words]
    taken = np.array([reader.refusal(cell) is None for cell in ids], np.bool_)
    if not taken.all():
        keep = taken[code]
        line, wall, state, verify, code = line[keep], wall[keep], state[keep], verify[keep], code[keep]
    left = np.ones(ends.size, np.bool_)
    left[line] = False
    names = tuple(cell.decode("ascii") for cell in ids)
    return CleanRows(line, wall, code.astype(np.int32), names, state, verify, np.flatnonzero(left), starts, ends)


def _nothing(starts: Ints, ends: Ints) -> CleanRows:
    none = np.zeros(0, np.int64)
    few = np.zeros(0, np.uint8)
    return CleanRows(none, none, none.astype(np.int32), (), few, few, np.arange(ends.size), starts, ends)
