"""A day that is explained from the database is told as the case file tells it, and its page can be shown."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from api.pages.explain import tell
from api.pages.i18n import LANGUAGES, Translator
from attendance.scenario.document import load
from attendance.services.explain.statements import Statement
from attendance.store import office as stored_office
from attendance.store.database import Database
from attendance.store.tables import EmployeeRow
from reports.day import why_page
from tests.accounts import of_day
from tests.cases import documents
from tests.office_of_case import OfficeOfCase

CASES: list[dict[str, Any]] = [
    case
    for path in sorted((Path(__file__).parents[1] / "cases").rglob("*.yaml"))
    for case in documents(path)
    if "refuse" not in case
]
SAME = ("day", "hours", "pair", "verdict", "sum", "paper", "balance", "beside", "ledger")
"""The parts that rest on neither when terminals were read nor on how a stored policy is cited."""


@pytest.mark.parametrize("case", CASES[::100], ids=lambda case: str(case["id"]))
def test_the_database_tells_a_day_as_the_case_file_does(sqlite_database: Database, case: dict[str, Any]) -> None:
    agree(sqlite_database, case)


@pytest.mark.long
@pytest.mark.parametrize("case", CASES, ids=lambda case: str(case["id"]))
def test_the_database_tells_every_case_as_its_file_does(sqlite_database: Database, case: dict[str, Any]) -> None:
    agree(sqlite_database, case)


def agree(database: Database, case: dict[str, Any]) -> None:
    office = OfficeOfCase(database, case)
    office.file()
    scenario = load(case)[0]
    now = office.end + timedelta(days=1)
    asked = {row["date"] for row in scenario.expect if "date" in row}
    for employee in scenario.people:
        for on in [on for on in office.dates() if on in asked] or office.dates()[:7]:
            with database.reading() as session:
                number = stored_office.key(stored_office.get(session, EmployeeRow, employee))
                page = why_page(session, scenario.zone, now, number, on)
            written = of_day(scenario, employee, on)
            assert told(page.statements) == told(written.account.statements), (employee, on)
            assert [punch.use for punch in page.punches] == [punch.use for punch in written.page.punches]
            for lang in LANGUAGES:
                assert tell(page, Translator(lang))


def told(statements: tuple[Statement, ...]) -> list[tuple[str, object, int | None, int | None]]:
    mine = [each for each in statements if each.part in SAME]
    return [(each.key, dict(each.values), each.session, each.violation) for each in mine]
