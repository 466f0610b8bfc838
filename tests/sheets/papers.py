"""Lists of leave and missions, as they are kept by hand."""

from __future__ import annotations

from datetime import date, datetime, time

from attendance.sheets import Dates
from tests.sheets.case import Case, letters, rows
from tests.sheets.making import csv_text, ods, xls, xlsx

D, M = date, datetime
ABSENCE = "employee kind code from to session document"


def cases() -> list[Case]:
    return [*_leave(), *_missions()]


def _leave() -> list[Case]:
    return [
        Case(
            "leave of one month, dates without a year",
            "absences",
            xlsx(
                {
                    "T11": [
                        ["THEO DÕI NGHỈ PHÉP THÁNG 11 NĂM 2026"],
                        [],
                        ["TT", "Mã NV", "Họ tên", "Loại nghỉ", "Từ ngày", "Đến ngày", "Buổi", "Số quyết định"],
                        [1, "CB1", "Trần Văn Đức", "Nghỉ phép", "24/11", "25/11", None, "12/GNP"],
                        [2, "CB2", "Lê Thị Mai", "Ốm", "5/11", "5/11", "Sáng", None],
                        [3, "CB3", "Đỗ Văn Hải", "nghỉ không lương", "Thứ 3 3/11", "Thứ tư 4/11", "cả ngày", None],
                        [4, "CB4", "Vũ Thị Lan", "phép", "30/2", "30/2", "chiều", None],
                    ]
                },
                merged=["A1:H1"],
            ),
            letters("B:employee C:employee_name D:kind E:from F:to G:session H:document"),
            rows(
                4,
                ABSENCE,
                ("CB1", "leave", "P", D(2026, 11, 24), D(2026, 11, 25), "all", "12/GNP"),
                ("CB2", "leave", "Ô", D(2026, 11, 5), D(2026, 11, 5), "am", ""),
                ("CB3", "leave", "No", D(2026, 11, 3), D(2026, 11, 4), "all", ""),
            ),
            wrong={"E7": "not_a_date", "F7": "not_a_date"},
            file_name="nghi phep.xlsx",
        ),
        Case(
            "symbols of the timesheet, approval, text dates",
            "absences",
            xls(
                {
                    "Nghỉ": [
                        ["Mã CB", "Ký hiệu", "Nghỉ từ ngày", "Nghỉ đến ngày", "Ngày duyệt"],
                        ["01", "P", "24-11-26", "24-11-26", "20.11.2026"],
                        ["02", "Cô", "ngày 3 tháng 11 năm 2026", "ngày 4 tháng 11 năm 2026", "2026-11-02"],
                        ["03", "Ts", "1-Thg6-2026", "30-Thg11-2026", "15/05/2026"],
                    ]
                }
            ),
            letters("A:employee B:code C:from D:to E:approved_at"),
            rows(
                2,
                "employee kind code from to approved_at",
                ("01", "leave", "P", D(2026, 11, 24), D(2026, 11, 24), D(2026, 11, 20)),
                ("02", "leave", "Cô", D(2026, 11, 3), D(2026, 11, 4), D(2026, 11, 2)),
                ("03", "leave", "Ts", D(2026, 6, 1), D(2026, 11, 30), D(2026, 5, 15)),
            ),
            file_name="nghi.xls",
        ),
        Case(
            "one day a row, counted in days and halves",
            "absences",
            csv_text(
                [
                    ["Mã nhân viên", "Ngày nghỉ", "Số ngày", "Buổi nghỉ", "Hình thức nghỉ"],
                    ["1", "24/11/2026", "1", "", "Phép năm"],
                    ["2", "25/11/2026", "0,5", "chiều", "Ốm"],
                    ["3", "26/11/2026", "0,5", "", "Ốm"],
                    ["4", "27/11/2026", "3", "", "Phép năm"],
                ],
                ";",
            ).encode(),
            letters("A:employee B:date C:days D:session E:kind"),
            rows(
                2,
                ABSENCE.removesuffix(" document"),
                ("1", "leave", "P", D(2026, 11, 24), D(2026, 11, 24), "all"),
                ("2", "leave", "Ô", D(2026, 11, 25), D(2026, 11, 25), "pm"),
            ),
            wrong={"D4": "session_missing", "C5": "last_day_missing"},
            file_name="nghi.csv",
        ),
        Case(
            "order of day and month that the file does not show",
            "absences",
            xlsx(
                {
                    "DS": [
                        ["Mã NV", "Loại", "Từ ngày", "Đến ngày"],
                        ["1", "Phép", "03/04/2026", "05/04/2026"],
                        ["2", "Phép", "04/04/2026", "04/04/2026"],
                    ]
                }
            ),
            letters("A:employee B:kind C:from D:to"),
            rows(3, "employee code from to", ("2", "P", D(2026, 4, 4), D(2026, 4, 4))),
            wrong={"C2": "ambiguous_date", "D2": "ambiguous_date"},
            asks=("date_order",),
        ),
        Case(
            "the same, answered, with the year asked too",
            "absences",
            xlsx({"DS": [["Mã NV", "Loại", "Từ ngày", "Đến ngày"], ["1", "Phép", "03/04", "05/04"]]}),
            letters("A:employee B:kind C:from D:to"),
            rows(2, "employee code from to", ("1", "P", D(2026, 4, 3), D(2026, 4, 5))),
            asks=("date_order", "year"),
            dates=Dates(order="dmy", year=2026),
        ),
        Case(
            "an English Excel that exchanged what it could",
            "absences",
            xlsx(
                {
                    "DS": [
                        ["Mã NV", "Loại", "Từ ngày", "Đến ngày"],
                        ["1", "Phép", D(2026, 3, 4), "24/04/2026"],
                        ["2", "Ốm", "25/04/2026", "26/04/2026"],
                        ["3", "Ốm", D(2026, 5, 5), "27/05/2026"],
                    ]
                }
            ),
            letters("A:employee B:kind C:from D:to"),
            rows(
                3,
                "employee code from to",
                ("2", "Ô", D(2026, 4, 25), D(2026, 4, 26)),
                ("3", "Ô", D(2026, 5, 5), D(2026, 5, 27)),
            ),
            wrong={"C2": "maybe_swapped"},
            asks=("swapped_dates",),
        ),
        Case(
            "dates of a file that writes months first",
            "absences",
            csv_text(
                [
                    ["employee", "kind", "code", "from", "to", "session", "document", "approved_at"],
                    ["1", "leave", "P", "4/3/2026", "4/24/2026", "all", "", ""],
                ]
            ).encode(),
            letters("A:employee B:kind C:code D:from E:to F:session G:document H:approved_at"),
            rows(2, "employee code from to", ("1", "P", D(2026, 4, 3), D(2026, 4, 24))),
            file_name="leave.csv",
        ),
        Case(
            "serial numbers that lost their format",
            "absences",
            xlsx(
                {
                    "DS": [
                        ["Mã NV", "Lý do nghỉ", "Từ ngày", "Đến ngày"],
                        ["1", "Phép", 46350, 46351],
                        ["2", "Công tác", 46350.3125, 46350.6875],
                        ["3", "Họp", 46352, 46352],
                    ]
                }
            ),
            letters("A:employee B:kind C:from D:to"),
            rows(
                2,
                "employee kind code from to",
                ("1", "leave", "P", D(2026, 11, 24), D(2026, 11, 25)),
                ("2", "mission", None, M(2026, 11, 24, 7, 30), M(2026, 11, 24, 16, 30)),
                ("3", "leave", "H", D(2026, 11, 26), D(2026, 11, 26)),
            ),
        ),
        Case(
            "serial numbers from 1904",
            "absences",
            xlsx(
                {"DS": [["Mã NV", "Loại nghỉ", "Từ ngày", "Đến ngày"], ["1", "Phép", 46350 - 1462, D(2026, 11, 25)]]},
                date_1904=True,
            ),
            letters("A:employee B:kind C:from D:to"),
            rows(2, "employee code from to", ("1", "P", D(2026, 11, 24), D(2026, 11, 25))),
        ),
    ]


