"""Forty spreadsheets as offices have them: mapped without a touch, and no cell read as something it is not."""

from __future__ import annotations

from typing import Any

import pytest

from attendance.sheets import Rows, read_rows, recognise
from tests.sheets import duties, papers, people
from tests.sheets.case import Case, cell

CASES = [*people.cases(), *papers.cases(), *duties.cases()]
BY_NAME = {case.name: case for case in CASES}


def read(case: Case) -> Rows:
    return read_rows(recognise(case.book(), case.kind), legacy=case.legacy, dates=case.dates)


def silently_wrong(case: Case, rows: Rows) -> list[str]:
    """Cells whose value is not what is true, entries nobody made, and entries that are gone without an error."""
    found = []
    by_number = {row.number: row for row in rows.rows}
    complained = {error.row for error in rows.errors}
    for number, row in by_number.items():
        truth = case.truth.get(number)
        if truth is None:
            found.append(f"row {number} is no entry")
            continue
        found += [
            f"row {number}, {target}: {row.values[target]!r} instead of {value!r}"
            for target, value in truth.items()
            if row.values[target] != value
        ]
    found += [f"row {number} is gone" for number in case.truth if number not in by_number and number not in complained]
    return found


def test_there_are_forty_and_each_has_its_own_name() -> None:
    assert len(CASES) >= 40
    assert len(BY_NAME) == len(CASES)
    assert {case.kind for case in CASES} == {
        "employees",
        "units",
        "schedules",
        "calendar",
        "absences",
        "rosters",
        "enrolments",
    }


def test_at_least_38_are_mapped_without_a_touch_and_no_cell_is_silently_wrong() -> None:
    mapped, wrong, cells = 0, [], 0
    for case in CASES:
        recognised = recognise(case.book(), case.kind)
        mapped += recognised.mapping == case.columns and recognised.complete
        rows = read(case)
        cells += sum(len(row.values) for row in rows.rows)
        wrong += [f"{case.name}: {one}" for one in silently_wrong(case, rows)]
    print(f"\n{mapped} of {len(CASES)} sheets mapped without a touch, {len(wrong)} of {cells} cells silently wrong")
    assert wrong == []
    assert mapped >= 38


@pytest.mark.parametrize("name", BY_NAME)
def test_each_sheet_says_what_is_wrong_with_it_and_nothing_else(name: str) -> None:
    case = BY_NAME[name]
    recognised = recognise(case.book(), case.kind)
    assert sorted(question.code for question in recognised.questions) == sorted(case.asks)
    rows = read(case)
    assert {f"{error.column}{error.row}": error.code for error in rows.errors} == case.wrong
    assert {row.number for row in rows.rows} == set(case.truth)
    assert {number for number, _ in rows.skipped} == set(case.skipped)
    assert rows.read == len(rows.rows) + len({error.row for error in rows.errors})


@pytest.mark.parametrize("name", [case.name for case in CASES if case.wrong])
def test_what_is_wrong_can_be_mended_cell_by_cell(name: str) -> None:
    case = BY_NAME[name]
    mended = {cell(reference): MENDS[code] for reference, code in case.wrong.items()}
    rows = read_rows(recognise(case.book(), case.kind), mends=mended, legacy=case.legacy, dates=case.dates)
    assert rows.errors == ()
    numbers = {row.number for row in rows.rows}
    assert numbers == set(case.truth) | {cell(reference)[0] for reference in case.wrong}


MENDS: dict[str, Any] = {
    "not_a_date": "27/11/2026",
    "ambiguous_date": "2026-11-27",
    "maybe_swapped": "2026-04-03",
    "end_before_start": "27/11/2026",
    "last_day_missing": "1",
    "session_missing": "sáng",
    "not_a_time": "17h30",
    "unknown_choice": "ngừng việc",
    "leave_code_missing": "Ô",
    "time_missing": "29/11/2026 7h30",
    "not_yes_no": "có",
    "broken_formula": "Bùi Thị Na",
}


@pytest.mark.parametrize("name", ["TCVN3 by font in .xls", "VNI in csv"])
def test_legacy_text_is_an_error_until_somebody_says_what_to_do(name: str) -> None:
    case = BY_NAME[name]
    unanswered = read_rows(recognise(case.book(), case.kind))
    assert {error.code for error in unanswered.errors} == {"legacy_text"}
    assert unanswered.rows == ()
    as_it_stands = read_rows(recognise(case.book(), case.kind), legacy="none")
    assert as_it_stands.errors == ()
    assert all(row.values["name"] != case.truth[row.number]["name"] for row in as_it_stands.rows)


def test_what_was_chosen_once_is_remembered_for_the_next_file_like_it() -> None:
    case = BY_NAME["plain"]
    first = recognise(case.book(), "employees")
    memory = first.memory({"A": "pin", "B": "name", "C": "", "D": "from"})
    again = recognise(case.book(), "employees", memory)
    assert again.mapping == {"A": "pin", "B": "name", "D": "from"}
    assert {match.why.key for match in again.matches} == {"sheets.why.remembered"}
    assert [(one.column, one.known) for one in again.unmapped] == [("C", "left_out")]
    assert again.missing == ("code",)
