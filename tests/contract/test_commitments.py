"""Commitments in the database: asked, signed once as seen, confirmed by somebody else, amended from a date."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from threading import Barrier

import pytest
from sqlmodel import select

from attendance.errors import Invalid, MayNotSign
from attendance.services.commitments import asking, signing, templates
from attendance.services.commitments.asking import Term
from attendance.services.commitments.clauses import read_clauses
from attendance.services.commitments.frozen import shown
from attendance.services.commitments.standing import MovedOn, holding, state_of
from attendance.services.impartial import NotTheirs
from attendance.store import commitments, heads, office, registering, serving
from attendance.store.commitment_tables import CommitmentRow
from attendance.store.database import Database
from attendance.store.tables import EmployeeRow, UnitRow
from attendance.store.trail import Actor
from attendance.store.within import EVERYTHING
from tests.builders import RECORDED_AT, ZONE, statements_of
from tests.contract.commitment_office import (
    AT,
    COLLECTIVE,
    TODAY,
    YEAR,
    account,
    act,
    ask,
    build,
    confirm,
    decider,
    publish,
    row_of,
    seen,
    sign,
)


@pytest.fixture
def built(sqlite_database: Database) -> Database:
    return build(sqlite_database)


@pytest.fixture
def anywhere(any_database: Database) -> Database:
    """The same once on each kind of database."""
    return build(any_database)


def test_a_changed_template_changes_nothing_that_was_signed_and_all_that_was_not(built: Database) -> None:
    publish(built)
    first, second = ask(built, "E2", "E3").rows
    sign(built, first.id or 0, "E2")
    before = row_of(built, first.id or 0)
    assert publish(built, clauses=read_clauses([{"kind": "late_early_per_month", "limit": 1}])) == 2
    again = ask(built, "E3")
    assert (again.counts["renewed"], again.rows[0].id) == (1, second.id)
    assert [clause["limit"] for clause in row_of(built, second.id or 0).clauses] == [1]
    after = row_of(built, first.id or 0)
    assert (after.content, after.digest, after.clauses) == (before.content, before.digest, before.clauses)
    with built.reading() as session:
        paper = shown(session, commitments.get(session, first.id or 0), TODAY)
        assert (paper.holds, paper.is_frozen, paper.paper.clauses[0].limit) == (True, True, 2)
        assert paper.paper.name == "Người E2"
        assert "Người E2" not in before.content


def test_the_digest_of_the_text_that_was_seen_is_the_one_that_is_signed(built: Database) -> None:
    publish(built)
    (row,) = ask(built, "E2").rows
    digest = seen(built, row.id or 0)
    sign(built, row.id or 0, "E2", digest)
    assert row_of(built, row.id or 0).digest == digest
    assert seen(built, row.id or 0, date(2027, 5, 5)) == digest


def test_a_text_that_moved_on_is_not_signed(built: Database) -> None:
    publish(built)
    (row,) = ask(built, "E2").rows
    digest = seen(built, row.id or 0)
    publish(built, clauses=read_clauses([{"kind": "no_unexcused_session"}]))
    ask(built, "E2")
    with pytest.raises(MovedOn, match="not the one you saw"):
        sign(built, row.id or 0, "E2", digest)
    assert state_of(row_of(built, row.id or 0)) == "asked"


def test_of_two_tabs_one_signs_and_the_other_is_told(built: Database) -> None:
    publish(built)
    (row,) = ask(built, "E2").rows
    digest = seen(built, row.id or 0)
    sign(built, row.id or 0, "E2", digest)
    with pytest.raises(MovedOn, match="signed on 2026-01-12 at 10:00 already"):
        sign(built, row.id or 0, "E2", digest, at=AT + timedelta(minutes=1))
    assert row_of(built, row.id or 0).signed_at == AT


def test_of_two_that_sign_at_once_one_does(anywhere: Database) -> None:
    publish(anywhere)
    (row,) = ask(anywhere, "E2").rows
    digest, start = seen(anywhere, row.id or 0), Barrier(2)

    def try_it(_: int) -> str:
        start.wait()
        try:
            sign(anywhere, row.id or 0, "E2", digest)
        except MovedOn as error:
            return error.code
        return "signed"

    with ThreadPoolExecutor(2) as both:
        assert sorted(both.map(try_it, range(2))) == ["commitment_moved_on", "signed"]


def test_nobody_signs_for_another_person(built: Database) -> None:
    publish(built)
    (row,) = ask(built, "E2").rows
    for other in ("E1", "E3", "E9"):
        with pytest.raises(MayNotSign):
            sign(built, row.id or 0, other)


def test_a_collective_is_signed_by_the_head_in_office_that_day(built: Database) -> None:
    publish(built, COLLECTIVE)
    (row,) = ask(built, "A").rows
    old = seen(built, row.id or 0)
    with built.writing() as session:
        term = heads.terms_of(session, office.key(office.get(session, UnitRow, "A")))[0]
        heads.end_term(session, term.id, date(2026, 1, 11), at=AT)
    with pytest.raises(MayNotSign, match="Nobody leads"):
        sign(built, row.id or 0, "E1")
    with built.writing() as session:
        heads.name_head(session, "A", "E2", from_on=TODAY, kind="acting", at=AT)
    with pytest.raises(MayNotSign, match="its head"):
        sign(built, row.id or 0, "E1")
    with pytest.raises(MovedOn, match="not the one you saw"):
        sign(built, row.id or 0, "E2", old)
    sign(built, row.id or 0, "E2")
    signed = row_of(built, row.id or 0)
    with built.reading() as session:
        assert signed.head_id == account(session, "E2")[1]
        paper = shown(session, commitments.get(session, row.id or 0), TODAY).paper
        assert (paper.name, paper.post, paper.unit) == ("Người E2", "acting", "A")


def test_nobody_confirms_their_own_and_a_heads_is_confirmed_one_level_up(built: Database) -> None:
    publish(built)
    publish(built, COLLECTIVE)
    own, others = ask(built, "E1", "E2").rows
    (unit,) = ask(built, "A").rows
    for row, who in ((own, "E1"), (others, "E2"), (unit, "E1")):
        with pytest.raises(MovedOn, match="not signed"):
            confirm(built, row.id or 0, "E9", "H", "A")
        sign(built, row.id or 0, who)
    for row in (own, unit):
        with pytest.raises(NotTheirs):
            confirm(built, row.id or 0, "E1", "A")
        with pytest.raises(NotTheirs, match="one level up"):
            confirm(built, row.id or 0, "E3", "A")
        confirm(built, row.id or 0, "E9", "H", "A")
    with pytest.raises(NotTheirs):
        confirm(built, others.id or 0, "E2", "A")
    confirm(built, others.id or 0, "E1", "A")
    assert row_of(built, others.id or 0).confirmed_by == "Người E1"
    with pytest.raises(MovedOn, match="Người E1 has confirmed"):
        confirm(built, others.id or 0, "E9", "H", "A")


@pytest.mark.parametrize("after", ["E2", None])
def test_a_collectives_goes_one_level_up_also_once_its_head_has_changed(built: Database, after: str | None) -> None:
    publish(built, COLLECTIVE)
    (row,) = ask(built, "A").rows
    sign(built, row.id or 0, "E1")
    with built.writing() as session:
        term = heads.terms_of(session, office.key(office.get(session, UnitRow, "A")))[0]
        heads.end_term(session, term.id, TODAY, at=AT)
        if after is not None:
            heads.name_head(session, "A", after, from_on=TODAY + timedelta(days=1), at=AT)
    later = AT + timedelta(days=2)
    for who in ("E1", "E2", "E3"):
        with pytest.raises(NotTheirs):
            confirm(built, row.id or 0, who, "A", at=later)
    confirm(built, row.id or 0, "E9", "H", "A", at=later)


def test_an_amendment_holds_from_its_date_once_it_is_signed_and_the_old_one_stays(anywhere: Database) -> None:
    publish(anywhere)
    (row,) = ask(anywhere, "E2").rows
    sign(anywhere, row.id or 0, "E2")
    publish(anywhere, clauses=read_clauses([{"kind": "late_early_per_month", "limit": 1}]))
    with pytest.raises(Invalid, match="holds from today or later"):
        ask(anywhere, "E2", term=Term(date(2026, 1, 5), YEAR.to_on))
    new = ask(anywhere, "E2", term=Term(date(2026, 7, 1), YEAR.to_on))
    assert (new.counts["amended"], new.rows[0].replaces_id) == (1, row.id)

    def stands(on: date) -> tuple[date, int | None]:
        with anywhere.reading() as session:
            rows = commitments.of_person(session, account(session, "E2")[1], 2026)
            until = commitments.held_until(session, rows, ZONE)
            found = holding(rows, until, on)
            return until[row.id or 0], found.id if found else None

    assert stands(date(2026, 8, 1)) == (YEAR.to_on, row.id)
    sign(anywhere, new.rows[0].id or 0, "E2")
    assert stands(date(2026, 6, 30)) == (date(2026, 6, 30), row.id)
    assert stands(date(2026, 7, 1)) == (date(2026, 6, 30), new.rows[0].id)
    with anywhere.reading() as session:
        both = [shown(session, commitments.get(session, each.id or 0), TODAY) for each in (row, new.rows[0])]
    assert [each.paper.clauses[0].limit for each in both] == [2, 1]
    assert both[1].paper.replaces == both[0].digest
    assert ask(anywhere, "E2", term=Term(date(2026, 9, 1), YEAR.to_on)).counts["already"] == 1


def test_one_that_is_signed_late_takes_the_place_of_the_other_from_then_on(built: Database) -> None:
    publish(built)
    (row,) = ask(built, "E2").rows
    sign(built, row.id or 0, "E2")
    publish(built, clauses=read_clauses([{"kind": "late_early_per_month", "limit": 1}]))
    (new,) = ask(built, "E2", term=Term(date(2026, 1, 14), YEAR.to_on)).rows
    sign(built, new.id or 0, "E2", at=AT + timedelta(days=8))
    with built.reading() as session:
        rows = [commitments.get(session, each.id or 0) for each in (row, new)]
        until = commitments.held_until(session, rows, ZONE)
    assert until == {row.id: TODAY + timedelta(days=7), new.id: YEAR.to_on}


def test_who_is_asked_twice_has_one_commitment(anywhere: Database) -> None:
    publish(anywhere)
    first, again = ask(anywhere, "E2"), ask(anywhere, "E2", "E3")
    assert (again.counts["already"], again.counts["new"]) == (1, 1)
    assert first.rows[0].id in [row.id for row in again.rows]
    with anywhere.reading() as session:
        assert len(session.exec(select(CommitmentRow)).all()) == 2


def test_asking_many_asks_the_database_as_often_as_asking_two(built: Database) -> None:
    publish(built)
    with built.writing() as session:
        for number in range(20):
            registering.add_employee(session, f"E{number:03}", name=f"Người {number}", at=RECORDED_AT)
            registering.assign(session, f"E{number:03}", "B", from_on=date(2024, 1, 1), at=RECORDED_AT)

    def asked(codes: list[str]) -> int:
        with built.writing() as session:
            people = [office.get(session, EmployeeRow, code) for code in codes]
            text = templates.current(session, EVERYTHING, "CA-NHAN", TODAY)
            return statements_of(
                built, lambda: asking.ask(session, Actor("lan"), text, YEAR, people=people, zone=ZONE, at=AT)
            )

    assert asked(["E1", "E2"]) == asked([f"E{number:03}" for number in range(20)])


def test_a_refusal_is_noted_with_its_reason_and_may_be_signed_after_all(built: Database) -> None:
    publish(built)
    (row,) = ask(built, "E2").rows
    number = row.id or 0
    with pytest.raises(NotTheirs):
        act(built, lambda s: signing.note_refusal(s, number, decider(s, "E2", "A"), reason="x", zone=ZONE, at=AT))
    with pytest.raises(Invalid, match="reason"):
        act(built, lambda s: signing.note_refusal(s, number, decider(s, "E1", "A"), reason=" ", zone=ZONE, at=AT))
    act(built, lambda s: signing.note_refusal(s, number, decider(s, "E1", "A"), reason="Chưa rõ", zone=ZONE, at=AT))
    assert state_of(row_of(built, number)) == "refused"
    sign(built, number, "E2")
    kept = row_of(built, number)
    assert (state_of(kept), kept.refusal_reason) == ("signed", "Chưa rõ")


def test_a_commitment_follows_the_person_to_another_unit(built: Database) -> None:
    publish(built)
    (row,) = ask(built, "E2").rows
    sign(built, row.id or 0, "E2")
    with built.writing() as session:
        serving.transfer(session, "E2", "B", on=TODAY, document="QĐ 9", at=AT)
    with built.reading() as session:
        there = commitments.serving(session, EVERYTHING, {office.key(office.get(session, UnitRow, "B"))}, TODAY)
        assert account(session, "E2")[1] in [person for person, _ in there]
        assert shown(session, commitments.get(session, row.id or 0), TODAY).paper.unit == "A"
    with pytest.raises(NotTheirs):
        confirm(built, row.id or 0, "E1", "A")
    confirm(built, row.id or 0, "E9", "H", "B")
