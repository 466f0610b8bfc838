"""Names and numbers of people."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from sqlmodel import Session, col, select

from attendance.store.tables import AssignmentRow, EmployeeRow

_BATCH = 900


def names(session: Session, employee_ids: Iterable[int]) -> dict[int, tuple[str, str]]:
    """Code and name by number."""
    wanted = sorted(set(employee_ids))
    found: dict[int, tuple[str, str]] = {}
    for begin in range(0, len(wanted), _BATCH):
        query = select(EmployeeRow.id, EmployeeRow.code, EmployeeRow.name)
        query = query.where(col(EmployeeRow.id).in_(wanted[begin : begin + _BATCH]))
        found |= {number: (code, name) for number, code, name in session.exec(query) if number is not None}
    return found


def serves_in(session: Session, employee_id: int, on: date, unit_ids: frozenset[int] | None) -> bool:
    """Whether a person's day belongs to one of these units (None: any): by the assignment of that day, else any."""
    if session.get(EmployeeRow, employee_id) is None:
        return False
    if unit_ids is None:
        return True
    query = select(AssignmentRow).where(
        AssignmentRow.employee_id == employee_id, col(AssignmentRow.withdrawn_at).is_(None)
    )
    served = list(session.exec(query))
    that_day = [row for row in served if row.from_on <= on and (row.to_on is None or on <= row.to_on)]
    return any(row.unit_id in unit_ids for row in (that_day or served))
