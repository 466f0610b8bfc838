"""What stands concluded of units over a span of dates, counted by unit: for weighing which of them to visit."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

from sqlalchemy import and_, distinct, func, select
from sqlmodel import Session, col

from attendance.store.evidence_tables import RulingRow, ViolationRow
from attendance.store.tables import AssignmentRow


class Conclusions(NamedTuple):
    """`days`: days of people of which something is concluded; `with_occurrence`: those of them on which something
    counts; `open_questions`: days with a missing punch that nobody has explained or decided yet."""

    days: int = 0
    with_occurrence: int = 0
    open_questions: int = 0


def of_units(session: Session, from_on: date, to_on: date) -> dict[int, Conclusions]:
    """By number of the unit whose people they are, both dates included.

    A day whose scheduled minutes are all unverified is left out, unless a punch is missing on it: that terminals were
    not read, stood still or had no valid clock is nothing to anybody's account.
    """
    span = and_(col(RulingRow.superseded_at).is_(None), col(RulingRow.work_date).between(from_on, to_on))
    judged = (
        select(col(RulingRow.unit_id), func.count())
        .where(
            span,
            col(RulingRow.scheduled_min) > 0,
            col(RulingRow.unverified_min) < col(RulingRow.scheduled_min),
        )
        .group_by(col(RulingRow.unit_id))
    )
    days = {unit: number for unit, number in session.execute(judged) if unit is not None}
    counted = _days_with(
        session, from_on, to_on,
        col(ViolationRow.type).in_(("late", "early", "absent", "left_post")), col(ViolationRow.counted_min) > 0,
    )  # fmt: skip
    asked = _days_with(session, from_on, to_on, col(ViolationRow.status) == "pending")
    return {
        unit: Conclusions(days.get(unit, 0), counted.get(unit, 0), asked.get(unit, 0))
        for unit in {*days, *counted, *asked}
    }


def _days_with(session: Session, from_on: date, to_on: date, *wanted: object) -> dict[int, int]:
    person_day = func.count(distinct(col(ViolationRow.ruling_id)))
    query = (
        select(col(ViolationRow.unit_id), person_day)
        .where(
            col(ViolationRow.superseded_at).is_(None),
            col(ViolationRow.work_date).between(from_on, to_on),
            *wanted,  # type: ignore[arg-type]
        )
        .group_by(col(ViolationRow.unit_id))
    )
    return {unit: number for unit, number in session.execute(query) if unit is not None}


def people_serving(session: Session, on: date) -> dict[int, int]:
    """How many people serve in each unit itself on a date, by number; units with nobody are left out."""
    query = (
        select(col(AssignmentRow.unit_id), func.count(distinct(col(AssignmentRow.employee_id))))
        .where(
            col(AssignmentRow.withdrawn_at).is_(None),
            col(AssignmentRow.from_on) <= on,
            (col(AssignmentRow.to_on).is_(None)) | (col(AssignmentRow.to_on) >= on),
        )
        .group_by(col(AssignmentRow.unit_id))
    )
    found: dict[int, int] = dict(session.execute(query).all())
    return found


def units_of_person(session: Session, employee_id: int, on: date) -> list[int]:
    """Numbers of the units a person serves in on a date."""
    query = select(col(AssignmentRow.unit_id)).where(
        col(AssignmentRow.employee_id) == employee_id,
        col(AssignmentRow.withdrawn_at).is_(None),
        col(AssignmentRow.from_on) <= on,
        (col(AssignmentRow.to_on).is_(None)) | (col(AssignmentRow.to_on) >= on),
    )
    return sorted(set(session.execute(query).scalars()))
