"""*Giờ làm việc*: hours by name, their seasons on a line of time, and who works by them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby

from attendance.rules.schedule import WEEKDAYS, Schedule, ScheduleVersion, SessionHours, times_of
from attendance.rules.validity import gaps
from attendance.services.rule_listing import state_on
from attendance.services.rule_users import Users, users_of
from attendance.store import schedule_names
from attendance.store.database import Session
from attendance.store.rulebook_reading import read_rulebook
from attendance.store.tree import StoredTree
from attendance.store.within import Within

YEARS_BEFORE, YEARS_AFTER = 1, 1
LINE = 1000.0
"""How long the line of time is, in its own units."""
MOST_NAMED = 40
DONE = ("adopted",)


@dataclass(frozen=True, slots=True)
class DayHours:
    """Weekdays that have the same sessions, as first and last of each run; `sessions`: name, start, end."""

    runs: tuple[tuple[str, str], ...]
    sessions: tuple[tuple[str, str, str], ...]


@dataclass(frozen=True, slots=True)
class Season:
    """A version. `x` and `width` place it on the line of time; width 0: it lies outside."""

    version: ScheduleVersion
    state: str
    days: tuple[DayHours, ...]
    x: float
    width: float


@dataclass(frozen=True, slots=True)
class Line:
    """The line of time: from `first` to `last`, the turns of its years and where today stands."""

    first: date
    last: date
    years: tuple[tuple[int, float], ...]
    today_x: float


@dataclass(frozen=True, slots=True)
class ScheduleCard:
    """`units`: code and name of those who name these hours; `own`: code and name of people the reader may see who have
    them by their own assignment, `own_total` of all; `gaps`: dates between two versions that none covers."""

    code: str
    name: str
    seasons: tuple[Season, ...]
    units: tuple[tuple[str, str], ...]
    following: int
    people: int
    own: tuple[tuple[str, str], ...]
    own_total: int
    gaps: tuple[tuple[date, date], ...]

    @property
    def now(self) -> Season | None:
        return next((season for season in self.seasons if season.state == "now"), None)


@dataclass(frozen=True, slots=True)
class SchedulesPage:
    today: date
    line: Line
    cards: tuple[ScheduleCard, ...]
    may_write: bool
    done: str = ""
    days: int = 0


def schedules_page(session: Session, today: date, *, within: Within, people: Within, may_write: bool) -> SchedulesPage:
    """Every schedule; units the reader may not name are counted and not named. `people`: whose names they may know."""
    book, names, users = read_rulebook(session), schedule_names.titles(session), users_of(session, today)
    stored, line = StoredTree(session), _line(today)
    cards = []
    for code in sorted(book.schedules):
        mine = users.get(code, Users())
        seen = [(who, name) for who, name, _, unit, number in mine.own if people.sees(unit, number)]
        named = [unit for unit in mine.naming if within.names(stored.numbers[unit])]
        cards.append(
            ScheduleCard(
                code=code,
                name=names.get(f"schedule.{code}", code),
                seasons=_seasons(book.schedules[code], today, line),
                units=tuple((unit, stored.name(unit, today)) for unit in named),
                following=mine.following + len(mine.naming) - len(named),
                people=mine.people,
                own=tuple(sorted(seen)[:MOST_NAMED]),
                own_total=len(mine.own),
                gaps=tuple(gaps((v.from_on, v.to_on) for v in book.schedules[code].versions)),
            )
        )
    return SchedulesPage(today, line, tuple(cards), may_write)


def week_of(version: ScheduleVersion) -> tuple[DayHours, ...]:
    """The sessions of the weekdays that are worked, alike days together, in the order of the week."""
    by_day = [(day, version.sessions_of(day)) for day in sorted(version.weekdays)]
    found: dict[tuple[SessionHours, ...], list[int]] = {}
    for day, sessions in by_day:
        found.setdefault(sessions, []).append(day)
    return tuple(DayHours(_runs(days), tuple(_told(each) for each in sessions)) for sessions, days in found.items())


def _told(hours: SessionHours) -> tuple[str, str, str]:
    start, end = times_of(hours)
    return hours.name, start, end


def _runs(days: Sequence[int]) -> tuple[tuple[str, str], ...]:
    found = []
    for _, run in groupby(enumerate(days), lambda pair: pair[1] - pair[0]):
        listed = [day for _, day in run]
        found.append((WEEKDAYS[listed[0]], WEEKDAYS[listed[-1]]))
    return tuple(found)


def _line(today: date) -> Line:
    first, last = date(today.year - YEARS_BEFORE, 1, 1), date(today.year + YEARS_AFTER, 12, 31)
    years = tuple((year, _x(date(year, 1, 1), first, last)) for year in range(first.year, last.year + 1))
    return Line(first, last, years, _x(today, first, last))


def _x(on: date, first: date, last: date) -> float:
    return round((on - first).days / ((last - first).days + 1) * LINE, 2)


def _seasons(schedule: Schedule, today: date, line: Line) -> tuple[Season, ...]:
    found = []
    for version in sorted(schedule.versions, key=lambda each: each.from_on or date.min):
        begins = max(version.from_on or line.first, line.first)
        ends = min(version.to_on or line.last, line.last)
        x = _x(begins, line.first, line.last) if begins <= ends else 0.0
        width = _x(ends + timedelta(days=1), line.first, line.last) - x if begins <= ends else 0.0
        found.append(Season(version, state_on(version, today), week_of(version), x, round(width, 2)))
    return tuple(found)
