"""Dates as people write them. Day and month are never exchanged by guess: where order is open, that is said."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache

from attendance.letters import without_marks
from attendance.sheets.book import Cell
from attendance.sheets.problems import Problem
from attendance.sheets.times import minutes_of_text, minutes_of_time

FIRST, LAST = date(1930, 1, 1), date(2099, 12, 31)

_WEEKDAYS = {
    "thu hai": 0, "thu ba": 1, "thu tu": 2, "thu nam": 3, "thu sau": 4, "thu bay": 5, "chu nhat": 6,
    "thu 2": 0, "thu 3": 1, "thu 4": 2, "thu 5": 3, "thu 6": 4, "thu 7": 5, "cn": 6,
    "t2": 0, "t3": 1, "t4": 2, "t5": 3, "t6": 4, "t7": 5,
    "monday": 0, "tuesday": 1, "wednesday": 2, "thursday": 3, "friday": 4, "saturday": 5, "sunday": 6,
    "mon": 0, "tue": 1, "wed": 2, "thu": 3, "fri": 4, "sat": 5, "sun": 6,
}  # fmt: skip
_WEEKDAY = re.compile(
    r"^\(?\b(" + "|".join(sorted(map(re.escape, _WEEKDAYS), key=len, reverse=True)) + r")\b\)?[\s,.:\-]*"
)
_WEEKDAY_BEHIND = re.compile(
    r"[\s,]*\(\s*(" + "|".join(sorted(map(re.escape, _WEEKDAYS), key=len, reverse=True)) + r")\s*\)$"
)
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH = r"(?:(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?)"
_YEAR_FIRST = re.compile(r"^(\d{4})\s*([/.\-])\s*(\d{1,2})\s*\2\s*(\d{1,2})$")
_PAIR = re.compile(r"^(\d{1,2})\s*([/.\-])\s*(\d{1,2})(?:\s*\2\s*(\d{4}|\d{2}))?$")
_SPELT = re.compile(r"^(\d{1,2})\s*(?:thang|thg\.?|/)\s*(\d{1,2})(?:\s*,?\s*(?:nam|/)?\s*(\d{4}))?$")
_SHORT_VI = re.compile(r"^(\d{1,2})[\s\-]*(?:thg|thang)\.?\s*(\d{1,2})[\s\-,]*(\d{4}|\d{2})?$")
_DAY_ENGLISH = re.compile(rf"^(\d{{1,2}})(?:st|nd|rd|th)?[\s\-/]*{_MONTH}[\s\-/,]*(\d{{4}}|\d{{2}})?$")
_ENGLISH_DAY = re.compile(rf"^{_MONTH}[\s\-]*(\d{{1,2}})(?:st|nd|rd|th)?(?:[\s,\-]+(\d{{4}}))?$")
_COMPACT = re.compile(r"^(\d{4})(\d{2})(\d{2})$")
_ISO_MOMENT = re.compile(r"^(\d{4}-\d{2}-\d{2})[t ](\d{2}:\d{2})(?::(\d{2})(?:\.0+)?)?$")
_CLOCK = (
    r"\d{1,2}\s*(?::|h|g|gio)\s*(?:\d{2}(?!\d))?\s*(?:phut|p|')?(?::\d{2})?(?:\s*(?:am|pm|sang|chieu|toi|dem|trua))?"
)
_TIME_BEHIND = re.compile(rf"^(.*?)[\s,]*(?:luc\s*)?\b({_CLOCK})$")
_TIME_BEFORE = re.compile(rf"^(?:luc\s*|tu\s*|den\s*)?({_CLOCK})[\s,]*(?:ngay\s*)?(?=\d|thu|t\d|cn|chu)(.*)$")


@dataclass(frozen=True, slots=True)
class Written:
    """A date as it stands in a text: two numbers whose order may be open, or day and month for certain."""

    first: int
    second: int
    year: int | None
    certain: bool
    weekday: int | None = None
    minutes: int | None = None

    @property
    def shows(self) -> str:
        """The order that this text alone proves: `dmy`, `mdy`, or nothing (`04/04` needs none)."""
        if self.certain or self.first == self.second:
            return ""
        if self.first > 12 >= self.second:
            return "dmy"
        return "mdy" if self.second > 12 >= self.first else ""

    @property
    def open(self) -> bool:
        """Whether day and month could be either."""
        return not self.certain and self.first != self.second and self.first <= 12 and self.second <= 12


@dataclass(frozen=True, slots=True)
class Sense:
    """How dates of one column are to be read: what the file shows, and what people answered.

    `order`: dmy, mdy, or nothing where it is not known. `year`, `month`: of the titles or an answer, for dates without
    a year and days without a month. `stored`: whether real dates are to be asked about (`ask`), exchanged (`swapped`).
    """

    order: str = ""
    year: int | None = None
    month: int | None = None
    epoch_1904: bool = False
    stored: str = "as_stored"


@lru_cache(maxsize=16_384)
def written(text: str) -> Written:
    """The date of a text, with a weekday and a time of day if it has them. Raises Problem."""
    plain = re.sub(r"\s+", " ", without_marks(text)).strip(" .,;")
    iso = _ISO_MOMENT.match(plain)
    if iso is not None:
        if iso[3] not in (None, "00"):
            raise Problem("not_a_date", value=text)
        year, month, day = map(int, iso[1].split("-"))
        return Written(day, month, year, True, None, _minutes(iso[2], text))
    weekday, rest = _weekday(plain)
    minutes = None
    for pattern, clock, left in ((_TIME_BEHIND, 2, 1), (_TIME_BEFORE, 1, 2)):
        found = pattern.match(rest)
        if found is not None and found[left].strip():
            minutes, rest = _minutes(found[clock], text), found[left].strip(" ,.-")
            break
    if weekday is None:
        weekday, rest = _weekday(rest)
    rest = re.sub(r"^ngay\s*:?\s*", "", rest)
    found_date = _numbers(rest)
    if found_date is None:
        raise Problem("not_a_date", value=text)
    return Written(*found_date, weekday, minutes)


def resolve(found: Written, sense: Sense, text: str) -> date:
    """The one date that is meant. Raises Problem: ambiguous_date, year_unknown, not_a_date, weekday_disagrees."""
    order = found.shows or sense.order
    if found.open and order not in ("dmy", "mdy"):
        order = _order_by_weekday(found, sense)
        if not order:
            raise Problem("ambiguous_date", value=text)
    if found.shows and sense.order in ("dmy", "mdy") and found.shows != sense.order:
        raise Problem("not_a_date", value=text)
    swap = order == "mdy" and not found.certain
    day, month = (found.second, found.first) if swap else (found.first, found.second)
    year = found.year if found.year is not None else _year(sense, month, text)
    try:
        on = date(year, month, day)
    except ValueError as error:
        raise Problem("not_a_date", value=text) from error
    if found.weekday is not None and on.weekday() != found.weekday:
        raise Problem("weekday_disagrees", value=text, date=f"{on:%d/%m/%Y}")
    return in_range(on, text)


def _order_by_weekday(found: Written, sense: Sense) -> str:
    """The order under which the weekday that is written fits, where it fits one alone."""
    year = found.year or sense.year
    if found.weekday is None or year is None:
        return ""
    fits = []
    for order, (day, month) in (("dmy", (found.first, found.second)), ("mdy", (found.second, found.first))):
        if _real(year, month, day) and date(year, month, day).weekday() == found.weekday:
            fits.append(order)
    return fits[0] if len(fits) == 1 else ""


def _real(year: int, month: int, day: int) -> bool:
    try:
        date(year, month, day)
    except ValueError:
        return False
    return True


def _year(sense: Sense, month: int, text: str) -> int:
    """The year of a date without one: the titles' year, unless the month lies across the turn of that year."""
    if sense.year is None or (sense.month, month) in ((1, 12), (12, 1)):
        raise Problem("year_unknown", value=text)
    return sense.year


