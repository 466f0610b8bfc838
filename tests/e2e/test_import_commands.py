"""The commands for spreadsheets: what they print, what they store, how they end."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter

from api.cli.main import main
from tests.e2e.test_commands import Office

STAFF = (
    ("Mã NV", "Họ và tên", "Đơn vị", "Từ ngày"),
    ("CC-0101", "Nguyễn Thị Hà", "A", "24/11/2025"),
    ("CC-0102", "Trần Văn Bình", "A", "25/11/2025"),
)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("imports")
    office = Office(folder)
    office.run("init", "--admin", "root", "--password-file", "password")
    return folder


class Console(Office):
    """The same commands in this process, which has everything loaded; how they end is that of the console script."""

    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str], patch: pytest.MonkeyPatch) -> None:
        super().__init__(folder)
        self.capsys, self.patch = capsys, patch

    def run(self, *words: str, code: int = 0) -> subprocess.CompletedProcess[str]:
        with self.patch.context() as patch:
            patch.chdir(self.folder)
            patch.setenv("ATTENDANCE_DATA_DIR", str(self.folder / "data"))
            patch.setattr(sys, "argv", ["attendance", *words])
            self.capsys.readouterr()
            try:
                main()
                ended: Any = 0
            except SystemExit as end:
                ended = end.code or 0
        said = self.capsys.readouterr()
        assert ended == code, (words, said.out, said.err)
        return subprocess.CompletedProcess(words, code, said.out, said.err)


@pytest.fixture
def office(made: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Console:
    shutil.copytree(made / "data", tmp_path / "data")
    return Console(tmp_path, capsys, monkeypatch)


def book(office: Office, *rows: tuple[str, ...], name: str = "ds.xlsx") -> str:
    """A workbook with two titles above its headers."""
    with xlsxwriter.Workbook(office.folder / name) as file:
        sheet = file.add_worksheet("Danh sách")
        sheet.merge_range("A1:D1", "DANH SÁCH CÁN BỘ, CÔNG CHỨC")
        for at, row in enumerate(rows, 2):
            for column, text in enumerate(row):
                sheet.write_string(at, column, text)
    return name


def test_a_workbook_is_stored_once_listed_and_undone(office: Office) -> None:
    name = book(office, *STAFF)
    tried = office.json("import", "employees", name, "--dry-run")
    assert (tried["new"], tried["stored"], tried["batch"]) == (2, False, None)
    assert "new 2" in office.run("import", "employees", name).stdout
    assert office.json("import", "employees", name)["unchanged"] == 2
    [batch] = office.json("import", "list")["items"]
    assert (batch["id"], batch["kind"], batch["counts"]["new"]) == (1, "employees", 2)
    assert "CC-0101" in office.run("people", "list").stdout
    assert "4 rows withdrawn" in office.run("import", "undo", "1").stdout
    assert "CC-0101" not in office.run("people", "list").stdout
    assert "undone before" in office.run("import", "undo", "1", code=2).stderr


def test_three_wrong_cells_are_named_by_row_column_and_header_and_nothing_is_stored(office: Office) -> None:
    name = book(
        office, *STAFF, ("CC-0103", "", "A", "25/11/2025"), ("CC-0104", "Tám", "Phòng Lạ", "25/11/2025"),
        ("CC-0105", "Chín", "A", "31/02/2025"),
    )  # fmt: skip
    lines = office.run("import", "employees", name, code=1).stdout.splitlines()
    assert [line.partition(": ")[0] for line in lines[:3]] == [
        "row 6, column B (Họ và tên)",
        "row 7, column C (Đơn vị)",
        "row 8, column D (Từ ngày)",
    ]
    assert "Nothing was stored" in lines[-1]
    assert "CC-0101" not in office.run("people", "list").stdout
    partly = office.json("import", "employees", name, "--partial", code=1)
    assert (partly["new"], partly["left_out"], partly["stored"]) == (2, 3, True)
    mended = office.json("import", "employees", name, "--mend", "B6=Lan", "--mend", "C7=A", "--mend", "D8=28/02/2025")
    assert (mended["new"], mended["unchanged"]) == (3, 2)


def test_columns_are_named_by_hand_once(office: Office) -> None:
    name = book(office, ("Số", "Ai"), ("X-1", "Nguyễn Thị Hà"))
    refused = office.run("import", "employees", name, code=2)
    assert "--map" in refused.stderr
    assert office.json("import", "employees", name, "--map", "Số=code", "--map", "Ai=name")["new"] == 1
    again = office.json("import", "employees", book(office, ("Số", "Ai"), ("X-2", "Lê Văn Tám")))
    assert (again["new"], again["remembered"]) == (1, True)


def test_what_nobody_can_tell_is_asked_and_answered_by_an_option(office: Office) -> None:
    name = book(office, STAFF[0], ("CC-0101", "Nguyễn Thị Hà", "A", "03/04/2025"))
    asked = office.run("import", "employees", name, code=1).stdout
    assert "--dates day-first" in asked
    assert office.json("import", "employees", name, "--dates", "day-first")["new"] == 1


@pytest.mark.parametrize("kind", ["employees", "units", "schedules", "calendar", "absences", "rosters", "enrolments"])
def test_every_template_is_read_back_as_its_kind(office: Office, kind: str) -> None:
    office.run("import", "template", kind, "--out", "t.xlsx", "--lang", "vi")
    refused = office.run("import", kind, "t.xlsx", code=2)
    assert "no rows" in refused.stderr


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("import", "employees", "nothing.xlsx"), "cannot be read"),
        (("import", "employees", "password"), ""),
        (("import", "undo", "99"), "no import"),
        (("import", "template", "cats", "--out", "t.xlsx"), "no kind"),
        (("import", "employees", "ds.csv", "--map", "Mã NV"), "--map"),
        (("import", "employees", "ds.csv", "--dates", "sometimes"), "day-first"),
        (("import", "employees", "ds.csv", "--sheet", "Không có"), "no sheet"),
    ],
)
def test_what_cannot_run_ends_with_one_sentence(office: Office, words: tuple[str, ...], sentence: str) -> None:
    (office.folder / "ds.csv").write_text("Mã NV,Họ và tên\nCC-1,Hà\n", encoding="utf-8")
    said = office.run(*words, code=2).stderr
    assert sentence in said
    assert len(said.splitlines()) == 1


def test_a_terminal_that_knows_no_vietnamese_letters_does_not_end_the_command(office: Office) -> None:
    name = book(office, *STAFF, ("CC-0103", "", "A", "25/11/2025"))
    done = subprocess.run(
        [sys.executable, "-m", "api.cli.main", "import", "employees", name],
        capture_output=True,
        env={**office.env, "PYTHONIOENCODING": "ascii"},
        cwd=office.folder,
        timeout=60,
    )
    assert done.returncode == 1
    assert b"row 6, column B" in done.stdout
    assert b"Traceback" not in done.stderr


def test_the_json_of_a_refusal_is_whole(office: Office) -> None:
    name = book(office, *STAFF, ("CC-0103", "", "A", "25/11/2025"))
    found: Any = json.loads(office.run("import", "employees", name, "--json", "--lang", "vi", code=1).stdout)
    assert found["errors"] == [
        {
            "row": 6,
            "column": "B",
            "header": "Họ và tên",
            "target": "name",
            "value": "",
            "code": "required",
            "message": found["errors"][0]["message"],
        }
    ]
    assert os.path.basename(found["file"]) == "ds.xlsx"
