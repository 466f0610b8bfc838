"""Sheets to fill in: filled in, they are read back whole; what is written never becomes a formula."""

from __future__ import annotations

import io
import zipfile
from datetime import date, datetime

import pytest
from python_calamine import CalamineWorkbook

from api.sheet_speech import template
from attendance.sheets import KINDS, read_book, read_rows, recognise
from attendance.sheets.template import EXAMPLES, header_of, make_template
from tests.sheets.making import xlsx

FILLED = {
    "employees": ["0007", "Nguyễn Thị Hòa", "VP", "HC", date(2026, 1, 1), None, "T1", "15"],
    "units": ["A01", "Văn phòng", "A", date(2026, 1, 1), None, "HC"],
    "schedules": ["HC", date(2026, 1, 1), None, "theo buổi", "sáng", "07:30", "11:30", "T2-T6"],
    "calendar": [date(2026, 8, 22), "làm bù", date(2026, 8, 31), None, None, "1/TB"],
    "absences": ["0007", "nghỉ", "phép", date(2026, 11, 24), date(2026, 11, 25), "cả ngày", "1/G", date(2026, 11, 20)],
    "rosters": ["0007", "trực đêm", datetime(2026, 11, 24, 17), datetime(2026, 11, 25, 7), "không", "2"],
    "enrolments": ["T1", "15", "0007", date(2026, 1, 1), None],
}  # fmt: skip


@pytest.mark.parametrize("lang", ["vi", "en"])
@pytest.mark.parametrize("kind", KINDS)
def test_an_empty_template_is_mapped_whole_and_its_example_is_no_entry(kind: str, lang: str) -> None:
    recognised = recognise(read_book(template(kind, lang), "mau.xlsx"), kind)
    assert list(recognised.mapping.values()) == [column.name for column in KINDS[kind].columns]
    assert recognised.questions == ()
    rows = read_rows(recognised)
    assert (rows.rows, rows.errors, rows.skipped) == ((), (), ((2, "example"),))


@pytest.mark.parametrize("lang", ["vi", "en"])
@pytest.mark.parametrize("kind", KINDS)
def test_a_template_filled_in_is_read_back(kind: str, lang: str) -> None:
    empty = CalamineWorkbook.from_filelike(io.BytesIO(template(kind, lang)))
    grid = empty.get_sheet_by_index(0).to_python()
    rows = read_rows(recognise(read_book(xlsx({"DS": [*grid, FILLED[kind]]}), "day.xlsx"), kind))
    assert rows.errors == ()
    (row,) = rows.rows
    assert row.number == 3
    for column, value in zip(KINDS[kind].columns, FILLED[kind], strict=True):
        if isinstance(value, (date, datetime)) or column.type in ("code", "number"):
            assert row.values[column.name] == value


@pytest.mark.parametrize("kind", KINDS)
def test_the_example_itself_would_be_read_without_an_error(kind: str) -> None:
    headers = [header_of(KINDS[kind], column, "vi") for column in KINDS[kind].columns]
    example = [EXAMPLES[kind].get(column.name) for column in KINDS[kind].columns]
    rows = read_rows(recognise(read_book(xlsx({"DS": [headers, example]}), "vd.xlsx"), kind))
    assert [error for error in rows.errors if error.code != "ambiguous_date"] == []


def test_codes_are_typed_as_text_dates_as_dates_and_choices_are_offered() -> None:
    with zipfile.ZipFile(io.BytesIO(template("absences", "vi"))) as archive:
        sheet = archive.read("xl/worksheets/sheet1.xml").decode()
        styles = archive.read("xl/styles.xml").decode()
    assert 'formatCode="@"' in styles
    assert "dd/mm/yyyy" in styles
    assert "nghỉ,công tác,miễn trừ" in sheet
    assert "sáng,chiều,cả ngày" in sheet


def test_what_looks_like_a_formula_is_written_as_text() -> None:
    evil = make_template("employees", "vi", lambda key, **values: f"=HYPERLINK({key[:9]})")
    with zipfile.ZipFile(io.BytesIO(evil)) as archive:
        sheets = [archive.read(name).decode() for name in archive.namelist() if "worksheets/sheet" in name]
    assert sheets
    assert not any("<f>" in sheet or "hyperlink" in sheet for sheet in sheets)
