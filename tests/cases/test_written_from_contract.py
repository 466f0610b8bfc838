"""Cases written by readers of the contract, the law and other systems' tests who did not look at the engine.

`contract/` has a case or more for every sentence of rules.md and every refusal of scenario.md; `law/` every version of
the hours on its first day, the day before and its last day, and the situations of the domain; `peers/` what other
attendance systems test.
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from attendance.scenario.running import run_document
from tests.cases import documents

HERE = Path(__file__).parent
FILES = sorted(path for folder in ("contract", "law", "peers") for path in (HERE / folder).glob("*.yaml"))


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_the_engine_concludes_what_a_reader_worked_out(path: Path) -> None:
    found = {case["id"]: run_document(case).differences for case in documents(path)}
    assert {name: differences for name, differences in found.items() if differences} == {}


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_every_minute_is_accounted_for_and_a_wrong_expectation_is_noticed(path: Path) -> None:
    for case in documents(path):
        if "refuse" in case:
            continue
        actual = run_document(case).actual
        for row in actual:
            if "scheduled_min" in row:
                counted = sum(violation["counted_min"] for violation in row["violations"])
                parts = row["credited_min"] + row["leave_min"] + row["unverified_min"] + counted
                assert row["scheduled_min"] == parts, case["id"]
        wrong = [dict(row) | {"scheduled_min": -1} if "date" in row else dict(row) for row in case["expect"]]
        assert run_document(case | {"expect": wrong}).ok == all("date" not in row for row in wrong), case["id"]


def test_no_case_is_lost_under_the_name_of_another() -> None:
    names = Counter(case["id"] for path in FILES for case in documents(path))
    assert [name for name, times in names.items() if times > 1] == []
    assert len(names) >= 850
