"""Commitments: every query."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import date, timedelta

from sqlalchemy import ColumnElement
from sqlalchemy.orm import defer
from sqlmodel import Session, and_, col, or_, select

from attendance import clock
from attendance.errors import NotFound
from attendance.store.commitment_tables import COLLECTIVE, CommitmentRow
from attendance.store.tables import AssignmentRow, EmployeeRow, UnitRow
from attendance.store.within import Within

_BATCH = 500
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


def seen(session: Session, within: Within, number: int, on: date) -> CommitmentRow | None:
    """A commitment that may be seen: of whom is within on a date, or signed there; a collective's also by its people.

    One that may not be seen costs what one costs that is not there.
    """
    query = select(CommitmentRow).where(CommitmentRow.id == number)
    places = within.places
    if places is not None:
        begins, ends = col(AssignmentRow.from_on), col(AssignmentRow.to_on)
        there = select(AssignmentRow.employee_id).where(
            col(AssignmentRow.withdrawn_at).is_(None),
            begins <= on,
            or_(ends.is_(None), ends >= on),
            col(AssignmentRow.unit_id).in_(places),
        )
        found: list[ColumnElement[bool]] = [
            col(CommitmentRow.unit_id).in_(places),
            col(CommitmentRow.employee_id).in_(there),
        ]
        if within.only is None:
            mine = and_(CommitmentRow.scope == COLLECTIVE, col(CommitmentRow.unit_id).in_(within.served))
            found.append(mine)
            if within.employee is not None:
                found.append(col(CommitmentRow.employee_id) == within.employee)
        query = query.where(or_(*found))
    return session.exec(query).one_or_none()


def hold(session: Session, people: Collection[EmployeeRow], units: Collection[UnitRow]) -> None:
    """Let nobody else ask these to sign until the end of the transaction, in one order for everybody."""
    for kind, rows in ((EmployeeRow, people), (UnitRow, units)):
        numbers = {row.id for row in rows}
        if numbers:
            session.exec(
                select(kind.id).where(col(kind.id).in_(numbers)).order_by(col(kind.id)).with_for_update()
            ).all()


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


def held_until(session: Session, rows: Collection[CommitmentRow], zone: str) -> dict[int, date]:
    """The last day on which each of these holds, by its number: the day before a signed one takes its place, which it
    never does before it was signed; else its own last day."""
    numbers = [row.id for row in rows if row.id is not None]
    query = select(CommitmentRow).where(
        col(CommitmentRow.replaces_id).in_(numbers), col(CommitmentRow.signed_at).is_not(None), _LIVE
    )
    found = {row.id: row.to_on for row in rows if row.id is not None}
    for row in session.exec(query):
        if row.replaces_id is not None:
            found[row.replaces_id] = min(found[row.replaces_id], begins_on(row, zone) - timedelta(days=1))
    return found


def begins_on(row: CommitmentRow, zone: str) -> date:
    """The first day on which one holds, or would: none holds before it was signed."""
    return max(row.from_on, clock.today(row.signed_at, zone)) if row.signed_at is not None else row.from_on


def replacing(session: Session, number: int) -> list[CommitmentRow]:
    """What was asked for in the place of a commitment, in the order it begins."""
    query = select(CommitmentRow).where(CommitmentRow.replaces_id == number, _LIVE)
    return list(session.exec(query.order_by(col(CommitmentRow.from_on), col(CommitmentRow.id))))


def serving(session: Session, within: Within, units: Collection[int] | None, on: date) -> list[tuple[int, int]]:
    """People (numbers) who serve on a date, each with their unit, as far as they may be seen; `units`: in these."""
    begins, ends = col(AssignmentRow.from_on), col(AssignmentRow.to_on)
    query = (
        select(AssignmentRow.employee_id, AssignmentRow.unit_id)
        .join(EmployeeRow, col(EmployeeRow.id) == col(AssignmentRow.employee_id))
        .where(col(AssignmentRow.withdrawn_at).is_(None), col(EmployeeRow.withdrawn_at).is_(None))
        .where(begins <= on, or_(ends.is_(None), ends >= on))
        .where(*within.rows(col(AssignmentRow.unit_id), col(AssignmentRow.employee_id)))
        .order_by(begins, col(AssignmentRow.id))
    )
    if units is not None:
        query = query.where(col(AssignmentRow.unit_id).in_(units))
    return list({person: (person, unit) for person, unit in session.exec(query)}.values())


def in_year(session: Session, year: int) -> list[CommitmentRow]:
    """Everything that was asked for in a year, in the order it begins; without what was withdrawn. The texts are not
    read with it."""
    query = select(CommitmentRow).where(CommitmentRow.year == year, _LIVE)
    query = query.options(defer(CommitmentRow.content))  # type: ignore[arg-type]
    return list(session.exec(query.order_by(col(CommitmentRow.from_on), col(CommitmentRow.id))))


def years(session: Session) -> list[int]:
    """The years for which something was asked, the newest first."""
    query = select(CommitmentRow.year).where(_LIVE).distinct().order_by(col(CommitmentRow.year).desc())
    return list(session.exec(query))


def waiting(session: Session) -> list[CommitmentRow]:
    """What somebody is asked to sign and has not."""
    query = select(CommitmentRow).where(col(CommitmentRow.signed_at).is_(None), _LIVE)
    return list(session.exec(query.order_by(col(CommitmentRow.id))))


def signed(session: Session) -> Iterator[CommitmentRow]:
    """Everything that was signed, withdrawn or not, by its number; read some at a time."""
    after = 0
    while True:
        query = select(CommitmentRow).where(col(CommitmentRow.signed_at).is_not(None), col(CommitmentRow.id) > after)
        rows = session.exec(query.order_by(col(CommitmentRow.id)).limit(_BATCH)).all()
        yield from rows
        if len(rows) < _BATCH:
            return
        after = rows[-1].id or 0


def serving_somewhere(session: Session, employee_ids: Collection[int], on: date) -> set[int]:
    """Those of these people who serve in any unit on a date."""
    begins, ends = col(AssignmentRow.from_on), col(AssignmentRow.to_on)
    query = select(AssignmentRow.employee_id).where(
        col(AssignmentRow.employee_id).in_(employee_ids),
        col(AssignmentRow.withdrawn_at).is_(None),
        begins <= on,
        or_(ends.is_(None), ends >= on),
    )
    return set(session.exec(query))
