"""Commands about what is kept: verify, and the trail as a list."""

from __future__ import annotations

import json
import shutil
import sqlite3
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from api.cli.main import app
from attendance.errors import Invalid

LOG = "        1\t2026-11-23 07:25:01\t1\t0\t1\t0\n        1\t2026-11-23 17:26:01\t1\t0\t1\t0\n"


class Office:
    """An office in a folder of its own, and commands run in it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.file = folder / "data" / "attendance.db"

    def run(self, *words: str, code: int = 0) -> str:
        done = CliRunner().invoke(app, list(words))
        assert done.exit_code == code, (done.output, done.exception)
        return done.stdout

    def json(self, *words: str, code: int = 0) -> Any:
        return json.loads(self.run(*words, "--json", code=code))

    def by_hand(self, *statements: str) -> None:
        """What a database administrator can do to the file."""
        with sqlite3.connect(self.file) as connection:
            for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
                connection.execute(f"DROP TRIGGER {name}")
            for statement in statements:
                connection.execute(statement)


@pytest.fixture(scope="module")
def begun(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of an office with a terminal and a person, to copy from."""
    folder = tmp_path_factory.mktemp("begun")
    (folder / "password").write_text("một câu dài làm mật khẩu\n", encoding="utf-8")
    (folder / "1_attlog.dat").write_text(LOG)
    with pytest.MonkeyPatch.context() as patch:
        made = _at(folder, patch)
        made.run("init", "--unit", "A", "--admin", "quantri", "--password-file", "password", "--no-calendar")
        made.run("import", "punches", "1_attlog.dat", "--terminal", "GATE", "--create", "--people")
        made.run("people", "name", "1", "Nguyễn Thị Thu Hà")
    return folder


@pytest.fixture
def office(begun: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Office:
    shutil.copytree(begun, tmp_path, dirs_exist_ok=True)
    return _at(tmp_path, monkeypatch)


def _at(folder: Path, patch: pytest.MonkeyPatch) -> Office:
    patch.setenv("ATTENDANCE_DATA_DIR", str(folder / "data"))
    patch.chdir(folder)
    return Office(folder)


def test_what_commands_do_is_in_the_trail_with_who_gave_them(office: Office) -> None:
    office.run("papers", "leave", "1", "2026-11-24", "--document", "ĐP 7")
    found = office.json("trail", "list")
    acts = [entry["act"] for entry in found["items"]]
    of_paper = [act for act in acts if act.startswith("paper")]
    assert of_paper
    assert acts[: len(of_paper) + 3] == [*of_paper, "employee.renamed", "employee.added", "punches.imported"]
    assert {"unit.added", "grant.given"} <= set(acts)
    renamed = found["items"][len(of_paper)]
    assert (renamed["before"], renamed["after"]) == ({"name": "Mã 1"}, {"name": "Nguyễn Thị Thu Hà"})
    assert (renamed["employees"], renamed["via"]) == (["1"], "console")
    lines = office.run("trail", "list", "--act", "employee.renamed").splitlines()
    assert len(lines) == 1
    assert lines[0].endswith("employee.renamed employee 1 about 1")


def test_what_is_whole_verifies_and_nothing_is_changed_by_it(office: Office) -> None:
    before = office.json("trail", "list")["total"]
    found = office.json("verify")
    assert found["holds"] is True
    assert found["trail"]["entries"] == before
    assert (found["trail"]["unsealed"], found["trail"]["seals_unchecked"]) == (0, 0)
    assert (found["evidence"]["pulls"], found["evidence"]["punches"]) == (1, 2)
    assert office.json("trail", "list")["total"] == before
    told = office.run("verify")
    assert f"{before}:{found['trail']['link']}" in told
    assert office.json("verify", "--expect", f"{before}:{found['trail']['link']}")["holds"] is True


def test_a_change_is_found_and_the_first_broken_link_named(office: Office) -> None:
    office.by_hand("UPDATE trail SET actor = 'somebody else' WHERE seq = 3")
    told = office.run("verify", code=1)
    assert "the first broken link is entry 3" in told
    assert office.json("verify", code=1)["trail"]["broken"] == 3


def test_an_end_that_was_noted_elsewhere_is_missed(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever has the key, too, can make the trail anew; not what somebody wrote down of it."""
    noted = office.json("verify")["trail"]
    last = f"{noted['entries']}:{noted['link']}"
    other = f"{noted['entries']}:{'0' * 64}"
    assert office.json("verify", "--expect", other, code=1)["trail"]["broken"] == noted["entries"]
    beyond = f"{noted['entries'] + 1}:{noted['link']}"
    assert office.json("verify", "--expect", beyond, code=1)["trail"]["broken"] == noted["entries"] + 1
    assert office.json("verify", "--expect", last)["holds"] is True
    refused = CliRunner().invoke(app, ["verify", "--expect", "gestern"])
    assert isinstance(refused.exception, Invalid)


def test_without_the_key_the_chain_is_checked_and_the_seals_are_counted(office: Office) -> None:
    (office.folder / "data" / "secret.key").rename(office.folder / "old.key")
    found = office.json("verify")["trail"]
    assert found["seals_unchecked"] == found["entries"] > 0
    (office.folder / "data" / "secret.key").write_text("another key of twenty signs\n")
    assert office.json("verify", code=1)["trail"]["broken"] == 1
    assert office.json("verify", "--old-key-file", "old.key")["holds"] is True


@pytest.mark.parametrize(
    ("statement", "where", "wrong"),
    [
        ("UPDATE pull SET log_digest = replace(log_digest, substr(log_digest, 1, 1), 'z')", "GATE, pull 1", "bytes"),
        ("UPDATE pull SET payload = x'0000'", "GATE, pull 1", "unpacked"),
        ("UPDATE punch_block SET first_sequence = 2", "GATE, punch 1", "number 2"),
        ("UPDATE punch_block SET max_wall = max_wall + 1", "GATE, punches 1 to 2", "times"),
        ("UPDATE punch_block SET columns = x''", "GATE, punches 1 to 2", "unpacked"),
    ],
)
def test_evidence_that_was_changed_is_found(office: Office, statement: str, where: str, wrong: str) -> None:
    office.by_hand(statement)
    found = office.json("verify", code=1)["evidence"]
    assert found["broken"] == where
    assert wrong in found["wrong"]


def test_the_newest_link_of_each_chain_is_told_to_be_noted_elsewhere(office: Office) -> None:
    links = office.json("verify")["chains"]["links"]
    assert {"columns", "papers"} <= set(links)
    assert all(len(each["link"]) == 64 and each["number"] >= 1 for each in links.values())
