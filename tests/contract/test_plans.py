"""Teams, plans and draws in the database: who is given what, who knows of what, and what a draw leaves behind."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text

from attendance.errors import NotFound
from attendance.services import granting
from attendance.services.accounts import Accounts
from attendance.services.granting import GrantRefused, Wanted
from attendance.services.visiting import drawing, entering, planning, teams, weighing
from attendance.services.visiting.planning import NewPlan, PlanInvalid
from attendance.services.visiting.teams import NewMember, NewTeam, TeamInvalid
from attendance.store import office, papers_roster, registering, visits
from attendance.store.database import Database, Session
from attendance.store.tables import UnitRow
from attendance.store.trail import CONSOLE, Actor
from attendance.store.visit_tables import SEALED, TeamRow, VisitRow
from attendance.store.within import EVERYTHING, NOTHING, Within
from reports import inspections
from reports.inspections import Looker
from tests.access.asking import CHEAP
from tests.builders import ZONE, build_office

TODAY = date(2026, 11, 24)
NOW = datetime(2026, 11, 24, 2, tzinfo=UTC)
LAST = date(2026, 12, 31)
PASSWORD = "mưa rơi trên mái ngói"


@pytest.fixture
def database(sqlite_database: Database) -> Database:
    """Units A to D, A with three people; accounts of nobody in particular, and `e1` of somebody in A."""
    build_office(sqlite_database)
    with sqlite_database.writing() as session:
        for number, code in enumerate("BCD", 1):
            registering.add_unit(session, code, schedule="HC", at=NOW - timedelta(days=300))
            registering.add_employee(session, f"{code}1", at=NOW - timedelta(days=300))
            registering.assign(session, f"{code}1", code, from_on=date(2026, 1, number), at=NOW - timedelta(days=300))
    accounts = Accounts(sqlite_database, now=lambda: NOW, hasher=CHEAP)
    for name in ("lan", "binh", "hoa", "son"):
        accounts.create_user(name, PASSWORD)
    accounts.create_user("e1", PASSWORD, employee="E1")
    with sqlite_database.writing() as session:
        granting.give(session, "lan", Wanted("leader"), by=CONSOLE, at=NOW)
    return sqlite_database


def actor(session: Session, name: str) -> Actor:
    return Actor(name, session.execute(text("SELECT id FROM app_user WHERE name = :n"), {"n": name}).scalar_one())


def unit(session: Session, code: str) -> int:
    return office.key(office.get(session, UnitRow, code))


def formed(session: Session, *members: str, **more: Any) -> TeamRow:
    given = {"name": "Tổ 1", "document": "QĐ 1", "unit": None, "from_on": TODAY, "to_on": LAST} | more
    people = [NewMember(name, "member" if place else "head") for place, name in enumerate(members)]
    return teams.form(session, ZONE, NewTeam(**given, members=people), by=actor(session, "lan"), at=NOW)


def planned(session: Session, team: TeamRow, code: str, by: str = "binh", **more: Any) -> VisitRow:
    new = NewPlan(unit(session, code), **more)
    return planning.plan(session, team, new, by=actor(session, by), today=TODAY, at=NOW)


def sees(session: Session, name: str, key: str, on: date = TODAY) -> bool:
    try:
        entering.own_visit(session, actor(session, name).user_id, key, on)
    except NotFound:
        return False
    return True


def test_a_member_may_inspect_while_the_decision_holds_and_no_longer(database: Database) -> None:
    with database.writing() as session:
        team = formed(session, "binh", "hoa", unit="B", from_on=date(2026, 12, 1))
        number = actor(session, "binh").user_id
        (grant,) = granting.account(session, "binh", NOW).grants
        found = grant.grant
        assert (found.role, found.unit, found.document, found.visit) == ("inspector", "B", "QĐ 1", "QĐ 1")
        assert found.starts_at == datetime(2026, 11, 30, 17, tzinfo=UTC), "midnight of the office"
        assert found.ends_at == datetime(2026, 12, 31, 17, tzinfo=UTC)
        for on, count in ((TODAY, 0), (date(2026, 12, 1), 1), (LAST, 1), (LAST + timedelta(days=1), 0)):
            assert len(entering.teams_in_force(session, number, on)) == count, on
        place = next(member.id for member, user in _members(session, team) if user.name == "hoa")
        teams.leave(session, team, place, by=actor(session, "lan"), at=NOW)
        assert [each.state for each in granting.account(session, "hoa", NOW).grants] == ["revoked"]
        teams.end(session, team, why="xong", by=actor(session, "lan"), at=NOW)
        assert [each.state for each in granting.account(session, "binh", NOW).grants] == ["revoked"]
        assert entering.teams_in_force(session, number, date(2026, 12, 2)) == []
        with pytest.raises(TeamInvalid):
            teams.join(session, ZONE, team, NewMember("son"), by=actor(session, "lan"), at=NOW)


def _members(session: Session, team: TeamRow) -> list[Any]:
    from attendance.store import teams as stored

    return stored.members(session, [stored.number_of(team)])[stored.number_of(team)]


def test_nobody_brings_themselves_in_and_nothing_of_such_a_team_is_stored(database: Database) -> None:
    with pytest.raises(GrantRefused), database.writing() as session:
        formed(session, "binh", "lan")
    with database.reading() as session:
        assert session.execute(text("SELECT count(*) FROM team")).scalar_one() == 0
        assert granting.account(session, "binh", NOW).grants == ()


@pytest.mark.parametrize(
    ("members", "more", "why"),
    [
        (("binh",), {"name": " "}, "name"), (("binh",), {"document": "a\nb"}, "document"),
        (("binh",), {"to_on": TODAY - timedelta(days=1), "from_on": TODAY - timedelta(days=3)}, "period"),
        (("binh",), {"to_on": TODAY + timedelta(days=366)}, "period"), (("binh", "binh"), {}, "twice"),
        ((), {}, "members"), (("binh",), {"authority": "x"}, "authority"),
    ],
)  # fmt: skip
def test_a_team_that_cannot_be_is_refused(database: Database, members: Any, more: Any, why: str) -> None:
    with pytest.raises(TeamInvalid) as refused, database.writing() as session:
        formed(session, *members, **more)
    assert refused.value.why == why


def test_a_plan_is_known_to_its_team_alone(database: Database) -> None:
    with database.writing() as session:
        team, other = formed(session, "binh", "hoa"), formed(session, "son", name="Tổ 2")
        row = planned(session, team, "B", note="sớm")
        assert [name for name in ("binh", "hoa", "son", "lan", "e1") if sees(session, name, row.key)] == ["binh", "hoa"]
        assert not sees(session, "binh", row.key, LAST + timedelta(days=1)), "the decision has expired"
        assert planned(session, other, "B", "son").key != row.key, "another team is not told that there is one"
        (mine,) = [each for each, user in _members(session, team) if user.name == "hoa"]
        teams.leave(session, team, mine.id, by=actor(session, "lan"), at=NOW)
        assert not sees(session, "hoa", row.key)
        grant = granting.account(session, "binh", NOW).grants[0].grant
        granting.take_back(session, grant.id, by=CONSOLE, at=NOW)
        assert not sees(session, "binh", row.key), "a revoked grant ends it, whatever the membership"


def test_nobody_of_the_unit_is_in_the_know_through_their_team(database: Database) -> None:
    """Somebody who serves where a visit is planned joins the team: of that plan they learn nothing there."""
    with database.writing() as session:
        team = formed(session, "binh")
        to_own, elsewhere = planned(session, team, "A"), planned(session, team, "B")
        teams.join(session, ZONE, team, NewMember("e1"), by=actor(session, "lan"), at=NOW)
        assert (sees(session, "e1", to_own.key), sees(session, "e1", elsewhere.key)) == (False, True)
        me = inspections.looker(session, actor(session, "e1").user_id or 0, EVERYTHING, EVERYTHING, TODAY)
        listed, total = inspections.visit_list(session, ZONE, me, limit=10, offset=0)
        assert ([each.unit for each in listed], total) == (["B"], 1)
        for by in ("binh", "e1"):
            with pytest.raises(PlanInvalid) as refused:
                planned(session, team, "A", by, planned_for=TODAY)
            assert refused.value.why == "own_unit"
        assert sees(session, "e1", planned(session, team, "A", kind="self").key)


@pytest.mark.parametrize(
    ("more", "why"),
    [
        ({"kind": "x"}, "kind"), ({"source": "x"}, "source"), ({"planned_for": TODAY - timedelta(days=1)}, "day"),
        ({"planned_for": LAST + timedelta(days=1)}, "day"), ({"note": "x" * 2001}, "note"), ({"note": "a\0b"}, "note"),
    ],
)  # fmt: skip
def test_a_plan_that_cannot_be_is_refused(database: Database, more: Any, why: str) -> None:
    with database.writing() as session:
        team = formed(session, "binh")
        with pytest.raises(PlanInvalid) as refused:
            planned(session, team, "B", **more)
        assert refused.value.why == why
        planned(session, team, "B")
        with pytest.raises(PlanInvalid):
            planned(session, team, "B")


def test_a_dropped_plan_leaves_an_entry_without_the_unit(database: Database) -> None:
    with database.writing() as session:
        row = planned(session, formed(session, "binh"), "B", note="zNOTEz")
    before = _trail(database)
    assert not [each for each in before if each[0].startswith("visit")]
    with database.writing() as session:
        mine = entering.own_visit(session, actor(session, "binh").user_id, row.key, TODAY)
        planning.drop(session, mine, why="zWHYz", by=actor(session, "binh"), at=NOW)
        with pytest.raises(PlanInvalid):
            planning.drop(session, mine, why="x", by=actor(session, "binh"), at=NOW)
    ((act, content),) = _trail(database)[len(before) :]
    assert act == "visit.dropped"
    assert not any(word in content for word in ("zNOTEz", "zWHYz", '"B"', "unit"))


def _trail(database: Database) -> list[tuple[str, str]]:
    query = "SELECT act, coalesce(content, '') FROM trail LEFT JOIN trail_detail USING (seq) ORDER BY seq"
    with database.reading() as session:
        return [(act, content) for act, content in session.execute(text(query))]


def drawn(session: Session, team: TeamRow, way: str = "risk", count: int = 2, **more: Any) -> str:
    found = weighing.candidates(session, EVERYTHING, [], TODAY)
    given = {"kind": "surprise", "planned_for": None} | more
    return planning.draw(
        session, team, found, way, count, **given, by=actor(session, "binh"), today=TODAY, at=NOW
    ).key  # fmt: skip


def test_a_draw_tells_nothing_until_its_visits_are_over_and_then_everything(database: Database) -> None:
    with database.writing() as session:
        team = formed(session, "binh")
        key = drawn(session, team)
        number = actor(session, "binh").user_id or 0
        mine = inspections.looker(session, number, EVERYTHING, EVERYTHING, TODAY)
        leader = Looker((), frozenset(), NOTHING, EVERYTHING, TODAY)
        part = Looker((), frozenset(), NOTHING, Within(frozenset({unit(session, "B")})), TODAY)
        own = inspections.draw(session, ZONE, key, mine)
        assert own is not None
        assert (own.seed, own.published, len(own.taken)) == (None, False, 2)
        assert inspections.draw(session, ZONE, key, leader) is None
        assert inspections.draw_list(session, ZONE, leader) == []
    made = [content for act, content in _trail(database) if act == "draw.made"]
    assert own.seed_digest in made[0]
    assert own.content_digest in made[0]
    assert not any(f'"{code}"' in made[0] for code in "ABCD")
    with database.writing() as session:
        for row in visits.planned_of(session, team.id or 0):
            assert inspections.draw(session, ZONE, key, leader) is None, "as long as one is planned"
            planning.drop(session, row, why="thử", by=actor(session, "binh"), at=NOW)
        found = inspections.draw(session, ZONE, key, leader)
        assert found is not None
        assert found.seed is not None
        assert inspections.draw(session, ZONE, key, part) is None, "it names units outside of their part"
        told = {**{name: getattr(found, name) for name in ("seed", "seed_digest", "content_digest", "way", "count")},
                "candidates": list(found.candidates), "taken": list(found.taken)}  # fmt: skip
        assert drawing.check(told) == drawing.Checked(found.taken, ())


def test_a_draw_is_not_told_while_a_plan_from_before_it_is_open(database: Database) -> None:
    """The planned unit was not drawn from: whoever reads the candidates would see which one is missing."""
    with database.writing() as session:
        team, by = formed(session, "binh"), actor(session, "binh")
        secret = planned(session, team, "B")
        key = drawn(session, team, count=1)
        leader = Looker((), frozenset(), NOTHING, EVERYTHING, TODAY)
        (one,) = [row for row in visits.planned_of(session, team.id or 0) if row.key != secret.key]
        planning.drop(session, one, why="thử", by=by, at=NOW)
        assert inspections.draw(session, ZONE, key, leader) is None
        assert inspections.draw_list(session, ZONE, leader) == []
        own = inspections.draw(
            session, ZONE, key, inspections.looker(session, by.user_id or 0, EVERYTHING, EVERYTHING, TODAY)
        )
        assert own is not None
        assert own.seed is None
        planning.drop(session, secret, why="thử", by=by, at=NOW)
        found = inspections.draw(session, ZONE, key, leader)
        assert found is not None
        assert {each["unit"] for each in found.candidates} == set("ACD")


def test_what_a_draw_leaves_in_the_trail_is_the_same_whatever_was_drawn(database: Database) -> None:
    """Two draws, from other units: entries differ in their digests alone, which tell nothing without the seed."""
    with database.writing() as session:
        team = formed(session, "binh")
        drawn(session, team, count=1)
        drawn(session, team, way="chance", count=1)
    first, second = (content for act, content in _trail(database) if act == "draw.made")
    assert len(first) == len(second)
    assert first != second


def test_a_draw_of_too_few_is_refused(database: Database) -> None:
    with database.writing() as session:
        team = formed(session, "binh")
        for count in (0, 4, 21):
            with pytest.raises(PlanInvalid) as refused:
                drawn(session, team, count=count)
            assert refused.value.why == "count"
        drawn(session, team, count=2)
        with pytest.raises(PlanInvalid) as refused:  # two are left that have no plan
            drawn(session, team, count=1)
        assert refused.value.why == "few"
        with pytest.raises(PlanInvalid):
            drawn(session, team, way="x")


def test_the_form_says_from_how_many_units_each_kind_is_drawn(database: Database) -> None:
    """Not from those that members serve in, nor those with a plan of that kind; for self-inspection from those too."""
    with database.writing() as session:
        team, by = formed(session, "binh", "e1"), actor(session, "binh")
        planned(session, team, "B")

        def counted() -> tuple[int, int]:
            mine = inspections.looker(session, by.user_id or 0, EVERYTHING, EVERYTHING, TODAY)
            view = inspections.plan_page(session, mine, None, "")
            assert len(view.found) == 4
            return view.drawable["surprise"], view.drawable["self"]

        assert counted() == (2, 4)
        with pytest.raises(PlanInvalid, match="There are 2 units"):
            drawn(session, team, count=1)
        drawn(session, team, count=3, kind="self")
        assert counted() == (2, 1)


def test_never_visited_counts_what_one_may_know(database: Database) -> None:
    """A sealed visit, one on paper and one's own team's count; one that goes on elsewhere is not to be known."""

    def visited(session: Session, team: TeamRow, code: str, state: str) -> None:
        row = VisitRow(key=f"{code}{state}", team_id=team.id, unit_id=unit(session, code), state=state, created_at=NOW,
                       wall_time=datetime(2026, 11, 20, 8))  # fmt: skip
        visits.add(session, row)

    with database.writing() as session:
        team = formed(session, "binh")
        visited(session, team, "B", SEALED)
        visited(session, team, "C", "begun")
        papers_roster.inspect(session, "D", datetime(2026, 3, 2, 8), [], document="BB 1", at=NOW)
        known = weighing.candidates(session, EVERYTHING, [], TODAY)
        assert [each.code for each in weighing.never_visited(known, 2026)] == ["A", "C"]
        own = weighing.candidates(session, EVERYTHING, [team.id or 0], TODAY)
        assert [each.code for each in weighing.never_visited(own, 2026)] == ["A"]
        assert {each.code: each.facts.since for each in own} == {"A": None, "B": 4, "C": 4, "D": 267}
        assert {each.code: each.people for each in own} == {"A": 3, "B": 1, "C": 1, "D": 1}
