"""Commands about commitments, run in this process: a template by file, a unit that is asked, what verify finds."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

from attendance.services.commitments.frozen import shown
from attendance.services.commitments.signing import Signer, sign
from attendance.store import commitments
from attendance.store.trail import Actor
from tests.e2e.conftest import PASSWORD, ZONE, Office
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


def test_signing_confirming_and_what_it_leads_to_by_command(office: Office, run: Run, tmp_path: Path) -> None:
    (tmp_path / "password").write_text(PASSWORD, encoding="utf-8")

    def as_account(name: str, *words: str, code: int = 0) -> str:
        return run(*words, "--as", name, "--password-file", str(tmp_path / "password"), code=code).stdout

    (tmp_path / "mau.json").write_text(run("commitments", "example", "person").stdout, encoding="utf-8")
    run("commitments", "template", str(tmp_path / "mau.json"))
    (number,) = map(str, told(run, "commitments", "ask", "CA-NHAN", "--employee", "E2")["commitments"])
    digest = told(run, "commitments", "show", number)["digest"]
    sign = ("commitments", "sign", number, "--digest")
    as_account("e1", *sign, digest, code=2)  # nobody finds another's
    as_account("e2", *sign, "0" * 64, code=2)  # not the text that is there
    as_account("head.a1", "commitments", "refused", number, "--reason", "Đề nghị làm rõ khoản 2")
    as_account("e2", *sign, digest)
    as_account("e2", "commitments", "confirm", number, code=2)
    as_account("head.a1", "commitments", "confirm", number)
    assert told(run, "commitments", "show", number)["state"] == "confirmed"
    sheet = told(run, "commitments", "review", number)
    assert (sheet["obstacle"], sheet["outcome"]) == ("not_over", None)
    conclude = ("commitments", "conclude", number, "kept", "--remark", "Tốt", "--facts-digest", sheet["facts_digest"])
    as_account("head.a1", *conclude, code=2)
    office.clock.at = datetime(2027, 1, 5, 2, tzinfo=UTC)
    as_account("head.a1", *conclude, code=2)  # the facts are others by now
    seen = told(run, "commitments", "review", number)["facts_digest"]
    as_account("head.a1", *conclude[:-1], seen)
    assert told(run, "commitments", "review", number)["outcome"] == "kept"
    run("commitments", "paper", number, "--out", str(tmp_path / "cam-ket.pdf"))
    assert (tmp_path / "cam-ket.pdf").read_bytes().startswith(b"%PDF")
    run("commitments", "withdraw-template", "CA-NHAN")
    run("commitments", "ask", "CA-NHAN", "--employee", "E2", code=2)
