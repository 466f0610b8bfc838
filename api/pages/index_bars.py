"""The index of units as lying bars from 0 to 100, in the order of the table; what has no figure has no bar."""

from __future__ import annotations

from api.pages.bars import MOST_UNITS, WIDE, Bar, Chart, Step
from api.pages.i18n import Translator
from reports.unit_index import IndexPage

_ROW, _TOP = 46.0, 6.0


def index_chart(page: IndexPage, t: Translator, width: int = WIDE) -> Chart:
    left, right = 2.0, width - 74.0
    lines = page.now.lines[:MOST_UNITS]
    bars = []
    for place, line in enumerate(lines):
        length = (right - left) * (line.tenths or 0) / 1000
        value = t("index.no_figure") if line.tenths is None else t.number(line.tenths / 10)
        name = line.name or t.n("index.folded", line.folded)
        most = int(width / 6.6) - 24
        bars.append(
            Bar(
                x=left, y=_TOP + place * _ROW + 18, breadth=16, length=round(length, 1), excused=0.0,
                label=name if len(name) <= most else f"{name[: most - 1]}…", value=value,
                is_known=line.tenths is not None and not line.reason,
                note=t("index.coverage_short", share=t.number((line.coverage or 0) / 10)),
            )
        )  # fmt: skip
    floor = _TOP + len(lines) * _ROW
    steps = tuple(Step(round(left + (right - left) * at / 100, 1), t.number(at)) for at in (0, 25, 50, 75, 100))
    return Chart("index", width, floor + 22, left, right, floor, tuple(bars), steps, lying=True)
