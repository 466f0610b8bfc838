"""Thresholds and proposals as stored: found, listed, locked."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func
from sqlmodel import Session, col, or_, select

from attendance.errors import NotFound
from attendance.store.conduct_tables import ProposalRow, ThresholdRow
from attendance.store.evidence_tables import RulingRow
from attendance.store.paper_tables import ExemptionRow, ExplanationRow, ProtectionRow
from attendance.store.tables import AbsenceRow, AssignmentRow
from attendance.store.within import Within

STATES = ("open", "decided", "withdrawn")
LONG_LEAVE_DAYS = 15
"""Dates on leave, of whatever kind, from which somebody is shown as protected."""


@dataclass(frozen=True, slots=True)
class Asked:
    """Which proposals are listed; empty: all."""

    states: tuple[str, ...] = ()
    proposes: tuple[str, ...] = ()
    employee_id: int | None = None
    from_on: date | None = None
    to_on: date | None = None


def thresholds(session: Session, within: Within | None = None) -> list[ThresholdRow]:
    """Those that were not taken back, by unit, code and date; `within`: of units that may be named."""
    query = select(ThresholdRow).where(col(ThresholdRow.withdrawn_at).is_(None))
    if within is not None:
        query = query.where(*within.named(col(ThresholdRow.unit_id)))
    return list(
        session.exec(query.order_by(*map(col, (ThresholdRow.unit_id, ThresholdRow.code, ThresholdRow.from_on))))
    )


def measures(session: Session) -> dict[int | None, str]:
    """What each version counts, by its number; those taken back too, which proposals may rest on."""
    return {row[0]: row[1] for row in session.exec(select(ThresholdRow.id, ThresholdRow.measure))}


def threshold(session: Session, number: int) -> ThresholdRow:
    found = session.get(ThresholdRow, number)
    if found is None or found.withdrawn_at is not None:
        raise NotFound("threshold", str(number))
    return found


def proposal(session: Session, within: Within, number: int, *, locked: bool = False) -> ProposalRow:
    """One that may be seen. Raises NotFound."""
    found = session.get(ProposalRow, number, with_for_update=locked or None, populate_existing=locked)
    if found is None or not within.sees(found.unit_id, found.employee_id):
        raise NotFound("proposal", str(number))
    return found


def listed(session: Session, within: Within, asked: Asked, *, limit: int, offset: int) -> tuple[list[ProposalRow], int]:
    """A page of proposals, what waits first, then the newest; and how many there are."""
    conditions = [*within.rows(col(ProposalRow.unit_id), col(ProposalRow.employee_id))]
    states = {
        "open": (col(ProposalRow.withdrawn_at).is_(None) & col(ProposalRow.decision).is_(None)),
        "decided": (col(ProposalRow.withdrawn_at).is_(None) & col(ProposalRow.decision).is_not(None)),
        "withdrawn": col(ProposalRow.withdrawn_at).is_not(None),
    }
    if asked.states:
        conditions.append(or_(*(states[state] for state in asked.states)))
    if asked.proposes:
        conditions.append(col(ProposalRow.proposes).in_(asked.proposes))
    if asked.employee_id is not None:
        conditions.append(col(ProposalRow.employee_id) == asked.employee_id)
    if asked.from_on is not None:
        conditions.append(col(ProposalRow.to_on) >= asked.from_on)
    if asked.to_on is not None:
        conditions.append(col(ProposalRow.from_on) <= asked.to_on)
    total = session.exec(select(func.count()).select_from(ProposalRow).where(*conditions)).one()
    waits = (col(ProposalRow.withdrawn_at).is_not(None), col(ProposalRow.decision).is_not(None))
    order = (*waits, col(ProposalRow.to_on).desc(), col(ProposalRow.figure).desc(), col(ProposalRow.id))
    query = select(ProposalRow).where(*conditions).order_by(*order).offset(offset).limit(limit)
    return list(session.exec(query)), total


def standing(session: Session, since: date, employees: Collection[int] | None = None) -> list[ProposalRow]:
    """Proposals not withdrawn whose period reaches a date, or that still wait; `employees`: of these alone."""
    query = select(ProposalRow).where(
        col(ProposalRow.withdrawn_at).is_(None),
        or_(col(ProposalRow.to_on) >= since, col(ProposalRow.decision).is_(None)),
    )
    if employees is not None:
        query = query.where(col(ProposalRow.employee_id).in_(employees))
    return list(session.exec(query.order_by(col(ProposalRow.id))))


def reminders_given(
    session: Session, from_on: date, to_on: date, employees: Collection[int] | None = None
) -> list[ProposalRow]:
    """Reminders that somebody decided to give, of periods that begin in a span, by date."""
    query = select(ProposalRow).where(
        col(ProposalRow.withdrawn_at).is_(None),
        ProposalRow.proposes == "reminder",
        ProposalRow.decision == "accept",
        col(ProposalRow.from_on).between(from_on, to_on),
    )
    if employees is not None:
        query = query.where(col(ProposalRow.employee_id).in_(employees))
    return list(session.exec(query.order_by(col(ProposalRow.from_on), col(ProposalRow.id))))


def earlier(session: Session, within: Within, row: ProposalRow, since: date) -> list[ProposalRow]:
    """What was proposed of the same kind before, of the same person, decided to be done, and may be seen."""
    query = select(ProposalRow).where(
        *within.rows(col(ProposalRow.unit_id), col(ProposalRow.employee_id)),
        ProposalRow.employee_id == row.employee_id,
        ProposalRow.proposes == row.proposes,
        ProposalRow.decision == "accept",
        col(ProposalRow.id) != row.id,
        col(ProposalRow.from_on) >= since,
        col(ProposalRow.to_on) < row.to_on,
    )
    return list(session.exec(query.order_by(col(ProposalRow.from_on))))


def explained_open(session: Session, rows: Sequence[ProposalRow]) -> set[tuple[int, date, str, str]]:
    """(person, date, session, type) of what these people explained and nobody decided on yet."""
    if not rows:
        return set()
    query = select(ExplanationRow).where(
        col(ExplanationRow.employee_id).in_({row.employee_id for row in rows}),
        col(ExplanationRow.on).between(min(row.from_on for row in rows), max(row.to_on for row in rows)),
        col(ExplanationRow.withdrawn_at).is_(None),
        col(ExplanationRow.decision).is_(None),
        col(ExplanationRow.submitted_at).is_not(None),
    )
    return {(row.employee_id, row.on, row.session, row.covers) for row in session.exec(query)}


def protected(session: Session, employees: Collection[int], from_on: date, to_on: date, at: datetime) -> set[int]:
    """Those of these people who were under a protection, a daily exemption by law or on a long leave in a span.

    Which of them, and why, is not told here.
    """
    during = select(ProtectionRow.employee_id).where(
        col(ProtectionRow.employee_id).in_(employees),
        col(ProtectionRow.withdrawn_at).is_(None),
        col(ProtectionRow.approved_at) <= at,
        or_(col(ProtectionRow.from_on).is_(None), col(ProtectionRow.from_on) <= to_on),
        or_(col(ProtectionRow.to_on).is_(None), col(ProtectionRow.to_on) >= from_on),
    )
    daily = select(ExemptionRow).where(
        col(ExemptionRow.employee_id).in_(employees),
        col(ExemptionRow.withdrawn_at).is_(None),
        col(ExemptionRow.approved_at) <= at,
        col(ExemptionRow.minutes_per_day).is_not(None),
    )
    found = set(session.exec(during)) | {row.employee_id for row in session.exec(daily) if _meets(row, from_on, to_on)}
    days = func.count(col(AbsenceRow.on).distinct())
    long = (
        select(AbsenceRow.employee_id)
        .where(
            col(AbsenceRow.employee_id).in_(employees),
            AbsenceRow.kind == "leave",
            col(AbsenceRow.withdrawn_at).is_(None),
            col(AbsenceRow.approved_at) <= at,
            col(AbsenceRow.on).between(from_on, to_on),
        )
        .group_by(col(AbsenceRow.employee_id))
        .having(days >= LONG_LEAVE_DAYS)
    )
    return found | set(session.exec(long))


def _meets(row: ExemptionRow, from_on: date, to_on: date) -> bool:
    if row.dates:
        return any(from_on.isoformat() <= on <= to_on.isoformat() for on in row.dates)
    return (row.from_on or from_on) <= to_on and (row.to_on or to_on) >= from_on


def people_of(session: Session, within: Within, on: date) -> set[int]:
    """Numbers of the people who serve in units that are seen whole, on a date or before it."""
    query = select(AssignmentRow.employee_id).where(
        *within.rows(col(AssignmentRow.unit_id)), col(AssignmentRow.withdrawn_at).is_(None), AssignmentRow.from_on <= on
    )
    return set(session.exec(query))


def newest_ruling(session: Session) -> int:
    """The number of the verdict that was stored last; 0: there is none."""
    return session.exec(select(func.max(RulingRow.id))).one() or 0


def judged_since(session: Session, ruling_id: int) -> set[int]:
    """Numbers of the people of whom something was concluded after a verdict."""
    return set(session.exec(select(RulingRow.employee_id).where(col(RulingRow.id) > ruling_id).distinct()))
