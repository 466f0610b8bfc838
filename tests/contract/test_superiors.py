"""Who stands above a person: nearest first by what is granted now, never the person, never below what they lead."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from sqlmodel import select

from attendance.services.explanations.standing import above
from attendance.store import heads, office, registering
from attendance.store.access_tables import GrantRow
from attendance.store.database import Database
from attendance.store.tables import EmployeeRow, UnitRow, UserRow
from tests.builders import RECORDED_AT, ZONE, build_office
from tests.explaining import NOW, add_account

ON = date(2026, 3, 4)


def build(database: Database) -> None:
    """A over P over T; E1 serves in T, E2 leads T, E3 leads P; HR and an inspector see everything."""
    build_office(database)
    with database.writing() as session:
        registering.add_unit(session, "P", parent="A", at=RECORDED_AT)
        registering.add_unit(session, "T", parent="P", at=RECORDED_AT)
        for role, unit, name, person in (
            ("official", None, "an", "E1"), ("head", "T", "team", "E2"), ("head", "P", "section", "E3"),
            ("leader", "A", "chair", None), ("leader", None, "province", None), ("hr", None, "hr", None),
            ("inspector", None, "visitor", None),
        ):  # fmt: skip
            add_account(session, name, role, unit, person)


def names(database: Database, person: str, unit: str, at: datetime = NOW) -> tuple[set[str], set[str]]:
    with database.reading() as session:
        number = office.key(office.get(session, EmployeeRow, person))
        place = office.key(office.get(session, UnitRow, unit))
        found = above(session, number, place, zone=ZONE, at=at)
        users = {row.id: row.name for row in session.exec(select(UserRow))}
        return {users[each] for each in found.nearest}, {users[each] for each in found.further}


def test_the_nearest_confirms_and_somebody_further_up_decides(any_database: Database) -> None:
    build(any_database)
    assert names(any_database, "E1", "T") == ({"team"}, {"section", "chair", "province"})


def test_a_heads_own_goes_past_the_unit_they_lead_by_grant_or_by_term(sqlite_database: Database) -> None:
    build(sqlite_database)
    assert names(sqlite_database, "E2", "T") == ({"section"}, {"chair", "province"})
    with sqlite_database.writing() as session:  # E1 acts for P, so that nobody of P or below confirms for them
        heads.name_head(session, "P", "E1", kind="acting", from_on=ON - timedelta(days=9), at=RECORDED_AT)
    assert names(sqlite_database, "E1", "T") == ({"chair"}, {"province"})


def test_a_term_begins_with_the_day_on_the_wall_of_the_office(sqlite_database: Database) -> None:
    """00:30 of the 5th in Hanoi is still the 4th in Greenwich."""
    build(sqlite_database)
    with sqlite_database.writing() as session:
        heads.name_head(session, "P", "E1", kind="acting", from_on=ON + timedelta(days=1), at=RECORDED_AT)
    midnight = datetime(2026, 3, 4, 17, tzinfo=UTC)
    assert names(sqlite_database, "E1", "T", midnight - timedelta(minutes=30))[0] == {"team"}
    assert names(sqlite_database, "E1", "T", midnight + timedelta(minutes=30))[0] == {"chair"}


def test_what_is_over_or_shut_is_nobody(sqlite_database: Database) -> None:
    build(sqlite_database)
    with sqlite_database.writing() as session:
        by_name = {row.name: row for row in session.exec(select(UserRow))}
        by_name["section"].disabled = True
        session.add(by_name["section"])
        for grant in session.exec(select(GrantRow).where(GrantRow.user_id == by_name["team"].id)):
            grant.revoked_at = NOW
            session.add(grant)
    assert names(sqlite_database, "E1", "T") == ({"chair"}, {"province"})
    assert names(sqlite_database, "E1", "A") == ({"chair"}, {"province"})
