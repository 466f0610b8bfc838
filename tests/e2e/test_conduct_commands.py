"""The commands of conduct and of the index, over a month that was read to its end."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from api.cli.main import app
from attendance.clock import utc_now
from attendance.services.accounts import Accounts
from attendance.services.conduct import proposing
from attendance.services.conduct.deciding import AlreadyDecided
from attendance.store.database import Database
from tests import month_office
from tests.e2e.site import CHEAP, PASSWORD, copied
from tests.month_office import AT

THRESHOLD = (
    "conduct", "file-threshold", "A", "NN", "--label", "Nhắc nhở", "--proposes", "reminder", "--at-least", "1",
    "--from", "2026-01-01", "--document", "QC 15", "--kind", "late",
)  # fmt: skip


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, migrated_sqlite: Path) -> Path:
    found = tmp_path_factory.mktemp("conduct-commands")
    database = copied(migrated_sqlite, found)
    month_office.fill(database)
    database.close()
    return found


@pytest.fixture
def run(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    monkeypatch.setenv("ATTENDANCE_DATA_DIR", str(folder))
    monkeypatch.setenv("ATTENDANCE_SECRET_KEY", "a secret of the tests, long enough")

    def asked(*words: str) -> Result:
        return CliRunner().invoke(app, list(words), catch_exceptions=False)

    return asked


def test_from_a_threshold_to_a_decision(run, folder: Path, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    assert run(*THRESHOLD).exit_code == 0
    assert run(*THRESHOLD[:3], "NN-2", *THRESHOLD[4:7], "review", *THRESHOLD[8:]).exit_code == 0
    assert json.loads(run("conduct", "thresholds", "--json").stdout)["items"][0]["document"] == "QC 15"
    database = Database(f"sqlite:///{folder / 'attendance.db'}")
    with database.writing() as session:  # as if the timetable had counted in April
        assert proposing.refresh(session, AT.date(), at=AT).proposed == 2
    Accounts(database, hasher=CHEAP).create_user("lanhdao", PASSWORD, "leader")
    database.close()
    (tmp_path / "password").write_text(PASSWORD, encoding="utf-8")
    assert "2 proposals" in run("conduct", "list", "--state", "open").stdout
    assert "1-20260310-am-late: 15" in run("conduct", "show", "1").stdout
    assert run("conduct", "decide", "1", "accept", "--by", "vinh", "--note", "Đã trao đổi").exit_code == 0
    assert "accept by vinh" in run("conduct", "list").stdout
    accepting = ("conduct", "accept-grades", "--note", "Theo quy chế", "--as", "lanhdao", "--password-file",
        str(tmp_path / "password"))  # fmt: skip
    with pytest.raises(AlreadyDecided):
        run(*accepting, "2", "1")
    assert run(*accepting, "2").exit_code == 0
    assert run("conduct", "list").stdout.count("accept by lanhdao") == 1
    assert run("conduct", "count").exit_code == 0
    ended = run("conduct", "end-threshold", "1", "--on", f"{utc_now():%Y-%m-%d}")
    assert ended.exit_code == 0


def test_a_formula_the_index_and_the_files(run, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    filed = run(
        "index", "file-formula", "--weight", "late=50", "--from", "2026-01-01", "--document", "QĐ 9", "--unit", "A"
    )
    assert filed.exit_code == 0
    shown = json.loads(run("index", "show", "A", "--period", "2026-03", "--json").stdout)
    assert shown["too_few"] is True
    assert "QĐ 9" in run("index", "formulas").stdout
    assert run("index", "published").exit_code == 0
    assert run("index", "end-formula", "1", "--on", "2026-12-31").exit_code == 0
    assert "2026-01-01 to 2026-12-31" in run("index", "formulas").stdout
    out = tmp_path / "persons.csv"
    assert run("conduct", "export", "A", "--out", str(out), "--period", "2026-03").exit_code == 0
    assert "Trần Văn Bình" in out.read_text(encoding="utf-8-sig")
    assert run("index", "export", "A", "--out", str(tmp_path / "units.xlsx"), "--period", "2026-03").exit_code == 0
    good = json.loads(run("conduct", "good", "--period", "2026-03", "--json").stdout)
    assert [each["employee"] for each in good["without_occurrence"]] == ["E3", "E2"], "An before Ánh: by given name"
