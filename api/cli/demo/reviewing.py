"""A commitment of a few weeks that is over: the leader has reviewed one, and two wait for it."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from api.cli.demo.office import DemoOffice
from attendance import clock
from attendance.services.commitments import asking, reviewing, signing
from attendance.services.commitments.asking import Term
from attendance.services.commitments.frozen import shown
from attendance.services.commitments.signing import Signer
from attendance.services.commitments.templates import current
from attendance.services.impartial import Decider
from attendance.store import office, people
from attendance.store.database import Database
from attendance.store.tables import EmployeeRow
from attendance.store.trail import Actor
from attendance.store.within import EVERYTHING

CLERK, LEADER, UNIT, TEMPLATE = "nhansu", "lanhdao", "X2-VP", "CA-NHAN"
WEEKS = timedelta(days=40)
REMARK = "Số liệu đã đối chiếu với người cam kết. Tiếp tục thực hiện trong thời gian tới."


def file_reviews(database: Database, demo: DemoOffice, at: datetime) -> None:
    """Nothing where the year is too young for one that is over."""
    day = clock.to_wall(at, demo.zone).date()
    over, asked_at = day - timedelta(days=1), at - WEEKS
    asked_on = clock.to_wall(asked_at, demo.zone).date()
    if asked_on.year != over.year:
        return
    with database.writing() as session:
        clerk = Actor(CLERK, people.account(session, CLERK), "page")
        codes = sorted({each.employee for each in demo.assignments if each.unit == UNIT})[:3]
        there = [office.get(session, EmployeeRow, code) for code in codes]
        there = [row for row in there if office.unit_on(session, office.key(row), asked_on) is not None]
        template = current(session, EVERYTHING, TEMPLATE, day)
        term = Term(date(over.year, 1, 1), over)
        asked = asking.ask(session, clerk, template, term, people=there, zone=demo.zone, at=asked_at)
        by = Decider(Actor(LEADER, people.account(session, LEADER), "page"), EVERYTHING)
        for row, person in zip(asked.rows, there, strict=True):
            signer = Signer(None, office.key(person), Actor(person.code))
            digest = shown(session, row, asked_on).digest
            signing.sign(session, row.id or 0, signer, digest=digest, zone=demo.zone, at=asked_at)
        for row in asked.rows[:1]:
            seen = reviewing.sheet(session, demo.zone, row, at)
            outcome = {"broken": "partly", "kept": "kept"}.get(seen.facts["state"], "not_enough_known")
            reviewing.review(
                session, demo.zone, row.id or 0, by, outcome=outcome, remark=REMARK, seen=seen.digest, at=at
            )
