"""Months, quarters and years as spans of dates with both ends included, and how they are written: 2026-11, 2026-Q4."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, timedelta

from attendance import clock
from attendance.errors import Invalid

Span = tuple[date, date]
_MONTHS = {"month": 1, "quarter": 3, "year": 12}
_WRITTEN = re.compile(r"(\d{4})(?:-(?:(\d\d)|Q([1-4])))?")
_DAY = timedelta(days=1)


def period_of(kind: str, on: date) -> Span:
    """The month, quarter or year a date lies in."""
    months = _MONTHS[kind]
    first = on.replace(month=(on.month - 1) // months * months + 1, day=1)
    return first, clock.month_end(first.replace(month=first.month + months - 1))


def periods_between(kind: str, from_on: date, to_on: date) -> Iterator[Span]:
    """Those with a date of a span, in order."""
    span = period_of(kind, from_on)
    while span[0] <= to_on:
        yield span
        span = period_of(kind, span[1] + _DAY)


def before(kind: str, span: Span) -> Span:
    """The one before a period."""
    return period_of(kind, span[0] - _DAY)


def read_period(text: str) -> tuple[str, Span]:
    """Its kind and its span. Raises Invalid."""
    found = _WRITTEN.fullmatch(text.strip().upper())
    if found is not None and 2000 <= int(found[1]) <= 2200:
        year = int(found[1])
        if found[3]:
            return "quarter", period_of("quarter", date(year, int(found[3]) * 3, 1))
        if found[2] and 1 <= int(found[2]) <= 12:
            return "month", period_of("month", date(year, int(found[2]), 1))
        if not found[2]:
            return "year", period_of("year", date(year, 1, 1))
    raise Invalid(f"{text[:20]!r} is no period; write a month as 2026-11, a quarter as 2026-Q4, a year as 2026.")


def written(kind: str, first: date) -> str:
    """A period as `read_period` reads it."""
    if kind == "quarter":
        return f"{first.year}-Q{(first.month + 2) // 3}"
    return f"{first:%Y}" if kind == "year" else f"{first:%Y-%m}"


def kind_of(span: Span) -> str:
    """What a whole period is."""
    return next(kind for kind in _MONTHS if period_of(kind, span[0]) == span)
