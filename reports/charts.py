"""*Biểu đồ*: where people come late, as counts over days that are known. Frozen figures in no language.

Nobody is named, nothing is ranked, and what is not known stands beside what is, so that missing data does not read as
good conduct.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from attendance.services.unit_index.arithmetic import percent_tenths
from attendance.store import counted_days, rulebook_reading
from attendance.store.counted_days import Cell
from attendance.store.database import Session
from attendance.store.tree import Spread, StoredTree, holds_in
from attendance.store.within import Within
from reports.view import UnitOption

FEWEST_PEOPLE = 5
"""A chart goes further than its reader: fewer people than this are never drawn as a group of their own."""
FEWEST_DAYS = 20
"""Of fewer known days no rate is given."""
LONGEST_MINUTE = 60
"""Minutes that are drawn one by one; later arrivals stand together."""
WEEKS_UP_TO = timedelta(days=92)
LONGEST_SPAN = timedelta(days=731)
TABLES = ("minutes", "weekdays", "units", "times")


@dataclass(frozen=True, slots=True)
class Rate:
    """Days on which somebody was late, over days known. `name` of a unit, `on` the date a weekday, week or month begins
    with. `excused`: of the late ones, those excused whole. `unknown`: due days of which nothing is known; in no rate.
    `people`: of whom work was due on one date, at most: one person on a Sunday is one, however many are free.
    """

    late: int
    excused: int
    known: int
    unknown: int
    name: str = ""
    code: str = ""
    on: date | None = None
    people: int = 0

    @property
    def per_hundred(self) -> float | None:
        """Late days in a hundred known ones, half-up to one decimal; None where these are too few to say anything."""
        return _percent(self.late, self.known) if self.known >= FEWEST_DAYS else None

    @property
    def excused_per_hundred(self) -> float:
        return 100 * self.excused / self.known if self.known >= FEWEST_DAYS else 0.0

    @property
    def unknown_share(self) -> float | None:
        """Of a hundred due days, how many nothing is known of, half-up to one decimal."""
        return _percent(self.unknown, self.known + self.unknown)


def _percent(part: int, whole: int) -> float | None:
    found = percent_tenths(part, whole)
    return None if found is None else found / 10


@dataclass(frozen=True, slots=True)
class Minute:
    """Sessions begun so many minutes after the required time; `minutes` None: more than LONGEST_MINUTE."""

    minutes: int | None
    sessions: int
    excused: int


@dataclass(frozen=True, slots=True)
class ChartsPage:
    """`whole`: everything asked for. `by_week`: `times` are weeks, else months. `folded`: how many units stand together
    in the last line of `units`, whose name is empty. `grace`: minutes that are let pass, None where units differ.

    `is_own`: there is nobody but the reader. `too_few`: fewer than FEWEST_PEOPLE, so nothing is drawn.
    """

    unit: str
    from_on: date
    to_on: date
    units_offered: tuple[UnitOption, ...]
    whole: Rate
    minutes: tuple[Minute, ...] = ()
    weekdays: tuple[Rate, ...] = ()
    units: tuple[Rate, ...] = ()
    times: tuple[Rate, ...] = ()
    by_week: bool = False
    folded: int = 0
    grace: int | None = None
    is_own: bool = False
    too_few: bool = False

    @property
    def is_empty(self) -> bool:
        return not (self.whole.known or self.whole.unknown)

    @property
    def late_sessions(self) -> int:
        return sum(each.sessions for each in self.minutes)


def charts_page(
    session: Session, within: Within, *, unit: str, part: Spread | None, from_on: date, to_on: date
) -> ChartsPage:
    """Counts of a span, both ends included, in the rows that are `within`; of a unit by what it was on each date."""
    stored = StoredTree(session)
    found = counted_days.cells(session, within, part, from_on, to_on)
    shown = stored.shown(to_on, within)
    offered = tuple(UnitOption(row.code, row.name, row.depth) for row in shown)
    whole = _rate(found)
    page = ChartsPage(unit, from_on, to_on, offered, whole, is_own=within.is_person)
    if whole.people < FEWEST_PEOPLE and not within.is_person and whole.people:
        return ChartsPage(unit, from_on, to_on, offered, whole, too_few=True)
    if page.is_empty:
        return page
    by_week = to_on - from_on <= WEEKS_UP_TO
    lines, folded = ([], 0) if within.is_person else _units(stored, found, unit, within, from_on, to_on)
    return ChartsPage(
        unit=unit,
        from_on=from_on,
        to_on=to_on,
        units_offered=offered,
        whole=whole,
        minutes=_minutes(counted_days.late_minutes(session, within, part, from_on, to_on)),
        weekdays=_grouped(found, lambda on: _MONDAY + timedelta(days=on.weekday()), own=within.is_person),
        units=tuple(lines),
        times=_grouped(found, _week if by_week else _month, own=within.is_person),
        by_week=by_week,
        folded=folded,
        grace=_grace(session, stored, {cell.unit_id for cell in found}, to_on),
        is_own=within.is_person,
    )


_MONDAY = date(2001, 1, 1)


def _week(on: date) -> date:
    return on - timedelta(days=on.weekday())


def _month(on: date) -> date:
    return on.replace(day=1)


def _rate(found: Iterable[Cell], *, name: str = "", code: str = "", on: date | None = None) -> Rate:
    late = excused = due = unknown = 0
    at_once: dict[date, int] = defaultdict(int)
    for cell in found:
        late += cell.late
        excused += cell.excused
        due += cell.due
        unknown += cell.unknown
        at_once[cell.on] += cell.due
    return Rate(late, excused, due - unknown, unknown, name, code, on, max(at_once.values(), default=0))


def _grouped(found: Iterable[Cell], key: Callable[[date], date], *, own: bool) -> tuple[Rate, ...]:
    """By what the date belongs to, in order; what no work was due in is left out. Of few people no figures are given,
    nor of the next smallest where a single one would be told from the sums."""
    groups: dict[date, list[Cell]] = defaultdict(list)
    for cell in found:
        groups[key(cell.on)].append(cell)
    rates = [rate for on in sorted(groups) if (rate := _rate(groups[on], on=on)).people]
    if own:
        return tuple(rates)
    by_size = sorted(rates, key=lambda rate: rate.people)
    hidden = sum(rate.people < FEWEST_PEOPLE for rate in rates)
    left_out = by_size[: 2 if hidden == 1 else hidden]
    return tuple(rate for rate in rates if rate not in left_out)


def _minutes(found: Sequence[counted_days.LateMinutes]) -> tuple[Minute, ...]:
    one_by_one = {each.minutes: each for each in found if each.minutes <= LONGEST_MINUTE}
    later = [each for each in found if each.minutes > LONGEST_MINUTE]
    lines = [
        Minute(minute, one_by_one[minute].sessions, one_by_one[minute].excused)
        if minute in one_by_one
        else Minute(minute, 0, 0)
        for minute in range(1, LONGEST_MINUTE + 1)
    ]
    return (*lines, Minute(None, sum(each.sessions for each in later), sum(each.excused for each in later)))


def _units(
    stored: StoredTree, found: Sequence[Cell], unit: str, within: Within, from_on: date, to_on: date
) -> tuple[list[Rate], int]:
    """A line for each unit right below the one asked for, with all below it, and one for its own people; in the order
    of the tree. Units with few people stand together, and with them as many more as it takes for nobody to be told
    from the sums."""
    shown = stored.shown(to_on, within)
    tops = [row for row in shown if row.depth == 0]
    top = unit or (tops[0].code if len(tops) == 1 else "")
    below = [row for row in shown if row.parent == top] if top else tops
    spreads = {row.code: stored.spread(row.id, from_on, to_on) for row in below}
    parts: dict[str, list[Cell]] = defaultdict(list)
    for cell in found:
        parts[_part_of(stored, cell, top, spreads)].append(cell)
    names = {row.code: row.name for row in shown}
    order = [code for code in (top, *spreads, "") if code in parts]
    rates = [_rate(parts[code], name=names.get(code, code), code=code) for code in order]
    return _folded(rates, parts)


def _part_of(stored: StoredTree, cell: Cell, top: str, spreads: dict[str, Spread]) -> str:
    """The unit below the top that a cell belongs to; the top itself; empty: neither."""
    if cell.unit_id is None:
        return ""
    for code, spread in spreads.items():
        if holds_in(spread, cell.unit_id, cell.on):
            return code
    return top if stored.codes.get(cell.unit_id) == top else ""


def _folded(rates: list[Rate], parts: dict[str, list[Cell]]) -> tuple[list[Rate], int]:
    small = {rate.code for rate in rates if rate.people < FEWEST_PEOPLE or not rate.code}
    rest = sorted((rate for rate in rates if rate.code not in small), key=lambda rate: rate.people)
    while small and rest and _rate(cell for code in small for cell in parts[code]).people < FEWEST_PEOPLE:
        small.add(rest.pop(0).code)
    if not small:
        return rates, 0
    kept = [rate for rate in rates if rate.code not in small]
    together = _rate(cell for code in small for cell in parts[code])
    return [*kept, together], len(small)


def _grace(session: Session, stored: StoredTree, units: set[int | None], on: date) -> int | None:
    """The minutes that are let pass on a date in all of these units; None where they differ."""
    book = rulebook_reading.read_rulebook(session)
    codes = {stored.codes[number] for number in units if number in stored.codes}
    found = {book.policy_of(code, None, on).late_grace_minutes for code in codes}
    return found.pop() if len(found) == 1 else None
