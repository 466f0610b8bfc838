"""Absences and duties of a sheet are papers of the register: who handed them in, who signed, whether they stand."""

from __future__ import annotations

from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from sqlmodel import select

from attendance.services.imports.undoing import StillNeeded, undo
from attendance.store import heads, import_reading, paper_register
from attendance.store.database import Database
from attendance.store.paper_tables import DutyRow
from attendance.store.register_tables import PaperRow
from attendance.store.tables import AbsenceRow, EmployeeRow, UnitRow
from attendance.store.trail import Actor
from attendance.store.within import Within
from tests.importing import HR, NOW, at, bring, on

LATER = NOW + timedelta(hours=1)
LEAVE: dict[str, Any] = {
    "employee": "E1", "kind": "leave", "code": "P", "from_": on("03/03/2026"), "to": on("05/03/2026"),
    "document": "15/GNP",
}  # fmt: skip


def papers(database: Database) -> list[Any]:
    with database.reading() as session:
        return [told(session.get_one(PaperRow, row["id"])) for row in import_reading.standing(session, PaperRow)]


def told(paper: PaperRow) -> Any:
    return SimpleNamespace(**import_reading.read_values(paper), status=paper.status)


def facts(database: Database, table: Any) -> list[dict[str, Any]]:
    with database.reading() as session:
        return list(import_reading.standing(session, table))


def test_a_row_is_one_paper_with_all_its_days(office: Database) -> None:
    bring(office, "absences", LEAVE)
    [paper] = papers(office)
    assert (paper.kind, paper.code, paper.status, paper.author) == ("leave", "P", "proposed", HR.name)
    assert (paper.from_on, paper.to_on, paper.document) == (on("03/03/2026"), on("05/03/2026"), "15/GNP")
    assert [row["paper_id"] for row in facts(office, AbsenceRow)] == [paper.id] * 3


def test_an_approval_that_comes_later_is_the_same_paper_signed(office: Database) -> None:
    bring(office, "absences", LEAVE)
    approved = LEAVE | {"from_": on("04/03/2026"), "to": None, "approved_at": on("02/03/2026")}
    done = bring(office, "absences", approved, now=LATER)
    assert done.changed == 1
    [paper] = papers(office)
    assert paper.status == "approved"
    assert {row["paper_id"] for row in facts(office, AbsenceRow)} == {paper.id}
    assert all(row["approved_at"] for row in facts(office, AbsenceRow))  # a paper is signed whole
    assert done.batch is not None
    undo(office, done.batch, actor=HR, now=LATER + timedelta(hours=1))
    [again] = papers(office)
    assert (again.status, again.author) == ("proposed", HR.name)
    rows = facts(office, AbsenceRow)
    assert len(rows) == 3
    assert {(row["paper_id"], row["approved_at"]) for row in rows} == {(again.id, None)}


def test_undoing_takes_papers_back_and_says_who(office: Database) -> None:
    done = bring(office, "absences", LEAVE, {"employee": "E2", "kind": "mission", "from_": on("04/03/2026")})
    numbers = [paper.id for paper in papers(office)]
    assert done.batch is not None
    undo(office, done.batch, actor=Actor("Đỗ Văn Kiểm"), now=LATER)
    assert papers(office) == []
    with office.reading() as session:
        gone = [told(session.get_one(PaperRow, number)) for number in numbers]
    assert [(paper.status, paper.withdrawn_by) for paper in gone] == [("withdrawn", "Đỗ Văn Kiểm")] * 2


def test_a_paper_that_somebody_decided_on_is_not_taken_back_with_its_sheet(office: Database) -> None:
    done = bring(office, "absences", LEAVE)
    with office.writing() as session:
        paper = paper_register.get(session, papers(office)[0].id)
        paper_register.decide(session, paper, "approved", Actor("Trưởng phòng"), at=LATER)
    assert done.batch is not None
    with pytest.raises(StillNeeded, match="paper of E1"):
        undo(office, done.batch, actor=HR, now=LATER)


def test_duties_hold_at_once_where_whoever_brings_them_may_sign(office: Database) -> None:
    night: dict[str, Any] = {"from_": at("10/03/2026 18:00"), "to": at("10/03/2026 22:00"), "desk": "Bàn 2"}
    bring(office, "rosters", {"employee": "E1"} | night)
    bring(office, "rosters", {"employee": "E2"} | night, approving=Within())
    first, second = facts(office, DutyRow)
    assert (first["desk"], first["approved_at"], second["approved_at"]) == ("Bàn 2", NOW, None)
    assert [paper.status for paper in papers(office)] == ["approved", "proposed"]


def named(database: Database, employee: int, name: str) -> None:
    with database.writing() as session:
        session.get_one(EmployeeRow, employee).name = name


@pytest.mark.parametrize(
    ("kind", "given"),
    [
        ("absences", {"kind": "leave", "code": "P", "from_": on("03/03/2026"), "to": on("05/03/2026")}),
        ("rosters", {"from_": at("10/03/2026 18:00"), "to": at("10/03/2026 22:00")}),
    ],
)
def test_people_named_by_name_alone_are_known_as_those_named_by_code(
    office: Database, kind: str, given: dict[str, Any]
) -> None:
    """The same sheet again stores nothing, and two people on the same dates are two people."""
    named(office, 1, "Lê Thị Mai")
    named(office, 2, "Vũ Văn Nam")
    rows = [{"employee": None, "employee_name": name} | given for name in ("Lê Thị Mai", "Vũ Văn Nam")]
    assert bring(office, kind, *rows).new == 2
    again = bring(office, kind, *rows, now=LATER)
    assert (again.new, again.unchanged, again.errors) == (0, 2, ())


def test_who_headed_a_unit_no_more_signs_for_nobody_in_it(office: Database) -> None:
    """E4 serves in B since 09/03. Nobody signs for days served elsewhere, nor for who leads the unit they sign for."""
    with office.writing() as session:
        unit = session.exec(select(UnitRow.id).where(UnitRow.code == "A")).one()
        heads.name_head(session, "A", "E1", from_on=on("01/01/2026"), at=NOW - timedelta(days=1))
    of_a = Within(frozenset({unit}))
    day = {"employee": "E4", "kind": "leave", "code": "P", "approved_at": on("02/03/2026")}
    away = bring(office, "absences", day | {"from_": on("18/03/2026")}, approving=of_a)
    assert [error.code for error in away.errors] == ["may_not_approve"]
    assert bring(office, "absences", day | {"from_": on("05/03/2026")}, approving=of_a).new == 1
    head = bring(office, "absences", day | {"employee": "E1", "from_": on("05/03/2026")}, approving=of_a)
    assert [error.code for error in head.errors] == ["may_not_approve"]


def test_an_approved_duty_is_changed_by_who_may_approve_it_alone(office: Database) -> None:
    night: dict[str, Any] = {"employee": "E1", "from_": at("10/03/2026 18:00"), "to": at("10/03/2026 22:00")}
    bring(office, "rosters", night | {"desk": "Bàn 2"})
    done = bring(office, "rosters", night | {"desk": "Bàn 3"}, approving=Within(), now=LATER)
    assert [error.code for error in done.errors] == ["may_not_change"]
    assert [row["desk"] for row in facts(office, DutyRow)] == ["Bàn 2"]
