"""What the lines above a table say about its time: `Tháng 11 năm 2026`, `Năm 2026`, `T11-2026` on the tab."""

from __future__ import annotations

import re
from collections.abc import Iterable

from attendance.letters import without_marks

_MONTH_YEAR = re.compile(
    r"(?<!\d)(?:thang|thg|t)\s*\.?\s*(\d{1,2})\s*(?:[/.\-_,]\s*|\s+)(?:nam\s*)?(20\d\d|19\d\d)(?!\d)"
)
_ENGLISH = re.compile(
    r"\b(january|february|march|april|may|june|july|august|september|october|november|december)\s+(20\d\d)\b"
)
_YEARS = re.compile(r"\bnam\s*:?\s*(20\d\d|19\d\d)(?!\d)(\s*[-–]\s*20\d\d)?")
_ONE_DAY = re.compile(r"\bngay\s+[\d.…]+\s+thang\s+[\d.…]+\s+nam\s+(?:\d{4}|[.…]+)")
_DAY = re.compile(r"(?<!\d)\d{1,2}[/.\-]\d{1,2}[/.\-](20\d\d)(?!\d)")
_ENGLISH_MONTHS = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november",
    "december",
)  # fmt: skip


def period(titles: Iterable[str]) -> tuple[int | None, int | None]:
    """Year and month that the titles agree on; None where they say nothing or contradict each other.

    The line with place and date of signing (`Hà Nội, ngày 25 tháng 10 năm 2026`) and numbers of documents say nothing.
    """
    months: set[tuple[int, int]] = set()
    years: set[int] = set()
    spans = False
    for title in titles:
        plain = _ONE_DAY.sub(" ", without_marks(title))
        for found in _MONTH_YEAR.finditer(plain):
            if 1 <= int(found[1]) <= 12:
                months.add((int(found[2]), int(found[1])))
        for found in _ENGLISH.finditer(plain):
            months.add((int(found[2]), _ENGLISH_MONTHS.index(found[1]) + 1))
        for found in _YEARS.finditer(plain):
            years.add(int(found[1]))
            spans = spans or found[2] is not None
        for found in _DAY.finditer(plain):
            years.add(int(found[1]))
    years |= {year for year, _ in months}
    year = years.pop() if len(years) == 1 and not spans else None
    month = months.pop()[1] if len(months) == 1 and year is not None else None
    return year, month
