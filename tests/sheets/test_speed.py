"""Large lists are read quickly and in bounded memory."""

from __future__ import annotations

import subprocess
import sys
import time
from datetime import date
from pathlib import Path

import pytest

from attendance.sheets import read_book, read_rows, recognise
from tests.sheets.making import xlsx

HEAD = ["STT", "Mã NV", "Họ và tên", "Phòng ban", "Ngày vào cơ quan", "Máy chấm công", "Mã chấm công", "SĐT"]

DAYS = [date(2026, 1, day) for day in range(1, 29)]


def people(count: int) -> list[list[object]]:
    given = ["Hòa", "Mai", "Lan", "Đức"]
    return [
        [at, f"CB{at:06}", f"Nguyễn Thị {given[at % 4]}", f"Phòng {at % 40}", DAYS[at % 28], "T1", at, "0912345678"]
        for at in range(1, count + 1)
    ]


def test_two_thousand_people_are_read_in_well_under_a_second() -> None:
    data = xlsx({"DS": [["DANH SÁCH"], HEAD, *people(2000)]})
    spent = []
    for _ in range(3):
        began = time.process_time()
        rows = read_rows(recognise(read_book(data, "ds.xlsx"), "employees"))
        spent.append(time.process_time() - began)
        assert len(rows.rows) == 2000
        assert rows.errors == ()
    print(f"\n2,000 people read and typed in {spent[0]:.2f} s of processor time, then in {min(spent):.2f} s")
    assert min(spent) < 0.9


MEASURE = """
import re, sys, time
from attendance.sheets import read_book, read_rows, recognise
peak = lambda: int(re.search(r"VmHWM:\\s+(\\d+)", open("/proc/self/status").read())[1])
data = open(sys.argv[1], "rb").read()
before = peak()
began = time.process_time()
rows = read_rows(recognise(read_book(data, "a.xlsx"), "employees"))
print(len(rows.rows), len(rows.errors), (peak() - before) // 1024, round(time.process_time() - began, 1))
"""


@pytest.mark.parametrize("count", [10_000, pytest.param(100_000, marks=pytest.mark.long)])
def test_memory_grows_with_the_list_and_stays_bounded(count: int, tmp_path: Path) -> None:
    (tmp_path / "a.xlsx").write_bytes(xlsx({"DS": [HEAD, *people(count)]}))
    told = subprocess.run(
        [sys.executable, "-c", MEASURE, str(tmp_path / "a.xlsx")], capture_output=True, text=True, check=True
    ).stdout.split()
    print(f"\n{count} rows: {told[2]} MB more, {told[3]} s")
    assert told[:2] == [str(count), "0"]
    assert int(told[2]) < 40 + count * 5 // 1000  # MB: five kilobytes a row, all of it held at once
