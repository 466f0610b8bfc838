"""Minutes over HTTP: written by the team, sealed by its head with a password, read by whoever sees the unit."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import text

from attendance.services.visiting import seals
from attendance.store.database import Database
from tests import month_office
from tests.e2e.site import PASSWORD, Site
from tests.minutes_office import KEY, STROKES, hold_visit

API = "/api/v1"
HERE = f"{API}/inspections/{KEY}"
SIGNATURES = [
    {
        "side": "team",
        "name": "Phan Văn Lực",
        "post": "Trưởng đoàn",
        "strokes": [list(map(list, one)) for one in STROKES],
    },
    {"side": "unit", "name": "Ngô Quang Vinh", "refused": "Không đồng ý với số liệu"},
]
TEXT = {
    "number": "12/BB-ĐKT", "place": "Tân Mai", "unit_side": [{"name": "Ngô Quang Vinh", "post": "Phó Chủ tịch"}],
    "conclusions": [{"text": "Báo cáo về hai trường hợp.", "due": "2026-11-20"}, {"text": "Niêm yết giờ làm việc."}],
}  # fmt: skip


class Client:
    """An account with its token."""

    def __init__(self, site: Site, name: str) -> None:
        self._client = TestClient(site.app)
        found = self._client.post(f"{API}/auth/token", data={"username": name, "password": PASSWORD})
        self._client.headers["Authorization"] = f"Bearer {found.json()['access_token']}"

    def __call__(self, method: str, path: str, body: Any = None, code: int = 200) -> Any:
        found = self._client.request(method, path, json=body)
        assert found.status_code == code, found.text
        return found.json() if "json" in found.headers["content-type"] else found.content


@pytest.fixture
def site(sqlite_database: Database, tmp_path: Path) -> Site:
    month_office.fill(sqlite_database)
    found = month_office.open_months(sqlite_database, tmp_path)
    found.accounts.create_user("thu", PASSWORD, "hr", "B")
    found.accounts.create_user("phu", PASSWORD, "head", "A")
    hold_visit(sqlite_database, "tra", written=None)
    return found


def test_from_a_text_to_a_followup_that_is_done(site: Site) -> None:
    """The whole way, each step by whom it belongs to and by nobody else."""
    team, head, leader, stranger = (Client(site, name) for name in ("tra", "hoa", "vinh", "thu"))
    for who in (head, leader, stranger):
        who("GET", f"{HERE}/minutes", code=404)
        who("GET", f"{HERE}/minutes.pdf", code=404)
    head("PUT", f"{HERE}/minutes", TEXT, code=403)
    team("GET", f"{HERE}/minutes.pdf", code=404)
    found = team("PUT", f"{HERE}/minutes", TEXT)
    assert (found["sealed"], found["version"], found["content"]["figures"]["total"]) == (False, 1, 3)
    team("PUT", f"{HERE}/minutes", {**TEXT, "version": 0}, code=409)
    early = {**TEXT, "conclusions": [{"text": "x", "due": "2026-03-16"}]}
    assert "before the visit" in team("PUT", f"{HERE}/minutes", early, code=422)["detail"]

    seal = {"password": PASSWORD, "version": 1, "signatures": SIGNATURES}
    team("POST", f"{HERE}/minutes", {**seal, "password": "không phải"}, code=403)
    team("POST", f"{HERE}/minutes", {**seal, "version": 9}, code=409)
    team("POST", f"{HERE}/minutes", {**seal, "signatures": SIGNATURES[:1] * 2}, code=422)
    sealed = team("POST", f"{HERE}/minutes", seal, code=201)
    assert sealed["sealed"]
    assert [one["side"] for one in sealed["content"]["signatures"]] == ["team", "unit"]
    team("POST", f"{HERE}/minutes", seal, code=409)
    team("PUT", f"{HERE}/minutes", TEXT, code=409)

    stranger("GET", f"{HERE}/minutes", code=404)
    assert head("GET", f"{HERE}/minutes")["content"] == sealed["content"]
    pdf = leader("GET", f"{HERE}/minutes.pdf")
    assert seals.check(pdf, None).seal.data.hex() == sealed["digest"]  # type: ignore[union-attr]

    annex = {"password": PASSWORD, "text": "Bổ sung giấy mời số 44.", "signatures": SIGNATURES}
    head("POST", f"{HERE}/annexes", annex, code=403)
    team("POST", f"{HERE}/annexes", annex, code=201)
    items = team("POST", f"{HERE}/annexes", annex, code=201)["items"]
    assert [one["before"] for one in items] == [sealed["digest"], items[0]["digest"]]
    paper = head("GET", f"{HERE}/annexes/2.pdf")
    checked = seals.check(paper, {sealed["key"]: seals.check(pdf, None).seal.public})  # type: ignore[union-attr]
    assert (checked.holds, checked.seal.data.hex()) == (True, items[1]["digest"])  # type: ignore[union-attr]
    assert head("GET", f"{HERE}/annexes/2.pdf") == paper, "the same bytes each time"
    assert seals.check(paper.replace(b"/MediaBox", b"/MediaBoy", 1), None).wrong == ("pdf",)
    stranger("GET", f"{HERE}/annexes/2.pdf", code=404)
    head("GET", f"{HERE}/annexes/3.pdf", code=404)

    assert [one["number"] for one in head("GET", f"{API}/followups?overdue=true")["items"]] == [1]
    assert stranger("GET", f"{API}/followups")["items"] == []
    assert [one["number"] for one in leader("GET", f"{API}/followups")["items"]] == [1, 2]
    team("POST", f"{HERE}/followups/1/answer", {"text": "Đã báo cáo."}, code=403)
    head("POST", f"{HERE}/followups/7/answer", {"text": "Đã báo cáo."}, code=404)
    found = head("POST", f"{HERE}/followups/1/answer", {"text": "Đã báo cáo.", "version": 1})["items"][0]
    assert (found["state"], found["overdue"], found["version"]) == ("answered", False, 2)
    for who in (head, Client(site, "phu")):  # who reported, and whoever else leads the unit alone
        who("POST", f"{HERE}/followups/1/decision", {"act": "done"}, code=403)
    assert "still missing" in leader("POST", f"{HERE}/followups/1/decision", {"act": "not_done"}, code=422)["detail"]
    leader("POST", f"{HERE}/followups/1/decision", {"act": "not_done", "note": "Chưa đủ", "version": 1}, code=409)
    leader("POST", f"{HERE}/followups/1/decision", {"act": "not_done", "note": "Còn thiếu giấy mời."})
    found = team("POST", f"{HERE}/followups/1/decision", {"act": "done"})["items"]
    assert [step["act"] for one in found if one["number"] == 1 for step in one["steps"]] == [
        "answered", "not_done", "done",
    ]  # fmt: skip
    head("POST", f"{HERE}/followups/1/answer", {"text": "Nữa."}, code=409)


def test_who_headed_nothing_seals_nothing(site: Site) -> None:
    """A member of the team writes, and only its head seals."""
    with site.database.writing() as session:
        session.execute(text("UPDATE team_member SET part = 'member'"))
    team = Client(site, "tra")
    team("PUT", f"{HERE}/minutes", TEXT)
    seal = {"password": PASSWORD, "signatures": SIGNATURES}
    assert team("POST", f"{HERE}/minutes", seal, code=403)["code"] == "only_head_seals"


def test_a_team_whose_decision_ended_sees_sealed_minutes_as_others_do(site: Site) -> None:
    """Before they are sealed, nothing."""
    team = Client(site, "tra")
    with site.database.writing() as session:
        session.execute(text("UPDATE team SET to_on = '2026-11-01'"))
    team("GET", f"{HERE}/minutes", code=404)
    team("PUT", f"{HERE}/minutes", TEXT, code=404)
