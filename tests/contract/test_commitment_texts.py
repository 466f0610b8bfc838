"""Templates and clauses of commitments, what can be asked for, what is kept of a signed text, who has signed."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from sqlmodel import col, select

from attendance.errors import ChangedMeanwhile, Invalid, NotFound
from attendance.services.commitments import asking, templates
from attendance.services.commitments.asking import Term
from attendance.services.commitments.checking import check_commitments
from attendance.services.commitments.clauses import Clause, read_clauses, written
from attendance.services.commitments.frozen import shown
from attendance.services.commitments.standing import MovedOn
from attendance.store import commitments, erasing, office, serving
from attendance.store.commitment_tables import CommitmentTemplateRow
from attendance.store.database import Database
from attendance.store.personal_tables import ErasureRow
from attendance.store.tables import UnitRow
from attendance.store.trail import Actor
from attendance.store.within import EVERYTHING, Within
from reports.who_signed import SignedFilter, who_signed
from tests.builders import ZONE
from tests.contract.commitment_office import (
    AT,
    COLLECTIVE,
    PERSON,
    TODAY,
    account,
    act,
    ask,
    build,
    publish,
    row_of,
    sign,
)


@pytest.fixture
def built(sqlite_database: Database) -> Database:
    return build(sqlite_database)


@pytest.fixture
def anywhere(any_database: Database) -> Database:
    """The same once on each kind of database."""
    return build(any_database)


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
