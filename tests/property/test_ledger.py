"""Every scheduled minute is accounted for, and an excused violation stays visible (rules.md §1, §6)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from attendance.engine.verdict import DayVerdict, Occurrence
from tests.property.cases_hours import Doc
from tests.property.cases_strategy import FEATURES, Questions, offices
from tests.property.judging import verdicts
from tests.property.packs import HOURS, full, modest

UNANSWERED = FEATURES - {"explanation"}


def assert_identity(questions: Questions) -> None:
    for as_of in questions.moments:
        for verdict in verdicts(questions.document, questions.days, as_of).values():
            counted = sum(v.counted_min for v in verdict.violations)
            parts = verdict.credited_min + verdict.leave_min + verdict.unverified_min + counted
            assert verdict.scheduled_min == parts, verdict
            assert 0 <= verdict.worked_min <= verdict.credited_min, verdict
            assert min(verdict.leave_min, verdict.unverified_min) >= 0, verdict
            for found in verdict.violations:
                assert min(found.excused_min, found.counted_min) >= 0, found
                if found.minutes is not None:
                    assert found.excused_min + found.counted_min == found.minutes > 0, found


@modest(40)
@given(questions=offices(FEATURES))
def test_identity(questions: Questions) -> None:
    """scheduled = credited + leave + unverified + counted, on every day of everybody at every moment."""
    assert_identity(questions)


@pytest.mark.long
@pytest.mark.timeout(HOURS)
@full
@given(questions=offices(FEATURES))
def test_identity_in_full(questions: Questions) -> None:
    assert_identity(questions)


def assert_stays_visible(questions: Questions, pick: int, minutes: int) -> None:
    before = verdicts(questions.document, questions.days)
    found = [(key, v) for key, verdict in before.items() for v in verdict.violations]
    if not found:
        return
    (employee, on), chosen = found[pick % len(found)]
    about = {"employee": employee, "date": str(on), "session": chosen.session, "covers": chosen.type}
    paper: Doc = {"kind": "explanation", **about, "minutes": minutes, "decision": "approved"}
    document = questions.document | {"facts": [*questions.document["facts"], paper]}
    after = verdicts(document, questions.days)
    for key in before:
        assert shown(before[key]) == shown(after[key]), key
    answered = same_question(after[employee, on], chosen)
    if chosen.minutes is None:
        assert {v.status for v in answered} == {"excused"}
        return
    total = sum(v.minutes or 0 for v in answered)
    assert sum(v.excused_min for v in answered) == min(total, minutes)
    for v in answered:
        wanted = "counted" if not v.excused_min else "partly_excused" if v.counted_min else "excused"
        assert v.status == wanted


def shown(verdict: DayVerdict) -> list[tuple[str, str, int | None]]:
    """What a sheet of violations shows whatever became of them: a violation keeps its minutes for ever."""
    return sorted((v.type, v.session, v.minutes) for v in verdict.violations)


def same_question(verdict: DayVerdict, chosen: Occurrence) -> list[Occurrence]:
    return [v for v in verdict.violations if (v.type, v.session) == (chosen.type, chosen.session)]


@modest(40)
@given(questions=offices(UNANSWERED), pick=st.integers(0, 9), minutes=st.sampled_from([0, 1, 10, 60, 600]))
def test_an_excused_violation_stays_visible(questions: Questions, pick: int, minutes: int) -> None:
    """An approved explanation changes what is excused, never which violations there are or their minutes."""
    assert_stays_visible(questions, pick, minutes)


@pytest.mark.long
@pytest.mark.timeout(HOURS)
@full
@given(questions=offices(UNANSWERED), pick=st.integers(0, 9), minutes=st.sampled_from([0, 1, 10, 60, 600]))
def test_an_excused_violation_stays_visible_in_full(questions: Questions, pick: int, minutes: int) -> None:
    assert_stays_visible(questions, pick, minutes)
