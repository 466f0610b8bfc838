"""Spreadsheets in: bytes become tables, tables become typed rows, and every cell that is not clear is named.

Pure: no database, no network, no clock. `read_book` (or `read_pasted`) → `recognise` → `read_rows`.
"""

from __future__ import annotations

from collections.abc import Mapping

from attendance.sheets.book import Book, BookRefused, Broken, Cell, Merged, Sheet, index, letter
from attendance.sheets.choices import Choice
from attendance.sheets.kinds import KINDS, Column, Kind
from attendance.sheets.recognised import Match, Question, Recognised, Unmapped
from attendance.sheets.rows import CellError, Dates, Note, Row, Rows, Value
from attendance.sheets.saying import Sentence


def read_book(data: bytes, file_name: str) -> Book:
    """Tables of a spreadsheet: xlsx, xls, ods, csv, tsv or txt, told apart by content, not by name.

    Raises BookRefused before anything is parsed where size or type forbid it; holds at most a few hundred MB.
    """
    raise NotImplementedError


def read_pasted(text: str) -> Book:
    """The block somebody copied in Excel (or a table of CSV text), as a book of one sheet. Raises BookRefused."""
    raise NotImplementedError


def recognise(
    book: Book,
    kind: str,
    remembered: Mapping[str, str] | None = None,
    *,
    sheet: str | None = None,
    header_row: int | None = None,
) -> Recognised:
    """Which sheet, which header, which column is what. `sheet` and `header_row` (from 1) override what was found.

    Never raises for what stands in the book; what is missing is in `missing` and `questions`. KeyError: unknown kind.
    """
    raise NotImplementedError


def read_rows(
    recognised: Recognised,
    mapping: Mapping[str, str] | None = None,
    mends: Mapping[tuple[int, str], str] | None = None,
    legacy: str | None = None,
    dates: Dates | None = None,
    *,
    constants: Mapping[str, str] | None = None,
) -> Rows:
    """Typed rows with errors by cell; a cell that is not clear is an error, never a guess.

    `mapping`: column letter → target (`""`: leave out), in place of what was recognised. `mends`: {(row, column
    letter): text} stand in place of what the file says. `legacy`: `tcvn3`, `vni` (convert) or `none` (text is right as
    it stands). `dates`: answers about order and year. `constants`: canonical column → text for all rows, where the
    sheet has no such column (kind=leave). Raises ValueError for a mapping to an unknown target.
    """
    raise NotImplementedError


def make_template(kind: str, lang: str) -> bytes:
    """An .xlsx to fill in: headers, drop-downs, formats, an example row that is skipped when read, a sheet of notes."""
    raise NotImplementedError


__all__ = [
    "KINDS",
    "Book",
    "BookRefused",
    "Broken",
    "Cell",
    "CellError",
    "Choice",
    "Column",
    "Dates",
    "Kind",
    "Match",
    "Merged",
    "Note",
    "Question",
    "Recognised",
    "Row",
    "Rows",
    "Sentence",
    "Sheet",
    "Unmapped",
    "Value",
    "index",
    "letter",
    "make_template",
    "read_book",
    "read_pasted",
    "read_rows",
    "recognise",
]
