"""One row of an export: either a punch with all its parts as written, or the one reason why not."""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass, replace
from datetime import date
from typing import NamedTuple

from device_sync.files.dates import YEAR_FIRST, read_moment
from device_sync.files.named import without_secrets
from device_sync.files.words import MODES, STATES, WORD, bare

BAD_TIME = "bad_time"
NO_PIN = "no_pin"
BAD_PIN = "bad_pin"
UNKNOWN_FACE = "unknown_face"
BROKEN_ROW = "broken_row"
NUL_BLOCK = "nul_block"

REASONS: dict[str, str] = {
    BAD_TIME: "No such date or time in the years 1970 to 2133, or not written as in the rest of the file.",
    NO_PIN: "The row names no user id.",
    BAD_PIN: "The user id is not 1 to 24 letters, digits, dots, hyphens or underscores.",
    UNKNOWN_FACE: "The terminal saw somebody it does not know (EnNo 0 or 65535): nobody is given such a row.",
    BROKEN_ROW: "The row is cut, glued to another one or unreadable: columns are missing or not what they should be.",
    NUL_BLOCK: "A block of zero bytes stands in place of rows, as after a power cut or on a failing USB stick.",
}

BOM = b"\xef\xbb\xbf"
LONGEST_ROW = 4096
SHORTEST_ROW = 12
KEPT_BYTES = 256
NOT_SAID_STATE = 255
NOT_SAID_VERIFY = 0

_EPOCH = date(1970, 1, 1).toordinal()
_TIME = re.compile(rb"(\d{4})([-/])(\d{1,2})\2(\d{1,2})(?: +|T)(\d{1,2}):(\d\d)(?::(\d\d))?")
# Terminals with a broken clock print what they hold, sign and all: 1971--10--29 -23:-59:-53.
_TIME_SHAPE = re.compile(rb"-?\d+[-/]+-?\d+[-/]+-?\d+(?: +|T)-?\d+:-?\d+:(?:\d\d|-\d+)")
_PIN = re.compile(rb"[0-9A-Za-z._-]{1,24}")
_TOKEN = re.compile(rb" *[0-9A-Za-z.+_-]* *")
_NUMBERS = {str(n).encode(): n for n in range(256)}
_NUMBER = re.compile(rb"\d{1,3}")
_WORDS = re.compile(rb"[A-Za-z\x80-\xff][0-9A-Za-z\x80-\xff]*")
# A further column holding a date, or a padded number behind another value, is the next row without its line end.
_GLUED = re.compile(rb"\d{4}[-/]+\d|[^ ] {2,}[^ ]")
_LONG_NUL = re.compile(rb"\0{9,}")
_NOBODY = (b"", b"65535")  # without leading zeros


class Row(NamedTuple):
    """One punch: `wall` in seconds since 1970-01-01 of the terminal's local time as if it were UTC."""

    wall: int
    pin: str
    state: int
    verify: int


@dataclass(frozen=True, slots=True)
class Layout:
    """Where the parts of a row stand: 0-based columns, None where the file has no such column.

    A row has at least `least` columns. `most` is the number of columns the header names, None where there is no header
    and firmware may add some. `open_ended` are the columns in which a value cut short still looks whole.
    `has_names`: other columns may hold personal names, which must not be kept. `time` is a column of its own for the
    time of the day. `order` says where day and month stand (`dates`). `words`: state and verify mode are written out.
    """

    format: str
    delimiter: bytes
    pin: int
    at: int
    state: int | None
    verify: int | None
    least: int
    most: int | None
    open_ended: frozenset[int]
    has_names: bool = False
    time: int | None = None
    order: str = YEAR_FIRST
    words: bool = False

    @property
    def used(self) -> frozenset[int]:
        return frozenset(c for c in (self.pin, self.at, self.time, self.state, self.verify) if c is not None)

    @property
    def beside(self) -> tuple[int, ...]:
        """Columns of a row without a header that hold no part of the punch, but show that it is whole."""
        return tuple(c for c in range(self.least) if c not in self.used) if self.most is None else ()

    @property
    def is_plain(self) -> bool:
        """Whether every part of a row may stand in the commonest dress."""
        return self.format != REPORT and self.order == YEAR_FIRST and self.delimiter != b" "


