"""Typed rows of a sheet, and what is wrong with it cell by cell."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal

from attendance.sheets.saying import Sentence

Value = str | int | bool | date | datetime | tuple[str, ...] | None
"""By the type of the column (`kinds.py`): code, text, number, choice and time are str (`"07:30"`, `"24:30"` after
midnight), date is date, moment is a naive datetime of wall time, span is date or datetime, yes_no bool, weekdays a
tuple of `mon` … `sun`. None: nothing is written and there is no default."""


@dataclass(frozen=True, slots=True)
class Dates:
    """What a person answered about dates: their order in text, the year where none is written, swapped ones.

    `stored="swapped"`: real dates of columns that were asked about have day and month exchanged (an English Excel took
    3/4 for the fourth of March); `"as_stored"`: they are right.
    """

    order: Literal["dmy", "mdy"] | None = None
    year: int | None = None
    stored: Literal["as_stored", "swapped"] | None = None


@dataclass(frozen=True, slots=True)
class CellError:
    """One cell that cannot be taken. `row` as Excel counts, `column` its letter (`""`: no such column in the sheet).

    `target`: the canonical column. `value`: what stands there, as shown. `code`: required, not_a_date, ambiguous_date,
    year_unknown, date_out_of_range, not_a_time, unknown_choice, not_yes_no, not_weekdays, not_a_code, not_a_number,
    too_long, broken_formula, legacy_text, unclear_text, end_before_start, exact_number_lost, repeated, disagrees, …
    """

    row: int
    column: str
    header: str
    target: str
    value: str
    code: str
    sentence: Sentence


@dataclass(frozen=True, slots=True)
class Note:
    """Something a person should know although nothing is wrong: rows skipped, hidden rows read, years filled in."""

    code: str
    sentence: Sentence
    rows: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Row:
    """One row as the kind wants it: every canonical column, in its order. `cells`: where each value came from.

    A row with an error stays out of `Rows.rows`.
    """

    number: int
    values: dict[str, Value]
    cells: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Rows:
    """All rows that can be taken, in the order of the sheet, and everything that cannot.

    `read` counts rows with anything in them below the header that are not skipped: `len(rows)` + rows with errors.
    `skipped`: totals, signatures, repeated headers, example rows, by row number with why.
    """

    rows: tuple[Row, ...]
    errors: tuple[CellError, ...] = ()
    notes: tuple[Note, ...] = ()
    skipped: tuple[tuple[int, str], ...] = ()
    read: int = 0
