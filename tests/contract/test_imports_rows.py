"""What becomes of each row of a sheet: new, changed, unchanged or wrong, and which cell is to blame."""

from __future__ import annotations

from datetime import date, timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from attendance.store import import_batches, import_reading, office, papers_roster, registering
from attendance.store.database import Database
from attendance.store.tables import AbsenceRow, EmployeeRow, ScheduleVersionRow, UnitRow
from attendance.store.tree import read_units
from attendance.store.within import Within
from tests.importing import HR, NOW, at, bring, on, wrong

Row = dict[str, Any]
STAFF: tuple[Row, ...] = (
    {"code": "E8", "name": "Lê Văn Tám", "unit": "A", "from_": on("02/03/2026"), "terminal": "T-A", "pin": "1008"},
    {"code": "E9", "name": "Đỗ Thị Chín", "unit": "B", "from_": on("02/03/2026")},
)


def standing(database: Database, table: Any) -> list[Any]:
    with database.reading() as session:
        return [SimpleNamespace(**row) for row in import_reading.standing(session, table)]


def serving(database: Database, employee: str) -> list[tuple[str, date, date | None]]:
    with database.reading() as session:
        number = office.key(office.get(session, EmployeeRow, employee))
        rows = office.assignments_between(session, date.min, date.max, [number])
        return [(office.code_of(session, UnitRow, row.unit_id), row.from_on, row.to_on) for row in rows]


def test_the_same_sheet_twice_stores_nothing(office: Database) -> None:
    first = bring(office, "employees", *STAFF)
    assert (first.new, first.wrong, first.batch, first.is_taken) == (2, 0, 1, True)
    second = bring(office, "employees", *STAFF)
    assert (second.unchanged, second.new, second.changed, second.batch, second.is_taken) == (2, 0, 0, None, True)
    with office.reading() as session:
        found = import_batches.listed(session, limit=10, offset=0)
    assert [(row["id"], row["author"], row["counts"]["new"]) for row in found.rows] == [(1, HR.name, 2)]


def test_wrong_cells_are_named_and_nothing_is_stored(office: Database) -> None:
    rows: list[Row] = [dict(row) for row in STAFF]
    rows += [
        {"code": "E7", "name": "Bảy", "unit": "Phòng Nội vụ"},
        {"code": "E6", "name": "Sáu", "schedule": "CA9"},
        {"code": "E5", "name": "Năm", "terminal": "T-A", "pin": "1001"},
    ]
    done = bring(office, "employees", *rows)
    assert wrong(done) == [(4, "C", "unknown_unit"), (5, "D", "unknown_schedule"), (6, "H", "number_of_other")]
    assert (done.batch, done.is_taken, done.new, done.wrong) == (None, False, 2, 3)
    with office.reading() as session:
        assert office_find(session, "E8") is None
    partly = bring(office, "employees", *rows, partial=True)
    assert (partly.left_out, partly.batch, partly.is_taken) == (3, 1, True)
    assert [row[0] for row in serving(office, "E8")] == ["A"]


def office_find(session: Any, code: str) -> Any:
    return office.find(session, EmployeeRow, code)


def test_a_dry_run_says_the_same_and_stores_nothing(office: Database) -> None:
    tried = bring(office, "employees", *STAFF, dry_run=True)
    assert (tried.new, tried.batch, tried.is_taken, tried.days_marked) == (2, None, False, 0)
    with office.reading() as session:
        assert office_find(session, "E8") is None
        assert import_batches.listed(session, limit=1, offset=0).total == 0


