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
