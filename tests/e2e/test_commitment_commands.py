"""Commands about commitments, run in this process: a template by file, a unit that is asked, what verify finds."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

from attendance.services.commitments.frozen import shown
from attendance.services.commitments.signing import Signer, sign
from attendance.store import commitments
from attendance.store.trail import Actor
from tests.e2e.conftest import ZONE, Office
from tests.e2e.test_paper_commands import Run, run, told

__all__ = ["run"]


def sign_one(office: Office, number: int) -> None:
    at = datetime.now(UTC)
    with office.database.writing() as session:
        row = commitments.get(session, number)
        digest = shown(session, row, at.date()).digest
        sign(session, number, Signer(None, row.employee_id, Actor("E2")), digest=digest, zone=ZONE, at=at)


def test_from_a_template_by_file_to_what_verify_finds(office: Office, run: Run, tmp_path: Path) -> None:
    example = json.loads(run("commitments", "example", "person").stdout)
    assert example["basis"] == ""
    file = tmp_path / "mau.json"
    file.write_text(json.dumps(example), encoding="utf-8")
    assert "CA-NHAN is kept as version 1" in run("commitments", "template", str(file)).stdout
    assert "version 1" in run("commitments", "template", str(file)).stdout
    file.write_text("{", encoding="utf-8")
    run("commitments", "template", str(file), code=2)
    run("commitments", "ask", "CA-NHAN", code=2)
    asked = told(run, "commitments", "ask", "CA-NHAN", "--unit", "A1")
    assert asked["counts"]["new"] == 1
    assert told(run, "commitments", "ask", "CA-NHAN", "--employee", "E2")["counts"]["already"] == 1
    (number,) = asked["commitments"]
    run("commitments", "withdraw", str(number), "--why", " ", code=2)
    sign_one(office, number)
    run("commitments", "withdraw", str(number), "--why", "nhầm", code=2)
    listed = told(run, "commitments", "list", "--unit", "A1")
    assert (listed["counts"]["signed"], listed["counts"]["people"]) == (1, 1)
    assert "1/1 have signed." in run("commitments", "list", "--unit", "A1").stdout
    run("commitments", "list", "--state", "asleep", code=2)
    assert told(run, "verify")["commitments"] == {"signed": 1, "broken": None, "wrong": ""}
    with office.database.writing() as session:
        row = commitments.get(session, number)
        row.content = row.content.replace("2 lượt", "9 lượt", 1)
        session.add(row)
    assert f"Commitments: the first that does not agree is {number}: text." in run("verify", code=1).stdout
    assert "not as it was signed" in run("commitments", "show", str(number), code=1).stdout
