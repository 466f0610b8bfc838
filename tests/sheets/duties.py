"""Rosters, hours and days off, as they are kept by hand."""

from __future__ import annotations

from datetime import date, datetime, time

from tests.sheets.case import Case, letters, rows
from tests.sheets.making import Shown, csv_text, xls, xlsx

D, M = date, datetime
ROSTER = "employee code from to counts_as_schedule desk"
HOURS = "schedule from session start end weekdays"
FIVE = ("mon", "tue", "wed", "thu", "fri")


def cases() -> list[Case]:
    return [*_rosters(), *_hours(), *_calendar()]


def _rosters() -> list[Case]:
    return [
        Case(
            "night duty by date and hours",
            "rosters",
            xlsx(
                {
                    "Trực": [
                        ["LỊCH TRỰC THÁNG 11/2026"],
                        [],
                        ["Ngày trực", "Giờ trực", "Mã cán bộ", "Người trực", "Loại trực", "Quầy"],
                        ["24/11", "17h-7h", "0001", "Trần Văn Đức", "Trực đêm", None],
                        [25, "7h30 - 17h00", "0002", "Lê Thị Mai", "Trực thứ bảy", "Số 2"],
                        ["CN 29/11", "7 giờ đến 17 giờ", "0003", "Đỗ Văn Hải", "trực", None],
                    ]
                },
                merged=["A1:F1"],
            ),
            letters("A:date B:hours C:employee D:employee_name E:code F:desk"),
            rows(
                4,
                ROSTER,
                ("0001", "night", M(2026, 11, 24, 17), M(2026, 11, 25, 7), False, ""),
                ("0002", "saturday", M(2026, 11, 25, 7, 30), M(2026, 11, 25, 17), False, "Số 2"),
                ("0003", "duty", M(2026, 11, 29, 7), M(2026, 11, 29, 17), False, ""),
            ),
        ),
        Case(
            "one-stop desk with moments",
            "rosters",
            xlsx(
                {
                    "Một cửa": [
                        ["Mã NV", "Nội dung trực", "Trực từ", "Trực đến", "Tính công", "Vị trí trực"],
                        ["1", "Một cửa", M(2026, 11, 28, 7, 30), M(2026, 11, 28, 11, 30), "x", "Quầy 1"],
                        ["2", "Tiếp công dân", M(2026, 11, 28, 13), "28/11/2026 16h30", "không", 2],
                        ["3", "Một cửa", D(2026, 11, 29), M(2026, 11, 29, 11, 30), "có lẽ", 3],
                    ]
                }
            ),
            letters("A:employee B:code C:from D:to E:counts_as_schedule F:desk"),
            rows(
                2,
                ROSTER,
                ("1", "one_stop", M(2026, 11, 28, 7, 30), M(2026, 11, 28, 11, 30), True, "Quầy 1"),
                ("2", "reception", M(2026, 11, 28, 13), M(2026, 11, 28, 16, 30), False, "2"),
            ),
            wrong={"C4": "time_missing", "E4": "not_yes_no"},
        ),
        Case(
            "two-row header of a csv, empty columns before",
            "rosters",
            csv_text(
                [
                    ["", "", "Cán bộ", "", "Thời gian trực", "", ""],
                    ["", "", "Mã số", "Họ tên", "Ngày", "Từ giờ", "Đến giờ"],
                    ["", "", "5", "Trần Văn Đức", "24/11/2026", "7h30", "11h30"],
                ]
            ).encode("utf-8"),
            letters("C:employee D:employee_name E:date F:start_time G:end_time"),
            rows(3, "employee from to", ("5", M(2026, 11, 24, 7, 30), M(2026, 11, 24, 11, 30))),
            file_name="truc.csv",
        ),
    ]


