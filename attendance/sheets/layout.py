"""Where the header of a sheet stands: under titles, in one row or two, merged cells spread over what they cover."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from attendance.sheets import texts
from attendance.sheets.book import Cell, Sheet
from attendance.sheets.headers import fold
from attendance.sheets.plain import shown

FIRST_ROWS = 15
_NUMBERED = re.compile(r"^\(?([0-9]{1,2}|[a-z])\)?$")


@dataclass(frozen=True, slots=True)
class Header:
    """A row (0-based) or two that may be the header; `names[column]` as spread over merged cells.

    `shared`: columns whose name stands in one merged cell over several of them, by the first of these.
    """

    top: int
    bottom: int
    names: tuple[str, ...]
    shared: dict[int, int]


def headers(sheet: Sheet) -> Iterator[Header]:
    """Every candidate within the first 15 rows that have anything in them, one row first, then two."""
    filled = [row for row, cells in enumerate(sheet.grid) if any(cell is not None for cell in cells)][:FIRST_ROWS]
    for row in filled:
        if sum(cell is not None for cell in sheet.grid[row]) < 1:
            continue
        one, shared = _names(sheet, row)
        yield Header(row, row, one, shared)
        if row + 1 in filled:
            below, _ = _names(sheet, row + 1)
            yield Header(row, row + 1, _joined(sheet, row, one, below), {})


def fixed(sheet: Sheet, row: int) -> Header:
    """The header in a row that a person named (0-based). A row of -1 is no header: columns have no names."""
    if row < 0 or row >= len(sheet.grid):
        return Header(-1, -1, ("",) * (len(sheet.grid[0]) if sheet.grid else 0), {})
    names, shared = _names(sheet, row)
    return Header(row, row, names, shared)


def first_data_row(sheet: Sheet, header: Header) -> int:
    """The row below the header, and below a row that only numbers the columns (`(1) (2) (3)`, `A B 1 2`)."""
    row = header.bottom + 1
    for area in sheet.merged:
        if area.top <= header.bottom < area.bottom and area.top >= header.top and header.top >= 0:
            row = max(row, area.bottom + 1)
    if row + 1 < len(sheet.grid) and _numbers_columns(sheet.grid[row]) and not _numbers_columns(sheet.grid[row + 1]):
        row += any(isinstance(cell, str) and not _NUMBERED.match(cell.casefold()) for cell in sheet.grid[row + 1])
    return row


def _numbers_columns(cells: tuple[Cell, ...]) -> bool:
    marks = [shown(cell).casefold() for cell in cells if cell is not None]
    if len(marks) < 3 or not all(_NUMBERED.match(mark) for mark in marks):
        return False
    plain = [mark.strip("()") for mark in marks]
    numbers = [int(mark) for mark in plain if mark.isdigit()]
    letters = [mark for mark in plain if mark.isalpha()]
    return numbers == list(range(numbers[0], numbers[0] + len(numbers))) if numbers else letters == sorted(set(letters))


def _names(sheet: Sheet, row: int) -> tuple[tuple[str, ...], dict[int, int]]:
    names = [texts.line(cell) if isinstance(cell, str) else shown(cell) for cell in sheet.grid[row]]
    shared: dict[int, int] = {}
    for area in sheet.merged:
        if area.top <= row <= area.bottom and area.left < len(names):
            value = sheet.grid[area.top][area.left] if area.top < len(sheet.grid) else None
            if value is None:
                continue
            for column in range(area.left, min(area.right + 1, len(names))):
                names[column] = texts.line(shown(value))
                if area.right > area.left:
                    shared[column] = area.left
    return tuple(names), shared


def _joined(sheet: Sheet, row: int, above: tuple[str, ...], below: tuple[str, ...]) -> tuple[str, ...]:
    """Two rows as one: what stands above and below, once where a merged cell reaches over both.

    Without merged cells (CSV) a name above reaches right over empty cells that have a name below them.
    """
    spread, last = list(above), ""
    merged = any(area.top <= row <= area.bottom for area in sheet.merged)
    for column, name in enumerate(above):
        if name:
            last = name
        elif not merged and below[column] and last and not _stands_alone(above, below, column):
            spread[column] = last
    joined = []
    for up, down in zip(spread, below, strict=True):
        joined.append(up if fold(up) == fold(down) or not down else f"{up} {down}".strip())
    return tuple(joined)


def _stands_alone(above: tuple[str, ...], below: tuple[str, ...], column: int) -> bool:
    """Whether the nearest name to the left has nothing below it, so that it does not reach over others."""
    for left in range(column - 1, -1, -1):
        if above[left]:
            return not below[left]
    return True
