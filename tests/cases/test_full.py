"""Law cases for whole sections of the contract, a small hand-checked case per sentence, run like an officer's."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from attendance.scenario.running import run_document
from tests.cases import documents

HERE = Path(__file__).parent
FILES = sorted(HERE.glob("full_*.yaml"))


def cases() -> list[Any]:
    return [pytest.param(document, id=document["id"]) for file in FILES for document in documents(file)]


@pytest.mark.parametrize("document", cases())
def test_the_case_is_concluded_as_written(document: dict[str, Any]) -> None:
    result = run_document(document)
    assert result.ok, result.differences


def test_every_case_has_a_name_of_its_own() -> None:
    names = [document.values[0]["id"] for document in cases()]
    assert len(names) == len(set(names))
    assert len(names) >= 40
