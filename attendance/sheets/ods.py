"""The .ods of LibreOffice: read from its own XML, cell by cell as it is shown."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from xml.parsers import expat

from attendance.sheets import limits, texts
from attendance.sheets.book import Book, BookRefused, Broken, Cell, Merged, Sheet
from attendance.sheets.zipped import Archive

_OFFICE = "urn:oasis:names:tc:opendocument:xmlns:office:1.0 "
_TABLE = "urn:oasis:names:tc:opendocument:xmlns:table:1.0 "
_TEXT = "urn:oasis:names:tc:opendocument:xmlns:text:1.0 "
_STYLE = "urn:oasis:names:tc:opendocument:xmlns:style:1.0 "
_CALC = "urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0 "


def read(archive: Archive, file_name: str) -> Book:
    """Raises BookRefused: encrypted, scripts, DDE, too large, damaged, or no spreadsheet."""
    manifest = archive.xml("META-INF/manifest.xml")
    if b"encryption-data" in manifest:
        raise limits.encrypted(file_name)
    if any(name.startswith("Basic/") and not name.endswith("/") and "script-lc" not in name for name in archive.names):
        raise limits.macros(file_name)
    archive.weigh()
    content = archive.xml("content.xml")
    if b"dde-link" in content or b"of:=DDE(" in content:
        raise limits.external(file_name)
    reader = _Reader()
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.StartElementHandler = reader.start
    parser.EndElementHandler = reader.end
    parser.CharacterDataHandler = reader.characters
    parser.buffer_text = True
    try:
        parser.Parse(content, True)
    except (expat.ExpatError, ValueError, OverflowError) as error:
        raise limits.damaged(file_name) from error
    if not reader.is_sheet:
        raise limits.not_a_sheet(file_name)
    return Book(file_name, "ods", tuple(reader.sheets), epoch_1904=reader.epoch_1904)


@dataclass(slots=True)
class _Open:
    """The sheet being read; empty rows are only stored once something follows them."""

    name: str
    hidden: bool
    grid: list[list[Cell]] = field(default_factory=list)
    merged: list[Merged] = field(default_factory=list)
    hidden_rows: set[int] = field(default_factory=set)
    rows: int = 0
    width: int = 0


@dataclass(slots=True)
class _Reader:
    sheets: list[Sheet] = field(default_factory=list)
    hidden_styles: set[str] = field(default_factory=set)
    is_sheet: bool = False
    epoch_1904: bool = False
    style: str = ""
    open: _Open | None = None
    row: list[Cell] = field(default_factory=list)
    row_repeated: int = 1
    row_hidden: bool = False
    gap: int = 0
    cell: dict[str, str] | None = None
    lines: list[str] = field(default_factory=list)
    aside: int = 0
    in_line: int = 0

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        if tag == _OFFICE + "annotation" or (self.aside and not tag.startswith(_TEXT)):
            self.aside += 1
        elif tag == _OFFICE + "spreadsheet":
            self.is_sheet = True
        elif tag == _STYLE + "style":
            self.style = attributes.get(_STYLE + "name", "")
        elif tag == _STYLE + "table-properties" and attributes.get(_TABLE + "display") == "false":
            self.hidden_styles.add(self.style)
        elif tag == _TABLE + "null-date":
            self.epoch_1904 = attributes.get(_TABLE + "date-value", "").startswith("1904")
        elif tag == _TABLE + "table" and self.open is None:
            limits.check_sheets(len(self.sheets) + 1)
            hidden = attributes.get(_TABLE + "style-name", "") in self.hidden_styles
            self.open = _Open(attributes.get(_TABLE + "name", "?"), hidden)
        elif tag == _TABLE + "table-row":
            self.row, self.gap = [], 0
            self.row_repeated = _count(attributes, "number-rows-repeated")
            self.row_hidden = attributes.get(_TABLE + "visibility", "visible") != "visible"
        elif tag in (_TABLE + "table-cell", _TABLE + "covered-table-cell"):
            self.cell, self.lines = attributes, []
        elif tag == _TEXT + "p" and not self.aside and self.cell is not None:
            self.lines.append("")
            self.in_line += 1
        elif self.in_line and not self.aside and self.lines:
            if tag == _TEXT + "s":
                self.lines[-1] += " " * min(1000, int(attributes.get(_TEXT + "c", "1")))
            elif tag == _TEXT + "tab":
                self.lines[-1] += "\t"
            elif tag == _TEXT + "line-break":
                self.lines[-1] += "\n"

    def characters(self, text: str) -> None:
        if self.in_line and not self.aside and self.lines:
            self.lines[-1] += text

    def end(self, tag: str) -> None:
        if self.aside:
            if not tag.startswith(_TEXT):
                self.aside -= 1
        elif tag == _TEXT + "p" and self.in_line:
            self.in_line -= 1
        elif tag in (_TABLE + "table-cell", _TABLE + "covered-table-cell"):
            self._end_cell()
        elif tag == _TABLE + "table-row":
            self._end_row()
        elif tag == _TABLE + "table" and self.open is not None:
            sheet = self.open
            for row in sheet.grid:
                row.extend([None] * (sheet.width - len(row)))
            grid = tuple(tuple(row) for row in sheet.grid)
            hidden = frozenset(row for row in sheet.hidden_rows if row < len(grid))
            self.sheets.append(Sheet(sheet.name, grid, sheet.hidden, tuple(sheet.merged), hidden))
            self.open = None

    def _end_cell(self) -> None:
        attributes, self.cell = self.cell or {}, None
        repeated = _count(attributes, "number-columns-repeated")
        value = _value(attributes, "\n".join(self.lines))
        if value is None:
            self.gap += repeated
            return
        if self.open is None:
            return
        limits.check_extent(self.open.name, 1, len(self.row) + self.gap + repeated)
        self.row.extend([None] * self.gap)
        self.gap = 0
        across, down = _count(attributes, "number-columns-spanned"), _count(attributes, "number-rows-spanned")
        if across > 1 or down > 1:
            top, left = self.open.rows, len(self.row)
            self.open.merged.append(Merged(top, left, top + down - 1, left + across - 1))
        self.row.extend([value] * repeated)

    def _end_row(self) -> None:
        sheet = self.open
        if sheet is None:
            return
        if self.row:
            rows, width = sheet.rows + self.row_repeated, max(sheet.width, len(self.row))
            limits.check_extent(sheet.name, rows, width)
            sheet.grid.extend([] for _ in range(sheet.rows - len(sheet.grid)))
            sheet.grid.extend(list(self.row) for _ in range(self.row_repeated))
            sheet.width = width
        if self.row_hidden and self.row_repeated <= limits.ROWS:
            sheet.hidden_rows.update(range(sheet.rows, sheet.rows + self.row_repeated))
        sheet.rows += self.row_repeated


def _count(attributes: dict[str, str], name: str) -> int:
    written = attributes.get(_TABLE + name, "1")
    return max(1, min(int(written), 2**21)) if written.isdigit() else 1


def _value(attributes: dict[str, str], shown: str) -> Cell:
    """The value of a cell; a number that is shown with leading zeros or letters of its own is what it shows."""
    kind = attributes.get(_OFFICE + "value-type", "")
    if attributes.get(_CALC + "value-type") == "error":
        return Broken(shown or "#?")
    if not kind and not shown and _TABLE + "formula" in attributes:
        return Broken("=…")
    if kind in ("", "string"):
        return texts.raw(shown or attributes.get(_OFFICE + "string-value", ""))
    if kind == "boolean":
        return attributes.get(_OFFICE + "boolean-value") == "true"
    if kind == "date":
        written = attributes.get(_OFFICE + "date-value", "")
        try:
            return date.fromisoformat(written) if len(written) == 10 else datetime.fromisoformat(written[:19])
        except ValueError:
            return texts.raw(shown)
    if kind == "time":
        return _time(attributes.get(_OFFICE + "time-value", ""), shown)
    try:
        number = float(attributes.get(_OFFICE + "value", ""))
    except ValueError:
        return texts.raw(shown)
    if not math.isfinite(number):
        return Broken(shown or "#NUM!")
    plain = shown.strip()
    if plain and number >= 0 and number == int(number) and number < 1e15:
        digits = "".join(sign for sign in plain if sign.isdigit())
        own = digits == str(int(number)).zfill(len(digits)) and (plain.isdigit() or plain[0].isalpha())
        if own and plain != str(int(number)) and plain.isalnum():
            return texts.raw(plain)
    return number


def _time(written: str, shown: str) -> Cell:
    """`PT07H30M00S` as a time of day, or a span where it is longer than a day."""
    numbers, digits = {}, ""
    for sign in written.removeprefix("PT"):
        if sign.isdigit() or sign == ".":
            digits += sign
        elif digits:
            numbers[sign] = float(digits)
            digits = ""
    if not numbers:
        return texts.raw(shown)
    span = timedelta(hours=numbers.get("H", 0), minutes=numbers.get("M", 0), seconds=numbers.get("S", 0))
    if span >= timedelta(days=1):
        return span
    seconds = round(span.total_seconds())
    return time(seconds // 3600 % 24, seconds // 60 % 60, seconds % 60)


__all__ = ["BookRefused", "read"]
