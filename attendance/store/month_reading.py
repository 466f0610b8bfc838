"""The rulings that stand of a unit and month, as the sheet needs them: few columns of many days, read at once.

JSON is left as text: most days of a month are alike, and what is alike is taken apart once (`services.timesheet`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import Text, and_, bindparam, case, cast, func, or_, select
from sqlmodel import Session

from attendance.store.bulk import is_sqlite
from attendance.store.evidence_tables import DirtyDayRow, RulingRow, ViolationRow
from attendance.store.questions import FIRST, LAST, answers, core
from attendance.store.tables import AssignmentRow, EmployeeRow

UNIT: Any = bindparam("unit")
_OPEN = core(RulingRow.unverified_min) > 0
DAY, PART = "\x1e", "\x1f"
"""What stands between days, and between the parts of one: signs that no JSON text holds."""
_OF_MONTH = (
    core(RulingRow.unit_id) == UNIT,
    core(RulingRow.work_date).between(FIRST, LAST),
    core(RulingRow.superseded_at).is_(None),
)
_DAY = (
    cast(core(RulingRow.employee_id), Text) + PART + core(RulingRow.day_kind) + PART
    + case((core(RulingRow.leave_min) > 0, "1"), else_="0") + PART
    + cast(core(RulingRow.symbols), Text) + PART + cast(core(RulingRow.overtime), Text)
)  # fmt: skip
_JOINED = {
    True: select(core(RulingRow.work_date), func.group_concat(_DAY, DAY)),
    False: select(core(RulingRow.work_date), func.string_agg(_DAY, DAY)),
}
_DAYS = {
    is_sqlite: joined.where(*_OF_MONTH).group_by(core(RulingRow.work_date)) for is_sqlite, joined in _JOINED.items()
}
_VIOLATIONS = select(
    core(ViolationRow.employee_id),
    core(ViolationRow.work_date),
    core(ViolationRow.type),
    core(ViolationRow.session),
    core(ViolationRow.minutes),
    core(ViolationRow.excused_min),
    core(ViolationRow.counted_min),
    core(ViolationRow.status),
).where(
    core(ViolationRow.unit_id) == UNIT,
    core(ViolationRow.work_date).between(FIRST, LAST),
    core(ViolationRow.superseded_at).is_(None),
)
_SERVING = (
    select(
        core(EmployeeRow.id),
        core(EmployeeRow.code),
        core(EmployeeRow.name),
        core(AssignmentRow.from_on),
        core(AssignmentRow.to_on),
        core(AssignmentRow.schedule_id),
        cast(core(AssignmentRow.terminals), Text),
    )
    .where(
        core(AssignmentRow.unit_id) == UNIT,
        core(AssignmentRow.withdrawn_at).is_(None),
        core(AssignmentRow.from_on) <= LAST,
        or_(core(AssignmentRow.to_on).is_(None), core(AssignmentRow.to_on) >= FIRST),
        core(EmployeeRow.id) == core(AssignmentRow.employee_id),
    )
    .order_by(core(EmployeeRow.code), core(AssignmentRow.from_on))
)
_FLAGGED = select(core(RulingRow.employee_id), core(RulingRow.work_date), cast(core(RulingRow.flags), Text)).where(
    *_OF_MONTH, or_(_OPEN, cast(core(RulingRow.flags), Text) != "[]")
)
_WAITING = select(core(DirtyDayRow.employee_id), core(DirtyDayRow.work_date)).where(
    core(DirtyDayRow.work_date).between(FIRST, LAST),
    select(core(AssignmentRow.id))
    .where(
        core(AssignmentRow.employee_id) == core(DirtyDayRow.employee_id),
        core(AssignmentRow.unit_id) == UNIT,
        core(AssignmentRow.withdrawn_at).is_(None),
        and_(
            core(AssignmentRow.from_on) <= core(DirtyDayRow.work_date),
            or_(core(AssignmentRow.to_on).is_(None), core(AssignmentRow.to_on) >= core(DirtyDayRow.work_date)),
        ),
    )
    .exists(),
)


class Serving(NamedTuple):
    """A stretch in which somebody serves in the unit, both ends included. `terminals`: JSON text of the codes they
    depend on; `[]`: those of the unit."""

    employee_id: int
    employee: str
    name: str
    from_on: date
    to_on: date | None
    schedule_id: int | None
    terminals: str


def days(session: Session, unit_id: int, first: date, last: date) -> Iterator[tuple[date, list[str]]]:
    """By date, the days of the rulings that stand as texts: employee number, kind of day, `1` where there was leave,
    symbols and overtime as JSON, with PART between them. The database joins them: a row each would cost five times as
    much."""
    for on, joined in answers(session, _DAYS[is_sqlite(session)], _values(unit_id, first, last)):
        yield on, joined.split(DAY)


def violations(session: Session, unit_id: int, first: date, last: date) -> Sequence[Any]:
    """(employee number, date, type, session, minutes, excused, counted, status) of those that stand, in no order."""
    return answers(session, _VIOLATIONS, _values(unit_id, first, last))


def serving(session: Session, unit_id: int, first: date, last: date) -> list[Serving]:
    """Who serves in the unit on some of these dates, by code and date."""
    return [Serving(*row) for row in answers(session, _SERVING, _values(unit_id, first, last))]


def flagged(session: Session, unit_id: int, first: date, last: date) -> Sequence[Any]:
    """(employee number, date, flags as JSON text) of days that have a flag or are not settled."""
    return answers(session, _FLAGGED, _values(unit_id, first, last))


def waiting(session: Session, unit_id: int, first: date, last: date) -> set[tuple[int, date]]:
    """Days of the unit's people that are to be judged, or judged again."""
    return {(employee, on) for employee, on in answers(session, _WAITING, _values(unit_id, first, last))}


def _values(unit_id: int, first: date, last: date) -> dict[str, Any]:
    return {"unit": unit_id, "first": first, "last": last}
