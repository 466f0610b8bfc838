"""The pages of the tree filled as an office would fill them, with long names and what is missing."""

from __future__ import annotations

from datetime import UTC, date, datetime

from attendance.store.heads import Heading
from attendance.store.tree import UnitOn
from reports.tree import Place, TreeLine, TreePage, UnitPage, UnitVersion

REFORM = date(2025, 7, 1)
AT = datetime(2025, 6, 20, tzinfo=UTC)


def units() -> TreePage:
    rows = [
        ("T", "Ủy ban nhân dân tỉnh Sông Mây", None, None, None, 0, ("Hoàng Thị Ngọc Lan",)),
        ("X-TAN-MAI", "Ủy ban nhân dân xã Tân Mai", None, REFORM, None, 1, ("Lê Văn Bình", "Trần Thị Bích Ngọc")),
        ("TT", "Trung tâm Phục vụ hành chính công xã Tân Mai", "MOT-CUA", REFORM, None, 2, ()),
        ("TO", "Tổ tiếp nhận hồ sơ lưu động các thôn vùng sâu", None, REFORM, date(2026, 12, 31), 3, ()),
    ]
    lines = [
        TreeLine(UnitOn(number, code, name, None, hours, begins, ends, depth), heads)
        for number, (code, name, hours, begins, ends, depth, heads) in enumerate(rows)
    ]
    return TreePage(date(2026, 11, 23), tuple(lines))


def unit() -> UnitPage:
    document = "NQ 1656/NQ-UBTVQH15 ngày 16/6/2025"
    return UnitPage(
        on=date(2026, 11, 23),
        code="X-TAN-MAI",
        name="Ủy ban nhân dân xã Tân Mai",
        living=True,
        versions=(
            UnitVersion(
                "Ủy ban nhân dân xã Tân Mai", "Ủy ban nhân dân tỉnh Sông Mây", None, REFORM, None, None, document
            ),
            UnitVersion("Ủy ban nhân dân xã Tân Hòa", None, "HC", None, date(2025, 6, 30), "UBND xã Tân Mai", ""),
        ),
        merged=("UBND xã Tân Hòa", "UBND xã Suối Nhạn"),
        terms=(
            Heading(3, 2, "CC-0057", "Trần Thị Bích Ngọc", "acting", date(2026, 11, 1), None, "QĐ 40/QĐ-UBND", AT),
            Heading(1, 1, "CC-0012", "Lê Văn Bình", "head", REFORM, date(2026, 12, 31), "QĐ 15/QĐ-UBND", AT),
            Heading(2, 3, "CC-0013", "Phan Anh Khoa", "deputy", REFORM, None, "", AT),
        ),
        places=(
            Place("Trụ sở cũ xã Tân Hòa", "Thôn 2, đường 26 tháng 3", ("MCC-01", "MCC-02")),
            Place("Nhà văn hóa Suối Nhạn", "", ()),
        ),
    )
