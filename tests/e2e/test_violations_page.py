"""The list of violations: its filters in the address, saved views, many rows at once, and the same list as a file."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from html import unescape
from typing import Any

import pytest
from fastapi.testclient import TestClient
from python_calamine import CalamineWorkbook
from sqlalchemy import update

from api.http.auth import SESSION_COOKIE
from api.pages.routes import show_error, static_files
from api.serving import PAGES
from attendance.store import registering
from attendance.store.list_tables import SavedViewRow
from tests.e2e.conftest import NOW, PASSWORD, Office

SPAN = "from=2/11/2026&to=20/11/2026"
REASON = "Tắc đường do ngập, có xác nhận của tổ dân phố"


@pytest.fixture
def site(make_office: Callable[..., Office]) -> Office:
    office = make_office(extra_routers=PAGES, page_error=show_error)
    office.app.mount(*static_files())
    return office


def browser(site: Office, user: str) -> TestClient:
    client = TestClient(site.app, "http://test", client=("10.20.30.41", 50000), follow_redirects=False)
    client.cookies.set(SESSION_COOKIE, site.accounts.sign_in(user, PASSWORD, "10.20.30.41", "session").secret)
    return client


def see(client: TestClient, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, answer.text
    return str(answer.text)


def send(client: TestClient, path: str, on: str, **form: Any) -> Any:
    token = re.search(r'name="csrf_token" value="([^"]+)"', see(client, on))
    assert token is not None
    return client.post(path, data={"csrf_token": token[1], **form})


def rows(page: str) -> list[str]:
    """What each row would send."""
    return [unescape(value) for value in re.findall(r'name="row" value="([^"]+)"', page)]


def listed(page: str) -> list[str]:
    return re.findall(r'class="row-link" href="/violations/([^"]+)"', page)


# filters --------------------------------------------------------------------------------------------------------------


def test_each_filter_of_the_address_narrows_the_list_as_the_api_does(site: Office) -> None:
    hr = browser(site, "hr")
    for query, given in (
        ("", {}),
        ("&unit=B", {"unit": "B"}),
        ("&type=late", {"type": "late"}),
        ("&status=pending", {"status": "pending"}),
        ("&over=11", {"over": 11}),
        ("&over=12", {"over": 12}),
        ("&explained=no", {"explained": False}),
        ("&explained=yes", {"explained": True}),
        ("&person=E2", {"employee": "E2"}),
        ("&person=tran+NAM", {"employee": "E2"}),
    ):
        page = see(hr, f"/violations?{SPAN}{query}")
        found = site.get("hr", "/violations", **{"from": "2026-11-02", "to": "2026-11-20", "limit": 500}, **given)
        assert sorted(listed(page)) == sorted(row["id"] for row in found["items"]), query
    assert site.get("hr", "/violations", **{"from": "2026-11-02", "to": "2026-11-20"}, over=11)["total"]
    assert not site.get("hr", "/violations", **{"from": "2026-11-02", "to": "2026-11-20"}, over=600)["total"]


def test_pages_are_walked_by_cursors_and_back(site: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("api.pages.violations.PAGE_SIZE", 2)
    hr, address = browser(site, "hr"), f"/violations?{SPAN}"
    walked: list[list[str]] = []
    while True:
        page = see(hr, address)
        walked.append(listed(page))
        following = re.search(r'rel="next" href="([^"]+)"', page)
        if following is None:
            break
        address = unescape(following[1])
    everything = site.get("hr", "/violations", **{"from": "2026-11-02", "to": "2026-11-20", "limit": 500})["items"]
    assert [one for each in walked for one in each] == [row["id"] for row in reversed(everything)]
    for before in reversed(walked[:-1]):
        back = re.search(r'rel="prev" href="([^"]+)"', page)
        assert back is not None
        page = see(hr, unescape(back[1]))
        assert listed(page) == before
    assert "1–2" in page
    assert 'rel="prev"' not in page
    assert listed(see(hr, f"/violations?{SPAN}&after=none")) == walked[0]  # a cut address begins anew


# saved views ----------------------------------------------------------------------------------------------------------


def test_a_view_is_saved_opens_first_is_renamed_and_deleted(site: Office) -> None:
    hr, other = browser(site, "hr"), browser(site, "hr2")
    on = "/violations?all=1"
    saved = send(hr, "/violations/views", on, name="Trên 5 phút", query="over=5&type=late", usual="true")
    assert saved.headers["location"] == "/violations?type=late&over=5"
    assert hr.get("/violations").headers["location"] == "/violations?type=late&over=5"
    assert other.get("/violations").status_code == 200
    number = re.search(r"/violations/views/(\d+)/rename", see(hr, "/violations?type=late&over=5"))
    assert number is not None
    assert send(other, f"/violations/views/{number[1]}/rename", on, name="Của tôi").status_code == 404
    send(hr, f"/violations/views/{number[1]}/rename", on, name="Đi muộn nhiều")
    assert "Đi muộn nhiều" in see(hr, on)
    send(hr, f"/violations/views/{number[1]}/unusual", on)
    assert hr.get("/violations").status_code == 200
    refused = send(hr, "/violations/views", on, name=" ", query="over=9")
    assert refused.status_code == 422
    assert "từ 1 đến 64" in refused.text
    send(hr, "/violations/views", on, name="Chưa giải trình", query="explained=no")
    taken = send(hr, f"/violations/views/{number[1]}/rename", on, name="chưa giải trình")
    assert taken.status_code == 422
    send(hr, f"/violations/views/{number[1]}/delete", on)
    assert "Đi muộn nhiều" not in see(hr, on)


def test_a_usual_view_of_a_unit_one_no_longer_sees_locks_nobody_out(site: Office) -> None:
    """Who was moved to another part of the tree finds the list, and the view to put it right; not a 404 for ever."""
    hr, on = browser(site, "hr"), "/violations?all=1"
    send(hr, "/violations/views", on, name="Xã Tân Mai", query="unit=A", usual="true")
    assert hr.get("/violations").headers["location"] == "/violations?unit=A"
    with site.database.writing() as session:
        session.execute(update(SavedViewRow).values(query="unit=GONE"))
    page = see(hr, hr.get("/violations").headers["location"])
    number = re.search(r"/violations/views/(\d+)/delete", page)
    assert number is not None
    gone = send(hr, f"/violations/views/{number[1]}/delete", on)
    assert "views/" + number[1] not in see(hr, gone.headers["location"])


@pytest.mark.parametrize("number", ["99999999999999999999", "-1", "0", "9223372036854775808"])
def test_a_view_of_no_such_number_is_not_there(site: Office, number: str) -> None:
    assert send(browser(site, "hr"), f"/violations/views/{number}/delete", "/violations?all=1").status_code == 404


# many rows at once ----------------------------------------------------------------------------------------------------


def test_several_are_asked_and_each_row_answers_for_itself(site: Office) -> None:
    hr, on = browser(site, "hr"), f"/violations?{SPAN}&type=late&over=11"
    chosen = rows(see(hr, on))
    assert len(chosen) > 2
    answer = send(
        hr, f"/violations/review?{SPAN}&type=late&over=11", on, verb="ask", row=chosen, note="Đề nghị giải trình"
    )
    assert f"Đã thực hiện: {len(chosen)}" in answer.text
    assert answer.text.count("Đã yêu cầu giải trình") == len(chosen)
    again = send(hr, "/violations/review", on, verb="ask", row=[*chosen, "999-20261103-am-late 1.0.0", "x y"])
    assert f"Không cần: {len(chosen)}" in again.text
    assert "Không còn: 2" in again.text
    assert send(hr, "/violations/review", on, verb="ask").status_code == 422
    assert send(hr, "/violations/review", on, verb="excuse", row=chosen, note=REASON).status_code == 403


def test_a_date_to_explain_by_is_over_when_it_is_over_at_the_office(site: Office) -> None:
    site.clock.at = datetime(2026, 11, 24, 17, 30, tzinfo=UTC)  # half past midnight of the 25th
    hr, on = browser(site, "hr"), f"/violations?{SPAN}&type=late"
    chosen = rows(see(hr, on))[:1]
    refused = send(hr, "/violations/review", on, verb="ask", row=chosen, due="24/11/2026")
    assert refused.status_code == 422
    assert "Đã thực hiện: 1" in send(hr, "/violations/review", on, verb="ask", row=chosen, due="25/11/2026").text


def test_of_two_who_decide_at_once_the_first_wins_and_the_other_is_told(site: Office) -> None:
    first, second = browser(site, "leader.h"), browser(site, "leader.h")
    on = f"/violations?{SPAN}&type=late&over=11"
    chosen = rows(see(first, on))
    assert rows(see(second, on)) == chosen
    assert "Quyết định cần có lý do" in send(first, "/violations/review", on, verb="excuse", row=chosen).text
    won = send(first, "/violations/review", on, verb="excuse", row=chosen[:2], note=REASON)
    assert "Đã thực hiện: 2" in won.text
    told = send(second, "/violations/review", on, verb="confirm", row=chosen[:3], note="Không có lý do chính đáng")
    assert "Đã thực hiện: 1" in told.text
    assert "Đã thay đổi: 2" in told.text
    page = see(first, on)
    assert page.count("Đã chấp nhận") == 2


def test_nobody_decides_on_rows_they_do_not_see(site: Office) -> None:
    hr, leader = browser(site, "hr"), browser(site, "leader.b")
    chosen = rows(see(hr, f"/violations?{SPAN}&person=E2"))
    answer = send(leader, "/violations/review", "/violations?all=1", verb="excuse", row=chosen, note=REASON)
    assert f"Không còn: {len(chosen)}" in answer.text
    assert "Trần Văn Nam" not in answer.text


# the same list as a file ----------------------------------------------------------------------------------------------


def test_the_export_is_exactly_what_is_shown_and_no_cell_is_a_formula(site: Office) -> None:
    with site.database.writing() as session:
        registering.rename_employee(session, "E2", "=cmd|' /C calc'!A0")
    hr, query = browser(site, "hr"), f"{SPAN}&over=11"
    shown = listed(see(hr, f"/violations?{query}"))
    answer = hr.get(f"/reports/violations?format=xlsx&{query}")
    assert answer.headers["content-disposition"] == 'attachment; filename="violations-2026-11-02-2026-11-20.xlsx"'
    head, *found = CalamineWorkbook.from_filelike(io.BytesIO(answer.content)).get_sheet_by_index(0).to_python()
    assert head[:4] == ["Ngày", "Mã", "Họ và tên", "Đơn vị"]
    assert [row[0] for row in found] == [date.fromisoformat(f"{i[2:6]}-{i[6:8]}-{i[8:10]}") for i in shown]
    assert {row[5] for row in found} <= {"Đi muộn", "Về sớm", "Vắng"}
    assert all(isinstance(row[6], float) for row in found)
    assert "=cmd|' /C calc'!A0" in {row[2] for row in found}  # text, see the cell type below
    raw = answer.content
    assert b"<f>" not in raw
    text = hr.get(f"/reports/violations?format=csv&{query}").content.decode("utf-8-sig")
    assert len(text.splitlines()) == len(shown) + 1
    assert "\"'=cmd|" in text or "'=cmd|" in text
    paper = hr.get(f"/reports/violations?format=pdf&{query}")
    assert (paper.headers["content-type"], paper.content[:5]) == ("application/pdf", b"%PDF-")
    assert hr.get(f"/reports/violations?format=ods&{query}").status_code == 422


def test_the_register_of_the_api_has_the_rows_of_the_list(site: Office) -> None:
    asked = {"from": "2026-11-02", "to": "2026-11-20"}
    found = site.get("hr", "/violations", **asked, limit=500)["items"]
    register = site.get("hr", "/reports/violations", **asked, format="json")
    assert [(row["date"], row["employee"], row["type"]) for row in register] == [
        (row["date"], row["employee"], row["type"]) for row in found
    ]
    narrow = site.get("leader.b", "/reports/violations", **asked, format="json")
    assert {row["unit"] for row in narrow} == {"B"}
    paper = site.client("hr").get("/api/v1/reports/violations", params={**asked, "format": "pdf"})
    assert (paper.status_code, paper.content[:5]) == (200, b"%PDF-")
    answer = site.client("hr").get("/api/v1/reports/violations", params={**asked, "format": "ods"})
    assert answer.status_code == 422
    assert "is not a format of this register" in answer.json()["detail"]
    assert NOW
