"""The commands about personal data as an office types them: what they print, what they store, how they end."""

from __future__ import annotations

import json
import logging
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from api.cli import main as console
from attendance.store import registering
from attendance.store.database import Database, sqlite_url

AT = datetime(2026, 1, 2, tzinfo=UTC)


@dataclass(frozen=True)
class Done:
    stdout: str
    stderr: str


@dataclass
class Office:
    """A data folder, and the commands in this very process, which has no time to start another for each."""

    folder: Path
    call: Callable[[tuple[str, ...]], tuple[int, Done]]

    def run(self, *words: str, code: int = 0) -> Done:
        ended, done = self.call(words)
        assert ended == code, (words, done)
        return done


@pytest.fixture
def office(
    tmp_path: Path, migrated_sqlite: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Office:
    """An office with two people who serve in it."""
    data = tmp_path / "data"
    data.mkdir()
    shutil.copyfile(migrated_sqlite, data / "attendance.db")
    database = Database(sqlite_url(data / "attendance.db"))
    with database.writing() as session:
        registering.add_schedule(session, "HC", at=AT)
        week, hours = ("mon", "tue", "wed", "thu", "fri"), {"am": ["07:30", "12:00"]}
        registering.add_schedule_version(session, "HC", sessions=hours, weekdays=week, at=AT)
        registering.add_unit(session, "A", schedule="HC", at=AT)
        for code, name in (("CC-1", "Nguyễn Thị Thu Hà"), ("CC-2", "Trần Văn Nam")):
            registering.add_employee(session, code, name=name, at=AT)
            registering.assign(session, code, "A", from_on=date(2026, 1, 1), at=AT)
    database.close()
    monkeypatch.setenv("ATTENDANCE_DATA_DIR", str(data))
    monkeypatch.setattr(logging, "basicConfig", lambda **_: None)
    monkeypatch.chdir(tmp_path)

    def call(words: tuple[str, ...]) -> tuple[int, Done]:
        monkeypatch.setattr(sys, "argv", ["attendance", *words])
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            console.main()
        said = capsys.readouterr()
        return int(ended.value.code or 0), Done(said.out, said.err)

    return Office(tmp_path, call)


def test_all_data_of_one_person_into_a_file_of_their_own(office: Office) -> None:
    said = office.run("personal", "export", "CC-1", "--out", "ha.json", "--why", "Yêu cầu số 7").stdout
    assert "CC-1" in said
    path = office.folder / "ha.json"
    assert path.stat().st_mode & 0o077 == 0, "for whoever made it alone"
    document = json.loads(path.read_text(encoding="utf-8"))
    assert document["person"]["name"] == "Nguyễn Thị Thu Hà"
    assert "Trần Văn Nam" not in path.read_text(encoding="utf-8")
    again = office.run("personal", "export", "CC-1", "--out", "ha.json", "--why", "Yêu cầu số 7", code=2)
    assert "exists already" in again.stderr
    assert "no employee" in office.run("personal", "export", "CC-9", "--out", "-", "--why", "x", code=2).stderr


def test_requests_from_the_console(office: Office) -> None:
    added = office.run(
        "personal", "requests", "add", "CC-1", "--kind", "access", "--way", "letter", "--received", "2026-02-02T08:00"
    ).stdout
    assert "answer by 2026-02-04" in added
    late = office.run("personal", "requests", "list", code=1).stdout
    assert "OVERDUE (answer)" in late
    assert "empty" in office.run("personal", "requests", "answer", "1", "--text", " ", code=2).stderr
    office.run("personal", "requests", "answer", "1", "--text", "Giao ngày 4/2")
    office.run("personal", "requests", "complete", "1")
    listed = json.loads(office.run("personal", "requests", "list", "--json").stdout)
    assert [(one["state"], one["overdue"]) for one in listed["items"]] == [("completed", "")]
    assert (
        "kind of request"
        in office.run("personal", "requests", "add", "CC-1", "--kind", "all", "--way", "letter", code=2).stderr
    )


def test_the_notice_and_who_has_not_read_it(office: Office) -> None:
    assert "punches\t" in office.run("personal", "notice").stdout
    unread = office.run("personal", "notice", "--unread", code=1).stdout
    assert unread.splitlines() == ["CC-1\tNguyễn Thị Thu Hà", "CC-2\tTrần Văn Nam"]


def test_terms_and_destruction_from_the_console(office: Office) -> None:
    terms = ("personal", "retention")
    assert "data.punches\t60 months\tissued under: -\tnot destroyed" in office.run(*terms, "terms").stdout
    office.run(*terms, "set", "data.photos", "months", "2", "--from", "2026-01-01", "--document", "QĐ 6")
    assert "data.photos\t2 months" in office.run(*terms, "terms").stdout
    office.run(*terms, "unset", "1")
    assert "data.photos\t1 months" in office.run(*terms, "terms").stdout
    wrong = office.run(*terms, "set", "data.photos", "months", "x", "--from", "2026-01-01", "--document", "", code=2)
    assert "whole number" in wrong.stderr
    assert office.run(*terms, "propose").stdout == ""
    assert json.loads(office.run(*terms, "list", "--json").stdout) == {"items": [], "total": 0}
    assert "no destruction" in office.run(*terms, "carry-out", "3", code=2).stderr


def test_a_process_of_its_own_knows_every_table(office: Office) -> None:
    """A command imports little; an export or a proposal that followed what is imported would miss the rest."""
    words = ("personal", "export", "CC-1", "--out", "-", "--why", "x")
    here = json.loads(office.run(*words).stdout)
    program = (
        "import contextlib, sys; from api.cli import main as m\n"
        "for words in {!r}:\n  with contextlib.suppress(SystemExit): sys.argv[1:] = words; m.main()\n  print()\n"
    ).format([["personal", "retention", "propose", "--json"], list(words)])
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=120, check=True)
    proposed, there = (json.loads(line) for line in run.stdout.splitlines() if line)
    assert proposed["total"] == 0, run.stderr
    assert [part["name"] for part in there["sections"]] == [part["name"] for part in here["sections"]]
