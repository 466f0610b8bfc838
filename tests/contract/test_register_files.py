"""Each register as a workbook, a paper, CSV and JSON: heads, totals, letters, and no cell that is calculated."""

from __future__ import annotations

import csv
import io
import json
import re
import subprocess
import sys
import unicodedata
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pypdfium2
import pytest
from python_calamine import CalamineWorkbook

from api.reporting.words import percent, register_words
from attendance.store.database import Database
from reports import register_pdf, register_xlsx
from reports.register_files import write_register
from reports.register_table import Column, Figure, Register, TooManyRows
from tests import register_office as made
from tests.contract.register_making import ENTRIES, Made, asking, file_of
from tests.register_office import LAST, PEOPLE, Planned

LIVE = re.compile(r"[\s\u00a0\u200b\ufeff\"]*[=+\-@＝＋－＠﹢﹣﹦−\t\r\n]")
PAYLOADS = (
    "=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", " =1", "\u00a0=1", "  +cmd|' /C calc'!A0", "＝1+1", "＋1",
    "－1", "＠A1", "=cmd|' /C calc'!A0", '=HYPERLINK("http://x","y")', "007", "1e5", "=\u0000".replace("\u0000", ""),
    "\ufeff=1", "\u200b=1", '"=1', "−1", "﹦1",
)  # fmt: skip


@pytest.mark.parametrize("key", ENTRIES)
@pytest.mark.parametrize("lang", ["vi", pytest.param("en", marks=pytest.mark.long)])
def test_every_register_is_a_workbook_with_heads_and_totals(
    planned_office: tuple[Database, Planned], make: Callable[..., Made], tmp_path: Path, key: str, lang: str
) -> None:
    more: Mapping[str, Any] = {"to_on": LAST + timedelta(days=3)}
    found = make(key, **more)
    content, count = file_of(planned_office[0], ENTRIES[key], "xlsx", tmp_path, lang=lang, **more)
    book = CalamineWorkbook.from_filelike(io.BytesIO(content))
    heads, *rows = book.get_sheet_by_index(0).to_python()
    assert (len(rows), count, len(heads)) == (len(found.rows), len(found.rows), len(set(heads)))
    for name, values in zip(found.rows[0], zip(*rows, strict=True), strict=True):
        kinds = {type(value) for value in values if value != ""}
        dated = any(isinstance(row[name], date) for row in found.rows)
        assert kinds <= ({date, datetime} if dated else {str, float, int, bool}), name
    summary = "\n".join(str(cell) for row in book.get_sheet_by_index(1).to_python() for cell in row)
    for n, whole in found.figures.values():
        assert whole is None or f"{n}/{whole}" in summary
    names = zipfile.ZipFile(io.BytesIO(content)).namelist()
    assert sum(name.startswith("xl/charts/chart") for name in names) == len(found.bars) > 0
    sheet = zipfile.ZipFile(io.BytesIO(content)).read("xl/worksheets/sheet1.xml")
    assert b"<f>" not in sheet
    assert b'state="frozen"' in sheet


def test_codes_keep_their_zeros(planned_office: tuple[Database, Planned], tmp_path: Path) -> None:
    content, _ = file_of(planned_office[0], ENTRIES["missing-punches"], "xlsx", tmp_path)
    rows = CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0).to_python()
    assert {row[0] for row in rows[1:]} == {code for code, *_ in planned_office[1].omitted}


def told_by(pdf: bytes) -> list[str]:
    """The text of each page, its white space and line breaks as single spaces."""
    document = pypdfium2.PdfDocument(pdf)
    found = [unicodedata.normalize("NFC", " ".join(page.get_textpage().get_text_range().split())) for page in document]
    document.close()
    return found


def test_a_paper_has_every_letter_heads_on_every_page_and_its_number(
    planned_office: tuple[Database, Planned], tmp_path: Path
) -> None:
    content, _ = file_of(planned_office[0], ENTRIES["explanations"], "pdf", tmp_path, unit="H")
    pages = told_by(content)
    together = "".join("".join(pages).split())
    assert len(made.letters()) == 134
    assert [letter for letter in made.letters() if letter not in together] == []
    for number, text in enumerate(pages, 1):
        assert f"Trang {number}/{len(pages)}" in text
        assert "Họ và tên" in text
    for line in ("Sở Nội vụ", "SỔ GIẢI TRÌNH", "02/03/2026–13/03/2026", "Theo dữ liệu lúc: 10:00 16/03/2026"):
        assert line in pages[0]


@pytest.mark.parametrize("key", ENTRIES)
def test_every_register_is_a_paper_with_its_totals(
    planned_office: tuple[Database, Planned], make: Callable[..., Made], tmp_path: Path, key: str
) -> None:
    more: Mapping[str, Any] = {"to_on": LAST + timedelta(days=3)}
    content, _ = file_of(planned_office[0], ENTRIES[key], "pdf", tmp_path, lang="en", **more)
    again, _ = file_of(planned_office[0], ENTRIES[key], "pdf", tmp_path, lang="en", **more)
    assert content == again, "the same rows and moment make the same bytes"
    text = told_by(content)[0]
    for n, whole in make(key, **more).figures.values():
        assert (f"{n}/{whole}" if whole is not None else str(n)) in text


