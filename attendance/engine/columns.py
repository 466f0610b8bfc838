"""The tables of the judgement, documented once: what one row is, its columns, their units and order.

Moments are epoch seconds (int64), so differences are true seconds also across a change of clocks. Days are days since
1970-01-01 of the office's calendar. An index into another table is called by that table's row: `person`, `day_row`.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from attendance.rules.rulebook import DayPlan

Ints = npt.NDArray[np.int64]
Small = npt.NDArray[np.int32]
Bools = npt.NDArray[np.bool_]


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

    `source` is the row in PunchColumns; `at` the true moment; `corrected` whether the clock offset moved it.
    """

    source: Ints
    person: Small
    at: Ints
    site: Small
    corrected: Bools
    orphans: Ints  # rows of PunchColumns that no enrolment claims


@dataclass(frozen=True, slots=True)
class Days:
    """One row is a person and a date on which an assignment holds, sorted by person, then day.

    `assignment` indexes the case's assignments, `depends` the sets of terminals, `plan` the list of plans (-1: no
    version in force, only outside the dates asked for). Sessions of a row are `first[row] : first[row] + count[row]`.
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

    def __len__(self) -> int:
        return int(self.person.size)


@dataclass(frozen=True, slots=True)
class Due:
    """One row is a session due of a person on a date, sorted by person, day, start.

    `start`, `end` are the session's own; `free_from[k]`, `free_to[k]` the k-th stretch that no mission covers (empty
    stretches have equal ends), all empty where leave or the calendar takes the session away. `required_from`,
    `required_to` bound what is left. `group` is the row in Groups, -1 without a window. `window_lo..window_hi` are
    both inside. `leave` indexes the case's leaves, -1 none; `taken` is True where the calendar takes it away alone.
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

    def __len__(self) -> int:
        return int(self.start.size)

    def uncovered_before(self, moment: Ints) -> Ints:
        """Seconds of each session before its moment that nothing covers."""
        total = np.zeros(len(self), np.int64)
        for begin, finish in zip(self.free_from, self.free_to, strict=True):
            total += np.clip(moment - begin, 0, finish - begin)
        return total

    def uncovered(self) -> Ints:
        """Seconds of each session that nothing covers."""
        total = np.zeros(len(self), np.int64)
        for begin, finish in zip(self.free_from, self.free_to, strict=True):
            total += finish - begin
        return total


@dataclass(frozen=True, slots=True)
class Groups:
    """One row is what is judged together: a session, a stretch of touching sessions, or under first_last the day.

    `first_due`, `last_due` rows in Due; `required_from`, `required_to` the outer required moments.
    """

    first_due: Ints
    last_due: Ints
    required_from: Ints
    required_to: Ints
    window_hi: Ints
    depends: Small
    first_last: Bools

    def __len__(self) -> int:
        return int(self.first_due.size)


@dataclass(frozen=True, slots=True)
class Paired:
    """The punches of each group, and what became of every claim.

    `count` kept punches in the group, `first`, `last` their moments (0 where none), `first_claim`, `last_claim` rows in
    Claims (-1 none). `lone`: they are one lone punch; `lone_is_in` its side. Per claim: `due` the row of Due in whose
    window it lies (-1 none), `kept` False for a repeat.
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


@dataclass(frozen=True, slots=True)
class Coverable:
    """Per group: may it be judged? `settled`, else not synced; `outage`: a dead terminal stands in the way."""

    settled: Bools
    outage: Bools
    outage_start: Bools
    outage_end: Bools


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


FLAGS = (
    "clock_corrected",
    "off_schedule_punch",
    "off_site_punch",
    "terminal_not_synced",
    "terminal_outage",
    "terminal_clock_invalid",
)
CLOCK_CORRECTED, OFF_SCHEDULE, OFF_SITE, NOT_SYNCED, OUTAGE, CLOCK_INVALID = (1 << n for n in range(len(FLAGS)))
