"""The month's overtime as a workbook, a PDF and CSV, by the form of the unit."""

from __future__ import annotations

import csv
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

import xlsxwriter
from xlsxwriter.utility import xl_range

from attendance.services.timesheet.overtime import OvertimeSheet
from reports.official_sheet import OFF, UNVERIFIED, WORDS
from reports.official_xlsx import Words, forms_of, set_up
from reports.overtime_sheet import COLUMNS, SIGNERS, OfficialOvertime, hours
from reports.overtime_sheet import WORDS as OWN_WORDS
from reports.printing import as_text, own_template, pdf
from reports.safe_cells import inert
from reports.timesheet import Say

_TOP = 6
"""Rows above the head of the table, which has three."""
_DAY_MINUTES = 1440
_DRAWN = {"": " ", OFF: "o", UNVERIFIED: "q"}
_TAGGED_PEOPLE = 100
TITLES = ("code", "name", "date", "kind", "from", "to", "minutes", "night", "known", "documents")
"""Heads of the list of stretches, of the group `overtime_stretch`."""
CSV_COLUMNS = (
    *("unit", "month", "employee", "name", "date", "kind", "from", "to", "minutes", "night_min", "known", "documents"),
)


def write_xlsx(official: OfficialOvertime, sheet: OvertimeSheet, path: Path, words: Words) -> None:
    """The form, and beside it every stretch with the order behind it; durations are durations, formulas sum them."""
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False,
               "strings_to_numbers": False}  # fmt: skip
    say = words[0]
    with xlsxwriter.Workbook(str(path), options) as book:
        forms = forms_of(book)
        forms["hours"] = book.add_format({"border": 1, "align": "center", "font_size": 9, "num_format": "[h]:mm"})
        forms["hours_sum"] = book.add_format(
            {"border": 1, "align": "center", "bold": True, "font_size": 9, "num_format": "[h]:mm", "top": 2}
        )
        for name in ("", OFF, UNVERIFIED):
            forms[name].set_text_wrap()
            forms[name].set_font_size(8)
        page = book.add_worksheet(f"{official.month:%Y-%m}")
        _page(page, official, forms, words)
        _stretches(book.add_worksheet(say("overtime.stretches")[:31]), sheet, book, forms, say)


