"""Commands about teams and visits: a team formed, a plan that only its member is told of, with their password."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.e2e.conftest import PASSWORD, Office
from tests.e2e.test_paper_commands import Run, run, told

__all__ = ["run"]
FORM = ("teams", "form", "Tổ 1", "--document", "QĐ 1", "--from", "2026-11-24", "--to", "2026-12-24", "--unit", "A")


@pytest.fixture
def mine(office: Office, tmp_path: Path) -> tuple[str, ...]:
    """The words by which somebody says who they are."""
    office.accounts.create_user("binh.tt", PASSWORD)
    (tmp_path / "right").write_text(f"{PASSWORD}\n", encoding="utf-8")
    return "--as", "binh.tt", "--password-file", str(tmp_path / "right")


def test_a_plan_by_command_is_told_to_its_team_alone(run: Run, mine: tuple[str, ...], tmp_path: Path) -> None:
    run(*FORM, "--head", "binh.tt", "--standing")
    (team,) = told(run, "teams", "list")["items"]
    assert (team["unit"], team["state"], team["members"][0]["user"]) == ("A", "holds", "binh.tt")
    (tmp_path / "wrong").write_text("một câu khác hẳn", encoding="utf-8")
    run("inspections", "plan", "A1", "--as", "binh.tt", "--password-file", str(tmp_path / "wrong"), code=2)
    run("inspections", "plan", "A1", *mine, "--on", "2026-11-25", "--note", "zNOTEz")
    (plan,) = told(run, "inspections", "list", *mine)["items"]
    assert (plan["unit"], plan["state"], plan["note"]) == ("A1", "planned", "zNOTEz")
    assert told(run, "inspections", "list")["items"] == [], "the console alone is in no team"


@pytest.mark.long
def test_a_team_by_command_from_its_forming_to_its_end(run: Run, mine: tuple[str, ...]) -> None:
    run(*FORM, "--head", "nobody.here", code=2)
    run(*FORM, "--head", "binh.tt")
    (team,) = told(run, "teams", "list")["items"]
    run("inspections", "plan", "B", *mine, code=2)  # not of this team
    run("inspections", "plan", "A1", *mine, "--note", "zNOTEz")
    (plan,) = told(run, "inspections", "list", *mine)["items"]
    for words in (("inspections", "draws"), ("teams", "list"), ("inspections", "never-visited")):
        shown = run(*words).stdout
        assert "zNOTEz" not in shown
        assert plan["key"] not in shown
    weighed = told(run, "inspections", "proposals", *mine)["items"]
    assert {row["unit"] for row in weighed} <= {"A", "A1"}
    assert [row["weight"] for row in weighed] == sorted((row["weight"] for row in weighed), reverse=True)
    run("inspections", "draw", "risk", "1", *mine, code=2)  # too few to draw from
    run("inspections", "drop", plan["key"], *mine, "--why", "trùng lịch")
    assert told(run, "inspections", "list", *mine)["items"][0]["state"] == "dropped"
    run("teams", "leave", str(team["id"]), str(team["members"][0]["id"]))
    run("inspections", "plan", "A1", *mine, code=2)
    run("teams", "end", str(team["id"]), "--why", "xong")
    run("teams", "join", str(team["id"]), "binh.tt", code=2)
    assert told(run, "teams", "list")["items"][0]["state"] == "ended"
