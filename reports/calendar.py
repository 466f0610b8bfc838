"""*Lịch*: the year of a unit, month by month, with what is decided of its days and by which documents."""

from __future__ import annotations

import calendar
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from attendance.errors import AttendanceError
from attendance.rules.calendar import WORKING_KINDS
from attendance.rules.comparing import SATURDAY, Difference, compare_year, library_version
from attendance.rules.rulebook import Rulebook
from attendance.services import rule_drafts
from attendance.services.rule_drafts import Effect
from attendance.store import calendar_filing, office
from attendance.store.database import Session
from attendance.store.rulebook_reading import read_rulebook
from attendance.store.tables import UnitRow
from attendance.store.within import Within
from reports.decided_days import Decision, decisions
from reports.rules import Place, place_of

SIGNS = {
    "holiday": "L", "compensation": "NB", "swapped_off": "NX", "swapped_work": "LB", "stoppage": "N", "weekend": "NT",
    "workday": "LV",
}  # fmt: skip
"""What stands in the square of a day that was decided; that of a day off is also the one of the month's sheet."""
LEGEND = ("holiday", "compensation", "swapped_off", "swapped_work", "stoppage")
KINDS = ("holiday", "compensation", "swapped_off", "swapped_work", "stoppage", "workday")
"""What somebody may propose; a worked day takes back what was decided before."""
DONE = ("handed_in",)
PROBLEMS = ("no_date", "no_pair", "no_document", "not_whole", "invalid")
EARLIEST, LATEST = 2000, 2100


@dataclass(frozen=True, slots=True)
class DayCell:
    """A date. `kind`: what it is, `sign`: of what was decided, empty on ordinary days; `parts`: sessions taken alone.

    `waiting`: `announced` or `proposed`, where something is said of it that decides nothing yet, then with its `sign`.
    """

    on: date
    kind: str
    sign: str = ""
    parts: tuple[str, ...] = ()
    pair_on: date | None = None
    document: str = ""
    waiting: str = ""
    is_today: bool = False


@dataclass(frozen=True, slots=True)
class Month:
    """`weeks` begin on Mondays; None: a date of another month."""

    first: date
    weeks: tuple[tuple[DayCell | None, ...], ...]
    workdays: int


@dataclass(frozen=True, slots=True)
class YearPage:
    """`undecided`: no decision about a holiday of this year is filed. `has_hours`: the unit's hours say which weekdays
    are worked; else Monday to Friday are taken for them."""

    place: Place
    year: int
    today: date
    months: tuple[Month, ...]
    decisions: tuple[Decision, ...]
    differences: tuple[Difference, ...]
    library: str
    undecided: bool
    has_hours: bool
    may_write: bool
    done: str = ""

    @property
    def workdays(self) -> int:
        return sum(month.workdays for month in self.months)


@dataclass(frozen=True, slots=True)
class DecidePage:
    """A decision as it is typed (`given`), and, where it can be read, what it would do; None: not yet."""

    place: Place
    today: date
    is_whole: bool
    given: Mapping[str, str]
    dates: tuple[tuple[date, str, date | None], ...] = ()
    effect: Effect | None = None
    problem: str = ""
    pairs: tuple[tuple[str, str], ...] = field(default=())


def year_page(
    session: Session, unit: UnitRow, year: int, today: date, *, within: Within, may_write: bool, language: str
) -> YearPage:
    """The year of a unit a reader may see."""
    book, first, last = read_rulebook(session), date(year, 1, 1), date(year, 12, 31)
    announced = calendar_filing.announced(session)
    proposed = [
        (each.entry, each.paper)
        for each in calendar_filing.proposed(session, first, last)
        if within.units is None or each.unit_id in within.units
    ]
    listed = decisions(book, unit.code, first, last, announced, proposed)
    waiting = {on: each for each in listed if each.waiting for on in each.dates}
    has_hours = _kind(book, unit.code, first)[1] or _kind(book, unit.code, last)[1]
    return YearPage(
        place=place_of(session, unit, within, min(max(today, first), last)),
        year=year,
        today=today,
        months=tuple(_month(book, unit.code, date(year, month, 1), today, waiting) for month in range(1, 13)),
        decisions=listed,
        differences=tuple(compare_year(book.calendar, announced, year, language, lambda on: book.path(unit.code, on))),
        library=library_version(),
        undecided=not any(each.kind == "holiday" and not each.waiting for each in listed),
        has_hours=has_hours,
        may_write=may_write,
    )


def effect_of(
    session: Session,
    on: date,
    kind: str,
    for_on: date | None,
    unit: str,
    part: str | None,
    document: str,
    today: date,
    at: datetime,
) -> Effect:
    """How many days that were judged a decision would have judged again. Raises Invalid, Refused."""
    if unit:
        office.get(session, UnitRow, unit)
    file = rule_drafts.decision(on, kind, for_on=for_on, unit=unit, part=part, document=document)
    return rule_drafts.effect(session, file, today, at)


def _month(book: Rulebook, unit: str, first: date, today: date, waiting: Mapping[date, Decision]) -> Month:
    weeks = calendar.Calendar(calendar.MONDAY).monthdatescalendar(first.year, first.month)
    cells = tuple(
        tuple(_cell(book, unit, on, today, waiting.get(on)) if on.month == first.month else None for on in week)
        for week in weeks
    )
    return Month(first, cells, sum(cell.kind in WORKING_KINDS for week in cells for cell in week if cell))


def _cell(book: Rulebook, unit: str, on: date, today: date, waits: Decision | None) -> DayCell:
    ruling = book.calendar.of(on, book.path(unit, on))
    kind, _ = _kind(book, unit, on)
    if ruling.whole is not None:
        entry = ruling.whole
        sign = SIGNS.get(entry.kind, "")
        return DayCell(on, kind, sign, (), entry.pair_on, entry.citation.document, "", on == today)
    if ruling.sessions:
        parts = tuple(entry.session or "" for entry in ruling.sessions)
        entry = ruling.sessions[0]
        sign = SIGNS.get(entry.kind, "")
        return DayCell(on, kind, sign, parts, entry.pair_on, entry.citation.document, "", on == today)
    if waits is not None:
        sign = SIGNS.get(waits.kind, "")
        return DayCell(on, kind, sign, (), waits.pair_on, waits.document, waits.waiting, on == today)
    return DayCell(on, kind, is_today=on == today)


def _kind(book: Rulebook, unit: str, on: date) -> tuple[str, bool]:
    """The kind of day, and whether the unit's hours say so; without hours Monday to Friday are worked."""
    try:
        return book.plan(unit, None, on).kind, True
    except AttendanceError:
        whole = book.calendar.of(on, book.path(unit, on)).whole
        if whole is not None:
            return whole.kind, False
        return "weekend" if on.weekday() >= SATURDAY else "workday", False
