"""The engine over columns and the slow oracle reach the same verdict on every case either can be given."""

import pytest
from hypothesis import given

from tests.property.asking import assert_agree, assert_agree_on
from tests.property.cases_strategy import ANNOUNCED, MONTHS, Case, Questions, cases, offices
from tests.property.packs import HOURS, full, modest


@modest(120)
@given(case=cases(ANNOUNCED))
def test_engine_and_oracle_agree(case: Case) -> None:
    """One person, one date, one moment of any office."""
    assert_agree_on(case)


@modest(50)
@given(questions=offices(ANNOUNCED))
def test_engine_and_oracle_agree_on_everybody_at_several_moments(questions: Questions) -> None:
    """Every person on every date, and the refused entries of the roster."""
    assert_agree(questions)


@modest(25)
@given(questions=offices(MONTHS))
def test_engine_and_oracle_agree_on_locked_months_and_their_sums(questions: Questions) -> None:
    """Days and months of units that are locked, reopened or refused a lock, also with facts that came after it."""
    assert_agree(questions, months=True)


@pytest.mark.long
@pytest.mark.timeout(HOURS)
@full
@given(case=cases(ANNOUNCED))
def test_engine_and_oracle_agree_in_full(case: Case) -> None:
    assert_agree_on(case)


@pytest.mark.long
@pytest.mark.timeout(HOURS)
@full
@given(questions=offices(ANNOUNCED))
def test_engine_and_oracle_agree_on_everybody_in_full(questions: Questions) -> None:
    assert_agree(questions)


@pytest.mark.long
@pytest.mark.timeout(HOURS)
@full
@given(questions=offices(MONTHS))
def test_engine_and_oracle_agree_on_months_in_full(questions: Questions) -> None:
    assert_agree(questions, months=True)
