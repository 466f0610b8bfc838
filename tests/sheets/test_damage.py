"""Damage of every kind: what cannot be read for certain is an error at its cell, and nothing else changes."""

from __future__ import annotations

import random
import unicodedata
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from functools import cache
from typing import Any

import pytest

from attendance.sheets import KINDS, Book, BookRefused, Broken, Rows, index, read_book, read_rows, recognise, texts
from attendance.sheets.book import Cell
from tests.sheets.case import Case
from tests.sheets.test_forty import CASES

# Cases whose truth hangs on a single cell that may be hit, such as the one date that shows the order.
STEADY = [case for case in CASES if case.name != "an English Excel that exchanged what it could"]
LOOSE = {"code", "text", "number", "choice"}
DERIVED = {
    "hours": ("start", "end", "from", "to"),
    "date": ("from", "to"),
    "start_time": ("from", "to"),
    "end_time": ("from", "to"),
    "from": ("to",),
    "kind": ("code",),
    "code": ("kind",),
    "family_name": ("name",),
    "given_name": ("name",),
    "days": ("to",),
    "employee_name": ("employee",),
}


@cache
def book_of(name: str) -> Book:
    return next(case for case in CASES if case.name == name).book()


def with_cell(book: Book, sheet: str, row: int, column: int, value: Cell) -> Book:
    changed = []
    for one in book.sheets:
        if one.name != sheet:
            changed.append(one)
            continue
        grid = [list(cells) for cells in one.grid]
        grid[row][column] = value
        changed.append(replace(one, grid=tuple(map(tuple, grid))))
    return replace(book, sheets=tuple(changed))


def same_meaning(value: Cell, chance: random.Random) -> Cell:
    """The cell written another way."""
    if isinstance(value, str):
        ways: list[Callable[[str], Cell]] = [
            lambda text: f"  {text}\u00a0 ",
            lambda text: unicodedata.normalize("NFD", text),
            lambda text: f"\u200b{text}\ufeff",
            lambda text: text.replace(" ", "\n"),
            lambda text: text.replace(" ", "   "),
        ]
        found = chance.choice(ways)(value)
        return texts.raw(str(found))
    if isinstance(value, datetime):
        return chance.choice(
            [f"{value:%H:%M %d/%m/%Y}", f"{value:%Y-%m-%dT%H:%M}", f"{value:%Hh%M} ngày {value:%d/%m/%Y}"]
        )
    if isinstance(value, date):
        serial = (value - date(1899, 12, 30)).days
        return chance.choice([f"{value:%Y-%m-%d}", f"ngày {value:%d} tháng {value:%m} năm {value:%Y}", float(serial)])
    if isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    return value


def nonsense(chance: random.Random) -> Cell:
    """Something that is no date, no time, no choice and no number."""
    return chance.choice(NONSENSE)


NONSENSE: list[Cell] = [
    *("??", "abc xyz", "32/13/2026", "25:99", "1.2.3.4", "=1+1", "@SUM(A1)", "#REF!", "–", "99999999999999999999"),
    *("ngày mai", "\U0001f600", "\u202e", "Thứ 9", "31/02/2026", "24/11/2026 24/11/2026", "12/2026", "a" * 5000),
    *(-1, 1e300, 0.12345, True, Broken("#N/A"), timedelta(days=400), datetime(9999, 12, 31, 23, 59, 59)),
    *(date(1, 1, 1), time(23, 59, 59, 999999)),
]


def scratched(value: Cell, chance: random.Random) -> Cell:
    """One sign lost, doubled, exchanged or replaced."""
    text = list(str(value))
    at = chance.randrange(len(text))
    way = chance.randrange(4)
    if way == 0:
        del text[at]
    elif way == 1:
        text.insert(at, text[at])
    elif way == 2 and at + 1 < len(text):
        text[at], text[at + 1] = text[at + 1], text[at]
    else:
        text[at] = chance.choice("aăâđêôơư0123456789/-.: \u0301\u0309=\"'|;")
    return "".join(text).strip() or None


def read(case: Case, book: Book) -> Rows:
    return read_rows(recognise(book, case.kind), legacy=case.legacy, dates=case.dates)


def differing(case: Case, rows: Rows, besides: tuple[int, str] = (0, "")) -> list[str]:
    """Values that are neither true nor empty, but for those of one row and target, and what is made of them."""
    found = []
    for row in rows.rows:
        truth = case.truth.get(row.number, {})
        if not truth and row.number != besides[0] and f"{row.number}" not in {one[1:] for one in case.wrong}:
            found.append(f"{case.name}: row {row.number} is no entry")
        for target, value in truth.items():
            hit = row.number == besides[0] and target in (besides[1], *DERIVED.get(besides[1], ()))
            if not hit and row.values[target] not in (value, None, case_default(case, target)):
                found.append(f"{case.name}: row {row.number}, {target}: {row.values[target]!r} instead of {value!r}")
    return found


