"""Teams and visits: every query."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime

from sqlmodel import Session, and_, case, col, func, or_, select

from attendance.store.access_tables import GrantRow
from attendance.store.paper_tables import InspectionRow
from attendance.store.tree import Spread, holds_in
from attendance.store.visit_tables import DROPPED, PLANNED, SEALED, TeamMemberRow, TeamRow, VisitRow
from attendance.store.within import Within


def teams_of(session: Session, user_id: int, on: date) -> list[TeamRow]:
    """The teams of which an account is a member now and whose decision holds on a date, in the order they were made.

    Where the grant that a team gave was revoked, the account is in it no more.
    """
    query = (
        select(TeamRow)
        .join(TeamMemberRow, col(TeamMemberRow.team_id) == col(TeamRow.id))
        .outerjoin(GrantRow, col(GrantRow.id) == col(TeamMemberRow.grant_id))
        .where(
            col(TeamMemberRow.user_id) == user_id,
            col(GrantRow.revoked_at).is_(None),
            col(TeamMemberRow.left_at).is_(None),
            col(TeamRow.ended_at).is_(None),
            col(TeamRow.from_on) <= on,
            col(TeamRow.to_on) >= on,
        )
        .order_by(col(TeamRow.id))
        .distinct()
    )
    return list(session.exec(query))


def find(session: Session, key: str) -> VisitRow | None:
    """The visit that addresses name so."""
    return session.exec(select(VisitRow).where(col(VisitRow.key) == key)).first()


def add(session: Session, row: VisitRow) -> int:
    """Store a visit; answers its number, which is told to nobody."""
    session.add(row)
    session.flush()
    assert row.id is not None
    return row.id


def drop(session: Session, row: VisitRow, at: datetime) -> None:
    """A plan comes to nothing."""
    row.state, row.ended_at, row.version = DROPPED, at, row.version + 1
    session.add(row)
    session.flush()


def listed(
    session: Session,
    own: Collection[int],
    doing: Within,
    sealed: Within,
    home: Collection[int],
    *,
    limit: int,
    offset: int,
) -> tuple[list[VisitRow], int]:
    """Visits of one's own teams to units inside of `doing`, but for those to one's `home` that are no self-inspection,
    and those of anybody with sealed minutes inside of `sealed`: plans first by their day, then the newest, then plans
    that came to nothing. Beside them how many there are."""
    elsewhere = or_(col(VisitRow.kind) == "self", col(VisitRow.unit_id).not_in(home))
    mine = and_(col(VisitRow.team_id).in_(own), elsewhere, *doing.rows(col(VisitRow.unit_id)))
    done = and_(col(VisitRow.state) == SEALED, *sealed.rows(col(VisitRow.unit_id)))
    wanted = or_(mine, done) if own else done
    total = session.exec(select(func.count()).select_from(VisitRow).where(wanted)).one()
    done_with = case((col(VisitRow.state) == PLANNED, 0), (col(VisitRow.state) == DROPPED, 2), else_=1)
    day = case((col(VisitRow.state) == PLANNED, col(VisitRow.planned_for)), else_=None)
    query = select(VisitRow).where(wanted)
    query = query.order_by(done_with, day.asc().nulls_last(), col(VisitRow.begun_at).desc(), col(VisitRow.id).desc())
    return list(session.exec(query.limit(limit).offset(offset))), total


def last_days(session: Session, own: Collection[int], since: datetime) -> dict[int, datetime]:
    """When each unit was last visited after a moment (wall time), by number, as far as one may know of it: visits whose
    minutes are sealed, those of one's own teams from their beginning, and visits entered from paper."""
    known = or_(col(VisitRow.state) == SEALED, col(VisitRow.team_id).in_(own))
    visited = select(VisitRow.unit_id, VisitRow.wall_time).where(
        known, col(VisitRow.wall_time).is_not(None), col(VisitRow.wall_time) >= since
    )
    on_paper = select(InspectionRow.unit_id, InspectionRow.wall_time).where(
        col(InspectionRow.withdrawn_at).is_(None), col(InspectionRow.wall_time) >= since
    )
    found: dict[int, datetime] = {}
    for query in (visited, on_paper):
        for unit, wall in session.exec(query):
            if wall is not None:
                found[unit] = max(wall, found.get(unit, wall))
    return found


def sealed_between(
    session: Session, within: Within, part: Spread, low: datetime, high: datetime
) -> list[tuple[int, datetime]]:
    """Unit and wall time of visits with sealed minutes in a span of wall time (`high` excluded), by time."""
    query = select(VisitRow.unit_id, VisitRow.wall_time).where(
        VisitRow.state == SEALED,
        col(VisitRow.wall_time) >= low,
        col(VisitRow.wall_time) < high,
        *within.rows(col(VisitRow.unit_id)),
    )
    found = session.exec(query.order_by(col(VisitRow.wall_time), col(VisitRow.id)))
    return [(unit, wall) for unit, wall in found if wall is not None and holds_in(part, unit, wall.date())]


def planned_of(session: Session, *team_ids: int) -> list[VisitRow]:
    """The plans of teams, in the order they were made."""
    query = select(VisitRow).where(col(VisitRow.team_id).in_(team_ids), VisitRow.state == PLANNED)
    return list(session.exec(query.order_by(col(VisitRow.id))))
