"""Facts: frozen values about offices, people, terminals and papers, as they are claimed, never as they are judged.

Times of the day are naive local wall time of the office's zone unless the name ends in `_at` (UTC instant).
Dates of validity include both ends (`to_on=None`: open); spans of time include `starts` and exclude `ends`.
`recorded_at` and `approved_at` say since when a fact is known; None means always.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime


@dataclass(frozen=True, slots=True)
class Unit:
    code: str
    name: str = ""
    parent: str | None = None
    schedule: str | None = None


@dataclass(frozen=True, slots=True)
class TerminalSite:
    """A terminal as the judgement sees it: where it stands and what its dates and keys are worth."""

    code: str
    unit: str
    direction: str = "none"  # none | state | in | out
    first_sane_on: date = date(2010, 1, 1)


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
