"""Teams and who is in them: every query but who is in one now (`visits.teams_of`)."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlmodel import Session, and_, col, or_, select

from attendance.errors import NotFound
from attendance.store.tables import UserRow
from attendance.store.visit_tables import TeamMemberRow, TeamRow
from attendance.store.within import Within


def add(session: Session, row: TeamRow) -> int:
    """Store a team; answers its number."""
    session.add(row)
    session.flush()
    return number_of(row)


def number_of(row: TeamRow) -> int:
    assert row.id is not None
    return row.id


def find(session: Session, number: int) -> TeamRow | None:
    return session.get(TeamRow, number)


def seen(session: Session, within: Within, own: Collection[int]) -> list[TeamRow]:
    """The teams whose part of the tree lies inside, and those named by number, the newest first."""
    query = select(TeamRow).order_by(col(TeamRow.to_on).desc(), col(TeamRow.id).desc())
    if not within.is_all:
        query = query.where(or_(col(TeamRow.id).in_(own), and_(*within.rows(col(TeamRow.unit_id)))))
    return list(session.exec(query))


def members(session: Session, team_ids: Collection[int]) -> dict[int, list[tuple[TeamMemberRow, UserRow]]]:
    """Who is and was in these teams, with their account, in the order they came."""
    found: dict[int, list[tuple[TeamMemberRow, UserRow]]] = {number: [] for number in team_ids}
    query = (
        select(TeamMemberRow, UserRow)
        .join(UserRow, col(UserRow.id) == col(TeamMemberRow.user_id))
        .where(col(TeamMemberRow.team_id).in_(team_ids))
        .order_by(col(TeamMemberRow.id))
    )
    for member, user in session.exec(query):
        found[member.team_id].append((member, user))
    return found


def add_member(session: Session, row: TeamMemberRow) -> int:
    """Store that somebody is in a team; answers the number of the place they have there."""
    session.add(row)
    session.flush()
    assert row.id is not None
    return row.id


def member(session: Session, team_id: int, number: int) -> TeamMemberRow:
    """Somebody who is in a team now, by the number of their place. Raises NotFound."""
    row = session.get(TeamMemberRow, number)
    if row is None or row.team_id != team_id or row.left_at is not None:
        raise NotFound("member of this team", str(number))
    return row


def leave(session: Session, row: TeamMemberRow, at: datetime) -> None:
    row.left_at = at
    session.add(row)
    session.flush()


def end(session: Session, row: TeamRow, *, by: str, at: datetime) -> None:
    row.ended_at, row.ended_by, row.version = at, by, row.version + 1
    session.add(row)
    session.flush()


def named(session: Session, numbers: Collection[int]) -> dict[int, str]:
    """The names of teams by number."""
    query = select(TeamRow.id, TeamRow.name).where(col(TeamRow.id).in_(numbers))
    return {number: name for number, name in session.exec(query) if number is not None}
