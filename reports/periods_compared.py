"""The same unit in two times: under summer and winter hours, before and after a change of hours, in two years.

What is unverified is in neither number. Where less than `ENOUGH_KNOWN` of a hundred due sessions are known, figures are
told and not compared. Frozen values in no language.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache

from attendance import clock
from attendance.errors import NoVersionInForce
from attendance.rules.rulebook import Rulebook
from attendance.rules.schedule import ScheduleVersion
from attendance.store import office, rulebook_reading
from attendance.store.database import Session
from attendance.store.tables import ScheduleRow
from attendance.store.tree import StoredTree
from attendance.store.within import Within
from reports.counted import Cell, Figures, check_sums, counted, summed

_DAY = timedelta(days=1)
WINDOW_DAYS = 28
LONGEST_WINDOW = 182
"""So many days before and after a change of hours are compared; whole weeks, so that weekdays are the same."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """Dates, both included, on which some hours held. `hours`: name, start and end of each session in minutes."""

    from_on: date
    to_on: date
    figures: Figures
    hours: tuple[tuple[str, int, int], ...] = ()
    document: str = ""


@dataclass(frozen=True, slots=True)
class Seasons:
    """`stretches`: one for each version of the unit's hours in the span under which somebody worked.

    `change`: first day of the hours whose two windows are `before` and `after`; None: there is no change in the span
    with a week known on both sides. `others`: due sessions of people whose hours change on other dates, in no figure;
    `left_out` of those who need not punch.
    """

    unit: str
    name: str
    from_on: date
    to_on: date
    stretches: tuple[Stretch, ...]
    change: date | None
    before: Stretch | None
    after: Stretch | None
    others: int
    left_out: int

    @property
    def is_compared(self) -> bool:
        return bool(self.before and self.after and self.before.figures.is_enough and self.after.figures.is_enough)


@dataclass(frozen=True, slots=True)
class MonthPair:
    """The same dates of two years. Not compared: one of them is not known well enough."""

    month: int
    earlier: Stretch
    later: Stretch

    @property
    def is_compared(self) -> bool:
        return self.earlier.figures.is_enough and self.later.figures.is_enough


@dataclass(frozen=True, slots=True)
class Years:
    """`months` until yesterday in which somebody worked in one of the years; the month under way ends in both on the
    same day. `earlier` and `later`: the sums of the months that are compared."""

    unit: str
    name: str
    year: int
    months: tuple[MonthPair, ...]
    earlier: Figures
    later: Figures
    left_out: int

    @property
    def compared(self) -> int:
        return sum(pair.is_compared for pair in self.months)


def difference_tenths(earlier: Figures, later: Figures) -> int | None:
    """By how many tenths of a percent the later compliance is above the earlier one; None where it is not compared."""
    if not (earlier.is_enough and later.is_enough) or earlier.tenths is None or later.tenths is None:
        return None
    return later.tenths - earlier.tenths


def seasons(
    session: Session,
    within: Within,
    unit: str,
    from_on: date,
    to_on: date,
    *,
    change: date | None = None,
    days: int = WINDOW_DAYS,
) -> Seasons:
    """`change`: a date on which other hours began (None: the last one of the span). Raises SumsDiffer."""
    stored = StoredTree(session)
    part = stored.spread(stored.numbers[unit], from_on, to_on)
    found = counted(session, stored, within, part, from_on, to_on)
    hours = _Hours(session, stored, unit)
    stretches = _stretches(hours, from_on, to_on)
    begins = [first for first, _, _ in stretches]
    cells: dict[date, list[Cell]] = defaultdict(list)
    others: list[Cell] = []
    for cell in found.cells:
        first = max(begin for begin in begins if begin <= cell.on)
        (cells[first] if hours.are_shared(cell) else others).append(cell)
    ours = [cell for listed in cells.values() for cell in listed]
    each = (_stretch(cells[first], first, last, version) for first, last, version in stretches)
    told = tuple(stretch for stretch in each if stretch.figures.due)
    turns = begins[1:]
    chosen = change if change in turns else (turns[-1] if turns and change is None else None)
    known_from = min((cell.on for cell in ours), default=to_on)
    length = min(days, (to_on - chosen).days + 1, (chosen - known_from).days) // 7 * 7 if chosen else 0
    before = after = None
    if chosen is not None and length > 0:
        step = timedelta(days=length)
        before = _window(ours, chosen - step, chosen - _DAY)
        after = _window(ours, chosen, chosen + step - _DAY)
    return Seasons(
        unit, stored.name(unit, to_on), from_on, to_on, told, chosen if length > 0 else None, before, after,
        sum(cell.due for cell in others), found.left_out,
    )  # fmt: skip


def years(session: Session, within: Within, unit: str, year: int, today: date) -> Years:
    """A year beside the one before it, month by month. Raises SumsDiffer."""
    stored = StoredTree(session)
    number, yesterday = stored.numbers[unit], today - _DAY
    first, last = date(year, 1, 1), min(date(year, 12, 31), yesterday)
    pairs, left_out = [], 0
    if last >= first:
        found = {}
        for begin, end in ((first, last), (_a_year_before(first), _a_year_before(last))):
            span = counted(session, stored, within, stored.spread(number, begin, end), begin, end)
            found[begin.year] = span.cells
            left_out += span.left_out
        for month in range(1, last.month + 1):
            begin = date(year, month, 1)
            end = min(clock.month_end(begin), last)
            pairs.append(
                MonthPair(
                    month,
                    _window(found[year - 1], _a_year_before(begin), _a_year_before(end)),
                    _window(found[year], begin, end),
                )
            )
        for each in (0, 1):
            sums = sum((pair.later if each else pair.earlier).figures.due for pair in pairs)
            check_sums(sums, summed(found[year - 1 + each]).due, f"sessions of {unit} by month")
    pairs = [pair for pair in pairs if pair.earlier.figures.due or pair.later.figures.due]
    compared = [pair for pair in pairs if pair.is_compared]
    return Years(
        unit, stored.name(unit, max(first, last)), year, tuple(pairs),
        _together([pair.earlier.figures for pair in compared]), _together([pair.later.figures for pair in compared]),
        left_out,
    )  # fmt: skip


def _a_year_before(on: date) -> date:
    """The same day of the year before; the end of a month stays the end of a month."""
    if on == clock.month_end(on):
        return clock.month_end(on.replace(year=on.year - 1, day=1))
    return on.replace(year=on.year - 1)


def _together(figures: list[Figures]) -> Figures:
    times: dict[tuple[str, str], int] = defaultdict(int)
    for each in figures:
        for key, count in each.occurrences.items():
            times[key] += count
    return Figures(
        max((each.people for each in figures), default=0), sum(each.due for each in figures),
        sum(each.known for each in figures), sum(each.counted for each in figures),
        sum(each.excused for each in figures), dict(times),
    )  # fmt: skip


def _window(cells: list[Cell] | tuple[Cell, ...], from_on: date, to_on: date) -> Stretch:
    return Stretch(from_on, to_on, summed(cell for cell in cells if from_on <= cell.on <= to_on))


def _stretch(cells: list[Cell], from_on: date, to_on: date, version: ScheduleVersion | None) -> Stretch:
    if version is None:
        return Stretch(from_on, to_on, summed(cells))
    sessions = tuple((each.name, each.starts, each.ends) for each in version.sessions)
    return Stretch(from_on, to_on, summed(cells), sessions, version.citation.document or "")


def _stretches(hours: _Hours, from_on: date, to_on: date) -> list[tuple[date, date, ScheduleVersion | None]]:
    """The span cut where the unit's own hours change; None: no hours are in force."""
    found: list[tuple[date, date, ScheduleVersion | None]] = []
    on = from_on
    while on <= to_on:
        version = hours.own(on)
        if found and found[-1][2] == version:
            found[-1] = (found[-1][0], on, version)
        else:
            found.append((on, on, version))
        on += _DAY
    return found


class _Hours:
    """Which hours hold for a unit, and whether those of a cell begin and end with them."""

    def __init__(self, session: Session, stored: StoredTree, unit: str) -> None:
        self._book: Rulebook = rulebook_reading.read_rulebook(session)
        self._codes, self._unit, self._session = stored.codes, unit, session
        self.own = cache(self._own)
        self._of = cache(self._version)

    def _own(self, on: date) -> ScheduleVersion | None:
        return self._version(self._unit, None, on)

    def _version(self, unit: str, schedule_id: int | None, on: date) -> ScheduleVersion | None:
        name = office.code_of(self._session, ScheduleRow, schedule_id) if schedule_id is not None else None
        try:
            return self._book.schedule_of(unit, name, on).on(on)
        except NoVersionInForce:
            return None

    def are_shared(self, cell: Cell) -> bool:
        if cell.unit_id is None:
            return False
        own, theirs = self.own(cell.on), self._of(self._codes[cell.unit_id], cell.schedule_id, cell.on)
        if own is None or theirs is None:
            return False
        return (own.from_on, own.to_on) == (theirs.from_on, theirs.to_on)
