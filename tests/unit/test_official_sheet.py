"""The sheet by the office's form: credited days, sums that hold, a workbook and a PDF that can be read."""

from __future__ import annotations

import random
import re
import zipfile
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pypdfium2
import pytest
from python_calamine import CalamineWorkbook

from api.pages.i18n import Translator
from api.pages.month_rows import weekday
from api.pages.names import name_key
from attendance.engine.timesheet import NO_DAY, NOT_JUDGED, Cell, Line
from attendance.services.timesheet.forms import Form, shipped
from attendance.services.timesheet.standing import masked
from reports.counted import SumsDiffer
from reports.official_pdf import as_pdf
from reports.official_sheet import OfficialSheet, official
from reports.official_xlsx import write_xlsx
from reports.timesheet import Head, Table, lay_out
from tests.unit.test_timesheet import AWAY, MAY, OFF, OPEN, SICK, WORKED, line, sheet

LOCKED = Head(
    "A", "UBND xã Tân Hòa", MAY, 2, datetime(2026, 6, 2, 9), "d" * 64, (("keeper", "Lê An", datetime(2026, 6, 2, 9)),)
)
T = Translator("vi")
WORDS = (T, lambda on: weekday(on, T), T.moment)
LETTERS = "aàảãáạăằẳẵắặâầẩẫấậbcdđeèẻẽéẹêềểễếệghiìỉĩíịklmnoòỏõóọôồổỗốộơờởỡớợpqrstuùủũúụưừửữứựvxyỳỷỹýỵ"
ACCENTED = "".join(letter for letter in LETTERS + LETTERS.upper() if not letter.isascii())


def made(
    *cells: Cell, lines: tuple[Line, ...], head: Head = LOCKED, form: Form | None = None
) -> tuple[OfficialSheet, Table]:
    table = lay_out(sheet(*cells, lines=tuple(summed(each, cells) for each in lines)), name_key)
    return official(table, head, form or replace(shipped()["public"], printed={"KP": "No"})), table


def summed(each: Line, cells: tuple[Cell, ...]) -> Line:
    """With its working days."""
    days = sum(cells[place].kind == "workday" for place in each.days if place >= 0)
    return replace(each, sums=replace(each.sums, workdays=days))


def pdf(found: OfficialSheet) -> bytes:
    return as_pdf(found, *WORDS, T.number, lang="vi", at=datetime(2026, 6, 2, tzinfo=UTC))


def text_of(content: bytes) -> str:
    with pypdfium2.PdfDocument(content) as document:
        return "\n".join(page.get_textpage().get_text_range() for page in document)


def test_halves_are_credited_where_the_form_says() -> None:
    found, _ = made(WORKED, SICK, AWAY, OFF, lines=(line("E1", "Lê Hà", 0, 1, 2, 3), line("E2", "Vũ An", 0)))
    assert found.columns == ("paid", "unpaid", "insured")
    assert [(row.code, row.credit) for row in found.rows] == [("E2", (1, 0, 0)), ("E1", (1.5, 1, 0.5))]
    assert found.sums == (2.5, 1, 0.5)
    assert not found.draft


def test_another_form_has_other_columns_and_signs() -> None:
    stopped = Cell("workday", (("am", "N"), ("pm", "+")), leave=True)
    found, _ = made(stopped, AWAY, lines=(line("E1", "Hà", 0, 1),), form=shipped()["enterprise"])
    assert found.columns == ("paid", "idle", "unpaid", "insured")
    assert found.rows[0].credit == (0.5, 0.5, 1, 0)
    assert found.rows[0].days[1] == "KL"
    assert ("KL", "KP") in found.legend


def test_leave_of_the_offices_own_is_paid_leave() -> None:
    own = Cell("workday", (("am", "ĐB"), ("pm", "+")), leave=True)
    assert made(own, lines=(line("E1", "Hà", 0),))[0].sums == (1, 0, 0)


@pytest.mark.parametrize("head", [LOCKED, replace(LOCKED, locked_at=None, digest="")])
@pytest.mark.parametrize("places", [(0,), (0, 1), (0, NOT_JUDGED)])
def test_what_is_open_or_unknown_is_a_draft(head: Head, places: tuple[int, ...]) -> None:
    found, _ = made(WORKED, *[OPEN] * (1 in places), lines=(line("E1", "Hà", *places),), head=head)
    assert found.draft == (head.locked_at is None or places != (0,))
    assert ("BẢN NHÁP" in text_of(pdf(found))) == found.draft


def test_who_may_not_know_reasons_gets_no_credited_days() -> None:
    mine = summed(line("E1", "Hà", 0, 1), (SICK, WORKED))
    table = lay_out(masked(sheet(SICK, WORKED, lines=(mine,))), name_key)
    found = official(table, LOCKED, shipped()["public"])
    text = text_of(pdf(found))
    assert found.masked
    assert "Người xem không được biết lý do nghỉ" in text
    assert "1,5" not in text


