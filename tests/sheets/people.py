"""Lists of people and units, as personnel offices keep them."""

from __future__ import annotations

import unicodedata
from datetime import date

from tests.sheets.case import Case, letters, rows
from tests.sheets.making import Formula, Shown, csv_text, ods, xls, xlsx

D = date
BASE = [
    ("CB001", "Nguyễn Thị Hòa", "Văn phòng", D(2024, 3, 15)),
    ("CB002", "Trần Văn Đức", "Phòng Nội vụ", D(2025, 1, 2)),
    ("CB003", "Lê Quốc Khánh", "Phòng Tài chính", D(2023, 12, 1)),
    ("CB004", "Phạm Thuỳ Dương", "Văn phòng", D(2026, 10, 20)),
]
FOUR = "code name unit from"


def text(on: date) -> str:
    return f"{on:%d/%m/%Y}"


def nfd(grid: list[list[object]]) -> list[list[object]]:
    return [[unicodedata.normalize("NFD", cell) if isinstance(cell, str) else cell for cell in row] for row in grid]


def cases() -> list[Case]:
    head = ["Mã NV", "Họ và tên", "Phòng ban", "Ngày vào cơ quan"]
    texts = [[code, name, unit, text(on)] for code, name, unit, on in BASE]
    numbered = [["STT", *head, "Số ĐT", "Số CCCD"]] + [
        [at, code, name, unit, on, f"09{at}1234567", f"00120{at}000{at}99"]
        for at, (code, name, unit, on) in enumerate(BASE, 1)
    ]
    return [
        Case(
            "plain",
            "employees",
            xlsx({"DS": [head, *BASE]}),
            letters("A:code B:name C:unit D:from"),
            rows(2, FOUR, *BASE),
        ),
        Case(
            "titles, extra columns, signatures",
            "employees",
            xlsx(
                {
                    "Danh sách": [
                        ["UBND XÃ ĐẠI ĐỒNG", None, None, None, "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"],
                        ["VĂN PHÒNG", None, None, None, "Độc lập - Tự do - Hạnh phúc"],
                        [],
                        ["DANH SÁCH CÁN BỘ, CÔNG CHỨC NĂM 2026"],
                        ["(Kèm theo Quyết định số 12/QĐ-UBND ngày 05/01/2026)"],
                        [],
                        *numbered,
                        [None, None, "Tổng cộng: 4 người"],
                        [None, None, None, None, "Đại Đồng, ngày 25 tháng 11 năm 2026"],
                        [None, "Người lập biểu", None, None, "CHỦ TỊCH"],
                        [],
                        [None, "Vũ Thị Mai", None, None, "Đỗ Văn Hải"],
                    ]
                },
                merged=["A1:C1", "E1:G1", "A4:G4", "A5:G5"],
            ),
            letters("B:code C:name D:unit E:from"),
            rows(8, FOUR, *BASE),
            skipped=(12, 13, 14, 16),
        ),
        Case(
            "header in row 12",
            "employees",
            xlsx(
                {
                    "Trang 1": [[f"Dòng {at}"] for at in range(1, 12)]
                    + [[None, None, *head]]
                    + [[None, None, *one] for one in BASE]
                }
            ),
            letters("C:code D:name E:unit F:from"),
            rows(13, FOUR, *BASE),
        ),
        Case(
            "two-row header with merged cells",
            "employees",
            xlsx(
                {
                    "DS": [
                        ["DANH SÁCH"],
                        ["TT", "Cán bộ, công chức", None, "Công tác", None, "Ghi chú"],
                        [None, "Mã số", "Họ tên", "Đơn vị", "Từ ngày", None],
                        *([at, *one, "x"] for at, one in enumerate(BASE, 1)),
                    ]
                },
                merged=["A1:F1", "A2:A3", "B2:C2", "D2:E2", "F2:F3"],
            ),
            letters("B:code C:name D:unit E:from"),
            rows(4, FOUR, *BASE),
        ),
        Case(
            "names in two columns under one merged header",
            "employees",
            xlsx(
                {
                    "DS": [
                        ["Số hiệu", "Họ và tên", None, "Đơn vị công tác"],
                        ["0015", "Nguyễn Thị", "Hòa", "VP"],
                        ["0016", "Trần Văn", "Đức", "NV"],
                        ["0017", "Lê Quốc", "Khánh", "TC"],
                    ]
                },
                merged=["B1:C1"],
            ),
            letters("A:code B:family_name C:given_name D:unit"),
            rows(
                2,
                "code name unit",
                ("0015", "Nguyễn Thị Hòa", "VP"),
                ("0016", "Trần Văn Đức", "NV"),
                ("0017", "Lê Quốc Khánh", "TC"),
            ),
        ),
        Case(
            "names in two columns, csv with semicolons",
            "employees",
            csv_text(
                [["Mã CB", "Họ đệm", "Tên", "Phòng"], ["7", "Nguyễn Thị", "Hòa", "VP"], ["8", "Y", "Nhan", "VP"]], ";"
            ).encode("utf-8-sig"),
            letters("A:code B:family_name C:given_name D:unit"),
            rows(2, "code name unit", ("7", "Nguyễn Thị Hòa", "VP"), ("8", "Y Nhan", "VP")),
            file_name="ds.csv",
        ),
        Case(
            "decomposed letters of macOS",
            "employees",
            xlsx({"DS": nfd([head, *texts])}),
            letters("A:code B:name C:unit D:from"),
            rows(2, FOUR, *BASE),
        ),
        Case(
            "windows-1258",
            "employees",
            _cp1258(csv_text([head, *texts])),
            letters("A:code B:name C:unit D:from"),
            rows(2, FOUR, *BASE),
            file_name="ds.csv",
        ),
        Case(
            "utf-16 text of Excel",
            "employees",
            csv_text([head, *texts], "\t").encode("utf-16"),
            letters("A:code B:name C:unit D:from"),
            rows(2, FOUR, *BASE),
            file_name="ds.txt",
        ),
        Case(
            "pasted",
            "employees",
            csv_text([head, *texts], "\t"),
            letters("A:code B:name C:unit D:from"),
            rows(2, FOUR, *BASE),
        ),
        Case(
            "old .xls with 1904 and numbers as codes",
            "employees",
            xls(
                {
                    "DS": [["Danh sách năm 2026"], ["Mã CC", "Họ tên", "Bộ phận", "Ngày bắt đầu", "Tên máy"]]
                    + [[100.0 + at, name, unit, on, "T1"] for at, (_, name, unit, on) in enumerate(BASE)]
                },
                merged=[(0, 0, 0, 3)],
                date_1904=True,
            ),
            letters("A:code B:name C:unit D:from E:terminal"),
            rows(
                3,
                "code name unit from terminal",
                *((str(100 + at), name, unit, on, "T1") for at, (_, name, unit, on) in enumerate(BASE)),
            ),
            file_name="ds.xls",
        ),
        Case(
            "codes shown with zeros",
            "employees",
            xlsx(
                {
                    "DS": [["Mã nhân viên", "Họ và tên", "Mã chấm công"]]
                    + [[Shown(at, "00000"), name, Shown(at + 20, "0")] for at, (_, name, *_) in enumerate(BASE, 15)]
                }
            ),
            letters("A:code B:name C:pin"),
            rows(2, "code name pin", *((f"{at:05}", name, str(at + 20)) for at, (_, name, *_) in enumerate(BASE, 15))),
        ),
        Case(
            "TCVN3 by font in .xls",
            "employees",
            xls(
                {
                    "DS": _fonts(
                        ".VnTime",
                        [
                            ["M· NV", "Hä vµ tªn", "§¬n vÞ"],
                            ["01", "NguyÔn ThÞ Hßa", "V¨n phßng"],
                            ["02", "TrÇn V¨n §øc", "Phßng Néi vô"],
                            ["03", "Lª Hïng", "V¨n phßng"],
                        ],
                    )
                }
            ),
            letters("A:code B:name C:unit"),
            rows(
                2,
                "code name unit",
                ("01", "Nguyễn Thị Hòa", "Văn phòng"),
                ("02", "Trần Văn Đức", "Phòng Nội vụ"),
                ("03", "Lê Hùng", "Văn phòng"),
            ),
            asks=("legacy",),
            legacy="tcvn3",
            file_name="ds.xls",
        ),
        Case(
            "VNI in csv",
            "employees",
            csv_text(
                [
                    ["Maõ NV", "Hoï vaø teân", "Ñôn vò"],
                    ["01", "Nguyeãn Thò Hoøa", "Vaên phoøng"],
                    ["02", "Traàn Vaên Ñöùc", "Phoøng Noäi vuï"],
                    ["03", "Phaïm Thuøy Döông", "Vaên phoøng"],
                ]
            ).encode("cp1252"),
            letters("A:code B:name C:unit"),
            rows(
                2,
                "code name unit",
                ("01", "Nguyễn Thị Hòa", "Văn phòng"),
                ("02", "Trần Văn Đức", "Phòng Nội vụ"),
                ("03", "Phạm Thùy Dương", "Văn phòng"),
            ),
            asks=("legacy",),
            legacy="vni",
            file_name="ds.csv",
        ),
        Case(
            "groups by unit, no column for it",
            "employees",
            xlsx(
                {
                    "DS": [
                        ["STT", "Mã CB", "Họ và tên"],
                        ["I", None, "Phòng Nội vụ"],
                        [1, "A1", "Trần Văn Đức"],
                        [2, "A2", "Lê Quốc Khánh"],
                        ["II", None, "Phòng Tài chính"],
                        [1, "A3", "Phạm Thuỳ Dương"],
                    ]
                }
            ),
            letters("B:code C:name"),
            rows(3, "code name unit", ("A1", "Trần Văn Đức", "Phòng Nội vụ"), ("A2", "Lê Quốc Khánh", "Phòng Nội vụ"))
            | rows(6, "code name unit", ("A3", "Phạm Thuỳ Dương", "Phòng Tài chính")),
            skipped=(2, 5),
        ),
        Case(
            "hidden sheet and hidden rows, several sheets",
            "employees",
            xlsx(
                {
                    "Bìa": [["BẢNG TỔNG HỢP"], ["Năm 2026"]],
                    "DS": [head, *BASE],
                    "Nguồn": [head, ("X1", "Sai Văn Sót", "?", D(2020, 1, 1))],
                },
                hidden=["Nguồn"],
            ),
            letters("A:code B:name C:unit D:from"),
            rows(2, FOUR, *BASE),
        ),
        Case(
            "formulas, some without a result",
            "employees",
            xlsx(
                {
                    "DS": [
                        head,
                        ["K1", Formula('=B9&" Hòa"', "Nguyễn Thị Hòa"), "VP", D(2026, 2, 20)],
                        ["K2", Formula("=B99", "#REF!"), "VP", D(2026, 2, 21)],
                        ["K3", "Lê Quốc Khánh", Formula("=C99", "#N/A"), D(2026, 2, 22)],
                        ["K4", "Trần Văn Đức", "VP", D(2026, 2, 23)],
                    ]
                }
            ),
            letters("A:code B:name C:unit D:from"),
            rows(2, FOUR, ("K1", "Nguyễn Thị Hòa", "VP", D(2026, 2, 20)))
            | rows(5, FOUR, ("K4", "Trần Văn Đức", "VP", D(2026, 2, 23))),
            wrong={"B3": "broken_formula", "C4": "broken_formula"},
        ),
        Case(
            "units merged over rows, header printed twice",
            "employees",
            xlsx(
                {
                    "DS": [
                        ["Phòng", "Mã", "Họ tên"],
                        ["Nội vụ", "1", "Trần Văn Đức"],
                        [None, "2", "Lê Quốc Khánh"],
                        ["Phòng", "Mã", "Họ tên"],
                        ["Tài chính", "3", "Phạm Thuỳ Dương"],
                    ]
                },
                merged=["A2:A3"],
            ),
            letters("A:unit B:code C:name"),
            rows(2, "unit code name", ("Nội vụ", "1", "Trần Văn Đức"), ("Nội vụ", "2", "Lê Quốc Khánh"))
            | rows(5, "unit code name", ("Tài chính", "3", "Phạm Thuỳ Dương")),
            skipped=(4,),
        ),
        Case(
            "LibreOffice, merged title, hidden sheet",
            "employees",
            ods(
                {
                    "Nháp": [["Mã", "Họ tên"], ["9", "Cũ Văn Kỹ"]],
                    "DS": [["Danh sách năm 2026"], ["Mã\nnhân viên", "Họ và tên\n(viết hoa)", "Khoa", "Từ ngày"]]
                    + [
                        [Shown(at, f"{at:04}"), name.upper(), unit, on]
                        for at, (_, name, unit, on) in enumerate(BASE, 1)
                    ],
                },
                hidden=["Nháp"],
            ),
            letters("A:code B:name C:unit D:from"),
            rows(3, FOUR, *((f"{at:04}", name.upper(), unit, on) for at, (_, name, unit, on) in enumerate(BASE, 1))),
            file_name="ds.ods",
        ),
        Case(
            "units with their parents",
            "units",
            xlsx(
                {
                    "Đơn vị": [
                        ["STT", "Mã đơn vị", "Tên đơn vị", "Đơn vị cấp trên", "Ngày thành lập", "Lịch làm việc"],
                        [1, "A", "UBND xã Đại Đồng", None, D(2025, 7, 1), "HC"],
                        [2, "A01", "Văn phòng HĐND và UBND", "A", D(2025, 7, 1), None],
                    ]
                }
            ),
            letters("B:code C:name D:parent E:from F:schedule"),
            rows(
                2,
                "code name parent from schedule",
                ("A", "UBND xã Đại Đồng", None, D(2025, 7, 1), "HC"),
                ("A01", "Văn phòng HĐND và UBND", "A", D(2025, 7, 1), None),
            ),
        ),
        Case(
            "numbers of people at terminals",
            "enrolments",
            csv_text(
                [
                    ["Máy", "User ID", "Mã nhân viên", "Tên trên máy", "Từ ngày"],
                    ["T1", "00012", "CB001", "NGUYEN THI HOA", "24/11/2026"],
                    ["T1", "13", "CB002", "TRAN VAN DUC", "03/11/2026"],
                ]
            ).encode(),
            letters("A:terminal B:pin C:employee D:employee_name E:from"),
            rows(
                2,
                "terminal pin employee from",
                ("T1", "00012", "CB001", D(2026, 11, 24)),
                ("T1", "13", "CB002", D(2026, 11, 3)),
            ),
            file_name="may.csv",
        ),
    ]


def _fonts(font: str, grid: list[list[str]]) -> list[list[Shown]]:
    return [[Shown(cell, font=font) for cell in row] for row in grid]


def _cp1258(words: str) -> bytes:
    """As a Vietnamese Windows stores it: tones are signs of their own, other marks are part of the letter."""
    parts = []
    for sign in words:
        plain = unicodedata.normalize("NFD", sign)
        tones = [mark for mark in plain if mark in "\u0300\u0301\u0303\u0309\u0323"]
        base = unicodedata.normalize("NFC", "".join(mark for mark in plain if mark not in tones))
        parts.append(base + "".join(tones))
    return "".join(parts).encode("cp1258")
