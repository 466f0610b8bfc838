"""Dates, times, codes and choices as people write them: every way is read as it is meant, or refused."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any

import pytest

from attendance.sheets import KINDS, Dates, dates, plain, read_book, read_pasted, read_rows, recognise, times
from attendance.sheets.choices import ABSENCE_CODES, ABSENCES, DAY_KINDS, DUTIES, REGIMES, SESSIONS
from attendance.sheets.dates import Sense
from attendance.sheets.problems import Problem
from attendance.sheets.titles import period
from tests.sheets.making import xlsx

NOVEMBER = Sense(order="dmy", year=2026, month=11)
DAY = date(2026, 11, 24)


@pytest.mark.parametrize(
    "written",
    [
        *("24/11", "24/11/2026", "24-11-26", "24.11.2026", "24 / 11 / 2026", "Thứ 3 24/11", "Thứ Ba, ngày 24/11/2026"),
        *("ngày 24 tháng 11 năm 2026", "24 tháng 11", "24-Thg11-26", "24 thg 11 2026", "24-Nov-2026", "Nov 24, 2026"),
        *("20261124", "24112026", "2026-11-24", "2026/11/24", "T3 24/11", "24/11/2026 (thứ ba)", "Ngày: 24/11/2026"),
        *(20261124, 46350, 46350.0, 24, DAY, datetime(2026, 11, 24), "2026-11-24 00:00:00"),
    ],
)
def test_a_date_is_read_as_it_is_meant(written: Any) -> None:
    assert dates.of_cell(written, NOVEMBER, str(written)) == DAY


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("31/02/2026", "not_a_date"),
        ("11/2026", "not_a_date"),
        ("24/13/2026", "not_a_date"),
        ("24/11/20266", "not_a_date"),
        ("Thứ 4 24/11/2026", "weekday_disagrees"),
        ("24/11/1926", "date_out_of_range"),
        ("24/11/2026 7h30", "time_in_date"),
        ("11/24/2026", "not_a_date"),
        (True, "not_a_date"),
        (time(7, 30), "not_a_date"),
        (timedelta(days=3), "not_a_date"),
        (99_999, "not_a_date"),
        (46350.123456, "not_a_date"),
    ],
)
def test_what_is_no_date_is_refused(written: Any, code: str) -> None:
    with pytest.raises(Problem) as problem:
        dates.of_cell(written, NOVEMBER, str(written))
    assert problem.value.code == code


def test_day_and_month_are_never_exchanged_by_guess() -> None:
    assert dates.of_cell("04/04/2026", Sense(), "") == date(2026, 4, 4)
    assert dates.of_cell("03/04/2026", Sense(order="dmy"), "") == date(2026, 4, 3)
    assert dates.of_cell("03/04/2026", Sense(order="mdy"), "") == date(2026, 3, 4)
    assert dates.of_cell("Thứ sáu 03/04/2026", Sense(), "") == date(2026, 4, 3)
    for sense in (Sense(), Sense(order="mixed"), NOVEMBER.__class__(year=2026, month=4)):
        with pytest.raises(Problem) as problem:
            dates.of_cell("03/04/2026", sense, "03/04/2026")
        assert problem.value.code == "ambiguous_date"


def test_a_year_is_never_guessed() -> None:
    with pytest.raises(Problem) as problem:
        dates.of_cell("24/11", Sense(order="dmy"), "24/11")
    assert problem.value.code == "year_unknown"
    with pytest.raises(Problem):
        dates.of_cell("31/12", Sense(order="dmy", year=2026, month=1), "31/12")
    with pytest.raises(Problem):
        dates.of_cell(24, Sense(order="dmy"), "24")


@pytest.mark.parametrize(
    ("titles", "found"),
    [
        (["BẢNG CHẤM CÔNG THÁNG 11 NĂM 2026"], (2026, 11)),
        (["Tháng 11/2026"], (2026, 11)),
        (["T11-2026"], (2026, 11)),
        (["LỊCH TRỰC TẾT NĂM 2026"], (2026, None)),
        (["November 2026"], (2026, 11)),
        (["Năm học 2025-2026"], (None, None)),
        (["Năm 2026 - 2027"], (None, None)),
        (["Tháng 11 năm 2026", "Hà Nội, ngày 25 tháng 10 năm 2025"], (2026, 11)),
        (["(Kèm theo Quyết định số 12/QĐ-UBND ngày 05/01/2026)"], (2026, None)),
        (["Tháng 1 năm 2026", "(theo Quyết định ngày 25/12/2025)"], (None, None)),
        (["Danh sách cán bộ", "Phòng 2026"], (None, None)),
        ([], (None, None)),
    ],
)
def test_the_titles_say_which_year_and_month(titles: list[str], found: tuple[int | None, int | None]) -> None:
    assert period(titles) == found


@pytest.mark.parametrize(
    ("written", "clock"),
    [
        *((one, "07:30") for one in ("7h30", "7 giờ 30", "07:30", "7.30", "7g30", "0730", "7h30'", "7:30 AM")),
        *((one, "07:30") for one in ("07:30:00", "7 giờ 30 phút", "7h30 sáng", time(7, 30), 0.3125)),
        *((one, "07:30") for one in (timedelta(hours=7, minutes=30), 0.3125000001)),
        *(("7h", "07:00"), ("1h30 chiều", "13:30"), ("12h trưa", "12:00"), ("9 giờ tối", "21:00"), ("24:30", "24:30")),
        *((timedelta(days=1, hours=6), "30:00"), (time(16, 59, 59, 600_000), "17:00")),
    ],
)  # fmt: skip
def test_a_time_is_read_as_it_is_meant(written: Any, clock: str) -> None:
    assert times.of_cell(written, str(written)) == clock


@pytest.mark.parametrize(
    "written", ["7", 7, 7.3, 7.5, "7.3", "25:61", "48:00", "7:5", "15h sáng", "7h30-11h30", True, DAY, time(7, 30, 30)]
)
def test_what_may_be_hours_or_tenths_is_refused(written: Any) -> None:
    with pytest.raises(Problem):
        times.of_cell(written, str(written))


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("0015", "0015"),
        (101.0, "101"),
        (7, "7"),
        ("CB 01", "CB 01"),
        ("'007", "007"),
        ("a\nb", "a b"),
        ("12/3", "12/3"),
    ],
)
def test_codes_are_kept_as_written(written: Any, code: str) -> None:
    assert plain.code(written, KINDS["employees"].column("code")) == code


@pytest.mark.parametrize(
    "written", [10.5, -3, True, DAY, 1.2e17, "1.23457E+11", "=A1", "@x", "+cmd|' /C calc'!A0", "x" * 65]
)
def test_what_was_a_code_and_is_none_any_more_is_refused(written: Any) -> None:
    with pytest.raises(Problem):
        plain.code(written, KINDS["employees"].column("code"))


def test_numbers_among_codes_with_zeros_have_lost_theirs() -> None:
    recognised = recognise(read_pasted("Mã NV\tHọ và tên\n0001\tTrần Văn Đức\n0002\tLê Thị Mai\n"), "employees")
    grid = list(map(list, recognised.sheet.grid))
    object.__setattr__(recognised.sheet, "grid", tuple(map(tuple, [*grid, [3, "Đỗ Hải Nam"]])))
    rows = read_rows(recognised)
    assert [error.code for error in rows.errors] == ["zeros_lost"]


def test_text_that_was_a_float_everywhere_is_a_whole_number() -> None:
    rows = read_rows(recognise(read_pasted("Mã NV,Họ và tên\n101.0,Trần Văn Đức\n102.0,Lê Thị Mai\n"), "employees"))
    assert [row.values["code"] for row in rows.rows] == ["101", "102"]
    rows = read_rows(recognise(read_pasted("Mã NV,Họ và tên\n101.0,Trần Văn Đức\n102,Lê Thị Mai\n"), "employees"))
    assert [error.code for error in rows.errors] == ["not_a_code"]


@pytest.mark.parametrize("among", [REGIMES, SESSIONS, DAY_KINDS, ABSENCES, ABSENCE_CODES, DUTIES])
def test_every_word_of_a_choice_means_that_choice_alone(among: Any) -> None:
    for choice in among:
        for word in (choice.value, *choice.words):
            for said in (word, word.upper(), f" {word} "):
                found = plain.meant(said.strip(), among)
                assert found is choice, (word, found)


@pytest.mark.parametrize(
    ("written", "days"),
    [
        *((one, "mon tue wed thu fri") for one in ("T2-T6", "Thứ 2 đến thứ 6", "2-6", "mon-fri")),
        *((one, "mon tue wed thu fri") for one in ("thứ hai - thứ sáu", "T2,T3,T4,T5,T6")),
        *((one, "sat") for one in ("T7", "Thứ bảy", "thứ 7", "Sat")),
        *((one, "mon wed sun") for one in ("T2, T4, CN", "thứ hai, thứ tư và chủ nhật", "Mon; Wed; Sun")),
        *(("cả tuần", "mon tue wed thu fri sat sun"), ("thứ năm", "thu"), ("thu", "thu")),
    ],
)  # fmt: skip
def test_days_of_the_week(written: str, days: str) -> None:
    assert plain.weekdays(written) == tuple(days.split())


@pytest.mark.parametrize("written", ["T6-T2", "T9", "ngày thường", "1-5", 26, DAY, "T2-T4-T6"])
def test_what_names_no_days_is_refused(written: Any) -> None:
    with pytest.raises(Problem):
        plain.weekdays(written)


def test_answers_are_only_used_where_the_file_shows_nothing() -> None:
    table = "Mã NV\tLoại nghỉ\tTừ ngày\tĐến ngày\n1\tPhép\t03/04/2026\t24/04/2026\n"
    rows = read_rows(recognise(read_pasted(table), "absences"), dates=Dates(order="mdy"))
    assert [row.values["from"] for row in rows.rows] == [date(2026, 4, 3)]


def test_an_english_excel_that_exchanged_a_whole_column_is_seen_in_the_column_beside_it() -> None:
    head = ["Mã NV", "Loại nghỉ", "Từ ngày", "Đến ngày"]
    grid = [head, ["1", "Phép", date(2026, 3, 4), "24/04/2026"], ["2", "Phép", date(2026, 7, 4), "28/04/2026"]]
    recognised = recognise(read_book(xlsx({"DS": grid}), "a.xlsx"), "absences")
    assert [(question.code, question.cells[0][1]) for question in recognised.questions] == [("swapped_dates", "C")]
    assert {error.code for error in read_rows(recognised).errors} == {"maybe_swapped"}
    mended = read_rows(recognised, dates=Dates(stored="swapped"))
    assert [row.values["from"] for row in mended.rows] == [date(2026, 4, 3), date(2026, 4, 7)]
    grid.append(["3", "Phép", date(2026, 3, 30), date(2026, 3, 31)])
    assert recognise(read_book(xlsx({"DS": grid}), "a.xlsx"), "absences").questions == ()


def test_the_last_day_of_leave_is_never_assumed_but_for_half_a_day() -> None:
    head = "Mã NV\tLoại nghỉ\tTừ ngày\tĐến ngày\tBuổi\n"
    rows = read_rows(
        recognise(read_pasted(head + "1\tPhép\t2026-11-24\t\tchiều\n2\tPhép\t2026-11-24\t\t\n"), "absences")
    )
    assert [(row.values["to"], row.values["session"]) for row in rows.rows] == [(DAY, "pm")]
    assert [(error.row, error.column, error.code) for error in rows.errors] == [(3, "D", "last_day_missing")]
