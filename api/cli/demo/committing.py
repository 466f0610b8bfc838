"""Commitments of this year: one collective and nearly everybody of a commune have signed, some were confirmed."""

from __future__ import annotations

from contextlib import suppress
from datetime import date, datetime, timedelta

from api.cli.demo.office import DemoOffice
from api.cli.demo.reviewing import file_reviews
from attendance import clock
from attendance.services.commitments import asking, signing, templates
from attendance.services.commitments.asking import Term
from attendance.services.commitments.frozen import shown, signer_of
from attendance.services.commitments.shipped import Example, examples
from attendance.services.commitments.signing import Signer
from attendance.services.impartial import Decider, NotTheirs
from attendance.store import heads, office, people
from attendance.store.commitment_tables import CommitmentRow, CommitmentTemplateRow
from attendance.store.database import Database, Session
from attendance.store.tables import EmployeeRow, UnitRow
from attendance.store.trail import Actor
from attendance.store.within import EVERYTHING, Within

CLERK, HEAD, LEADER = "nhansu", "truongphong", "lanhdao"
TOP, UNITS = "H", ("X1", "X1-MC")
LATEST = timedelta(days=40)
"""So long ago most signed, where the year is old enough."""


def file_commitments(database: Database, demo: DemoOffice, at: datetime) -> None:
    """The official of the logins is asked and has not signed; of one colleague it is noted that they do not yet."""
    day = clock.to_wall(at, demo.zone).date()
    begun = at - LATEST if (day - LATEST).year == day.year else at
    term = Term(date(day.year, 1, 1), date(day.year, 12, 31))
    own = next(login.employee for login in demo.logins if login.employee)
    with database.writing() as session:
        clerk = Actor(CLERK, people.account(session, CLERK), "page")
        person, collective = (_write(session, clerk, each, begun) for each in examples())
        units = [office.get(session, UnitRow, code) for code in UNITS]
        serving = [
            office.get(session, EmployeeRow, code)
            for code in sorted({each.employee for each in demo.assignments if each.unit in UNITS})
        ]
        here = [row for row in serving if office.assignments_between(session, day, day, [office.key(row)])]
        by = Decider(Actor(LEADER, people.account(session, LEADER), "page"), EVERYTHING)
        led = heads.who_headed(session, [office.key(row) for row in here])
        plain = [row for row in here if row.code != own and row.id not in led]
        reviewed = file_reviews(session, demo.zone, clerk, by, person, plain[-2:], begun, at)
        early = [row for row in here if row.code != own and row.code not in reviewed]
        asked = asking.ask(session, clerk, person, term, people=early, zone=demo.zone, at=begun)
        both = asking.ask(session, clerk, collective, term, units=units, zone=demo.zone, at=begun)
        due = Term(term.from_on, term.to_on, min(day + timedelta(days=2), term.to_on))
        asking.ask(session, clerk, person, due, people=[office.get(session, EmployeeRow, own)], zone=demo.zone, at=at)
        *signing_, waiting = asked.rows  # the last of them leads nothing
        for place, row in enumerate([*signing_, *both.rows]):
            if _sign(session, row, demo.zone, begun) and place % 4:
                _confirm(session, row, demo.zone, begun)
        reason = "Đề nghị làm rõ cách tính lượt đi muộn khi máy chấm công hỏng."
        signing.note_refusal(session, waiting.id or 0, by, reason=reason, zone=demo.zone, at=at)


def _write(session: Session, clerk: Actor, like: Example, at: datetime) -> CommitmentTemplateRow:
    return templates.publish(
        session, clerk, EVERYTHING, like.code, scope=like.scope, unit=office.get(session, UnitRow, TOP),
        wording=like.wording, clauses=like.clauses, language="vi", at=at,
    )  # fmt: skip


def _sign(session: Session, row: CommitmentRow, zone: str, at: datetime) -> bool:
    """Whether there was somebody to sign it: a unit without a head has nobody."""
    on = clock.to_wall(at, zone).date()
    signer = signer_of(session, row, on)
    if signer is None:
        return False
    code, _ = people.names(session, [signer])[signer]
    digest = shown(session, row, on).digest
    signing.sign(session, row.id or 0, Signer(None, signer, Actor(code)), digest=digest, zone=zone, at=at)
    return True


def _confirm(session: Session, row: CommitmentRow, zone: str, at: datetime) -> None:
    """By the leader of the commune, who is one level up from all but its own head and collective."""
    places = frozenset(office.key(office.get(session, UnitRow, code)) for code in UNITS)
    by = Decider(Actor(LEADER, people.account(session, LEADER), "page"), Within(places))
    with suppress(NotTheirs):
        signing.confirm(session, row.id or 0, by, zone=zone, at=at)
