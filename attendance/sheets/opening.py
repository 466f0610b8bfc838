"""Bytes become a book: the format is told by content, what is dangerous or too large is refused before it is parsed."""

from __future__ import annotations

from dataclasses import replace
from pathlib import PurePath

from attendance.sheets import delimited, limits, ods, xls, xlsx
from attendance.sheets.book import Book, BookRefused
from attendance.sheets.zipped import Archive

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_OTHERS = (
    b"%PDF",
    b"\x89PNG",
    b"\xff\xd8\xff",
    b"GIF8",
    b"Rar!",
    b"7z\xbc\xaf",
    b"\x1f\x8b",
    b"{\\rtf",
    b"MZ",
    b"\x7fELF",
)


def read_book(data: bytes, file_name: str) -> Book:
    """Tables of a spreadsheet: xlsx, xls, ods, csv, tsv or txt, told apart by content, not by name.

    Raises BookRefused before anything is parsed where size or type forbid it.
    """
    name = PurePath(file_name.replace("\\", "/")).name or "?"
    if not data.strip():
        raise BookRefused("empty", "{file} is empty; choose the file with the list.", file=name)
    if len(data) > limits.FILE_BYTES:
        raise BookRefused(
            "too_large",
            "{file} is larger than {most} MB; remove pictures and other sheets, or split it.",
            file=name, most=limits.FILE_BYTES // 2**20,
        )  # fmt: skip
    if data.startswith(b"PK"):
        return _zipped(data, name)
    if data.startswith(_OLE):
        return xls.read(data, name)
    if data.startswith(_OTHERS) or data.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] == b"<":
        raise limits.not_a_sheet(name)
    return delimited.read(data, name)


def read_pasted(text: str) -> Book:
    """The block somebody copied in Excel (or a table of CSV text), as a book of one sheet. Raises BookRefused."""
    if not text.strip():
        raise BookRefused("empty", "{file} is empty; choose the file with the list.", file="paste")
    if len(text) > limits.FILE_BYTES:
        raise BookRefused(
            "too_large",
            "{file} is larger than {most} MB; remove pictures and other sheets, or split it.",
            file="paste", most=limits.FILE_BYTES // 2**20,
        )  # fmt: skip
    return replace(delimited.from_text(text, "paste", form="pasted"), file_name="")  # a block has no name to show


def _zipped(data: bytes, name: str) -> Book:
    archive = Archive(data, name)
    names = set(archive.names)
    if any(entry.lower().endswith("vbaproject.bin") for entry in names):
        raise limits.macros(name)
    if "xl/workbook.xml" in names:
        return xlsx.read(data, archive, name)
    if "content.xml" in names:
        return ods.read(archive, name)
    raise limits.not_a_sheet(name)