def test_another_unit_from_a_date_is_a_transfer(office: Database) -> None:
    done = bring(office, "employees", {"code": "E1", "name": "Người E1", "unit": "B", "from_": on("09/03/2026")})
    assert done.states == {2: "changed"}
    assert serving(office, "E1") == [("A", date(2020, 1, 1), date(2026, 3, 8)), ("B", date(2026, 3, 9), None)]


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ({"unit": "B"}, [("E", "transfer_undated")]),
        ({"schedule": "HC"}, [("E", "schedule_undated")]),
        ({"to": on("01/01/2019")}, [("F", "ends_before")]),
        ({"from_": on("05/03/2026"), "to": on("04/03/2026")}, [("F", "ends_before")]),
        ({"from_": on("01/01/2019"), "to": on("05/03/2026")}, [("E", "serves_already")]),
        ({"terminal": "T-A"}, [("H", "number_missing")]),
        ({"terminal": "T-Z", "pin": "9"}, [("G", "unknown_terminal")]),
        ({"unit": "Z"}, [("C", "unknown_unit")]),
        ({}, []),
        ({"unit": "A", "from_": on("01/02/2021")}, []),
    ],
)
def test_what_a_row_says_of_somebody_known(office: Database, row: Row, expected: list[tuple[str, str]]) -> None:
    done = bring(office, "employees", {"code": "E1", "name": "Người E1"} | row)
    assert [(column, code) for _, column, code in wrong(done)] == expected
    assert done.states == {2: "wrong" if expected else "unchanged"}


def test_a_person_without_a_unit_serves_in_the_first_from_today(office: Database) -> None:
    done = bring(office, "employees", {"code": "E8", "name": "Tám", "pin": "1008"})
    assert done.new == 1
    assert serving(office, "E8") == [("P", date(2026, 3, 20), None)]
    with office.reading() as session:
        [enrolled] = [row for row in office_enrolments(session) if row.pin == "1008"]
        assert enrolled.from_on is None


def office_enrolments(session: Any) -> list[Any]:
    terminal = office.terminals(session)[0]
    return office.enrolments_of_terminal(session, office.key(terminal))


def test_rows_that_repeat_or_contradict_each_other_are_wrong(office: Database) -> None:
    done = bring(
        office,
        "employees",
        {"code": "E8", "name": "Tám", "unit": "A"},
        {"code": "E8", "name": "Tám", "unit": "A"},
        {"code": "E7", "name": "Bảy", "pin": "1009"},
        {"code": "E6", "name": "Sáu", "pin": "1009"},
        {"code": "E9", "name": "Chín", "from_": on("02/03/2026")},
        {"code": "E9", "name": "Chín khác", "from_": on("09/03/2026"), "unit": "B"},
    )
    assert [(row, code) for row, _, code in wrong(done)] == [
        (3, "repeated"),
        (5, "number_of_other"),
        (7, "other_name"),
    ]


def test_whoever_sees_a_part_of_the_tree_writes_nowhere_else(office: Database) -> None:
    with office.reading() as session:
        part = Within(units=frozenset({office_number(session, "B")}))
    done = bring(
        office,
        "employees",
        {"code": "E8", "name": "Tám"},  # the first unit of theirs
        {"code": "E7", "name": "Bảy", "unit": "A"},
        {"code": "E1", "name": "Đổi tên"},
        {"code": "E3", "name": "Người E3"},
        within=part,
    )
    assert wrong(done) == [(3, "C", "unknown_unit"), (4, "A", "code_taken")]
    assert "E1" not in {word for error in done.errors for word in str(error.sentence.values.get("unit", "")).split()}
    leave = bring(
        office, "absences", {"employee": "E1", "kind": "leave", "code": "P", "from_": on("03/03/2026")}, within=part
    )
    assert wrong(leave) == [(2, "A", "unknown_person")]
    units = bring(office, "units", {"code": "A", "name": "Phòng A"}, {"code": "C", "name": "Mới"}, within=part)
    assert wrong(units) == [(2, "A", "code_taken")]
    moved = bring(
        office, "employees", {"code": "E4", "name": "Người E4", "unit": "B", "from_": on("03/03/2026")}, within=part
    )
    assert wrong(moved) == [(2, "C", "serves_elsewhere")]


def office_number(session: Any, code: str) -> int:
    return office.key(office.get(session, UnitRow, code))


