"""What the sheet of overtime asks: overtime of the rulings that stand, the approved orders behind it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import Any, NamedTuple

from sqlalchemy import Text, cast, select
from sqlmodel import Session

from attendance.store.evidence_tables import RulingRow
from attendance.store.month_reading import UNIT
from attendance.store.paper_tables import OvertimeRow
from attendance.store.questions import BEGINS, ENDS, FIRST, LAST, answers, core
from attendance.store.tables import AssignmentRow, EmployeeRow

_COUNTED = select(
    core(RulingRow.employee_id), core(RulingRow.work_date), cast(core(RulingRow.overtime), Text)
).where(
    core(RulingRow.unit_id) == UNIT,
    core(RulingRow.work_date).between(FIRST, LAST),
    core(RulingRow.superseded_at).is_(None),
    cast(core(RulingRow.overtime), Text) != "[]",
)  # fmt: skip
_ORDERS = (
    select(
        core(OvertimeRow.employee_id), core(EmployeeRow.code), core(OvertimeRow.starts), core(OvertimeRow.ends),
        core(OvertimeRow.document), core(OvertimeRow.paper_id),
    )
    .where(
        core(OvertimeRow.approved_at).is_not(None),
        core(OvertimeRow.starts).between(BEGINS, ENDS),
        core(EmployeeRow.id) == core(OvertimeRow.employee_id),
        select(core(AssignmentRow.id))
        .where(
            core(AssignmentRow.employee_id) == core(OvertimeRow.employee_id),
            core(AssignmentRow.unit_id) == UNIT,
        )
        .exists(),
    )
    .order_by(core(OvertimeRow.starts), core(OvertimeRow.id))
)  # fmt: skip


class Order(NamedTuple):
    """An order of overtime that was approved, in wall time."""

    employee_id: int
    employee: str
    starts: datetime
    ends: datetime
    document: str
    paper: int | None


def counted(session: Session, unit_id: int, first: date, last: date) -> Sequence[Any]:
    """(employee number, date, overtime as JSON text) of the days on which the unit has some."""
    return answers(session, _COUNTED, {"unit": unit_id, "first": first, "last": last})


def orders(session: Session, unit_id: int, first: date, last: date) -> list[Order]:
    """Orders that start on these dates, also those taken back, of people who serve or once served in the unit."""
    begins, ends = datetime.combine(first, time()), datetime.combine(last + timedelta(days=1), time())
    values = {"unit": unit_id, "begins": begins, "ends": ends - timedelta(microseconds=1)}
    return [Order(*row) for row in answers(session, _ORDERS, values)]
