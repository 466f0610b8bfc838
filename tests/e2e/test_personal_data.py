"""Personal data over HTTP: the notice, all data of oneself, the register of requests, destruction; API and pages."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import pytest
from fastapi.testclient import TestClient

from api.pages.assets import MOUNT
from api.pages.routes import show_error, static_files
from api.serving import PAGES
from attendance.store.push_tables import PunchPhotoRow
from attendance.store.trail_checking import check_trail
from tests.builders import rows, terminal_id
from tests.e2e.conftest import NOW, PASSWORD, Office, add_user

OTHERS = ("Trần Văn Nam", "Lê Hoàng Yến", "Phạm Minh")


@pytest.fixture
def office(make_office: Callable[..., Office]) -> Office:
    made = make_office(extra_routers=PAGES, page_error=show_error)
    made.app.mount(*static_files())
    assert made.app.routes[-1].path == MOUNT  # type: ignore[attr-defined]
    return made


def post(office: Office, user: str, path: str, body: Any = None, status: int = 200) -> Any:
    answer = office.client(user).post(f"/api/v1{path}", json=body)
    assert answer.status_code == status, answer.text
    return answer.json()


def status(office: Office, user: str, method: str, path: str, body: Any = None) -> int:
    return office.client(user).request(method, f"/api/v1{path}", json=body).status_code


# over the API --------------------------------------------------------------------------------------------------------


def test_everybody_reads_the_notice_and_hr_sees_who_has_not(office: Office) -> None:
    told = office.get("e1", "/notice")
    assert told["read_at"] is None
    assert {kind["issued_under"] for kind in told["kinds"]} == {""}
    for user in ("auditor", "root", "head.a1", "inspector"):
        assert office.get(user, "/notice")["digest"] == told["digest"]
    assert office.get("hr", "/notice/readings", unread="true")["total"] == 3
    post(office, "e1", "/notice/readings", {"digest": told["digest"]})
    assert office.get("e1", "/notice")["read_at"] is not None
    assert [row["code"] for row in office.get("hr", "/notice/readings", unread="true")["items"]] == ["E2", "E3"]
    assert [row["code"] for row in office.get("hr.a", "/notice/readings")["items"]] == ["E2"]
    assert status(office, "e1", "POST", "/notice/readings", {"digest": "0" * 64}) == 409
    assert status(office, "auditor", "POST", "/notice/readings", {"digest": told["digest"]}) == 404


def test_one_exports_oneself_and_hr_whom_they_see(office: Office) -> None:
    mine = office.get("e2", "/me/export")
    assert mine["person"]["code"] == "E2"
    names = {section["name"]: section["rows"] for section in mine["sections"]}
    assert names["absence"][0]["document"] == "ĐP 7"
    assert len(names["punches"]) > 10
    assert len(names["ruling"]) > 10
    answer = office.client("hr").get("/api/v1/employees/E2/export", params={"why": "Yêu cầu số 7"})
    assert answer.headers["content-disposition"].startswith("attachment")
    theirs = {section["name"]: section["rows"] for section in answer.json()["sections"]}
    assert (theirs["ruling"], theirs["punches"]) == (names["ruling"], names["punches"])
    for strange in OTHERS[1:]:
        assert strange not in answer.text
    acts = rows(office.database, "SELECT actor, role, key FROM trail WHERE act = 'personal_data.exported' ORDER BY seq")
    assert acts == [("e2", "official", "E2"), ("hr", "hr", "E2")]


def test_an_export_is_for_nobody_else(office: Office) -> None:
    path = "/employees/E2/export?why=x"
    for user in ("e1", "e2", "head.a1", "inspector", "leader.b", "auditor", "root"):
        assert status(office, user, "GET", path) == 403, user
    assert status(office, "hr.a", "GET", "/employees/E3/export?why=x") == 404
    assert status(office, "hr.a", "GET", "/employees/E1/export?why=x") == 403, "who served elsewhere too"
    assert status(office, "hr.a", "GET", path) == 200
    assert status(office, "hr", "GET", "/employees/E2/export") == 422, "an export says what for"
    assert status(office, "auditor", "GET", "/me/export") == 404, "nobody's account"
    exported = rows(office.database, "SELECT count(*) FROM trail WHERE act = 'personal_data.exported'")
    assert exported == [(1,)]


def test_a_request_over_the_api(office: Office) -> None:
    made = post(office, "e1", "/me/requests", {"kind": "correction", "text": "Sai ngày sinh"}, 201)
    assert (made["way"], made["answer_by"]) == ("page", "2026-11-26"), "the 24th is a holiday"
    assert office.get("e2", "/me/requests")["total"] == 0
    assert office.get("hr.a", "/personal-data/requests")["total"] == 0, "E1 serves in B by now"
    number = office.get("hr", "/personal-data/requests")["items"][0]["id"]
    answered = post(office, "hr", f"/personal-data/requests/{number}/answer", {"text": "Sẽ sửa theo hồ sơ"})
    assert answered["state"] == "answered"
    assert status(office, "hr.a", "POST", f"/personal-data/requests/{number}/complete") == 404
    assert status(office, "e1", "POST", f"/personal-data/requests/{number}/complete") == 403
    assert post(office, "hr", f"/personal-data/requests/{number}/complete")["state"] == "completed"
    assert office.get("e1", "/me/requests")["items"][0]["answer"] == "Sẽ sửa theo hồ sơ"
    entered = {"employee": "E3", "kind": "access", "way": "letter", "received_at": "2026-11-13T09:00:00+07:00"}
    late = post(office, "hr", "/personal-data/requests", entered, 201)
    assert (late["answer_by"], late["overdue"]) == ("2026-11-17", "answer")
    assert office.get("hr", "/personal-data/requests")["items"][0]["id"] == late["id"]
    future = entered | {"received_at": "2027-01-01T09:00:00+07:00"}
    assert status(office, "hr", "POST", "/personal-data/requests", future) == 422
    assert status(office, "hr.a", "POST", "/personal-data/requests", entered) == 404


def test_terms_and_destruction_are_of_the_whole_office(office: Office) -> None:
    with office.database.writing() as session:
        session.add(
            PunchPhotoRow(
                terminal_id=terminal_id(office.database), taken=datetime(2026, 10, 1), pin="1", digest="d",
                jpeg=b"\xff", received_at=NOW, delete_on=date(2027, 1, 1),
            )
        )  # fmt: skip
    add_user(office.accounts, "hr.binh", "hr", None)
    made = post(office, "hr", "/personal-data/destructions", status=201)["items"]
    assert [(one["kind"], one["due"]["photographs"], one["needed"]) for one in made] == [("photos", 1, 1)]
    number, decision = made[0]["id"], {"document": "QĐ 5/QĐ-UBND"}
    path = f"/personal-data/destructions/{number}"
    assert status(office, "hr", "POST", f"{path}/approve", decision) == 422, "whoever proposed does not approve"
    assert status(office, "hr.a", "POST", f"{path}/approve", decision) == 403
    assert status(office, "root", "POST", f"{path}/approve", decision) == 403
    assert status(office, "hr", "POST", f"{path}/carry-out") == 422, "not approved yet"
    assert post(office, "hr.binh", f"{path}/approve", decision)["state"] == "approved"
    done = post(office, "hr", f"{path}/carry-out")
    assert (done["state"], done["destroyed"]) == ("done", {"photographs": 1})
    setting = {"subject": "data.photos", "field": "months", "value": 2, "from": "2026-11-01", "document": "QĐ 6"}
    assert status(office, "hr.a", "POST", "/personal-data/settings", setting) == 403
    kept = post(office, "hr", "/personal-data/settings", setting, 201)
    terms = office.get("hr", "/personal-data/terms")
    assert {kind["code"]: kind["months"] for kind in terms["kinds"]}["photos"] == 2
    post(office, "hr", f"/personal-data/settings/{kept['id']}/withdraw")
    assert status(office, "hr", "POST", "/personal-data/settings", setting | {"field": "colour"}) == 422
    with office.database.reading() as session:
        assert check_trail(session).holds


# pages ---------------------------------------------------------------------------------------------------------------


def signed_in(office: Office, user: str) -> TestClient:
    client = office.client()
    form = client.get("/sign-in").text
    token = re.search(r'name="csrf_token" value="([^"]+)"', form)
    assert token is not None
    answer = client.post("/sign-in", data={"username": user, "password": PASSWORD, "csrf_token": token[1]})
    assert answer.status_code == 303, answer.text
    return client


def submit(client: TestClient, page: str, action: str, **fields: str) -> Any:
    token = re.search(r'name="csrf_token" value="([^"]+)"', client.get(page).text)
    assert token is not None
    return client.post(action, data={"csrf_token": token[1], **fields})


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_every_page_of_it_can_be_read(office: Office, lang: str) -> None:
    official, hr = signed_in(office, "e2"), signed_in(office, "hr")
    for client, page in (
        (official, "/notice"), (official, "/me/data"), (official, "/me/export"), (hr, "/notice"), (hr, "/requests"),
        (hr, "/destruction"), (hr, "/people/E2/export?why=x"),
    ):  # fmt: skip
        answer = client.get(page, params={"lang": lang} | ({"why": "x"} if "why" in page else {}))
        assert answer.status_code == 200, (page, answer.text[:300])
        for strange in OTHERS[1:] if "export" in page else ():
            assert strange not in answer.text, page
    assert official.get("/me/export.json").json()["person"]["code"] == "E2"


def test_the_pages_of_hr_are_not_for_others(office: Office) -> None:
    for user in ("e2", "head.a1", "auditor", "root"):
        client = signed_in(office, user)
        for page in ("/requests", "/destruction", "/people/E2/export?why=x"):
            assert client.get(page).status_code == 403, (user, page)
        assert client.get("/notice").status_code == 200
    part = signed_in(office, "hr.a")
    assert part.get("/destruction").status_code == 403
    assert part.get("/requests").status_code == 200
    assert "E3" not in part.get("/requests").text
    assert signed_in(office, "auditor").get("/me/data").status_code == 404


def test_an_official_reads_the_notice_and_asks_on_the_page(office: Office) -> None:
    client = signed_in(office, "e2")
    page = client.get("/notice").text
    digest = re.search(r'name="digest" value="([0-9a-f]+)"', page)
    assert digest is not None
    assert submit(client, "/notice", "/notice", digest="0" * 64).status_code == 409
    assert submit(client, "/notice", "/notice", digest=digest[1]).status_code == 303
    assert 'name="digest"' not in client.get("/notice").text
    assert submit(client, "/me/data", "/me/requests", kind="access", text="Xin bản sao").status_code == 303
    assert "Xin bản sao" in client.get("/me/data").text
    assert client.post("/me/requests", data={"kind": "access", "csrf_token": "x"}).status_code == 403
    hr = signed_in(office, "hr")
    shown = hr.get("/requests").text
    assert "Xin bản sao" in shown
    assert submit(hr, "/requests", "/requests/1/answer", text="").status_code == 422
    assert submit(hr, "/requests", "/requests/1/answer", text="Giao ngày 26/11").status_code == 303
    assert submit(hr, "/requests", "/requests/1/complete").status_code == 303
    assert submit(hr, "/requests", "/requests/99/complete").status_code == 404
    assert submit(hr, "/requests", "/requests/1/erase").status_code == 404
    assert "Giao ngày 26/11" in client.get("/me/data").text
    wrong = submit(hr, "/requests", "/requests", employee="E3", kind="access", way="letter", received="31/02/2026")
    assert wrong.status_code == 422
    good = submit(hr, "/requests", "/requests", employee="E3", kind="access", way="letter", received="13/11/2026")
    assert good.status_code == 303
    assert hr.get("/requests").text.index("Lê Hoàng Yến") < hr.get("/requests").text.index("Trần Văn Nam")
