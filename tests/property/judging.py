"""The engine's verdicts of a document, through the scenario file, as plain rows and as they are."""

from datetime import date, datetime
from typing import Any

from attendance.engine.verdict import DayVerdict
from attendance.scenario.answers import Answers
from attendance.scenario.document import load
from attendance.scenario.running import run_document
from tests.property.cases_hours import Doc

Verdicts = dict[tuple[str, date], DayVerdict]


def verdicts(document: Doc, days: list[date], as_of: datetime | None = None) -> Verdicts:
    """What the engine concludes of everybody employed on these dates."""
    scenario, _ = load(document)
    return Answers(scenario).on(days, as_of)


def rows(document: Doc, questions: list[Doc]) -> list[dict[str, Any]]:
    """The engine's whole answer to each question of a scenario file."""
    result = run_document({**document, "expect": questions})
    assert len(result.actual) == len(questions), result.differences
    return list(result.actual)


def questions_about(people: list[str], days: list[date], as_of: datetime | None = None) -> list[Doc]:
    """One question for each person and date."""
    asked: list[Doc] = [{"employee": person, "date": str(on)} for person in people for on in days]
    return asked if as_of is None else [row | {"as_of": as_of.isoformat()} for row in asked]


def missing(verdict: DayVerdict) -> bool:
    """True where a missing punch or an unverified minute stands."""
    return verdict.unverified_min > 0 or any(v.type.startswith("missing") for v in verdict.violations)
