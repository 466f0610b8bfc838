"""A visit from its plan to what follows from its minutes, on each kind of database; what comes late, and what meets."""

from __future__ import annotations

import threading
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import text

from attendance import clock
from attendance.errors import Invalid
from attendance.services.impartial import Decider
from attendance.services.visiting import drawing, followups, marking, photographing, planning, sealing, weighing
from attendance.services.visiting.marking import NewCheck, NewMark
from attendance.services.visiting.minutes import keep_written
from attendance.services.visiting.planning import NewPlan
from attendance.services.visiting.sealed_checking import check_minutes
from attendance.store import followups as stored_followups
from attendance.store import minutes as stored
from attendance.store import registering, teams, visit_marks, visits
from attendance.store.database import Database, Session
from attendance.store.paper_register import NotAsItWas
from attendance.store.trail import Actor
from attendance.store.visit_tables import TeamRow
from attendance.store.within import EVERYTHING, NOTHING, Within
from reports import inspections
from reports import minutes as pages
from reports.inspections import Looker
from tests import month_office
from tests.builders import ZONE
from tests.minutes_office import (
    ARRIVAL,
    SEALED_AT,
    TEAM_SIDE,
    UNIT_SIDE,
    WRITTEN,
    hold_visit,
    seal_it,
    sealing_by,
    visit_in,
)

TODAY = date(2026, 4, 3)
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de0000000c4944415408d763f8cfc000000301010018dd8d"
    "b00000000049454e44ae426082"
)


def build(database: Database) -> Database:
    month_office.fill(database)
    hold_visit(database)
    return database


@pytest.fixture
def office(sqlite_database: Database) -> Database:
    return build(sqlite_database)


def by_head(session: Session) -> Actor:
    return sealing_by(session).actor


def mark(id: str, noted_at: datetime, found: str = "at_post") -> NewMark:
    return NewMark(id, "E1", found, noted_at)


def test_a_visit_is_planned_drawn_sealed_listed_and_followed(any_database: Database) -> None:
    office = build(any_database)
    with office.writing() as session:
        visit, by = visit_in(session), by_head(session)
        team = session.get_one(TeamRow, visit.team_id)
        for code in "XYZ":
            registering.add_unit(session, code, schedule="HC", at=SEALED_AT)
            registering.add_employee(session, f"{code}1", at=SEALED_AT)
            registering.assign(session, f"{code}1", code, from_on=date(2026, 1, 1), at=SEALED_AT)
        check = NewCheck("check-0001", "hours_posted", "yes", SEALED_AT)
        assert [each.outcome for each in marking.note(session, visit, by, [], [check], at=SEALED_AT)] == ["taken"]
        told = photographing.take(session, visit, by, "photo-0001", PNG, noted_at=SEALED_AT, at=SEALED_AT)
        assert told.outcome == "taken"
        assert visit_marks.with_content(session, visit.id or 0)
    row = seal_it(office)
    with office.writing() as session:
        visit, by = visit_in(session), by_head(session)
        assert check_minutes(session).holds
        sealing.add_annex(
            session, ZONE, visit, "Bổ sung.", (TEAM_SIDE, UNIT_SIDE), by=sealing_by(session), at=SEALED_AT
        )
    with office.writing() as session:  # the trail is written as a transaction ends
        visit, by = visit_in(session), by_head(session)
        found = check_minutes(session)
        assert (found.holds, found.minutes, found.annexes) == (True, 1, 1)
        assert stored.sealed_within(session, visit.key, EVERYTHING) is not None
        assert stored.sealed_within(session, visit.key, NOTHING) is None
        (named,) = stored.naming(session, 2, ARRIVAL, ARRIVAL + timedelta(minutes=1))
        assert (named.found, named.code) == ("without_reason", row.code)
        decider = Decider(by, EVERYTHING)
        followed = pages.followups_page(session, ZONE, EVERYTHING, [team.id or 0], decider, TODAY, only_overdue=False)
        assert [(each.number, each.due) for each in followed.lines] == [(1, date(2026, 3, 24)), (2, None)]
        assert followed.overdue == 1
        minutes = stored.of_code(session, row.code)
        assert minutes is not None
        followups.answer(session, minutes, 1, "Đã làm.", by=Actor("x", None, "api"), version=None, at=SEALED_AT)
        with pytest.raises(Invalid):
            followups.decide(session, minutes, 1, "done", "a\0b", by=decider, today=TODAY, version=None, at=SEALED_AT)
        followups.decide(session, minutes, 1, "done", "", by=decider, today=TODAY, version=2, at=SEALED_AT)
        left = stored_followups.within(session, Within(), [team.id or 0], overdue_on=TODAY, limit=9)
        assert [each.row.number for each in left] == []
    with office.writing() as session:
        visit, by = visit_in(session), by_head(session)
        team = session.get_one(TeamRow, visit.team_id)
        me = inspections.looker(session, by.user_id or 0, EVERYTHING, EVERYTHING, TODAY)
        units = {each.code: each for each in weighing.candidates(session, EVERYTHING, [team.id or 0], TODAY)}
        assert units["A"].last_visit == date(2026, 3, 17)
        new = NewPlan(units["X"].id, planned_for=TODAY)
        planning.plan(session, team, new, by=by, today=TODAY, at=SEALED_AT)
        drawn = planning.draw(
            session, team, list(units.values()), "risk", 1, kind="surprise", planned_for=None, by=by, today=TODAY,
            at=SEALED_AT,
        )  # fmt: skip
        assert drawing.take(drawn.seed, [drawing.Weighed(each["unit"], each["weight"]) for each in drawn.candidates], 1)
        listed, total = inspections.visit_list(session, ZONE, me, limit=10, offset=0)
        assert (total, [each.state for each in listed]) == (3, ["planned", "planned", "sealed"])
        assert listed[0].planned_for == TODAY
        stranger = Looker((), frozenset(), NOTHING, EVERYTHING, TODAY)
        assert [each.state for each in inspections.visit_list(session, ZONE, stranger, limit=10, offset=0)[0]] == [
            "sealed"
        ]
        page = inspections.inspections_page(session, ZONE, me, page=1)
        assert (len(page.plans), len(page.draws), page.units) == (2, 1, 4)
        assert [row.id for row in teams.seen(session, EVERYTHING, [])] == [team.id]
        assert teams.seen(session, NOTHING, []) == []
        assert visits.teams_of(session, by.user_id or 0, TODAY) == [team]


