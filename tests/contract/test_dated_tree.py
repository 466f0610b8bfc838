"""The tree of each day judges, counts and shows that day: the reform of 1 July 2025 in a small province."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from attendance.errors import ChangedMeanwhile, Invalid, NotFound
from attendance.services import months, transfers, units
from attendance.services.evaluate import evaluate_dirty, evaluate_span
from attendance.services.verdicts import judge_span
from attendance.store import listing, listing_rulings, papers_roster, polling, registering
from attendance.store.database import Database, sqlite_url
from attendance.store.listing_violations import Wanted, violations
from attendance.store.rulebook_reading import read_rulebook
from attendance.store.tables import UnitRow
from attendance.store.trail import CONSOLE
from attendance.store.tree import StoredTree, spread_of, units_below
from attendance.store.within import EVERYTHING, Within
from reports.today import today_page
from tests import builders
from tests.builders import ZONE, clear_marks, marked
from tests.contract.rule_office import conclusions, marks
from tests.contract.tree_office import (
    DOCUMENT,
    EVE,
    FIRST,
    LAST,
    PEOPLE,
    RECORDED_AT,
    REFORM,
    REFORMED_AT,
    TOLD,
    build,
    reform,
)

DAY = timedelta(days=1)


@pytest.fixture(scope="module")
def judged(tmp_path_factory: pytest.TempPathFactory, migrated_sqlite: Path) -> Path:
    """The province as a closed file: built and judged once."""
    path = tmp_path_factory.mktemp("province") / "judged.db"
    shutil.copyfile(migrated_sqlite, path)
    database = Database(sqlite_url(path))
    build(database)
    judge(database)
    database.close()
    return path


@pytest.fixture
def province(tmp_path: Path, judged: Path) -> Iterator[Database]:
    path = tmp_path / "attendance.db"
    shutil.copyfile(judged, path)
    database = Database(sqlite_url(path))
    yield database
    database.close()


def judge(database: Database) -> None:
    evaluate_dirty(database, ZONE, REFORMED_AT)


def late(database: Database) -> dict[str, list[date]]:
    """The dates on which the rulings in force call somebody late."""
    found: dict[str, list[date]] = {person: [] for person in PEOPLE}
    for (person, on), (concluded, *_) in conclusions(database).items():
        found[person] += [on for violation in concluded if violation[1] == "late"]
    return {person: sorted(dates) for person, dates in found.items()}


def workdays(first: date, last: date) -> list[date]:
    return [on for n in range((last - first).days + 1) if (on := first + n * DAY).weekday() < 5]


def test_days_before_and_after_the_reform_follow_the_hours_and_the_calendar_of_their_own_tree(
    any_database: Database,
) -> None:
    build(any_database)
    judge(any_database)
    assert late(any_database) == {"E1": [], "E2": [], "E3": [], "EH": [], "EP": workdays(FIRST, LAST)}
    with any_database.writing() as session:
        reform(session)
        for on, unit in ((date(2025, 6, 26), "H"), (date(2025, 7, 3), "H"), (date(2025, 7, 4), "N")):
            registering.add_calendar_entry(session, on, "stoppage", unit=unit, at=REFORMED_AT)
    judge(any_database)
    after = workdays(REFORM, LAST)
    assert late(any_database) == {
        "E1": [on for on in after if on != date(2025, 7, 4)],
        "E2": [on for on in after if on != date(2025, 7, 4)],
        "E3": after,
        "EH": [],  # the district is no more, they are still to be moved: the hours they had go on
        "EP": workdays(FIRST, LAST),
    }
    kinds = {key: found[2] for key, found in conclusions(any_database).items()}
    assert {who for (who, on), kind in kinds.items() if (on, kind) == (date(2025, 6, 26), "stoppage")} == {
        "E1", "E2", "E3", "EH",
    }  # fmt: skip
    assert {who for (who, on), kind in kinds.items() if (on, kind) == (date(2025, 7, 3), "stoppage")} == {"EH"}
    assert {who for (who, on), kind in kinds.items() if (on, kind) == (date(2025, 7, 4), "stoppage")} == {"E1", "E2"}


def test_reports_of_june_keep_the_old_tree_and_those_of_july_show_the_new(province: Database) -> None:
    with province.writing() as session:
        reform(session, move_people=True)
    judge(province)
    with province.reading() as session:
        pages = {on: today_page(session, ZONE, REFORMED_AT, day=on) for on in (EVE, REFORM)}
        listed = {on: listing.units(session, EVERYTHING, on, limit=100, offset=0).rows for on in (EVE, REFORM)}

        def violations_of(unit: str) -> set[tuple[str, date]]:
            part = spread_of(session, unit, FIRST, LAST)
            found = violations(session, Wanted(EVERYTHING, FIRST, LAST, part=part), limit=500)
            return {(row["unit"], row["date"]) for row in found.rows}

        assert violations_of("P") >= {("N", on) for on in workdays(REFORM, LAST)} | {("P", FIRST)}
        assert violations_of("H") == set()
        assert violations_of("N") == {("N", on) for on in workdays(REFORM, LAST)}
    shown = {on: [(unit.name, unit.depth) for unit in page.units] for on, page in pages.items()}
    assert shown[EVE] == [
        ("UBND tỉnh Sông Mây", 0), ("UBND huyện Đồi Chè", 1), ("UBND xã Tân Hòa", 2), ("UBND xã Suối Nhạn", 2),
        ("UBND xã Đồng Mận", 2),
    ]  # fmt: skip
    assert shown[REFORM] == [
        ("UBND tỉnh Sông Mây", 0), ("UBND xã Đồng Mận", 1), ("UBND xã Tân Mai", 1), ("UBND huyện Đồi Chè", 0),
    ]  # fmt: skip
    assert [row["code"] for row in listed[EVE]] == ["H", "P", "X1", "X2", "X3"]
    assert [(row["code"], row["parent"], row["from"]) for row in listed[REFORM]] == [
        ("N", "P", REFORM), ("P", None, None), ("X3", "P", None),
    ]  # fmt: skip


def test_who_leads_the_new_commune_sees_the_old_days_of_those_that_became_it_and_nothing_else(
    province: Database,
) -> None:
    with province.writing() as session:
        reform(session)
    judge(province)
    with province.reading() as session:
        tree = StoredTree(session)
        within = Within(units_below(session, "N", LAST))
        seen = listing_rulings.verdicts(session, within, FIRST, LAST, limit=500).rows
        codes = {tree.codes[number] for number in within.units or ()}
        lower = {tree.codes[number] for number in units_below(session, "P", LAST)}
    assert codes == {"N", "X1", "X2"}
    assert {row["employee"] for row in seen} == {"E1", "E2"}
    assert min(row["date"] for row in seen) == FIRST
    assert lower == {"P", "H", "N", "X1", "X2", "X3"}


@pytest.mark.parametrize(
    ("act", "people", "since"),
    [
        (lambda s: units.rename(s, "X1", "UBND phường Tân Hòa", on=REFORM, **TOLD), set(), None),
        (lambda s: units.move(s, "X1", "P", on=REFORM, **TOLD), {"E1"}, REFORM),
        (lambda s: units.move(s, "H", None, on=REFORM, **TOLD), set(), None),
        (lambda s: units.work_by(s, "X2", "TINH", on=date(2025, 7, 8), **TOLD), {"E2"}, date(2025, 7, 8)),
        (lambda s: units.work_by(s, "H", "TINH", on=REFORM, **TOLD), {"E1", "E2", "E3", "EH"}, REFORM),
        (lambda s: units.end(s, "X1", EVE, **TOLD), set(), None),
        (lambda s: units.merge(s, "X1", "X2", on=REFORM, **TOLD), {"E1", "E2"}, REFORM),
        (lambda s: units.merge(s, "X1", "P", on=REFORM, **TOLD), {"E1", "EP"}, REFORM),
    ],
    ids=["rename", "move", "move above", "hours", "hours above", "end", "merge", "merge above"],
)
def test_a_change_marks_the_days_it_may_judge_otherwise_and_no_others(
    province: Database, act: Any, people: set[str], since: date | None
) -> None:
    with province.writing() as session:
        act(session)
    found = marked(province)
    assert {who for who, _ in found} == people
    if since is not None:
        for who in people:
            dates = {on for person, on in found if person == who}
            assert set(workdays(since, LAST)) <= dates
            assert min(dates) >= since - DAY
    judge(province)
    first = conclusions(province)
    evaluate_span(province, ZONE, REFORMED_AT + DAY, FIRST, LAST)
    assert conclusions(province) == first


def test_people_without_terminals_depend_on_all_of_the_merged_unit_from_that_day_on(province: Database) -> None:
    with province.writing() as session:
        reform(session)
        book, tree = read_rulebook(session), StoredTree(session)
        assert book.path("X1", EVE) == ("X1", "H", "P")
        assert book.path("X1", REFORM) == ("N", "P")
        assert tree.merged_into(tree.numbers["N"], EVE) == frozenset()
        assert {tree.codes[number] for number in tree.merged_into(tree.numbers["N"], REFORM)} == {"X1", "X2"}
        found = {on: {row.code for row in units_terminals(session, tree, "E1", on)} for on in (EVE, REFORM)}
        codes, below = polling.pullable_below(session, REFORM)
    assert found == {EVE: {"T1"}, REFORM: {"T1", "T2", "T2B"}}
    assert (codes, below) == (frozenset(), frozenset())


def units_terminals(session: Any, tree: StoredTree, employee: str, on: date) -> list[Any]:
    """The terminals a person depends on as the judgement sees them."""
    from attendance.store.case_reading import read_case

    case = read_case(session, ZONE, on, on).case
    (assignment,) = case.service[employee]
    return [case.sites[index] for index in case.terminals_of(assignment, on)]


def test_a_terminal_that_was_not_read_leaves_who_did_not_come_unverified_once_it_is_theirs(province: Database) -> None:
    with province.writing() as session:
        registering.add_employee(session, "E4", at=RECORDED_AT)
        registering.assign(session, "E4", "X1", from_on=date(2024, 1, 1), at=RECORDED_AT)
        reform(session)
        registering.add_terminal(session, "T9", unit="X2", at=REFORMED_AT)
    evaluate_span(province, ZONE, REFORMED_AT + DAY, FIRST, LAST)
    mine = {on: found[7] for (who, on), found in conclusions(province).items() if who == "E4" and found[3]}
    assert {on for on, minutes in mine.items() if minutes == 0} == set(workdays(FIRST, EVE))
    assert {on for on, minutes in mine.items() if minutes == 480} == set(workdays(REFORM, LAST))


def test_what_was_known_then_holds_for_the_tree_too(province: Database) -> None:
    def late_then(as_of: datetime) -> int:
        with province.reading() as session:
            parts = judge_span(session, ZONE, REFORM, LAST, people=None, as_of=as_of)
            return sum(
                violation.type == "late" and verdict.employee == "E3"
                for part in parts
                for _, verdict in part.verdicts
                for violation in verdict.violations
            )

    with province.writing() as session:
        reform(session)
        assert read_rulebook(session, RECORDED_AT).path("X3", REFORM) == ("X3", "H", "P")
        assert read_rulebook(session, RECORDED_AT - DAY).path("X3", REFORM) == ("X3",)
        assert read_rulebook(session).path("X3", REFORM) == ("X3", "P")
    assert late_then(REFORMED_AT - timedelta(seconds=1)) == 0
    assert late_then(REFORMED_AT) == len(workdays(REFORM, LAST))


def test_a_fingerprint_of_a_tree_without_dates_is_what_it_was_and_dates_change_it(province: Database) -> None:
    with province.reading() as session:
        before = read_rulebook(session)
    assert all(set(unit) == {"code", "name", "parent", "schedule"} for unit in before.content()["units"])  # type: ignore[attr-defined]
    with province.writing() as session:
        reform(session)
        assert read_rulebook(session).fingerprint != before.fingerprint


@pytest.mark.parametrize(
    ("act", "said"),
    [
        (lambda s: units.end(s, "H", EVE, **TOLD), ("X1", "H", "2025-06-30", "move or end X1")),
        (lambda s: units.move(s, "H", "X1", on=REFORM, **TOLD), ("2025-07-01", "circle", "not below")),
        (lambda s: units.move(s, "H", "H", on=REFORM, **TOLD), ("circle",)),
        (lambda s: units.add(s, "Y", parent="P", to_on=EVE, from_on=REFORM, **TOLD), ("Y", "swap")),
        (lambda s: units.rename(s, "X1", " ", on=REFORM, **TOLD), ("name",)),
        (lambda s: units.move(s, "X1", "H", on=REFORM, **TOLD), ("X1", "so already", "nothing was filed")),
        (lambda s: units.merge(s, "X1", "X1", on=REFORM, **TOLD), ("itself",)),
        (lambda s: units.merge(s, "X1", "LATER", on=REFORM, **TOLD), ("X1", "LATER", "2025-08-01", "begin")),
        (lambda s: units.rename(s, "LATER", "Y", on=REFORM, **TOLD), ("LATER", "2025-08-01", "2025-07-01")),
        (lambda s: units.end(s, "LATER", REFORM, **TOLD), ("LATER", "2025-08-01", "cannot end")),
        (lambda s: units.add(s, "Y", parent="LATER", from_on=REFORM, **TOLD), ("Y", "LATER", "2025-08-01")),
        (lambda s: registering.assign(s, "E9", "LATER", from_on=REFORM, at=REFORMED_AT), ("E9", "LATER", "2025-08-01")),
        (lambda s: units.rename(s, "X1", "A", on=date(1, 1, 1), **TOLD), ("1900",)),
    ],
)
def test_what_makes_no_tree_is_refused_in_a_sentence_and_leaves_nothing(
    province: Database, act: Any, said: tuple[str, ...]
) -> None:
    with province.writing() as session:
        units.add(session, "LATER", parent="P", from_on=date(2025, 8, 1), **TOLD)
        registering.add_employee(session, "E9", at=REFORMED_AT)
    before = builders.rows(province, "SELECT * FROM unit_version ORDER BY id")
    with pytest.raises(Invalid) as caught, province.writing() as session:
        act(session)
    sentence = str(caught.value)
    assert all(part in sentence for part in said), sentence
    assert "\n" not in sentence
    assert builders.rows(province, "SELECT * FROM unit_version ORDER BY id") == before
    with pytest.raises(NotFound), province.writing() as session:
        units.move(session, "X1", "NOWHERE", on=REFORM, **TOLD)


def test_a_change_reaches_to_the_next_one_of_its_kind_and_an_end_can_be_taken_back(province: Database) -> None:
    with province.writing() as session:
        units.rename(session, "X1", "Tên từ tháng 9", on=date(2025, 9, 1), **TOLD)
        units.move(session, "X1", "P", on=date(2025, 8, 1), **TOLD)
        units.rename(session, "X1", "Tên từ tháng 7", on=REFORM, **TOLD)
        unit = session.get(UnitRow, StoredTree(session).numbers["X1"])
        assert unit is not None
        assert [(v["from"], v["name"], v["parent"]) for v in units.history(session, unit)] == [
            (None, "UBND xã Tân Hòa", "H"),
            ("2025-07-01", "Tên từ tháng 7", "H"),
            ("2025-08-01", "Tên từ tháng 7", "P"),
            ("2025-09-01", "Tên từ tháng 9", "P"),
        ]
        assert unit.version == 4
        with pytest.raises(ChangedMeanwhile):
            units.end(session, "X1", EVE, expected=3, **TOLD)
        units.end(session, "X1", EVE, expected=4, **TOLD)
        assert [v["to"] for v in units.history(session, unit)] == ["2025-06-30"]
        units.end(session, "X1", None, **TOLD)
        assert [v["to"] for v in units.history(session, unit)] == [None]
    assert builders.count(province, "unit_version") > 8  # what was filed before is withdrawn, never deleted


def test_a_merger_moves_people_or_says_who_is_still_to_be_moved(province: Database) -> None:
    with province.writing() as session:
        units.add(session, "N", parent="P", from_on=REFORM, **TOLD)
        left = units.merge(session, "X1", "N", on=REFORM, **TOLD)
        moved = units.merge(session, "X2", "N", on=REFORM, move_people=True, **TOLD)
    assert (left.moved, left.to_move, left.terminals) == ((), ("E1",), ("T1",))
    assert (moved.moved, moved.to_move, moved.terminals) == (("E2",), (), ("T2", "T2B"))
    with province.reading() as session:
        rows = listing.assignments(session, EVERYTHING, None, limit=100, offset=0).rows
    mine = [(row["unit"], row["from"], row["to"], row["document"]) for row in rows if row["employee"] == "E2"]
    assert mine == [("X2", date(2024, 1, 1), EVE, "QĐ 1"), ("N", REFORM, None, DOCUMENT)]


def test_a_merged_commune_names_the_houses_it_works_in(province: Database) -> None:
    told = {"actor": CONSOLE, "at": REFORMED_AT}
    with province.writing() as session:
        reform(session)
        units.add_place(session, "X1", "Trụ sở cũ xã Tân Hòa", terminals=["T1"], **told)
        units.add_place(session, "X2", "Trụ sở cũ xã Suối Nhạn", address="Thôn 2", terminals=["T2"], **told)
        units.add_place(session, "N", "Nhà văn hóa Suối Nhạn", terminals=["T2B"], **told)
        units.add_place(session, "N", "Nhà văn hóa Suối Nhạn", address="Thôn 5", **told)
    with pytest.raises(Invalid, match="T3 stands in unit X3"), province.writing() as session:
        units.add_place(session, "N", "Nhà khác", terminals=["T3"], **told)
    with province.reading() as session:
        assert [place.name for place in units.places_of(session, "N", EVE)] == ["Nhà văn hóa Suối Nhạn"]
        houses = [(place.name, place.address) for place in units.places_of(session, "N", REFORM)]
    assert houses == [
        ("Trụ sở cũ xã Tân Hòa", ""), ("Trụ sở cũ xã Suối Nhạn", "Thôn 2"), ("Nhà văn hóa Suối Nhạn", "Thôn 5"),
    ]  # fmt: skip


def test_a_visit_that_no_longer_is_of_the_persons_unit_marks_their_day(province: Database) -> None:
    with province.writing() as session:
        units.add(session, "H2", parent="P", schedule="HUYEN", **TOLD)
        papers_roster.inspect(session, "H", datetime(2025, 7, 2, 9), ["E1"], at=REFORMED_AT)
    judge(province)
    with province.writing() as session:
        units.move(session, "X1", "H2", on=date(2025, 7, 2), **TOLD)
    assert ("E1", date(2025, 7, 2)) in marked(province)
    assert {who for who, _ in marked(province)} == {"E1"}
    clear_marks(province)


def test_a_person_moves_in_mid_month_and_has_a_line_in_each_units_sheet(province: Database) -> None:
    on = date(2025, 7, 8)
    with province.writing() as session:
        done = transfers.transfer(session, "E1", "X2", on=on, document="QĐ 40", actor=CONSOLE, at=REFORMED_AT)
        assert done.ended is not None
        assert (done.ended.to_on, done.begun.from_on, done.begun.to_on) == (on - DAY, on, None)
    assert {(who, day) for who, day in marked(province) if who != "E1"} == set()
    assert min(day for _, day in marks(province)) == on - DAY
    judge(province)
    with province.reading() as session:
        sheets = {unit: months.sheet(session, ZONE, unit, date(2025, 7, 1)) for unit in ("X1", "X2")}
    lines = {unit: {who: line.workdays for who, line in sheet.lines} for unit, sheet in sheets.items()}
    assert lines["X1"] == {"E1": len(workdays(REFORM, on - DAY))}
    assert lines["X2"]["E1"] >= len(workdays(on, LAST))
    with province.writing() as session:
        with pytest.raises(Invalid, match="already"):
            transfers.transfer(session, "E1", "X2", on=on + DAY, actor=CONSOLE, at=REFORMED_AT)
        with pytest.raises(Invalid, match="nowhere"):
            transfers.transfer(session, "E1", "X3", on=date(2023, 1, 1), actor=CONSOLE, at=REFORMED_AT)
        with pytest.raises(NotFound):
            transfers.transfer(
                session, "E1", "X3", on=on + DAY, within=Within(frozenset()), actor=CONSOLE, at=REFORMED_AT
            )
        assert done.begun.id is not None
        ended = transfers.end_assignment(session, done.begun.id, LAST, actor=CONSOLE, at=REFORMED_AT)
        with pytest.raises(NotFound):
            transfers.end_assignment(session, done.begun.id, LAST, actor=CONSOLE, at=REFORMED_AT)
        assert ended.id is not None
        transfers.withdraw_assignment(session, ended.id, why="nhập nhầm", actor=CONSOLE, at=REFORMED_AT)
    judge(province)
    kinds = {day: found[2] for (who, day), found in conclusions(province).items() if who == "E1"}
    assert {kinds[day] for day in kinds if day >= on} == {"not_employed"}
    assert "not_employed" not in {kinds[day] for day in kinds if day < on}
    before = conclusions(province)
    evaluate_span(province, ZONE, REFORMED_AT + DAY, FIRST, LAST)
    assert conclusions(province) == before
