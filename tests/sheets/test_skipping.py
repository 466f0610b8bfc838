"""Rows that are no entries are left out and listed; a row with all it needs is always an entry."""

from __future__ import annotations

import pytest

from attendance.sheets import Rows, read_book, read_pasted, read_rows, recognise
from tests.sheets.making import xlsx

HEAD = "Mã NV\tHọ tên\n"


def read(table: str, kind: str = "employees") -> Rows:
    return read_rows(recognise(read_pasted(table), kind))


def codes(rows: Rows) -> list[object]:
    return [row.values["code"] for row in rows.rows]


@pytest.mark.parametrize(
    ("below", "skipped"),
    [
        ("Tổng cộng\t2 người\n", {4: "total"}),
        ("\tTổng số: 2\n", {4: "total"}),
        ("Cộng: 2\t\n", {4: "total"}),
        ("\t\nNgười lập biểu\tThủ trưởng đơn vị\n\t\nNguyễn Văn Ba\tTrần Thị Tư\n", {5: "signature", 7: "signature"}),
        ("Hà Nội, ngày 25 tháng 11 năm 2026\t\nNgười lập\tChủ tịch\n", {4: "signature", 5: "signature"}),
        ("\tNgười lập\n\tVũ Thị Ba\n", {4: "signature", 5: "signature"}),
        ("Mã NV\tHọ tên\n", {4: "header"}),
        ("Ví dụ: CB9\tNguyễn Thị Mẫu\n", {4: "example"}),
        ("(VD) CB9\tNguyễn Thị Mẫu\n", {4: "example"}),
    ],
)
def test_what_stands_below_a_list_is_no_entry(below: str, skipped: dict[int, str]) -> None:
    rows = read(HEAD + "A1\tTrần Văn Đức\nA2\tLê Thị Mai\n" + below)
    assert codes(rows) == ["A1", "A2"]
    assert rows.errors == ()
    assert dict(rows.skipped) == skipped
    assert {note.code for note in rows.notes} == {f"skipped_{why}" for why in skipped.values()}


def test_totals_between_entries_end_nothing() -> None:
    rows = read("STT\t" + HEAD + "1\tA1\tTrần Văn Đức\n\tCộng: 1\t\n2\tA2\tLê Thị Mai\n")
    assert codes(rows) == ["A1", "A2"]
    assert rows.skipped == ((3, "total"),)


@pytest.mark.parametrize(
    ("kind", "table", "expected"),
    [
        ("employees", HEAD + "KT 01\tTrần Văn Đức\nTM 02\tLê Thị Mai\nTL 3\tĐỗ Cộng\n", ["KT 01", "TM 02", "TL 3"]),
        ("employees", HEAD + "A1\tTống Thị Cộng\nA2\tVũ Ban\n", ["A1", "A2"]),
        ("units", "Mã đơn vị\tTên đơn vị\nKT\tKế toán\nGD\tBan Giám đốc\nTC\tTổng cục\n", ["KT", "GD", "TC"]),
        ("units", "Mã đơn vị\tTên đơn vị\nTM HD\tThường trực\nKT XH\tKinh tế\n", ["TM HD", "KT XH"]),
    ],
)
def test_entries_that_look_like_something_else_are_entries(kind: str, table: str, expected: list[str]) -> None:
    rows = read(table, kind)
    assert codes(rows) == expected
    assert rows.skipped == ()


def test_an_entry_that_lacks_something_is_an_error_and_not_left_out() -> None:
    rows = read(HEAD + "A1\tTrần Văn Đức\n\tLê Thị Mai\nA3\t\n")
    assert [(error.row, error.target, error.code) for error in rows.errors] == [
        (3, "code", "required"),
        (4, "name", "required"),
    ]
    assert rows.skipped == ()


def test_a_unit_without_a_code_is_no_heading() -> None:
    rows = read("Mã đơn vị\tTên đơn vị\nNV\tPhòng Nội vụ\n\tPhòng Tài chính\nVP\tVăn phòng\n", "units")
    assert [(error.row, error.target) for error in rows.errors] == [(3, "code")]


def test_headings_of_groups_name_the_unit_where_no_column_does() -> None:
    rows = read(HEAD + "Phòng Nội vụ\t\nA1\tTrần Văn Đức\nII. Phòng Tài chính\t\nA2\tLê Thị Mai\n")
    assert [row.values["unit"] for row in rows.rows] == ["Phòng Nội vụ", "Phòng Tài chính"]
    rows = read("Mã NV\tHọ tên\tPhòng\nPhòng Nội vụ\t\t\nA1\tTrần Văn Đức\tNV\n")
    assert [row.values["unit"] for row in rows.rows] == ["NV"]


def test_numbers_below_the_header_are_left_out_but_small_numbers_are_entries() -> None:
    numbered = read("Mã NV\tHọ tên\tPhòng\n(1)\t(2)\t(3)\nA1\tTrần Văn Đức\tNV\n")
    assert codes(numbered) == ["A1"]
    rows = read("Máy\tUser ID\tMã NV\n1\t2\t3\n1\t3\t4\n", "enrolments")
    assert [row.values["employee"] for row in rows.rows] == ["3", "4"]


def test_a_row_that_was_mended_is_an_entry() -> None:
    recognised = recognise(read_pasted(HEAD + "A1\tTrần Văn Đức\nTổng cộng\t\n"), "employees")
    rows = read_rows(recognised, mends={(3, "A"): "A2", (3, "B"): "Lê Thị Mai"})
    assert codes(rows) == ["A1", "A2"]


def test_rows_that_hold_nothing_that_is_read_are_told() -> None:
    rows = read("STT\tMã NV\tHọ tên\tGhi chú\n1\tA1\tTrần Văn Đức\t\n2\t\t\t\n\t\t\txem lại\n")
    assert codes(rows) == ["A1"]
    assert rows.skipped == ((3, "unused"), (4, "unused"))


def test_a_wide_merged_line_is_a_heading() -> None:
    grid = [["Mã NV", "Họ tên", "Từ ngày"], ["Biên chế"], ["A1", "Trần Văn Đức", "24/11/2026"]]
    rows = read_rows(recognise(read_book(xlsx({"DS": grid}, merged=["A2:C2"]), "a.xlsx"), "employees"))
    assert codes(rows) == ["A1"]
    assert rows.skipped == ((2, "group"),)


def test_what_stands_twice_or_contradicts_itself() -> None:
    rows = read(HEAD + "A1\tTrần Văn Đức\nA2\tLê Thị Mai\nA1\tTrần Văn Đức\n")
    assert [(error.row, error.code, error.sentence.values["first"]) for error in rows.errors] == [(4, "repeated", 2)]
    rows = read("Mã NV\tHọ tên\tTừ ngày\nA1\tTrần Văn Đức\t2026-01-01\nA1\tTrần Văn Đực\t2026-06-01\n")
    assert [(error.row, error.column, error.code) for error in rows.errors] == [(3, "B", "other_name")]
    rows = read("Mã NV\tHọ tên\tMã chấm công\nA1\tTrần Văn Đức\t7\nA2\tLê Thị Mai\t7\n")
    assert [(error.row, error.column, error.code) for error in rows.errors] == [(3, "C", "pin_taken")]
    moved = "A1\tTrần Văn Đức\tNV\t2026-01-01\t2026-05-31\nA1\tTrần Văn Đức\tTC\t2026-06-01\t\n"
    assert len(read("Mã NV\tHọ tên\tĐơn vị\tTừ ngày\tĐến ngày\n" + moved).rows) == 2
