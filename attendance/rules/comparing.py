"""Our calendar beside the library `holidays`: it may propose and be compared with, it is never the source."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from importlib.metadata import version

from attendance.rules.calendar import WORKING_KINDS, Calendar, CalendarEntry

LANGUAGES = {"vi": "vi", "en": "en_US"}
SATURDAY = 5


@dataclass(frozen=True, slots=True)
class Difference:
    """A date of which one says a day off and the other a working day.

    `kind` is empty where we list nothing, so that the weekday decides; `announced`: ours decides nothing yet. `theirs`
    is their name of the day, empty where it is an ordinary day for them.
    """

    on: date
    off: bool
    kind: str
    announced: bool
    document: str
    theirs_off: bool
    theirs: str


def library_version() -> str:
    return version("holidays")


def _whole_office(_: date) -> Sequence[str]:
    return ()


def compare_year(
    calendar: Calendar,
    announced: Iterable[CalendarEntry],
    year: int,
    language: str = "vi",
    path: Callable[[date], Sequence[str]] = _whole_office,
) -> Iterator[Difference]:
    """Every date of a year on which the library and what is decided differ.

    `path`: for whom, as `Calendar.of` asks it of each date; left out: only decisions about the whole office.
    """
    import holidays

    theirs = holidays.country_holidays("VN", years=year, language=LANGUAGES[language])
    waiting = {
        entry.on: entry
        for entry in announced
        if entry.session is None and (entry.unit is None or entry.unit in path(entry.on))
    }
    on = date(year, 1, 1)
    while on.year == year:
        entry = calendar.of(on, path(on)).whole
        off = entry.kind not in WORKING_KINDS if entry is not None else on.weekday() >= SATURDAY
        their_off = not theirs.is_working_day(on)
        if off != their_off:
            told = entry or waiting.get(on)
            yield Difference(
                on=on,
                off=off,
                kind=told.kind if told else "",
                announced=entry is None and on in waiting,
                document=told.citation.document if told else "",
                theirs_off=their_off,
                theirs=theirs.get(on, ""),
            )
        on += timedelta(days=1)
