"""Facts: frozen values about offices, people, terminals and papers, as they are claimed, never as they are judged.

Times of the day are naive local wall time of the office's zone, in a case also those that end in `_at` (elsewhere UTC
instants). Dates of validity include both ends (`to_on=None`: open); spans of time include `starts` and exclude `ends`.
`recorded_at` and `approved_at` say since when a fact is known; None means always.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

COVERS = ("late", "early", "absent", "left_post", "missing_in", "missing_out", "unverified")
"""What an explanation may be about: a type of violation, or minutes without one."""
DECISIONS = ("approved", "refused")
DIRECTIONS = ("none", "state", "in", "out")
"""What a terminal's own in and out are worth: nothing, the state it sends, or it is a one-way gate."""


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit as it is from `from_on` to `to_on`; one that is renamed or moves has several of these, one after another.

    `into`: the unit it merges into at the end of `to_on`; from then on that one stands in its place.
    """

    code: str
    name: str = ""
    parent: str | None = None
    schedule: str | None = None
    from_on: date | None = None
    to_on: date | None = None
    into: str | None = None


@dataclass(frozen=True, slots=True)
class TerminalSite:
    """A terminal as the judgement sees it: where it stands and what its dates and keys are worth."""

    code: str
    unit: str
    direction: str = "none"  # none | state | in | out
    first_sane_on: date = date(2010, 1, 1)
    in_use: bool = True


@dataclass(frozen=True, slots=True)
class Employee:
    code: str
    name: str = ""


@dataclass(frozen=True, slots=True)
class Assignment:
    """A person serves in a unit, under its schedule unless one is named, and depends on these terminals."""

    employee: str
    unit: str
    from_on: date
    to_on: date | None = None
    schedule: str | None = None
    terminals: tuple[str, ...] = ()
    recorded_at: datetime | None = None

    def holds(self, on: date) -> bool:
        """Whether it is in force on a date."""
        return self.from_on <= on and (self.to_on is None or on <= self.to_on)


@dataclass(frozen=True, slots=True)
class Enrolment:
    """On this terminal this number is this person, during these dates."""

    terminal: str
    pin: str
    employee: str
    from_on: date | None = None
    to_on: date | None = None


@dataclass(frozen=True, slots=True)
class Leave:
    """Approved leave of whole sessions: `session` is am, pm, all, or a session's name; `code` a symbol of the sheet."""

    employee: str
    code: str
    on: date
    session: str = "all"
    approved_at: datetime | None = None
    document: str = ""


@dataclass(frozen=True, slots=True)
class Mission:
    """A mission, meeting or other approved window away from the terminal; covers the minutes inside it, no more."""

    employee: str
    starts: datetime
    ends: datetime
    approved_at: datetime | None = None
    document: str = ""


@dataclass(frozen=True, slots=True)
class ClockOffset:
    """Terminal time minus true time in seconds (> 0: fast), for punches the terminal dated in this span of its time."""

    terminal: str
    starts: datetime | None
    ends: datetime | None
    offset_seconds: int


@dataclass(frozen=True, slots=True)
class Outage:
    """`dead`: punches were impossible. `network`: they were recorded but not delivered until `ends`."""

    terminal: str
    mode: str
    starts: datetime
    ends: datetime


@dataclass(frozen=True, slots=True)
class Coverage:
    """The terminal was read completely from `starts` up to `until` (local wall time); None: without bound."""

    terminal: str
    starts: datetime | None
    until: datetime | None


@dataclass(frozen=True, slots=True)
class Exemption:
    """Minutes of the day that need not be worked: so many at `day_start` or `day_end`, or a window of time.

    With `minutes_per_day` it holds on `dates`, or where there are none from `from_on` to `to_on`; without, from
    `starts` to `ends` (None: open).
    """

    employee: str
    code: str
    minutes_per_day: int | None = None
    placement: str = "day_end"  # day_start | day_end
    from_on: date | None = None
    to_on: date | None = None
    dates: tuple[date, ...] = ()
    starts: datetime | None = None
    ends: datetime | None = None
    approved_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Explanation:
    """A paper about one question mark or violation of one session, and what was decided on it.

    `covers` is a type of violation, or `unverified`. `minutes` None: all of them. `decision` None: none yet.
    `by_head`: the head's own decision, without anybody's explanation; it has no deadline.
    """

    employee: str
    on: date
    session: str
    covers: str
    minutes: int | None = None
    submitted_at: datetime | None = None
    decision: str | None = None  # approved | refused
    decided_at: datetime | None = None
    accepted_after_deadline: bool = False
    by_head: bool = False


@dataclass(frozen=True, slots=True)
class Annulment:
    """A decision that a punch of this person does not count; `at` is the time the terminal sent.

    Only an approved one is part of a case.
    """

    employee: str
    terminal: str
    at: datetime
    reason: str = ""
    decided_at: datetime | None = None
    decision: str | None = "approved"


@dataclass(frozen=True, slots=True)
class Duty:
    """An entry of the roster. With `counts_as_schedule` it is a session on a day that has none."""

    employee: str
    code: str
    starts: datetime
    ends: datetime
    counts_as_schedule: bool = False
    approved_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class OvertimeOrder:
    """Overtime exists only by an order, and only inside it."""

    employee: str
    starts: datetime
    ends: datetime
    approved_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class SiteFact:
    """On this date (and in this session, None: all of them) the person depends on these terminals instead."""

    employee: str
    on: date
    session: str | None
    terminals: tuple[str, ...]
    approved_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class ClockInvalid:
    """The terminal's clock was worth nothing in this span of its own time (None: open)."""

    terminal: str
    starts: datetime | None
    ends: datetime | None


@dataclass(frozen=True, slots=True)
class Inspection:
    """A visit to a unit at one minute, and who was not found at work."""

    unit: str
    at: datetime
    found_absent: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Protection:
    """A protection by law during these dates, such as `pregnancy_m7` (no night work)."""

    employee: str
    code: str
    from_on: date | None = None
    to_on: date | None = None


@dataclass(frozen=True, slots=True)
class MonthEvent:
    """A month of a unit was locked, or reopened with a reason. `month` is its first day."""

    unit: str
    month: date
    at: datetime
    reopened: bool = False
    reason: str = ""


Paper = (
    Leave
    | Mission
    | Exemption
    | Explanation
    | Annulment
    | Duty
    | OvertimeOrder
    | SiteFact
    | ClockOffset
    | ClockInvalid
    | Outage
    | Inspection
    | Protection
    | MonthEvent
)
"""Whatever people file about people, terminals and months."""