@pytest.mark.parametrize("key", ENTRIES)
def test_data_for_programs_has_names_and_codes(
    planned_office: tuple[Database, Planned], make: Callable[..., Made], tmp_path: Path, key: str
) -> None:
    more: Mapping[str, Any] = {"to_on": LAST + timedelta(days=3)}
    plain, _ = file_of(planned_office[0], ENTRIES[key], "json", tmp_path, **more)
    rows = json.loads(plain)
    for row, found in zip(rows, make(key, **more).rows, strict=True):
        for name, value in found.items():
            if isinstance(value, tuple):
                assert (row[name], row[f"{name}_of"]) == value
            elif isinstance(value, datetime):
                assert datetime.fromisoformat(row[name]) == value.replace(microsecond=0)
            else:
                assert row[name] == (value.isoformat() if isinstance(value, date) else value)
    text, _ = file_of(planned_office[0], ENTRIES[key], "csv", tmp_path, **more)
    heads, *lines = csv.reader(io.StringIO(text.decode("utf-8-sig")))
    assert (heads, len(lines)) == (list(rows[0]), len(rows))


@pytest.mark.parametrize("key", ENTRIES)
def test_no_text_of_any_column_becomes_a_formula(
    planned_office: tuple[Database, Planned], tmp_path: Path, key: str
) -> None:
    """Every payload in every column of texts and codes, in the register's own columns."""
    with planned_office[0].reading() as session:
        register = ENTRIES[key].preview(session, asking())  # type: ignore[misc]
        words = register_words(session, asking(), register)
    texts = [at for at, column in enumerate(register.columns) if column.kind in ("text", "code")]
    assert texts
    hostile = [tuple(text if at in texts else None for at in range(len(register.columns))) for text in PAYLOADS]

    def written(format: str) -> bytes:
        path = tmp_path / f"hostile.{format}"
        write_register(replace(register, rows=hostile), format, path, words)
        return path.read_bytes()

    sheet = CalamineWorkbook.from_filelike(io.BytesIO(written("xlsx"))).get_sheet_by_index(0).to_python()
    assert b"<f" not in zipfile.ZipFile(tmp_path / "hostile.xlsx").read("xl/worksheets/sheet1.xml")
    for text, row in zip(PAYLOADS, sheet[1:], strict=True):
        assert {re.sub(r"\r\n?", "\n", row[at]) for at in texts} == {re.sub(r"\r\n?", "\n", text)}
    _, *lines = csv.reader(io.StringIO(written("csv").decode("utf-8-sig"), newline=""))
    live = [cell for line in lines for cell in line if LIVE.match(cell)]
    assert live == []


def test_a_list_too_long_is_refused_with_what_to_do(
    planned_office: tuple[Database, Planned], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(register_pdf, "MOST_PRINTED", 3)
    monkeypatch.setattr(register_xlsx, "MOST_ROWS", 3)
    for kind, advice in (("pdf", "for one unit"), ("xlsx", "fewer days at a time")):
        with pytest.raises(TooManyRows, match=advice):
            file_of(planned_office[0], ENTRIES["missing-punches"], kind, tmp_path)


def test_an_empty_register_says_so(planned_office: tuple[Database, Planned], tmp_path: Path) -> None:
    for kind in ("pdf", "xlsx", "csv", "json"):
        content, rows = file_of(
            planned_office[0], ENTRIES["missing-punches"], kind, tmp_path,
            from_on=date(2025, 1, 1), to_on=date(2025, 1, 31),
        )  # fmt: skip
        assert rows == 0
        if kind == "pdf":
            assert "Không có nội dung nào trong thời gian này." in told_by(content)[0]


def test_shares_are_half_up_and_of_nothing_there_is_none(planned_office: tuple[Database, Planned]) -> None:
    assert [str(percent(n, whole)) for n, whole in ((1, 8), (3, 8), (64, 70), (1, 3), (0, 5))] == [
        "12.5", "37.5", "91.4", "33.3", "0.0"
    ]  # fmt: skip
    assert str(percent(1, 2000)) == "0.1"  # 0.05, half up
    assert percent(0, 0) is None
    with planned_office[0].reading() as session:
        register = Register("violations", (Column("date", "date"),), (), figures=(Figure("violations_counted", 1, 8),))
        assert register_words(session, asking(), register).figures[0][1] == "1/8 (12,5%)"
        assert register_words(session, asking(lang="en"), register).figures[0][1] == "1/8 (12.5%)"


def test_the_order_of_names_is_a_dictionary_s() -> None:
    assert [PEOPLE[code][1].split()[-1] for code in made.ORDER] == [
        "An", "Ánh", "Ân", "Ẩn", "Bình", "Dung", "Đức", "Ý"
    ]  # fmt: skip


BIG = """
import resource, sys
from datetime import UTC, date, datetime
from pathlib import Path
from reports.register_files import write_register
from reports.register_table import Register
from reports.register_words import RegisterWords
from reports.registers.violations import COLUMNS
words = RegisterWords(
    "vi", "UTC", datetime(2026, 1, 1, tzinfo=UTC), "t", "o", (), {c.name: c.name for c in COLUMNS}, (), (), (),
    lambda group, code: code, str, str, str,
)
def rows(count):
    for n in range(count):
        day, code = date(2026, 11, 1 + n % 28), f"NV{n:06}"
        yield day, code, f"Nguyễn Thị Ánh {n}", "X-1", "am", "late", n % 60, 0, n % 60, "counted", "TB 248"
def peak(count):
    write_register(Register("violations", COLUMNS, rows(count)), sys.argv[1], Path(sys.argv[2]), words)
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
before = peak(100)
print((peak(200_000) - before) // 1024)
"""


@pytest.mark.long
@pytest.mark.parametrize("kind", ["xlsx", "csv", "json"])
def test_two_hundred_thousand_rows_take_no_more_memory_than_a_few(kind: str, tmp_path: Path) -> None:
    ran = subprocess.run(
        [sys.executable, "-c", BIG, kind, str(tmp_path / "big")], capture_output=True, text=True, check=True
    )
    assert int(ran.stdout) <= 60, "MB beside what a hundred rows took"
