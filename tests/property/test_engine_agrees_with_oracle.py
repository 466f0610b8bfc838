"""The engine over columns and the slow judge of one day reach the same verdict on every case either can be given."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, reject, settings

from attendance.scenario.running import run_document
from tests.oracle import Office, Undecided
from tests.property.cases_strategy import FEATURES, Case, cases
from tests.property.waiting import waits

FIELDS = (
    "unit", "day_kind", "scheduled_min", "worked_min", "credited_min", "leave_min", "unverified_min", "violations",
    "flags", "symbols", "duty", "overtime", "findings",
)  # fmt: skip


def assert_agree(case: Case) -> None:
    document, employee, on, as_of = case.document, case.employee, case.work_date, case.as_of
    try:
        office = Office(document)
        expected = office.day(employee, on, as_of)
    except Undecided:
        reject()
    if waits(office, employee, as_of):
        reject()
    row: dict[str, Any] = {name: expected[name] for name in FIELDS} | {"employee": employee, "date": on.isoformat()}
    if as_of is not None:
        row["as_of"] = as_of.isoformat()
    result = run_document({**document, "expect": [row]})
    assert result.ok, result.differences


@settings(max_examples=400, deadline=None, suppress_health_check=list(HealthCheck))
@given(case=cases(FEATURES))
def test_engine_and_oracle_agree(case: Case) -> None:
    assert_agree(case)


@pytest.mark.long
@pytest.mark.timeout(1800)
@settings(max_examples=20_000, deadline=None, suppress_health_check=list(HealthCheck))
@given(case=cases(FEATURES))
def test_engine_and_oracle_agree_on_many(case: Case) -> None:
    assert_agree(case)
