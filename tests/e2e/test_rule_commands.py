"""The commands about rules as an office types them: what they print, what they store, how they end."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from tests.e2e.test_commands import Office, export
from tests.unit.rule_files import WHOLE

GRACE = 'rules = 1\n[scope]\nnation = true\n[[rule]]\nid = "late_grace_minutes"\nvalue = 60\ndocument = "QĐ 12"\n'
BAD = """
rules = 1
[scope]
nation = true
[[rule]]
id = "late_grace_minutes"
value = "5"
[[schedule]]
code = "W"
regime = "per_session"
sessions = {am = ["07:30", 1200], pm = ["11:00", "17:00"]}
weekday = ["mon"]
[[entry]]
date = 2026-01-02
kind = "swapped_off"
for = 2026-01-10
"""
GAP = """
rules = 1
[scope]
province = "X"
[[schedule]]
code = "HC"
[[schedule.versions]]
to = 2026-04-15
regime = "per_session"
sessions = {am = ["07:30", "12:00"]}
weekdays = ["mon"]
[[schedule.versions]]
from = 2026-04-20
regime = "per_session"
sessions = {am = ["07:30", "12:00"]}
weekdays = ["mon"]
"""


@pytest.fixture(scope="module")
def begun(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data folder of an office that has just been set up."""
    office = Office(tmp_path_factory.mktemp("begun"))
    office.run("init", "--unit", "A", "--name", "Xã Mẫu", "--admin", "quantri", "--password-file", "password")
    return office.folder / "data"


@pytest.fixture
def office(begun: Path, tmp_path: Path) -> Office:
    shutil.copytree(begun, tmp_path / "data")
    return Office(tmp_path)


def write(office: Office, **files: str) -> None:
    for name, content in files.items():
        (office.folder / f"{name}.toml").write_text(content, encoding="utf-8")


def test_check_says_each_mistake_in_a_sentence_with_file_and_path(office: Office) -> None:
    write(office, bad=BAD, good=WHOLE, syntax="rules = 1\n[scope]\nnation = yes\n")
    done = office.run("rules", "check", "bad.toml", "good.toml", "syntax.toml", "none.toml", code=2)
    lines = done.stderr.splitlines()
    assert [line.split(": ")[:3] for line in lines] == [
        ["bad.toml", "rule[0].value", "bad_value"],
        ["bad.toml", "schedule[0].weekday", "unknown_key"],
        ["bad.toml", "schedule[0].weekdays", "wrong_type"],
        ["bad.toml", "entry[0]", "lone_swap"],
        ["syntax.toml", "scope.nation", "not_toml"],
        ["none.toml", "file", "unreadable"],
    ]
    assert done.stdout == "good.toml: ok, 4 rules, 2 schedule versions, 5 calendar, 1 leave, 1 exemptions\n"
    found = json.loads(office.run("rules", "check", "bad.toml", "good.toml", "--json", code=2).stdout)["files"]
    assert [(file["file"], file["ok"], len(file["mistakes"])) for file in found] == [
        ("bad.toml", False, 4), ("good.toml", True, 0),
    ]  # fmt: skip


def test_a_gap_is_told_and_is_a_fault_only_when_asked(office: Office) -> None:
    write(office, gap=GAP)
    assert "from 2026-04-16 to 2026-04-19" in office.run("rules", "check", "gap.toml").stdout
    assert office.run("rules", "check", "gap.toml", "--strict", code=1).stderr == ""
    assert office.json("rules", "check", "gap.toml")["files"][0]["gaps"][0]["from_on"] == "2026-04-16"


def test_every_shipped_file_passes_the_check(office: Office) -> None:
    done = office.run("rules", "check", "calendar", "leave", "exemptions", "nghe_an", "hai_duong")
    assert done.stdout.count(": ok, ") == 5
    assert done.stderr == ""
    shipped = sorted(str(path) for path in (Path(__file__).parents[2] / "attendance/rules/vietnam").glob("*.toml"))
    assert office.run("rules", "check", *shipped).stdout.count(": ok, ") == len(shipped) == 5


def test_a_malformed_file_stops_every_command_with_2_and_changes_nothing(office: Office) -> None:
    write(office, bad=BAD)
    before = office.run("rules", "list", "--on", "2026-03-04").stdout
    dates = ("--from", "2026-03-01", "--to", "2026-03-31")
    for words in (
        ("adopt", "bad.toml"),
        ("diff", "stored", "bad.toml", *dates),
        ("diff", "bad.toml", "stored", *dates),
        ("compare-holidays", "bad.toml"),
    ):
        done = office.run("rules", *words, code=2)
        assert done.stdout == ""
        assert len(done.stderr.splitlines()) == 4
    assert office.run("rules", "list", "--on", "2026-03-04").stdout == before