def test_parents_may_stand_further_down(office: Database) -> None:
    done = bring(
        office,
        "units",
        {"code": "C1", "name": "Tổ một cửa", "parent": "Phòng Nội vụ"},
        {"code": "C", "name": "Phòng Nội vụ", "parent": "P", "from_": on("01/01/2026")},
    )
    assert wrong(done) == [(2, "D", "tree_outside_parent")]
    done = bring(
        office,
        "units",
        {"code": "C1", "name": "Tổ một cửa", "parent": "Phòng Nội vụ", "from_": on("01/02/2026")},
        {"code": "C", "name": "Phòng Nội vụ", "parent": "P", "from_": on("01/01/2026")},
    )
    assert done.new == 2
    with office.reading() as session:
        assert {(unit.code, unit.parent) for unit in read_units(session)} >= {("C1", "C"), ("C", "P")}


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ([{"code": "C", "parent": "C1"}, {"code": "C1", "parent": "C"}], {"tree_cycle", "unknown_parent"}),
        ([{"code": "C", "parent": "Z"}], {"unknown_parent"}),
        ([{"code": "A", "parent": "B"}], {"move_undated"}),
        ([{"code": "P", "to": on("06/03/2026")}], {"tree_outside_parent"}),
        ([{"code": "B", "to": on("06/03/2026")}], {"people_stay"}),
        ([{"code": "C", "schedule": "CA"}], {"unknown_schedule"}),
    ],
)
def test_units_that_make_no_tree_are_wrong(office: Database, rows: list[Row], expected: set[str]) -> None:
    done = bring(office, "units", *({"name": f"Phòng {row['code']}"} | row for row in rows))
    assert {code for _, _, code in wrong(done)} == expected
    assert done.batch is None


def test_a_unit_that_moves_keeps_where_it_was(office: Database) -> None:
    done = bring(office, "units", {"code": "B", "name": "Phòng B", "parent": "A", "from_": on("09/03/2026")})
    assert done.states == {2: "changed"}
    with office.reading() as session:
        found = [(unit.parent, unit.from_on, unit.to_on) for unit in read_units(session) if unit.code == "B"]
    assert found == [("P", None, date(2026, 3, 8)), ("A", date(2026, 3, 9), None)]


def test_rows_of_a_schedule_are_one_version_and_end_the_season_before(office: Database) -> None:
    rows = [
        {"schedule": "HC", "from_": on("09/03/2026"), "session": "am", "start": "07:00", "end": "11:30"},
        {"schedule": "HC", "from_": on("09/03/2026"), "session": "pm", "start": "13:30", "end": "17:00"},
        {"schedule": "HC", "from_": on("09/03/2026"), "session": "sat", "start": "08:00", "end": "11:00",
         "weekdays": ("sat",)},
    ]  # fmt: skip
    done = bring(office, "schedules", *rows)
    assert set(done.states.values()) == {"changed"}
    before, after = sorted(standing(office, ScheduleVersionRow), key=lambda row: row.from_on or date.min)
    assert before.to_on == date(2026, 3, 8)
    assert after.sessions == {"am": ["07:00", "11:30"], "pm": ["13:30", "17:00"]}
    assert after.by_weekday == {"sat": {"sat": ["08:00", "11:00"]}}
    assert after.weekdays == ["mon", "tue", "wed", "thu", "fri", "sat"]
    assert bring(office, "schedules", *rows).unchanged == 3
    rows[0]["end"] = "14:00"
    overlapping = bring(office, "schedules", *rows)
    assert {code for _, _, code in wrong(overlapping)} == {"sessions_overlap", "beside_a_wrong_row"}


def test_swaps_come_in_pairs_and_what_is_decided_anew_is_a_change(office: Database) -> None:
    off: Row = {"date": on("09/03/2026"), "kind": "swapped_off", "for_": on("14/03/2026")}
    work: Row = {"date": on("14/03/2026"), "kind": "swapped_work", "for_": on("09/03/2026")}
    assert wrong(bring(office, "calendar", off)) == [(2, "C", "lone_swap")]
    assert bring(office, "calendar", off, work).new == 2
    assert bring(office, "calendar", off).unchanged == 1  # its other half is stored
    assert bring(office, "calendar", off | {"kind": "holiday", "for_": None}).states == {2: "changed"}
    unknown = bring(office, "calendar", {"date": on("10/03/2026"), "kind": "stoppage", "session": "tối"})
    assert wrong(unknown) == [(2, "E", "unknown_session")]


