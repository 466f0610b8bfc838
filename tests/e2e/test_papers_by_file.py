"""`attendance papers file` and `attendance months`, as an office types them."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from tests.e2e.test_commands import Office

FACTS = """
facts:
  - {kind: leave, employee: "1", code: P, date: 2026-03-02, session: pm, document: 12/GNP}
  - {kind: explanation, employee: "2", date: 2026-03-03, session: am, covers: late, minutes: 30, decision: approved}
  - {kind: duty, employee: "1", code: desk, from: "2026-03-07T07:30", to: "2026-03-07T11:30", counts_as_schedule: true}
  - {kind: duty, employee: "3", code: night, from: "2026-03-07T20:00", to: "2026-03-08T06:00"}
  - {kind: protection, employee: "3", code: pregnancy_m7, from: 2026-03-01, to: 2026-03-31}
  - {kind: overtime, employee: "2", from: "2026-03-03T17:30", to: "2026-03-03T19:30"}
  - {kind: exemption, employee: "2", code: nursing, minutes_per_day: 60, placement: day_end, from: 2026-03-02}
  - {kind: inspection, unit: A, at: "2026-03-03T09:00", found_absent: ["2"]}
  - {kind: outage, terminal: GATE, from: "2026-03-05T06:30", to: "2026-03-05T09:00"}
"""
WRONG = """
- {kind: leave, employee: "99", date: 2026-03-02}
- {kind: leave, employee: "1", date: 2026-03-02, session: noon}
- {kind: overtime, employee: "1", from: "2026-03-03T19:30", to: "2026-03-03T17:30"}
- {kind: leave, employee: 1, date: 2026-03-02}
"""
TIMES = ("07:25", "11:31", "12:58", "17:04")


@pytest.fixture
def office(tmp_path: Path) -> Office:
    """Three people of unit A with a month of ordinary days on a stick; "2" came at 07:55 on the 3rd."""
    found = Office(tmp_path)
    found.run("init", "--unit", "A", "--name", "Xã Mẫu", "--admin", "quantri", "--password-file", "password")
    lines = []
    day = datetime(2026, 2, 27)
    while day < datetime(2026, 4, 2):
        for pin in ("1", "2", "3"):
            for text in TIMES if day.weekday() < 5 else ():
                late = (pin, day.day, day.month, text) == ("2", 3, 3, "07:25")
                lines.append(f"{pin}\t{day:%Y-%m-%d} {'07:55' if late else text}:00\t1\t0\t1\t0\r\n")
        day += timedelta(days=1)
    (found.folder / "1_attlog.dat").write_text("".join(lines), encoding="ascii")
    found.run("import", "punches", "1_attlog.dat", "--terminal", "GATE", "--create", "--people")
    found.run("evaluate")
    (found.folder / "facts.yaml").write_text(FACTS, encoding="utf-8")
    return found


def test_a_file_of_papers_is_tried_filed_and_judged(office: Office) -> None:
    tried = office.json("papers", "file", "facts.yaml", "--dry-run")
    assert office.json("evaluate")["days_judged"] == 0, "a trial stores nothing and marks nothing"
    filed = office.json("papers", "file", "facts.yaml", "--by", "lan")
    assert tried == filed | {"dry_run": True}
    kinds = ("exemption", "explanation", "inspection", "leave", "outage", "overtime", "protection")
    assert filed["filed"] == dict.fromkeys(kinds, 1) | {"duty": 2}
    assert filed["roster_errors"] == [
        {"employee": "3", "date": "2026-03-07", "code": "night_duty_forbidden_pregnancy_m7"}
    ]
    assert office.json("evaluate")["days_changed"] > 0
    leave, explained, duty = (
        office.json("explain", who, f"2026-03-0{on}") for who, on in (("1", 2), ("2", 3), ("1", 7))
    )
    assert leave["symbols"] == {"am": "+", "pm": "P"}
    assert [(v["type"], v["status"]) for v in explained["violations"]] == [("late", "excused")]
    assert duty["violations"][0]["type"] == "absent"
    said = office.run("papers", "file", "facts.yaml", "--dry-run").stdout
    assert said.startswith("Nothing was stored.")
    assert "This duty does not hold: 3 on 2026-03-07" in said


def test_a_file_with_mistakes_names_them_all_and_stores_nothing(office: Office) -> None:
    (office.folder / "wrong.yaml").write_text(WRONG, encoding="utf-8")
    said = office.run("papers", "file", "wrong.yaml", code=2).stderr.splitlines()
    assert [line.split(": ")[1:3] for line in said] == [
        ["[0].employee", "unknown_reference"],
        ["[2].to", "bad_time"],
        ["[3].employee", "wrong_type"],
    ]
    assert "in this database" in said[0]
    assert "quote it" in said[2]
    assert office.json("evaluate")["days_judged"] == 0
    assert "cannot be read" in office.run("papers", "file", "none.yaml", code=2).stderr


def test_a_month_is_shown_locked_and_reopened(office: Office) -> None:
    shown = office.json("months", "show", "A", "2026-03")
    assert (shown["state"], shown["version"], shown["lockable"], shown["blockers"]) == ("open", 1, True, [])
    assert [line["employee"] for line in shown["people"]] == ["1", "2", "3"]
    assert shown["people"][1]["late_min"] == 25

    office.run("papers", "leave", "1", "2026-03-10")
    assert office.run("months", "lock", "A", "2026-03", "--by", "minh").stdout == "2026-03 of A is locked.\n"
    office.run("evaluate")
    office.run("papers", "leave", "1", "2026-03-11")
    office.run("evaluate")
    assert office.json("explain", "1", "2026-03-10")["flags"] == ["off_schedule_punch"]
    assert office.json("explain", "1", "2026-03-11")["flags"] == ["fact_after_lock"]
    assert "locked since" in office.run("months", "lock", "A", "2026-03", code=2).stderr
    assert "locked since" in office.run("months", "show", "A", "2026-03").stdout

    office.run("months", "reopen", "A", "2026-03", "--reason", "leave found")
    office.run("evaluate")
    assert office.json("months", "show", "A", "2026-03")["version"] == 2
    assert office.json("explain", "1", "2026-03-11")["symbols"] == {"am": "P", "pm": "P"}

    refused = office.run("months", "lock", "A", "2026-04", code=1)
    assert "not settled: 1 on 2026-04-" in refused.stdout
    assert "cannot be locked" in refused.stderr
    assert "is not a month" in office.run("months", "show", "A", "2026-13", code=2).stderr
