"""Verdicts as stored revisions: what was ruled of a day, and every register of it. Writing them: `ruling_log`."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from sqlmodel import Session, col, select

from attendance.engine.plain import duty_line, finding, overtime_line
from attendance.engine.verdict import DayVerdict, Occurrence
from attendance.rules.citation import Citation
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


def current(
    session: Session, from_on: date, to_on: date, employee_ids: Iterable[int] | None = None
) -> list[tuple[int, DayVerdict]]:
    """The verdicts that stand, of these people (None: everybody), by (employee number, verdict), person and date."""
    codes = {row.id: row.code for row in session.exec(select(EmployeeRow))}
    units = {row.id: row.code for row in session.exec(select(UnitRow))}
    query = select(RulingRow).where(
        col(RulingRow.superseded_at).is_(None), col(RulingRow.work_date).between(from_on, to_on)
    )
    wanted = None if employee_ids is None else set(employee_ids)
    rows = [
        row
        for row in session.exec(query.order_by(col(RulingRow.employee_id), col(RulingRow.work_date)))
        if wanted is None or row.employee_id in wanted
    ]
    found = violations_of(session, [row.id for row in rows if row.id is not None])
    return [
        (row.employee_id, _verdict(row, codes[row.employee_id], units.get(row.unit_id), found.get(row.id or 0, [])))
        for row in rows
    ]


def _verdict(row: RulingRow, employee: str, unit: str | None, violations: list[ViolationRow]) -> DayVerdict:
    """The verdict a ruling was stored from."""
    return DayVerdict(
        employee=employee,
        on=row.work_date,
        unit=unit,
        day_kind=row.day_kind,
        scheduled_min=row.scheduled_min,
        worked_min=row.worked_min,
        credited_min=row.credited_min,
        leave_min=row.leave_min,
        unverified_min=row.unverified_min,
        violations=tuple(
            Occurrence(v.type, v.session, v.minutes, v.excused_min, v.counted_min, v.status) for v in violations
        ),
        flags=tuple(row.flags),
        symbols=tuple(row.symbols.items()),
        citations=tuple(
            Citation(
                cited["rule"],
                date.fromisoformat(cited["from_on"]) if cited["from_on"] else None,
                date.fromisoformat(cited["to_on"]) if cited["to_on"] else None,
                cited["document"],
                cited["article"],
            )
            for cited in row.citations
        ),
        duties=tuple(duty_line(line) for line in row.duties),
        overtime=tuple(overtime_line(line) for line in row.overtime),
        findings=tuple(finding(line) for line in row.findings),
    )


def revisions(session: Session, employee_id: int, on: date) -> list[RulingRow]:
    query = select(RulingRow).where(RulingRow.employee_id == employee_id, RulingRow.work_date == on)
    return list(session.exec(query.order_by(col(RulingRow.revision))))
