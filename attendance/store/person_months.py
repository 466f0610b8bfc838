"""What stands concluded of people over a span beside their occurrences: what their statement of a month is made of."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date
from typing import Any, NamedTuple

from sqlmodel import Session, col, select

from attendance.store.evidence_tables import RulingRow
from attendance.store.within import Within

_BATCH = 500


class FoundDay(NamedTuple):
    """A day on which an inspection found something; `findings` as the ruling has them."""

    employee_id: int
    unit_id: int | None
    on: date
    findings: list[dict[str, Any]]


def units_of(
    session: Session, within: Within, employees: Collection[int], from_on: date, to_on: date
) -> dict[int, list[int]]:
    """Numbers of the units in which each of these people has a conclusion that may be seen, by their first date."""
    columns = (col(RulingRow.employee_id), col(RulingRow.unit_id), col(RulingRow.work_date))
    found: dict[int, dict[int, date]] = {}
    for some in _batches(employees):
        query = select(*columns).where(*_rows(within, some, from_on, to_on)).order_by(columns[2])
        for person, unit, on in session.execute(query):
            if unit is not None:
                found.setdefault(person, {}).setdefault(unit, on)
    return {person: list(units) for person, units in found.items()}


def found_days(
    session: Session, within: Within, employees: Collection[int], from_on: date, to_on: date
) -> list[FoundDay]:
    """By date."""
    columns = (RulingRow.employee_id, RulingRow.unit_id, RulingRow.work_date, RulingRow.findings)
    found = []
    for some in _batches(employees):
        query = select(*(col(each) for each in columns)).where(*_rows(within, some, from_on, to_on))
        found += [FoundDay(*row) for row in session.execute(query) if row[3]]
    return sorted(found, key=lambda day: day.on)


def _rows(within: Within, employees: list[int], from_on: date, to_on: date) -> list[Any]:
    return [
        col(RulingRow.superseded_at).is_(None),
        col(RulingRow.employee_id).in_(employees),
        col(RulingRow.work_date).between(from_on, to_on),
        *within.rows(col(RulingRow.unit_id), col(RulingRow.employee_id)),
    ]


def _batches(employees: Collection[int]) -> Iterable[list[int]]:
    wanted = sorted(employees)
    return [wanted[begin : begin + _BATCH] for begin in range(0, len(wanted), _BATCH)]
