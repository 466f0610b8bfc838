"""What the templates of the terminals' pages are given."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from urllib.parse import urlencode

from api.pages.terminal_pages.asked import Reading
from reports.terminal import TerminalPage
from reports.terminals import FILTERS, TerminalLine, TerminalsPage

PROBLEMS = ("no_address", "seen")

WIDTH, HEIGHT, LEFT, BOTTOM, TOP = 640, 220, 84, 34, 14
TALL_ENOUGH = 0.4
"""From this share of its capacity on a log is drawn below the line where it is full; else one would see a flat line."""


@dataclass(frozen=True, slots=True)
class TerminalsView:
    """The list; `readings` by code, of those asked for of late."""

    found: TerminalsPage
    readings: Mapping[str, Reading]
    may_add: bool
    states: tuple[str, ...] = FILTERS

    @property
    def query(self) -> str:
        """Filters and page as they stand in the address."""
        given = {"unit": self.found.unit, "state": self.found.state, "page": str(self.found.page)}
        return urlencode({name: value for name, value in given.items() if value})

    @property
    def is_reading(self) -> bool:
        return any(not reading.is_done for reading in self.readings.values())


@dataclass(frozen=True, slots=True)
class OneView:
    """One terminal; `found` None: only the part that changes while it is read."""

    line: TerminalLine
    reading: Reading | None
    found: TerminalPage | None = None
    may_write: bool = False
    may_enrol: bool = False
    problem: str = ""

    @property
    def is_reading(self) -> bool:
        return self.reading is not None and not self.reading.is_done

    @property
    def curve(self) -> Curve | None:
        return None if self.found is None else draw_curve(self.found)


@dataclass(frozen=True, slots=True)
class Curve:
    """A log that fills, drawn from the left below. `line` and `ahead` are points of polylines, `full_y` where it is
    full; `days` are places with their dates, `marks` places with numbers of records."""

    line: str
    ahead: str
    full_y: float | None
    days: tuple[tuple[float, date], ...]
    marks: tuple[tuple[float, int], ...]
    dots: tuple[tuple[float, float], ...] = field(default=())
    width: int = WIDTH
    height: int = HEIGHT
    left: int = LEFT


def draw_curve(page: TerminalPage) -> Curve | None:
    """The curve of a terminal and how it goes on at the present rate; None before two days were counted."""
    counts = page.curve
    if len(counts) < 2:
        return None
    fill = page.line.health.facts.fill
    capacity = counts[-1][2]
    first, last = counts[0][0], counts[-1][0]
    is_tall = fill is not None and (fill.share or 0.0) >= TALL_ENOUGH
    full_on = fill.full_on if fill is not None and is_tall else None
    # as far again as was seen: a day years ahead would press everything known into a corner
    ends = last if full_on is None else min(full_on, last + max(last - first, timedelta(days=14)))
    most = max([records for _, records, _ in counts] + ([capacity] if capacity and is_tall else []))

    def x(on: date) -> float:
        return round(LEFT + (WIDTH - LEFT - 8) * (on - first).days / max(1, (ends - first).days), 1)

    def y(records: float) -> float:
        return round(TOP + (HEIGHT - TOP - BOTTOM) * (1 - records / max(1, most)), 1)

    dots = tuple((x(on), y(records)) for on, records, _ in counts)
    ahead = ""
    if full_on is not None and capacity and full_on > last:
        share = (ends - last).days / (full_on - last).days
        reached = counts[-1][1] + (capacity - counts[-1][1]) * share
        ahead = f"{dots[-1][0]},{dots[-1][1]} {x(ends)},{y(reached)}"
    marks = tuple((y(number), number) for number in ((0, most // 2, most) if most > 1 else (0, most)))
    days = [first, last] + ([ends] if (ends - last).days > max(3, (ends - first).days // 5) else [])
    return Curve(
        line=" ".join(f"{across},{up}" for across, up in dots),
        ahead=ahead,
        full_y=y(capacity) if capacity and is_tall else None,
        days=tuple((x(on), on) for on in days),
        marks=marks,
        dots=dots,
    )
