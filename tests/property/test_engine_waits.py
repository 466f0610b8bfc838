"""The smallest case of each sentence that the engine does not follow yet; one that passes has to leave `waiting.py`."""

from pathlib import Path
from typing import Any

import pytest

from attendance.scenario.reading import parse
from attendance.scenario.running import run_document
from tests.oracle import Office

FILE = Path(__file__).with_name("waiting.yaml")


def waiting() -> list[Any]:
    return [
        pytest.param(document, id=document["id"]) for document in parse(FILE.read_text(encoding="utf-8"), FILE.name)
    ]


@pytest.mark.xfail(strict=True, reason="the engine is to be mended; see waiting.py")
@pytest.mark.parametrize("document", waiting())
def test_the_engine_follows_the_sentence(document: dict[str, Any]) -> None:
    result = run_document(document)
    assert result.ok, result.differences


@pytest.mark.parametrize("document", waiting())
def test_the_oracle_does(document: dict[str, Any]) -> None:
    """What is expected of the engine here is what the oracle says."""
    office = Office(document)
    for row in document["expect"]:
        actual = office.day("E1", row["date"])
        for name in row.keys() - {"date", "violations"}:
            assert actual[name] == row[name], name


@pytest.mark.xfail(strict=True, reason="the engine is to be mended; see waiting.py")
def test_an_in_and_an_out_of_one_second_may_be_listed_in_any_order() -> None:
    """The issue: "order of arrival does not matter"; whichever is kept, it is not the one that comes first."""
    hours = {"S": {"regime": "per_session", "sessions": {"am": ["07:30", "11:30"]}, "weekdays": ["wed"]}}
    terminals = [{"code": "T-A", "unit": "A", "direction": "in"}, {"code": "T-B", "unit": "A", "direction": "out"}]
    people = [{"code": "E1", "assignments": [{"unit": "A", "schedule": "S", "terminals": ["T-A", "T-B"]}]}]
    punches = [
        {"terminal": t, "at": f"2026-03-04T{at}"} for t, at in (("T-A", "07:30"), ("T-A", "11:30"), ("T-B", "11:30"))
    ]
    document = {"scenario": 1, "schedules": hours, "terminals": terminals, "employees": people}
    document["expect"] = [{"employee": "E1", "date": "2026-03-04"}]
    listed, turned = (run_document(document | {"punches": order}).actual for order in (punches, punches[::-1]))
    assert listed == turned
