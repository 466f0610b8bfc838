"""An invented trail for its pages: a name corrected, a look at many, an entry whose detail was erased."""

from __future__ import annotations

from reports.trail import Difference, LookLine, LooksPage, TrailFilter, TrailLine, TrailPage
from tests.e2e.sample_pages import at

HEAD = "9f2c1e7a55d04b8896aa31c0d2e4f7b1c3a5968778695a4b3c2d1e0f00aa7d1c"


def trail_of_today() -> TrailPage:
    corrected = TrailLine(
        1204, at("08:05"), "lan.tochuc", "hr", "page", "10.20.30.40", "employee.renamed", "employee", "CC-0057",
        ("CC-0057",), 1, "Đính chính theo hồ sơ", (Difference("name", "Nguyễn Thị Hà", "Nguyễn Thị Thu Hà"),), None,
    )  # fmt: skip
    many = tuple(f"CC-{number:04}" for number in range(1, 51))
    look = TrailLine(
        1203, at("08:01"), "binh.thanhtra", "inspector", "api", "10.20.30.41", "looked", "verdicts", "", many, 212, "",
        (), None,
    )  # fmt: skip
    erased = TrailLine(
        1202, at("07:40"), "console", "", "console", "", "employee.added", "employee", "CC-0011", ("CC-0011",), 1, "",
        (), 1201,
    )  # fmt: skip
    unknown = TrailLine(
        1201, at("07:31"), "quantri", "administrator", "api", "10.20.30.2", "something.new", "thing", "X", (), 0, "",
        (Difference("hours", None, '["07:30","11:30"]'), Difference("name", "A", None)), None,
    )  # fmt: skip
    acts = ("employee.added", "employee.renamed", "looked", "something.new")
    shown = TrailFilter(actor="", act="looked")
    lines = (corrected, look, erased, unknown)
    return TrailPage(lines, 1204, "1201", acts, shown, 1204, HEAD, at("04:30"), True)


def broken_trail() -> TrailPage:
    return TrailPage((), 0, None, (), TrailFilter(), 1204, HEAD, at("04:30"), False)


def looks_at_me() -> LooksPage:
    lines = (
        LookLine(at("08:01"), "binh.thanhtra", "inspector", "api", "verdicts", False),
        LookLine(at("07:55"), "lan.tochuc", "hr", "page", "today", False),
        LookLine(at("07:50"), "", "", "job", "", True),
        LookLine(at("07:40"), "root", "", "console", "employees", False),
    )
    return LooksPage(lines, 54, "1180")