def in_range(on: date, shown: str) -> date:
    if not FIRST <= on <= LAST:
        raise Problem("date_out_of_range", value=shown, date=f"{on:%d/%m/%Y}")
    return on


def of_cell(value: Cell, sense: Sense, shown: str) -> date:
    """The date of any cell. A time of day beside it is left out only where it is midnight. Raises Problem."""
    found = span_of_cell(value, sense, shown)
    if isinstance(found, datetime):
        if found.time() != time():
            raise Problem("time_in_date", value=shown)
        return found.date()
    return found


def span_of_cell(value: Cell, sense: Sense, shown: str) -> date | datetime:
    """The date, or the moment where a time of day is there too, of any cell. Raises Problem."""
    if isinstance(value, datetime):
        on = _stored(value.date(), sense, shown)
        minutes = minutes_of_time(value.time(), shown)
        if minutes == 24 * 60:
            return on + timedelta(days=1)
        return datetime.combine(on, time(minutes // 60, minutes % 60)) if minutes else on
    if isinstance(value, date):
        return _stored(value, sense, shown)
    if isinstance(value, str):
        found = written(value)
        on = resolve(found, sense, shown)
        if found.minutes is None:
            return on
        return datetime.combine(on, time()) + timedelta(minutes=found.minutes)
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise Problem("not_a_date", value=shown)
    return _of_number(value, sense, shown)


def _stored(on: date, sense: Sense, shown: str) -> date:
    """A real date of the file, after what was answered about an Excel that may have exchanged day and month."""
    in_range(on, shown)
    if sense.stored == "as_stored" or on.day > 12 or on.day == on.month:
        return on
    if sense.stored == "swapped":
        return on.replace(month=on.day, day=on.month)
    raise Problem("maybe_swapped", value=f"{on:%d/%m/%Y}", other=f"{on.month:02}/{on.day:02}/{on.year}")


def _of_number(value: float, sense: Sense, shown: str) -> date | datetime:
    """A bare number: the day of the titles' month, a serial number of Excel, or digits run together."""
    if value == int(value) and 1 <= value <= 31:
        if sense.month is None or sense.year is None:
            raise Problem("not_a_date", value=shown)
        if not _real(sense.year, sense.month, int(value)):
            raise Problem("not_a_date", value=shown)
        return date(sense.year, sense.month, int(value))
    if value >= 10_000_000 and value == int(value):
        compact = _numbers(str(int(value)))
        if compact is not None:
            return resolve(Written(*compact), sense, shown)
    return of_serial(value, sense, shown)


def of_serial(value: float, sense: Sense, shown: str) -> date | datetime:
    """The date of a serial number under the epoch of the file. Raises Problem outside 1930 to 2099."""
    base = datetime(1904, 1, 1) if sense.epoch_1904 else datetime(1899, 12, 30)  # noqa: DTZ001 - wall time
    if not 0 < value < 80_000:
        raise Problem("not_a_date", value=shown)
    minutes = round(value * 24 * 60)
    if abs(value * 24 * 60 - minutes) > 0.02:
        raise Problem("not_a_date", value=shown)
    moment = base + timedelta(minutes=minutes)
    in_range(moment.date(), shown)
    return moment if moment.time() != time() else moment.date()


def _weekday(text: str) -> tuple[int | None, str]:
    found = _WEEKDAY.match(text) or _WEEKDAY_BEHIND.search(text)
    if found is None or (found.end() == len(text) and found.start() == 0):
        return None, text
    rest = (text[: found.start()] + text[found.end() :]).strip(" ,.")
    return _WEEKDAYS[found[1]], rest


def _minutes(clock: str, text: str) -> int:
    try:
        return minutes_of_text(clock)
    except Problem as error:
        raise Problem("not_a_date", value=text) from error


def _numbers(text: str) -> tuple[int, int, int | None, bool] | None:
    """Both numbers, the year and whether their order is certain. None: not a date."""
    found = _YEAR_FIRST.match(text)
    if found is not None:
        return int(found[4]), int(found[3]), int(found[1]), True
    found = _PAIR.match(text)
    if found is not None:
        return int(found[1]), int(found[3]), _whole_year(found[4]), False
    for pattern in (_SPELT, _SHORT_VI):
        found = pattern.match(text)
        if found is not None:
            return int(found[1]), int(found[2]), _whole_year(found[3]), True
    found = _DAY_ENGLISH.match(text)
    if found is not None:
        return int(found[1]), _MONTHS.index(found[2]) + 1, _whole_year(found[3]), True
    found = _ENGLISH_DAY.match(text)
    if found is not None:
        return int(found[2]), _MONTHS.index(found[1]) + 1, _whole_year(found[3]), True
    found = _COMPACT.match(text)
    if found is not None and FIRST.year <= int(found[1]) <= LAST.year:
        return int(found[3]), int(found[2]), int(found[1]), True
    if re.fullmatch(r"\d{8}", text) and FIRST.year <= int(text[4:]) <= LAST.year:
        return int(text[:2]), int(text[2:4]), int(text[4:]), False
    return None


def _whole_year(digits: str | None) -> int | None:
    if digits is None:
        return None
    number = int(digits)
    if len(digits) == 4:
        return number
    return 2000 + number if number < 70 else 1900 + number
