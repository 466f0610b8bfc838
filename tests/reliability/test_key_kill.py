"""A write under a key whose process is killed before it could answer: sent again, it is stored once."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.e2e.conftest import *  # noqa: F403 - the office of the tests of the API
from tests.e2e.conftest import Office
from tests.reliability.key_victim import GIVEN, KEY

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("when", [pytest.param("before", marks=pytest.mark.long), "after"])
def test_killed_before_the_answer_a_write_is_there_once_and_answered_when_sent_again(office: Office, when: str) -> None:
    client = office.client("e2")
    token = client.headers["Authorization"].removeprefix("Bearer ")
    folder = Path(office.settings.url.removeprefix("sqlite:///")).parent
    victim = subprocess.run(
        [sys.executable, "-m", "tests.reliability.key_victim", str(folder), when, token],
        cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)}, capture_output=True, timeout=120, check=False,
    )  # fmt: skip
    assert victim.returncode == -signal.SIGKILL, (victim.stdout, victim.stderr)
    stored = office.get("e2", "/absences", status="proposed")["total"]
    assert stored == (0 if when == "before" else 1)
    answers = [client.post("/api/v1/absences", json=GIVEN, headers={"Idempotency-Key": KEY}) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [201, 201]
    assert answers[0].content == answers[1].content
    assert ("Idempotency-Replayed" in answers[0].headers) == (when == "after")
    assert office.get("e2", "/absences", status="proposed")["total"] == 1
