"""Spreadsheets in: bytes become tables, tables become typed rows, and every cell that is not clear is named.

Pure: no database, no network, no clock. `read_book` (or `read_pasted`) → `recognise` → `read_rows`.
"""

from __future__ import annotations

from attendance.sheets.book import Book, BookRefused, Broken, Cell, Merged, Sheet, index, letter
from attendance.sheets.choices import Choice
from attendance.sheets.kinds import KINDS, Column, Kind
from attendance.sheets.opening import read_book, read_pasted
from attendance.sheets.reading_rows import read_rows
from attendance.sheets.recognised import Match, Question, Recognised, Unmapped
from attendance.sheets.recognising import recognise
from attendance.sheets.rows import CellError, Dates, Note, Row, Rows, Value
from attendance.sheets.saying import Sentence
from attendance.sheets.template import make_template

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
