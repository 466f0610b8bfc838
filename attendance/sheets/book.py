"""A spreadsheet as tables of raw cells, before anybody says what they mean."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from attendance.errors import AttendanceError
from attendance.sheets.saying import Sentence


@dataclass(frozen=True, slots=True)
class Broken:
    """A cell whose formula ended in an error (`#REF!`), or has no result stored; `shown` is what stands there."""

    shown: str


Cell = str | int | float | bool | date | datetime | time | timedelta | Broken | None
"""A raw cell. Empty cells and cells of nothing but blanks are None; text is NFC; `0015` shown by a format is text."""


@dataclass(frozen=True, slots=True)
class Merged:
    """A merged area, 0-based, both ends included; its value stands in its first cell alone."""

    top: int
    left: int
    bottom: int
    right: int


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet. `grid[row][column]`, 0-based from A1 (leading empty rows and columns are there), rows of one width.

    `hidden_rows` are 0-based. `legacy_fonts`: fonts of TCVN3 or VNI text that cells of this file use (`.VnTime`),
    with the cells that use them where the format tells (`legacy_cells`: encoding by (row, column)).
    """

    name: str
    grid: tuple[tuple[Cell, ...], ...]
    hidden: bool = False
    merged: tuple[Merged, ...] = ()
    hidden_rows: frozenset[int] = frozenset()
    legacy_cells: dict[tuple[int, int], str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Book:
    """A file that was read. `format`: xlsx, xls, ods, csv or pasted. `encoding` and `delimiter` only of text.

    `epoch_1904`: serial numbers of days count from 1904-01-01, as old Excel on a Mac wrote them.
    """

    file_name: str
    format: str
    sheets: tuple[Sheet, ...]
    epoch_1904: bool = False
    encoding: str = ""
    delimiter: str = ""
    legacy_fonts: tuple[str, ...] = ()


class BookRefused(AttendanceError):
    """A file that is not read at all. `code` says why, `str()` is the English sentence, `sentence` the key of both.

    Codes: empty, too_large, too_much_inside, too_many_rows, too_many_columns, too_many_sheets, macros, encrypted,
    external, not_a_sheet, damaged, text_encoding.
    """

    def __init__(self, code: str, english: str, **values: str | int) -> None:
        super().__init__(english.format(**values))
        self.code = code
        self.sentence = Sentence(f"sheets.refused.{code}", values)


def letter(column: int) -> str:
    """The letters Excel shows above a column: 0 is A, 26 is AA."""
    letters = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def index(letters: str) -> int:
    """The 0-based column of Excel's letters. Raises ValueError for anything else."""
    number = 0
    for sign in letters.strip().upper():
        if not "A" <= sign <= "Z":
            raise ValueError(letters)
        number = number * 26 + ord(sign) - 64
    if not number:
        raise ValueError(letters)
    return number - 1
