"""From days to months: a line per person, unit and month. Counts are by occurrence (session), never by day."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from attendance.engine.overtime import OvertimeLine
from attendance.engine.verdict import DayVerdict, Occurrence
from attendance.rules.calendar import WORKING_KINDS
from attendance.rules.policy import Policy

OCCURRENCES = frozenset({"late", "early", "absent", "left_post"})
MISSING = frozenset({"missing_in", "missing_out"})
QUESTION_MARK = "?"


@dataclass(frozen=True, slots=True)
class OvertimeMinutes:
    """Minutes by kind of day, and those of them at night."""

    NT: int = 0
    NN: int = 0
    NL: int = 0
    night: int = 0


_NO_OVERTIME = OvertimeMinutes()


@dataclass(frozen=True, slots=True)
class MonthLine:
    """What a person did in a unit in a month. Every day belongs to the unit of the assignment valid that day.

    `lockable`: none of these days has a question mark; whether the unit's month is, its `blockers` say.
    """

    workdays: int
    late_count: int
    late_min: int
    occurrences: int
    counted_occurrences: int
    counted_min: int
    missing_count: int
    proposed_grade: str | None
    lockable: bool
    overtime_min: OvertimeMinutes = OvertimeMinutes()


@dataclass(frozen=True, slots=True)
class Blocker:
    """A question mark: its month cannot be locked before it is settled."""

    employee: str
    on: date
    session: str


def sum_month(days: Iterable[DayVerdict], policy: Policy) -> MonthLine:
    """Sum verdicts of one person in one unit and month. The grade is a proposal from counted occurrences."""
    listed = list(days)
    return sum_parts(
        sum(day.day_kind in WORKING_KINDS for day in listed),
        [violation for day in listed for violation in day.violations],
        [line for day in listed for line in day.overtime],
        is_open=any(True for _ in blockers(listed)),
        policy=policy,
    )


def sum_parts(
    workdays: int, found: Sequence[Occurrence], overtime: Sequence[OvertimeLine], *, is_open: bool, policy: Policy
) -> MonthLine:
    """The same from all violations and overtime of the days; `is_open`: one of them has a question mark."""
    settled = [v for v in found if v.type in OCCURRENCES or (v.type in MISSING and v.status == "counted")]
    counted = [v for v in settled if v.status in ("counted", "partly_excused")]
    late = [v for v in found if v.type == "late"]
    return MonthLine(
        workdays=workdays,
        late_count=len(late),
        late_min=sum(v.minutes or 0 for v in late),
        occurrences=len(settled),
        counted_occurrences=len(counted),
        counted_min=sum(v.counted_min for v in found),
        missing_count=sum(v.type in MISSING for v in found),
        proposed_grade=_grade(len(counted), policy),
        lockable=not is_open,
        overtime_min=_overtime(overtime),
    )


def blockers(days: Iterable[DayVerdict]) -> Iterable[Blocker]:
    """The question marks of some days, in their order."""
    return (
        Blocker(day.employee, day.on, session) for day in days for session, sign in day.symbols if sign == QUESTION_MARK
    )


def _overtime(lines: Sequence[OvertimeLine]) -> OvertimeMinutes:
    if not lines:
        return _NO_OVERTIME
    by_kind = {kind: sum(line.minutes for line in lines if line.kind == kind) for kind in ("NT", "NN", "NL")}
    return OvertimeMinutes(**by_kind, night=sum(line.night_min for line in lines))


def _grade(counted: int, policy: Policy) -> str | None:
    return next(
        (grade for grade, low, high in policy.grade_thresholds if low <= counted and (high is None or counted <= high)),
        None,
    )
