"""Commitments: every query."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, timedelta

from sqlmodel import Session, col, select

from attendance.errors import NotFound
from attendance.store.commitment_tables import COLLECTIVE, CommitmentRow

_LIVE = col(CommitmentRow.withdrawn_at).is_(None)


def find(session: Session, number: int, *, lock: bool = False) -> CommitmentRow | None:
    """A commitment; `lock`: nobody else changes it before this transaction ends."""
    if not lock:
        return session.get(CommitmentRow, number)
    return session.get(CommitmentRow, number, with_for_update=True, populate_existing=True)


def get(session: Session, number: int, *, lock: bool = False) -> CommitmentRow:
    """Raises NotFound."""
    row = find(session, number, lock=lock)
    if row is None:
        raise NotFound("commitment", str(number))
    return row


def of_person(session: Session, employee_id: int, year: int | None = None) -> list[CommitmentRow]:
    """What a person was asked to promise for themselves, in the order it begins; without what was withdrawn."""
    return of_people(session, [employee_id], year)


def of_people(session: Session, employee_ids: Collection[int], year: int | None = None) -> list[CommitmentRow]:
    """The same of several people."""
    query = select(CommitmentRow).where(col(CommitmentRow.employee_id).in_(employee_ids), _LIVE)
    if year is not None:
        query = query.where(CommitmentRow.year == year)
    return list(session.exec(query.order_by(col(CommitmentRow.from_on), col(CommitmentRow.id))))


def of_unit(session: Session, unit_id: int, year: int | None = None) -> list[CommitmentRow]:
    """What a collective was asked to promise, in the order it begins; without what was withdrawn."""
    return of_units(session, [unit_id], year)


def of_units(session: Session, unit_ids: Collection[int], year: int | None = None) -> list[CommitmentRow]:
    """The same of several collectives."""
    query = select(CommitmentRow).where(
        CommitmentRow.scope == COLLECTIVE, col(CommitmentRow.unit_id).in_(unit_ids), _LIVE
    )
    if year is not None:
        query = query.where(CommitmentRow.year == year)
    return list(session.exec(query.order_by(col(CommitmentRow.from_on), col(CommitmentRow.id))))


def held_until(session: Session, rows: Collection[CommitmentRow]) -> dict[int, date]:
    """The last day on which each of these holds, by its number: the day before a signed one takes its place, else its
    own last day."""
    numbers = [row.id for row in rows if row.id is not None]
    query = select(CommitmentRow.replaces_id, CommitmentRow.from_on).where(
        col(CommitmentRow.replaces_id).in_(numbers), col(CommitmentRow.signed_at).is_not(None), _LIVE
    )
    found = {row.id: row.to_on for row in rows if row.id is not None}
    for replaced, from_on in session.exec(query):
        if replaced is not None:
            found[replaced] = min(found[replaced], from_on - timedelta(days=1))
    return found
