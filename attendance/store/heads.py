"""Who leads a unit on a date: its head, somebody acting for them, deputies; nobody is an answer too."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlmodel import Session, col, select

from attendance.errors import Invalid, NotFound, Overlap
from attendance.rules.validity import meet, words
from attendance.store import office
from attendance.store.tables import EmployeeRow, UnitRow
from attendance.store.tree_filing import check_dates, check_life, lock_tree
from attendance.store.tree_tables import UnitHeadRow

KINDS = ("head", "acting", "deputy")


@dataclass(frozen=True, slots=True)
class Heading:
    """A term of somebody at the head of a unit."""

    id: int
    employee_id: int
    employee: str
    name: str
    kind: str
    from_on: date
    to_on: date | None
    document: str
    recorded_at: datetime


def name_head(
    session: Session,
    unit: str,
    employee: str,
    *,
    kind: str = "head",
    from_on: date,
    to_on: date | None = None,
    document: str = "",
    at: datetime,
) -> UnitHeadRow:
    """Somebody leads a unit. One head, and one acting head, at a time; an acting head may stand beside the head.

    Raises Overlap, Invalid, NotFound.
    """
    lock_tree(session)
    if kind not in KINDS:
        raise Invalid(f"{kind!r} is not a kind of head; write one of {', '.join(KINDS)}.")
    place, person = office.get(session, UnitRow, unit), office.get(session, EmployeeRow, employee)
    what = f"The term of {employee} as {kind}"
    check_dates(from_on, to_on)
    if to_on is not None and to_on < from_on:
        raise Invalid(f"{what} of unit {unit} ends on {to_on} before it begins on {from_on}; swap the dates.")
    check_life(session, what, unit, from_on, to_on)
    for other in _terms(session, office.key(place)):
        alone = kind != "deputy" or other.employee_id == office.key(person)
        if other.kind == kind and alone and meet((other.from_on, other.to_on), (from_on, to_on)):
            raise Overlap(f"the {kind} of unit {unit}", max(other.from_on, from_on))
    row = UnitHeadRow(
        unit_id=office.key(place),
        employee_id=office.key(person),
        kind=kind,
        from_on=from_on,
        to_on=to_on,
        document=document,
        recorded_at=at,
    )
    session.add(row)
    session.flush()
    return row


def end_term(session: Session, term: int, to_on: date, *, document: str = "", at: datetime) -> UnitHeadRow:
    """Somebody leads a unit until a date and no longer."""
    old = _term(session, term)
    if not old.from_on <= to_on < (old.to_on or date.max):
        raise Invalid(
            f"This term is {words((old.from_on, old.to_on))} and cannot end on {to_on}; give a date inside it, or "
            "withdraw it where it was recorded by mistake."
        )
    old.withdrawn_at = at
    kept = old.model_dump(exclude={"id", "to_on", "document", "recorded_at", "withdrawn_at"})
    row = UnitHeadRow(**kept, to_on=to_on, document=document or old.document, recorded_at=at)
    session.add_all([old, row])
    session.flush()
    return row


def withdraw_term(session: Session, term: int, *, at: datetime) -> UnitHeadRow:
    """Take back a term that was recorded by mistake. It stays stored."""
    row = _term(session, term)
    row.withdrawn_at = at
    session.add(row)
    session.flush()
    return row


def end_terms(session: Session, unit_id: int, to_on: date, *, at: datetime) -> None:
    """A unit that ends has nobody at its head afterwards."""
    for row in _terms(session, unit_id):
        if row.from_on > to_on:
            withdraw_term(session, row.id or 0, at=at)
        elif row.to_on is None or row.to_on > to_on:
            end_term(session, row.id or 0, to_on, at=at)


def terms_of(session: Session, unit_id: int) -> list[Heading]:
    """Everybody who leads, led or will lead a unit, by date."""
    return _headings(session, _terms(session, unit_id))


def leading_on(session: Session, on: date) -> dict[int, list[Heading]]:
    """Who leads each unit on a date, by the number of the unit, in the order of `heads_on`; without deputies."""
    query = select(UnitHeadRow).where(col(UnitHeadRow.withdrawn_at).is_(None), UnitHeadRow.kind != "deputy")
    rows = [
        row for row in session.exec(query.order_by(col(UnitHeadRow.from_on), col(UnitHeadRow.id))) if _holds(row, on)
    ]
    found: dict[int, list[Heading]] = {}
    for row, heading in zip(rows, _headings(session, rows), strict=True):
        found.setdefault(row.unit_id, []).append(heading)
    return {unit: sorted(there, key=lambda heading: heading.kind) for unit, there in found.items()}


def heads_on(session: Session, unit_id: int, on: date) -> list[Heading]:
    """Who leads a unit on a date: whoever acts, the head, the deputies. Empty where nobody does."""
    there = [heading for heading in terms_of(session, unit_id) if _holds(heading, on)]
    order = ("acting", "head", "deputy")
    return sorted(there, key=lambda heading: order.index(heading.kind))


def head_on(session: Session, unit_id: int, on: date) -> Heading | None:
    """Who decides for a unit on a date: the acting head where there is one, else the head. None: nobody.

    A deputy decides nothing by being one. Whose head is asked for their own papers asks the unit above
    (`StoredTree.path`).
    """
    return next((heading for heading in heads_on(session, unit_id, on) if heading.kind != "deputy"), None)


def units_headed(session: Session, employee_id: int, on: date) -> frozenset[int]:
    """Numbers of the units a person is head or acting head of on a date."""
    query = select(UnitHeadRow).where(
        UnitHeadRow.employee_id == employee_id, col(UnitHeadRow.withdrawn_at).is_(None), UnitHeadRow.kind != "deputy"
    )
    return frozenset(row.unit_id for row in session.exec(query) if _holds(row, on))


def who_headed(session: Session, employee_ids: Iterable[int]) -> set[int]:
    """Those of these people who are, were or will be head or acting head of some unit."""
    query = select(UnitHeadRow.employee_id).where(
        col(UnitHeadRow.employee_id).in_(set(employee_ids)), col(UnitHeadRow.withdrawn_at).is_(None)
    )
    return set(session.exec(query))


def _holds(term: Heading | UnitHeadRow, on: date) -> bool:
    return term.from_on <= on and (term.to_on is None or on <= term.to_on)


def _term(session: Session, number: int) -> UnitHeadRow:
    row = session.get(UnitHeadRow, number)
    if row is None or row.withdrawn_at is not None:
        raise NotFound("term of a head", str(number))
    return row


def _terms(session: Session, unit_id: int) -> Sequence[UnitHeadRow]:
    query = select(UnitHeadRow).where(UnitHeadRow.unit_id == unit_id, col(UnitHeadRow.withdrawn_at).is_(None))
    return session.exec(query.order_by(col(UnitHeadRow.from_on), col(UnitHeadRow.id))).all()


def _headings(session: Session, rows: Sequence[UnitHeadRow]) -> list[Heading]:
    query = select(EmployeeRow).where(col(EmployeeRow.id).in_({row.employee_id for row in rows}))
    people = {person.id: person for person in session.exec(query)}
    return [
        Heading(
            id=row.id or 0,
            employee_id=row.employee_id,
            employee=people[row.employee_id].code,
            name=people[row.employee_id].name,
            kind=row.kind,
            from_on=row.from_on,
            to_on=row.to_on,
            document=row.document,
            recorded_at=row.recorded_at,
        )
        for row in rows
    ]
