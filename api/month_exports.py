"""The month's sheet as a file, for pages, API and command line alike."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import quote

from fastapi import Request, Response

from api.handing_out import handed_out
from api.http.scope import Reader
from api.http.service import service
from api.pages.i18n import Translator
from api.pages.month_rows import weekday
from api.printing.signed_pdf import signed
from api.settings import Settings
from attendance.errors import Invalid
from reports.months import SheetPage
from reports.official_pdf import as_pdf
from reports.official_sheet import official
from reports.official_xlsx import write_xlsx
from reports.timesheet import FORMATS, as_csv, as_json

_TYPES = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv; charset=utf-8",
    "json": "application/json",
    "pdf": "application/pdf",
}
_BOM = "\ufeff"  # without it spreadsheets read Vietnamese as another alphabet


def file_of(page: SheetPage, format: str, lang: str) -> bytes:
    """The sheet of a page as the bytes of a file; workbook and PDF by the unit's form. Raises Invalid for another
    format, SumsDiffer where sums do not hold, whatever it is made as."""
    if format not in FORMATS:
        raise Invalid(f"{format[:10]!r} is not a format of the sheet; write {', '.join(FORMATS)}.")
    t = Translator(lang)
    sheet = official(page.table, page.head, page.form)
    if format == "json":
        return as_json(page.table, page.head)
    if format == "csv":
        return (_BOM + as_csv(page.table, t)).encode()
    if format == "pdf":
        return as_pdf(sheet, t, lambda on: weekday(on, t), t.moment, t.number, lang=lang, at=page.dated_at)
    with TemporaryDirectory() as folder:
        path = Path(folder) / "sheet.xlsx"
        write_xlsx(sheet, page.table, path, (t, lambda on: weekday(on, t), t.moment))
        return path.read_bytes()


def official_file(page: SheetPage, format: str, lang: str, settings: Settings) -> bytes:
    """The same; the PDF of a locked month with the office's signature, if it has a certificate."""
    content = file_of(page, format, lang)
    return signed(content, settings) if format == "pdf" and page.head.locked_at is not None else content


def answer_file(request: Request, reader: Reader, page: SheetPage, format: str, lang: str) -> Response:
    """The same as an answer under a name that tells what it is, handed out to a reader."""
    content = official_file(page, format, lang, service(request).settings)
    handed_out(request, reader, content, paper="timesheet", rows=len(page.table.lines), format=format)
    version = f"-v{page.head.version}" if page.head.locked_at is not None else ""
    name = f"bang-cham-cong-{page.head.unit}-{page.head.month:%Y-%m}{version}.{format}"
    plain = "".join(letter if letter.isascii() and (letter.isalnum() or letter in "-.") else "_" for letter in name)
    disposition = f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"
    return Response(content, 200, {"Content-Disposition": disposition}, _TYPES[format])
