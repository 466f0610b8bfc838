"""Verdicts that hold, judged now: of some people and dates, as known at a moment, locked days as at their lock."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

from attendance.engine.roster import RosterError, review
from attendance.engine.run import evaluate
from attendance.engine.verdict import verdicts
from attendance.services.locked import Held, hold_locked
from attendance.store import case_reading, papers_roster
from attendance.store.database import Session


def judge_span(
    session: Session,
    zone: str,
    from_on: date,
    to_on: date,
    *,
    people: Iterable[int] | None = None,
    as_of: datetime | None = None,
) -> list[Held]:
    """The verdicts of these people (None: everybody) on these dates, as known at `as_of` (None: now), stored nowhere.

    Raises NoVersionInForce where a date has no rule.
    """
    listed = None if people is None else list(people)
    read = case_reading.read_case(session, zone, from_on, to_on, employee_ids=listed, as_of=as_of)
    numbers = dict(zip(read.case.people, read.employee_ids, strict=True))
    judgement = evaluate(read.case, from_on, to_on)
    judged = [(numbers[verdict.employee], verdict) for verdict in verdicts(judgement)]
    return hold_locked(session, zone, judged, judgement, read, listed, as_of)


def refused_duties(
    session: Session, zone: str, from_on: date, to_on: date, *, as_of: datetime | None = None
) -> tuple[RosterError, ...]:
    """The duties of a span of dates that do not hold: of people not employed then, or forbidden to them."""
    people = papers_roster.on_duty(session, from_on, to_on)
    read = case_reading.read_case(session, zone, from_on, to_on, employee_ids=people, as_of=as_of)
    errors = review(read.case).errors
    return tuple(error for error in errors if from_on <= error.on <= to_on)
