"""Whatever happens on a day, its account is whole: every punch once, every conclusion with a right sum and its rule."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings

from attendance.scenario.document import load
from tests.accounts import of_day
from tests.property.cases_strategy import FEATURES, Case, cases
from tests.whole_accounts import assert_whole


def explain(case: Case) -> None:
    assert_whole(of_day(load(case.document)[0], case.employee, case.work_date, case.as_of))


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(case=cases(FEATURES))
def test_every_drawn_day_can_be_explained(case: Case) -> None:
    explain(case)


@pytest.mark.long
@pytest.mark.timeout(1800)
@settings(max_examples=10_000, deadline=None, suppress_health_check=list(HealthCheck))
@given(case=cases(FEATURES))
def test_many_drawn_days_can_be_explained(case: Case) -> None:
    explain(case)
