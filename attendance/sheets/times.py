"""Times of day as people write them: `7h30`, `7 giờ 30`, `07:30`, `7.30`, fractions of a day. Minutes from midnight."""

from __future__ import annotations

import re
from datetime import time, timedelta

from attendance.letters import without_marks
from attendance.sheets.book import Cell
from attendance.sheets.problems import Problem

MOST = 48 * 60

_PART = r"(?:\s*(am|pm|sang|trua|chieu|toi|dem))?"
_TEXT = re.compile(
    rf"^(\d{{1,2}})\s*(?:(?::|h|g|gio|\.)\s*(\d{{2}})\s*(?:phut|p|ph|')?(?::(\d{{2}}))?|\s*(?:h|g|gio)){_PART}$"
)
_COMPACT = re.compile(r"^([01]\d|2[0-3])([0-5]\d)$")
_SPAN = re.compile(r"^(?:tu\s+)?(.+?)\s*(?:-|–|—|->|→|~|\bden\b|\bto\b|\btoi\b)\s*(.+)$")


def minutes_of_text(text: str) -> int:
    """Minutes from midnight, up to 47:59 for the day after. Raises Problem."""
    plain = re.sub(r"\s+", " ", without_marks(text)).strip(" .,;")
    plain = re.sub(r"^(?:luc|vao luc)\s+", "", plain)
    compact = _COMPACT.match(plain)
    if compact is not None:
        return int(compact[1]) * 60 + int(compact[2])
    found = _TEXT.match(plain)
    if found is None or (found[3] or "00") != "00":
        raise Problem("not_a_time", value=text)
    hours, minutes, part = int(found[1]), int(found[2] or 0), found[4]
    if minutes > 59:
        raise Problem("not_a_time", value=text)
    if part is not None:
        hours = _by_part(hours, part, text)
    total = hours * 60 + minutes
    if not 0 <= total < MOST:
        raise Problem("not_a_time", value=text)
    return total


def _by_part(hours: int, part: str, text: str) -> int:
    """`1h30 chiều` is 13:30; what does not fit (`15h sáng`) is refused."""
    if part in ("am", "pm") and not 1 <= hours <= 12:
        if part == "pm" and 12 < hours < 24:
            return hours
        raise Problem("not_a_time", value=text)
    if part == "am":
        return hours % 12
    if part == "pm":
        return hours % 12 + 12
    if part == "sang" and hours < 12:
        return hours
    if part == "trua" and 10 <= hours <= 13:
        return hours
    if part == "trua" and hours == 1:
        return 13
    if part == "chieu" and (1 <= hours <= 6 or 12 <= hours <= 18):
        return hours if hours >= 12 else hours + 12
    if part == "toi" and (6 <= hours <= 11 or 18 <= hours <= 23):
        return hours if hours >= 18 else hours + 12
    if part == "dem" and hours >= 18:
        return hours
    raise Problem("not_a_time", value=text)


def minutes_of_time(value: time, shown: str) -> int:
    """Whole minutes; a second or less beside them is the rounding of Excel. Raises Problem."""
    seconds = value.hour * 3600 + value.minute * 60 + value.second + value.microsecond / 1e6
    minutes = round(seconds / 60)
    if abs(seconds - minutes * 60) > 1:
        raise Problem("not_a_time", value=shown)
    return minutes


def of_cell(value: Cell, shown: str) -> str:
    """`HH:MM` of any cell. Whole numbers and numbers such as 7.3 are refused: they may be hours or tenths. Raises."""
    if isinstance(value, str):
        return clock(minutes_of_text(value))
    if isinstance(value, time):
        return clock(minutes_of_time(value, shown))
    if isinstance(value, timedelta):
        seconds = value.total_seconds()
    elif isinstance(value, float) and 0 <= value < 1:
        seconds = value * 86_400
    else:
        raise Problem("not_a_time", value=shown)
    minutes = round(seconds / 60)
    if abs(seconds - minutes * 60) > 1.5 or not 0 <= minutes < MOST:
        raise Problem("not_a_time", value=shown)
    return clock(minutes)


def span_of_text(text: str) -> tuple[str, str]:
    """Both ends of `7h30 - 11h30`, as HH:MM. Raises Problem."""
    found = _SPAN.match(re.sub(r"\s+", " ", without_marks(text)).strip(" .,;"))
    if found is None:
        raise Problem("not_a_time_span", value=text)
    try:
        return clock(minutes_of_text(found[1])), clock(minutes_of_text(found[2]))
    except Problem as error:
        raise Problem("not_a_time_span", value=text) from error


def clock(minutes: int) -> str:
    return f"{minutes // 60:02}:{minutes % 60:02}"
