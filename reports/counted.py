"""Sessions and occurrences of a span as cells that any paper sums: by unit, by month, by the hours in force. Pure sums.

    compliance = known person-sessions without a counted occurrence ÷ known person-sessions

Due and known are those of the discipline index (`store/counted_sessions.py`), which weighs occurrences where this
counts sessions: a session with two occurrences is one. Who need not punch is in neither number.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

from attendance.errors import Invalid
from attendance.services.conduct.counting import ENOUGH_KNOWN
from attendance.services.unit_index.arithmetic import percent_tenths
from attendance.services.unit_index.schedules import EXEMPT, Schedules
from attendance.store import counted_sessions, listing_violations
from attendance.store.counted_sessions import COUNTED
from attendance.store.database import Session
from attendance.store.listing_violations import Wanted
from attendance.store.tree import Spread, StoredTree
from attendance.store.within import Within


class SumsDiffer(Invalid):
    """The figures of a paper do not add up, so it is not made."""

    code = "sums_differ"


JUDGE_AGAIN = (
    "Have these days judged again (attendance evaluate); if they differ still, attendance verify says what was changed."
)
"""What to do where sums differ."""


@dataclass(frozen=True, slots=True)
class Cell:
    """Of people of one unit and schedule (None: the unit's own) on one date, as `Figures` has them."""

    on: date
    unit_id: int | None
    schedule_id: int | None
    people: int = 0
    due: int = 0
    known: int = 0
    counted: int = 0
    excused: int = 0
    occurrences: Mapping[tuple[str, str], int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Figures:
    """`people`: the most with a session due on one date. `due` and `known` person-sessions; of the known ones `counted`
    with an occurrence that counts, `excused` where every occurrence was excused. `occurrences` by (type, status).
    """

    people: int = 0
    due: int = 0
    known: int = 0
    counted: int = 0
    excused: int = 0
    occurrences: Mapping[tuple[str, str], int] = field(default_factory=dict)

    @property
    def unverified(self) -> int:
        return self.due - self.known

    @property
    def clear(self) -> int:
        """Known sessions without a counted occurrence: n of n/N, where N is `known`."""
        return self.known - self.counted

    @property
    def tenths(self) -> int | None:
        """The compliance in tenths of a percent, rounded half up; None: nothing is known."""
        return percent_tenths(self.clear, self.known)

    @property
    def coverage(self) -> int | None:
        """Known of due sessions in tenths of a percent; None: none was due."""
        return percent_tenths(self.known, self.due)

    @property
    def is_enough(self) -> bool:
        """Whether enough is known for this to be held beside another figure."""
        return bool(self.known) and self.known * 100 >= self.due * ENOUGH_KNOWN

    def times(self, *, type: str | None = None, status: str | None = None) -> int:
        """Occurrences of a type and status; None: of any. Status `counted`: also what was excused in part."""
        statuses = COUNTED if status == "counted" else (status,)
        return sum(
            count
            for (kind, stands), count in self.occurrences.items()
            if type in (None, kind) and (status is None or stands in statuses)
        )

    def exactly(self, status: str) -> int:
        """Occurrences of just this status, as the list of violations is narrowed to it."""
        return sum(count for (_, stands), count in self.occurrences.items() if stands == status)


@dataclass(frozen=True, slots=True)
class Counted:
    """`left_out`: due sessions of people who need not punch, which no cell has."""

    cells: tuple[Cell, ...]
    left_out: int = 0


def counted(
    session: Session, stored: StoredTree, within: Within, part: Spread | None, from_on: date, to_on: date
) -> Counted:
    """The cells of a span, both ends included, by date. Raises SumsDiffer where the list of violations has more or
    fewer occurrences than the cells."""
    schedules = Schedules(session, stored, set(), None)
    span = (session, within, part, from_on, to_on)
    cells: dict[tuple[date, int | None, int | None], dict[str, int]] = defaultdict(dict)
    left_out = passed_over = 0
    for row in counted_sessions.of_units(*span):
        if not row.due:
            continue
        if schedules.left_out(row.unit_id, row.schedule_id, row.on) == EXEMPT:
            left_out += row.due
        else:
            cells[row[:3]] = {"people": row.people, "due": row.due, "known": row.known}
    for marked in counted_sessions.marked_of_units(*span):
        if (held := cells.get(marked[:3])) is not None:
            held |= {"counted": marked.counted, "excused": marked.excused}
    times: dict[tuple[date, int | None, int | None], dict[tuple[str, str], int]] = defaultdict(dict)
    for found in counted_sessions.statuses_of_units(*span):
        if schedules.left_out(found.unit_id, found.schedule_id, found.on) == EXEMPT:
            passed_over += found.times
        else:
            times[found[:3]][found.type, found.status] = found.times
    keys = sorted({*cells, *times}, key=lambda key: (key[0], key[1] or 0, key[2] or 0))
    made = tuple(_cell(key, cells.get(key, {}), times.get(key, {})) for key in keys)
    listed = listing_violations.violations(session, Wanted(within, from_on, to_on, part=part), limit=1).total
    check_sums(sum(summed(made).occurrences.values()) + passed_over, listed, f"occurrences from {from_on} to {to_on}")
    return Counted(made, left_out)


def _cell(
    key: tuple[date, int | None, int | None], sums: Mapping[str, int], times: Mapping[tuple[str, str], int]
) -> Cell:
    people, due, known, counted_in, excused = (
        sums.get(name, 0) for name in ("people", "due", "known", "counted", "excused")
    )
    return Cell(*key, people, due, known, counted_in, excused, times)


def summed(cells: Iterable[Cell]) -> Figures:
    """The sums of cells; the same person on several dates is one of `people`."""
    at_once, times = Counter[date](), Counter[tuple[str, str]]()
    due = known = counted_in = excused = 0
    for cell in cells:
        at_once[cell.on] += cell.people
        due += cell.due
        known += cell.known
        counted_in += cell.counted
        excused += cell.excused
        times.update(cell.occurrences)
    return Figures(max(at_once.values(), default=0), due, known, counted_in, excused, dict(times))


def check_sums(one: object, other: object, what: str) -> None:
    """Raises SumsDiffer where two ways of counting the same differ."""
    if one != other:
        raise SumsDiffer(
            f"This paper is not made: its {what} add up to {one} one way and to {other} the other. {JUDGE_AGAIN}"
        )
