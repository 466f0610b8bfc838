"""A small office in which people explain: who may act for it, and days that ask for an explanation."""

from __future__ import annotations

from datetime import UTC, date, datetime

from sqlmodel import select

from attendance.engine.verdict import DayVerdict
from attendance.services.evaluate import evaluate_dirty
from attendance.services.impartial import Decider
from attendance.services.verdicts import judge_span
from attendance.store import office
from attendance.store.access_tables import GrantRow
from attendance.store.database import Database, Session
from attendance.store.listing_keys import ViolationKey
from attendance.store.tables import EmployeeRow, UnitRow, UserRow
from attendance.store.trail import Actor
from attendance.store.within import EVERYTHING, Within
from tests.builders import RECORDED_AT, ZONE, build_office, file_body, record

WEDNESDAY = date(2026, 3, 4)
NOW = datetime(2026, 3, 5, 2, tzinfo=UTC)
LATER = datetime(2026, 3, 20, 2, tzinfo=UTC)
LATE = ("07:50:00", "12:01:00", "13:20:00", "17:05:00")
NO_EVENING = ("07:20:00", "12:01:00", "13:20:00")
"""Punches of a day: 20 minutes late, and one without a way out in the afternoon."""

PEOPLE = (("official", None, "an", "E1"), ("head", "A", "head", "E3"), ("leader", None, "leader", None))
"""Role, unit, account and the person behind it: E1 serves in A, which E3 leads; the leader stands above."""


def build(database: Database, *times: str) -> None:
    """E1 punched at these times of the 4th, which was read and judged; the accounts of PEOPLE are there."""
    build_office(database)
    with database.writing() as session:
        for role, unit, name, person in PEOPLE:
            add_account(session, name, role, unit, person)
    file_body(database, b"", read_at=datetime(2026, 3, 1, 6), offset=None)
    body = b"".join(record("1001", datetime.fromisoformat(f"2026-03-04T{each}")) for each in times)
    file_body(database, body, read_at=datetime(2026, 3, 5, 6), offset=None)
    evaluate_dirty(database, ZONE, NOW)


def add_account(session: Session, name: str, role: str, unit: str | None, person: str | None) -> None:
    user = UserRow(
        name=name, password_hash="", recorded_at=RECORDED_AT,
        employee_id=office.key(office.get(session, EmployeeRow, person)) if person else None,
    )  # fmt: skip
    session.add(user)
    session.flush()
    place = office.key(office.get(session, UnitRow, unit)) if unit else None
    assert user.id is not None
    session.add(
        GrantRow(
            user_id=user.id, role=role, unit_id=place, starts_at=RECORDED_AT, recorded_at=RECORDED_AT, document="1"
        )
    )


def decider(session: Session, name: str, within: Within | None = None) -> Decider:
    """Somebody with an account; by default an official sees their own rows, everybody else all."""
    user = session.exec(select(UserRow).where(UserRow.name == name)).one()
    own = Within(employee=user.employee_id) if name == "an" else EVERYTHING
    return Decider(Actor(user.name, user.id, "page"), within or own)


def key(session: Session, type: str = "late", part: str = "am", person: str = "E1") -> ViolationKey:
    return ViolationKey(office.key(office.get(session, EmployeeRow, person)), WEDNESDAY, part, type)


def verdict(database: Database, *, as_of: datetime | None = None, who: str = "E1") -> DayVerdict:
    """What holds of the 4th."""
    with database.reading() as session:
        parts = judge_span(session, ZONE, WEDNESDAY, WEDNESDAY, as_of=as_of)
    return next(v for part in parts for _, v in part.verdicts if v.employee == who)
