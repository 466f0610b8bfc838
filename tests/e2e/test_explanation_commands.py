"""Commands about explanations, run in this process: entered from paper, confirmed, decided, into verdicts."""

from __future__ import annotations

from pathlib import Path

from api.cli.demo.explaining import picture
from tests.e2e.conftest import Office
from tests.e2e.test_api_explanations import LATE, violation
from tests.e2e.test_paper_commands import Run, run, told

__all__ = ["run"]


def test_an_explanation_by_command_from_paper_to_verdict(office: Office, run: Run, tmp_path: Path) -> None:
    scan = tmp_path / "don.png"
    scan.write_bytes(picture())
    words = ("--text", "Máy không nhận", "--by", "van.thu")
    run("explanations", "enter", LATE, "--ground", "sleep", *words, code=2)
    run("explanations", "enter", "2-20261117-am-lately", "--ground", "other", *words, code=2)
    run("explanations", "enter", LATE, "--ground", "finger_not_read", *words, "--file", str(scan))
    (row,) = told(run, "explanations", "list", "--state", "confirm", "--unit", "A")["items"]
    number = str(row["id"])
    assert (row["author"], row["attachments"][0]["file_name"]) == ("van.thu", "don.png")
    decide = ("explanations", "decide", number, "approved", "--note", "Đồng ý")
    for own in ("van.thu", "E2", "trần văn nam"):
        run(*decide, "--by", own, "--without-confirmation", code=2)
    run(*decide, "--by", "E3", code=2)  # the head of A1 has an account and may confirm
    assert "confirmed by E3" in run("explanations", "confirm", number, "--by", "E3").stdout
    assert "approved by E1" in run(*decide, "--by", "E1", "--minutes", "4").stdout
    run(*decide, "--by", "E1", code=2)
    shown = run("explanations", "show", number).stdout
    assert f"{number}: approved, E2 late am 2026-11-17 ({LATE}), by van.thu, approved 4 minutes by E1" in shown
    assert "file: don.png (image/png" in shown
    run("evaluate", "--from", "2026-11-17", "--to", "2026-11-17")
    assert violation(office) == (12, 4, 8, "partly_excused")
    run("explanations", "list", "--state", "asleep", code=2)
