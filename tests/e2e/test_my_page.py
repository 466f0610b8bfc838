"""One's own page over HTTP: where an official begins, what stands on it, and that it is about nobody else."""

from __future__ import annotations

import html
import re
from datetime import UTC, date, datetime

import pytest
from fastapi.testclient import TestClient

from attendance.services.evaluate import evaluate_dirty
from attendance.store import papers_decided
from tests.e2e.conftest import PASSWORD, ZONE, Office


def at_page(office: Office, user: str) -> TestClient:
    """Somebody at a browser, signed in."""
    client = office.client()
    client.cookies.set("attendance_session", office.accounts.sign_in(user, PASSWORD, "10.0.0.1", "session").secret)
    return client


def text_of(page: str) -> str:
    """What the main part of a page says."""
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", page[page.index("<main") :])).split())


def test_an_official_begins_on_their_own_page_and_others_where_they_work(shared_pages: Office) -> None:
    assert at_page(shared_pages, "e2").get("/").headers["location"] == "/me"
    assert at_page(shared_pages, "hr").get("/").headers["location"] == "/today"
    menu = at_page(shared_pages, "hr").get("/today").text
    assert 'href="/me"' not in menu, "nobody stands behind that account"


def test_the_days_stand_in_a_calendar_each_with_its_letter_its_words_and_its_page(shared_pages: Office) -> None:
    page = at_page(shared_pages, "e2").get("/me?month=2026-11").text
    cells = re.findall(r'<td class="mark is-(\w+) level-(\d)"[^>]*><a href="/days/E2/2026-11-(\d\d)">(.*?)</a>', page)
    told = {int(day): (mark, " ".join(re.sub(r"<[^>]+>", " ", inside).split())) for mark, _, day, inside in cells}
    assert told[2] == ("present", "2 + đủ công")
    assert told[10] == ("late", "10 M 12 đi muộn, 12 phút")
    assert told[3] == ("leave", "3 P nghỉ có giấy (nghỉ phép)")
    assert told[7][0] == "off"
    assert set(range(2, 21)) <= set(told)
    said = text_of(page)
    assert "Đi muộn 12 phút" in said
    assert "Đi muộn 2 lần, 24 phút" in said, "the sums of the month"


def test_every_violation_leads_to_its_day_and_to_its_explanation(shared_pages: Office) -> None:
    page = at_page(shared_pages, "e2").get("/me").text
    recorded = shared_pages.get("e2", "/violations", **{"from": "2026-11-01", "to": "2026-11-20"})["items"]
    assert recorded
    for each in recorded:
        assert f'href="/violations/{each["id"]}"' in page
        assert f'href="/violations/{each["id"]}/explain"' in page


def test_what_was_excused_is_not_offered_for_explaining_again(paged_office: Office) -> None:
    office, at = paged_office, datetime(2026, 11, 24, 1, 0, tzinfo=UTC)
    found = office.get("e2", "/violations", **{"from": "2026-11-10", "to": "2026-11-10"})["items"]
    late = next(each for each in found if each["type"] == "late")
    with office.database.writing() as session:
        papers_decided.decide_alone(
            session, "E2", date(2026, 11, 10), part=late["session"], covers="late", decision="approved",
            decided_at=at, at=at,
        )  # fmt: skip
    evaluate_dirty(office.database, ZONE, at)
    page = at_page(office, "e2").get("/me?month=2026-11").text
    assert f"/violations/{late['id']}/explain" not in page
    assert re.search(r'is-excused level-0"[^>]*><a href="/days/E2/2026-11-10">', page)
    assert "12 phút" in text_of(page), "its minutes stay visible"


def test_it_is_about_the_reader_and_nobody_else(shared_pages: Office) -> None:
    for user, others in (("e2", ("E1", "E3")), ("e1", ("E2", "E3"))):
        page = at_page(shared_pages, user).get("/me").text
        assert not [code for code in others if f"/days/{code}/" in page]
    assert "không gắn với hồ sơ của ai" in text_of(at_page(shared_pages, "hr").get("/me").text)
    assert at_page(shared_pages, "root").get("/me").status_code == 403


def test_who_looked_stands_there_and_looking_at_oneself_does_not(paged_office: Office) -> None:
    at_page(paged_office, "hr").get("/days/E2/2026-11-10")
    mine = at_page(paged_office, "e2")
    mine.get("/days/E2/2026-11-10")
    said = text_of(mine.get("/me").text)
    assert re.search(r"hr · Cán bộ tổ chức .* 10/11/2026", said)
    assert "Xem tất cả (1 lượt)" in said


@pytest.mark.parametrize("month", ["2026-99", "x", "1999-01", "2026-11-03"])
def test_a_month_that_is_none_is_this_one(shared_pages: Office, month: str) -> None:
    page = at_page(shared_pages, "e2").get("/me", params={"month": month})
    assert page.status_code == 200
    assert "Tháng 11/2026" in page.text
