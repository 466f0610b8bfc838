"""Looking into what a citizen said, over pages and API: who may, what is told, and a visit that leaves no trace."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import text

from attendance.store.database import Database
from attendance.store.visit_tables import TeamMemberRow, TeamRow, VisitRow
from tests.citizens import furnish, taken
from tests.e2e.site import NOON, PASSWORD, Site, copied, token_of
from tests.month_office import open_months

BEFORE = ("trail", "observation", "notice")


@pytest.fixture(scope="module")
def furnished(tmp_path_factory: pytest.TempPathFactory, migrated_sqlite: Path) -> Path:
    folder = tmp_path_factory.mktemp("looking")
    database = copied(migrated_sqlite, folder)
    furnish(database)
    with database.writing() as session:
        taken(session, text="Quầy hộ tịch không có ai", contact="0912 345 678")
    database.close()
    return folder / "attendance.db"


@pytest.fixture
def site(furnished: Path, tmp_path: Path) -> Iterator[Site]:
    database = copied(furnished, tmp_path)
    made = open_months(database, tmp_path)
    ends = {"ends_at": made.clock().replace(year=2027), "visit": "Đợt 5"}
    made.accounts.create_user("khac", PASSWORD, "inspector", None, **ends)
    yield made
    database.close()


def api(site: Site, name: str) -> TestClient:
    client = TestClient(site.app, "http://test", client=("10.20.30.40", 50000))
    secret = site.accounts.sign_in(name, PASSWORD, "10.20.30.40", "bearer").secret
    client.headers["Authorization"] = f"Bearer {secret}"
    return client


def team_of(site: Site, name: str) -> int:
    """A team whose decision holds, with one member."""
    with site.database.writing() as session:
        team = TeamRow(name="Tổ công tác 12", document="QĐ 12", from_on=date(2026, 11, 1), to_on=date(2026, 12, 31),
                       created_at=NOON)  # fmt: skip
        session.add(team)
        session.flush()
        user = session.scalars(text("SELECT id FROM app_user WHERE name = :name").bindparams(name=name)).one()
        session.add(TeamMemberRow(team_id=team.id or 0, user_id=user, name=name, joined_at=NOON))
        return team.id or 0


def rows(database: Database) -> dict[str, list[Any]]:
    with database.reading() as session:
        return {name: [tuple(row) for row in session.execute(text(f"SELECT * FROM {name}"))] for name in BEFORE}


def test_a_visit_is_planned_by_a_team_and_nobody_else_can_tell(site: Site) -> None:
    team = team_of(site, "tra")
    tra, khac, lan = (site.signed_in(name) for name in ("tra", "khac", "lan"))
    before = [(person, person.see("/observations"), person.see("/observations/1")) for person in (khac, lan)]
    assert "Tổ công tác 12" in tra.see("/observations/1")
    assert not [page for _, *pages in before for page in pages if "Tổ công tác 12" in page]
    assert khac.send("/observations/1/visit", on="/observations/1", team=team).status_code == 404
    assert lan.send("/observations/1/visit", on="/observations/1", team=team).status_code == 403
    stood = rows(site.database)
    answer = tra.send("/observations/1/visit", on="/observations/1", team=team, note="Đến quầy 3 trước 8 giờ")
    assert (answer.status_code, answer.headers["location"]) == (303, "/observations/1")
    with site.database.reading() as session:
        (visit,) = session.scalars(text("SELECT key FROM visit")).all()
        assert session.scalars(text("SELECT source FROM visit")).all() == ["observation"]
    assert f"/inspections/{visit}" in tra.see("/observations/1")
    found = rows(site.database)
    assert found["observation"] == stood["observation"]
    assert [row for row in found["trail"] if "looked" not in row] == [
        row for row in stood["trail"] if "looked" not in row
    ]
    for person, listed, one in before:
        assert (person.see("/observations"), person.see("/observations/1")) == (listed, one)
    again = tra.send("/observations/1/visit", on="/observations/1", team=team)
    assert again.status_code == 422
    assert "đã có kế hoạch" in again.text


def test_the_api_opens_a_visit_for_members_alone(site: Site) -> None:
    team = team_of(site, "tra")
    path, body = "/api/v1/observations/1/visits", {"team": team, "planned_for": "2026-11-30"}
    assert api(site, "khac").post(path, json=body).status_code == 404
    assert api(site, "lan").post(path, json=body).status_code == 403
    assert api(site, "tra").post(path, json=body | {"planned_for": "2026-11-01"}).status_code == 422
    made = api(site, "tra").post(path, json=body)
    assert made.status_code == 201
    with site.database.reading() as session:
        row = session.get_one(VisitRow, 1)
        assert (row.key, row.planned_for, row.created_by) == (made.json()["visit"], date(2026, 11, 30), "tra")


def test_the_api_tells_the_facts_and_takes_an_answer_once(site: Site) -> None:
    lan = api(site, "lan")
    found = lan.get("/api/v1/observations/1")
    facts = found.json()["facts"]
    assert facts["working_time"] is True
    assert facts["needed"] == 2
    assert [(each["employee"], each["state"]) for each in facts["on_duty"]] == [("E1", "seen")]
    assert facts["on_duty"][0]["starts"] == "2026-03-10T08:00:00+07:00"
    assert facts["counts"]["total"] == 3
    assert facts["terminals"][0]["terminal"] == "T-A"
    assert "345" not in found.text
    assert lan.post("/api/v1/observations/1/contact").json() == {"contact": "0912 345 678"}
    body = {"outcome": "borne_out", "reason": "Thiếu một người", "answer": "Đã bố trí đủ"}
    stale = {"If-Match": '"1-9"'}
    assert lan.post("/api/v1/observations/1/answer", json=body, headers=stale).status_code == 412
    key = {"Idempotency-Key": "một-lần".encode().hex()}
    answers = [lan.post("/api/v1/observations/1/answer", json=body, headers=key) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [200, 200]
    assert answers[1].headers["idempotency-replayed"] == "true"
    assert lan.post("/api/v1/observations/1/answer", json=body).status_code == 409
    assert api(site, "hoa").get("/api/v1/observations").status_code == 403
    with site.database.reading() as session:
        looked = session.execute(text("SELECT kind, key FROM trail WHERE act = 'looked' AND actor = 'lan'")).all()
    assert ("observations", "2026-03-10") in {tuple(row) for row in looked}, "E1 sees who looked at that day"


def test_an_officer_takes_in_a_call_and_tells_the_code(site: Site) -> None:
    lan = site.signed_in("lan")
    form = {"unit": "A", "channel": "hotline", "kind": "empty", "on": "23/11/2026", "at": "08:20", "text": "Không ai"}
    page = lan.see("/observations/add")
    once = page.split('name="once" value="')[1][:32]
    token = token_of(page)

    def send(**more: str) -> Any:
        return lan.client.post("/observations/add", data={"csrf_token": token} | form | more)

    first = send(once=once)
    assert "Đọc mã này cho người dân" in first.text
    second = send(once=once)
    assert second.text.split('class="receipt-code"')[1][:60] == first.text.split('class="receipt-code"')[1][:60]
    for wrong, said in ({"unit": ""}, "chọn đơn vị"), ({"on": "31/02/2026"}, "ghi ngày"), ({"kind": "x"}, "nội dung"):
        answer = send(**wrong)
        assert answer.status_code == 422
        assert said in answer.text
        assert "Không ai" in answer.text, "what was typed stays"
    assert lan.client.get("/observations?state=received&unit=A&kind=empty").text.count('href="/observations/2"') == 1
    score = {"unit": "A", "year": "2026", "quarter": "3", "score": "4,35", "scale": "5", "n": "120", "document": "BC 9"}
    assert lan.send("/observations/scores", **score).status_code == 303
    assert "4,35/5" in lan.see("/observations/scores")
    assert lan.send("/observations/scores", **(score | {"n": "0"})).status_code == 422