def test_a_phone_whose_clock_is_in_another_age_loses_nothing(office: Database) -> None:
    """Its moments are put right, or cut to the visit: never an error that keeps the line on the phone for ever."""
    begun = clock.to_instant(ARRIVAL, ZONE)
    first, last = datetime(1, 1, 1, tzinfo=UTC), datetime(9999, 12, 31, 23, 59, tzinfo=UTC)
    cases = [
        (last, first, begun + timedelta(hours=3)), (first, last, begun), (last, None, begun + timedelta(hours=3)),
        (first + timedelta(minutes=1), first + timedelta(minutes=3), begun + timedelta(hours=3, minutes=-2)),
    ]  # fmt: skip
    with office.writing() as session:
        at = begun + timedelta(hours=3)
        for number, (noted_at, sent_at, wanted) in enumerate(cases):
            line = mark(f"strange-{number}", noted_at)
            (told,) = marking.note(session, visit_in(session), by_head(session), [line], sent_at=sent_at, at=at)
            assert told.outcome == "taken"
            stored_at = session.execute(
                text("SELECT id FROM visit_mark WHERE client_id = :id"), {"id": line.id}
            ).scalar_one()
            (row,) = [each for each in visit_marks.marks(session, visit_in(session).id or 0) if each.id == stored_at]
            assert row.noted_at == wanted


def test_what_waited_while_the_minutes_were_sealed_is_for_an_annex(office: Database) -> None:
    """It reached the server before the seal and the visit after it: it is late, in no figure, and not lost."""
    seal_it(office)
    with office.writing() as session:
        visit, by = visit_in(session), by_head(session)
        line = mark("waited-0001", SEALED_AT, "absent")
        before = {each.employee: each.mark for each in marking.marks(session, visit)}
        (told,) = marking.note(session, visit, by, [line], at=SEALED_AT - timedelta(milliseconds=300))
        assert told.outcome == "late"
        assert {each.employee: each.mark for each in marking.marks(session, visit)} == before
        assert [(each.employee, each.mark) for each in marking.late_marks(session, visit)] == [("E1", "absent")]
        told = photographing.take(
            session, visit, by, "waited-0002", PNG, noted_at=SEALED_AT, at=SEALED_AT - timedelta(milliseconds=300)
        )
        assert (told.outcome, marking.photos(session, visit)) == ("late", [])


@pytest.mark.postgres
def test_two_members_who_write_first_come_in_turn(postgres_database: Database) -> None:
    month_office.fill(postgres_database)
    hold_visit(postgres_database, written=None)
    written, failed = threading.Event(), list[BaseException]()

    def other() -> None:
        try:
            with postgres_database.writing() as session:
                visit, by = visit_in(session), by_head(session)
                written.set()
                keep_written(session, visit, WRITTEN, by=by, at=SEALED_AT, version=0)
        except BaseException as error:
            failed.append(error)

    with postgres_database.writing() as session:
        keep_written(session, visit_in(session), WRITTEN, by=by_head(session), at=SEALED_AT, version=0)
        thread = threading.Thread(target=other)
        thread.start()
        assert written.wait(20)
        thread.join(0.5)  # it waits for the visit
    thread.join(30)
    assert [type(each) for each in failed] == [NotAsItWas]