def case_default(case: Case, target: str) -> Any:
    return next((column.default for column in KINDS[case.kind].columns if column.name == target), None)


def a_cell(case: Case, book: Book, chance: random.Random) -> tuple[str, int, int, str]:
    """A filled cell of an entry: sheet, row and column (0-based), target."""
    sheet = recognise(book, case.kind).sheet
    while True:
        row = chance.choice(list(case.truth)) - 1
        letters, target = chance.choice(list(case.columns.items()))
        spread = any(area.top == row and area.bottom > row for area in sheet.merged)  # holds for the rows below too
        if row < len(sheet.grid) and sheet.grid[row][index(letters)] is not None and not spread:
            return sheet.name, row, index(letters), target


TRIALS = [500, pytest.param(10_000, marks=pytest.mark.long)]


@pytest.mark.parametrize("trials", TRIALS)
def test_a_cell_written_another_way_means_the_same_or_is_refused(trials: int) -> None:
    chance = random.Random(11)
    for _ in range(trials // 5):
        case = chance.choice(STEADY)
        book = book_of(case.name)
        sheet, row, column, target = a_cell(case, book, chance)
        before = next(one for one in book.sheets if one.name == sheet).grid[row][column]
        after = same_meaning(before, chance)
        if book.epoch_1904 and isinstance(after, float) and isinstance(before, date):
            continue
        rows = read(case, with_cell(book, sheet, row, column, after))
        assert differing(case, rows) == [], (case.name, target, before, after)
        same = {one.number: one.values for one in rows.rows}.get(row + 1)
        assert same is None or all(same[name] == value for name, value in case.truth[row + 1].items()), (before, after)


@pytest.mark.parametrize("trials", TRIALS)
def test_nonsense_in_a_cell_is_an_error_there_and_changes_nothing_else(trials: int) -> None:
    chance = random.Random(12)
    for _ in range(trials // 5):
        case = chance.choice(STEADY)
        book = book_of(case.name)
        sheet, row, column, target = a_cell(case, book, chance)
        damage = nonsense(chance)
        if isinstance(damage, time) and KINDS[case.kind].column(target).type == "time":
            continue  # a moment before midnight is a time
        rows = read(case, with_cell(book, sheet, row, column, damage))
        besides = (row + 1, target)
        assert differing(case, rows, besides) == [], (case.name, target, damage)
        strict = KINDS[case.kind].column(target).type not in LOOSE
        if strict:
            assert row + 1 not in {one.number for one in rows.rows}, (case.name, target, damage)
            assert row + 1 in {error.row for error in rows.errors} | {number for number, _ in rows.skipped}


@pytest.mark.parametrize("trials", TRIALS)
def test_a_scratch_in_any_cell_changes_no_other_cell(trials: int) -> None:
    chance = random.Random(13)
    for _ in range(2 * trials // 5):
        case = chance.choice(STEADY)
        book = book_of(case.name)
        sheet, row, column, target = a_cell(case, book, chance)
        before = next(one for one in book.sheets if one.name == sheet).grid[row][column]
        after = scratched(before, chance)
        rows = read(case, with_cell(book, sheet, row, column, after))
        assert differing(case, rows, (row + 1, target)) == [], (before, after)


@pytest.mark.parametrize("trials", TRIALS)
def test_a_scratched_header_never_puts_a_value_where_another_belongs(trials: int) -> None:
    chance = random.Random(14)
    for _ in range(trials // 5):
        case = chance.choice(STEADY)
        book = book_of(case.name)
        known = recognise(book, case.kind)
        sheet, row = known.sheet, known.header_rows[0] - 1
        column = index(chance.choice(list(case.columns)))
        before = sheet.grid[row][column]
        if before is None:
            continue
        after = scratched(before, chance) if chance.random() < 0.7 else None
        rows = read(case, with_cell(book, sheet.name, row, column, after))
        assert differing(case, rows) == [], (case.name, before, after)


@pytest.mark.parametrize("trials", TRIALS)
def test_damaged_files_are_refused_or_read_and_never_crash(trials: int) -> None:
    chance = random.Random(15)
    whole = [case for case in CASES if isinstance(case.content, bytes)]
    for _ in range(trials // 5):
        case = chance.choice(whole)
        data = bytearray(case.content)
        for _ in range(chance.choice([1, 1, 2, 8, 64])):
            at = chance.randrange(len(data) or 1)
            way = chance.randrange(3) if len(data) > at else 2
            if way == 0:
                data[at] ^= 1 << chance.randrange(8)
            elif way == 1:
                del data[at : at + chance.randrange(1, 40)]
            else:
                data[at:at] = bytes(chance.randrange(256) for _ in range(chance.randrange(1, 9)))
        try:
            book = read_book(bytes(data), case.file_name)
        except BookRefused:
            continue
        read_rows(recognise(book, case.kind), legacy=case.legacy, dates=case.dates)
