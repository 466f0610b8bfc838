"""No violation without citation: the rules it rests on, by version and document (rules.md §1)."""

import pytest
from hypothesis import given

from attendance.rules.citation import Citation
from tests.oracle import Office
from tests.oracle.expected import assignment_on, version_on
from tests.oracle.words import day, unit_chain
from tests.property.cases_strategy import FEATURES, Questions, offices
from tests.property.judging import verdicts
from tests.property.packs import HOURS, full, modest


def assert_cited(questions: Questions) -> None:
    office = Office(questions.document)
    for as_of in questions.moments:
        at = office.moment(as_of)
        for (employee, on), verdict in verdicts(questions.document, questions.days, as_of).items():
            if not verdict.violations:
                continue
            assert all(isinstance(c, Citation) and c.rule and isinstance(c.document, str) for c in verdict.citations)
            hours = [c for c in verdict.citations if c.rule.startswith("schedule.")]
            policy = [c for c in verdict.citations if c.rule == "policy"]
            assert len(hours) == 1, verdict.citations
            assert policy, verdict.citations
            assignment = assignment_on(office.document, employee, on, at)
            assert assignment is not None, "nobody is accused who is not employed"
            chain = unit_chain(office.document, assignment["unit"], on)
            version = version_on(office.document, assignment, chain, on, at)
            assert hours[0].document == version["document"]
            assert hours[0].from_on == (day(version["from"]) if version.get("from") else None)


@modest(40)
@given(questions=offices(FEATURES))
def test_no_violation_without_citation(questions: Questions) -> None:
    """Every day with a violation cites the version of the hours in force, with its document, and the policy."""
    assert_cited(questions)


@pytest.mark.long
@pytest.mark.timeout(HOURS)
@full
@given(questions=offices(FEATURES))
def test_no_violation_without_citation_in_full(questions: Questions) -> None:
    assert_cited(questions)
