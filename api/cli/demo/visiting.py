"""A visit in progress for the inspector of the logins: begun a moment ago, half of the list noted."""

from __future__ import annotations

from datetime import datetime

from api.cli.demo.office import DemoOffice
from attendance import clock
from attendance.services.visiting import beginning, marking, planning
from attendance.services.visiting.entering import teams_in_force
from attendance.services.visiting.marking import NewCheck, NewMark
from attendance.services.visiting.planning import NewPlan
from attendance.store import accounts, office
from attendance.store.database import Database
from attendance.store.tables import UnitRow
from attendance.store.trail import Actor

INSPECTOR, VISITED = "thanhtra", "X1"
_FOUND = {"seen": "at_post", "not_seen": "absent", "excused": "absent", "unknown": "at_post"}
_ODD = 11  # one in so many is not found as the terminal says


def hold_visit(database: Database, demo: DemoOffice, at: datetime) -> None:
    """Begin it for the inspector's team, which `visits` formed."""
    with database.writing() as session:
        user = accounts.get_user(session, INSPECTOR)
        by = Actor(INSPECTOR, user.id, "page", role="inspector")
        today = clock.today(at, demo.zone)
        team = teams_in_force(session, user.id, today)[0]
        unit = office.key(office.get(session, UnitRow, VISITED))
        visit = planning.plan(session, team, NewPlan(unit), by=by, today=today, at=at)
        found = beginning.begin(session, demo.zone, visit, by=by, at=at)
        marks = [
            NewMark(
                f"demo-mark-{place:03d}",
                person.code,
                "reason_given" if place % _ODD == _ODD - 1 else _FOUND[person.state],
                at,
                "Đang họp ở hội trường" if place % _ODD == _ODD - 1 else "",
            )
            for place, person in enumerate(found.people)
            if person.state in _FOUND and place % 2 == 0
        ]
        checks = [
            NewCheck("demo-check-1", "hours_posted", "yes", at),
            NewCheck("demo-check-2", "roster_kept", "no", at),
        ]
        marking.note(session, visit, by, marks, checks, at=at)
