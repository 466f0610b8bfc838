"""Tables as text: CSV of any program and encoding, and what Excel puts on the clipboard."""

from __future__ import annotations

import codecs
import csv
import io
import re
import unicodedata

from attendance.sheets import legacy, limits, texts
from attendance.sheets.book import Book, BookRefused, Cell, Sheet

_DELIMITERS = "\t;,|"
_WRAPPED = re.compile(r'^="([^"]*)"$')
_LOOKED_AT = 200


def read(data: bytes, file_name: str) -> Book:
    """A file of text. Raises BookRefused where it is none, or in no encoding that makes sense of it."""
    text, encoding = _decode(data, file_name)
    return from_text(text, file_name, form="csv", encoding=encoding)


def from_text(text: str, file_name: str, *, form: str, encoding: str = "") -> Book:
    """A table of text as a book of one sheet. The delimiter is the one under which the lines agree best."""
    said = re.match(r"\ufeff?sep=(.)\r?\n", text)
    if said is not None:
        text = text[said.end() :]
    delimiter = said[1] if said is not None else _delimiter(text)
    rows = _parse(text, delimiter)
    width = max((len(row) for row in rows), default=0)
    limits.check_extent(file_name, len(rows), width)
    grid = tuple(tuple(row) + (None,) * (width - len(row)) for row in rows)
    while grid and all(cell is None for cell in grid[-1]):
        grid = grid[:-1]
    sheet = Sheet(name="", grid=grid)
    return Book(file_name, form, (sheet,), encoding=encoding, delimiter=delimiter)


def _parse(text: str, delimiter: str) -> list[list[Cell]]:
    rows = _rows(text, delimiter, csv.QUOTE_MINIMAL)
    if any(isinstance(cell, str) and "\n" in cell and delimiter in cell for row in rows for cell in row):
        # a quotation mark that was never closed would swallow the lines below; such marks are then signs like others
        rows = _rows(text, delimiter, csv.QUOTE_NONE)
    return rows


def _rows(text: str, delimiter: str, quoting: int) -> list[list[Cell]]:
    before = csv.field_size_limit(limits.FILE_BYTES)
    try:
        found: list[list[Cell]] = []
        lines = io.StringIO(text, newline="")
        for row in csv.reader(lines, delimiter=delimiter, quoting=quoting, strict=False):  # type: ignore[arg-type]
            found.append([_cell(cell) for cell in row])
            if len(found) > limits.ROWS:
                break
        return found
    except csv.Error:
        return [[_cell(cell) for cell in line.split(delimiter)] for line in text.splitlines()[: limits.ROWS + 1]]
    finally:
        csv.field_size_limit(before)


def _cell(text: str) -> Cell:
    wrapped = _WRAPPED.match(text.strip())
    return texts.raw((wrapped[1] if wrapped else text).replace("\0", ""))


def _delimiter(text: str) -> str:
    """The sign that cuts the first lines into the most equal columns; a tab wins a tie, then `;`."""
    sample = text[:200_000]
    best, best_score = ",", 0.0
    for delimiter in _DELIMITERS:
        if delimiter not in sample:
            continue
        widths = [
            sum(1 for cell in row if cell is not None)
            for row in _rows(sample, delimiter, csv.QUOTE_MINIMAL)[:_LOOKED_AT]
        ]
        wide = [width for width in widths if width > 1]
        if not wide:
            continue
        common = max(set(wide), key=wide.count)
        score = sum(1 for width in wide if abs(width - common) <= 1) / max(1, sum(1 for width in widths if width))
        score *= min(common, 6) ** 0.5
        if score > best_score + 1e-9:
            best, best_score = delimiter, score
    return best


def _decode(data: bytes, file_name: str) -> tuple[str, str]:
    if data.startswith(codecs.BOM_UTF8):
        return _strict(data[3:], "utf-8", file_name), "utf-8-sig"
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return _strict(data, "utf-16", file_name), "utf-16"
    sample = data[:4000]
    if b"\0" in sample:
        for name, zeros in (("utf-16-le", sample[1::2]), ("utf-16-be", sample[::2])):
            if zeros.count(0) > len(zeros) * 0.3:
                return _strict(data, name, file_name), name
        raise limits.not_a_sheet(file_name)
    if sum(1 for byte in sample if byte < 32 and byte not in (9, 10, 11, 12, 13, 26, 31)) > len(sample) * 0.02:
        raise limits.not_a_sheet(file_name)
    try:
        return data.decode("utf-8"), "utf-8"
    except UnicodeDecodeError:
        return _one_byte(data, file_name)


def _strict(data: bytes, encoding: str, file_name: str) -> str:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        raise BookRefused(
            "text_encoding",
            "{file} begins as {encoding} text and goes on as something else; save it again as CSV UTF-8.",
            file=file_name, encoding=encoding,
        ) from error  # fmt: skip


def _one_byte(data: bytes, file_name: str) -> tuple[str, str]:
    """Text of one byte per sign: windows-1258 where its words are Vietnamese, else windows-1252, kept for asking.

    TCVN3 and VNI come as windows-1252 too; `recognise` sees them by their words and asks.
    """
    western = data.decode("cp1252", "replace") if b"\x81" in data else _soft(data, "cp1252")
    vietnamese = unicodedata.normalize("NFC", _soft(data, "cp1258"))
    shares = {
        "windows-1258": legacy.share_of_words(vietnamese),
        "tcvn3": legacy.share_of_words(legacy.convert(_soft(data, "latin-1"), "tcvn3")),
        "vni": legacy.share_of_words(legacy.convert(western, "vni")),
        "windows-1252": legacy.share_of_words(western),
    }
    best = max(shares, key=lambda name: shares[name])
    if best == "windows-1258" and shares[best] >= 0.9:
        return vietnamese, best
    return (_soft(data, "latin-1"), "latin-1") if best == "tcvn3" else (western, "windows-1252")


def _soft(data: bytes, encoding: str) -> str:
    return data.decode(encoding, "replace")


__all__ = ["from_text", "read"]
