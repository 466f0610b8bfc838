"""Papers that wait for somebody, and the roster of the week, so that the pages for them have something to show."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from api.cli.demo.office import DemoOffice
from attendance.facts import Assignment
from attendance.services.papers import deciding, handing_in
from attendance.services.papers.deciding import Decider
from attendance.services.papers.handing_in import Handed
from attendance.services.roster import entering, filling
from attendance.store.database import Database, Session
from attendance.store.trail import Actor
from attendance.store.within import EVERYTHING

CLERK, LEADER = Actor("vanthu"), Actor("lanhdao")
DESKS = ("Hộ tịch", "Địa chính")
_DAY = timedelta(days=1)


def file_waiting(database: Database, office: DemoOffice, at: datetime) -> None:
    """File them, all or none, as handed in at this moment; what is approved was approved by somebody else."""
    unit, people = _desk(office)
    with database.writing() as session:
        _papers(session, people, office.today, at)
        _roster(session, office.zone, unit, people, office.today, at)


def _desk(office: DemoOffice) -> tuple[str, list[str]]:
    """The unit in which the official of the logins serves, and everybody who does, that person first."""
    own = next(login.employee for login in office.logins if login.employee)
    serving = [each for each in office.assignments if _holds(each, office.today) and _holds(each, _later(office))]
    unit = next(each.unit for each in serving if each.employee == own)
    others = sorted(each.employee for each in serving if each.unit == unit and each.employee != own)
    return unit, [own, *others]


def _later(office: DemoOffice) -> date:
    return office.today + 14 * _DAY


def _holds(assignment: Assignment, on: date) -> bool:
    return assignment.from_on <= on and (assignment.to_on is None or on <= assignment.to_on)


def _papers(session: Session, people: list[str], today: date, at: datetime) -> None:
    next_week = today + (8 - today.isoweekday()) * _DAY
    asked = Handed(CLERK, at, note="Việc gia đình")
    handing_in.leave(session, asked, people[0], next_week, next_week + _DAY, last_part="am")
    handing_in.leave(
        session,
        Handed(CLERK, at, note="Con ốm"),
        people[1 % len(people)],
        next_week + _DAY,
        next_week + _DAY,
        code="Cô",
    )
    meeting = Handed(CLERK, at, "Giấy mời 118/GM-MAU", "Trung tâm Hội nghị tỉnh")
    starts, ends = (datetime.combine(next_week + 2 * _DAY, time(hour, 30)) for hour in (7, 11))
    handing_in.mission(session, meeting, people[2 % len(people)], starts, ends, kind="meeting")
    refused = handing_in.leave(session, asked, people[3 % len(people)], next_week + 3 * _DAY, next_week + 4 * _DAY)
    deciding.refuse(session, refused, Decider(LEADER, EVERYTHING), note="Trùng lịch trực, đề nghị đổi ngày", at=at)


def _roster(session: Session, zone: str, unit: str, people: list[str], today: date, at: datetime) -> None:
    """Two desks on every working day of this week and the next; one morning of the next is nobody's yet."""
    monday, document = today - today.weekday() * _DAY, "Lịch trực tuần (MẪU)"
    weekdays = ("mon", "tue", "wed", "thu", "fri")
    for desk in DESKS:
        filling.add_post(
            session, CLERK, unit, kind="one_stop", desk=desk, weekdays=weekdays, starts="08:00", ends="11:00",
            from_on=monday, document=document, at=at,
        )  # fmt: skip
    for number in range(10):
        on = monday + (number + 2 * (number // 5)) * _DAY
        for turn, desk in enumerate(DESKS):
            if number == 7 and turn:
                continue
            who = people[(number + turn) % len(people)]
            starts, ends = datetime.combine(on, time(8)), datetime.combine(on, time(11))
            handed = Handed(CLERK, at, document)
            duty = entering.enter(session, zone, handed, who, starts, ends, kind="one_stop", desk=desk, unit=unit)
            deciding.approve(session, zone, duty, Decider(LEADER, EVERYTHING), at=at)