def _hours() -> list[Case]:
    return [
        Case(
            "hours as fractions and words",
            "schedules",
            xlsx(
                {
                    "Giờ": [
                        [
                            "Mã lịch",
                            "Áp dụng từ ngày",
                            "Buổi",
                            "Giờ bắt đầu",
                            "Giờ kết thúc",
                            "Các thứ",
                            "Cách chấm công",
                        ],
                        ["HC", D(2026, 1, 1), "Sáng", 0.3125, time(11, 30), "T2-T6", "theo buổi"],
                        ["HC", D(2026, 1, 1), "Chiều", "13 giờ 30", "17.00", "Thứ 2 đến thứ 6", None],
                        ["HC", D(2026, 1, 1), "Chiều", "13h30", "17h75", "T7", None],
                        ["CA3", D(2026, 1, 1), "dem", "22:00", "30:00", "cả tuần", "2 lần"],
                    ]
                }
            ),
            letters("A:schedule B:from C:session D:start E:end F:weekdays G:regime"),
            rows(
                2,
                f"{HOURS} regime",
                ("HC", D(2026, 1, 1), "am", "07:30", "11:30", FIVE, "per_session"),
                ("HC", D(2026, 1, 1), "pm", "13:30", "17:00", FIVE, "per_session"),
            )
            | rows(
                5,
                f"{HOURS} regime",
                ("CA3", D(2026, 1, 1), "dem", "22:00", "30:00", (*FIVE, "sat", "sun"), "first_last"),
            ),
            wrong={"E4": "not_a_time"},
        ),
        Case(
            "hours in one column, numbered columns below the header",
            "schedules",
            xls(
                {
                    "Giờ": [
                        ["GIỜ LÀM VIỆC NĂM 2026"],
                        ["Lịch làm việc", "Buổi", "Thời gian làm việc", "Ngày làm việc"],
                        ["(1)", "(2)", "(3)", "(4)"],
                        ["HC", "sáng", "7h30-11h30", "T2, T3, T4, T5, T6"],
                        ["HC", "chiều", "từ 13h30 đến 17h", "2-6"],
                    ]
                },
                merged=[(0, 0, 0, 3)],
            ),
            letters("A:schedule B:session C:hours D:weekdays"),
            rows(
                4,
                "schedule session start end weekdays",
                ("HC", "am", "07:30", "11:30", FIVE),
                ("HC", "pm", "13:30", "17:00", FIVE),
            ),
            file_name="gio.xls",
        ),
    ]


def _calendar() -> list[Case]:
    return [
        Case(
            "days off and swaps",
            "calendar",
            xlsx(
                {
                    "2026": [
                        ["LỊCH NGHỈ NĂM 2026"],
                        ["Ngày", "Thứ", "Loại ngày", "Hoán đổi với ngày", "Số văn bản"],
                        ["02/9", "Tư", "Nghỉ lễ", None, "9441/TB-BNV"],
                        [D(2026, 8, 31), "Hai", "Nghỉ hoán đổi", D(2026, 8, 22), "9441/TB-BNV"],
                        [D(2026, 8, 22), "Bảy", "Làm bù", D(2026, 8, 31), "9441/TB-BNV"],
                        [Shown("24/11", font="Arial"), "Ba", "Nghĩ lễ", None, "9441/TB-BNV"],
                    ]
                },
                merged=["A1:E1"],
            ),
            letters("A:date C:kind D:for E:document"),
            rows(
                3,
                "date kind for document",
                (D(2026, 9, 2), "holiday", None, "9441/TB-BNV"),
                (D(2026, 8, 31), "swapped_off", D(2026, 8, 22), "9441/TB-BNV"),
                (D(2026, 8, 22), "swapped_work", D(2026, 8, 31), "9441/TB-BNV"),
                (D(2026, 11, 24), "holiday", None, "9441/TB-BNV"),
            ),
        ),
        Case(
            "a session lost to a storm, English headers",
            "calendar",
            csv_text(
                [
                    ["Date", "Type", "Unit", "Session", "Document", "Notes"],
                    ["2026-10-05", "stoppage", "A01", "pm", "3/CĐ", "bão"],
                    ["2026-10-06", "holiday?", "", "", "", ""],
                ],
                "\t",
            ).encode("utf-8"),
            letters("A:date B:kind C:unit D:session E:document"),
            rows(2, "date kind unit session document", (D(2026, 10, 5), "stoppage", "A01", "pm", "3/CĐ")),
            wrong={"B3": "unknown_choice"},
            file_name="lich.tsv",
        ),
    ]
