"""Files are told apart by content; text is decoded by evidence; what formats hide is found."""

from __future__ import annotations

import struct
import unicodedata
from datetime import date, time
from typing import Any

import pytest

from attendance.sheets import Broken, legacy, read_book, read_pasted, read_rows, recognise
from attendance.sheets.shown import mask
from attendance.sheets.syllables import is_syllable
from tests.sheets.making import Formula, Shown, csv_text, ods, xls, xlsx

GRID: list[list[Any]] = [
    ["Mã NV", "Họ và tên", "Đơn vị"],
    ["0007", "Nguyễn Thị Hòa", "Văn phòng"],
    ["8", "Đỗ Quỳnh", "Tổ 1"],
]
TEXT = csv_text(GRID)


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
def test_text_of_any_encoding_and_delimiter(delimiter: str, encoding: str) -> None:
    (sheet,) = read_book(csv_text(GRID, delimiter).encode(encoding), "a.csv").sheets
    assert [list(row) for row in sheet.grid] == GRID


def test_the_name_of_a_file_does_not_matter() -> None:
    for data in (xlsx({"DS": GRID}), xls({"DS": GRID}), ods({"DS": GRID}), TEXT.encode()):
        for name in ("a.csv", "a.xlsx", "a.xls", "khong duoi"):
            book = read_book(data, name)
            assert [list(row) for row in book.sheets[0].grid] == GRID


def test_windows_1258_is_decoded_and_western_text_is_left_alone() -> None:
    decomposed = "".join(
        unicodedata.normalize("NFC", "".join(c for c in unicodedata.normalize("NFD", sign) if c not in TONES))
        + "".join(c for c in unicodedata.normalize("NFD", sign) if c in TONES)
        for sign in TEXT
    )
    book = read_book(decomposed.encode("cp1258"), "a.csv")
    assert book.encoding == "windows-1258"
    assert [list(row) for row in book.sheets[0].grid] == GRID
    western = read_book("name;city\nJosé;Zürich\nAndré;Besançon\n".encode("cp1252"), "a.csv")
    assert western.encoding == "windows-1252"
    assert western.sheets[0].grid[1] == ("José", "Zürich")


TONES = "\u0300\u0301\u0303\u0309\u0323"


def test_excels_own_habits_in_text() -> None:
    book = read_book('sep=;\r\n"Mã NV";"Họ tên"\r\n="0015";"Trần ""Tí"" Đức"\r\n'.encode(), "a.csv")
    assert book.sheets[0].grid == (("Mã NV", "Họ tên"), ("0015", 'Trần "Tí" Đức'))


def test_a_quotation_mark_that_is_never_closed_swallows_nothing() -> None:
    book = read_pasted('Mã\tHọ tên\n1\t"Trần Đức\n2\tLê Mai\n3\tĐỗ "Tí" Hải\n')
    assert [row[0] for row in book.sheets[0].grid] == ["Mã", "1", "2", "3"]


def test_lines_inside_a_cell_of_the_clipboard() -> None:
    book = read_pasted('Mã\t"Họ\nvà tên"\r\n1\t"Trần\n""Đức"""\r\n')
    assert book.sheets[0].grid == (("Mã", "Họ\nvà tên"), ("1", 'Trần\n"Đức"'))


@pytest.mark.parametrize("make", [xlsx, xls])
def test_numbers_are_what_they_show_and_failed_formulas_are_broken(make: Any) -> None:
    grid = [["a"], [Shown(7, "0000")], [Shown(7, '"NV"000')], [Shown(7, "#,##0")], [7.5], [Shown(-7, "0000")]]
    (sheet,) = read_book(make({"DS": grid}), "a").sheets
    assert [row[0] for row in sheet.grid] == ["a", "0007", "NV007", 7, 7.5, -7]


def test_broken_cells_of_xlsx() -> None:
    grid = [[Formula("=1/0", "#DIV/0!"), Formula("=A9", None), Formula("=1+1", 2), Formula('="x"', "x")]]
    (sheet,) = read_book(xlsx({"DS": grid}), "a.xlsx").sheets
    assert sheet.grid == ((Broken("#DIV/0!"), Broken("=…"), 2.0, "x"),)


def test_broken_cells_of_xls() -> None:
    data = bytearray(xls({"DS": [["a", 1.234567891, "b"]]}))
    at = data.find(struct.pack("<HHHH", 0x203, 14, 0, 1))  # the number in B1 becomes an error of the same place
    assert at > 0
    style = data[at + 8 : at + 10]
    data[at : at + 18] = (
        struct.pack("<HHHH", 0x205, 8, 0, 1) + style + b"\x2a\x01" + struct.pack("<HH", 0x33, 2) + b"\0\0"
    )
    assert read_book(bytes(data), "a.xls").sheets[0].grid == (("a", Broken("#N/A"), "b"),)


def test_ods_cells() -> None:
    grid = [["a", 1, 2.5, date(2026, 11, 24), time(7, 30), Shown(7, "0007")], [], [None, "c  d\ne"]]
    (sheet,) = read_book(ods({"DS": grid}), "a.ods").sheets
    assert sheet.grid[0] == ("a", 1.0, 2.5, date(2026, 11, 24), time(7, 30), "0007")
    assert sheet.grid[2][:2] == (None, "c  d\ne")
    assert len(sheet.grid) == 3


