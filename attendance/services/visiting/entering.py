"""Who may know of a visit. A plan, and a visit until its minutes are sealed, is known to its team alone."""

from __future__ import annotations

from datetime import date

from attendance.errors import NotFound
from attendance.store import visits
from attendance.store.database import Session
from attendance.store.visit_tables import TeamRow, VisitRow


def teams_in_force(session: Session, user_id: int | None, on: date) -> list[TeamRow]:
    """The teams an account is in now whose decision holds on a date (today), in the order they were made."""
    return [] if user_id is None else visits.teams_of(session, user_id, on)


def own_visit(session: Session, user_id: int | None, key: str, on: date) -> VisitRow:
    """A visit of a team the account is in. Raises NotFound for any other, there or not, and once the decision ended."""
    mine = {team.id for team in teams_in_force(session, user_id, on)}
    found = visits.find(session, key) if mine else None
    if found is None or found.team_id not in mine:
        raise NotFound("visit", key)
    return found
