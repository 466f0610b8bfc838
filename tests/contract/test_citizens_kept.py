"""Visits that observations lead to, words and contacts that are erased, scores of surveys."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import text
from sqlmodel import select

from attendance.errors import Invalid, NotFound
from attendance.services.citizens import intake, looking, opening, scores
from attendance.services.citizens.problems import NotSaid
from attendance.services.citizens.scores import Score
from attendance.services.personal import retention
from attendance.store import erasing, observations, office
from attendance.store.citizen_tables import ObservationRow
from attendance.store.database import Database
from attendance.store.observations import Wanted
from attendance.store.paper_register import NotAsItWas
from attendance.store.personal_tables import ErasureRow
from attendance.store.tables import EmployeeRow
from attendance.store.trail import Actor
from attendance.store.visit_tables import TeamMemberRow, TeamRow
from attendance.store.within import EVERYTHING, Within
from tests.builders import ZONE
from tests.citizens import CLERK, LAN, counter, database, furnished, number_of, rows_of, send, taken, unit_of
from tests.month_office import AT

__all__ = ["database", "furnished"]


def test_where_a_form_came_from_is_forgotten_though_no_other_comes(database: Database) -> None:
    with database.writing() as session:
        row = send(session, counter(session).token, AT.replace(minute=5)).row
        number, whose = number_of(row), row.sender
    intake.forget_senders(database, AT + timedelta(hours=24))
    with database.reading() as session:
        assert observations.get(session, EVERYTHING, number).sender == whose != ""
    intake.forget_senders(database, AT + timedelta(hours=24, minutes=5))
    with database.reading() as session:
        assert observations.get(session, EVERYTHING, number).sender == ""


# a visit -------------------------------------------------------------------------------------------------------------


def _team(database: Database, user: int = 1) -> int:
    with database.writing() as session:
        team = TeamRow(name="Tổ công tác 12", document="QĐ 12", from_on=date(2026, 4, 1), to_on=date(2026, 6, 30),
                       created_at=AT)  # fmt: skip
        session.add(team)
        session.flush()
        session.add(TeamMemberRow(team_id=team.id or 0, user_id=user, name="Lan", joined_at=AT))
        return team.id or 0


def test_opening_a_visit_leaves_nothing_that_others_could_find(database: Database) -> None:
    team = _team(database)
    today, stranger = date(2026, 4, 3), Actor("binh", 2, "page", role="inspector")
    with database.writing() as session:
        number = number_of(taken(session))
    before = rows_of(database, ("observation", "trail", "trail_detail"))
    with database.writing() as session:
        row = observations.get(session, EVERYTHING, number)
        with pytest.raises(NotFound):
            opening.open_visit(session, row, team, EVERYTHING, by=stranger, today=today, at=AT)
        with pytest.raises(NotFound):
            opening.open_visit(session, row, team, Within(frozenset()), by=LAN, today=today, at=AT)
        visit = opening.open_visit(session, row, team, EVERYTHING, by=LAN, today=today, at=AT)
        assert (visit.source, visit.kind, visit.state) == ("observation", "surprise", "planned")
        assert visit.unit_id == row.unit_id
    assert rows_of(database, ("observation", "trail", "trail_detail")) == before
    with database.reading() as session:
        row = observations.get(session, EVERYTHING, number)
        assert [each.key for each in opening.own_visits(session, row, LAN, today)] == [visit.key]
        assert opening.own_visits(session, row, stranger, today) == []
        assert opening.own_visits(session, row, LAN, date(2026, 7, 1)) == [], "the decision has ended"


def test_a_visit_is_asked_for_once_and_inspectors_find_it(database: Database) -> None:
    with database.writing() as session:
        row, praise = taken(session), taken(session, kind="praise")
        opening.ask_for_visit(session, row, LAN, at=AT)
        with pytest.raises(NotAsItWas):
            opening.ask_for_visit(session, row, LAN, at=AT)
        with pytest.raises(NotSaid):
            opening.ask_for_visit(session, praise, LAN, at=AT)
        found, total = observations.listed(session, EVERYTHING, Wanted(visit_asked=True), limit=10)
        assert (total, [each.id for each, _ in found]) == (1, [row.id])


# personal data and scores --------------------------------------------------------------------------------------------


def test_words_and_contacts_are_erased_on_request_and_destroyed_after_their_terms(database: Database) -> None:
    with database.writing() as session:
        first, second, third = (number_of(taken(session, contact="0912 345 678")) for _ in range(3))
    with database.writing() as session:
        row = observations.get(session, EVERYTHING, first, change=True)
        with pytest.raises(NotSaid):
            looking.erase(session, row, LAN, "text", why="", at=AT)
        looking.erase(session, row, LAN, "text", why="Yêu cầu số 7", at=AT)
        looking.erase(session, row, LAN, "contact", why="Yêu cầu số 7", at=AT)
        row = observations.get(session, EVERYTHING, second, change=True)
        looking.decide(session, row, LAN, "cannot_tell", reason="x", answer="y", at=AT + timedelta(days=200))
    assert _left(database) == {first: ("", False), second: ("Không có ai", True), third: ("Không có ai", True)}
    _destroy(database, "citizen_contacts", AT + timedelta(days=190))
    assert _left(database) == {first: ("", False), second: ("Không có ai", True), third: ("Không có ai", False)}
    _destroy(database, "observations", AT + timedelta(days=2 * 366 + 201))
    assert _left(database) == dict.fromkeys((first, second, third), ("", False))


def _left(database: Database) -> dict[int, tuple[str, bool]]:
    with database.reading() as session:
        return {number_of(row): (row.text, bool(row.contact)) for row in session.exec(select(ObservationRow))}


def _destroy(database: Database, kind: str, at: datetime) -> None:
    (one,) = [each for each in retention.propose(database, ZONE, at=at) if each.row.kind == kind]
    with database.writing() as session:
        one = retention.approve(session, one.row.id or 0, document="QĐ 5", actor=LAN, at=at)
    retention.carry_out(database, one.row.id or 0, actor=LAN, at=at)


def test_a_name_that_is_erased_goes_from_what_citizens_wrote(database: Database) -> None:
    with database.writing() as session:
        taken(session, text="Anh Trần Văn Bình bỏ quầy; 100%_ khách chờ")
        person = office.key(office.get(session, EmployeeRow, "E1"))
    with database.writing() as session:
        row = ErasureRow(employee_id=person, pseudonym="P-7", why="x", erased_by="lan", erased_at=AT)
        erasing.erase(session, row, at=AT)
    with database.reading() as session:
        assert session.scalars(select(ObservationRow.text)).all() == ["Anh P-7 bỏ quầy; 100%_ khách chờ"]


def test_a_score_takes_the_place_of_the_one_before_and_says_of_how_many(database: Database) -> None:
    today = date(2026, 4, 3)
    with database.writing() as session:
        unit = unit_of(session)
        for score in (3.9, 4.2):
            scores.add_score(session, CLERK, unit, Score(2026, 1, score, 5, 120, "BC 9"), today=today, at=AT)
        found, total = observations.scores(session, EVERYTHING, limit=10)
        assert (total, [(row.score, row.n, code) for row, code in found]) == (1, [(4.2, 120, "A")])
        kept = session.scalars(text("SELECT count(*) FROM survey_score")).one()
        assert kept == 2
        odd = (
            (2026, 3, 4, 5, 1, "x"), (2026, 1, 6, 5, 1, "x"), (2026, 1, float("nan"), 5, 1, "x"),
            (2026, 1, 4, 5, 0, "x"), (2026, 1, 4, 5, 1, " "), (1999, 1, 4, 5, 1, "x"),
        )  # fmt: skip
        for given in odd:
            with pytest.raises(Invalid):
                scores.add_score(session, CLERK, unit, Score(*given), today=today, at=AT)
