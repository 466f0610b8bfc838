"""Sealed minutes that name a person as not found at work, as their day and their pages show it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from attendance.services.visiting.figures import WITH_REASON, WITHOUT_REASON
from attendance.store import minutes
from attendance.store.database import Session
from attendance.store.within import Within

A_YEAR = timedelta(days=365)
"""So long findings stand on the pages of a person."""


@dataclass(frozen=True, slots=True)
class VisitFinding:
    """`at`: wall time of the arrival; `found`: with_reason or without_reason; `visit`: its key, empty for a reader who
    may not read the minutes."""

    at: datetime
    found: str
    number: str
    visit: str


def visit_findings(
    session: Session, employee_id: int, from_on: date, to_on: date, readable: Within
) -> tuple[VisitFinding, ...]:
    """Of a span of dates, both included, by time. A finding is a fact without minutes; the reader sees the person."""
    low, high = (datetime.combine(on, time()) for on in (from_on, to_on + timedelta(days=1)))
    return tuple(
        VisitFinding(one.wall_time, one.found, one.number or one.code, one.visit if readable.sees(one.unit_id) else "")
        for one in minutes.naming(session, employee_id, low, high)
        if one.found in (WITH_REASON, WITHOUT_REASON)
    )
