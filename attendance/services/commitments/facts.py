"""What clauses are held against: what happened, what became of it, which texts held when. Plain values."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from attendance.services.commitments.clauses import Clause


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of an occurrence, as known then.

    `handed_in_on`: the first explanation that was not taken back. `is_open`: one waits for a decision, and `open_late`:
    it came after the deadline of the office. `decision` is the one that holds; `by_head_on`: the day the head decided
    without being told anything. `accepted_after`: a leader accepted one after the deadline.
    """

    handed_in_on: date | None = None
    is_open: bool = False
    open_late: bool = False
    decision: str | None = None
    accepted_after: bool = False
    by_head_on: date | None = None


NO_ANSWER = Answer()


@dataclass(frozen=True, slots=True)
class Occurred:
    """A violation or missing punch of a stored verdict.

    `locked`: of a locked month, whose verdict stands as it is. `due_on`: until when the office's rule lets it be
    explained (None: no deadline); `explain_by`: until when the clause does (None: not known).
    """

    employee_id: int
    on: date
    session: str
    type: str
    unit_id: int | None
    minutes: int | None
    excused_min: int
    counted_min: int
    status: str
    answer: Answer = NO_ANSWER
    locked: bool = False
    due_on: date | None = None
    explain_by: date | None = None


@dataclass(frozen=True, slots=True)
class OnDuty:
    """A duty of the roster and what is known of it, in the words of `services/roster/filling.py`."""

    employee_id: int
    on: date
    kind: str
    unit_id: int | None
    state: str


@dataclass(frozen=True, slots=True)
class Found:
    """Somebody was not found by an inspection, without a reason: shown beside, never counted."""

    employee_id: int
    on: date
    unit_id: int | None


@dataclass(frozen=True, slots=True)
class Days:
    """Of a month (its first day): working days of which all is known, and those of which something is not."""

    month: date
    known: int = 0
    unknown: int = 0


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything known of one person or collective; what lies outside of the terms does not count."""

    occurrences: tuple[Occurred, ...] = ()
    duties: tuple[OnDuty, ...] = ()
    findings: tuple[Found, ...] = ()
    days: tuple[Days, ...] = ()
    signed_on: date | None = None


@dataclass(frozen=True, slots=True)
class Term:
    """From when to when (both included) these clauses held."""

    from_on: date
    to_on: date
    clauses: tuple[Clause, ...]
