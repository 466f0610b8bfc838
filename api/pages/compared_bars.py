"""Bars of comparisons: known sessions with a counted occurrence in a hundred, of units, stretches of hours and months.

What is compared is what is missing to a full compliance, so that bars begin at nothing and differences are seen.
"""

from __future__ import annotations

from api.pages.bars import MOST_UNITS, WIDE, Bar, Chart, Step, upright
from api.pages.i18n import Translator
from reports.compliance import Compliance
from reports.counted import Figures
from reports.periods_compared import Seasons, Years

_ROW, _TOP, _LETTER = 46.0, 6.0, 6.6


def compliance_chart(view: Compliance, t: Translator, width: int = WIDE) -> Chart:
    """A lying bar for each unit right below the one asked for, in the order of the tree."""
    lines = view.below[:MOST_UNITS]
    left, right = 2.0, width - 74.0
    most = max((_missing(line.figures) for line in lines), default=0.0) or 1.0
    bars = []
    for place, line in enumerate(lines):
        name = line.name if line.code else t("brief.own_people", name=line.name)
        room = int(width / _LETTER) - 24
        bars.append(
            Bar(
                x=left,
                y=_TOP + place * _ROW + 18,
                breadth=16,
                length=round((right - left) * _missing(line.figures) / most, 1),
                excused=0.0,
                label=name if len(name) <= room else f"{name[: room - 1]}…",
                value=t.number(_missing(line.figures)) if line.figures.known else t("charts.nothing_known"),
                is_known=line.figures.is_enough,
                note=_unknown(line.figures, t),
            )
        )
    floor = _TOP + len(lines) * _ROW
    return Chart("compliance", width, floor + 22, left, right, floor, tuple(bars), (Step(left, "0"),), lying=True)


def seasons_chart(view: Seasons, t: Translator, width: int = WIDE) -> Chart:
    """A bar for each stretch of hours, then one for the weeks before and one for those after the change."""
    windows = [each for each in (view.before, view.after) if each is not None]
    shown = [*view.stretches, *windows]
    labels = [f"{each.from_on:%d/%m/%y}–{each.to_on:%d/%m/%y}" for each in shown]
    if width < WIDE:
        labels = [f"{each.from_on:%d/%m/%y}" for each in shown]
    return _bars("seasons", [each.figures for each in shown], labels, t, width)


def years_chart(view: Years, t: Translator, width: int = WIDE) -> Chart:
    """Two bars for each month: of the earlier year, then of the later one."""
    shown = [each for pair in view.months for each in (pair.earlier, pair.later)]
    labels = [
        f"{each.from_on:%m/%y}" if width == WIDE else f"{each.from_on.month}" if place % 2 == 0 else ""
        for place, each in enumerate(shown)
    ]
    return _bars("years", [each.figures for each in shown], labels, t, width)


def _bars(name: str, figures: list[Figures], labels: list[str], t: Translator, width: int) -> Chart:
    values = [(_missing(each) if each.is_enough else 0.0, 0.0) for each in figures]
    said = [t.number(_missing(each)) if each.is_enough else "–" for each in figures]
    return upright(name, width, labels, values, said, t, [each.is_enough for each in figures])


def _missing(figures: Figures) -> float:
    """Known sessions with a counted occurrence in a hundred: what the compliance lacks to 100."""
    return (1000 - figures.tenths) / 10 if figures.tenths is not None else 0.0


def _unknown(figures: Figures, t: Translator) -> str:
    if not figures.unverified or figures.coverage is None:
        return ""
    return t("charts.unknown_part", share=t.number((1000 - figures.coverage) / 10))