REPORT = "report"
ATTLOG = Layout("attlog", b"\t", 0, 1, 3, 4, least=6, most=None, open_ended=frozenset({0, 3, 4}))
SPACED = replace(ATTLOG, delimiter=b" ")
# What terminals push, as servers keep it: no device number, so that state and verify mode stand one column earlier.
PUSHED = Layout("push", b"\t", 0, 1, 2, 3, least=7, most=None, open_ended=frozenset({0, 2, 3}))


class RowReader:
    """Judges rows of one layout; what it has seen before (days, times, ids) it answers from memory."""

    def __init__(self, layout: Layout) -> None:
        self.layout = layout
        self._days: dict[bytes, int] = {}
        self._clocks: dict[bytes, int] = {}
        self._pins: dict[bytes, str] = {}
        self._tokens: set[bytes] = set()

    def read(self, line: bytes) -> Row | str:
        """The punch on `line` (no line end, no NUL bytes), or a code of REASONS."""
        layout = self.layout
        cells = self._cells(line)
        if cells is None or len(cells) < layout.least or not self._rest_fits(cells):
            return BROKEN_ROW
        wall = self._wall(self._moment(cells))
        if wall is None:
            return BROKEN_ROW
        cell = cells[layout.pin]
        pin = self._pins.get(cell)
        if pin is None:
            problem = self.refusal(cell)
            if problem is not None:
                return problem
            pin = self._pins[cell] = cell.strip(b" ").decode("ascii")
        if isinstance(wall, str):
            return wall
        state = self._value(cells, layout.state, STATES, NOT_SAID_STATE)
        verify = self._value(cells, layout.verify, MODES, NOT_SAID_VERIFY)
        if state is None or verify is None:
            return BROKEN_ROW
        return Row(wall, pin, state, verify)

    def moment(self, line: bytes) -> bytes | None:
        """Where a line would have its time, or None for one with too few columns."""
        cells = self._cells(line)
        return None if cells is None or len(cells) < self.layout.least else self._moment(cells)

    def is_whole(self, line: bytes, *, cut_before: bool, cut_after: bool) -> bool:
        """Whether a readable row beside lost bytes surely lost nothing of what is kept.

        `23` next to a hole may be the rest of `123`: an id counts as whole there only behind its padding.
        """
        layout = self.layout
        if cut_before and 0 in layout.open_ended and not (layout.pin == 0 and line.startswith(b" ")):
            return False
        cells = self._cells(line)
        return cells is not None and not (cut_after and len(cells) - 1 in layout.open_ended)

    def keepable(self, raw: bytes, reason: str) -> bytes:
        """At most 256 bytes of a rejected row for the eyes of a person: names and secrets out, long NUL runs cut."""
        layout = self.layout
        raw = without_secrets(_LONG_NUL.sub(bytes(8), raw)[: LONGEST_ROW + 1])
        if layout.has_names:
            cells = None if reason in (BROKEN_ROW, NUL_BLOCK) else self._cells(raw)
            if cells is None:
                raw = _WORDS.sub(b"*", raw)
            else:
                raw = layout.delimiter.join(c if i in layout.used else _WORDS.sub(b"*", c) for i, c in enumerate(cells))
        return raw[:KEPT_BYTES]

    def _cells(self, line: bytes) -> list[bytes] | None:
        if len(line) > LONGEST_ROW:
            return None
        if line.startswith(BOM):
            line = line[len(BOM) :]
        if b'"' in line and self.layout.format in ("csv", REPORT):
            return _unquoted(line, self.layout.delimiter)
        return _spaced(line) if self.layout.delimiter == b" " else line.split(self.layout.delimiter)

    def _moment(self, cells: list[bytes]) -> bytes:
        at, time = self.layout.at, self.layout.time
        return cells[at] if time is None else cells[at] + b" " + cells[time].strip(b" ")

    def _rest_fits(self, cells: list[bytes]) -> bool:
        """False when the columns beside the punch show that two rows are glued, or that the bytes are no text."""
        most = self.layout.most
        if most is not None:
            return len(cells) <= most or not any(c.strip() for c in cells[most:])
        for cell in (cells[column] for column in self.layout.beside):
            if cell not in self._tokens:
                if not _TOKEN.fullmatch(cell):
                    return False
                if len(self._tokens) < LONGEST_ROW:
                    self._tokens.add(cell)
        return len(cells) == self.layout.least or not any(_GLUED.search(c) for c in cells[self.layout.least :])

    def _wall(self, cell: bytes) -> int | str | None:
        """Seconds since 1970; `bad_time` for a time that cannot be; None for what is no time at all."""
        day, clock = self._days.get(cell[:10]), self._clocks.get(cell[11:])
        if day is not None and clock is not None and cell[10:11] == b" ":
            return day + clock
        text = cell.strip(b" ")
        if self.layout.format == REPORT or self.layout.order != YEAR_FIRST:
            moment = read_moment(text, self.layout.order)
            return BAD_TIME if moment is None else moment
        is_csv = self.layout.format == "csv"
        parts = _TIME.fullmatch(text)
        if parts is None or (parts[7] is None and not is_csv):
            return BAD_TIME if is_csv or _TIME_SHAPE.fullmatch(text) else None
        year, month, dom, hour, minute = (int(parts[n]) for n in (1, 3, 4, 5, 6))
        second = int(parts[7] or 0)
        if not 1970 <= year <= 2133 or hour > 23 or minute > 59 or second > 59:
            return BAD_TIME
        try:
            day = (date(year, month, dom).toordinal() - _EPOCH) * 86400
        except ValueError:
            return BAD_TIME
        clock = hour * 3600 + minute * 60 + second
        if len(text) == 19 and text[10:11] == b" " and text[13:14] == b":":
            self._days[text[:10]], self._clocks[text[11:]] = day, clock
        return day + clock

    def _value(self, cells: list[bytes], column: int | None, known: dict[str, int], not_said: int) -> int | None:
        """The number of a state or verify mode, said as a number or in words; None for what is neither."""
        if column is None:
            return not_said
        value = _number(cells[column])
        if value is None and self.layout.words:
            cell = cells[column].strip(b" ")
            if not cell or WORD.fullmatch(cell):
                return known.get(bare(cell), not_said)
        return value

    def refusal(self, cell: bytes) -> str | None:
        """Why a cell is no id of a person: a code of REASONS, or None."""
        text = cell.strip(b" ")
        if not text:
            return NO_PIN
        if self.layout.format == "agl" and text.lstrip(b"0") in _NOBODY:
            return UNKNOWN_FACE
        return None if _PIN.fullmatch(text) else BAD_PIN


def _number(cell: bytes) -> int | None:
    known = _NUMBERS.get(cell)
    if known is not None:
        return known
    text = cell.strip(b" ")
    value = int(text) if _NUMBER.fullmatch(text) else 256
    return value if value < 256 else None


def _spaced(line: bytes) -> list[bytes]:
    """The cells of a row whose tabs became spaces: the second and third word are one time."""
    words = line.split()
    return [words[0], b" ".join(words[1:3]), *words[3:]] if len(words) > 2 else words


def _unquoted(line: bytes, delimiter: bytes) -> list[bytes] | None:
    try:
        cells = next(csv.reader([line.decode("latin-1")], delimiter=delimiter.decode(), strict=True))
    except csv.Error:
        return None
    return [cell.encode("latin-1") for cell in cells]
