"""Teams and visits: every query."""

from __future__ import annotations

from datetime import date

from sqlmodel import Session, col, select

from attendance.store.visit_tables import TeamMemberRow, TeamRow, VisitRow


def teams_of(session: Session, user_id: int, on: date) -> list[TeamRow]:
    """The teams of which an account is a member now and whose decision holds on a date, in the order they were made."""
    query = (
        select(TeamRow)
        .join(TeamMemberRow, col(TeamMemberRow.team_id) == col(TeamRow.id))
        .where(
            col(TeamMemberRow.user_id) == user_id,
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
