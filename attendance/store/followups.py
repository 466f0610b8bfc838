"""What follows from sealed minutes: conclusions the unit has to act on, and each step, in order."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from sqlmodel import Session, and_, col, or_, select, true

from attendance.store.minutes_tables import DONE, FollowupRow, FollowupStepRow, MinutesRow
from attendance.store.tables import UnitRow
from attendance.store.visit_tables import VisitRow
from attendance.store.within import Within


@dataclass(frozen=True, slots=True)
class Followed:
    """A conclusion with the visit it came from and what was done about it."""

    row: FollowupRow
    visit: VisitRow
    minutes: MinutesRow
    unit: str
    steps: tuple[FollowupStepRow, ...]


def keep(session: Session, minutes: MinutesRow, conclusions: Iterable[tuple[str, date | None]]) -> None:
    """Store the conclusions of minutes, numbered from 1."""
    assert minutes.id is not None
    session.add_all(
        FollowupRow(minutes_id=minutes.id, unit_id=minutes.unit_id, number=number, text=text, due=due)
        for number, (text, due) in enumerate(conclusions, 1)
    )
    session.flush()


def of_minutes(session: Session, minutes_id: int | None) -> list[Followed]:
    """The conclusions of minutes, in order."""
    return _found(session, [FollowupRow.minutes_id == minutes_id], limit=None)


def within(
    session: Session, within: Within, teams: Iterable[int], *, overdue_on: date | None, limit: int
) -> list[Followed]:
    """Conclusions of units a reader sees and of visits of these teams: open ones first, by deadline.

    `overdue_on`: only those that are not done though their deadline lies before this date.
    """
    asked = [or_(and_(true(), *within.rows(col(FollowupRow.unit_id))), col(VisitRow.team_id).in_(list(teams)))]
    if overdue_on is not None:
        asked += [col(FollowupRow.state) != DONE, col(FollowupRow.due) < overdue_on]
    return _found(session, asked, limit=limit)


def hold(session: Session, minutes_id: int | None, number: int) -> FollowupRow | None:
    """A conclusion, which nobody else changes until the transaction ends; None: there is none of this number."""
    query = select(FollowupRow).where(FollowupRow.minutes_id == minutes_id, FollowupRow.number == number)
    return session.exec(query.with_for_update().execution_options(populate_existing=True)).first()


def steps(session: Session, followup_id: int | None) -> list[FollowupStepRow]:
    query = select(FollowupStepRow).where(FollowupStepRow.followup_id == followup_id)
    return list(session.exec(query.order_by(col(FollowupStepRow.id))))


def step(session: Session, row: FollowupRow, done: FollowupStepRow) -> None:
    """Add a step, by which the conclusion is in a new state."""
    row.state, row.version = done.act, row.version + 1
    session.add_all([row, done])
    session.flush()


def _found(session: Session, asked: Sequence[object], *, limit: int | None) -> list[Followed]:
    query = (
        select(FollowupRow, VisitRow, MinutesRow, UnitRow.code)
        .join(MinutesRow, col(MinutesRow.id) == col(FollowupRow.minutes_id))
        .join(VisitRow, col(VisitRow.id) == col(MinutesRow.visit_id))
        .join(UnitRow, col(UnitRow.id) == col(FollowupRow.unit_id))
        .where(*asked)  # type: ignore[arg-type]
        .order_by(
            col(FollowupRow.state) == DONE, col(FollowupRow.due).is_(None), col(FollowupRow.due), col(FollowupRow.id)
        )
        .limit(limit)
    )
    rows = list(session.execute(query))
    done: dict[int, list[FollowupStepRow]] = {}
    numbers = [row.id for row, *_ in rows]
    for one in session.exec(
        select(FollowupStepRow).where(col(FollowupStepRow.followup_id).in_(numbers)).order_by(col(FollowupStepRow.id))
    ):
        done.setdefault(one.followup_id, []).append(one)
    return [Followed(row, visit, minutes, unit, tuple(done.get(row.id, ()))) for row, visit, minutes, unit in rows]
