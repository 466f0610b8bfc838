"""The month's sheet as a file, for pages, API and command line alike."""

from __future__ import annotations

from urllib.parse import quote

from fastapi import Response

from api.pages.i18n import Translator
from api.pages.month_rows import weekday
from attendance.errors import Invalid
from reports.months import SheetPage
from reports.timesheet import FORMATS, as_csv, as_json, as_xlsx

_TYPES = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv; charset=utf-8",
    "json": "application/json",
}
_BOM = "\ufeff"  # without it spreadsheets read Vietnamese as another alphabet


def file_of(page: SheetPage, format: str, lang: str) -> bytes:
    """The sheet of a page as the bytes of a file. Raises Invalid for another format."""
    if format == "pdf":
        raise Invalid("The sheet cannot be made as PDF yet: print its page, or take it as xlsx.")
    if format not in FORMATS:
        raise Invalid(f"{format[:10]!r} is not a format of the sheet; write {', '.join(FORMATS)}.")
    t = Translator(lang)
    if format == "json":
        return as_json(page.table, page.head)
    if format == "csv":
        return (_BOM + as_csv(page.table, t)).encode()
    return as_xlsx(page.table, page.head, page.printed, t, lambda on: weekday(on, t), t.moment)


def answer_file(page: SheetPage, format: str, lang: str) -> Response:
    """The same as an answer under a name that tells what it is."""
    content = file_of(page, format, lang)
    version = f"-v{page.head.version}" if page.head.locked_at is not None else ""
    name = f"bang-cham-cong-{page.head.unit}-{page.head.month:%Y-%m}{version}.{format}"
    plain = "".join(letter if letter.isascii() and (letter.isalnum() or letter in "-.") else "_" for letter in name)
    disposition = f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"
    return Response(content, 200, {"Content-Disposition": disposition}, _TYPES[format])
