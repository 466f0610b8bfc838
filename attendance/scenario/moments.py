"""Moments and months of a case in the wall time of its zone."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from attendance import clock
from attendance.scenario.reading import Node


def local(node: Node, zone: str) -> datetime | None:
    """Naive wall time of what is written; a moment with Z or an offset is converted."""
    moment = node.moment()
    if moment is None or moment.tzinfo is None:
        return moment
    return clock.to_wall(moment, zone)


def month_start(node: Node) -> date | None:
    """The first day of a month written as 2026-03. None where it is refused."""
    text = node.text()
    try:
        return date.fromisoformat(f"{text}-01")
    except ValueError:
        node.refuse("bad_date", f"{text!r} is not a month; write it as 2026-03")
        return None


def month_dates(start: date) -> list[date]:
    """Every date of the month that begins on `start`."""
    following = (start.replace(day=28) + timedelta(days=4)).replace(day=1)
    return [start + timedelta(days=n) for n in range((following - start).days)]
