"""The database says exactly what a case file says: every case, filed through the verbs of an office, step by step.

Every field of every expected row is compared, whether or not the case names it, and every day that was judged at all.
"""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from attendance.engine.after_lock import PersonDay
from attendance.engine.verdict import DayVerdict
from attendance.scenario.answers import Answers
from attendance.scenario.rows import actual_rows
from attendance.scenario.running import compare
from attendance.store.database import Database
from tests.cases import documents
from tests.office_of_case import OfficeOfCase

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT.parent / "shared" / "contracts" / "examples.json"
DOCUMENTS: list[dict[str, Any]] = [
    case for path in sorted((ROOT / "tests" / "cases").rglob("*.yaml")) for case in documents(path)
]
ALL = [document for document in DOCUMENTS if "refuse" not in document]
SAMPLE = ALL[::80]
if EXAMPLES.exists():
    SAMPLE += [case for case in json.loads(EXAMPLES.read_text("utf-8")) if "refuse" not in case]

NOT_EXPRESSED: dict[str, str] = {}
"""Cases that a database cannot hold, each with the reason. Files that are refused have nothing to be compared."""


@pytest.mark.parametrize("document", SAMPLE, ids=lambda document: str(document["id"]))
def test_the_database_says_what_the_case_file_says(sqlite_database: Database, document: dict[str, Any]) -> None:
    agree(sqlite_database, document)


@pytest.mark.long
@pytest.mark.parametrize("document", ALL, ids=lambda document: str(document["id"]))
def test_the_database_says_what_every_case_file_says(sqlite_database: Database, document: dict[str, Any]) -> None:
    agree(sqlite_database, document)


def agree(sqlite_database: Database, document: dict[str, Any]) -> None:
    if document["id"] in NOT_EXPRESSED:
        pytest.skip(NOT_EXPRESSED[document["id"]])
    office = OfficeOfCase(sqlite_database, document)
    office.file()
    rows = tuple(actual_rows(office.scenario, office))
    assert list(compare(office.scenario, rows)) == []
    answers = Answers(office.scenario)
    assert rows == tuple(actual_rows(office.scenario, answers))
    dates = office.dates()
    assert concluded(office.on(dates, None)) == concluded(answers.on(dates, None))


def concluded(found: dict[PersonDay, DayVerdict]) -> dict[PersonDay, DayVerdict]:
    """What is concluded, without the citations: a stored policy is cited with its date, that of a case has none."""
    return {key: replace(verdict, citations=()) for key, verdict in found.items()}
