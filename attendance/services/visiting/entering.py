"""Who may know of a visit. A plan, and a visit until its minutes are sealed, is known to its team alone, and in
the team to nobody of the unit that is visited, unless the unit inspects itself."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

from attendance.errors import NotFound
from attendance.store import people, teams, unit_conclusions, visits
from attendance.store.database import Session
from attendance.store.tree import StoredTree
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
    if found.kind != "self" and found.unit_id in home(session, [user_id], on):
        raise NotFound("visit", key)
    return found


def home(session: Session, user_ids: Collection[int | None], on: date) -> frozenset[int]:
    """The units in which the people behind accounts serve on a date, and those above them: whoever is visited there is
    visited as one of them. Empty where nobody stands behind the accounts."""
    persons = {people.person_behind(session, user_id) for user_id in user_ids} - {None}
    serves = {unit for person in persons if person for unit in unit_conclusions.units_of_person(session, person, on)}
    if not serves:
        return frozenset()
    tree = StoredTree(session)
    return frozenset(number for unit in serves for number in tree.path(unit, on))


def homes(session: Session, team: TeamRow, on: date) -> frozenset[int]:
    """`home` of everybody who is in a team now."""
    listed = teams.members(session, [teams.number_of(team)])[teams.number_of(team)]
    return home(session, {member.user_id for member, _ in listed if member.left_at is None}, on)
