"""A verdict is a function: the same again, the same from the written file, the same alone as among others."""

import json
from copy import deepcopy
from datetime import date

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from attendance.engine.run import evaluate
from attendance.engine.verdict import verdicts as listed
from attendance.scenario.answers import Answers
from attendance.scenario.document import load
from attendance.scenario.known import case_at
from attendance.scenario.reading import Refused
from tests.property.cases_hours import Doc
from tests.property.cases_strategy import FEATURES, MONTHS, Questions, offices
from tests.property.judging import questions_about, rows, verdicts
from tests.property.packs import HOURS, full, modest


def assert_twice_is_once(questions: Questions) -> None:
    document, before = questions.document, deepcopy(questions.document)
    asked = [row for at in questions.moments for row in questions_about(questions.people, questions.days, at)]
    first = rows(document, asked)
    assert rows(document, asked) == first
    assert document == before, "a document is not changed by asking"
    assert rows(json.loads(json.dumps(document)), json.loads(json.dumps(asked))) == first
    assert rows(document, asked[::-1])[::-1] == first
    scenario, _ = load(document)
    answers = Answers(scenario)
    once = answers.on(questions.days, None)
    assert answers.on(questions.days, None) == once
    case = case_at(scenario, None)
    judged = [list(listed(evaluate(case, questions.days[0], questions.days[-1]))) for _ in range(2)]
    assert judged[0] == judged[1]


@modest(30)
@given(questions=offices(FEATURES))
def test_evaluating_twice_changes_nothing(questions: Questions) -> None:
    """Asked again, in another order, from the file written out and read back: the same rows, the same document."""
    assert_twice_is_once(questions)


@pytest.mark.long
@pytest.mark.timeout(HOURS)
@full
@given(questions=offices(FEATURES))
def test_evaluating_twice_changes_nothing_in_full(questions: Questions) -> None:
    assert_twice_is_once(questions)


def alone(document: Doc, person: str) -> Doc:
    """The document without anybody else; numbers of others are nobody's then."""
    gone = {other["code"] for other in document["employees"]} - {person}
    facts = [
        fact | {"found_absent": [who for who in fact["found_absent"] if who == person]}
        if "found_absent" in fact
        else fact
        for fact in document["facts"]
        if fact.get("employee") not in gone
    ]
    people = [other for other in document["employees"] if other["code"] == person]
    punches = [punch for punch in document["punches"] if punch.get("employee") not in gone]
    return document | {"employees": people, "facts": facts, "punches": punches}


def assert_part_is_part(questions: Questions, low: int, high: int) -> None:
    document = questions.document
    assume(not any(fact["kind"] == "lock" for fact in document["facts"]))  # a lock is of the whole unit
    for as_of in questions.moments:
        whole = verdicts(document, questions.days, as_of)
        span = questions.days[min(low, high) % len(questions.days) :][: abs(high - low) + 1]
        for days in ([questions.days[low % len(questions.days)]], span):
            part = verdicts(document, days, as_of)
            assert part == {key: verdict for key, verdict in whole.items() if key[1] in days}
        for person in questions.people:
            mine = {key: verdict for key, verdict in whole.items() if key[0] == person}
            assert verdicts(alone(document, person), questions.days, as_of) == mine


@modest(30)
@given(questions=offices(FEATURES), low=st.integers(0, 6), high=st.integers(0, 6))
def test_evaluating_a_part_equals_that_part_of_the_whole(questions: Questions, low: int, high: int) -> None:
    """One day alone, some days alone, one person alone: the same verdicts as of everybody on all days."""
    assert_part_is_part(questions, low, high)


@pytest.mark.long
@pytest.mark.timeout(HOURS)
@full
@given(questions=offices(FEATURES), low=st.integers(0, 6), high=st.integers(0, 6))
def test_evaluating_a_part_equals_that_part_in_full(questions: Questions, low: int, high: int) -> None:
    assert_part_is_part(questions, low, high)


def month_of(on: date) -> str:
    return on.strftime("%Y-%m")


@modest(10)
@given(questions=offices(MONTHS))
def test_a_month_asked_twice_and_from_the_written_file_is_the_same(questions: Questions) -> None:
    """Locks, versions and sums are functions of the file too."""
    document = questions.document
    units = [unit["code"] for unit in document["units"]]
    months = [
        {"employee": who, "month": month_of(questions.days[1]), "unit": unit}
        for who in questions.people
        for unit in units
    ]
    asked = [row | {"as_of": at.isoformat()} for at in questions.moments if at for row in months] + months
    assert rows_or_refusals(document, asked) == rows_or_refusals(json.loads(json.dumps(document)), asked)


def rows_or_refusals(document: Doc, asked: list[Doc]) -> object:
    """The rows, or why the lock is refused."""
    try:
        return rows(document, asked)
    except Refused as error:
        return [(refusal.path, refusal.code) for refusal in error.refusals]
