"""The oracle satisfies every law case of the project that can be asked of it, as the engine does."""

from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest

from tests.cases import documents
from tests.oracle import Office, Undecided, month_row, refused_locks

CASES = Path(__file__).parents[1] / "cases"
ABOUT = {"employee", "date", "month", "as_of", "unit", "note", "id", "title", "source", "roster_errors"}


def law_cases() -> list[Any]:
    """Every document that expects rows."""
    return [
        pytest.param(document, id=f"{file.stem}-{document['id']}")
        for file in sorted(CASES.rglob("*.yaml"))
        for document in documents(file)
        if "expect" in document and "refuse" not in document
    ]


def plain(value: Any) -> Any:
    """Dates as text, so that YAML dates equal what the oracle writes."""
    if isinstance(value, dict):
        return {key: plain(entry) for key, entry in value.items()}
    if isinstance(value, list):
        return [plain(entry) for entry in value]
    return value.isoformat() if isinstance(value, date) else value


def agrees(expected: Any, actual: Any) -> bool:
    """True where the actual value has all that is expected of it: lists as sets, entries by the fields they give."""
    if isinstance(expected, list):
        left = list(actual)
        for entry in sorted(expected, key=lambda e: -len(e) if isinstance(e, dict) else 0):
            match = next((found for found in left if agrees(entry, found)), None)
            if match is None:
                return False
            left.remove(match)
        return not left
    if isinstance(expected, dict):
        return all(key in actual and agrees(value, actual[key]) for key, value in expected.items())
    return bool(expected == actual)


def answer(office: Office, row: dict[str, Any]) -> dict[str, Any]:
    """What the oracle says to one row of a law case."""
    asked = row.get("as_of")
    as_of = datetime.fromisoformat(asked) if isinstance(asked, str) else asked
    who = row.get("employee") or office.document["employees"][0]["code"]
    found: dict[str, Any] = {}
    if "month" in row:
        unit = row.get("unit") or office.document["employees"][0]["assignments"][0]["unit"]
        found = month_row(office, who, row["month"], unit, as_of)
    elif "date" in row:
        found = office.day(who, date.fromisoformat(plain(row["date"])), as_of)
    if "roster_errors" in row:
        found = found | {"roster_errors": office.roster_errors(row.get("employee"), as_of)}
    return found


@pytest.mark.parametrize("document", law_cases())
def test_the_oracle_concludes_every_law_case_as_written(document: dict[str, Any]) -> None:
    office = Office(document)
    assert refused_locks(office) == []
    for row in document["expect"]:
        try:
            actual = answer(office, row)
        except Undecided as why:
            pytest.skip(f"rules.md does not decide it: {why}")
        wrong = {
            key: (value, actual.get(key))
            for key, value in plain(row).items()
            if key not in ABOUT - {"roster_errors"} and not agrees(value, actual.get(key))
        }
        assert not wrong, (row.get("employee"), row.get("date") or row.get("month"), row.get("as_of"))
