"""Teams and who is in them: every query but who is in one now (`visits.teams_of`)."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlmodel import Session, col, or_, select

from attendance.errors import NotFound
from attendance.store.tables import UnitRow, UserRow
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
    wanted = or_(col(TeamRow.id).in_(own), *([_inside(within)] if not within.is_all else [col(TeamRow.id) > 0]))
    return list(session.exec(select(TeamRow).where(wanted).order_by(col(TeamRow.to_on).desc(), col(TeamRow.id).desc())))


def _inside(within: Within) -> object:
    return col(TeamRow.unit_id).in_(within.places or frozenset())


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


def tops(session: Session, rows: Collection[TeamRow]) -> dict[int, str]:
    """The codes of the units that teams have as the top of their part of the tree, by number."""
    wanted = {row.unit_id for row in rows if row.unit_id is not None}
    query = select(UnitRow.id, UnitRow.code).where(col(UnitRow.id).in_(wanted))
    return {number: code for number, code in session.exec(query) if number is not None}
