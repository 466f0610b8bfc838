"""The geometry of charts: bars are as long as what they say, nothing leaves the drawing, little is drawn as little."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from api.pages import bars
from api.pages.i18n import Translator
from reports.charts import ChartsPage, Minute, Rate

VI = Translator("vi")
MONDAY = date(2026, 11, 2)


def rate(late: int, known: int, excused: int = 0, unknown: int = 0, **more: object) -> Rate:
    return Rate(late, excused, known, unknown, **more)  # type: ignore[arg-type]


def page(**parts: object) -> ChartsPage:
    return ChartsPage("", MONDAY, MONDAY + timedelta(days=30), (), rate(30, 1000), **parts)  # type: ignore[arg-type]


WEEK = tuple(rate(late, 100, late // 2, on=MONDAY + timedelta(days=n)) for n, late in enumerate((2, 4, 0, 8, 6)))


@pytest.mark.parametrize("width", [bars.WIDE, bars.NARROW])
def test_bars_are_as_long_as_what_they_say_and_stay_inside(width: int) -> None:
    chart = bars.weekdays_chart(page(weekdays=WEEK), VI, width)
    tallest = max(bar.length for bar in chart.bars)
    assert [round(bar.length / tallest, 3) for bar in chart.bars] == [0.25, 0.5, 0, 1, 0.75]
    assert [bar.value for bar in chart.bars] == ["2", "4", "0", "8", "6"]
    assert [bar.label for bar in chart.bars] == ["T2", "T3", "T4", "T5", "T6"]
    for bar in chart.bars:
        assert bar.excused <= bar.length
        assert chart.left <= bar.x
        assert bar.x + bar.breadth <= chart.right
        assert bar.y + bar.length == pytest.approx(chart.floor, abs=0.2)
        assert bar.y >= 20, "room for the number above"
    steps = [step.at for step in chart.steps]
    assert steps == sorted(steps, reverse=True)
    assert steps[0] == chart.floor


def test_too_few_days_are_no_rate_and_no_bar() -> None:
    few = rate(5, 19, on=MONDAY)
    assert few.per_hundred is None
    chart = bars.weekdays_chart(page(weekdays=(few, WEEK[1])), VI)
    assert (chart.bars[0].length, chart.bars[0].value, chart.bars[0].is_known) == (0, "–", False)
    assert rate(5, 20).per_hundred == 25


@pytest.mark.parametrize(
    ("part", "whole", "said"), [(1, 80, 1.3), (3, 80, 3.8), (1, 400, 0.3), (5, 400, 1.3), (20, 60, 33.3)]
)
def test_rates_are_rounded_half_up(part: int, whole: int, said: float) -> None:
    assert rate(part, whole).per_hundred == said
    assert rate(0, whole - part, unknown=part).unknown_share == said


def test_units_lie_in_the_order_given_and_say_what_is_not_known() -> None:
    units = (rate(9, 100, unknown=100, name="A", code="A"), rate(0, 0, unknown=40, name="B", code="B"))
    chart = bars.units_chart(page(units=(*units, rate(3, 100, code="", people=4)), folded=2), VI)
    assert [bar.label for bar in chart.bars] == ["A", "B", "2 đơn vị ít người, gộp chung"]
    assert [bar.value for bar in chart.bars] == ["9", "chưa có dữ liệu", "3"]
    assert chart.bars[0].note == "chưa biết 50%"
    assert [bar.y for bar in chart.bars] == sorted(bar.y for bar in chart.bars)
    assert all(bar.x + bar.length <= chart.right for bar in chart.bars)


def test_minutes_stand_one_by_one_or_by_five_and_the_grace_has_a_line() -> None:
    minutes = (*(Minute(n, 1 if n == 3 else 0, 0) for n in range(1, 61)), Minute(None, 2, 1))
    wide = bars.minutes_chart(page(minutes=minutes, grace=5), VI)
    assert [n for n, bar in enumerate(wide.bars, 1) if bar.length] == [3, 61]
    assert wide.line is not None
    assert wide.bars[4].x < wide.line.at < wide.bars[5].x + 1
    narrow = bars.minutes_chart(page(minutes=minutes), VI, bars.NARROW)
    assert (len(narrow.bars), narrow.bars[0].value, narrow.bars[-1].value) == (13, "1", "2")
    assert narrow.line is None
    assert narrow.bars[-1].label == ">60"


@pytest.mark.parametrize("most", [0, 0.4, 1, 3, 7.3, 40, 99.9, 1234])
def test_steps_are_round_and_reach_over_the_largest(most: float) -> None:
    top, steps = bars._steps(most)
    assert top >= most
    assert steps[0] == 0
    assert steps[-1] == pytest.approx(top)
    assert 2 <= len(steps) <= 6
