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


def validity(entry: Node) -> tuple[date | None, date | None]:
    """From and to of a validity, both included; an end before the beginning is refused."""
    from_on, to_on = entry.child("from").day(), entry.child("to").day()
    if from_on is not None and to_on is not None and to_on < from_on:
        entry.child("to").refuse("bad_date", "the last date lies before the first")
    return from_on, to_on


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
