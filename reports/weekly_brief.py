"""*Báo cáo tuần* for the meeting: what a week brought in a unit and those below it, beside the week before.

Counts with what they are out of. Nobody is ranked; people are named only where something waits for them, in the order
of dates, for who may know. What a reader may not count is None and is not said. Frozen values in no language.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cache

from attendance import clock
from attendance.errors import Invalid
from attendance.services.roster import filling
from attendance.services.unit_index.arithmetic import standing_together
from attendance.store import (
    counted_days,
    listing_explanations,
    listing_papers,
    office,
    people,
    rulebook_reading,
    terminal_reading,
    visits,
)  # fmt: skip
from attendance.store.database import Session
from attendance.store.listing_keys import read_question_id
from attendance.store.tree import Spread, StoredTree
from attendance.store.within import NOTHING, Within
from reports.charts import FEWEST_PEOPLE
from reports.commitments import ProgressFilter, progress_list
from reports.counted import Cell, Counted, Figures, check_sums, counted, summed
from reports.decided_days import decisions

_DAY, _WEEK = timedelta(days=1), timedelta(days=7)
Span = tuple[date, date]
DUTY_STATES = ("kept", "no_show", "away", "unverified", "open", "refused")
COMMITMENT_STATES = ("kept", "at_risk", "broken", "open")


@dataclass(frozen=True, slots=True)
class Seen:
    """The rows a reader may count, by what is counted; NOTHING: they may not. `names`: of whom they may know names."""

    attendance: Within
    explanations: Within = NOTHING
    papers: Within = NOTHING
    visits: Within = NOTHING
    commitments: Within = NOTHING
    reasons: Within = NOTHING
    names: Within = NOTHING


@dataclass(frozen=True, slots=True)
class Week:
    """`due_days`: days of people on which work was due; `unverified`: those of them with minutes of which nothing is
    concluded, by cause. `duties`: approved ones by state."""

    from_on: date
    to_on: date
    figures: Figures
    due_days: int
    unverified: Mapping[str, int]
    duties: Mapping[str, int] | None
    visits: int | None

    @property
    def unverified_days(self) -> int:
        return sum(self.unverified.values())


@dataclass(frozen=True, slots=True)
class UnreadTerminal:
    """Read until a moment of wall time; None: never."""

    code: str
    name: str
    until: datetime | None


@dataclass(frozen=True, slots=True)
class Part:
    """A unit right below with all below it, or the people of the unit itself; `code` empty: `folded` small ones."""

    code: str
    name: str
    figures: Figures
    folded: int = 0


@dataclass(frozen=True, slots=True)
class Named:
    """Something on a date that concerns somebody: a duty they were not seen at, or what they were asked to explain."""

    number: int
    on: date
    name: str
    what: str
    desk: str = ""


@dataclass(frozen=True, slots=True)
class DayOff:
    on: date
    kind: str
    session: str
    document: str


@dataclass(frozen=True, slots=True)
class Waits:
    """How many wait now, and how many of these are past their date."""

    waiting: int
    overdue: int


@dataclass(frozen=True, slots=True)
class WeeklyBrief:
    """`week` and `before`, which ends on the same weekday. `known_at`: wall time. `days_off`: of the week after.

    `no_shows`, `overdue`: those whose names the reader may know. `visited`: date and unit of each sealed visit.
    """

    unit: str
    name: str
    week: Week
    before: Week
    known_at: datetime
    terminals: tuple[UnreadTerminal, ...]
    explanations: Waits | None
    papers: int | None
    commitments: Mapping[str, int] | None
    parts: tuple[Part, ...]
    days_off: tuple[DayOff, ...]
    visited: tuple[tuple[date, str], ...] = ()
    no_shows: tuple[Named, ...] = ()
    overdue: tuple[Named, ...] = ()
    left_out: int = 0

    @property
    def most(self) -> tuple[Part, ...]:
        """Up to three units with the largest share of known sessions with an occurrence, in the order of that."""
        told = [part for part in self.parts if part.code and part.figures.counted and part.figures.is_enough]
        return tuple(sorted(told, key=lambda part: (part.figures.tenths or 0, part.code))[:3])

    @property
    def without(self) -> tuple[Part, ...]:
        """Units with nothing that counts, of which enough is known, in the order of the tree."""
        return tuple(
            part
            for part in self.parts
            if part.code and part.figures.is_enough and not part.figures.times(status="counted")
        )

    @property
    def people(self) -> frozenset[int]:
        """Numbers of those who are named."""
        return frozenset(one.number for one in (*self.no_shows, *self.overdue))


def week_of(from_on: date | None, today: date) -> tuple[Span, Span]:
    """The week from Monday in which a date lies (None: the last one that is over), as far as it is over, and the same
    days of the week before. Raises Invalid for one of which no day is over."""
    on = from_on or today - _WEEK
    monday = on - timedelta(days=on.weekday())
    last = min(monday + 6 * _DAY, today - _DAY)
    if last < monday:
        raise Invalid(f"No day of the week from {monday} is over; ask for an earlier week.")
    return (monday, last), (monday - _WEEK, last - _WEEK)


def weekly_brief(
    session: Session, zone: str, now: datetime, seen: Seen, unit: str, from_on: date | None
) -> WeeklyBrief:
    """`unit`: the code of one that may be seen. Raises Invalid, SumsDiffer."""
    today, local = clock.today(now, zone), clock.to_wall(now, zone)
    span, earlier = week_of(from_on, today)
    stored = StoredTree(session)
    number = stored.numbers[unit]
    below = stored.below([number], today)
    asked = _Asked(session, zone, local, seen, stored, number)
    week, found = asked.week(span)
    before, _ = asked.week(earlier)
    listed = _waiting(session, now, seen.explanations.narrowed(below))
    late = [one for one in listed if one.due_on is not None and one.due_on < today]
    return WeeklyBrief(
        unit=unit,
        name=stored.name(unit, span[1]),
        week=week,
        before=before,
        known_at=local,
        terminals=_unread(session, stored.spread(number, *span), span[1]),
        explanations=None if seen.explanations == NOTHING else Waits(len(listed), len(late)),
        papers=_papers(session, seen, below),
        commitments=_commitments(session, zone, now, seen, unit, today),
        parts=_parts(stored, found.cells, unit, span[1]),
        days_off=_days_off(session, unit, span[0] + _WEEK),
        visited=asked.visited(span),
        no_shows=asked.no_shows(span),
        overdue=_named(session, seen.names, late),
        left_out=found.left_out,
    )


class _Asked:
    """What is asked of each of the two weeks."""

    def __init__(
        self, session: Session, zone: str, local: datetime, seen: Seen, stored: StoredTree, number: int
    ) -> None:
        self._session, self._zone, self._local, self._seen = session, zone, local, seen
        self._stored, self._number = stored, number
        self._duties = cache(self._held)

    def week(self, span: Span) -> tuple[Week, Counted]:
        part = self._stored.spread(self._number, *span)
        found = counted(self._session, self._stored, self._seen.attendance, part, *span)
        cells = counted_days.cells(self._session, self._seen.attendance, part, *span)
        causes: Counter[str] = Counter()
        for row in counted_days.unverified(self._session, self._seen.attendance, part, *span):
            causes[row.cause] += row.days
        due = sum(cell.due for cell in cells)
        dark = sum(causes.values())
        check_sums(min(dark, due), dark, f"days without a conclusion from {span[0]} to {span[1]}")
        duties = None
        if self._seen.papers != NOTHING:
            duties = Counter(one.state for one in self._duties(span))
        visited = None if self._seen.visits == NOTHING else len(self.visited(span))
        return Week(*span, summed(found.cells), due, dict(causes), duties, visited), found

    def _held(self, span: Span) -> list[filling.Held]:
        units = frozenset().union(*(units for _, _, units in self._stored.spread(self._number, *span)))
        within = self._seen.papers.narrowed(units)
        told = filling.held(self._session, self._zone, within, *span, now=self._local)
        return [one for one in told if one.line.status == "approved"]

    def no_shows(self, span: Span) -> tuple[Named, ...]:
        if self._seen.papers == NOTHING:
            return ()
        return tuple(
            Named(one.line.employee_id, one.line.starts.date(), one.line.name, one.line.kind, one.line.desk)
            for one in self._duties(span)
            if one.state == "no_show" and self._seen.names.sees(one.line.unit_id, one.line.employee_id)
        )

    def visited(self, span: Span) -> tuple[tuple[date, str], ...]:
        if self._seen.visits == NOTHING:
            return ()
        part = self._stored.spread(self._number, *span)
        low, high = datetime.combine(span[0], time()), datetime.combine(span[1] + _DAY, time())
        return tuple(
            (wall.date(), self._stored.name(self._stored.codes[unit], wall.date()))
            for unit, wall in visits.sealed_between(self._session, self._seen.visits, part, low, high)
        )


def _waiting(session: Session, now: datetime, within: Within) -> list[listing_explanations.Waiting]:
    return [each for each in listing_explanations.waiting(session, now) if within.sees(each.unit_id, each.employee_id)]


def _named(session: Session, names: Within, late: Sequence[listing_explanations.Waiting]) -> tuple[Named, ...]:
    told = [each for each in late if names.sees(each.unit_id, each.employee_id)]
    called = people.names(session, {each.employee_id for each in told})
    found = []
    for each in told:
        key = read_question_id(each.violation)
        if key is not None:
            found.append(Named(each.employee_id, key.on, called[each.employee_id][1], key.type))
    return tuple(sorted(found, key=lambda one: (one.on, one.name, one.what)))


def _papers(session: Session, seen: Seen, below: frozenset[int]) -> int | None:
    if seen.papers == NOTHING:
        return None
    asked = listing_papers.Asked(status="proposed")
    return listing_papers.papers(session, seen.papers.narrowed(below), seen.reasons, asked, limit=1, offset=0).total


def _commitments(
    session: Session, zone: str, now: datetime, seen: Seen, unit: str, today: date
) -> Mapping[str, int] | None:
    if seen.commitments == NOTHING:
        return None
    listed = progress_list(session, zone, seen.commitments, ProgressFilter(today.year, unit), now, key=str, size=1)
    return {state: listed.counts[state] for state in COMMITMENT_STATES}


def _unread(session: Session, part: Spread, last: date) -> tuple[UnreadTerminal, ...]:
    """Terminals in use that the people of a part depend on and that were not read to the end of a date."""
    units = frozenset().union(*(units for _, _, units in part))
    here = office.terminals_of(session, set(units))
    until, end = terminal_reading.read_until(session), datetime.combine(last + _DAY, time())
    return tuple(
        UnreadTerminal(row.code, row.name or row.code, until.get(row.id or 0))
        for row in office.terminals(session)
        if row.id in here and row.in_use and (row.id not in until or until[row.id] < end)
    )


def _parts(stored: StoredTree, cells: Sequence[Cell], unit: str, on: date) -> tuple[Part, ...]:
    """The units right below and the unit's own people, in the order of the tree; small ones stand together."""
    below = [row.code for row in stored.shown(on) if row.parent == unit]
    held: dict[str, list[Cell]] = defaultdict(list)
    for cell in cells:
        path = [stored.codes[number] for number in stored.path(cell.unit_id, cell.on)] if cell.unit_id else []
        held[next((code for code in path if code in below), unit)].append(cell)
    sums = {code: summed(held[code]) for code in (unit, *below) if held[code]}
    together = standing_together({code: figures.people for code, figures in sums.items()}, FEWEST_PEOPLE)
    parts = [Part(code, stored.name(code, on), sums[code]) for code in sums if code not in together]
    if together:
        parts.append(Part("", "", summed(cell for code in together for cell in held[code]), len(together)))
    check_sums(sum(part.figures.due for part in parts), summed(cells).due, f"sessions by unit below {unit}")
    return tuple(parts)


def _days_off(session: Session, unit: str, monday: date) -> tuple[DayOff, ...]:
    book = rulebook_reading.read_rulebook(session)
    return tuple(
        DayOff(on, each.kind, each.session, each.document)
        for each in decisions(book, unit, monday, monday + 6 * _DAY)
        if not each.overruled
        for on in each.dates
    )
