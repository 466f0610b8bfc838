"""The demo's tree: a district and four communes until 30 June 2025, three communes under the province since."""

from __future__ import annotations

from datetime import date

from api.cli.demo.filing import file_office
from api.cli.demo.past import EVE, REFORM
from attendance.services import units
from attendance.store import heads
from attendance.store.database import Database
from attendance.store.tree import StoredTree
from tests.unit.test_demo_office import MONDAY, office_on


def test_the_demo_shows_the_tree_of_each_day(sqlite_database: Database) -> None:
    office = office_on(MONDAY)
    addresses = {terminal.code: ("127.0.0.1", 4370 + n) for n, terminal in enumerate(office.terminals)}
    file_office(sqlite_database, office, addresses, poll_seconds=60)
    with sqlite_database.reading() as session:
        tree = StoredTree(session)
        shown = {on: [(unit.code, unit.depth) for unit in tree.shown(on)] for on in (EVE, REFORM)}
        houses = [place.name for place in units.places_of(session, "X3", MONDAY)]
        leads = {code: heads.head_on(session, tree.numbers[code], MONDAY) for code in ("H", "X1", "X2", "X3", "X1-MC")}
    assert shown[EVE] == [
        ("H", 0), ("HU", 1), ("X1", 2), ("X1-MC", 3), ("X2", 2), ("X2-MC", 3), ("X3", 2), ("X3-MC", 3), ("X3B", 2),
    ]  # fmt: skip
    assert shown[REFORM] == [
        ("H", 0), ("X1", 1), ("X1-MC", 2), ("X2", 1), ("X2-MC", 2), ("X3", 1), ("X3-MC", 2),
    ]  # fmt: skip
    assert houses == ["Trụ sở xã Đồng Mận", "Trụ sở cũ xã Đồng Sim", "Nhà văn hóa Đồng Sim"]
    assert {code: head.kind if head else None for code, head in leads.items()} == {
        "H": "head", "X1": "head", "X2": "acting", "X3": "head", "X1-MC": None,
    }  # fmt: skip
    assert date(2025, 7, 1) < MONDAY
