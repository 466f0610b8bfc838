"""Commitments in the database: asked, signed once as seen, confirmed by somebody else, amended from a date."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from threading import Barrier
from typing import Any

import pytest
from sqlmodel import col, select

from attendance.errors import ChangedMeanwhile, Invalid, MayNotSign, NotFound
from attendance.services.commitments import asking, signing, templates
from attendance.services.commitments.asking import AskedFor, Term
from attendance.services.commitments.checking import check_commitments
from attendance.services.commitments.clauses import Clause, read_clauses, written
from attendance.services.commitments.frozen import shown
from attendance.services.commitments.shipped import examples
from attendance.services.commitments.signing import Signer
from attendance.services.commitments.standing import MovedOn, holding, state_of
from attendance.services.impartial import Decider, NotTheirs
from attendance.store import commitments, erasing, heads, office, registering, serving
from attendance.store.commitment_tables import CommitmentRow, CommitmentTemplateRow
from attendance.store.database import Database, Session
from attendance.store.personal_tables import ErasureRow
from attendance.store.tables import EmployeeRow, UnitRow, UserRow
from attendance.store.trail import Actor
from attendance.store.within import EVERYTHING, Within
from reports.who_signed import SignedFilter, who_signed
from tests.builders import RECORDED_AT, ZONE

AT = datetime(2026, 1, 12, 3, tzinfo=UTC)
TODAY = date(2026, 1, 12)
YEAR = Term(date(2026, 1, 1), date(2026, 12, 31), date(2026, 1, 31))
PERSON, COLLECTIVE = examples()
PEOPLE = {"E1": "A", "E2": "A", "E3": "B", "E9": "H"}


@pytest.fixture
def built(sqlite_database: Database) -> Database:
    return build(sqlite_database)


@pytest.fixture
def anywhere(any_database: Database) -> Database:
    """The same once on each kind of database."""
    return build(any_database)


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


def confirm(database: Database, number: int, code: str, *units: str) -> int:
    return int(act(database, lambda s: signing.confirm(s, number, decider(s, code, *units), zone=ZONE, at=AT)))


def row_of(database: Database, number: int) -> CommitmentRow:
    with database.reading() as session:
        return CommitmentRow(**commitments.get(session, number).model_dump())


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
            until = commitments.held_until(session, rows)
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


def test_who_is_asked_twice_has_one_commitment(anywhere: Database) -> None:
    publish(anywhere)
    first, again = ask(anywhere, "E2"), ask(anywhere, "E2", "E3")
    assert (again.counts["already"], again.counts["new"]) == (1, 1)
    assert first.rows[0].id in [row.id for row in again.rows]
    with anywhere.reading() as session:
        assert len(session.exec(select(CommitmentRow)).all()) == 2


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


def test_what_was_asked_by_mistake_is_taken_back_and_what_was_signed_is_not(built: Database) -> None:
    publish(built)
    first, second = ask(built, "E2", "E3").rows
    sign(built, first.id or 0, "E2")

    def take_back(number: int) -> None:
        act(built, lambda s: asking.withdraw(s, Actor("lan"), number, why="Nhập nhầm", at=AT))

    with pytest.raises(MovedOn, match="signed and stays"):
        take_back(first.id or 0)
    take_back(second.id or 0)
    with pytest.raises(MovedOn, match="taken back"):
        sign(built, second.id or 0, "E3")
    assert ask(built, "E3").counts["new"] == 1


@pytest.mark.parametrize(
    ("term", "says"),
    [
        (Term(date(2026, 1, 1), date(2027, 1, 1)), "one year"),
        (Term(date(2025, 1, 1), date(2025, 12, 31)), "is over"),
        (Term(date(2026, 1, 1), date(2026, 12, 31), date(2026, 1, 11)), "last day for signing"),
    ],
)
def test_a_term_that_cannot_be_meant_is_refused(built: Database, term: Term, says: str) -> None:
    publish(built)
    with pytest.raises(Invalid, match=says):
        ask(built, "E2", term=term)


def test_a_template_is_for_its_part_of_the_tree_and_written_by_who_looks_after_it(built: Database) -> None:
    with built.reading() as session:
        unit, other = (office.get(session, UnitRow, code) for code in "AB")
        mine = Within(frozenset({office.key(unit)}))
        session.expunge_all()
    with pytest.raises(Invalid, match="whole office"):
        publish(built, within=mine)
    with pytest.raises(Invalid, match="whole office"):
        publish(built, within=mine, unit=other)
    publish(built, within=mine, unit=unit)
    with pytest.raises(Invalid, match="not for unit B"):
        ask(built, "E3")
    assert ask(built, "E2").counts["new"] == 1
    with built.reading() as session, pytest.raises(NotFound):
        templates.current(session, Within(frozenset({office.key(other)})), PERSON.code, TODAY)


def test_an_old_page_writes_no_template_over_a_newer_one_and_the_same_again_is_nothing(built: Database) -> None:
    assert publish(built, seen=0) == publish(built, seen=1) == 1
    changed = read_clauses([{"kind": "text", "text": "Không trễ hẹn"}])
    assert publish(built, clauses=changed, seen=1) == 2
    with pytest.raises(ChangedMeanwhile):
        publish(built, seen=1)


def test_a_changed_byte_of_a_signed_commitment_is_named(anywhere: Database) -> None:
    publish(anywhere)
    rows = ask(anywhere, "E1", "E2").rows
    for row, who in zip(rows, ("E1", "E2"), strict=True):
        sign(anywhere, row.id or 0, who)
    kept = row_of(anywhere, rows[1].id or 0)

    def checked(**changed: Any) -> tuple[int | None, str]:
        with anywhere.writing() as session:
            row = commitments.get(session, rows[1].id or 0)
            for name, value in changed.items():
                setattr(row, name, value)
        with anywhere.reading() as session:
            found = check_commitments(session)
        with anywhere.writing() as session:
            row = commitments.get(session, rows[1].id or 0)
            for name in changed:
                setattr(row, name, getattr(kept, name))
        return found.broken, found.wrong

    assert checked() == (None, "")
    assert checked(content=kept.content.replace("Tôi", "Tồi", 1)) == (kept.id, "text")
    assert checked(name="Người khác") == (kept.id, "name")
    assert checked(clauses=[{**kept.clauses[0], "limit": 9}, *kept.clauses[1:]]) == (kept.id, "clauses")
    assert checked(to_on=date(2026, 6, 30)) == (kept.id, "dates")
    assert checked(name="NV-0002", salt="") == (None, "")


def test_every_template_that_is_shipped_says_all_its_clauses_and_no_law(built: Database) -> None:
    for like in (PERSON, COLLECTIVE):
        publish(built, like)
    with built.reading() as session:
        found = session.exec(select(CommitmentTemplateRow).order_by(col(CommitmentTemplateRow.code))).all()
        assert [row.basis for row in found] == ["", ""]
        assert all(clause["text"] and "{" not in clause["text"] for row in found for clause in row.clauses)


def test_clauses_are_read_back_as_they_are_written() -> None:
    given = (
        Clause("a", "late_early_per_month", limit=2), Clause("b", "no_unexcused_session"),
        Clause("c", "missing_explained_within", days=3), Clause("d", "roster_kept"),
        Clause("e", "signed_before", on=date(2026, 2, 1)), Clause("f", "text", text="3 không"),
    )  # fmt: skip
    assert read_clauses(written(given)) == given


@pytest.mark.parametrize(
    ("given", "where"),
    [
        ([], "clauses: a commitment has at least one"),
        ("x", "clauses: a list"),
        ([{"kind": "late_early_per_month"}], r"clauses\[0\].limit"),
        ([{"kind": "late_early_per_month", "limit": -1}], r"clauses\[0\].limit"),
        ([{"kind": "late"}], r"clauses\[0\].kind"),
        ([{"kind": "text"}], r"clauses\[0\].text"),
        ([{"kind": "roster_kept", "limit": 1}], r"clauses\[0\].limit"),
        ([{"kind": "signed_before", "on": "31/1"}], r"clauses\[0\].on"),
        ([{"kind": "roster_kept"}, {"kind": "roster_kept"}], "twice"),
        ([{"kind": "roster_kept", "id": "a"}, {"kind": "text", "text": "b", "id": "a"}], "twice"),
    ],
)
def test_a_clause_that_cannot_be_meant_is_named(given: Any, where: str) -> None:
    with pytest.raises(Invalid, match=where):
        read_clauses(given)


def test_a_name_is_erased_and_what_was_signed_still_holds(built: Database) -> None:
    publish(built)
    publish(built, COLLECTIVE)
    own, unit = ask(built, "E1").rows[0], ask(built, "A").rows[0]
    for row in (own, unit):
        sign(built, row.id or 0, "E1")
    with built.writing() as session:
        person = account(session, "E1")[1]
        erasing.erase(session, ErasureRow(employee_id=person, pseudonym="NV-0007", erased_at=AT), at=AT)
    with built.reading() as session:
        assert check_commitments(session).commitments == 2
        assert check_commitments(session).holds
        for row in (own, unit):
            assert shown(session, commitments.get(session, row.id or 0), TODAY).paper.name == "NV-0007"


def test_the_list_says_who_has_signed_of_whom_where_people_are_now(built: Database) -> None:
    publish(built)
    rows = ask(built, "E1", "E2", "E3").rows
    for row, who in zip(rows, ("E1", "E2", "E3"), strict=True):
        if who != "E3":
            sign(built, row.id or 0, who)

    def standing(on: datetime, unit: str = "") -> tuple[dict[str, tuple[int, int]], list[str]]:
        with built.reading() as session:
            view = who_signed(session, ZONE, on, EVERYTHING, SignedFilter(2026, unit), key=str)
            return {one.unit.code: (one.signed, one.people) for one in view.units}, [line.name for line in view.left]

    assert standing(AT) == ({"H": (0, 1), "A": (2, 2), "B": (0, 1)}, [])
    with built.writing() as session:
        serving.transfer(session, "E2", "B", on=date(2026, 3, 1), document="QĐ 9", at=AT)
        (held,) = serving.of_employee(session, account(session, "E1")[1])
        serving.end_assignment(session, held.id or 0, date(2026, 5, 31), at=AT)
    assert standing(AT + timedelta(days=60)) == ({"H": (0, 1), "A": (1, 1), "B": (1, 2)}, [])
    assert standing(AT + timedelta(days=200)) == ({"H": (0, 1), "B": (1, 2)}, ["Người E1"])
    assert standing(AT + timedelta(days=60), "A")[0] == {"A": (1, 1)}
