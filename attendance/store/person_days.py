"""The days of one person as they are concluded, one after the other: what their own page is made of."""

from __future__ import annotations

from datetime import date

from sqlalchemy import select
from sqlmodel import Session, col

from attendance.store.evidence_tables import RulingRow, ViolationRow
from attendance.store.listing import Row, choose, rows_of
from attendance.store.listing_keys import violation_id
from attendance.store.within import Within

_DAY = ("day_kind", "scheduled_min", "credited_min", "leave_min", "unverified_min", "symbols", "recorded_at")
_OCCURRENCE = ("session", "type", "minutes", "excused_min", "counted_min", "status")


def days_of(session: Session, within: Within, employee_id: int, from_on: date, to_on: date) -> list[Row]:
    """The newest ruling of each day of a person that may be seen, by date, both ends included.

    date, day_kind, scheduled_min, credited_min, leave_min, unverified_min, symbols, recorded_at, and `violations`: id,
    session, type, minutes, excused_min, counted_min, status, in the order of the sessions.
    """
    query = choose(
        col(RulingRow.id).label("id"),
        col(RulingRow.work_date).label("date"),
        *(col(getattr(RulingRow, name)).label(name) for name in _DAY),
    ).where(
        col(RulingRow.employee_id) == employee_id,
        col(RulingRow.work_date).between(from_on, to_on),
        col(RulingRow.superseded_at).is_(None),
        *within.rows(col(RulingRow.unit_id), col(RulingRow.employee_id)),
    )
    days = rows_of(session, query.order_by(col(RulingRow.work_date)))
    found = _occurrences(session, employee_id, from_on, to_on)
    for day in days:
        day["violations"] = found.get(day.pop("id"), [])
    return days


def _occurrences(session: Session, employee_id: int, from_on: date, to_on: date) -> dict[int, list[Row]]:
    query = choose(
        col(ViolationRow.ruling_id).label("ruling_id"),
        col(ViolationRow.work_date).label("date"),
        *(col(getattr(ViolationRow, name)).label(name) for name in _OCCURRENCE),
    ).where(
        col(ViolationRow.employee_id) == employee_id,
        col(ViolationRow.work_date).between(from_on, to_on),
        col(ViolationRow.superseded_at).is_(None),
    )
    found: dict[int, list[Row]] = {}
    for row in rows_of(session, query.order_by(col(ViolationRow.id))):
        ruling, on = row.pop("ruling_id"), row.pop("date")
        row["id"] = violation_id(employee_id, on, row["session"], row["type"])
        found.setdefault(ruling, []).append(row)
    return found


def next_to(session: Session, within: Within, employee_id: int, on: date) -> tuple[date | None, date | None]:
    """The nearest days of work before and after a date that are concluded and may be seen."""
    day = col(RulingRow.work_date)
    query = select(day).where(
        col(RulingRow.employee_id) == employee_id,
        col(RulingRow.superseded_at).is_(None),
        col(RulingRow.scheduled_min) > 0,
        *within.rows(col(RulingRow.unit_id), col(RulingRow.employee_id)),
    )
    before = session.execute(query.where(day < on).order_by(day.desc()).limit(1)).scalar()
    after = session.execute(query.where(day > on).order_by(day).limit(1)).scalar()
    return before, after