def _page(page: Any, official: OfficialOvertime, forms: dict[str, Any], words: Words) -> None:
    say, weekday, moment = words
    form, days = official.form, len(official.dates)
    last, after, middle = 2 + days, 3 + days, 3 + days * 2 // 3
    set_up(page, form.paper, days, len(COLUMNS), 7.2, (_TOP, _TOP + 2), official.unit)
    page.write_string(0, 0, f"{say('form.unit')} {official.unit_name}", forms["strong"])
    if form.overtime_number:
        page.write_string(0, middle, f"{say('form.number')} {form.overtime_number}", forms["strong"])
    page.write_string(1, 0, say("form.section"), forms["strong"])
    if form.issued_under:
        page.write_string(1, middle, f"({form.issued_under})", forms["quiet"])
    page.write_string(2, 0, f"{say('form.budget')} {form.budget_code}", forms["strong"])
    title = say("overtime.heading") + (f" ({say('form.draft')})" if official.draft else "")
    page.merge_range(3, 3, 3, last, title, forms["title"])
    page.merge_range(4, 3, 4, last, _when(official, say), forms["middle"])
    page.write_string(5, 0, _state(official, say, moment), forms["quiet"])
    page.set_row(_TOP, 38)
    for at, text in enumerate((say("form.row"), say("sheet.code"), say("form.name"))):
        page.write_string(_TOP, at, text, forms["head"])
    for at, on in enumerate(official.dates, 3):
        page.write_datetime(_TOP, at, on, forms["off_head" if official.off[at - 3] else "day_head"])
    for at, name in enumerate(COLUMNS, after):
        page.write_string(_TOP, at, say(f"overtime_column.{name}"), forms["head"])
    symbols = ("", "", "", *("" for _ in official.dates), *COLUMNS)
    for at, symbol in enumerate(symbols):
        text = weekday(official.dates[at - 3]) if 3 <= at < after else ("A", "", "B")[at] if at < 3 else str(at - 2)
        page.write_string(_TOP + 1, at, text, forms["head"])
        page.write_string(_TOP + 2, at, symbol, forms["head"])
    row = _TOP + 3
    for place, person in enumerate(official.rows, 1):
        page.write_number(row, 0, place, forms["place"])
        page.write_string(row, 1, person.code, forms["code"])
        page.write_string(row, 2, person.name, forms["name"])
        for at, lines in enumerate(person.days, 3):
            page.write_string(
                row, at, "\n".join(lines).replace(" ", "\n").replace("-", "\n"), forms[person.drawn[at - 3]]
            )
        for at, minutes in enumerate(person.minutes, after):
            page.write_number(row, at, minutes / _DAY_MINUTES, forms["hours"])
        row += 1
    for at in range(after):
        page.write_string(row, at, say("form.sum") if at == 2 else "", forms["sum"])
    for at, minutes in enumerate(official.sums, after):
        if official.rows:
            formula = f"=SUM({xl_range(_TOP + 3, at, row - 1, at)})"
            page.write_formula(row, at, formula, forms["hours_sum"], minutes / _DAY_MINUTES)
    row += 2
    for symbol, meaning in _legend(say):
        page.write_string(row, 1, symbol, forms["quiet"])
        page.write_string(row, 2, meaning, forms["quiet"])
        row += 1
    page.write_string(row, 1, _note(official, say), forms["quiet"])
    row += 2
    for column, part in zip((2, 3 + days // 3, 3 + days * 4 // 5), SIGNERS, strict=True):
        page.write_string(row, column, say(f"overtime_signer.{part}"), forms["signed"])
        page.write_string(row + 1, column, say("form.sign_here"), forms["middle"])


def _stretches(page: Any, sheet: OvertimeSheet, book: Any, forms: dict[str, Any], say: Say) -> None:
    """Every stretch with real dates and times, for whoever counts again."""
    page.set_column(0, 0, 11)
    page.set_column(1, 1, 26)
    page.set_column(2, 8, 12)
    page.set_column(9, 9, 40)
    page.freeze_panes(1, 2)
    day, at_time = book.add_format({"num_format": "dd/mm/yyyy"}), book.add_format({"num_format": "hh:mm"})
    for at, title in enumerate(TITLES):
        page.write_string(0, at, say(f"overtime_stretch.{title}"), forms["head"])
    row = 1
    for person in sheet.people:
        for each in person.days:
            documents = "; ".join(order.document for order in each.orders if order.document)
            for line in each.lines or (None,):
                page.write_string(row, 0, person.code)
                page.write_string(row, 1, person.name)
                page.write_datetime(row, 2, each.on, day)
                if line is not None:
                    page.write_string(row, 3, line.kind)
                    page.write_datetime(row, 4, line.starts, at_time)
                    page.write_datetime(row, 5, line.ends, at_time)
                    page.write_number(row, 6, line.minutes)
                    page.write_number(row, 7, line.night_min)
                page.write_string(row, 8, "?" if each.is_unknown else "+")
                page.write_string(row, 9, documents)
                row += 1


def write_csv(sheet: OvertimeSheet, path: Path) -> int:
    """A row per stretch, and one without minutes per day that is not known; answers how many. For programs."""
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file, lineterminator="\r\n")
        writer.writerow(CSV_COLUMNS)
        many = 0
        for row in stretches(sheet):
            writer.writerow([inert(sheet.unit), f"{sheet.month:%Y-%m}", *(inert(_plain(value)) for value in row)])
            many += 1
    return many


def stretches(sheet: OvertimeSheet) -> Sequence[tuple[Any, ...]]:
    """(employee, name, date, kind, from, to, minutes, night minutes, known, documents) of every stretch; what is not
    known yet has no kind and no minutes."""
    found = []
    for person in sheet.people:
        for day in person.days:
            documents = "; ".join(dict.fromkeys(order.document for order in day.orders if order.document))
            for line in day.lines or ((None,) if day.is_unknown else ()):
                said = (line.kind, line.starts, line.ends, line.minutes, line.night_min) if line else (None,) * 5
                found.append((person.code, person.name, day.on, *said, not day.is_unknown, documents))
    return found


def _plain(value: Any) -> str:
    match value:
        case None:
            return ""
        case bool():
            return "yes" if value else "no"
        case datetime():
            return value.isoformat(timespec="minutes")
    return str(value)


def as_pdf(
    official: OfficialOvertime, say: Say, weekday: Callable[[date], str], moment: Callable[[datetime], str], *,
    lang: str, at: datetime,
) -> bytes:  # fmt: skip
    """The file, as made at an instant: the same sheet and instant give the same bytes."""
    form = official.form
    words = {name: say(f"form.{name}") for name in WORDS if name not in ("month", "masked", "place", "counts")}
    words |= {name: say(f"overtime.{name}") for name in OWN_WORDS if name != "note"}
    values: Mapping[str, Any] = {
        "lang": lang,
        "paper": form.paper,
        "draft": official.draft,
        "title": f"{words['heading']} {official.month:%m/%Y} {official.unit_name}",
        "unit": official.unit_name,
        "budget": form.budget_code,
        "number": form.overtime_number,
        "issued": form.issued_under,
        "when": _when(official, say),
        "words": words,
        "days": [[str(on.day), weekday(on), off] for on, off in zip(official.dates, official.off, strict=True)],
        "columns": [say(f"overtime_column.{name}") for name in COLUMNS],
        "symbols": COLUMNS,
        "rows": [
            [row.name, [list(lines) for lines in row.days], "".join(_DRAWN[each] for each in row.drawn),
             [hours(minutes) if minutes else "" for minutes in row.minutes]] for row in official.rows
        ],
        "sums": [hours(minutes) for minutes in official.sums],
        "legend": _legend(say),
        "note": _note(official, say),
        "place": say("form.place"),
        "signers": [say(f"overtime_signer.{part}") for part in SIGNERS],
        "foot": f"{official.unit} · {_state(official, say, moment)}",
    }  # fmt: skip
    tagged = len(official.rows) <= _TAGGED_PEOPLE
    return pdf(own_template("overtime"), {"values": as_text(values)}, at=at, tagged=tagged)


def _when(official: OfficialOvertime, say: Say) -> str:
    number = str(official.version) if official.locked_at is not None else "……"
    when = say("form.month", month=f"{official.month.month}", year=f"{official.month.year}")
    return f"{when}   {say('form.no')} {number}"


def _state(official: OfficialOvertime, say: Say, moment: Callable[[datetime], str]) -> str:
    if official.locked_at is None:
        return say("sheet.open_state")
    return say("sheet.locked_state", version=official.version, at=moment(official.locked_at))


def _legend(say: Say) -> list[tuple[str, str]]:
    return [(name, say(f"overtime_symbol.{name}")) for name in COLUMNS] + [("?", say("overtime_symbol.unknown"))]


def _note(official: OfficialOvertime, say: Say) -> str:
    unknown = say("overtime.unknown", count=official.unknown) if official.unknown else ""
    return " ".join(text for text in (say("overtime.note"), unknown) if text)
