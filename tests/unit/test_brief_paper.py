"""The weekly brief and statements on paper: one page whatever is on it, every letter kept, the same bytes each time."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pypdfium2
import pytest

from api.pages.i18n import Translator
from api.reporting import brief_paper, statement_paper
from reports.counted import Figures
from reports.monthly_statement import BLOCKS, Cited, Item, Statement
from reports.printing import as_text, own_template, pdf
from reports.view import VIOLATION_TYPES
from reports.weekly_brief import DayOff, Named, Part, UnreadTerminal, Waits, Week, WeeklyBrief

AT = datetime(2026, 11, 30, 0, 30, tzinfo=UTC)
WALL = datetime(2026, 11, 30, 7, 30)
MONDAY = date(2026, 11, 23)
SMALL = "aàáảãạăằắẳẵặâầấẩẫậeèéẻẽẹêềếểễệiìíỉĩịoòóỏõọôồốổỗộơờớởỡợuùúủũụưừứửữựyỳýỷỹỵđ"
LETTERS = [letter for letter in SMALL + SMALL.upper() if not letter.isascii()]
LONG = "Bộ phận Tiếp nhận và Trả kết quả giải quyết thủ tục hành chính phường Nguyễn Nghiêm Quảng Thượng Đông"
TIMES = {
    (kind, status): 1234 for kind in VIOLATION_TYPES for status in ("counted", "partly_excused", "excused", "pending")
}


def _week(first: date, figures: Figures) -> Week:
    causes = {"not_read": 1200, "outage": 300, "clock": 40, "missing": 500}
    duties = {"kept": 300, "no_show": 2, "away": 40, "unverified": 9, "open": 1, "refused": 3}
    return Week(first, first + timedelta(days=6), figures, 60_000, causes, duties, 12)


def _full() -> WeeklyBrief:
    """A brief with as much on it as there can be."""
    figures = Figures(12_000, 123_456, 100_000, 2_345, 321, TIMES)
    parts = tuple(Part(f"X{n}", f"{LONG} {n}", figures) for n in range(60))
    clear = tuple(Part(f"Y{n}", f"{LONG} {n}", Figures(9, 100, 100)) for n in range(40))
    people = tuple(Named(n, MONDAY, f"Nguyễn Phúc Tường Hoàng Nghiêm {n}", "one_stop", LONG) for n in range(40))
    return WeeklyBrief(
        unit="A", name=LONG, week=_week(MONDAY, figures), before=_week(MONDAY - timedelta(days=7), figures),
        known_at=WALL, terminals=tuple(UnreadTerminal(f"T{n}", f"Máy {LONG}", WALL) for n in range(30)),
        explanations=Waits(400, 30), papers=99, commitments={"kept": 900, "at_risk": 80, "broken": 7, "open": 1000},
        parts=(*parts, *clear, Part("", "", figures, 7)),
        days_off=tuple(DayOff(MONDAY + timedelta(days=7 + n), "holiday", "am", f"QĐ {n} {LONG}") for n in range(7)),
        visited=tuple((MONDAY, f"{LONG} {n}") for n in range(9)), no_shows=people, overdue=people,
    )  # fmt: skip


def _pages(content: bytes) -> list[str]:
    file = pypdfium2.PdfDocument(content)
    return [file[number].get_textpage().get_text_range() for number in range(len(file))]


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_a_brief_is_one_page_whatever_is_on_it(lang: str) -> None:
    t = Translator(lang)
    (full,) = _pages(brief_paper.draw(_full(), t, at=AT))
    assert t("brief.days_off") in re.sub(r"\s+", " ", full), "the last line is on it"
    bare = replace(
        _full(), parts=(), terminals=(), explanations=None, papers=None, commitments=None, visited=(), no_shows=(),
        overdue=(), days_off=(),
    )  # fmt: skip
    (page,) = _pages(brief_paper.draw(bare, t, at=AT))
    for hidden in ("explanations", "papers", "commitments"):
        assert t(f"brief.{hidden}") not in re.sub(r"\s+", " ", page), "what the reader may not count is not said"
    assert "Phúc Tường" in re.sub(r"\s+", " ", full)
    assert "Phúc Tường" not in re.sub(r"\s+", " ", page), "without names, figures alone"


def test_every_letter_of_the_alphabet_is_on_paper_as_it_is_written() -> None:
    assert len(LETTERS) == 134
    name = " ".join("".join(LETTERS[at : at + 12]) for at in range(0, 134, 12))
    pages = [
        _pages(brief_paper.draw(replace(_full(), name=name), Translator("vi"), at=AT)),
        _pages(_drawn([replace(_statement(), name=name)])),
    ]
    for (page,) in pages:
        assert not [letter for letter in LETTERS if letter not in page]


def test_the_same_figures_make_the_same_bytes() -> None:
    one, other = (brief_paper.draw(_full(), Translator("vi"), at=AT) for _ in range(2))
    assert one == other
    assert b"pdfaid:part>2" in one or b"pdfaid" in one, "PDF/A"


def _statement(lines: int = 3) -> Statement:
    items = tuple(
        Item(MONDAY, "am", "late", 12, 10, 2, basis="Thông báo 02/TB-MAU (2026)") for _ in range(lines)
    )  # fmt: skip
    blocks: Mapping[str, tuple[Item, ...]] = dict.fromkeys(BLOCKS, ()) | {"late": items}
    cited = (Cited("schedule.HC", "2026-10-16", "Thông báo 02/TB-MAU"), Cited("late_grace_minutes", "always", ""))
    return Statement(7, "NV007", LONG, (LONG,), date(2026, 11, 1), date(2026, 11, 30), 42, 40, blocks, cited)


def _drawn(found: list[Statement], **more: Any) -> bytes:
    values = statement_paper.values_of(
        found, Translator("vi"), {"schedule.HC": "Giờ hành chính"}, known_at=WALL, **more
    )
    return pdf(own_template("statement"), {"values": as_text(values)}, at=AT)


def test_each_person_has_a_sheet_of_their_own_with_room_to_sign() -> None:
    pages = _pages(_drawn([_statement(), _statement(0), _statement(22)]))
    assert len(pages) == 3
    for page in pages:
        assert "Nhận xét của lãnh đạo trực tiếp" in page
        assert "Thủ trưởng đơn vị" in page
        assert "Trang 1" in page
    assert "12" not in pages[1].replace("2026", "").replace("11/", "")
    long = _pages(_drawn([_statement(90), _statement()]))
    assert len(long) > 2, "what does not fit goes on behind"
    assert "Trang 1" in long[-1], "and the next person begins anew"
    told = statement_paper.as_plain(_statement())
    assert (told["counted"], told["facts"]["late"]["minutes"], told["unverified"]) == (3, 30, 2)
