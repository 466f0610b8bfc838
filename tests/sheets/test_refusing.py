"""Files that are never opened: each is refused with one sentence, before it can cost memory or do anything."""

from __future__ import annotations

import io
import struct
import subprocess
import sys
import zipfile
import zlib
from functools import cache
from pathlib import Path

import pytest

from api.sheet_speech import tell
from attendance.sheets import BookRefused, limits, read_book, read_pasted
from tests.sheets.making import ods, xls, xlsx, zipped

GRID = [["Mã NV", "Họ và tên"], ["1", "Trần Văn Đức"]]
PLAIN = xlsx({"DS": GRID})


def inside(data: bytes, **changes: bytes) -> bytes:
    """The .xlsx with files added or replaced; `__` stands for `/`, `_0` for a dot."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        files: dict[str, str | bytes] = {name: archive.read(name) for name in archive.namelist()}
    files.update({name.replace("__", "/").replace("_0", "."): content for name, content in changes.items()})
    return zipped(files)


def sheet_xml(data: bytes, old: bytes, new: bytes) -> bytes:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        content = archive.read("xl/worksheets/sheet1.xml")
    assert old in content
    return inside(data, xl__worksheets__sheet1_0xml=content.replace(old, new))


@cache
def bomb() -> bytes:
    """170 MB of blanks in a sheet, packed to less than half a megabyte."""
    file = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(PLAIN)) as plain,
        zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as packed,
    ):
        for name in plain.namelist():
            if name != "xl/worksheets/sheet1.xml":
                packed.writestr(name, plain.read(name))
        with packed.open("xl/worksheets/sheet1.xml", "w") as sheet:
            for _ in range(170):
                sheet.write(b" " * 2**20)
    return file.getvalue()


def lying_bomb() -> bytes:
    """A bomb whose directory says that it unpacks to a hundred bytes."""
    data = bytearray(bomb())
    for mark, at in ((b"PK\x01\x02", 24), (b"PK\x03\x04", 22)):
        found = data.find(mark)
        while found >= 0:
            if struct.unpack_from("<I", data, found + at)[0] > 2**20:
                struct.pack_into("<I", data, found + at, 100)
            found = data.find(mark, found + 4)
    return bytes(data)


def locked_xls() -> bytes:
    data = bytearray(xls({"DS": GRID}))
    at = data.find(b"\x09\x08\x10\x00")  # the first record of the workbook
    after = at + 4 + 16
    data[after : after + 2] = b"\x2f\x00"  # the record behind it says that the rest is encrypted
    return bytes(data)


def claiming(rows: int, columns: int) -> bytes:
    """An .xls that says of a small sheet that it reaches very far."""
    data = bytearray(xls({"DS": GRID}))
    at = data.find(struct.pack("<HH", 0x200, 14))
    struct.pack_into("<IIHH", data, at + 4, 0, rows, 0, columns)
    return bytes(data)


def twice() -> bytes:
    file = io.BytesIO(PLAIN)
    with zipfile.ZipFile(file, "a") as archive:
        archive.writestr("xl/Workbook.xml", archive.read("xl/workbook.xml"))
    return file.getvalue()


def compound(*names: str) -> bytes:
    """An old Office container with empty streams of these names."""
    sector, end, free = 512, 0xFFFFFFFE, 0xFFFFFFFF
    entries = b""
    for place, name in enumerate(("Root Entry", *names)):
        text = name.encode("utf-16-le") + b"\0\0"
        kind = 5 if not place else 2
        entries += (
            text.ljust(64, b"\0") + struct.pack("<HBB", len(text), kind, 1) + struct.pack("<III", free, free, free)
        )
        entries += b"\0" * 36 + struct.pack("<IQ", end, 0)
    entries = entries.ljust(sector, b"\0")
    table = struct.pack("<128I", 0xFFFFFFFD, end, *([free] * 126))
    head = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 16 + struct.pack("<HHHHH", 62, 3, 0xFFFE, 9, 6) + b"\0" * 6
    head += struct.pack("<IIIIIIIII", 0, 1, 1, 0, 4096, end, 0, end, 0) + struct.pack("<109I", 0, *([free] * 108))
    return head + table + entries


FAR = sheet_xml(PLAIN, b'<c r="A1"', b'<c r="XFD1048576"')
ENTITY = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/hostname">]><worksheet>&a;</worksheet>'
LAUGHS = b'<!DOCTYPE l [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]><worksheet>&b;</worksheet>'
DDE = b'<externalLink><ddeLink ddeService="cmd" ddeTopic="/C calc"/></externalLink>'
MANIFEST = '<manifest:manifest xmlns:manifest="urn:x"><manifest:encryption-data/></manifest:manifest>'
STRINGS = b'<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" count="9" uniqueCount="4294967295"/>'
FAR_ROW = sheet_xml(PLAIN, b'<row r="2" spans="1:2"><c r="A2"', b'<row r="1048576"><c')
REFUSED = {
    "nothing": (b"", "empty"),
    "blanks": (b" \r\n\t ", "empty"),
    "too large": (b"a" * (limits.FILE_BYTES + 1), "too_large"),
    "zip bomb": (bomb(), "too_much_inside"),
    "zip bomb that lies": (lying_bomb(), "damaged"),
    "macros in xlsx": (inside(PLAIN, xl__vbaProject_0bin=b"x"), "macros"),
    "macros in xls": (compound("Workbook", "_VBA_PROJECT_CUR", "VBA"), "macros"),
    "macros in ods": (zipped({"content.xml": "<a/>", "Basic/Standard/Module1.xml": "<a/>"}), "macros"),
    "encrypted xlsx": (compound("EncryptedPackage", "EncryptionInfo"), "encrypted"),
    "encrypted xls": (locked_xls(), "encrypted"),
    "encrypted ods": (zipped({"content.xml": "x", "META-INF/manifest.xml": MANIFEST}), "encrypted"),
    "outside entity": (inside(PLAIN, xl__worksheets__sheet1_0xml=ENTITY), "external"),
    "billion laughs": (inside(PLAIN, xl__worksheets__sheet1_0xml=LAUGHS), "external"),
    "entity in ods": (zipped({"content.xml": LAUGHS}), "external"),
    "dde": (inside(PLAIN, xl__externalLinks__externalLink1_0xml=DDE), "external"),
    "data connection": (inside(PLAIN, xl__connections_0xml=b"<connections/>"), "external"),
    "a cell at the far end": (FAR, "too_many_rows"),
    "a cell far to the right": (sheet_xml(PLAIN, b'<c r="A1"', b'<c r="XFD1"'), "too_many_columns"),
    "a far cell in small letters": (sheet_xml(PLAIN, b'<c r="A1"', b'<c r="xfd1048576"'), "too_many_rows"),
    "a far cell in other quotes": (sheet_xml(PLAIN, b'<c r="A1"', b"<c r='XFD1048576'"), "too_many_rows"),
    "a far row of cells without a place": (FAR_ROW, "too_many_rows"),
    "texts counted in billions": (inside(PLAIN, xl__sharedStrings_0xml=STRINGS), "damaged"),
    "an xls of a billion rows": (claiming(2**32 - 1, 2**16 - 1), "damaged"),
    "two files of one name": (twice(), "damaged"),
    "too many rows of text": (b"a;b\n" * (limits.ROWS + 2), "too_many_rows"),
    "too many columns of text": (b"a;" * 300 + b"\nb;c\n", "too_many_columns"),
    "too many sheets": (xlsx({f"S{at}": [["a"]] for at in range(limits.SHEETS + 1)}), "too_many_sheets"),
    "word document": (zipped({"word/document.xml": "<a/>"}), "not_a_sheet"),
    "old word document": (compound("WordDocument"), "not_a_sheet"),
    "web page called xls": (b"<html><table><tr><td>M\xc3\xa3</td></tr></table></html>", "not_a_sheet"),
    "pdf": (b"%PDF-1.7 ...", "not_a_sheet"),
    "picture": (b"\x89PNG\r\n\x1a\n" + bytes(200), "not_a_sheet"),
    "noise": (bytes(range(256)) * 40, "not_a_sheet"),
    "cut xlsx": (PLAIN[: len(PLAIN) // 2], "damaged"),
    "cut xls": (xls({"DS": GRID})[:1500], "damaged"),
    "half utf-8": (b"\xef\xbb\xbfM\xc3\xa3 NV\n\xff\xfe\xff", "text_encoding"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_it_is_refused_with_one_sentence_in_both_languages(name: str) -> None:
    data, code = REFUSED[name]
    with pytest.raises(BookRefused) as refused:
        read_book(data, "Danh sách.xlsx")
    assert refused.value.code == code
    assert tell(refused.value, "en") == str(refused.value)
    for lang in ("vi", "en"):
        said = tell(refused.value, lang)
        assert said.endswith(".")
        assert "{" not in said


def test_a_cell_repeated_a_billion_times_is_refused_before_it_is_spread() -> None:
    wide = ods({"DS": [["a"]]})
    with zipfile.ZipFile(io.BytesIO(wide)) as archive:
        content = archive.read("content.xml").decode()
    cell, row = "<table:table-cell office", "<table:table-row>"
    for old, new, code in (
        (cell, cell.replace(" ", ' table:number-columns-repeated="16384" '), "too_many_columns"),
        (row, row.replace(">", ' table:number-rows-repeated="1048576">'), "too_many_rows"),
    ):
        with pytest.raises(BookRefused) as refused:
            read_book(zipped({"content.xml": content.replace(old, new, 1)}), "a.ods")
        assert refused.value.code == code


def test_a_pasted_nothing_is_refused() -> None:
    with pytest.raises(BookRefused):
        read_pasted("  \n ")


MEASURE = """
import re, sys
from attendance.sheets import BookRefused, read_book
peak = lambda: int(re.search(r"VmHWM:\\s+(\\d+)", open("/proc/self/status").read())[1])
data = open(sys.argv[1], "rb").read()
before = peak()
try:
    read_book(data, "a.xlsx")
except BookRefused as refused:
    print(refused.code, peak() - before)
"""


@pytest.mark.parametrize("name", ["zip bomb", "zip bomb that lies", "a cell at the far end"])
def test_refusing_costs_no_memory(name: str, tmp_path: Path) -> None:
    data, code = REFUSED[name]
    (tmp_path / "a.xlsx").write_bytes(data)
    told = subprocess.run(
        [sys.executable, "-c", MEASURE, str(tmp_path / "a.xlsx")], capture_output=True, text=True, check=True
    ).stdout.split()
    assert told[0] == code
    assert int(told[1]) < 30 * 1024  # kilobytes


def test_the_sum_of_a_damaged_zip_is_checked() -> None:
    at = PLAIN.find(zlib.compress(b"x")[:1])
    damaged = bytearray(PLAIN)
    damaged[at + 60] ^= 0xFF
    try:
        book = read_book(bytes(damaged), "a.xlsx")
    except BookRefused as refused:
        assert refused.code == "damaged"  # noqa: PT017 - a flipped bit may also hit a byte that says nothing
    else:
        assert book.sheets[0].grid == read_book(PLAIN, "a.xlsx").sheets[0].grid