def _missions() -> list[Case]:
    return [
        Case(
            "missions with times of their own",
            "absences",
            ods(
                {
                    "Công tác": [
                        ["Mã NV", "Loại", "Ngày công tác", "Từ giờ", "Đến giờ", "Nơi đến", "Số giấy đi đường"],
                        ["1", "Đi công tác", D(2026, 11, 24), time(7, 30), time(11, 30), "Sở Nội vụ", "5/GĐĐ"],
                        ["2", "Công tác", D(2026, 11, 25), "13h", "16 giờ 30", "Huyện", "6/GĐĐ"],
                        ["3", "Công tác", D(2026, 11, 25), 7.3, "11h30", "Huyện", "7/GĐĐ"],
                    ]
                }
            ),
            letters("A:employee B:kind C:date D:start_time E:end_time G:document"),
            rows(
                2,
                "employee kind code from to document",
                ("1", "mission", None, M(2026, 11, 24, 7, 30), M(2026, 11, 24, 11, 30), "5/GĐĐ"),
                ("2", "mission", None, M(2026, 11, 25, 13), M(2026, 11, 25, 16, 30), "6/GĐĐ"),
            ),
            wrong={"D4": "not_a_time"},
            file_name="cong tac.ods",
        ),
        Case(
            "pasted, with line breaks inside cells",
            "absences",
            csv_text(
                [
                    ["Mã\nNV", "Loại nghỉ", "Từ ngày", "Đến ngày", "Số văn bản"],
                    ["1", "Công\ntác", "17h00 24/11/2026", "25/11/2026 7h30", 'QĐ "12"\nngày 1'],
                ],
                "\t",
            ),
            letters("A:employee B:kind C:from D:to E:document"),
            rows(
                2,
                "employee kind from to document",
                ("1", "mission", M(2026, 11, 24, 17), M(2026, 11, 25, 7, 30), 'QĐ "12" ngày 1'),
            ),
        ),
        Case(
            "names without codes, and choices nobody knows",
            "absences",
            xlsx(
                {
                    "DS": [
                        ["TT", "Họ và tên", "Loại nghỉ", "Từ ngày", "Đến ngày"],
                        [1, "Trần Văn Đức", "Nghĩ phép", D(2026, 11, 24), D(2026, 11, 24)],
                        [2, "Lê Thị Mai", "việc riêng gia đình", D(2026, 11, 24), D(2026, 11, 24)],
                        [3, "Đỗ Hải", "Nghỉ", D(2026, 11, 24), D(2026, 11, 24)],
                        [4, "Vũ Lan", "P", D(2026, 11, 24), D(2026, 11, 23)],
                    ]
                }
            ),
            letters("B:employee_name C:kind D:from E:to"),
            rows(
                2,
                "employee employee_name kind code from to",
                (None, "Trần Văn Đức", "leave", "P", D(2026, 11, 24), D(2026, 11, 24)),
            ),
            wrong={"C3": "unknown_choice", "C4": "leave_code_missing", "E5": "end_before_start"},
        ),
    ]
