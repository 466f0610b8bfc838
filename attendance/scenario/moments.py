"""Moments, validities and months of a case in the wall time of its zone."""

from __future__ import annotations

from datetime import date, timedelta

from attendance import clock
from attendance.reading import Node, local, validity

__all__ = ["local", "month_dates", "month_start", "validity"]


def month_start(node: Node) -> date | None:
    """The first day of a month written as 2026-03. None where it is refused."""
    text = node.text()
    try:
        first = date.fromisoformat(f"{text}-01")
    except ValueError:
        first = date.max
    if first.year == date.max.year:
        node.refuse("bad_date", f"{text!r} is not a month; write it as 2026-03")
        return None
    return first


def month_dates(start: date) -> list[date]:
    """Every date of the month that begins on `start`."""
    return [start + timedelta(days=n) for n in range(clock.month_end(start).day)]
