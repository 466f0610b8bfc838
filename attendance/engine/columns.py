"""The tables of the judgement, documented once: what one row is, its columns, their units and order.

Moments are epoch seconds (int64), so differences are true seconds also across a change of clocks. Days are days since
1970-01-01 of the office's calendar. An index into another table is called by that table's row: `person`, `day_row`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from attendance.engine.spans import Bools as Bools
from attendance.engine.spans import Ints as Ints
from attendance.engine.spans import Small as Small
from attendance.engine.spans import clipped, within
from attendance.rules.policy import Policy
from attendance.rules.rulebook import DayPlan


@dataclass(frozen=True, slots=True)
class PunchColumns:
    """Raw punches as stored. One row is a claim of a terminal. Any order.

    `site` index of the terminal; `pin` index into `pins`; `wall` terminal time in wall seconds; `sequence` the punch's
    number within its terminal's log; `sane` False for quarantined ones, which are shown and never counted.
    """

    site: Small
    pin: Small
    wall: Ints
    sequence: Ints
    state: npt.NDArray[np.uint8]
    sane: Bools
    pins: tuple[str, ...]

    def __len__(self) -> int:
        return int(self.wall.size)


@dataclass(frozen=True, slots=True)
class Claims:
    """Punches with a person, sorted by person, then true time, then as stored. One row is a punch somebody made.

    `source` is the row in PunchColumns; `at` the true moment; `corrected` whether the clock offset moved it; `way` its
    known direction (ANY_WAY, INWARD, OUTWARD); `annulled` by decision; `timeless`: made under an invalid clock.
    """

    source: Ints
    person: Small
    at: Ints
    site: Small
    corrected: Bools
    orphans: Ints  # rows of PunchColumns that no enrolment claims
    way: npt.NDArray[np.int8]
    annulled: Bools
    timeless: Bools


ANY_WAY, INWARD, OUTWARD = range(3)


@dataclass(frozen=True, slots=True)
class Days:
    """One row is a person and a date on which an assignment holds, sorted by person, then day.

    `assignment` indexes the case's assignments, `depends` the sets of terminals, `plan` the list of plans (-1: no
    version in force, only outside the dates asked for), `policy` that of thresholds. Sessions of a row are
    `first[row] : first[row] + count[row]`.
    """

    person: Small
    day: Ints
    assignment: Small
    depends: Small
    plan: Small
    first: Ints
    count: Ints
    plans: tuple[DayPlan, ...]
    regime: npt.NDArray[np.int8]
    policy: Small
    policies: tuple[Policy, ...]
    starts: Ints  # the first row of each person, and the end of the last one's
    keys: Ints  # person and day as one number, ascending

    def __len__(self) -> int:
        return int(self.person.size)

    def rule(self, of: Callable[[Policy], int | bool], rows: Ints | Callable[[], Ints]) -> Ints | int:
        """The value of a rule of policy for each of some rows: one number where all policies agree on it.

        `rows` may be a question that is asked only where they do not.
        """
        values = [int(of(policy)) for policy in self.policies] or [0]
        if len(set(values)) == 1:
            return values[0]
        found: Ints = np.array(values, np.int64)[self.policy[rows() if callable(rows) else rows]]
        return found

    def find(self, person: int, day: int) -> int:
        """The row of a person and date, -1 where the person is not employed then."""
        low, high = self._rows_of(person)
        row = low + int(self.day[low:high].searchsorted(day))
        return row if row < high and self.day[row] == day else -1

    def find_all(self, person: Ints | Small, day: Ints) -> Ints:
        """The row of each person and date, -1 where that person is not employed then."""
        if not len(self):
            return np.full(person.size, -1, np.int64)
        wanted = day_keys(person, day)
        row = np.minimum(self.keys.searchsorted(wanted), len(self) - 1)
        return np.where(self.keys[row] == wanted, row, -1)

    def sessions_of(self, rows: Ints) -> tuple[Ints, Ints]:
        """The sessions of some rows: for each the place of its row among them, and its own in Due."""
        count = self.count[rows]
        place = np.repeat(np.arange(rows.size), count)
        return place, self.first[rows][place] + within(count)

    def between(self, person: int, first: int, last: int) -> tuple[int, int]:
        """The rows of a person from one day to another, both included, as a half-open range."""
        low, high = self._rows_of(person)
        listed = self.day[low:high]
        return low + int(listed.searchsorted(first)), low + int(listed.searchsorted(last + 1))

    def _rows_of(self, person: int) -> tuple[int, int]:
        return (int(self.starts[person]), int(self.starts[person + 1])) if person >= 0 else (0, 0)


def day_keys(person: Ints | Small, day: Ints) -> Ints:
    """One number for each person and day, that sorts by person, then by day."""
    keys: Ints = np.left_shift(person, 32, dtype=np.int64)
    keys += day
    return keys


@dataclass(frozen=True, slots=True)
class Due:
    """One row is a session due of a person on a date, sorted by person, day, start.

    `start`, `end` are the session's own; `free_from[k]`, `free_to[k]` the k-th stretch that no mission covers (empty
    stretches have equal ends), all empty where leave or the calendar takes the session away. `required_from`,
    `required_to` bound what is left. `group` is the row in Groups, -1 without a window. `window_lo..window_hi` are
    both inside. `leave` indexes the case's leaves, -1 none; `taken` is True where the calendar takes it away alone.
    `depends` indexes the sets of terminals. A row may be a duty that counts as schedule.
    """

    day_row: Ints
    name: npt.NDArray[np.int16]
    start: Ints
    end: Ints
    free_from: tuple[Ints, ...]
    free_to: tuple[Ints, ...]
    required_from: Ints
    required_to: Ints
    window_lo: Ints
    window_hi: Ints
    leave: Small
    taken: Bools
    covered: Bools  # a mission covers some of it
    group: Ints
    names: tuple[str, ...]
    depends: Small
    duty: Bools  # a duty that counts as schedule

    def __len__(self) -> int:
        return int(self.start.size)

    @property
    def has_window(self) -> Bools:
        """Whether anything of the session is left to be there for."""
        return self.required_to > self.required_from

    def uncovered_before(self, moment: Ints) -> Ints:
        """Seconds of each session before its moment that nothing covers."""
        total = clipped(moment - self.free_from[0], 0, self.free_to[0] - self.free_from[0])
        for rows, begin, finish in self._further_stretches():
            total[rows] += clipped(moment[rows] - begin, 0, finish - begin)
        return total

    def uncovered(self) -> Ints:
        """Seconds of each session that nothing covers."""
        total = self.free_to[0] - self.free_from[0]
        for rows, begin, finish in self._further_stretches():
            total[rows] += finish - begin
        return total

    def _further_stretches(self) -> Iterator[tuple[Ints, Ints, Ints]]:
        """The sessions that have a second stretch, with its ends, then those with a third: few have more than one."""
        for begin, finish in zip(self.free_from[1:], self.free_to[1:], strict=True):
            rows = np.flatnonzero(finish > begin)
            yield rows, begin[rows], finish[rows]


@dataclass(frozen=True, slots=True)
class Windows:
    """One row is the window of a session that needs punches, or of a part of a duty outside sessions.

    Sorted by person, then start. `lo..hi` are both inside. `due` is the row in Due, -1 for a part of a duty; `day_row`
    the date it belongs to; `group` the row in Groups, -1 for a duty that touches no session.
    """

    person: Small
    start: Ints
    end: Ints
    lo: Ints
    hi: Ints
    due: Ints
    day_row: Ints
    group: Ints

    def __len__(self) -> int:
        return int(self.start.size)


@dataclass(frozen=True, slots=True)
class Groups:
    """One row is what is judged together: a session, a stretch of what touches, or under first_last the day.

    `first_due`, `last_due` rows in Due; `required_from`, `required_to` the outer required moments of its sessions;
    `stretch_from`, `stretch_to` those of the whole stretch with the duties in it. `depends` are all terminals of its
    sessions, `depends_first`, `depends_last` those of the outer ones; `regime` indexes REGIMES.
    """

    first_due: Ints
    last_due: Ints
    required_from: Ints
    required_to: Ints
    window_hi: Ints
    depends: Small
    first_last: Bools
    regime: npt.NDArray[np.int8]
    stretch_from: Ints
    stretch_to: Ints
    depends_first: Small
    depends_last: Small

    def __len__(self) -> int:
        return int(self.first_due.size)


@dataclass(frozen=True, slots=True)
class Paired:
    """The punches of each group, and what became of every claim.

    `count` punches of the group, `first` its in, `last` its out (0 where none), `first_claim`, `last_claim` rows in
    Claims (-1 none). `lone`: one side is missing; `lone_is_in` the side that is there. Per claim: `due` the row of Due
    in whose window it lies, `window` that of Windows, `group` that of Groups (-1 none); `kept` False for a repeat;
    `counts` whether it may count at all; `off_site` whether it was made where the person was not to punch.
    """

    count: Ints
    first: Ints
    last: Ints
    first_claim: Ints
    last_claim: Ints
    lone: Bools
    lone_is_in: Bools
    due: Ints
    kept: Bools
    window: Ints
    group: Ints
    counts: Bools
    off_site: Bools


@dataclass(frozen=True, slots=True)
class Gaps:
    """Stretches between inner punches, cut to a session. One row is a gap in a session of Due, sorted by session.

    `away` whole minutes not worked, `minutes` those of them that nothing covers. `odd`: groups in which inner punches
    do not pair, so that no gap is concluded.
    """

    due: Ints
    away: Ints
    minutes: Ints
    odd: Ints


@dataclass(frozen=True, slots=True)
class Coverable:
    """Per group: may it be judged? `settled`, else not synced. What stands in the way of its start and of its end:

    a dead terminal (`outage_start`, `outage_end`), a clock without worth (`clock_start`, `clock_end`). `clock_at`, per
    session of Due: a punch was made in its window under such a clock.
    """

    settled: Bools
    outage_start: Bools
    outage_end: Bools
    clock_start: Bools
    clock_end: Bools
    clock_at: Bools

    @property
    def outage(self) -> Bools:
        """Groups with a dead terminal in the way of either side."""
        return self.outage_start | self.outage_end


# Kinds of violation, in the order in which they are listed for a session.
TYPES = ("late", "early", "absent", "missing_in", "missing_out", "left_post")
LATE, EARLY, ABSENT, MISSING_IN, MISSING_OUT, LEFT_POST = range(len(TYPES))

STATUSES = ("counted", "pending", "excused", "partly_excused")
COUNTED, PENDING, EXCUSED, PARTLY_EXCUSED = range(len(STATUSES))


@dataclass(frozen=True, slots=True)
class Violations:
    """One row is one occurrence. `minutes` is -1 for a missing punch (unknown); sorted by session, then kind."""

    due: Ints
    kind: npt.NDArray[np.int8]
    minutes: Ints
    excused: Ints
    counted: Ints
    status: npt.NDArray[np.int8]

    def __len__(self) -> int:
        return int(self.due.size)


@dataclass(frozen=True, slots=True)
class SessionLedger:
    """Per session of Due, whole minutes: `scheduled = credited + leave + unverified + counted`."""

    scheduled: Ints
    worked: Ints
    credited: Ints
    leave: Ints
    unverified: Ints
    counted: Ints


@dataclass(frozen=True, slots=True)
class DayLedger:
    """The sums per row of Days, and the bits of `FLAGS` raised on it."""

    scheduled: Ints
    worked: Ints
    credited: Ints
    leave: Ints
    unverified: Ints
    counted: Ints
    flags: Small
    duplicates: Ints = field(default_factory=lambda: np.zeros(0, np.int64))
    annulled: Ints = field(default_factory=lambda: np.zeros(0, np.int64))


FLAGS = (
    "clock_corrected",
    "off_schedule_punch",
    "off_site_punch",
    "terminal_not_synced",
    "terminal_outage",
    "terminal_clock_invalid",
    "odd_inner_punch",
    "explanation_after_deadline",
)
CLOCK_CORRECTED, OFF_SCHEDULE, OFF_SITE, NOT_SYNCED, OUTAGE, CLOCK_INVALID, ODD_INNER, AFTER_DEADLINE = (
    1 << n for n in range(len(FLAGS))
)
