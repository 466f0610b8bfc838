"""Verdicts as stored revisions: what was ruled of a day, and every register of it. Writing them: `ruling_log`."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from sqlalchemy import select as select_core
from sqlmodel import Session, col, select

from attendance.store.evidence_tables import RulingRow, ViolationRow
from attendance.store.tables import EmployeeRow, UnitRow

_BATCH = 400


def violations_of(session: Session, ruling_ids: Iterable[int]) -> dict[int, list[ViolationRow]]:
    """The violations of some rulings, in the order of their sessions."""
    found: dict[int, list[ViolationRow]] = {}
    ids = list(ruling_ids)
    for begin in range(0, len(ids), _BATCH):
        query = select(ViolationRow).where(col(ViolationRow.ruling_id).in_(ids[begin : begin + _BATCH]))
        for row in session.exec(query.order_by(col(ViolationRow.id))):
            found.setdefault(row.ruling_id, []).append(row)
    return found


def revisions(session: Session, employee_id: int, on: date) -> list[RulingRow]:
    query = select(RulingRow).where(RulingRow.employee_id == employee_id, RulingRow.work_date == on)
    return list(session.exec(query.order_by(col(RulingRow.revision))))


def register(session: Session, from_on: date, to_on: date, unit_ids: set[int] | None) -> list[dict[str, Any]]:
    """Violations of the newest rulings of a span, by date and person, with codes in place of numbers."""
    query: Any = (
        select_core(
            col(ViolationRow.work_date).label("date"),
            col(EmployeeRow.code).label("employee"),
            col(EmployeeRow.name).label("name"),
            col(UnitRow.code).label("unit"),
            col(ViolationRow.session),
            col(ViolationRow.type),
            col(ViolationRow.minutes),
            col(ViolationRow.excused_min),
            col(ViolationRow.counted_min),
            col(ViolationRow.status),
            col(RulingRow.citations),
        )
        .join(EmployeeRow, col(EmployeeRow.id) == col(ViolationRow.employee_id))
        .join(RulingRow, col(RulingRow.id) == col(ViolationRow.ruling_id))
        .outerjoin(UnitRow, col(UnitRow.id) == col(ViolationRow.unit_id))
        .where(
            col(ViolationRow.superseded_at).is_(None),
            col(ViolationRow.work_date) >= from_on,
            col(ViolationRow.work_date) <= to_on,
        )
        .order_by(col(ViolationRow.work_date), col(EmployeeRow.code), col(ViolationRow.id))
    )
    if unit_ids is not None:
        query = query.where(col(ViolationRow.unit_id).in_(unit_ids))
    rows = []
    for found in session.execute(query).mappings():
        row = dict(found)
        cited = row.pop("citations")
        row["date"] = row["date"].isoformat()
        row["document"] = next((c["document"] for c in cited if c["rule"].startswith("schedule.")), "")
        rows.append(row)
    return rows
