"""Commands about what citizens say, run in this process: taken in, answered, erased; counters and scores."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

import pytest

from attendance import clock
from tests.e2e.conftest import PASSWORD, Office
from tests.e2e.test_paper_commands import Run, run, told

__all__ = ["run"]


def test_an_observation_by_command_from_a_call_to_an_answer(run: Run) -> None:
    on = (clock.today(clock.utc_now(), "Asia/Ho_Chi_Minh") - timedelta(days=3)).isoformat()
    add = ("observations", "add", "A1", "hotline")
    run(*add, "vi_pham", on, code=2)
    run(*add, "empty", "2099-01-01", code=2)
    run(*add, "empty", on, "--at", "25:00", code=2)
    taken = run(*add, "empty", on, "--at", "08:20", "--text", "Không có ai", "--contact", "0912 345 678").stdout
    assert re.search(r"[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}$", taken.strip())
    (row,) = told(run, "observations", "list", "--state", "received", "--unit", "A")["items"]
    assert (row["unit"], row["at"], row["has_contact"]) == ("A1", "08:20", True)
    assert told(run, "observations", "list", "--unit", "B")["items"] == []
    number = str(row["id"])
    shown = run("observations", "show", number).stdout
    assert "on the roster: nobody" in shown
    assert "345" not in shown
    answer = ("observations", "answer", number, "cannot_tell", "--answer", "Chưa đủ dữ liệu", "--by", "E1")
    run(*answer, "--reason", " ", code=2)
    run(*answer, "--reason", "Máy chưa đọc tới lúc đó")
    run(*answer, "--reason", "x", code=2)
    run("observations", "erase", number, "text", "--why", "Yêu cầu số 7")
    run("observations", "erase", number, "state", "--why", "Yêu cầu số 7", code=2)
    (row,) = told(run, "observations", "list")["items"]
    assert (row["state"], row["outcome"], row["text"]) == ("answered", "cannot_tell", "")
    run("observations", "list", "--state", "asleep", code=2)


@pytest.mark.long
def test_counters_and_scores_by_command(run: Run, tmp_path: Path) -> None:
    made = run("observations", "add-point", "A1", "Quầy 3", "--desk", "Hộ tịch").stdout
    run("observations", "renew-point", "1")
    (point,) = told(run, "observations", "points")["items"]
    assert point["path"] not in made
    run("observations", "revoke-point", "1")
    run("observations", "revoke-point", "1", code=2)
    run("observations", "add-point", "A1", " ", code=2)
    head = "unit,year,quarter,score,scale,n,document\n"
    sheet = tmp_path / "khao-sat.csv"
    sheet.write_text(f"{head}A1,2025,3,4.2,5,120,BC 9\nA,2025,3,x,5,9,BC 9\n", encoding="utf-8-sig")
    assert "Line 3" in str(run("observations", "import-scores", str(sheet), code=2).exception)
    assert told(run, "observations", "scores")["items"] == [], "all or none"
    sheet.write_text("year,quarter,score,scale,n,document\n2025,3,4.2,5,120,BC 9\n", encoding="utf-8")
    assert "Line 2" in str(run("observations", "import-scores", str(sheet), code=2).exception)
    sheet.write_text(f"{head}A1,2025,3,4.2,5,120,BC 9\nA,2025,3,3.9,5,80,BC 9\n", encoding="utf-8")
    run("observations", "import-scores", str(sheet))
    found = {row["unit"]: (row["score"], row["n"]) for row in told(run, "observations", "scores")["items"]}
    assert found == {"A": (3.9, 80), "A1": (4.2, 120)}


def test_looking_into_it_and_a_visit_on_it_by_command(office: Office, run: Run, tmp_path: Path) -> None:
    (tmp_path / "password").write_text(PASSWORD, encoding="utf-8")

    def as_account(name: str, *words: str, code: int = 0) -> str:
        return run(*words, "--as", name, "--password-file", str(tmp_path / "password"), code=code).stdout

    run("observations", "add", "A1", "hotline", "empty", "2026-11-20", "--contact", "0912 345 678")
    as_account("head.a1", "observations", "take-up", "1", code=2)  # of the unit one heads nobody finds any
    as_account("e1", "observations", "take-up", "1", code=2)
    as_account("hr", "observations", "take-up", "1")
    as_account("hr", "observations", "take-up", "1", code=2)
    assert as_account("hr", "observations", "contact", "1") == "0912 345 678\n"
    as_account("hr", "observations", "ask-for-visit", "1")
    before = told(run, "observations", "show", "1")
    visit = ("observations", "open-visit", "1", "--on", "2026-11-25")
    as_account("inspector", *visit, code=2)  # in no team
    run("teams", "form", "Tổ 1", "--document", "QĐ 1", "--from", "2026-11-24", "--to", "2026-12-24", "--head",
        "inspector", "--member", "hr2")  # fmt: skip
    key = as_account("inspector", *visit).split()[1]
    plan = told(run, "inspections", "list", "--as", "hr2", "--password-file", str(tmp_path / "password"))["items"]
    assert [(each["key"], each["unit"], each["source"]) for each in plan] == [(key, "A1", "observation")]
    assert told(run, "observations", "show", "1") == before
