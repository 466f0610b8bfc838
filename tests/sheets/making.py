"""Makes spreadsheets as offices have them: .xlsx, .xls, .ods, CSV in any encoding, blocks from the clipboard."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Sequence
from datetime import date, datetime, time
from typing import Any
from xml.sax.saxutils import escape

import xlsxwriter
import xlwt

Grid = Sequence[Sequence[Any]]


class Shown:
    """A number or a date with a format of its own, or a text in a font of its own."""

    def __init__(self, value: Any, form: str = "", font: str = "") -> None:
        self.value, self.form, self.font = value, form, font


class Formula:
    """A formula with the result that is stored, None: never calculated."""

    def __init__(self, formula: str, result: Any) -> None:
        self.formula, self.result = formula, result


def xlsx(
    sheets: dict[str, Grid],
    merged: Sequence[str] = (),
    hidden: Sequence[str] = (),
    hidden_rows: Sequence[int] = (),
    date_1904: bool = False,
    form: str = "dd/mm/yyyy",
) -> bytes:
    """`merged` areas belong to the first sheet and keep the value of their first cell; `hidden_rows` from 0."""
    file = io.BytesIO()
    book = xlsxwriter.Workbook(file, {"in_memory": True, "date_1904": date_1904})
    formats: dict[tuple[str, str], Any] = {}

    def style(number: str, font: str = "") -> Any:
        if (number, font) not in formats:
            about = {"num_format": number} if number else {}
            formats[number, font] = book.add_format(about | ({"font_name": font} if font else {}))
        return formats[number, font]

    for place, (name, grid) in enumerate(sheets.items()):
        sheet = book.add_worksheet(name)
        if name in hidden:
            sheet.hide()
        for row, cells in enumerate(grid):
            for column, cell in enumerate(cells):
                _write(sheet, row, column, cell, style, form)
        if place == 0:
            for area in merged:
                first = area.split(":")[0]
                sheet.merge_range(area, "")
                row, column = xlsxwriter.utility.xl_cell_to_rowcol(first)
                _write(sheet, row, column, grid[row][column], style, form)
            for row in hidden_rows:
                sheet.set_row(row, None, None, {"hidden": True})
    book.close()
    return file.getvalue()


def _write(sheet: Any, row: int, column: int, cell: Any, style: Any, form: str) -> None:
    if cell is None:
        return
    if isinstance(cell, Shown):
        if isinstance(cell.value, str):
            sheet.write_string(row, column, cell.value, style(cell.form, cell.font))
        elif isinstance(cell.value, (date, time)):
            sheet.write_datetime(row, column, cell.value, style(cell.form or form))
        else:
            sheet.write_number(row, column, cell.value, style(cell.form))
    elif isinstance(cell, Formula):
        sheet.write_formula(row, column, cell.formula, None, "" if cell.result is None else cell.result)
    elif isinstance(cell, datetime):
        sheet.write_datetime(row, column, cell, style("dd/mm/yyyy hh:mm"))
    elif isinstance(cell, date):
        sheet.write_datetime(row, column, cell, style(form))
    elif isinstance(cell, time):
        sheet.write_datetime(row, column, cell, style("hh:mm"))
    elif isinstance(cell, bool):
        sheet.write_boolean(row, column, cell)
    elif isinstance(cell, (int, float)):
        sheet.write_number(row, column, cell)
    else:
        sheet.write_string(row, column, cell)


def xls(sheets: dict[str, Grid], merged: Sequence[tuple[int, int, int, int]] = (), date_1904: bool = False) -> bytes:
    """`merged`: (first row, last row, first column, last column) of the first sheet."""
    book = xlwt.Workbook(encoding="latin-1")
    book.dates_1904 = date_1904
    held: dict[tuple[str, str], Any] = {}

    def style(number: str, font: str = "") -> Any:
        if (number, font) not in held:
            made = xlwt.XFStyle()
            if number:
                made.num_format_str = number
            if font:
                made.font = xlwt.Font()
                made.font.name = font
            held[number, font] = made
        return held[number, font]

    for place, (name, grid) in enumerate(sheets.items()):
        sheet = book.add_sheet(name, cell_overwrite_ok=True)
        for row, cells in enumerate(grid):
            for column, cell in enumerate(cells):
                value, number, font = (cell.value, cell.form, cell.font) if isinstance(cell, Shown) else (cell, "", "")
                if value is None:
                    continue
                if isinstance(value, datetime):
                    number = number or "dd/mm/yyyy hh:mm"
                elif isinstance(value, date):
                    number = number or "dd/mm/yyyy"
                elif isinstance(value, time):
                    number = number or "hh:mm"
                sheet.write(row, column, value, style(number, font))
        if place == 0:
            for first, last, left, right in merged:
                cell = grid[first][left]
                value, font = (cell.value, cell.font) if isinstance(cell, Shown) else (cell, "")
                sheet.write_merge(first, last, left, right, value, style("", font))
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


_ODS = (
    '<?xml version="1.0" encoding="UTF-8"?><office:document-content '
    'xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
    'xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" '
    'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" '
    'xmlns:style="urn:oasis:names:tc:opendocument:xmlns:style:1.0" '
    'xmlns:calcext="urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0" office:version="1.3">'
    '<office:automatic-styles><style:style style:name="off" style:family="table">'
    '<style:table-properties table:display="false"/></style:style></office:automatic-styles>'
    "<office:body><office:spreadsheet>{tables}</office:spreadsheet></office:body></office:document-content>"
)
_EMPTY_CELLS = '<table:table-cell table:number-columns-repeated="1024"/>'


def ods(
    sheets: dict[str, Grid], hidden: Sequence[str] = (), spans: dict[tuple[int, int], tuple[int, int]] | None = None
) -> bytes:
    """As LibreOffice writes it, with a million empty rows at the end. `spans`: (row, column) → columns, rows merged."""
    tables = []
    for place, (name, grid) in enumerate(sheets.items()):
        rows = []
        for row, cells in enumerate(grid):
            written = []
            for column, cell in enumerate(cells):
                across, down = (spans or {}).get((row, column), (1, 1)) if place == 0 else (1, 1)
                span = (
                    f' table:number-columns-spanned="{across}" table:number-rows-spanned="{down}"'
                    if across * down > 1
                    else ""
                )
                written.append(_ods_cell(cell, span))
            rows.append(f"<table:table-row>{''.join(written)}{_EMPTY_CELLS}</table:table-row>")
        rows.append(f'<table:table-row table:number-rows-repeated="1048000">{_EMPTY_CELLS}</table:table-row>')
        style = ' table:style-name="off"' if name in hidden else ""
        tables.append(f'<table:table table:name="{escape(name)}"{style}>{"".join(rows)}</table:table>')
    return zipped(
        {
            "mimetype": "application/vnd.oasis.opendocument.spreadsheet",
            "content.xml": _ODS.format(tables="".join(tables)),
        }
    )


def _ods_cell(cell: Any, span: str = "") -> str:
    value, shown = (cell.value, cell.form) if isinstance(cell, Shown) else (cell, "")
    if value is None:
        return "<table:table-cell/>"
    if isinstance(value, str):
        lines = "".join(f"<text:p>{escape(line)}</text:p>" for line in value.split("\n"))
        return f'<table:table-cell office:value-type="string"{span}>{lines}</table:table-cell>'
    if isinstance(value, datetime):
        about = f'office:value-type="date" office:date-value="{value.isoformat()}"'
        return f"<table:table-cell {about}{span}><text:p>{value:%d/%m/%Y %H:%M}</text:p></table:table-cell>"
    if isinstance(value, date):
        about = f'office:value-type="date" office:date-value="{value.isoformat()}"'
        return f"<table:table-cell {about}{span}><text:p>{value:%d/%m/%Y}</text:p></table:table-cell>"
    if isinstance(value, time):
        about = f'office:value-type="time" office:time-value="PT{value:%HH%MM%SS}"'
        return f"<table:table-cell {about}{span}><text:p>{value:%H:%M}</text:p></table:table-cell>"
    about = f'office:value-type="float" office:value="{value}"'
    return f"<table:table-cell {about}{span}><text:p>{shown or value}</text:p></table:table-cell>"


def zipped(files: dict[str, str | bytes]) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return file.getvalue()


def csv_text(grid: Grid, delimiter: str = ",") -> str:
    """As programs write CSV and Excel the clipboard (with a tab): a cell is quoted where it has to be."""
    file = io.StringIO()
    writer = csv.writer(file, delimiter=delimiter, lineterminator="\r\n")
    writer.writerows([["" if cell is None else cell for cell in row] for row in grid])
    return file.getvalue()
