"""From days to months: a line per person, unit and month. Counts are by occurrence (session), never by day."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from attendance.engine.verdict import DayVerdict
from attendance.rules.calendar import WORKING_KINDS
from attendance.rules.policy import Policy

OCCURRENCES = frozenset({"late", "early", "absent", "left_post"})
MISSING = frozenset({"missing_in", "missing_out"})


@dataclass(frozen=True, slots=True)
class MonthLine:
    """What a person did in a unit in a month. Every day belongs to the unit of the assignment valid that day."""

    workdays: int
    late_count: int
    late_min: int
    occurrences: int
    counted_occurrences: int
    counted_min: int
    missing_count: int
    proposed_grade: str | None
    lockable: bool


def sum_month(days: Iterable[DayVerdict], policy: Policy) -> MonthLine:
    """Sum verdicts of one person in one unit and month. The grade is a proposal from counted occurrences."""
    listed = list(days)
    found = [violation for day in listed for violation in day.violations]
    settled = [v for v in found if v.type in OCCURRENCES or (v.type in MISSING and v.status == "counted")]
    counted = [v for v in settled if v.status in ("counted", "partly_excused")]
    late = [v for v in found if v.type == "late"]
    return MonthLine(
        workdays=sum(day.day_kind in WORKING_KINDS for day in listed),
        late_count=len(late),
        late_min=sum(v.minutes or 0 for v in late),
        occurrences=len(settled),
        counted_occurrences=len(counted),
        counted_min=sum(v.counted_min for v in found),
        missing_count=sum(v.type in MISSING for v in found),
        proposed_grade=_grade(len(counted), policy),
        lockable=all(day.unverified_min == 0 for day in listed),
    )


def _grade(counted: int, policy: Policy) -> str | None:
    return next(
        (grade for grade, low, high in policy.grade_thresholds if low <= counted and (high is None or counted <= high)),
        None,
    )
