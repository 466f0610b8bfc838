"""A whole visit by commands alone, over a real database and a terminal that is read on the spot."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

import api.pulling
from api.cli.main import app
from attendance import clock
from attendance.errors import AttendanceError
from tests.e2e.site import PASSWORD
from tests.e2e.terminal_site import QUICK
from tests.minutes_office import STROKES
from tests.unit.test_photo_stripping import jpeg
from tests.visit_office import LAST_MINUTE, MEMBERS, NOWHERE, ON_LEAVE, PUNCHED, ZONE, VisitOffice, open_visit_office

HEAD, MEMBER = MEMBERS
SIGNED: list[dict[str, Any]] = [
    {"side": "team", "name": "Đỗ Thị Thanh", "post": "Trưởng đoàn", "strokes": STROKES},
    {"side": "unit", "name": "Ngô Quang Vinh", "refused": "Không đồng ý với số liệu"},
]
TEXT = {
    "number": "12/BB-ĐKT",
    "place": "Tân Mai",
    "unit_side": [{"name": "Ngô Quang Vinh", "post": "Phó Chủ tịch"}],
    "explanation": "Đơn vị sẽ bổ sung giấy tờ.",
    "conclusions": [{"text": "Niêm yết giờ làm việc.", "due": "2026-12-01"}],
}


class Console:
    """Commands over the office, at its time; `as_account` is the account that gives its password."""

    def __init__(self, office: VisitOffice, folder: Path) -> None:
        self.office, self.folder = office, folder
        self.password = folder / "password"
        self.password.write_text(f"{PASSWORD}\n", encoding="utf-8")

    def __call__(self, *words: str, as_account: str = "", code: int = 0) -> Result:
        more = ["--as", as_account, "--password-file", str(self.password)] if as_account else []
        done = CliRunner().invoke(app, [*words, *more])
        exit_code = 2 if isinstance(done.exception, AttendanceError) else done.exit_code
        assert exit_code == code, (done.output, done.exception)
        return done

    def told(self, *words: str, as_account: str = "", code: int = 0) -> Any:
        return json.loads(self(*words, "--json", as_account=as_account, code=code).stdout)

    def refused(self, *words: str, as_account: str = "") -> str:
        return str(self(*words, as_account=as_account, code=2).exception)

    def file(self, name: str, content: Any) -> str:
        path = self.folder / name
        path.write_text(json.dumps(content), encoding="utf-8")
        return str(path)


@pytest.fixture
def console(migrated_sqlite: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Console]:
    with open_visit_office(migrated_sqlite, tmp_path) as office:
        make = api.pulling.make_puller

        def at_its_time(*given: Any) -> Any:
            puller = make(*given)
            puller.now, puller.limits = office.now, QUICK
            return puller

        monkeypatch.setattr(api.pulling, "make_puller", at_its_time)
        monkeypatch.setattr(clock, "utc_now", office.now)
        monkeypatch.setenv("ATTENDANCE_DATA_DIR", str(tmp_path))
        monkeypatch.setenv("ATTENDANCE_SECRET_KEY", "a secret of the tests, long enough")
        monkeypatch.setenv("ATTENDANCE_PUBLIC_URL", "https://cham-cong.example.vn")
        yield Console(office, tmp_path)


def begun_at(told: dict[str, Any]) -> datetime:
    return clock.to_wall(datetime.fromisoformat(told["begun_at"]), ZONE)


def test_a_visit_from_its_plan_to_a_conclusion_that_is_done(console: Console) -> None:
    console("inspections", "plan", "A", "--on", "2026-11-25", as_account=HEAD)
    (key,) = (
        each["key"]
        for each in console.told("inspections", "list", as_account=HEAD)["items"]
        if each["planned_for"] == "2026-11-25"
    )
    do, words = partial(console, as_account=HEAD), ("inspections", "show", key)
    nowhere = console.refused("inspections", "show", "0" * 32, as_account="ngoai")
    assert console.refused(*words, as_account="ngoai") == nowhere.replace("0" * 32, key)
    assert console.told(*words, as_account=MEMBER)["state"] == "planned"
    assert "not begun" in console.refused("inspections", "mark", key, PUNCHED[0], "absent", as_account=HEAD)

    begun = console.told("inspections", "begin", key, as_account=HEAD)
    found = {each["employee"]: each for each in begun["people"]}
    assert (found[LAST_MINUTE]["state"], found[NOWHERE[0]]["state"]) == ("seen", "not_seen")
    assert begun["digest"] == console.told("inspections", "begin", key, as_account=MEMBER)["digest"]

    console.office.punch(NOWHERE[1], begun_at(begun))  # a minute that the frozen list will never know
    now = {each["employee"]: each["state"] for each in console.told("presence", "A", "--refresh")["people"]}
    assert (now[NOWHERE[0]], now[NOWHERE[1]]) == ("not_seen", "seen")

    do("inspections", "mark", key, PUNCHED[0], "absent", "--note", "không thấy ở bàn")
    do("inspections", "mark", key, PUNCHED[1], "asleep", code=2)
    do("inspections", "check", key, "hours_posted", "no")
    do("inspections", "add-point", key, "Sổ trực ban đã ghi đủ")
    do("inspections", "drop-point", key, "suggestion_box")
    at = begun["begun_at"]
    marks = [
        {"id": f"by-file-{code}", "employee": code, "mark": "absent" if code in NOWHERE else "at_post", "noted_at": at}
        for code in (*PUNCHED[1:], *NOWHERE, "X")
    ]
    batch = console.file("marks.json", {"marks": marks})
    lines = console.told("inspections", "note", key, batch, as_account=MEMBER, code=1)["lines"]
    assert [line["outcome"] for line in lines] == ["taken"] * 37 + ["refused"]
    assert "37 repeated" in console("inspections", "note", key, batch, as_account=MEMBER, code=1).stdout
    odd = console.file("no.json", {"marks": [{"id": "x" * 9}]})
    assert "marks.0.employee" in console.refused("inspections", "note", key, odd, as_account=HEAD)
    (console.folder / "anh.jpg").write_bytes(jpeg())
    do("inspections", "photo", key, str(console.folder / "anh.jpg"), "--employee", PUNCHED[0])
    told = console.told(*words, as_account=HEAD)
    marked = {each["employee"]: each for each in told["people"] if each["mark"]}
    assert len(marked) == 38
    assert marked[PUNCHED[0]]["contradiction"] == "punch_without_person"
    assert {each["code"] for each in told["points"]} >= {"hours_posted"}
    assert "suggestion_box" not in {each["code"] for each in told["points"]}
    (photo,) = told["photos"]
    do("inspections", "fetch-photo", key, photo["digest"], "--out", str(console.folder / "ra.jpg"))
    assert (console.folder / "ra.jpg").stat().st_size == photo["size"]
    do("inspections", "end", key)

    do("inspections", "write", key, console.file("text.json", TEXT))
    shown = json.loads(do("inspections", "minutes", key, "--written").stdout)
    assert (shown["number"], shown["version"]) == ("12/BB-ĐKT", 1)
    text = console.file("text.json", shown | {"other": "Đã kiểm tra sổ trực."})
    do("inspections", "write", key, text)
    do("inspections", "write", key, text, code=2)  # of a version that is not the last one
    signed = console.file("signed.json", SIGNED)
    seal = ("inspections", "seal", key, "--signatures", signed)
    assert "head" in console.refused(*seal, as_account=MEMBER)
    (console.folder / "wrong").write_text("một câu khác hẳn", encoding="utf-8")
    console(*seal, "--as", HEAD, "--password-file", str(console.folder / "wrong"), code=2)
    console("inspections", "minutes", key, code=2)  # not sealed: the console, in no team, finds nothing
    sealed = console.told(*seal, "--version", "2", as_account=HEAD)
    assert console.told("inspections", "minutes", key)["digest"] == sealed["digest"]
    content = console.told("inspections", "minutes", key)["content"]
    assert content["figures"]["total"] == len(content["people"])
    missing = {each["employee"] for each in content["people"] if each["found"] == "without_reason"}
    assert missing == {PUNCHED[0], *NOWHERE}
    assert ON_LEAVE[0] in {each["employee"] for each in content["people"] if each["found"] == "with_reason"}

    paper = console.folder / "bien-ban.pdf"
    console("inspections", "pdf", key, "--out", str(paper))
    assert console.told("verify", str(paper))["holds"]
    changed = bytearray(paper.read_bytes())
    changed[40] ^= 1
    paper.write_bytes(bytes(changed))
    assert console.told("verify", str(paper), code=1)["wrong"] == ["pdf"]
    do("inspections", "annex", key, "--text", "Bổ sung giấy mời số 44.", "--signatures", signed)
    (annex,) = console.told("inspections", "annexes", key)["items"]
    assert (annex["before"], annex["content"]["text"]) == (sealed["digest"], "Bổ sung giấy mời số 44.")
    assert console.told("verify")["minutes"]["annexes"] == 1

    paper = console.folder / "phu-luc.pdf"
    console("inspections", "annex-pdf", key, "1", "--out", str(paper))
    shown = console.told("verify", str(paper))
    assert (shown["holds"], shown["annex"], shown["digest"]) == (True, 1, annex["digest"])

    (asked,) = console.told("inspections", "followups")["items"]
    assert (asked["unit_name"], asked["state"]) == ("UBND xã Tân Mai", "open")
    report = ("inspections", "answer-followup", key, "1", "--text", "Đã niêm yết.")
    console(*report, as_account=HEAD, code=2)  # not of the unit
    console(*report, as_account="truong")
    decision = ("inspections", "decide-followup", key, "1", "done")
    console(*decision, as_account="truong", code=2)  # a unit does not decide on itself
    console(*decision, as_account=MEMBER)
    (done,) = console.told("inspections", "followups", key)["items"]
    assert (done["state"], [step["by"] for step in done["steps"]]) == ("done", ["truong", MEMBER])
