"""A visit because of what a citizen said: planned by a team's member, or asked for, so that inspectors see it.

A plan leaves nothing that anybody outside the team could meet: the observation stays as it is, its version too, and the
trail gets no entry.
"""

from __future__ import annotations

from datetime import date, datetime

from attendance.errors import NotFound
from attendance.services.citizens.problems import NotSaid
from attendance.services.visiting import entering, planning
from attendance.services.visiting.planning import NewPlan
from attendance.store import observations
from attendance.store.citizen_tables import ANSWERED, ObservationRow
from attendance.store.database import Session
from attendance.store.paper_register import NotAsItWas
from attendance.store.trail import Actor, record
from attendance.store.visit_tables import TeamRow, VisitRow
from attendance.store.within import Within


def teams_for(session: Session, row: ObservationRow, within: Within, by: Actor, today: date) -> list[TeamRow]:
    """Own teams that may visit the unit. `within`: where visits may be made at all (`visits.do`)."""
    if row.unit_id in entering.home(session, [by.user_id], today):
        return []
    mine = entering.teams_in_force(session, by.user_id, today)
    return [team for team in mine if planning.reach(session, team, within, today).sees(row.unit_id)]


def open_visit(
    session: Session,
    row: ObservationRow,
    team_id: int,
    within: Within,
    *,
    planned_for: date | None = None,
    note: str = "",
    by: Actor,
    today: date,
    at: datetime,
) -> VisitRow:
    """Plan a surprise visit of an own team. Raises NotFound for any other team, Invalid."""
    team = next((each for each in teams_for(session, row, within, by, today) if each.id == team_id), None)
    if team is None:
        raise NotFound("team", str(team_id))
    new = NewPlan(row.unit_id, "surprise", "observation", planned_for, note)
    visit = planning.plan(session, team, new, by=by, today=today, at=at)
    assert row.id is not None
    assert visit.id is not None
    observations.link_visit(session, row.id, visit.id, at)
    return visit


def own_visits(session: Session, row: ObservationRow, by: Actor, today: date) -> list[VisitRow]:
    """Visits on this observation that the reader may know of: those of their teams."""
    if row.unit_id in entering.home(session, [by.user_id], today):
        return []
    teams = [team.id for team in entering.teams_in_force(session, by.user_id, today) if team.id is not None]
    return observations.visits_on(session, row.id or 0, teams) if teams else []


def ask_for_visit(session: Session, row: ObservationRow, by: Actor, *, at: datetime) -> None:
    """Say that a visit is wanted; inspectors of the unit find it in their list. Raises NotAsItWas, NotSaid."""
    if row.visit_asked_at is not None:
        raise NotAsItWas(f"{row.visit_asked_by or 'Somebody'} asked for a visit before. Nothing was changed.")
    if row.kind == "praise":
        raise NotSaid("kind", "Praise asks for no visit.")
    if row.state == ANSWERED:
        raise NotAsItWas("It is answered; a visit is asked for while it is looked into.")
    row.visit_asked_at, row.visit_asked_by, row.visit_asked_by_id = at, by.name, by.user_id
    row.version += 1
    session.add(row)
    session.flush()
    record(session, by, "observation.visit_asked", kind="observation", key=str(row.id), at=at)
