"""The .xlsx: values by calamine, and from the XML itself what calamine leaves out.

Left out there: cells whose formula failed or was never calculated (they come as empty), numbers shown with leading
zeros, hidden rows, the epoch of bare serial numbers, and cells so far away that the sheet would not fit in memory.
"""

from __future__ import annotations

import posixpath
import re
from dataclasses import dataclass, field
from html import unescape

from attendance.sheets import limits
from attendance.sheets.book import Book, Broken, Cell, Sheet, index
from attendance.sheets.calamining import Opened, opened
from attendance.sheets.shown import Mask, mask
from attendance.sheets.zipped import Archive

_CELL = re.compile(rb"<(?:\w+:)?c(?=[\s/>])([^>]*?)(/?)>")
_ROW = re.compile(rb"<(?:\w+:)?row(?=[\s/>])([^>]*?)/?>")
_UNREADY = re.compile(rb"<(?:\w+:)?f[\s/>]")
_RESULT = re.compile(rb"<(?:\w+:)?v[^>]*>([^<]+)<")
_ATTRIBUTE = re.compile(rb"""([\w:]+)\s*=\s*(?:"([^"]*)"|'([^']*)')""")
_REFERENCE = re.compile(r"([A-Z]{1,3})(\d{1,7})$")


def read(data: bytes, archive: Archive, file_name: str) -> Book:
    """Raises BookRefused for what is refused of a zip that has `xl/workbook.xml`."""
    _refuse_what_acts(archive, file_name)
    archive.weigh()
    workbook = archive.xml("xl/workbook.xml")
    paths = _paths(archive, workbook)
    limits.check_sheets(len(paths))
    styles = _styles(archive.xml("xl/styles.xml"))
    oddities = {}
    for path in archive.names:
        if path.lower().startswith("xl/") and path.lower().endswith(".xml"):
            content = archive.xml(path)
            if b"sheetData" in content:
                oddities[path.casefold()] = _scan(content, file_name, styles)
    with opened(data, file_name) as book:
        if any(paths.get(name, "").casefold() not in oddities for name in book.names):
            raise limits.damaged(file_name)
        sheets = tuple(_sheet(book, name, oddities[paths[name].casefold()]) for name in book.names)
    epoch = re.search(rb"""date1904\s*=\s*["'](1|true|on)["']""", workbook) is not None
    return Book(file_name, "xlsx", sheets, epoch_1904=epoch, legacy_fonts=styles.fonts)


def legacy_of_font(name: str) -> str:
    """The encoding of text in a font: `tcvn3` (`.VnTime`), `tcvn3_capitals` (`.VnTimeH`), `vni`, or nothing."""
    if name.casefold().startswith(".vn"):
        return "tcvn3_capitals" if name.endswith("H") else "tcvn3"
    return "vni" if name.casefold().startswith("vni-") else ""


def _refuse_what_acts(archive: Archive, file_name: str) -> None:
    for name in archive.names:
        if name.lower() in ("xl/connections.xml",) or name.lower().startswith("xl/macrosheets/"):
            raise limits.external(file_name) if "connections" in name.lower() else limits.macros(file_name)
        if name.lower().startswith("xl/externallinks/") and b"ddeLink" in archive.xml(name):
            raise limits.external(file_name)


def _attributes(tag: bytes) -> dict[bytes, bytes]:
    return {name: double or single for name, double, single in _ATTRIBUTE.findall(tag)}


def _paths(archive: Archive, workbook: bytes) -> dict[str, str]:
    """Name of each sheet → its file in the zip."""
    targets: dict[bytes, str] = {}
    for tag in re.findall(rb"<(?:\w+:)?Relationship\s[^>]*>", archive.xml("xl/_rels/workbook.xml.rels")):
        attributes = _attributes(tag)
        target = attributes.get(b"Target", b"").decode("utf-8", "replace")
        path = target.lstrip("/") if target.startswith("/") else posixpath.normpath(posixpath.join("xl", target))
        targets[attributes.get(b"Id", b"")] = path
    found = {}
    for tag in re.findall(rb"<(?:\w+:)?sheet\s[^>]*>", workbook):
        attributes = _attributes(tag)
        relation = next((value for key, value in attributes.items() if key.endswith(b":id")), b"")
        name = unescape(attributes.get(b"name", b"").decode("utf-8", "replace"))
        if relation in targets:
            found[name] = targets[relation]
    return found


@dataclass(frozen=True, slots=True)
class _Styles:
    """By the number of a cell's style: what its format shows beside the number, and the encoding of its font."""

    masks: dict[bytes, Mask]
    legacy: dict[bytes, str]
    fonts: tuple[str, ...]


