"""Commands about checkpoints and bundles, and `attendance verify` against what was noted elsewhere."""

from __future__ import annotations

import json
import shutil
import sqlite3
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from api.cli.main import app
from attendance.errors import Invalid
from attendance.services.evidence import bundling
from attendance.services.signing_key import SigningKey
from attendance.store.database import Database, sqlite_url

SECRET = "a secret of the tests, long enough"


class Office:
    def __init__(self, folder: Path) -> None:
        self.folder, self.file = folder, folder / "data" / "attendance.db"

    def run(self, *words: str, code: int = 0, given: str | None = None) -> str:
        done = CliRunner().invoke(app, list(words), input=given)
        assert done.exit_code == code, (done.output, done.exception)
        return done.stdout

    def json(self, *words: str, code: int = 0) -> Any:
        return json.loads(self.run(*words, "--json", code=code))


@pytest.fixture(scope="module")
def begun(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("begun")
    (folder / "password").write_text("một câu dài làm mật khẩu\n", encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        _at(folder, patch).run("init", "--unit", "A", "--admin", "quantri", "--password-file", "password",
                               "--no-calendar")  # fmt: skip
    return folder


@pytest.fixture
def office(begun: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Office:
    shutil.copytree(begun, tmp_path, dirs_exist_ok=True)
    return _at(tmp_path, monkeypatch)


def _at(folder: Path, patch: pytest.MonkeyPatch) -> Office:
    patch.setenv("ATTENDANCE_DATA_DIR", str(folder / "data"))
    patch.setenv("ATTENDANCE_SECRET_KEY", SECRET)
    patch.chdir(folder)
    return Office(folder)


def test_made_listed_printed_published_and_checked(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    text = office.run("evidence", "checkpoint")
    assert "\nnumber 1\n" in text
    made = office.json("evidence", "checkpoint")
    assert made["number"] == 2
    both = text + "\n" + made["text"] + made["heads"]
    assert "as under checkpoints 1, 2." in office.run("evidence", "check", "-", given=both)
    assert office.json("evidence", "check", made["code"])["checkpoints"] == [2]
    assert "its code is" in office.run("evidence", "print", "1", "--out", "diem.pdf")
    assert (office.folder / "diem.pdf").read_bytes().startswith(b"%PDF")
    monkeypatch.setenv("ATTENDANCE_CHECKPOINT_FILE", str(office.folder / "file.txt"))
    told = office.run("evidence", "publish").splitlines()
    assert told == ["Checkpoint 1 by file: taken", "Checkpoint 2 by file: taken"]
    listed = office.json("evidence", "list")
    assert [(each["number"], each["sent"][0]["way"]) for each in listed["items"]] == [(2, "file"), (1, "file")]
    found = office.json("verify", "--against", "file.txt")
    assert (found["holds"], found["checkpoints"]) == (
        True, {"checkpoints": 2, "noted": 2, "broken": None, "wrong": ""}
    )  # fmt: skip


def test_nothing_is_published_where_no_way_is_set(office: Office) -> None:
    done = CliRunner().invoke(app, ["evidence", "publish"])
    assert isinstance(done.exception, Invalid)


def test_a_checkpoint_that_was_taken_away_is_missed(office: Office) -> None:
    noted = office.run("evidence", "checkpoint")
    (office.folder / "noted.txt").write_text(noted, encoding="utf-8")
    with sqlite3.connect(office.file) as connection:
        connection.execute("DROP TRIGGER checkpoint_no_delete")
        connection.execute("DELETE FROM checkpoint")
    connection.close()
    found = office.json("verify", "--against", "noted.txt", code=1)
    assert found["checkpoints"]["broken"] == "checkpoint 1"
    assert found["trail"]["missing_guards"] == ["checkpoint_no_delete"]


def test_a_bundle_is_recognised_and_the_program_handed_out(office: Office) -> None:
    noted = office.run("evidence", "checkpoint")
    database = Database(sqlite_url(office.file))
    key = SigningKey(SECRET.encode())
    with database.reading() as session:
        made = bundling.bundle(session, key, title="Hồ sơ", files={"a.txt": b"x"}, rows=[("columns", 1)],
                               at=datetime(2026, 11, 28, tzinfo=UTC))  # fmt: skip
    database.close()
    (office.folder / "ho-so.zip").write_bytes(made)
    (office.folder / "noted.txt").write_text(noted, encoding="utf-8")
    assert office.json("verify", "ho-so.zip", "--key", key.name)["holds"] is True
    assert office.json("verify", "ho-so.zip", "--checkpoint", "noted.txt")["holds"] is True
    (office.folder / "changed.zip").write_bytes(made.replace(b"a.txtx", b"a.txty"))
    assert office.json("verify", "changed.zip", code=1)["wrong"] == ["the file a.txt was changed or put in"]
    (office.folder / "verify_bundle.py").write_text(office.run("evidence", "verifier"), encoding="utf-8")
    asked = [sys.executable, "-I", "verify_bundle.py", "ho-so.zip"]
    found = subprocess.run(asked, cwd=office.folder, capture_output=True, check=False)
    assert (found.returncode, "Hồ sơ" in found.stdout.decode()) == (0, True)