def test_a_rule_is_tried_then_adopted_and_the_trial_was_right(office: Office) -> None:
    (office.folder / "1_attlog.dat").write_text(export(2000))
    office.run("import", "punches", "1_attlog.dat", "--terminal", "GATE", "--create", "--people")
    late = office.json("evaluate")["violations"]["late"]
    write(office, grace=GRACE)
    words = ("rules", "diff", "stored", "grace.toml", "--from", "2026-03-02", "--to", "2026-05-29")
    tried = office.json(*words)
    assert tried["conclusions_changed"] == len(tried["changes"]) > 3
    assert {(c["before"]["violations"][0]["type"], len(c["after"]["violations"])) for c in tried["changes"]} == {
        ("late", 0)
    }
    told = office.run(*words, "--language", "en").stdout.splitlines()
    assert told[0].startswith(f"{tried['conclusions_changed']} conclusions would change (")
    assert len(told) == 1 + tried["conclusions_changed"]
    assert "morning: Late, " in told[1]
    assert told[1].endswith("(Counted) → worked")
    assert office.run(*words).stdout.startswith(f"{tried['conclusions_changed']} kết luận sẽ thay đổi")
    assert office.json("evaluate")["days_judged"] == 0, "trying marks nothing"
    adopted = office.json("rules", "adopt", "grace.toml")
    assert (adopted["filed"], adopted["scope"]) == (1, "nation")
    assert adopted["days_marked"] == office.json("evaluate")["days_judged"]
    after = office.json("evaluate", "--from", "2026-03-02", "--to", "2026-05-29")["violations"]
    assert after.get("late", 0) == late - tried["conclusions_changed"]
    assert office.json("rules", "adopt", "grace.toml") == adopted | {"filed": 0, "standing": 1, "days_marked": 0}
    assert office.json(*words)["conclusions_changed"] == 0
    listed = office.json("rules", "list", "--on", "2026-03-04")
    (line,) = (line for line in listed["rules"] if line["rule"] == "late_grace_minutes")
    assert (line["value"], line["scope"], line["document"], line["path"][0]["holds"]) == (60, "nation", "QĐ 12", True)


def test_seasons_of_a_province_are_adopted_over_the_hours_of_init(office: Office) -> None:
    assert "--schedule HC" in office.run("rules", "adopt", "nghe_an", code=2).stderr
    refused = office.run("rules", "adopt", "nghe_an", "--schedule", "HC", code=2).stderr
    assert [line.split(": ")[:3] for line in refused.splitlines()] == [
        ["nghe_an", f"schedule[0].versions[{n}]", "overlap"] for n in range(3)
    ]
    done = office.run("rules", "adopt", "nghe_an", "--schedule", "HC", "--replace").stdout
    assert "schedule HC is stored always" in done
    for on, begins in (
        ("2024-04-15", "07:30"),
        ("2024-04-16", "07:00"),
        ("2024-10-15", "07:00"),
        ("2024-10-16", "07:30"),
    ):
        (hours,) = (r for r in office.json("rules", "list", "--on", on)["rules"] if r["rule"] == "schedule.HC")
        assert hours["value"]["sessions"]["am"][0] == begins
        assert hours["document"] == ("Thông báo 248/TB-UBND, 1/4/2024" if begins == "07:00" else "")


def test_an_announced_day_is_confirmed_with_its_document(office: Office) -> None:
    assert [day["date"] for day in office.json("rules", "list")["announced"]] == ["2026-11-24"]
    assert "Vietnamese" not in office.run("rules", "list", "--on", "2026-11-24", "--language", "en").stdout
    assert "Missing option" in office.run("rules", "confirm", "2026-11-24", code=2).stderr
    assert "2026-11-24 is confirmed" in office.run("rules", "confirm", "2026-11-24", "--document", "Luật 9").stdout
    listed = office.json("rules", "list", "--on", "2026-11-24")
    assert listed["announced"] == []
    assert [line["document"] for line in listed["rules"] if line["rule"] == "calendar"] == ["Luật 9"]
    assert len(office.run("rules", "confirm", "2026-11-25", "--document", "x", code=2).stderr.splitlines()) == 1


def test_comparing_calendars_says_where_they_differ_and_is_no_fault(office: Office) -> None:
    done = office.run("rules", "compare-holidays", "--language", "en")
    lines = done.stdout.splitlines()
    assert len(lines) == 5
    assert lines[1].startswith("2026-01-02: ours: day off (Swapped day off; 12729/VPCP-KGVX")
    assert lines[1].endswith("theirs: working day")
    assert "only announced" in lines[3]
    stored = office.json("rules", "compare-holidays", "stored", "--year", "2026")
    assert [d["on"] for d in stored["differences"]] == ["2026-01-02", "2026-01-10", "2026-11-24"]
    assert office.json("rules", "compare-holidays", "--year", "2024")["differences"] == []


@pytest.mark.parametrize(
    "words",
    [
        ("diff", "stored", "stored", "--from", "2026-03-02", "--to", "2026-03-01"),
        ("diff", "stored", "stored", "--from", "2/3/2026", "--to", "2026-03-05"),
        ("diff", "stored", "nowhere.toml", "--from", "2026-03-02", "--to", "2026-03-05"),
        ("diff", "stored", "stored", "--from", "2026-03-02", "--to", "2026-03-05", "--unit", "Z"),
        ("list", "--unit", "Z"),
        ("list", "--language", "fr"),
        ("adopt", "leave", "--schedule", "HC"),
        ("check", "nowhere.toml"),
    ],
)
def test_what_cannot_run_ends_with_2_and_one_sentence(office: Office, words: tuple[str, ...]) -> None:
    assert len(office.run("rules", *words, code=2).stderr.strip().splitlines()) == 1
