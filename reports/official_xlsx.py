"""The month's sheet as a workbook: the form of the office, beside it what is counted, and the digest it is checked by.

Days of the head are dates, codes are text with every zero, and a formula stands in the line of sums alone.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Any

import xlsxwriter
from xlsxwriter.utility import xl_range

from attendance.services.timesheet.signs import SIGNS
from reports.official_pdf import SIGNERS
from reports.official_sheet import MISSING, OFF, UNVERIFIED, OfficialSheet
from reports.timesheet import Say, Table

_TOP = 6
"""Rows above the head of the table, which has two."""
_PAPER = {"a3": 8, "a4": 9}
Words = tuple[Say, Callable[[date], str], Callable[[datetime], str]]


def write_xlsx(sheet: OfficialSheet, table: Table, path: Path, words: Words) -> None:
    """Write the workbook, a row at a time. `words`: how words, days of the week and moments are said."""
    say = words[0]
    options = {
        "constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False
    }  # fmt: skip
    with xlsxwriter.Workbook(str(path), options) as book:
        forms = forms_of(book)
        page = book.add_worksheet(f"{sheet.head.month:%Y-%m}")
        foot = f"{sheet.head.unit} {sheet.head.digest[:16]}"
        set_up(page, sheet.form.paper, len(sheet.dates), len(sheet.columns), 4.6, (_TOP, _TOP + 1), foot)
        _heading(page, sheet, forms, words)
        row = _people(page, sheet, forms)
        _below(page, row, sheet, forms, words)
        _counts(book.add_worksheet(say("form.counts")[:31]), table, sheet, forms, say)
        _proof(book.add_worksheet("digest"), sheet)


def forms_of(book: Any) -> dict[str, Any]:
    """How cells of a form look, by name."""
    base = {"border": 1, "align": "center", "valign": "vcenter", "font_size": 9, "num_format": "@"}
    head = {**base, "bold": True, "text_wrap": True, "bg_color": "#E8EEF4"}
    return {
        name: book.add_format(given)
        for name, given in {
            "title": {"bold": True, "font_size": 14, "align": "center"},
            "strong": {"bold": True, "font_size": 10},
            "middle": {"font_size": 10, "align": "center"},
            "issued": {"font_size": 9, "italic": True, "align": "center", "text_wrap": True},
            "quiet": {"font_size": 9, "font_color": "#444444"},
            "head": head,
            "day_head": {**head, "num_format": "d"},
            "off_head": {**head, "num_format": "d", "bg_color": "#D5DBE1"},
            "name": {**base, "align": "left"},
            "code": {**base, "align": "left"},
            "place": {**base, "num_format": "0"},
            "": base,
            OFF: {**base, "bg_color": "#EDF0F3"},
            MISSING: {**base, "bold": True, "bg_color": "#FDE9C8"},
            UNVERIFIED: {**base, "bold": True, "bg_color": "#E4E1F6"},
            "credit": {**base, "num_format": "0.##"},
            "sum": {**base, "bold": True, "num_format": "0.##", "top": 2},
            "signed": {"align": "center", "font_size": 10, "bold": True},
        }.items()
    }


def set_up(page: Any, paper: str, days: int, sums: int, width: float, heads: tuple[int, int], foot: str) -> None:
    """A lying page with frozen and repeated heads: number, code, name, a column of a `width` per day, sums."""
    for first, last, wide in ((0, 0, 5), (1, 1, 11), (2, 2, 26), (3, 2 + days, width), (3 + days, 2 + days + sums, 9)):
        page.set_column(first, last, wide)
    page.set_landscape()
    page.set_paper(_PAPER[paper])
    page.set_margins(0.4, 0.4, 0.5, 0.6)
    page.fit_to_pages(1, 0)
    page.repeat_rows(*heads)
    page.freeze_panes(heads[1] + 1, 3)
    page.set_footer("&L&8" + foot.replace("&", "&&") + "&R&8&P/&N")


def _heading(page: Any, sheet: OfficialSheet, forms: dict[str, Any], words: Words) -> None:
    say, weekday, moment = words
    head, form = sheet.head, sheet.form
    middle = 3 + len(sheet.dates) * 2 // 3
    page.write_string(0, 0, f"{say('form.unit')} {head.unit_name}", forms["strong"])
    if form.number:
        page.write_string(0, middle, f"{say('form.number')} {form.number}", forms["strong"])
    page.write_string(1, 0, say("form.section"), forms["strong"])
    if form.issued_under:
        page.write_string(1, middle, f"({form.issued_under})", forms["quiet"])
    page.write_string(2, 0, f"{say('form.budget')} {form.budget_code}", forms["strong"])
    title = say("form.heading") + (f" ({say('form.draft')})" if sheet.draft else "")
    last = 2 + len(sheet.dates)
    page.merge_range(3, 3, 3, last, title, forms["title"])
    number = str(head.version) if head.locked_at is not None else "……"
    when = say("form.month", month=f"{head.month.month}", year=f"{head.month.year}")
    page.merge_range(4, 3, 4, last, f"{when}   {say('form.no')} {number}", forms["middle"])
    state = say("sheet.open_state")
    if head.locked_at is not None:
        state = say("sheet.locked_state", version=head.version, at=moment(head.locked_at))
    page.write_string(5, 0, f"{state} {head.digest}".strip(), forms["quiet"])
    after = 3 + len(sheet.dates)
    page.set_row(_TOP, 38)
    for at, title in enumerate((say("form.row"), say("sheet.code"), say("form.name"))):
        page.write_string(_TOP, at, title, forms["head"])
    for at, on in enumerate(sheet.dates):
        page.write_datetime(_TOP, 3 + at, on, forms["off_head" if sheet.off[at] else "day_head"])
    for at, key in enumerate(sheet.columns):
        page.write_string(_TOP, after + at, say(f"form_column.{key}"), forms["head"])
    for at in range(after + len(sheet.columns)):
        text = weekday(sheet.dates[at - 3]) if 3 <= at < after else ("A", "", "B")[at] if at < 3 else str(at - 2)
        page.write_string(_TOP + 1, at, text, forms["head"])


def _people(page: Any, sheet: OfficialSheet, forms: dict[str, Any]) -> int:
    """Writes the rows of people; answers the row after them."""
    days, row = len(sheet.dates), _TOP + 2
    write, drawn = page.write_string, {name: forms[name] for name in ("", OFF, MISSING, UNVERIFIED)}
    for place, person in enumerate(sheet.rows, 1):
        page.write_number(row, 0, place, forms["place"])
        write(row, 1, person.code, forms["code"])
        write(row, 2, person.name, forms["name"])
        for at, text in enumerate(person.days, 3):
            write(row, at, text, drawn[person.drawn[at - 3]])
        for at, value in enumerate(person.credit, 3 + days):
            if not sheet.masked:
                page.write_number(row, at, value, forms["credit"])
        row += 1
    return row


def _below(page: Any, row: int, sheet: OfficialSheet, forms: dict[str, Any], words: Words) -> None:
    say, _, moment = words
    for at in range(3 + len(sheet.dates)):
        page.write_string(row, at, say("form.sum") if at == 2 else "", forms["sum"])
    for at, value in enumerate(sheet.sums, 3 + len(sheet.dates)):
        if not sheet.masked and sheet.rows:
            page.write_formula(row, at, f"=SUM({xl_range(_TOP + 2, at, row - 1, at)})", forms["sum"], value)
    row += 2
    for shown, sign in sheet.legend:
        page.write_string(row, 1, shown, forms["quiet"])
        page.write_string(row, 2, say(f"symbol.{sign}") if sign in SIGNS else sign, forms["quiet"])
        row += 1
    if sheet.masked:
        page.write_string(row, 1, say("form.masked"), forms["quiet"])
    row += 1
    places = (2, 3 + len(sheet.dates) // 3, 3 + len(sheet.dates) * 4 // 5)
    for column, part in zip(places, SIGNERS, strict=True):
        page.write_string(row, column, say(f"sign_part.{part}"), forms["signed"])
    for column, part in zip(places, SIGNERS, strict=True):
        name, at = sheet.signed.get(part, ("", None))
        said = f"{name}, {moment(at)}" if at is not None else say("form.sign_here")
        page.write_string(row + 1, column, said, forms["middle"])


def _counts(page: Any, table: Table, sheet: OfficialSheet, forms: dict[str, Any], say: Say) -> None:
    """Occurrences and signs of each person, which no form has columns for."""
    page.set_column(0, 0, 11)
    page.set_column(1, 1, 26)
    page.set_column(2, 1 + len(table.columns), 9)
    page.freeze_panes(1, 2)
    printed = sheet.form.printed
    titles = [printed.get(name, name) if name in table.signs else say(f"sheet_total.{name}") for name in table.columns]
    for at, title in enumerate((say("sheet.code"), say("sheet.name"), *titles)):
        page.write_string(0, at, title, forms["head"])
    for row, (line, totals) in enumerate(zip(table.lines, table.totals, strict=True), 1):
        page.write_string(row, 0, line.employee, forms["code"])
        page.write_string(row, 1, line.name, forms["name"])
        for at, value in enumerate(totals, 2):
            page.write_number(row, at, value, forms["credit"])
    last = len(table.lines) + 1
    page.write_string(last, 1, say("sheet.bottom"), forms["sum"])
    for at, value in enumerate(table.bottom, 2):
        page.write_formula(last, at, f"=SUM({xl_range(1, at, last - 1, at)})", forms["sum"], value)


def _proof(page: Any, sheet: OfficialSheet) -> None:
    head = sheet.head
    proof = (("unit", head.unit), ("month", f"{head.month:%Y-%m}"), ("version", str(head.version)),
             ("sha256", head.digest or "open"))  # fmt: skip
    for at, (name, value) in enumerate(proof):
        page.write_string(at, 0, name)
        page.write_string(at, 1, value)
    page.hide()
