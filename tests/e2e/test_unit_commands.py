"""The commands about the tree as an office types them: what they print, what they store, how they end."""

from __future__ import annotations

import io
import json
import sys
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from api.cli.main import main


@dataclass
class Said:
    stdout: str
    stderr: str


@dataclass
class Office:
    """A data folder, and the command run in it, in this process: a new one for each word would take minutes."""

    folder: Path
    patch: pytest.MonkeyPatch

    def run(self, *words: str, code: int = 0) -> Said:
        out, beside = io.StringIO(), io.StringIO()
        self.patch.setattr(sys, "argv", ["attendance", *words])
        with redirect_stdout(out), redirect_stderr(beside), pytest.raises(SystemExit) as ended:
            main()
        assert (ended.value.code or 0) == code, (words, out.getvalue(), beside.getvalue())
        return Said(out.getvalue(), beside.getvalue())

    def json(self, *words: str, code: int = 0) -> Any:
        return json.loads(self.run(*words, "--json", code=code).stdout)


@pytest.fixture
def office(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Office:
    monkeypatch.setenv("ATTENDANCE_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.chdir(tmp_path)
    (tmp_path / "password").write_text("một câu dài làm mật khẩu\n", encoding="utf-8")
    found = Office(tmp_path, monkeypatch)
    found.run("init", "--unit", "A", "--name", "Xã Mẫu", "--admin", "quantri", "--password-file", "password")
    return found


def test_a_district_goes_and_two_communes_become_one(office: Office) -> None:
    said = ("--document", "NQ 1656")
    office.run("units", "add", "H", "--name", "Huyện", "--parent", "A")
    for code in ("X1", "X2"):
        office.run("units", "add", code, "--parent", "H")
    refused = office.run("units", "end", "H", "--to", "2025-06-30", *said, code=2)
    assert "X1" in refused.stderr
    assert refused.stderr.count("\n") == 1
    office.run("units", "add", "N", "--name", "Xã mới", "--parent", "A", "--from", "2025-07-01", *said)
    for code in ("X1", "X2"):
        assert "part of N" in office.run("units", "merge", code, "N", "--on", "2025-07-01", *said).stdout
    office.run("units", "end", "H", "--to", "2025-06-30", *said)
    office.run("units", "rename", "N", "Xã Tân Mai", "--on", "2025-09-01", *said)
    then = office.json("units", "list", "--on", "2025-06-30")
    assert [(unit["code"], unit["parent"]) for unit in then["units"]] == [
        ("A", None), ("H", "A"), ("X1", "H"), ("X2", "H"),
    ]  # fmt: skip
    assert office.run("units", "list").stdout.splitlines() == ["A\tXã Mẫu", "  N\tXã Tân Mai"]
    shown = office.json("units", "show", "N")
    assert (shown["merged"], [version["name"] for version in shown["versions"]]) == (
        ["X1", "X2"], ["Xã mới", "Xã Tân Mai"],
    )  # fmt: skip
    assert "then part of N (NQ 1656)" in office.run("units", "show", "X1").stdout
    assert "name a unit" in office.run("units", "move", "A", "--parent", "N", "--on", "2025-08-01", code=2).stderr


def test_heads_and_people_who_are_still_to_move(office: Office) -> None:
    office.run("units", "add", "B", "--parent", "A")
    assert "Nobody leads A on 2025-07-01" in office.run("units", "heads", "A", "--on", "2025-07-01", code=1).stdout
    assert "'E1'" in office.run("units", "heads", "A", "--name", "E1", "--from", "2025-07-01", code=2).stderr
    assert "'E1'" in office.run("people", "transfer", "E1", "B", "--on", "2025-07-01", code=2).stderr
    assert "--top" in office.run("units", "move", "B", "--on", "2025-07-01", code=2).stderr
    assert "2026-11-20" in office.run("units", "end", "B", "--to", "hôm qua", code=2).stderr
    file = office.folder / "log.dat"
    file.write_text("        7\t2025-06-02 07:20:00\t1\t0\t1\t0\r\n        7\t2025-07-10 07:20:00\t1\t0\t1\t0\r\n")
    office.run("terminals", "add", "T", "--unit", "B", "--host", "127.0.0.1")
    office.run("import", "punches", "log.dat", "--terminal", "T")
    make_person(office)
    left = office.run("units", "merge", "B", "A", "--on", "2025-07-01", "--document", "QĐ 1", code=1)
    assert "terminals in it: T" in left.stdout
    assert "still to be moved: 7." in left.stdout
    assert "since" not in left.stderr
    done = office.run("people", "transfer", "7", "A", "--on", "2025-07-01", "--document", "QĐ 2")
    assert done.stdout.startswith("7 serves in A from 2025-07-01 on, until 2025-06-30 where they were")
    rows = office.run("people", "serving", "7").stdout.splitlines()
    assert [row.split("\t")[1] for row in rows] == ["B", "A"]
    number = rows[1].split("\t")[0]
    assert "until 2025-07-20" in office.run("people", "end", number, "--to", "2025-07-20").stdout
    number = office.run("people", "serving", "7").stdout.splitlines()[1].split("\t")[0]
    assert "taken back" in office.run("people", "withdraw", number, "--why", "nhầm").stdout
    named = office.run("units", "heads", "A", "--name", "7", "--kind", "acting", "--from", "2025-07-01").stdout
    term = named.split("\t")[0]
    office.run("units", "heads", "A", "--end", term, "--to", "2025-07-31")
    assert office.json("units", "heads", "A")["heads"][0]["to"] == "2025-07-31"
    assert "has no term 99" in office.run("units", "heads", "A", "--withdraw", "99", code=2).stderr
    office.run("units", "places", "A", "--add", "Trụ sở cũ", "--address", "Thôn 2", "--terminal", "T")
    assert office.run("units", "places", "A").stdout == "Trụ sở cũ\tThôn 2\tT\n"


def make_person(office: Office) -> None:
    """Somebody who serves in B, made from the number on its terminal."""
    from attendance.services.onboarding import enrol_strangers
    from attendance.store.database import Database, sqlite_url
    from tests.contract.tree_office import RECORDED_AT

    database = Database(sqlite_url(office.folder / "data" / "attendance.db"))
    assert enrol_strangers(database, "T", at=RECORDED_AT) == 1
    database.close()
