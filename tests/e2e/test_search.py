"""People, units and terminals found by pieces of their names, inside of what the reader may see."""

from __future__ import annotations

from typing import Any

import pytest
from sqlmodel import select

from attendance.letters import searched
from attendance.store import import_batches, registering
from attendance.store.database import Database
from attendance.store.import_pen import Pen
from attendance.store.tables import EmployeeRow
from attendance.store.trail import CONSOLE
from tests.e2e.conftest import NOW, Office
from tests.e2e.test_violations_page import browser, see
from tests.e2e.test_violations_page import site as site


def codes(found: Any) -> list[str]:
    return [row["code"] for row in found["items"]]


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ("thu ha", ["E1"]),
        ("HA thu nguyen", ["E1"]),
        ("Hà", ["E1", "E4"]),
        ("e2", ["E2"]),
        ("hoang yen e3", ["E3"]),
        ("tran%", []),
        ("an van", ["E2"]),
        ("   ", []),
        ("a" * 200, []),
    ],
)
def test_words_are_found_in_any_order_without_accents(shared_office: Office, asked: str, expected: list[str]) -> None:
    assert codes(shared_office.get("hr", "/search", q=asked)) == expected


def test_units_and_terminals_are_found_by_who_may_see_them(shared_office: Office) -> None:
    found = shared_office.get("hr", "/search", q="yen")
    assert codes(found) == ["E3", "E1"]  # Yến, then Nguyễn
    assert [unit["code"] for unit in found["units"]] == ["B", "H"]  # Yên Nghĩa, then huyện
    assert [one["code"] for one in shared_office.get("hr", "/search", q="t-a")["terminals"]] == ["T-A"]
    mine = shared_office.get("e2", "/search", q="t")
    assert mine["terminals"] == []
    assert codes(mine) == ["E2"]


def test_nobody_outside_of_the_readers_place_is_found(shared_office: Office) -> None:
    assert codes(shared_office.get("hr.a", "/search", q="hoang yen")) == []
    assert codes(shared_office.get("leader.b", "/search", q="hoang yen")) == ["E3"]
    assert codes(shared_office.get("e1", "/search", q="e")) == ["E1"]


def test_the_best_match_comes_first(office: Office) -> None:
    with office.database.writing() as session:
        for code, name in (("X1", "Đỗ Thị Hanh"), ("HAN", "Lý Văn Tư"), ("X3", "Phan Han Thu")):
            registering.add_employee(session, code, name=name, at=NOW)
    assert codes(office.get("hr", "/search", q="han"))[:3] == ["HAN", "X1", "X3"]


def test_the_page_leads_to_the_day_and_the_violations_of_a_person(site: Office) -> None:
    hr = browser(site, "hr")
    page = see(hr, "/search?q=tran nam")
    assert 'href="/days/E2/2026-11-24"' in page
    assert 'href="/violations?person=E2"' in page
    fragment = see(hr, "/search/suggest?q=nam tran")
    assert "Trần Văn Nam" in fragment
    assert "<html" not in fragment
    root = see(browser(site, "root"), "/search?q=tran nam")
    assert "Trần Văn Nam" in root
    assert "/days/" not in root


def test_what_people_are_found_by_stays_true_whatever_is_done_to_their_names(any_database: Database) -> None:
    at, database = NOW, any_database
    with database.writing() as session:
        registering.add_employee(session, "E1", name="Nguyễn Thị Ánh", at=at)
        registering.add_employee(session, "E2", at=at)
        session.add(EmployeeRow(code="E3", name="Đặng Ý", recorded_at=at))
    with database.writing() as session:
        registering.rename_employee(session, "E1", "Phạm Thị Ánh")
    with database.writing() as session:  # as an import writes
        one = session.exec(select(EmployeeRow).where(EmployeeRow.code == "E2")).one()
        pen = Pen(session, at)
        pen.change(EmployeeRow, one.id or 0, 1, "name", one.name, "Vũ Đức")
        pen.add(EmployeeRow, 2, code="E4", name="Hồ Thị Ngọc Ánh")
        pen.write(import_batches.add(session, "employees", CONSOLE, rows=2, counts={}, at=at))
    with database.reading() as session:
        found = {row.code: (row.name, row.searched) for row in session.exec(select(EmployeeRow))}
    assert {code: text for code, (_, text) in found.items()} == {
        code: searched(code, name) for code, (name, _) in found.items()
    }
    assert found["E2"][1] == " vu duc e2"
    assert len(found) == 4
