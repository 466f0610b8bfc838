"""Sheets to fill in: what a list needs, with drop-downs, in a form that is read back without a touch."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping
from typing import Any

import xlsxwriter

from attendance.sheets.choices import Choice
from attendance.sheets.headers import title_of
from attendance.sheets.kinds import KINDS, Column, Kind

Say = Callable[..., str]

_FORMATS = {
    "code": "@", "text": "@", "number": "@", "choice": "@", "yes_no": "@", "weekdays": "@", "time": "hh:mm",
    "date": "dd/mm/yyyy", "moment": "dd/mm/yyyy hh:mm", "span": "dd/mm/yyyy hh:mm",
}  # fmt: skip
_LAST_ROW = 2000

EXAMPLES: Mapping[str, Mapping[str, str]] = {
    "employees": {
        "code": "CB001", "name": "Nguyễn Thị Mẫu", "unit": "VP", "schedule": "hanh-chinh", "from": "01/01/2026",
        "terminal": "T1", "pin": "101",
    },
    "units": {"code": "VP", "name": "Văn phòng", "parent": "A", "from": "01/01/2026", "schedule": "hanh-chinh"},
    "schedules": {
        "schedule": "hanh-chinh", "from": "01/01/2026", "session": "sáng", "start": "07:30", "end": "11:30",
        "weekdays": "T2-T6",
    },
    "calendar": {"date": "02/09/2026", "kind": "nghỉ lễ", "document": "12/TB-VP"},
    "absences": {
        "employee": "CB001", "kind": "nghỉ", "code": "P", "from": "24/11/2026", "to": "25/11/2026",
        "session": "cả ngày", "document": "15/GNP", "approved_at": "20/11/2026",
    },
    "rosters": {
        "employee": "CB001", "code": "trực đêm", "from": "24/11/2026 17:00", "to": "25/11/2026 07:00",
        "counts_as_schedule": "không", "desk": "1",
    },
    "enrolments": {"terminal": "T1", "pin": "101", "employee": "CB001", "from": "01/01/2026"},
}  # fmt: skip


def make_template(kind: str, lang: str, say: Say) -> bytes:
    """An .xlsx to fill in: headers, drop-downs, formats, an example row that is skipped when read, a sheet of notes.

    Headers are Vietnamese for `vi`, the canonical names for other languages; both are read back without a touch.
    `say(key, **values)` gives the notes in that language (`sheets.template.…`). Raises KeyError for an unknown kind.
    """
    wanted = KINDS[kind]
    file = io.BytesIO()
    with xlsxwriter.Workbook(file, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}) as book:
        _list(book, wanted, lang, say)
        _notes(book, wanted, lang, say)
    return file.getvalue()


def header_of(kind: Kind, column: Column, lang: str) -> str:
    return title_of(kind.name, column.name) if lang == "vi" else column.name


def _list(book: Any, kind: Kind, lang: str, say: Say) -> None:
    sheet = book.add_worksheet(say(f"sheets.kind.{kind.name}")[:31])
    bold = book.add_format({"bold": True, "bg_color": "#E8EEF4", "border": 1, "text_wrap": True, "valign": "top"})
    needed = book.add_format({"bold": True, "bg_color": "#CFE0F0", "border": 1, "text_wrap": True, "valign": "top"})
    grey = book.add_format({"italic": True, "font_color": "#7A7A7A", "num_format": "@"})
    for at, column in enumerate(kind.columns):
        form = book.add_format({"num_format": _FORMATS[column.type]})
        header = header_of(kind, column, lang)
        sheet.set_column(at, at, max(14, len(header) + 4), form)
        sheet.write_string(0, at, header, needed if column.required else bold)
        sheet.write_comment(0, at, say(f"sheets.template.{kind.name}.{column.name}"))
        _offer(sheet, at, column, lang)
        example = EXAMPLES[kind.name].get(column.name, "")
        if at == 0:
            example = say("sheets.template.example", value=example)
        if example:
            sheet.write_string(1, at, example, grey)
    sheet.freeze_panes(1, 0)


def _offer(sheet: Any, at: int, column: Column, lang: str) -> None:
    """A drop-down of the words that are read back; an open column also takes codes of the office's own."""
    words = ["có", "không"] if lang == "vi" else ["yes", "no"]
    if column.type != "yes_no":
        words = [_word(one, lang) for one in column.choices]
    if words and len(",".join(words)) <= 250:
        stop = "stop" if not column.open else "information"
        sheet.data_validation(1, at, _LAST_ROW, at, {"validate": "list", "source": words, "error_type": stop})


def _word(choice: Choice, lang: str) -> str:
    return choice.words[0] if lang == "vi" else choice.value


def _notes(book: Any, kind: Kind, lang: str, say: Say) -> None:
    sheet = book.add_worksheet(say("sheets.template.notes")[:31])
    bold, wrap = book.add_format({"bold": True}), book.add_format({"text_wrap": True, "valign": "top"})
    sheet.set_column(0, 0, 26, wrap)
    sheet.set_column(1, 1, 14, wrap)
    sheet.set_column(2, 2, 90, wrap)
    sheet.write_string(0, 0, say("sheets.template.how", kind=say(f"sheets.kind.{kind.name}")), bold)
    for row, column in enumerate(kind.columns, 2):
        sheet.write_string(row, 0, header_of(kind, column, lang), bold)
        needed = say("sheets.template.required" if column.required else "sheets.template.optional")
        sheet.write_string(row, 1, needed, wrap)
        words = ", ".join(_word(one, lang) for one in column.choices)
        about = say(f"sheets.template.{kind.name}.{column.name}")
        sheet.write_string(row, 2, f"{about} ({words})" if words else about, wrap)
