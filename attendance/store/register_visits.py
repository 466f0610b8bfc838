"""Sealed visits for their register. A plan, or a visit that is not sealed, is in none of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sqlalchemy import func, select
from sqlmodel import Session, col

from attendance.store.minutes_tables import DONE, FollowupRow, MinutesPersonRow, MinutesRow
from attendance.store.visit_tables import SEALED, TeamRow, VisitRow
from attendance.store.within import Within

_OF_MINUTES = MinutesRow.id, MinutesRow.number, MinutesRow.code, MinutesRow.sealed_at


@dataclass(frozen=True, slots=True)
class SealedVisit:
    """`found`: people on the list by how they were found. `asked`, `done`, `overdue`: conclusions of its minutes."""

    key: str
    unit_id: int
    wall_time: datetime
    kind: str
    source: str
    team: str
    document: str
    number: str
    code: str
    sealed_at: datetime
    found: Counter[str]
    asked: int
    done: int
    overdue: int


def sealed(session: Session, within: Within, from_on: date, to_on: date, today: date) -> list[SealedVisit]:
    """Visits with sealed minutes that began on these dates in units inside, by time."""
    query = (
        select(VisitRow, *(col(each) for each in _OF_MINUTES), TeamRow)
        .join(MinutesRow, col(MinutesRow.visit_id) == col(VisitRow.id))
        .join(TeamRow, col(TeamRow.id) == col(VisitRow.team_id))
        .where(
            col(VisitRow.state) == SEALED,
            col(VisitRow.wall_time) >= datetime.combine(from_on, time()),
            col(VisitRow.wall_time) < datetime.combine(to_on + timedelta(days=1), time()),
            *within.rows(col(MinutesRow.unit_id)),
        )
        .order_by(col(VisitRow.wall_time), col(MinutesRow.id))
    )
    rows = list(session.execute(query))
    numbers = [row[1] for row in rows]
    found, followed = _found(session, numbers), _followed(session, numbers, today)
    return [
        SealedVisit(
            visit.key, visit.unit_id, visit.wall_time, visit.kind, visit.source, team.name, team.document, number, code,
            sealed_at, found.get(minutes, Counter()), *followed.get(minutes, (0, 0, 0)),
        )
        for visit, minutes, number, code, sealed_at, team in rows
    ]  # fmt: skip


def _found(session: Session, numbers: Sequence[int]) -> dict[int, Counter[str]]:
    table = MinutesPersonRow
    query = select(col(table.minutes_id), col(table.found), func.count()).where(col(table.minutes_id).in_(numbers))
    found: dict[int, Counter[str]] = {}
    for minutes, how, count in session.execute(query.group_by(col(table.minutes_id), col(table.found))):
        found.setdefault(minutes, Counter())[how] = count
    return found


def _followed(session: Session, numbers: Sequence[int], today: date) -> dict[int, tuple[int, int, int]]:
    table = FollowupRow
    query = select(col(table.minutes_id), col(table.state), col(table.due)).where(col(table.minutes_id).in_(numbers))
    found: dict[int, tuple[int, int, int]] = {}
    for minutes, state, due in session.execute(query):
        asked, done, overdue = found.get(minutes, (0, 0, 0))
        is_late = state != DONE and due is not None and due < today
        found[minutes] = asked + 1, done + (state == DONE), overdue + is_late
    return found
