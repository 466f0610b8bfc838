"""The .xls of Excel 97 to 2003: values by calamine, and from its records what calamine leaves out.

As with .xlsx: failed formulas, leading zeros of formats, hidden rows, the epoch. Here also the font of every cell,
which is what shows that a text is TCVN3 or VNI.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field

from attendance.sheets import limits
from attendance.sheets.book import Book, Broken, Cell, Sheet
from attendance.sheets.calamining import Opened, opened
from attendance.sheets.compound import NotCompound, streams
from attendance.sheets.shown import Mask, mask
from attendance.sheets.xlsx import legacy_of_font, overlay

_BOF, _EOF, _FILEPASS, _DATEMODE, _FONT, _FORMAT, _XF, _BOUNDSHEET = 0x809, 0x0A, 0x2F, 0x22, 0x31, 0x41E, 0xE0, 0x85
_DIMENSIONS, _ROW, _FORMULA, _BOOLERR = 0x200, 0x208, 0x06, 0x205
_ONE = (0x203, 0x27E, 0xFD, 0x204, 0xD6, _BOOLERR, _FORMULA)
_MANY = (0xBD, 0xBE)
_ERRORS = {0x00: "#NULL!", 0x07: "#DIV/0!", 0x0F: "#VALUE!", 0x17: "#REF!", 0x1D: "#NAME?", 0x24: "#NUM!", 0x2A: "#N/A"}


@dataclass(slots=True)
class _Part:
    """One sheet as its records show it."""

    broken: dict[tuple[int, int], str] = field(default_factory=dict)
    masked: dict[tuple[int, int], Mask] = field(default_factory=dict)
    legacy: dict[tuple[int, int], str] = field(default_factory=dict)
    hidden_rows: set[int] = field(default_factory=set)
    bottom: int = 0
    right: int = 0


@dataclass(slots=True)
class _Globals:
    fonts: list[str] = field(default_factory=list)
    formats: dict[int, str] = field(default_factory=dict)
    styles: list[tuple[int, int]] = field(default_factory=list)
    offsets: list[int] = field(default_factory=list)
    epoch_1904: bool = False
    masks: dict[int, Mask] = field(default_factory=dict)
    legacy: dict[int, str] = field(default_factory=dict)

    def settle(self) -> None:
        """What each style of a cell means, once all fonts and formats are known."""
        for number, (font, form) in enumerate(self.styles):
            found = mask(self.formats.get(form, ""))
            if found is not None:
                self.masks[number] = found
            at = font - 1 if font > 4 else font  # the format skips number 4
            encoding = legacy_of_font(self.fonts[at]) if at < len(self.fonts) else ""
            if encoding:
                self.legacy[number] = encoding


def read(data: bytes, file_name: str) -> Book:
    """Raises BookRefused for a compound file that is no workbook, is locked, has macros, or does not hold together."""
    try:
        found = streams(data)
    except NotCompound as error:
        raise limits.damaged(file_name) from error
    names = {name.casefold() for name in found}
    if names & {"encryptedpackage", "encryptioninfo"}:
        raise limits.encrypted(file_name)
    if names & {"_vba_project_cur", "vba", "_vba_project"}:
        raise limits.macros(file_name)
    content = found.get("Workbook") or found.get("Book")
    if content is None:
        raise limits.not_a_sheet(file_name)
    try:
        about, parts = _walk(content, file_name)
    except (struct.error, IndexError) as error:
        raise limits.damaged(file_name) from error
    limits.check_sheets(len(parts))
    for number, part in enumerate(parts, 1):
        limits.check_extent(str(number), part.bottom + 1, part.right + 1)
    with opened(data, file_name) as book:
        if len(parts) < len(book.names):
            raise limits.damaged(file_name)
        sheets = tuple(_sheet(book, name, part) for name, part in zip(book.names, parts, strict=False))
    fonts = tuple(sorted({font for font in about.fonts if legacy_of_font(font)}))
    return Book(file_name, "xls", sheets, epoch_1904=about.epoch_1904, legacy_fonts=fonts)


def _records(content: bytes, start: int = 0) -> Iterator[tuple[int, bytes]]:
    while start + 4 <= len(content):
        kind, length = struct.unpack_from("<HH", content, start)
        yield kind, content[start + 4 : start + 4 + length]
        start += 4 + length


def _walk(content: bytes, file_name: str) -> tuple[_Globals, list[_Part]]:
    about = _Globals()
    for kind, body in _records(content):
        if kind == _FILEPASS:
            raise limits.encrypted(file_name)
        if kind == _DATEMODE:
            about.epoch_1904 = body[:2] == b"\1\0"
        elif kind == _FONT and len(body) > 16:
            about.fonts.append(_short_text(body[14:]))
        elif kind == _FORMAT and len(body) > 5:
            about.formats[struct.unpack_from("<H", body)[0]] = _long_text(body[2:])
        elif kind == _XF:
            about.styles.append(struct.unpack_from("<HH", body))
        elif kind == _BOUNDSHEET and len(body) > 6 and body[5] == 0:
            about.offsets.append(struct.unpack_from("<I", body)[0])
        elif kind == _BOUNDSHEET and len(body) > 6 and body[5] in (1, 6):
            raise limits.macros(file_name)
        elif kind == _EOF:
            break
    about.settle()
    return about, [_part(content, offset, about, file_name) for offset in about.offsets]


def _part(content: bytes, offset: int, about: _Globals, file_name: str) -> _Part:
    part = _Part()
    depth = 0
    for kind, body in _records(content, offset):
        if kind == _BOF:
            depth += 1
        elif kind == _EOF:
            depth -= 1
            if depth <= 0:
                break
        elif depth != 1 and kind != _DIMENSIONS:
            continue  # a chart inside the sheet
        elif kind == _DIMENSIONS and len(body) >= 8:
            rows = struct.unpack_from("<I", body, 4)[0] if len(body) >= 14 else 0
            columns = [struct.unpack_from("<H", body, at)[0] for at in (6, 10) if len(body) >= at + 2]
            if rows > 65_536 or max(columns) > 256:
                raise limits.damaged(file_name)  # calamine would set memory aside for all of it
        elif kind == _ROW and len(body) >= 16:
            number, options = struct.unpack_from("<H", body)[0], struct.unpack_from("<I", body, 12)[0]
            if options & 0x20:
                part.hidden_rows.add(number)
        elif kind in _ONE and len(body) >= 6:
            _cell(part, kind, body, about)
        elif kind in _MANY and len(body) >= 6:
            row, first = struct.unpack_from("<HH", body)
            step = 6 if kind == 0xBD else 2
            for count, at in enumerate(range(4, len(body) - 2, step)):
                _note(part, (row, first + count), struct.unpack_from("<H", body, at)[0], about, filled=kind == 0xBD)
    return part


def _cell(part: _Part, kind: int, body: bytes, about: _Globals) -> None:
    row, column, style = struct.unpack_from("<HHH", body)
    _note(part, (row, column), style, about, filled=True)
    if kind == _BOOLERR and len(body) >= 8 and body[7]:
        part.broken[row, column] = _ERRORS.get(body[6], "#?")
    elif kind == _FORMULA and len(body) >= 14 and body[12:14] == b"\xff\xff" and body[6] == 2:
        part.broken[row, column] = _ERRORS.get(body[8], "#?")


def _note(part: _Part, at: tuple[int, int], style: int, about: _Globals, *, filled: bool) -> None:
    if not filled:
        return
    part.bottom, part.right = max(part.bottom, at[0]), max(part.right, at[1])
    if style in about.masks:
        part.masked[at] = about.masks[style]
    if style in about.legacy:
        part.legacy[at] = about.legacy[style]


def _short_text(body: bytes) -> str:
    """A text of Excel 97 with a length of one byte."""
    length, wide = body[0], body[1] & 1
    return _decode(body[2:], length, wide)


def _long_text(body: bytes) -> str:
    length, wide = struct.unpack_from("<H", body)[0], body[2] & 1
    return _decode(body[3:], length, wide)


def _decode(body: bytes, length: int, wide: int) -> str:
    return body[: length * 2].decode("utf-16-le", "replace") if wide else body[:length].decode("latin-1")


def _sheet(book: Opened, name: str, part: _Part) -> Sheet:
    grid = book.grid(name)
    cells: dict[tuple[int, int], Cell] = {at: Broken(shown) for at, shown in part.broken.items()}
    for (row, column), masked in part.masked.items():
        if row < len(grid) and column < len(grid[row]):
            value = grid[row][column]
            if isinstance(value, (int, float)) and not isinstance(value, bool):
                cells[row, column] = masked.shown(value) or value
    return Sheet(
        name=name,
        grid=overlay(grid, cells),
        hidden=book.hidden(name),
        merged=book.merged(name),
        hidden_rows=frozenset(part.hidden_rows),
        legacy_cells=part.legacy,
    )
