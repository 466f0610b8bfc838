"""Commands about papers and rosters, run in this process: handed in, decided, into verdicts; duties, posts, gaps."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from api.cli.main import app
from attendance import clock
from attendance.errors import AttendanceError
from tests.e2e.conftest import Office
from tests.e2e.test_api_papers import verdict

Run = Callable[..., Result]


@pytest.fixture
def run(office: Office, monkeypatch: pytest.MonkeyPatch) -> Run:
    """A command over the office; `code` is the exit it must have, 2 for an error of the core."""
    monkeypatch.setenv("ATTENDANCE_DATA_DIR", str(office.settings.data_dir))
    monkeypatch.setenv("ATTENDANCE_SECRET_KEY", "a secret of the tests, long enough")
    monkeypatch.setattr("getpass.getuser", lambda: "van.thu")
    monkeypatch.setattr(clock, "utc_now", lambda: office.clock.at)

    def command(*words: str, code: int = 0) -> Result:
        office.clock.pass_by(seconds=1)
        done = CliRunner().invoke(app, list(words))
        exit_code = 2 if isinstance(done.exception, AttendanceError) else done.exit_code
        assert exit_code == code, (done.output, done.exception)
        return done

    return command


def told(run: Run, *words: str, code: int = 0) -> Any:
    return json.loads(run(*words, "--json", code=code).stdout)


def test_papers_by_command_from_proposal_to_verdict_and_back(office: Office, run: Run) -> None:
    run(
        "papers",
        "leave",
        "E2",
        "2026-11-10",
        "--to",
        "2026-11-12",
        "--session",
        "am",
        "--propose",
        "--document",
        "ĐP 9",
    )
    (paper,) = told(run, "papers", "list", "--status", "proposed")["items"]
    assert (paper["author"], paper["document"], paper["from"], paper["to"]) == (
        "van.thu", "ĐP 9", "2026-11-10", "2026-11-12",
    )  # fmt: skip
    number = str(paper["id"])
    for own in ("van.thu", "E2", "trần văn nam"):
        run("papers", "approve", number, "--by", own, code=2)
    assert verdict(office, "E2", "2026-11-10").leave_min == 0
    assert "approved by E3" in run("papers", "approve", number, "--by", "E3", "--note", "Đồng ý").stdout
    assert [verdict(office, "E2", f"2026-11-{day}").leave_min for day in (10, 12, 13)] == [270, 270, 0]
    run("papers", "approve", number, "--by", "E3", code=2)
    run("papers", "withdraw", number, "--note", "Vẫn đi làm")
    assert verdict(office, "E2", "2026-11-10").leave_min == 0
    lines = run("papers", "list", "--employee", "E2").stdout.splitlines()
    assert lines[0] == f"{number}: withdrawn, leave P, E2, 2026-11-10 to 2026-11-12, by van.thu, approved by E3"
    assert lines[-1] == "2 papers."


def test_a_paper_signed_on_paper_counts_at_once_and_a_refused_one_never(office: Office, run: Run) -> None:
    run(
        "papers", "mission", "E2", "2026-11-10T07:30", "2026-11-10T12:00", "--place", "Sở Nội vụ", "--approved-by", "E3"
    )
    assert dict(verdict(office, "E2", "2026-11-10").symbols)["am"] == "CT"
    run("papers", "outage", "T-A", "2026-11-11T06:00", "2026-11-11T08:00", "--propose")
    outage = str(told(run, "papers", "list", "--kind", "outage")["items"][0]["id"])
    run("papers", "refuse", outage, "--by", "E3", "--note", "Máy vẫn chạy")
    assert told(run, "papers", "list", "--status", "refused")["total"] == 1
    for words in (
        ("papers", "mission", "E2", "2026-11-10T07:30", "2026-11-10T12:00", "--approved-by", "e2"),
        ("papers", "leave", "E2", "2026-11-16", "--propose", "--approved-by", "E3"),
        ("papers", "refuse", outage, "--by", "E3", "--note", " "),
        ("papers", "list", "--status", "lost"),
        ("papers", "withdraw", "999"),
        ("rosters", "add", "E4", "2026-11-14T07:30", "2026-11-14T11:30"),
        ("rosters", "gaps", "--from", "2026-11-14", "--to", "2026-11-10"),
        ("rosters", "add-post", "A1", "7h", "11:30", "--weekdays", "mon"),
    ):
        run(*words, code=2)


def test_rosters_by_command(office: Office, run: Run) -> None:
    week = ("--from", "2026-11-09", "--to", "2026-11-15")
    run("rosters", "add-post", "A1", "07:30", "11:30", "--weekdays", "tue", "--desk", "Hộ tịch", "--document", "QĐ 15")
    assert told(run, "rosters", "posts")["items"][0]["weekdays"] == ["tue"]
    (gap,) = told(run, "rosters", "gaps", *week, code=1)["items"]
    assert (gap["starts"], gap["missing"]) == ("2026-11-10T07:30:00", 1)
    assert "1 missing from 2026-11-10T07:30:00" in run("rosters", "gaps", *week, code=1).stdout
    added = run(
        "rosters", "add", "E2", "2026-11-10T07:30", "2026-11-10T11:30", "--kind", "one_stop", "--desk", "Hộ tịch"
    )
    assert told(run, "rosters", "gaps", *week)["total"] == 0
    number = added.stdout.rsplit("paper ", 1)[1].strip(".\n")
    run("rosters", "substitute", number, "E3")
    run("rosters", "add", "E2", "2026-11-14T07:30", "2026-11-14T11:30", "--kind", "saturday", "--propose")
    run("rosters", "add", "E2", "2026-11-15T07:30", "2026-11-15T11:30")
    states = {
        row["employee"] + row["starts"][8:10]: row["state"] for row in told(run, "rosters", "list", *week)["items"]
    }
    assert states == {"E310": "kept", "E214": "open", "E215": "no_show"}
    assert told(run, "rosters", "no-shows", *week, code=1)["total"] == 1
    sheet = run("rosters", "sheet", "A1", "--week", "2026-11-12").stdout
    assert "2026-11-10 07:30 to 11:30 one_stop Hộ tịch: Lê Hoàng Yến" in sheet
    assert "2026-11-14" not in sheet
    run("rosters", "withdraw-post", "1")
    assert told(run, "rosters", "posts")["total"] == 0
