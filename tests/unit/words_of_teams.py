"""Codes of teams, plans and draws that pages have words for; see `VOCABULARIES` of `test_i18n`."""

from __future__ import annotations

from api.pages import inspections as pages_of_inspections
from api.pages import teams as pages_of_teams
from attendance.services.visiting import planning
from attendance.services.visiting.teams import AUTHORITIES
from attendance.store.draw_tables import WAYS
from attendance.store.visit_tables import KINDS, PARTS, STATES
from reports import inspections, teams

TEAM_WORDS = {
    "team_state": teams.STATES,
    "team_part": PARTS,
    "team_authority": AUTHORITIES,
    "teams_done": teams.DONE,
    "team_problem": pages_of_teams.PROBLEMS,
    "inspection_kind": KINDS,
    "inspection_source": planning.SOURCES,
    "inspection_state": STATES,
    "inspections_done": inspections.DONE,
    "plan_problem": pages_of_inspections.PROBLEMS,
    "draw_way": WAYS,
}
