"""Dates as programs for PCs write them: in the order of some country, with or without seconds, with AM and PM."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date

YEAR_FIRST, DAY_FIRST, MONTH_FIRST = "ymd", "dmy", "mdy"
UNDECIDED, MIXED = "either", "mixed"

_EPOCH = date(1970, 1, 1).toordinal()
# A12P12 is what a broken format of one program prints behind hours of 24; SA and CH are the Vietnamese AM and PM.
_CLOCK = rb"(\d{1,2}):(\d\d)(?::(\d\d))?(?: *(AM|PM|SA|CH|A12P12))?"
_PARTS = re.compile(rb"(\d{1,4})([-/.])(\d{1,2})\2(\d{1,4})(?: +|T)" + _CLOCK, re.IGNORECASE)
_HALVES = {b"AM": 0, b"SA": 0, b"PM": 12, b"CH": 12}


def read_moment(text: bytes, order: str) -> int | None:
    """Seconds since 1970-01-01 of the time as it is written; None for what is no time of that order, or no such day."""
    found = _PARTS.fullmatch(text.strip(b" "))
    if found is None:
        return None
    numbers = [found[1], found[3], found[4]]
    if len(numbers[order.index("y")]) != 4:
        return None
    year, month, day = (int(numbers[order.index(part)]) for part in YEAR_FIRST)
    hour, minute, second = int(found[5]), int(found[6]), int(found[7] or 0)
    half = _HALVES.get((found[8] or b"").upper())
    if half is not None:
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + half
    if not 1970 <= year <= 2133 or hour > 23 or minute > 59 or second > 59:
        return None
    try:
        return (date(year, month, day).toordinal() - _EPOCH) * 86_400 + hour * 3600 + minute * 60 + second
    except ValueError:
        return None


def order_of(cells: Iterable[bytes]) -> str:
    """In which order the dates of these cells stand, as the first of them shows that reads as a date at all.

    Day and month are told apart by numbers over 12 and by nothing else: UNDECIDED where there are none, MIXED where
    there are in both places.
    """
    first_over = second_over = seen = False
    for cell in cells:
        found = _PARTS.fullmatch(cell.strip(b" "))
        if found is None or len(found[4]) != 4:
            if found is not None and not seen:
                return YEAR_FIRST
            continue
        seen = True
        first_over |= int(found[1]) > 12
        second_over |= int(found[3]) > 12
    if not seen:
        return YEAR_FIRST
    if first_over and second_over:
        return MIXED
    return DAY_FIRST if first_over else MONTH_FIRST if second_over else UNDECIDED
