"""Orders of overtime for those who stayed longest this month, and the form the office prints by."""

from __future__ import annotations

from datetime import datetime, time, timedelta

from api.cli.demo.office import DemoOffice
from attendance.services.timesheet.forms import use_form
from attendance.store import papers_roster
from attendance.store.database import Database
from attendance.store.trail import Actor

FROM, TO = time(16, 30), time(19, 0)
MANY = 8
_CLERK = Actor("Văn phòng (MẪU)")


def file_overtime(database: Database, office: DemoOffice, at: datetime) -> None:
    """Each is ordered the day before; the engine counts what lies outside of their sessions."""
    people = {(enrolled.terminal, enrolled.pin): enrolled.employee for enrolled in office.enrolments}
    stayed: dict[tuple[str, datetime], datetime] = {}
    for terminal, punches in office.punches.items():
        for punch in punches:
            who, wall = people.get((terminal, punch.pin)), punch.wall_time
            is_ours = wall.date() < office.today and wall.date().month == office.today.month
            if who is not None and is_ours and wall.time() > FROM:
                day = datetime.combine(wall.date(), time())
                stayed[who, day] = max(wall, stayed.get((who, day), wall))
    longest = sorted(stayed, key=lambda key: (stayed[key].time(), key), reverse=True)[:MANY]
    with database.writing() as session:
        use_form(
            session, None, "public", number="C01a-HD", overtime_number="C01b-HD", document="QĐ 01/QĐ-UBND (MẪU)",
            actor=_CLERK, at=at,
        )  # fmt: skip
        for number, (who, day) in enumerate(longest, 1):
            papers_roster.order_overtime(
                session, who, datetime.combine(day, FROM), datetime.combine(day, TO),
                document=f"Lệnh làm thêm giờ số {number:02} (MẪU)", approved_at=at - timedelta(minutes=1),
                actor=_CLERK, at=at,
            )  # fmt: skip
