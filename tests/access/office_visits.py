"""Teams, plans and sealed visits of the marked office: one of each for every unit, in the hands of its own team."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from attendance.services.visiting import planning, teams
from attendance.services.visiting.planning import NewPlan
from attendance.services.visiting.teams import NewMember, NewTeam
from attendance.store import office, visits
from attendance.store import teams as store_teams
from attendance.store.database import Session
from attendance.store.tables import UnitRow
from attendance.store.trail import CONSOLE
from attendance.store.visit_tables import SEALED, VisitRow

ZONE = "Asia/Ho_Chi_Minh"
FORMED = datetime(2026, 11, 2, 1, tzinfo=UTC)
FROM, TO, PLANNED_FOR = date(2026, 11, 2), date(2026, 12, 31), date(2026, 11, 27)


def fill(session: Session, members: dict[str, str], whole: str) -> dict[str, dict[str, Any]]:
    """By mark of the unit: numbers of its team and of its member's place there, keys of a plan and of a sealed visit.

    `members`: the account of each team by mark of its unit; `whole`: that of a team for everything.
    """
    found = {}
    for name, user in members.items():
        token = f"z{name}z"
        unit = office.key(office.get(session, UnitRow, f"U-{token}"))
        new = NewTeam(f"Tổ {token}", f"QĐ {token}", f"U-{token}", FROM, TO, [NewMember(user, "head")], standing=True)
        team = teams.form(session, ZONE, new, by=CONSOLE, at=FORMED)
        number = store_teams.number_of(team)
        ((member, _),) = store_teams.members(session, [number])[number]
        member.id = 70 + number  # no team's number: answers are compared with the one that was asked for taken out
        session.flush()
        wanted = NewPlan(unit, planned_for=PLANNED_FOR, note=f"ghi {token}")
        plan = planning.plan(session, team, wanted, by=CONSOLE, today=FORMED.date(), at=FORMED)
        sealed = VisitRow(
            key=plan.key[::-1], team_id=number, unit_id=unit, state=SEALED, created_at=FORMED, begun_at=FORMED,
            wall_time=datetime(2026, 11, 3, 8), known_at=FORMED, ended_at=FORMED, sealed_at=FORMED,
        )  # fmt: skip
        visits.add(session, sealed)
        found[name] = {"team": number, "member": member.id, "plan": plan.key, "sealed": sealed.key}
    everything = NewTeam("Đoàn liên ngành", "QĐ 7", None, FROM, TO, [NewMember(whole, "head")])
    teams.form(session, ZONE, everything, by=CONSOLE, at=FORMED)
    return found
