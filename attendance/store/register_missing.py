"""Missing punches that stand, for their register: counts by the database, rows of few people at a time."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import and_, case, exists, func, or_, select
from sqlmodel import Session, col

from attendance.store.evidence_tables import RulingRow, ViolationRow
from attendance.store.paper_tables import ExplanationRow
from attendance.store.register_scope import Chosen

TYPES = ("missing_in", "missing_out")


class MissingRow(NamedTuple):
    employee_id: int
    unit_id: int | None
    work_date: date
    session: str
    type: str
    status: str


@dataclass(frozen=True, slots=True)
class MissingCounts:
    """`explained`: of which an explanation was handed in; `excused`: those excused whole. `days` of a person with one
    missing, of `due_days` of work; `people` likewise. `by_side`: by session and type."""

    punches: int = 0
    explained: int = 0
    excused: int = 0
    days: int = 0
    due_days: int = 0
    people: int = 0
    due_people: int = 0
    by_side: dict[tuple[str, str], int] = field(default_factory=dict)


def counts(session: Session, chosen: Chosen) -> MissingCounts:
    table = ViolationRow
    person, on = col(table.employee_id), col(table.work_date)
    by_side = select(
        col(table.session),
        col(table.type),
        func.count(),
        _count_of(_explained()),
        _count_of(col(table.status) == "excused"),
    ).where(*_standing(chosen))
    sides = session.execute(by_side.group_by(col(table.session), col(table.type))).all()
    days = select(person, on).where(*_standing(chosen)).distinct().subquery()
    due = and_(col(RulingRow.scheduled_min) > col(RulingRow.leave_min), col(RulingRow.superseded_at).is_(None))
    expected = select(func.count(), func.count(col(RulingRow.employee_id).distinct())).where(
        due, *chosen.rows(col(RulingRow.work_date), col(RulingRow.unit_id), col(RulingRow.employee_id))
    )
    with_one, people = session.execute(select(func.count(), func.count(days.c.employee_id.distinct()))).one()
    due_days, due_people = session.execute(expected).one()
    return MissingCounts(
        punches=sum(row[2] for row in sides),
        explained=sum(int(row[3]) for row in sides),
        excused=sum(int(row[4]) for row in sides),
        days=with_one,
        due_days=due_days,
        people=people,
        due_people=due_people,
        by_side={(name, side): count for name, side, count, *_ in sides},
    )


def people(session: Session, chosen: Chosen) -> list[int]:
    """Numbers of those of whom a punch is missing."""
    return list(session.scalars(select(col(ViolationRow.employee_id)).where(*_standing(chosen)).distinct()))


def rows(session: Session, chosen: Chosen, numbers: Collection[int]) -> list[MissingRow]:
    """Missing punches of these people by date, as far as they are chosen."""
    table = ViolationRow
    columns = (getattr(table, name) for name in MissingRow._fields)
    query = select(*(col(each) for each in columns)).where(*_standing(chosen), col(table.employee_id).in_(numbers))
    ordered = query.order_by(col(table.work_date), col(table.session), col(table.type))
    return [MissingRow(*row) for row in session.execute(ordered)]


def grounds(session: Session, numbers: Collection[int]) -> dict[int, str]:
    """What explanations, by number, rest on: reasons, told only to whom reasons are."""
    query = select(col(ExplanationRow.id), col(ExplanationRow.ground)).where(col(ExplanationRow.id).in_(numbers))
    return {number: ground for number, ground in session.execute(query)}  # noqa: C416 - rows are no pairs to a type checker


def _standing(chosen: Chosen) -> list[Any]:
    table = ViolationRow
    of_these = chosen.rows(col(table.work_date), col(table.unit_id), col(table.employee_id))
    return [col(table.superseded_at).is_(None), col(table.type).in_(TYPES), *of_these]


def _explained() -> Any:
    said, table = ExplanationRow, ViolationRow
    return exists().where(
        col(said.employee_id) == col(table.employee_id),
        col(said.on) == col(table.work_date),
        or_(col(said.session) == col(table.session), col(said.session) == "all"),
        col(said.covers) == col(table.type),
        col(said.withdrawn_at).is_(None),
        col(said.submitted_at).is_not(None),
    )


def _count_of(condition: Any) -> Any:
    return func.coalesce(func.sum(case((condition, 1), else_=0)), 0)
