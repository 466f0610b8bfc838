"""Turns figures into the geometry of charts. Pure: the same figures, language and width give the same shapes; style
sheets colour them, on screen, in the dark, on paper.

Upright bars for minutes, weekdays, weeks and months; lying ones for units, whose names are long.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from api.pages.i18n import Translator
from reports.charts import LONGEST_MINUTE, ChartsPage, Minute, Rate

WIDE, NARROW = 960, 340
_STEP = 5  # minutes that one bar of the narrow drawing stands for
_HEIGHT, _TOP, _FLOOR = 190.0, 30.0, 220.0
_ROW = 46.0
_LETTER = 6.4
MOST_UNITS = 30
"""Units that are drawn; the table lists all."""


@dataclass(frozen=True, slots=True)
class Bar:
    """`length` is the whole of it, `excused` what was excused at its end. `is_known` False: too little to draw. `note`
    stands at the other end of a lying bar.

    An upright bar stands on the floor at `x`; a lying one begins at the left, at `y`.
    """

    x: float
    y: float
    breadth: float
    length: float
    excused: float
    label: str
    value: str
    is_known: bool = True
    note: str = ""


@dataclass(frozen=True, slots=True)
class Step:
    """A line across the drawing, at `at` from its edge, and the number it stands for."""

    at: float
    label: str


@dataclass(frozen=True, slots=True)
class Chart:
    """`lying`: bars lie and steps run down; else they stand and steps run across. `line` is where the grace ends."""

    name: str
    width: int
    height: float
    left: float
    right: float
    floor: float
    bars: tuple[Bar, ...]
    steps: tuple[Step, ...]
    lying: bool = False
    line: Step | None = None


def minutes_chart(page: ChartsPage, t: Translator, width: int = WIDE) -> Chart:
    """How many sessions began how many minutes late: minute by minute, or by five where it is narrow."""
    size = 1 if width > 600 else _STEP
    groups = _by(page.minutes, size)
    labels = [_label_of(group, size, t) for group in groups]
    values = [(float(sum(m.sessions for m in group)), float(sum(m.excused for m in group))) for group in groups]
    said = [t.number(int(whole)) if whole and size > 1 else "" for whole, _ in values]
    chart = upright("minutes", width, labels, [*values], said, t)
    if not page.grace or page.grace >= LONGEST_MINUTE:
        return chart
    after = chart.left + (chart.right - chart.left) / len(groups) * page.grace / size
    return _with_line(chart, Step(round(after, 1), t("charts.grace", minutes=t.minutes(page.grace))))


def weekdays_chart(page: ChartsPage, t: Translator, width: int = WIDE) -> Chart:
    return _rates("weekdays", page.weekdays, [t.weekday(each.on) for each in page.weekdays if each.on], t, width)


def times_chart(page: ChartsPage, t: Translator, width: int = WIDE) -> Chart:
    """Over weeks, by the day each begins with, or over months."""
    labels = [(f"{each.on:%d/%m}" if page.by_week else f"{each.on:%m/%y}") for each in page.times if each.on]
    return _rates("times", page.times, labels, t, width)


def units_chart(page: ChartsPage, t: Translator, width: int = WIDE) -> Chart:
    """A lying bar for each unit in the order of the tree, its name above it."""
    rates = page.units[:MOST_UNITS]
    left, right, top = 2.0, width - 74.0, 6.0
    most, steps = _steps(max((rate.per_hundred or 0.0 for rate in rates), default=0.0))
    reach = right - left
    bars = []
    for place, rate in enumerate(rates):
        y = top + place * _ROW + 18
        length = reach * (rate.per_hundred or 0.0) / most
        bars.append(
            Bar(
                x=left,
                y=y,
                breadth=16,
                length=round(length, 1),
                excused=round(reach * rate.excused_per_hundred / most, 1),
                label=_cut(rate.name or t.n("charts.folded", page.folded), width - len(_unknown(rate, t)) * _LETTER),
                value=_value(rate, t) if rate.known else t("charts.nothing_known"),
                is_known=rate.per_hundred is not None,
                note=_unknown(rate, t),
            )
        )
    floor = top + len(rates) * _ROW
    marks = tuple(Step(round(left + reach * step / most, 1), t.number(step)) for step in steps)
    return Chart("units", width, floor + 22, left, right, floor, tuple(bars), marks, lying=True)


def _unknown(rate: Rate, t: Translator) -> str:
    return t("charts.unknown_part", share=t.number(rate.unknown_share)) if rate.unknown_share else ""


def _rates(name: str, rates: Sequence[Rate], labels: Sequence[str], t: Translator, width: int) -> Chart:
    values = [(rate.per_hundred or 0.0, rate.excused_per_hundred) for rate in rates]
    known = [rate.per_hundred is not None for rate in rates]
    said = ["–" if rate.per_hundred is None else _value(rate, t) for rate in rates]
    return upright(name, width, labels, values, said, t, known)


def _value(rate: Rate, t: Translator) -> str:
    return t("charts.few_short") if rate.per_hundred is None else t.number(rate.per_hundred)


def upright(
    name: str,
    width: int,
    labels: Sequence[str],
    values: Sequence[tuple[float, float]],
    said: Sequence[str],
    t: Translator,
    known: Sequence[bool] = (),
) -> Chart:
    """Bars of (whole, excused part) beside each other; labels that would touch are left out, evenly."""
    left, right = 40.0, width - 6.0
    most, steps = _steps(max((whole for whole, _ in values), default=0.0))
    pitch = (right - left) / max(len(values), 1)
    breadth = min(pitch * 0.78, 54.0)
    every = _every(labels, pitch)
    bars = []
    for place, ((whole, excused), label) in enumerate(zip(values, labels, strict=True)):
        length = _HEIGHT * whole / most
        shown = label if place % every == 0 or (place == len(labels) - 1 and place % every > every // 2) else ""
        value = said[place] if len(said[place]) * _LETTER <= pitch else ""
        bars.append(
            Bar(
                x=round(left + pitch * place + (pitch - breadth) / 2, 1),
                y=round(_FLOOR - length, 1),
                breadth=round(breadth, 1),
                length=round(length, 1),
                excused=round(_HEIGHT * excused / most, 1),
                label=shown,
                value=value,
                is_known=known[place] if known else True,
            )
        )
    marks = tuple(Step(round(_FLOOR - _HEIGHT * step / most, 1), t.number(step)) for step in steps)
    return Chart(name, width, _FLOOR + 26, left, right, _FLOOR, tuple(bars), marks)


def _with_line(chart: Chart, line: Step) -> Chart:
    return Chart(
        chart.name, chart.width, chart.height, chart.left, chart.right, chart.floor, chart.bars, chart.steps, line=line
    )


def _steps(most: float) -> tuple[float, list[float]]:
    """A round number at or above the largest value, and three to five round steps up to it from nothing."""
    if most <= 0:
        return 1.0, [0.0, 1.0]
    power = 10.0 ** math.floor(math.log10(most / 4))
    step = next(size * power for size in (1.0, 2.0, 2.5, 5.0, 10.0) if size * power * 4 >= most)
    step = max(step, 1.0) if most >= 1 else step
    count = math.ceil(round(most / step, 6))
    return step * count, [round(step * number, 6) for number in range(count + 1)]


def _every(labels: Sequence[str], pitch: float) -> int:
    longest = max((len(label) for label in labels), default=1) * _LETTER + 6
    fits = math.ceil(longest / pitch) if pitch else 1
    return next((size for size in (1, 2, 5, 10, 15) if size >= fits), 20)


def _by(minutes: Sequence[Minute], size: int) -> list[list[Minute]]:
    """Minutes in groups of a size; what is later than all of them by itself."""
    exact = [each for each in minutes if each.minutes is not None]
    later = [each for each in minutes if each.minutes is None]
    return [*([*exact[at : at + size]] for at in range(0, len(exact), size)), *([each] for each in later)]


def _label_of(group: Sequence[Minute], size: int, t: Translator) -> str:
    first, last = group[0].minutes, group[-1].minutes
    if first is None:
        return f">{LONGEST_MINUTE}"
    return t.number(first) if size == 1 else f"{first}–{last}"


def _cut(name: str, width: float) -> str:
    """A name that does not fit over its bar, shortened; the table has it whole."""
    most = int((width - 6) / _LETTER)
    return name if len(name) <= most else f"{name[: most - 1]}…"
