"""An older database keeps its tree, two who change it at once make no circle, and heads are dated."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from sqlalchemy import text

from attendance.errors import AttendanceError, Invalid, NotFound, Overlap
from attendance.services import headship, units
from attendance.store import heads, registering, schema
from attendance.store.database import Database, sqlite_url
from attendance.store.rulebook_reading import read_rulebook
from attendance.store.trail import CONSOLE
from attendance.store.tree import StoredTree
from tests import builders
from tests.conftest import _run
from tests.contract.tree_office import DOCUMENT, EVE, REFORM, REFORMED_AT, TOLD

AT = datetime(2025, 1, 2, tzinfo=UTC)
OLD = """
INSERT INTO schedule (id, code, name, recorded_at) VALUES (1, 'HC', 'Giờ', '2025-01-02 00:00:00');
INSERT INTO unit (id, code, name, parent_id, schedule_id, recorded_at) VALUES (1, 'P', 'Tỉnh', NULL, 1, '2025-01-02 00:00:00');
INSERT INTO unit (id, code, name, parent_id, schedule_id, recorded_at) VALUES (7, 'X', 'Xã', 1, NULL, '2025-01-03 00:00:00');
INSERT INTO terminal (id, code, name, unit_id, port, transport, has_comm_key, direction, first_sane_on, in_use, poll_seconds, recorded_at) VALUES (1, 'T', 'T', 7, 4370, 'tcp', false, 'none', '2010-01-01', true, 300, '2025-01-02 00:00:00');
INSERT INTO app_user (id, name, password_hash, role, unit_id, disabled, recorded_at) VALUES (1, 'hr', 'x', 'hr', 7, false, '2025-01-02 00:00:00')
"""  # noqa: E501


def fill(database: Database) -> None:
    """An office of the version before: P over X, a terminal and somebody who signs in, in X."""
    schema.upgrade(database, "0009")
    with database.writing() as session:
        for statement in OLD.strip().split(";\n"):
            session.execute(text(statement))
        if not database.is_sqlite:
            session.execute(text("SELECT setval('unit_id_seq', 7)"))


def keeps_its_tree(database: Database) -> None:
    fill(database)
    schema.upgrade(database)
    assert schema.is_current(database)
    with database.writing() as session:
        tree, book = StoredTree(session), read_rulebook(session, AT)
        assert tree.codes == {1: "P", 7: "X"}
        assert tree.tree.path("X", date(1990, 1, 1)) == tree.tree.path("X", REFORM) == ("X", "P")
        assert [(unit.name, unit.parent, unit.schedule) for unit in tree.shown(REFORM)] == [
            ("Tỉnh", None, "HC"), ("Xã", "P", None),
        ]  # fmt: skip
        assert book.path("X", REFORM) == ("X",)  # nothing was known of it yet on the day before it was registered
        registering.add_unit(session, "Y", parent="X", at=AT)
        units.move(session, "X", None, on=REFORM, **TOLD)
    assert builders.rows(database, "SELECT unit_id, place_id FROM terminal") == [(7, None)]
    if database.is_sqlite:
        assert builders.rows(database, "PRAGMA foreign_key_check") == []
    database.close()


def test_an_older_database_keeps_its_tree_and_all_that_points_to_it(tmp_path: Path) -> None:
    keeps_its_tree(Database(sqlite_url(tmp_path / "old.db")))


@pytest.mark.postgres
def test_an_older_database_on_postgresql_keeps_its_tree_too(postgres: Callable[[str], str]) -> None:
    _run(postgres("postgres"), "CREATE DATABASE tree_before")
    keeps_its_tree(Database(postgres("tree_before")))


def test_two_moves_at_once_that_fit_alone_make_no_circle(any_database: Database) -> None:
    with any_database.writing() as session:
        for code in ("A", "B"):
            registering.add_unit(session, code, at=AT)
    refused: list[AttendanceError] = []
    together = threading.Barrier(2)

    def move(code: str, parent: str) -> None:
        together.wait(10)
        try:
            with any_database.writing() as session:
                units.move(session, code, parent, on=REFORM, **TOLD)
        except AttendanceError as error:
            refused.append(error)

    threads = [threading.Thread(target=move, args=pair) for pair in (("A", "B"), ("B", "A"))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert len(refused) == 1
    with any_database.reading() as session:
        tree = StoredTree(session).tree
    assert sorted(len(tree.path(code, REFORM)) for code in ("A", "B")) == [1, 2]


@pytest.fixture
def office(sqlite_database: Database) -> Database:
    with sqlite_database.writing() as session:
        registering.add_unit(session, "P", at=AT)
        registering.add_unit(session, "X", parent="P", at=AT)
        registering.add_unit(session, "N", parent="P", from_on=REFORM, at=AT)
        for code in ("E1", "E2", "E3"):
            registering.add_employee(session, code, name=f"Người {code}", at=AT)
    return sqlite_database


def test_one_head_at_a_time_an_acting_one_beside_them_and_nobody_is_an_answer(office: Database) -> None:
    told = {"document": DOCUMENT, "actor": CONSOLE, "at": REFORMED_AT}
    with office.writing() as session:
        headship.name_head(session, "X", "E1", from_on=date(2025, 1, 1), to_on=date(2025, 5, 31), **told)
        acting = headship.name_head(
            session, "X", "E2", kind="acting", from_on=date(2025, 5, 1), to_on=date(2025, 6, 20), **told
        )
        headship.name_head(session, "X", "E3", kind="deputy", from_on=date(2025, 1, 1), **told)
        headship.name_head(session, "X", "E1", kind="deputy", from_on=date(2025, 6, 1), **told)
        for kind, person, on in (("head", "E2", date(2025, 5, 31)), ("acting", "E3", date(2025, 6, 20))):
            with pytest.raises(Overlap, match=f"the {kind} of unit X"):
                headship.name_head(session, "X", person, kind=kind, from_on=on, **told)
        with pytest.raises(Overlap):
            headship.name_head(session, "X", "E3", kind="deputy", from_on=date(2025, 7, 1), **told)
        with pytest.raises(Invalid, match="king"):
            headship.name_head(session, "X", "E3", kind="king", from_on=date(2025, 7, 1), **told)
        with pytest.raises(Invalid, match="unit N is from 2025-06-30"):
            headship.name_head(session, "N", "E3", from_on=EVE, **told)
    number = builders.rows(office, "SELECT id FROM unit WHERE code = 'X'")[0][0]

    def leads(on: date) -> tuple[str | None, list[str]]:
        with office.reading() as session:
            head = heads.head_on(session, number, on)
            return head.employee if head else None, [found.kind for found in heads.heads_on(session, number, on)]

    assert leads(date(2025, 4, 30)) == ("E1", ["head", "deputy"])
    assert leads(date(2025, 5, 1)) == ("E2", ["acting", "head", "deputy"])
    assert leads(date(2025, 6, 1)) == ("E2", ["acting", "deputy", "deputy"])
    assert leads(date(2025, 6, 21)) == (None, ["deputy", "deputy"])
    assert leads(date(2024, 12, 31)) == (None, [])
    with office.writing() as session:
        ended = headship.end_term(session, acting.id, date(2025, 5, 15), actor=CONSOLE, at=REFORMED_AT)
        with pytest.raises(NotFound):
            headship.end_term(session, acting.id, date(2025, 5, 15), actor=CONSOLE, at=REFORMED_AT)
        with pytest.raises(Invalid, match="cannot end"):
            headship.end_term(session, ended.id, date(2025, 8, 1), actor=CONSOLE, at=REFORMED_AT)
    assert leads(date(2025, 5, 20)) == ("E1", ["head", "deputy"])
    with office.writing() as session:
        headship.withdraw_term(session, ended.id, why="nhập nhầm", actor=CONSOLE, at=REFORMED_AT)
        assert heads.units_headed(session, 1, date(2025, 5, 10)) == frozenset({number})
        assert heads.units_headed(session, 3, date(2025, 5, 10)) == frozenset()
        units.merge(session, "X", "N", on=REFORM, **TOLD)
    assert leads(date(2025, 5, 10)) == ("E1", ["head", "deputy"])
    assert leads(EVE) == (None, ["deputy", "deputy"])
    assert leads(REFORM) == (None, [])  # the unit is no more


def test_what_becomes_of_a_unit_is_in_the_trail_with_before_and_after(office: Database) -> None:
    with office.writing() as session:
        units.merge(session, "X", "N", on=REFORM, **TOLD)
        headship.name_head(session, "P", "E1", from_on=REFORM, actor=CONSOLE, at=REFORMED_AT)
    found = builders.rows(office, "SELECT act, kind, key FROM trail ORDER BY seq")
    assert [tuple(row) for row in found] == [("unit.merged", "unit", "X"), ("unit.head_named", "unit", "P")]
