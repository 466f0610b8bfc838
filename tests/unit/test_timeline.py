"""A day's drawing follows from the day alone and says what its table says; its sentences are in test_why."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from itertools import pairwise

import pytest

from api.pages.explain import ledger_adds_up
from api.pages.i18n import Translator
from api.pages.render import render, with_query
from api.pages.timeline import NARROW, WIDE, lay_out, rows, violation_label
from reports.view import DayPunch, DaySession, DayViolation, TerminalFreshness, User, WhyPage

DAY = date(2026, 11, 23)
VI = Translator("vi")


def at(clock: str) -> datetime:
    return datetime.fromisoformat(f"{DAY}T{clock}")


def punch(clock: str, use: str = "in", terminal_time: str | None = None, row: int = 0) -> DayPunch:
    shown = at(terminal_time or clock)
    return DayPunch(at(clock), shown, "T-1", "Cổng", use, None, 1, 7, at("12:00"), "ab" * 32, 3, "pull", row)  # type: ignore[arg-type]


def session(name: str = "am", starts: str = "07:30", ends: str = "11:30") -> DaySession:
    return DaySession(name, at(starts), at(ends), at(starts), at(ends), "judged")


def violation(kind: str = "late", minutes: int | None = 16, status: str = "counted") -> DayViolation:
    return DayViolation("v", kind, "am", minutes, 0, minutes or 0, status)


def day(**changes: object) -> WhyPage:
    page = WhyPage(
        employee="E1",
        name="Lê Thị Ánh",
        unit_name="Văn phòng",
        day=DAY,
        day_kind="workday",
        sessions=(session(), session("pm", "13:30", "17:00")),
        punches=(punch("07:46"), punch("11:31", "out")),
        violations=(violation(),),
        focus=None,
        flags=(),
        ledger={"scheduled": 450, "credited": 434, "leave": 0, "unverified": 0, "counted": 16, "worked": 434},
        symbols={},
        citations=(),
        coverage=(TerminalFreshness("T-1", "Cổng", at("20:00"), "healthy"),),
        revisions=(),
    )
    return replace(page, **changes)  # type: ignore[arg-type]


def drawn(page: WhyPage, width: int = WIDE):  # type: ignore[no-untyped-def]
    shape = lay_out(page, VI, width)
    assert shape is not None
    return shape


def test_late_stretch_reaches_from_required_start_to_the_punch() -> None:
    shape = drawn(day())
    (stretch,) = shape.stretches
    assert stretch.x == shape.bands[0].x
    assert stretch.x + stretch.width == pytest.approx(shape.marks[0].x, abs=0.2)


def test_early_stretch_ends_at_required_end() -> None:
    shape = drawn(day(violations=(violation("early", 30),)))
    (stretch,) = shape.stretches
    assert stretch.x + stretch.width == pytest.approx(shape.bands[0].x + shape.bands[0].width, abs=0.2)


def test_missing_punch_is_said_at_its_side_and_has_no_length() -> None:
    shape = drawn(day(violations=(violation("missing_out", None, "pending"),)))
    assert shape.stretches == ()
    assert shape.callouts[0].x == pytest.approx(shape.bands[0].x + shape.bands[0].width, abs=0.2)
    assert shape.callouts[0].label == "Chưa ghi nhận giờ ra"


def test_unread_part_begins_where_the_slowest_terminal_was_read() -> None:
    slow = TerminalFreshness("T-2", "Kho", at("12:00"), "late")
    shape = drawn(day(coverage=(*day().coverage, slow)))
    assert shape.unread is not None
    assert shape.unread.x == shape.lanes[1].unread.x
    assert shape.lanes[0].unread is None


def test_terminal_that_was_never_read_leaves_the_whole_day_open() -> None:
    shape = drawn(day(coverage=(TerminalFreshness("T-2", "Kho", None, "unverified", "never_read"),)))
    assert shape.unread.x == shape.left
    assert shape.lanes[0].read is None
    assert shape.lanes[0].until == "chưa đọc được lần nào"


def test_day_before_its_terminals_were_read_at_all_is_open_too() -> None:
    old = TerminalFreshness("T-1", "Cổng", datetime(2026, 11, 20, 17), "late")
    shape = drawn(day(coverage=(old,)))
    assert shape.lanes[0].read is None
    assert shape.unread.width == pytest.approx(shape.right - shape.left)


@pytest.mark.parametrize("width", [WIDE, NARROW])
def test_labels_of_crowded_punches_never_touch(width: int) -> None:
    crowd = tuple(punch(f"07:{minute:02}", "evidence") for minute in range(20, 32))
    shape = drawn(day(punches=crowd), width)
    assert len(shape.marks) == 12
    lines: dict[float, list[float]] = {}
    for mark in shape.marks:
        if mark.label_y is not None:
            lines.setdefault(mark.label_y, []).append(mark.text_x)
    assert len(lines) <= 4
    assert all(b - a > 34 for xs in lines.values() for a, b in pairwise(xs))


@pytest.mark.parametrize("width", [WIDE, NARROW])
def test_everything_stays_inside_the_drawing(width: int) -> None:
    shape = drawn(day(punches=(punch("05:01"), punch("22:59", "out"))), width)
    assert all(0 <= x <= width for x in [m.x for m in shape.marks] + [t.x for t in shape.ticks])
    assert all(band.x + band.width <= shape.right + 0.1 for band in shape.bands)


def test_session_over_midnight_keeps_its_length() -> None:
    night = DaySession(
        "night", at("22:00"), datetime(2026, 11, 24, 6), at("22:00"), datetime(2026, 11, 24, 6), "judged"
    )
    shape = drawn(day(sessions=(night,), punches=(), violations=()))
    assert shape.bands[0].width > (shape.right - shape.left) * 0.75


def test_day_with_nothing_in_it_is_not_drawn() -> None:
    assert lay_out(day(sessions=(), punches=(), violations=()), VI) is None


def test_table_twin_tells_everything_in_order_of_time() -> None:
    covered = replace(session(), covered=((at("10:30"), at("11:30"), "mission"),))
    found = rows(day(sessions=(covered,)), VI)
    assert [row.starts for row in found] == sorted(row.starts for row in found)
    said = [row.what for row in found]
    assert said == [
        "Buổi sáng: đã kết luận",
        "Đi muộn 16 phút",
        "Lượt chấm tại Cổng: giờ vào",
        "Công tác trong buổi sáng",
        "Lượt chấm tại Cổng: giờ ra",
        "Đã đọc dữ liệu của Cổng đến đây",
    ]


def test_punches_that_were_taken_are_drawn_in_front_of_those_that_were_not() -> None:
    repeated = drawn(day(punches=(punch("07:46"), punch("07:46:20", "ignored"), punch("11:31", "out"))))
    assert [mark.taken for mark in repeated.marks] == [True, False, True]


def test_ledger_of_the_page_adds_up() -> None:
    assert ledger_adds_up(day())


def test_absence_with_a_reason_is_not_said_to_lack_one() -> None:
    assert violation_label(violation("absent", 240), VI) == "Vắng, chưa có lý do (240 phút)"
    assert violation_label(violation("absent", 240, "excused"), VI) == "Vắng có lý do (240 phút)"


def test_names_are_escaped_and_nothing_is_inline() -> None:
    html = render("why.html", day(name="<b>&", punches=()), lang="vi", user=User("A", "head"), path="/violations/v?x=1")
    assert "&lt;b&gt;&amp;" in html
    assert "<b>&" not in html
    assert " style=" not in html


def test_language_link_keeps_the_address() -> None:
    assert with_query("/violations?unit=VP&page=2", lang="en") == "/violations?unit=VP&page=2&lang=en"
    assert with_query("/violations?unit=VP&page=2", page="") == "/violations?unit=VP"
