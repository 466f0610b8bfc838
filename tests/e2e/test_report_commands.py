"""`attendance report`: a command for every paper of the catalogue."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from api.cli.main import app
from api.reporting.asking import names_of
from api.reporting.catalogue import entries
from api.reporting.entry import Entry
from attendance.errors import AttendanceError
from tests.e2e.conftest import Office
from tests.e2e.test_report_pages import ALL, NEEDED, read

ISO = NEEDED | {"from": "2026-11-01", "to": "2026-11-20"}


@pytest.fixture
def run(shared_office: Office, monkeypatch: pytest.MonkeyPatch, tmp_path: Path):  # type: ignore[no-untyped-def]
    monkeypatch.setenv("ATTENDANCE_DATA_DIR", str(shared_office.settings.data_dir))
    monkeypatch.setenv("ATTENDANCE_SECRET_KEY", "a secret of the tests, long enough")
    monkeypatch.chdir(tmp_path)

    def running(*words: str) -> str:
        found = CliRunner().invoke(app, ["report", *words])
        if isinstance(found.exception, AttendanceError):
            raise found.exception
        assert found.exit_code == 0, found.output
        return found.output

    return running


def options(entry: Entry) -> list[str]:
    names = [name for name in names_of(entry) if name in entry.must | {"from", "to", "month", "year"}]
    return [word for name in names for word in (f"--{name}", ISO[name])]


def test_the_papers_are_listed_with_what_they_are_asked_with(run) -> None:  # type: ignore[no-untyped-def]
    said = run("list")
    for entry in entries():
        assert f"{entry.key}: " in said
    assert "timesheet: Timesheet of the month (xlsx, pdf, csv, json)\n    --unit" in said
    assert "missing-punches" in run("--help")


def test_a_paper_is_written_whole_or_not_at_all(run, shared_office: Office, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    span = ("--from", "2026-11-01", "--to", "2026-11-20")
    said = run("missing-punches", *span, "--format", "xlsx", "--out", "sổ.xlsx")
    assert "missing-punches: " in said
    assert read((tmp_path / "sổ.xlsx").read_bytes(), "xlsx")
    with pytest.raises(AttendanceError, match="There is no unit with the code 'N'"):
        run("missing-punches", *span, "--unit", "N", "--out", "nichts.xlsx")
    with pytest.raises(AttendanceError, match="ends on 2026-11-01 before"):
        run("missing-punches", "--from", "2026-11-20", "--to", "2026-11-01", "--out", "nichts.xlsx")
    with pytest.raises(AttendanceError, match="is not a format of missing-punches"):
        run("missing-punches", *span, "--format", "exe", "--out", "nichts.xlsx")
    assert [path.name for path in tmp_path.iterdir()] == ["sổ.xlsx"]
    entry = shared_office.get("auditor", "/audit", limit=5)["items"]
    assert any(one["act"] == "export.made" and one["key"] == "missing-punches" for one in entry)


@pytest.mark.long
@pytest.mark.parametrize(("entry", "format"), ALL)
def test_every_paper_has_a_command(run, tmp_path: Path, entry: Entry, format: str) -> None:  # type: ignore[no-untyped-def]
    run(entry.key, *options(entry), "--format", format, "--out", "paper")
    assert read((tmp_path / "paper").read_bytes(), format)


@pytest.mark.long
def test_progress_is_told_on_a_terminal_and_not_in_a_pipe(shared_office: Office, tmp_path: Path) -> None:
    here = {"ATTENDANCE_DATA_DIR": str(shared_office.settings.data_dir), "ATTENDANCE_SECRET_KEY": "s" * 32}
    command = [sys.executable, "-m", "api.cli.main", "report", "missing-punches", "--from", "2026-11-01"]
    given = {"env": os.environ | here, "cwd": tmp_path, "timeout": 120}
    piped = subprocess.run([*command, "--format", "csv"], capture_output=True, check=True, **given)  # type: ignore[call-overload]
    assert piped.stderr == b""
    assert piped.stdout.startswith("\ufeff".encode())
    ours, theirs = pty.openpty()
    subprocess.run([*command, "--out", "a.xlsx"], stdout=theirs, stderr=theirs, check=True, **given)  # type: ignore[call-overload]
    os.close(theirs)
    said = os.read(ours, 10_000).decode()
    os.close(ours)
    assert "\033[K" in said
