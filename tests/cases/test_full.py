"""Law cases for whole sections of the contract, a small hand-checked case per sentence, run like an officer's."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from attendance.scenario.reading import parse
from attendance.scenario.running import run_document

HERE = Path(__file__).parent
FILES = sorted(HERE.glob("full_*.yaml"))


def documents() -> list[Any]:
    return [
        pytest.param(document, id=document["id"])
        for file in FILES
        for document in parse(file.read_text(encoding="utf-8"), file.name)
    ]


@pytest.mark.parametrize("document", documents())
def test_the_case_is_concluded_as_written(document: dict[str, Any]) -> None:
    result = run_document(document)
    assert result.ok, result.differences


def test_every_case_has_a_name_of_its_own() -> None:
    names = [document.values[0]["id"] for document in documents()]
    assert len(names) == len(set(names))
    assert len(names) >= 40