@pytest.mark.parametrize(
    ("pattern", "number", "shown"),
    [
        ("0000", 15, "0015"),
        ('"NV"000', 15, "NV015"),
        ("\\C000", 15, "C015"),
        ("000;-000", 15, "015"),
        ("00000", 1.5, None),
    ],
)
def test_what_a_format_shows(pattern: str, number: float, shown: str | None) -> None:
    found = mask(pattern)
    assert found is not None
    assert found.shown(number) == shown


@pytest.mark.parametrize(
    "pattern", ["General", "0", "0.00", "#,##0", "dd/mm/yyyy", "0%", "@", "[Red]0.0", "hh:mm", "0E+00"]
)
def test_formats_that_only_show_the_number(pattern: str) -> None:
    assert mask(pattern) is None


ALL = "aàảãáạăằẳẵắặâầẩẫấậeèẻẽéẹêềểễếệiìỉĩíịoòỏõóọôồổỗốộơờởỡớợuùủũúụưừửữứựyỳỷỹýỵđ"
NAMES = "Nguyễn Thị Hòa|Trần Văn Đức|Phạm Quỳnh Như|Đặng Thuỳ Trâm|Hoàng Quốc Việt|Võ Nguyên Khuê|Huỳnh Thúc Kháng"


def backwards(text: str, encoding: str) -> str:
    """Unicode as it was typed for an old font."""
    if encoding == "tcvn3":
        table = {letter: chr(code) for code, letter in legacy._TCVN3.items()}
        return "".join(table.get(sign, sign) for sign in text)
    pairs = {value: key for key, value in sorted(legacy._VNI.items(), key=lambda one: (len(one[0]), one[0]))}
    return "".join(pairs.get(sign, sign) for sign in text)


@pytest.mark.parametrize("encoding", ["tcvn3", "vni"])
def test_every_letter_comes_back(encoding: str) -> None:
    assert legacy.convert(backwards(ALL, encoding), encoding) == ALL
    for name in NAMES.split("|"):
        typed = backwards(name, encoding)
        assert typed != name
        assert legacy.convert(typed, encoding) == name
        assert legacy.makes_sense(name)


@pytest.mark.parametrize("word", ["SĐT", "José", "naïve", "Quŷnh", "ngưh", "bcd", "họđ", "Nguyễnn", "ñôn", "kặk"])
def test_what_is_no_syllable(word: str) -> None:
    assert not is_syllable(word)


def test_unicode_that_could_be_vni_is_left_alone_where_nothing_is_legacy() -> None:
    table = "Mã NV\tHọ và tên\n1\tHòa Lò\n2\tTú Lê\n3\tNguyễn Thị Hùng\n"
    recognised = recognise(read_pasted(table), "employees")
    assert recognised.questions == ()
    assert [row.values["name"] for row in read_rows(recognised).rows] == ["Hòa Lò", "Tú Lê", "Nguyễn Thị Hùng"]


def test_a_text_that_makes_sense_both_ways_is_an_error_in_a_mixed_file() -> None:
    names = [backwards(name, "vni") for name in NAMES.split("|")] + ["Hòa", "Nguyễn Thị Lan"]
    table = "Mã NV\tHọ và tên\n" + "\n".join(f"{at}\t{name}" for at, name in enumerate(names))
    rows = read_rows(recognise(read_pasted(table), "employees"), legacy="vni")
    assert [(error.code, error.value) for error in rows.errors] == [("unclear_text", "Hòa")]
    assert [row.values["name"] for row in rows.rows] == [*NAMES.split("|"), "Nguyễn Thị Lan"]


@pytest.mark.parametrize("make", [xlsx, xls])
def test_the_font_of_a_cell_shows_its_encoding(make: Any) -> None:
    head = [Shown("M· NV", font=".VnTime"), Shown("Hä tªn", font=".VnTimeH")]
    entry = [Shown("1", font=".VnTime"), Shown("lª hïng", font=".VnTimeH")]
    recognised = recognise(read_book(make({"DS": [head, entry]}), "a"), "employees")
    assert recognised.book.legacy_fonts == (".VnTime", ".VnTimeH")
    assert [question.code for question in recognised.questions] == ["legacy"]
    assert [row.values["name"] for row in read_rows(recognised, legacy="tcvn3").rows] == ["LÊ HÙNG"]


@pytest.mark.parametrize("make", [xlsx, xls])
def test_unicode_in_an_old_font_is_not_converted_by_its_font_alone(make: Any) -> None:
    grid = [["Mã NV", "Họ tên"], *([str(at), name] for at, name in enumerate(["Nguyễn Thị Lan", "Hòa Lò", "Đỗ Hiếu"]))]
    book = read_book(make({"DS": [[Shown(cell, font=".VnTime") for cell in row] for row in grid]}), "a")
    rows = read_rows(recognise(book, "employees"), legacy="tcvn3")
    assert [row.values["name"] for row in rows.rows] == ["Nguyễn Thị Lan", "Đỗ Hiếu"]
    assert [error.code for error in rows.errors] == ["unclear_text"]
