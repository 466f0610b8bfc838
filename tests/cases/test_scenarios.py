"""The law cases: what the engine must conclude, written in the format an office would write them in."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from attendance.scenario.reading import Refused
from attendance.scenario.running import run_document
from tests.cases import documents

HERE = Path(__file__).parent
EXAMPLES = HERE.parents[2] / "shared" / "contracts" / "examples.json"
CASES = [case for path in sorted(HERE.glob("[!f]*.yaml")) for case in documents(path)]
JUDGED = [case for case in CASES if "refuse" not in case]
REFUSAL_CODES = {
    "overlap", "bad_time", "bad_date", "unknown_key", "unknown_kind", "unknown_reference", "lone_swap", "wrong_type",
    "ambiguous_default", "gap", "outside_parent", "cycle", "successor",
}  # fmt: skip
PASS_TODAY = {"D01", "D02", "D03", "D06", "D07", "D22", "D24", "D36"}
NOT_YET = "not supported by this version"


@pytest.mark.parametrize("case", CASES, ids=lambda case: str(case["id"]))
def test_the_engine_concludes_what_was_judged_by_hand(case: dict[str, Any]) -> None:
    result = run_document(case)
    assert result.differences == ()
    assert result.ok


@pytest.mark.parametrize("case", JUDGED, ids=lambda case: str(case["id"]))
def test_every_minute_of_every_case_is_accounted_for(case: dict[str, Any]) -> None:
    days = [row for row in run_document(case).actual if "date" in row]
    assert days
    for row in days:
        counted = sum(violation["counted_min"] for violation in row["violations"])
        assert row["scheduled_min"] == row["credited_min"] + row["leave_min"] + row["unverified_min"] + counted


@pytest.mark.parametrize("case", JUDGED, ids=lambda case: str(case["id"]))
def test_a_case_that_expects_something_else_fails(case: dict[str, Any]) -> None:
    """Otherwise the comparison would prove nothing: each number that is expected is altered once."""
    for index, row in enumerate(case["expect"]):
        for name, value in row.items():
            if isinstance(value, int):
                altered = [dict(other) for other in case["expect"]]
                altered[index][name] = value + 1
                result = run_document(case | {"expect": altered})
                assert [difference.path for difference in result.differences] == [f"expect[{index}].{name}"]


def test_the_cases_are_many_and_have_names_of_their_own() -> None:
    names = [case["id"] for case in CASES]
    assert len(names) == len(set(names))
    assert len(JUDGED) >= 20
    assert {entry["code"] for case in CASES for entry in case.get("refuse", [])} == REFUSAL_CODES


@pytest.mark.parametrize("case", [case for case in CASES if "refuse" in case], ids=lambda case: str(case["id"]))
def test_a_malformed_case_that_does_not_say_so_is_refused_with_sentences(case: dict[str, Any]) -> None:
    with pytest.raises(Refused) as caught:
        run_document({name: value for name, value in case.items() if name != "refuse"})
    assert {(refusal.path, refusal.code) for refusal in caught.value.refusals} == {
        (entry["path"], entry["code"]) for entry in case["refuse"]
    }
    assert all(len(refusal.sentence) > 15 for refusal in caught.value.refusals)


def test_a_case_that_expects_a_refusal_and_is_accepted_fails() -> None:
    case = next(case for case in CASES if case["id"] == "C01")
    result = run_document({**case, "expect": [], "refuse": [{"path": "punches[0]", "code": "bad_time"}]})
    assert not result.ok


def test_the_examples_of_the_contract_pass_or_say_honestly_what_is_missing() -> None:
    if not EXAMPLES.exists():
        pytest.skip("the shared folder with the contract's examples is not here")
    results = [run_document(document) for document in json.loads(EXAMPLES.read_text("utf-8"))]
    dishonest = {
        result.id: result.differences
        for result in results
        if any(difference.actual != NOT_YET for difference in result.differences)
    }
    assert dishonest == {}
    assert {result.id for result in results if result.ok} >= PASS_TODAY
