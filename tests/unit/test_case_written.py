"""A case that is written out and read back comes to the same conclusion, field by field, for every case there is."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest

from attendance.engine.run import evaluate
from attendance.engine.verdict import verdicts
from attendance.errors import AttendanceError
from attendance.reading import Refused
from attendance.scenario.document import load
from attendance.scenario.known import case_at, is_known, received_at
from attendance.scenario.rows import day_row
from attendance.scenario.running import run_document
from attendance.scenario.writing import document_of
from tests.cases import documents

CASES = Path(__file__).parents[1] / "cases"
DOCUMENTS = [
    case for path in sorted(CASES.rglob("*.yaml")) for case in documents(path)
    if "refuse" not in case
]  # fmt: skip


def days_of(document: dict[str, Any]) -> set[tuple[str, date, datetime | None]]:
    scenario, _ = load(document)
    only = scenario.people[0] if len(scenario.people) == 1 else ""
    return {
        (row.get("employee") or only, row["date"], row.get("as_of"))
        for row in scenario.expect
        if "date" in row and "day_kind" not in {"not_employed"} & {row.get("day_kind")}
    }


def replay(document: dict[str, Any]) -> int:
    """Writes every day the case asks about, and has it judged again; answers how many were."""
    scenario, _ = load(document)
    count = 0
    for employee, on, as_of in sorted(days_of(document), key=str):
        case = case_at(scenario, as_of)
        arrived = [received_at(scenario, punch) for punch in scenario.punches]
        received = [at for at in arrived if at is not None and is_known(at, as_of)]
        try:
            found = [v for v in verdicts(evaluate(case, on, on, unruled=[])) if v.employee == employee]
        except AttendanceError:
            continue
        for verdict in found:
            written = document_of(case, employee, on, received, day_row(verdict), id=f"{document['id']}-{on}")
            result = run_document(written)
            assert result.ok, (document["id"], on, result.differences)
            assert result.actual[0] == {**day_row(verdict)}
            count += 1
    return count


@pytest.mark.parametrize("document", DOCUMENTS[::40], ids=lambda document: str(document["id"]))
def test_a_written_case_is_judged_the_same(document: dict[str, Any]) -> None:
    replay(document)


@pytest.mark.long
@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda document: str(document["id"]))
def test_every_written_case_is_judged_the_same(document: dict[str, Any]) -> None:
    replay(document)


def test_the_samples_hold_days() -> None:
    assert sum(replay(document) for document in DOCUMENTS[:30]) > 20


def test_a_terminal_that_was_read_in_part_is_complete_in_that_part_alone() -> None:
    document: dict[str, Any] = {
        "scenario": 1, "id": "R",
        "schedules": {
            "S": {"regime": "per_session", "weekdays": ["mon", "tue"], "sessions": {"am": ["07:30", "11:30"]}},
        },
        "terminals": [{"code": "T-A", "read": [{"from": "2026-03-02T00:00", "to": "2026-03-02T23:59"}]}],
        "expect": [
            {"date": "2026-03-02", "unverified_min": 0, "symbols": {"am": "KP", "pm": "-"}},
            {"date": "2026-03-03", "unverified_min": 240, "flags": ["terminal_not_synced"]},
        ],
    }  # fmt: skip
    assert run_document(document).ok
    document["terminals"][0]["read"] = []
    assert [each.path for each in run_document(document).differences] == [
        "expect[0].unverified_min", "expect[0].symbols",
    ]  # fmt: skip
    document["terminals"][0]["read"] = [{"until": "2026-03-02"}]
    with pytest.raises(Refused, match=r"terminals\[0\].read\[0\].until"):
        run_document(document)