def _styles(styles: bytes) -> _Styles:
    formats: dict[bytes, Mask] = {}
    for tag in re.findall(rb"<(?:\w+:)?numFmt\s[^>]*>", styles):
        attributes = _attributes(tag)
        found = mask(unescape(attributes.get(b"formatCode", b"").decode("utf-8", "replace")))
        if found is not None:
            formats[attributes.get(b"numFmtId", b"")] = found
    fonts = []
    for font in re.findall(rb"<(?:\w+:)?font(?:\s[^>]*)?>(.*?)</(?:\w+:)?font>", _section(styles, b"fonts"), re.DOTALL):
        name = re.search(rb"""<(?:\w+:)?name\s+val=["']([^"']*)["']""", font)
        fonts.append(unescape(name[1].decode("utf-8", "replace")) if name else "")
    masks, legacy = {}, {}
    for number, tag in enumerate(re.findall(rb"<(?:\w+:)?xf\s[^>]*>", _section(styles, b"cellXfs"))):
        attributes, style = _attributes(tag), str(number).encode()
        found = formats.get(attributes.get(b"numFmtId", b""))
        if found is not None:
            masks[style] = found
        font = attributes.get(b"fontId", b"")
        if font.isdigit() and int(font) < len(fonts) and legacy_of_font(fonts[int(font)]):
            legacy[style] = legacy_of_font(fonts[int(font)])
    return _Styles(masks, legacy, tuple(sorted({font for font in fonts if legacy_of_font(font)})))


def _section(styles: bytes, name: bytes) -> bytes:
    found = re.search(rb"<(?:\w+:)?" + name + rb"[\s>].*?</(?:\w+:)?" + name + rb">", styles, re.DOTALL)
    return found[0] if found else b""


@dataclass(slots=True)
class _Oddities:
    broken: dict[tuple[int, int], str] = field(default_factory=dict)
    masked: dict[tuple[int, int], Mask] = field(default_factory=dict)
    legacy: dict[tuple[int, int], str] = field(default_factory=dict)
    hidden_rows: set[int] = field(default_factory=set)


def _scan(content: bytes, file_name: str, styles: _Styles) -> _Oddities:
    """What calamine does not tell of a sheet. Raises BookRefused where the sheet reaches too far."""
    found = _Oddities()
    if b"hidden=" in content:
        for tag in _ROW.finditer(content):
            attributes = _attributes(tag[1])
            if attributes.get(b"hidden") in (b"1", b"true") and attributes.get(b"r", b"").isdigit():
                found.hidden_rows.add(int(attributes[b"r"]) - 1)
    bottom = right = 0
    bare = False
    formulas = _UNREADY.search(content) is not None
    tags = _CELL.finditer(content)
    for tag in tags:
        if tag[2]:
            continue
        attributes = _attributes(tag[1])
        if b"r" not in attributes:
            bare = True
            continue
        reference = _REFERENCE.match(attributes[b"r"].decode("ascii", "replace").upper())
        if reference is None:
            raise limits.damaged(file_name)
        column, row = index(reference[1]), int(reference[2]) - 1
        bottom, right = max(bottom, row), max(right, column)
        style, kind = attributes.get(b"s", b""), attributes.get(b"t", b"")
        if kind == b"e":
            result = _RESULT.search(content, tag.end(), tag.end() + 4096)
            found.broken[row, column] = result[1].decode("utf-8", "replace") if result else "#?"
        elif formulas and kind != b"str" and _never_calculated(content, tag.end()):
            found.broken[row, column] = "=…"
        elif style in styles.masks and kind in (b"", b"n"):
            found.masked[row, column] = styles.masks[style]
        if style in styles.legacy:
            found.legacy[row, column] = styles.legacy[style]
    if bare:  # cells without a place of their own stand side by side in their row
        rows = [_attributes(tag[1]).get(b"r", b"0") for tag in _ROW.finditer(content)]
        bottom = max([bottom, len(rows), *(int(row) for row in rows if row.isdigit())])
        right = max(right, *(part.count(b"<") for part in content.split(b"row")))
    limits.check_extent(file_name, bottom + 1, right + 1)
    return found


def _never_calculated(content: bytes, start: int) -> bool:
    """Whether the cell that begins here has a formula and no result."""
    if _UNREADY.match(content, start) is None:
        return False
    end = content.find(b"c>", start)
    while end > 0 and content[end - 1 : end] not in (b"/", b":"):
        end = content.find(b"c>", end + 1)
    return _RESULT.search(content, start, end if end > 0 else len(content)) is None


def _sheet(book: Opened, name: str, odd: _Oddities) -> Sheet:
    grid = book.grid(name)
    overlaid: dict[tuple[int, int], Cell] = {at: Broken(shown) for at, shown in odd.broken.items()}
    for (row, column), masked in odd.masked.items():
        if row < len(grid) and column < len(grid[row]):
            value = grid[row][column]
            if isinstance(value, (int, float)) and not isinstance(value, bool):
                overlaid[row, column] = masked.shown(value) or value
    return Sheet(
        name=name,
        grid=overlay(grid, overlaid),
        hidden=book.hidden(name),
        merged=book.merged(name),
        hidden_rows=frozenset(odd.hidden_rows),
        legacy_cells=odd.legacy,
    )


def overlay(grid: list[list[Cell]], cells: dict[tuple[int, int], Cell]) -> tuple[tuple[Cell, ...], ...]:
    """The grid with some cells replaced, grown where they lie outside of it."""
    if cells:
        height = max(len(grid), 1 + max(row for row, _ in cells))
        width = max([len(row) for row in grid] + [1 + column for _, column in cells])
        grid.extend([] for _ in range(height - len(grid)))
        for row in grid:
            row.extend([None] * (width - len(row)))
        for (at, column), value in cells.items():
            grid[at][column] = value
    return tuple(tuple(row) for row in grid)
