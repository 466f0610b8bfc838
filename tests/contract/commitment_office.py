"""An office of four people in three units, and what is done with commitments in it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

from sqlmodel import select

from attendance.services.commitments import asking, signing, templates
from attendance.services.commitments.asking import AskedFor, Term
from attendance.services.commitments.frozen import shown
from attendance.services.commitments.shipped import examples
from attendance.services.commitments.signing import Signer
from attendance.services.impartial import Decider
from attendance.store import commitments, heads, office, registering
from attendance.store.commitment_tables import CommitmentRow
from attendance.store.database import Database, Session
from attendance.store.tables import EmployeeRow, UnitRow, UserRow
from attendance.store.trail import Actor
from attendance.store.within import EVERYTHING, Within
from tests.builders import RECORDED_AT, ZONE

AT = datetime(2026, 1, 12, 3, tzinfo=UTC)
TODAY = date(2026, 1, 12)
YEAR = Term(date(2026, 1, 1), date(2026, 12, 31), date(2026, 1, 31))
PERSON, COLLECTIVE = examples()
PEOPLE = {"E1": "A", "E2": "A", "E3": "B", "E9": "H"}


def build(database: Database) -> Database:
    """H above A and B; E1 leads A, E9 leads H; every person has an account of the same number."""
    with database.writing() as session:
        for unit, above in (("H", None), ("A", "H"), ("B", "H")):
            registering.add_unit(session, unit, name=f"Đơn vị {unit}", parent=above, at=RECORDED_AT)
        for code, unit in PEOPLE.items():
            person = registering.add_employee(session, code, name=f"Người {code}", at=RECORDED_AT)
            registering.assign(session, code, unit, from_on=date(2024, 1, 1), at=RECORDED_AT)
            session.add(UserRow(name=code.lower(), password_hash="x", employee_id=person.id, recorded_at=RECORDED_AT))
        heads.name_head(session, "A", "E1", from_on=date(2024, 1, 1), at=RECORDED_AT)
        heads.name_head(session, "H", "E9", from_on=date(2024, 1, 1), at=RECORDED_AT)
    return database


def act(database: Database, done: Callable[[Session], Any]) -> Any:
    with database.writing() as session:
        found = done(session)
        session.flush()
        return found.id if isinstance(found, CommitmentRow) else found


def publish(
    database: Database, like: Any = PERSON, clauses: Any = None, within: Within = EVERYTHING, **more: Any
) -> int:
    given = {"scope": like.scope, "unit": None, "wording": like.wording, "clauses": clauses or like.clauses} | more

    def write(session: Session) -> int:
        row = templates.publish(session, Actor("lan"), within, like.code, language="vi", at=AT, **given)
        return row.version

    return int(act(database, write))


def ask(database: Database, *codes: str, term: Term = YEAR, at: datetime = AT) -> AskedFor:
    def asked(session: Session) -> AskedFor:
        template = templates.current(session, EVERYTHING, (PERSON if codes[0][0] == "E" else COLLECTIVE).code, TODAY)
        who = {
            "people": [office.get(session, EmployeeRow, code) for code in codes if code[0] == "E"],
            "units": [office.get(session, UnitRow, code) for code in codes if code[0] != "E"],
        }
        found = asking.ask(session, Actor("lan"), template, term, zone=ZONE, at=at, **who)
        session.flush()
        return replace(found, rows=tuple(CommitmentRow(**row.model_dump()) for row in found.rows))

    answer: AskedFor = act(database, asked)
    return answer


def seen(database: Database, number: int, on: date = TODAY) -> str:
    with database.reading() as session:
        return shown(session, commitments.get(session, number), on).digest


def account(session: Session, code: str) -> tuple[int, int]:
    row = session.exec(select(UserRow).where(UserRow.name == code.lower())).one()
    return row.id or 0, row.employee_id or 0


def sign(database: Database, number: int, code: str, digest: str | None = None, at: datetime = AT) -> int:
    digest = seen(database, number, at.date()) if digest is None else digest

    def signed(session: Session) -> CommitmentRow:
        user, person = account(session, code)
        return signing.sign(
            session, number, Signer(user, person, Actor(code.lower(), user)), digest=digest, zone=ZONE, at=at
        )

    return int(act(database, signed))


def decider(session: Session, code: str, *units: str) -> Decider:
    places = frozenset(office.key(office.get(session, UnitRow, unit)) for unit in units)
    return Decider(Actor(code.lower(), account(session, code)[0]), Within(places))


def confirm(database: Database, number: int, code: str, *units: str, at: datetime = AT) -> int:
    return int(act(database, lambda s: signing.confirm(s, number, decider(s, code, *units), zone=ZONE, at=at)))


def row_of(database: Database, number: int) -> CommitmentRow:
    with database.reading() as session:
        return CommitmentRow(**commitments.get(session, number).model_dump())
