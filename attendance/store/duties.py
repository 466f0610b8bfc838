"""Duties of the roster: what one person holds, what a unit's roster has, which desks must be filled."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sqlmodel import Session, col, or_, select

from attendance.errors import NotFound
from attendance.store.paper_tables import DutyRow
from attendance.store.register_tables import PaperRow, RosterPostRow
from attendance.store.tables import EmployeeRow, UnitRow
from attendance.store.within import Within


@dataclass(frozen=True, slots=True)
class RosterLine:
    """A duty that is proposed or approved, as the roster shows it. `in_place_of`: paper of the duty taken over."""

    paper: int | None
    status: str
    employee_id: int
    employee: str
    name: str
    unit_id: int | None
    unit: str | None
    kind: str
    desk: str
    starts: datetime
    ends: datetime
    counts_as_schedule: bool
    in_place_of: int | None


def overlapping(
    session: Session, employee_id: int, starts: datetime, ends: datetime, *, but: Collection[int]
) -> DutyRow | None:
    """A duty of a person, proposed or approved, that shares time with a span, of other papers than these."""
    query = select(DutyRow).where(
        DutyRow.employee_id == employee_id,
        col(DutyRow.withdrawn_at).is_(None),
        DutyRow.starts < ends,
        DutyRow.ends > starts,
        or_(col(DutyRow.paper_id).is_(None), col(DutyRow.paper_id).not_in(list(but))),
    )
    return session.exec(query.order_by(col(DutyRow.starts)).limit(1)).first()


def paper_of(session: Session, duty_id: int) -> PaperRow | None:
    """The paper of a duty, locked against others who decide on it now."""
    duty = session.get_one(DutyRow, duty_id)
    if duty.paper_id is None:
        return None
    return session.get(PaperRow, duty.paper_id, with_for_update=True, populate_existing=True)


def lines(session: Session, within: Within, from_on: date, to_on: date) -> list[RosterLine]:
    """The roster of some units: duties that start on these dates and were not taken back, by unit, start, desk."""
    begins, after = (datetime.combine(on, time()) for on in (from_on, to_on + timedelta(days=1)))
    query = (
        select(DutyRow, EmployeeRow.code, EmployeeRow.name, UnitRow.code)
        .join(EmployeeRow, col(EmployeeRow.id) == col(DutyRow.employee_id))
        .join(UnitRow, col(UnitRow.id) == col(DutyRow.unit_id), isouter=True)
        .where(col(DutyRow.withdrawn_at).is_(None), DutyRow.starts >= begins, DutyRow.starts < after)
        .where(*within.rows(col(DutyRow.unit_id), col(DutyRow.employee_id)))
        .order_by(col(UnitRow.code), col(DutyRow.starts), col(DutyRow.desk), col(DutyRow.id))
    )
    found = session.exec(query).all()
    instead_of = {duty.in_place_of_id for duty, *_ in found if duty.in_place_of_id is not None}
    papers = dict(session.exec(select(DutyRow.id, DutyRow.paper_id).where(col(DutyRow.id).in_(instead_of))).all())
    return [
        RosterLine(
            paper=duty.paper_id,
            status="approved" if duty.approved_at is not None else "proposed",
            employee_id=duty.employee_id,
            employee=code,
            name=name,
            unit_id=duty.unit_id,
            unit=unit,
            kind=duty.code,
            desk=duty.desk,
            starts=duty.starts,
            ends=duty.ends,
            counts_as_schedule=duty.counts_as_schedule,
            in_place_of=papers.get(duty.in_place_of_id),
        )
        for duty, code, name, unit in found
    ]


def posts(session: Session, within: Within, from_on: date | None = None, to_on: date | None = None) -> list[
    tuple[RosterPostRow, str]
]:  # fmt: skip
    """What must be filled in some units, with the unit's code: posts in force on some date of a span (None: ever)."""
    table = RosterPostRow
    query = (
        select(table, UnitRow.code)
        .join(UnitRow, col(UnitRow.id) == col(table.unit_id))
        .where(col(table.withdrawn_at).is_(None), *within.rows(col(table.unit_id)))
        .order_by(col(UnitRow.code), col(table.kind), col(table.desk), col(table.starts), col(table.id))
    )
    if to_on is not None:
        query = query.where(or_(col(table.from_on).is_(None), col(table.from_on) <= to_on))
    if from_on is not None:
        query = query.where(or_(col(table.to_on).is_(None), col(table.to_on) >= from_on))
    return list(session.exec(query).all())


def post(session: Session, number: int) -> RosterPostRow:
    """The post with this number, also one taken back. Raises NotFound."""
    row = session.get(RosterPostRow, number)
    if row is None:
        raise NotFound("post", str(number))
    return row


def people_on_duty(listed: Sequence[RosterLine]) -> list[int]:
    return sorted({line.employee_id for line in listed})