def test_absences_without_approval_are_asked_for_alone(office: Database) -> None:
    row: Row = {"employee": "E1", "kind": "leave", "code": "P", "from_": on("03/03/2026"), "to": on("04/03/2026")}
    assert bring(office, "absences", row).new == 1
    assert {each.approved_at for each in standing(office, AbsenceRow)} == {None}
    assert bring(office, "absences", row).unchanged == 1
    approved = bring(office, "absences", row | {"approved_at": on("02/03/2026")})
    assert approved.states == {2: "changed"}
    assert all(each.approved_at for each in standing(office, AbsenceRow))


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ({"employee": "E0"}, [("A", "unknown_person")]),
        ({"code": "XX"}, [("C", "unknown_leave")]),
        ({"from_": at("03/03/2026 07:30")}, [("D", "leave_with_times")]),
        ({"to": on("02/03/2026")}, [("E", "ends_before")]),
        ({"session": "tối"}, [("F", "unknown_session")]),
        ({"approved_at": on("21/03/2026")}, [("H", "approved_later")]),
        ({"from_": on("03/03/2019")}, [("D", "not_serving")]),
        ({"to": on("03/09/2028")}, [("E", "span_too_long")]),
        ({"kind": "mission", "session": "am", "code": None}, [("F", "mission_with_session")]),
        ({"kind": "mission", "from_": at("03/03/2026 08:00"), "code": None}, [("E", "end_missing")]),
        ({"kind": "exemption", "code": "sleep"}, [("C", "unknown_exemption")]),
        ({"kind": "exemption", "code": "nursing", "session": "am"}, []),
        ({"kind": "mission", "code": None}, []),
    ],
)
def test_wrong_absences(office: Database, row: Row, expected: list[tuple[str, str]]) -> None:
    with office.writing() as session:
        from attendance.rules.shipped import shipped
        from attendance.services.rules import adopt_within

        for file in ("leave", "exemptions"):
            adopt_within(session, shipped(file), at=NOW - timedelta(days=1))
    done = bring(office, "absences", {"employee": "E1", "kind": "leave", "code": "P", "from_": on("03/03/2026")} | row)
    assert [(column, code) for _, column, code in wrong(done)] == expected


def test_nobody_approves_their_own_papers_or_those_beyond_their_part(office: Database) -> None:
    row: Row = {"employee": "E1", "kind": "leave", "code": "P", "from_": on("03/03/2026")}
    approved = row | {"approved_at": on("02/03/2026")}
    assert wrong(bring(office, "absences", approved, own=1)) == [(2, "H", "may_not_approve")]
    assert wrong(bring(office, "absences", approved, approving=Within())) == [(2, "H", "may_not_approve")]
    assert bring(office, "absences", row, own=1, approving=Within()).new == 1


def test_rosters_are_refused_where_the_engine_would(office: Database) -> None:
    with office.writing() as session:
        papers_roster.protect(session, "E2", "pregnancy_m7", at=NOW)
        registering.add_employee(session, "E7", at=NOW)
    night = {"from_": at("10/03/2026 20:00"), "to": at("11/03/2026 06:00")}
    done = bring(
        office,
        "rosters",
        {"employee": "E1"} | night,
        {"employee": "E2"} | night,
        {"employee": "E7"} | night,
        {"employee": "E3", "from_": at("10/03/2026 20:00"), "to": at("10/03/2026 06:00")},
        {"employee": "E1", "from_": at("11/03/2026 05:00"), "to": at("11/03/2026 09:00")},
    )
    assert [(row, code) for row, _, code in wrong(done)] == [
        (3, "night_forbidden"),
        (4, "not_serving"),
        (5, "duty_ends_before"),
        (6, "duty_overlaps"),
    ]


def test_a_number_passes_to_somebody_else_once_it_is_ended(office: Database) -> None:
    done = bring(
        office,
        "enrolments",
        {"terminal": "T-A", "pin": "1001", "employee": "E2", "from_": on("09/03/2026")},
        {"terminal": "T-A", "pin": "1001", "employee": "E1", "to": on("08/03/2026")},
        {"pin": "1009", "employee": "E3"},
    )
    assert done.states == {2: "new", 3: "changed", 4: "new"}
    taken = bring(office, "enrolments", {"pin": "1002", "employee": "E1"})
    assert wrong(taken) == [(2, "B", "number_of_other")]
