"""A register as a workbook: its rows under one line of heads, and a sheet with what it is, its totals and charts.

Written a row at a time. Codes are text with every zero, dates are dates, and there is no formula anywhere.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, time
from functools import cache, partial
from pathlib import Path
from typing import Any

import xlsxwriter

from attendance import clock
from reports.register_table import Column, Register, TooManyRows
from reports.register_words import RegisterWords

MOST_ROWS = 200_000
"""So many rows a workbook of ours holds: more than anybody reads, and made in well under a minute."""
_OPTIONS = {
    "constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False
}  # fmt: skip
_LONGEST_CELL = 32_767  # letters; Excel holds no more
_LONGEST_PRINT_HEAD = 255


def write_xlsx(register: Register, path: Path, words: RegisterWords) -> int:
    """Write the workbook; answers how many rows it has. Raises TooManyRows."""
    with xlsxwriter.Workbook(str(path), _OPTIONS) as book:
        book.set_properties({"title": words.title, "author": words.office, "created": words.at.replace(tzinfo=None)})
        forms = {name: book.add_format(given) for name, given in _FORMS.items()}
        rows = _rows(book.add_worksheet(_sheet_name(words.title)), register, words, forms)
        _summary(book, book.add_worksheet(_sheet_name(words.paper("summary"))), words, forms)
    return rows


_FORMS: dict[str, dict[str, Any]] = {
    "head": {"bold": True, "bg_color": "#E8EEF4", "border": 1, "text_wrap": True, "valign": "top"},
    "text": {"num_format": "@", "valign": "top"},
    "date": {"num_format": "dd/mm/yyyy", "valign": "top", "align": "left"},
    "moment": {"num_format": "hh:mm dd/mm/yyyy", "valign": "top", "align": "left"},
    "integer": {"num_format": "#,##0", "valign": "top", "align": "right", "indent": 1},
    "title": {"bold": True, "font_size": 14},
    "strong": {"bold": True},
    "note": {"italic": True, "text_wrap": True, "valign": "top"},
}


def _rows(page: Any, register: Register, words: RegisterWords, forms: dict[str, Any]) -> int:
    columns = register.columns
    for at, column in enumerate(columns):
        page.set_column(at, at, column.width)
    page.freeze_panes(1, 0)
    page.repeat_rows(0)
    page.set_row(0, 32)
    page.set_landscape()
    page.set_paper(9)
    page.fit_to_pages(1, 0)
    page.set_header(_print_head(words))
    page.set_footer("&R&P/&N")
    for at, column in enumerate(columns):
        page.write_string(0, at, words.heads[column.name], forms["head"])
    cells = [_cell_of(page, at, column, words, forms) for at, column in enumerate(columns)]
    count = 0
    for count, row in enumerate(register.rows, 1):
        if count > MOST_ROWS:
            raise TooManyRows(f"This list has more than {MOST_ROWS:,} rows; ask for fewer days at a time, or for CSV.")
        for cell, value in zip(cells, row, strict=True):
            if value is not None:
                cell(count, value)
    page.autofilter(0, 0, max(1, count), len(columns) - 1)
    return count


def _cell_of(
    page: Any, at: int, column: Column, words: RegisterWords, forms: dict[str, Any]
) -> Callable[[int, Any], object]:
    """What writes a value that is known into a column, at a row."""
    form = forms.get(column.kind, forms["text"])
    match column.kind:
        case "date":
            return lambda row, value: page.write_datetime(row, at, datetime.combine(value, time()), form)
        case "moment":
            return lambda row, value: page.write_datetime(row, at, clock.to_wall(value, words.zone), form)
        case "integer":
            return lambda row, value: page.write_number(row, at, value, form)
        case "code":
            said = cache(partial(words.code, column))
            return lambda row, value: page.write_string(row, at, said(value), form)
        case "text":
            return lambda row, value: page.write_string(row, at, value[:_LONGEST_CELL], form)
    return lambda row, value: page.write_string(row, at, words.cell(column, value), form)


def _summary(book: Any, page: Any, words: RegisterWords, forms: dict[str, Any]) -> None:
    page.set_column(0, 0, 44)
    page.set_column(1, 1, 30)
    page.set_paper(9)
    page.fit_to_pages(1, 0)
    page.write_string(0, 0, words.office, forms["strong"])
    page.write_string(1, 0, words.title, forms["title"])
    row = 2
    for label, value in words.head:
        page.write_string(row, 0, label)
        page.write_string(row, 1, value)
        row += 1
    row += 1
    for label, value in words.figures:
        page.write_string(row, 0, label, forms["strong"])
        page.write_string(row, 1, value, forms["strong"])
        row += 1
    for note in words.notes:
        page.write_string(row + 1, 0, note, forms["note"])
        row += 1
    beside = 0
    for title, bars in words.bars:  # numbers beside each other, which the chart is drawn of
        row += 2
        page.write_string(row, 0, title, forms["strong"])
        for bar, count in bars:
            row += 1
            page.write_string(row, 0, bar)
            page.write_number(row, 1, count, forms["integer"])
        beside += _chart(book, page, title, row - len(bars) + 1, row, beside)


def _chart(book: Any, page: Any, title: str, first: int, last: int, at: int) -> int:
    """Bars of the numbers in the second column, drawn beside them; answers how many rows it takes."""
    chart = book.add_chart({"type": "bar"})
    chart.add_series(
        {
            "categories": [page.get_name(), first, 0, last, 0],
            "values": [page.get_name(), first, 1, last, 1],
            "fill": {"color": "#2F6690"},
            "data_labels": {"value": True},
            "gap": 60,
        }
    )
    chart.set_title({"name": title, "name_font": {"size": 11}})
    chart.set_legend({"none": True})
    chart.set_y_axis({"reverse": True, "interval_unit": 1})
    chart.set_x_axis({"min": 0, "visible": False, "major_gridlines": {"visible": False}})
    height = 70 + 36 * (last - first + 1)
    chart.set_size({"width": 680, "height": height})
    page.insert_chart(1 + at, 3, chart)
    return height // 20 + 2


def _sheet_name(text: str) -> str:
    return "".join(" " if sign in "[]:*?/\\" else sign for sign in text).strip("' ")[:31]


def _print_head(words: RegisterWords) -> str:
    """Office, title and what it was narrowed by, above every printed page; cut where a workbook holds no more."""
    left, middle = words.office.replace("&", "&&"), words.title.replace("&", "&&")
    span = words.head[0][1].replace("&", "&&") if words.head else ""
    found = f"&L{left[:80]}&C&B{middle[:80]}&R{span[:60]}"
    return found[:_LONGEST_PRINT_HEAD]
