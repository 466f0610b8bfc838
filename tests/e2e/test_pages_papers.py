"""The pages for papers and rosters, asked as a browser does: forms, states, what is refused, what is not told."""

from __future__ import annotations

import re
from typing import Any

import pytest
from fastapi.testclient import TestClient

from api.pages.papers import router as papers_router
from api.pages.routes import router, show_error
from api.pages.sign_in import router as sign_in_router
from tests.e2e.conftest import PASSWORD, Office
from tests.e2e.test_api_papers import approve, post, verdict
from tests.e2e.test_api_rosters import duty


@pytest.fixture
def pages(make_office: Any) -> Office:
    office: Office = make_office(extra_routers=[router, sign_in_router, papers_router], page_error=show_error)
    return office


def browser(office: Office, user: str) -> TestClient:
    client = office.client()
    form = client.get("/sign-in").text
    token = re.search(r'name="csrf_token" value="(\w+)"', form)
    assert token is not None
    given = {"username": user, "password": PASSWORD, "csrf_token": token[1]}
    assert client.post("/sign-in", data=given).status_code == 303
    return client


def send(client: TestClient, address: str, status: int = 303, **given: str) -> str:
    token = re.search(r'name="csrf_token" value="(\w+)"', client.get("/papers").text)
    assert token is not None
    answer = client.post(address, data={"csrf_token": token[1], **given})
    assert answer.status_code == status, answer.text
    return client.get(answer.headers["location"]).text if status == 303 else answer.text


def test_leave_handed_in_by_an_official_is_approved_by_hr_on_the_page(pages: Office) -> None:
    official, hr = browser(pages, "e2"), browser(pages, "hr")
    shown = send(
        official, "/papers/leave", **{"from": "10/11", "to": "", "session": "am", "code": "P", "note": "Việc nhà"}
    )
    assert "Đã gửi" in shown
    assert "Đang chờ người khác duyệt" in shown
    assert "Việc nhà" in hr.get("/papers").text
    number = pages.get("hr", "/absences", status="proposed")["items"][0]["id"]
    pages.clock.pass_by(minutes=1)
    assert "Đã duyệt" in send(hr, f"/papers/{number}/approve", version="1", note="Đồng ý")
    assert verdict(pages, "E2", "2026-11-10").leave_min == 270
    assert "hr duyệt lúc" in official.get("/papers").text
    assert "vừa thay đổi" in send(hr, f"/papers/{number}/refuse", 409, version="1", note="x")
    assert "đã được xử lý" in send(hr, f"/papers/{number}/refuse", 409, version="2", note="x")
    pages.clock.pass_by(minutes=1)
    assert "Đã rút" in send(official, f"/papers/{number}/withdraw", version="2")
    assert verdict(pages, "E2", "2026-11-10").leave_min == 0


def test_a_mission_is_handed_in_and_refused_with_a_reason(pages: Office) -> None:
    official, hr = browser(pages, "e2"), browser(pages, "hr")
    given = {"on": "10/11/2026", "begins": "7h30", "ends": "11:30", "kind": "meeting", "place": "Sở Nội vụ"}
    assert "Đi họp, 07:30–11:30 10/11/2026 · Sở Nội vụ" in " ".join(send(official, "/papers/mission", **given).split())
    number = pages.get("hr", "/missions", status="proposed")["items"][0]["id"]
    assert "Nêu lý do" in send(hr, f"/papers/{number}/refuse", 409, version="1", note=" ")
    send(hr, f"/papers/{number}/refuse", version="1", note="Trùng lịch tiếp dân")
    assert "Trùng lịch tiếp dân" in official.get("/papers").text


def test_what_is_wrong_is_said_and_what_was_typed_is_kept(pages: Office) -> None:
    official = browser(pages, "e2")
    said = send(official, "/papers/leave", 422, **{"from": "11/2026/3", "note": "Con ốm", "code": "Cô"})
    assert "Viết ngày như 24/11/2026" in said
    assert 'value="Con ốm"' in said
    assert 'value="11/2026/3"' in said
    assert "Ngày cuối trước ngày đầu" in send(official, "/papers/leave", 422, **{"from": "12/11", "to": "10/11"})
    late = {"on": "12/11", "begins": "14:00", "ends": "09:00"}
    assert "giờ kết thúc trước giờ bắt đầu" in send(official, "/papers/mission", 422, **late)
    assert send(official, "/papers/leave", 422, **{"from": "31/12/9999"})
    assert pages.get("hr", "/absences", status="proposed")["total"] == 0


def test_ones_own_paper_has_no_buttons_and_is_refused_when_sent_all_the_same(pages: Office) -> None:
    hr = browser(pages, "hr")
    number = post(pages, "hr", "/absences", {"employee": "E2", "from": "2026-11-10"})["id"]
    page = hr.get("/papers").text
    assert "do người khác duyệt" in page
    assert f"/papers/{number}/approve" not in page
    assert "không ai duyệt giấy tờ của chính mình" in send(hr, f"/papers/{number}/approve", 409, version="1")


def test_a_form_from_elsewhere_changes_nothing(pages: Office) -> None:
    number = post(pages, "e2", "/absences", {"employee": "E2", "from": "2026-11-10"})["id"]
    hr = browser(pages, "hr")
    assert hr.post(f"/papers/{number}/approve", data={"version": "1", "csrf_token": "x"}).status_code == 403
    assert browser(pages, "e2").post(f"/papers/{number}/approve", data={"version": "1"}).status_code == 403
    assert pages.get("hr", f"/absences/{number}")["status"] == "proposed"


def test_what_is_a_reason_is_not_on_the_page_of_those_who_may_not_know_it(pages: Office) -> None:
    given = {"employee": "E3", "from": "2026-11-10", "code": "Ô", "document": "GCN 77", "note": "nhập viện"}
    number = post(pages, "hr", "/absences", given)["id"]
    page = browser(pages, "leader.b").get("/papers").text
    assert f"/papers/{number}/approve" in page
    assert "Lê Hoàng Yến" in page
    assert not any(reason in page for reason in ("GCN 77", "nhập viện", "ốm"))


def test_the_roster_of_a_week_is_shown_without_reasons(pages: Office) -> None:
    paper = duty(pages, "E2", "10T07:30", "10T11:30", kind="one_stop", desk="Hộ tịch", note="vì chị Hà nghỉ ốm")["id"]
    approve(pages, "hr2", "rosters", paper)
    page = browser(pages, "e2").get("/rosters?week=12/11/2026").text
    assert "Trực một cửa: Hộ tịch" in page
    assert "Trần Văn Nam" in page
    assert "ốm" not in page
    assert "chưa có lịch trực" in browser(pages, "e2").get("/rosters?week=02/11/2026").text
    assert browser(pages, "e2").get("/rosters?unit=B").status_code == 404
    assert browser(pages, "auditor").get("/rosters").status_code == 403