def test_sums_that_do_not_hold_are_not_printed() -> None:
    twice = Form("x", (("paid", frozenset("+")), ("unpaid", frozenset("+"))), {})
    with pytest.raises(SumsDiffer, match=r"earns more than one day.*months form"):
        made(WORKED, lines=(line("E1", "Hà", 0),), form=twice)
    form = shipped()["public"]
    lines = tuple(summed(line(f"E{n}", "Hà", 0, 0), (WORKED,)) for n in (1, 2))
    table = lay_out(sheet(WORKED, lines=lines), name_key)
    with pytest.raises(SumsDiffer, match=r"by person.*by day.*judged again"):
        official(replace(table, lines=table.lines[:1]), LOCKED, form)
    more = replace(lines[0], sums=replace(lines[0].sums, workdays=3))
    with pytest.raises(SumsDiffer, match="working days of E1 in A add up to 3 one way and to 2"):
        official(lay_out(sheet(WORKED, lines=(more, lines[1])), name_key), LOCKED, form)


def test_credited_days_are_those_of_an_obvious_recount() -> None:
    drawn = random.Random(20)
    cells = (WORKED, SICK, AWAY, OFF, Cell("workday", (("am", "P"), ("pm", "CT")), leave=True))
    lines = tuple(
        line(f"E{n}", f"Tên {n}", *(drawn.choice((0, 1, 2, 3, 4, NO_DAY)) for _ in range(31))) for n in range(40)
    )
    found, _ = made(*cells, lines=lines)
    halves = {"paid": ["+", "CT", "P"], "unpaid": ["KP"], "insured": ["Ô"]}
    by_code = {row.code: row.credit for row in found.rows}
    for each in lines:
        signs = [sign for place in each.days if place >= 0 for _, sign in cells[place].symbols]
        assert by_code[each.employee] == tuple(sum(signs.count(s) for s in those) / 2 for those in halves.values())


def workbook(found: OfficialSheet, table: Table, tmp_path: Path) -> Path:
    path = tmp_path / "sheet.xlsx"
    write_xlsx(found, table, path, WORDS)
    return path


def test_a_workbook_holds_dates_text_with_zeros_frozen_heads_and_a_hidden_digest(tmp_path: Path) -> None:
    found, table = made(WORKED, SICK, AWAY, lines=(line("0007", "=1+1", 0, 1, 2), line("E2", "Nam", 0)))
    path = workbook(found, table, tmp_path)
    book = CalamineWorkbook.from_path(path)
    rows: Any = book.get_sheet_by_name("2026-05").to_python(skip_empty_area=False)
    top = next(at for at, row in enumerate(rows) if "Họ và tên" in row)
    assert [cell for cell in rows[top] if isinstance(cell, date)][:2] == [date(2026, 5, 1), date(2026, 5, 2)]
    people = rows[top + 2 : top + 4]
    assert [(row[1], row[2]) for row in people] == [("E2", "Nam"), ("0007", "=1+1")]
    assert people[1][3:6] == ["+", "Ô/+", "No"]
    assert people[1][34:37] == [1.5, 1, 0.5]
    assert rows[top + 4][34:37] == [2.5, 1, 0.5]
    parts = zipfile.ZipFile(path)
    page = parts.read("xl/worksheets/sheet1.xml").decode()
    assert re.findall(r"<f>(.*?)</f>", page) == ["SUM(AI9:AI10)", "SUM(AJ9:AJ10)", "SUM(AK9:AK10)"]
    assert "<pane " in page
    assert 'state="hidden"' in parts.read("xl/workbook.xml").decode()
    assert book.get_sheet_by_name("digest").to_python()[-1] == ["sha256", "d" * 64]


def test_every_accented_letter_is_read_from_the_pdf() -> None:
    assert len(set(ACCENTED)) == 134
    names = [ACCENTED[at : at + 20] for at in range(0, len(ACCENTED), 20)]
    found, _ = made(WORKED, lines=tuple(line(f"E{n}", name, 0) for n, name in enumerate(names)))
    text = " ".join(text_of(pdf(found)).split())
    for name in names:
        assert name in text
    for part in ("BẢNG CHẤM CÔNG", "Tháng 5 năm 2026", "Số công hưởng BHXH", "Người duyệt", "Lê An", "Trang 1/1"):
        assert part in text


def test_heads_are_on_every_page_and_the_same_sheet_is_the_same_file() -> None:
    lines = tuple(line(f"E{n}", f"Người {n}", *[0] * 31) for n in range(150))
    found, _ = made(WORKED, lines=lines)
    content = pdf(found)
    assert content == pdf(found)
    assert b"pdfaid" in content or b"PDF/A" in content
    with pypdfium2.PdfDocument(content) as document:
        pages = [page.get_textpage().get_text_range() for page in document]
    assert len(pages) > 2
    assert all("Họ và tên" in text or "Người duyệt" in text for text in pages)
    assert f"Trang {len(pages)}/{len(pages)}" in pages[-1]
    whole = " ".join("\n".join(pages).split())
    assert [whole.count(f"Người {n} ") for n in (0, 75, 149)] == [1, 1, 1]


@pytest.mark.parametrize(("days", "credit"), [(1, 0.13), (2, 0.25), (3, 0.38), (5, 0.63), (7, 0.88)])
def test_parts_of_days_are_rounded_half_up_to_hundredths(days: int, credit: float) -> None:
    eighth = Cell("workday", (("s1", "+"), *((f"s{n}", "No") for n in range(2, 9))), leave=True)
    found, table = made(eighth, lines=(line("E1", "Hà", *[0] * days),))
    assert found.rows[0].credit[0] == credit
    assert table.totals[0][table.columns.index("+")] == credit
