"""Beside a day: two conclusions compared, who opened it, its neighbours, for each reader what is theirs to know."""

from __future__ import annotations

import re

from tests.e2e.conftest import Office
from tests.e2e.test_my_page import at_page, text_of

DAY = "/days/E2/2026-11-03"  # concluded twice: a leave of the morning came on the 23rd


def compared(page: str) -> dict[str, tuple[str, str, bool]]:
    """What each line of the comparison says before and after, and whether it is marked by a word."""
    rows = re.findall(r'<tr role="row"( class="differs")?>\s*<th scope="row".*?>(.*?)</th>(.*?)</tr>', page, re.S)
    found = {}
    for differs, head, cells in rows:
        before, after = (
            " ".join(re.sub(r"<[^>]+>", "", each).split()) for each in re.findall(r"<td.*?>(.*?)</td>", cells, re.S)
        )
        name = " ".join(re.sub(r"<[^>]+>", "", head.split("<span")[0]).split())
        assert bool(differs) == ("khác" in head) == (before != after), name
        found[name] = (before, after, bool(differs))
    return found


def test_two_conclusions_stand_side_by_side_with_the_fact_between_them(shared_pages: Office) -> None:
    page = at_page(shared_pages, "hr").get(f"{DAY}?a=1&b=2").text
    told = compared(page)
    assert told["Nghỉ có phép"] == ("0 phút", "270 phút", True)
    assert told["Phải làm việc"] == ("480 phút", "480 phút", False)
    assert told["Đã ghi nhận"][0].startswith("Đi muộn 12 phút")
    assert told["Đã ghi nhận"][2]
    said = text_of(page)
    assert re.search(r"Nghỉ phép – ĐP 7, 03/11/2026 .* duyệt lúc 09:00 23/11/2026", said)


def test_either_order_is_the_same_and_what_there_is_not_is_left_out(shared_pages: Office) -> None:
    hr = at_page(shared_pages, "hr")
    assert compared(hr.get(f"{DAY}?a=2&b=1").text) == compared(hr.get(f"{DAY}?a=1&b=2").text)
    for query in ("", "?a=1", "?a=1&b=1", "?a=1&b=9", "?a=x&b=2", "?a=-1&b=2", "?a=1&b=99999999"):
        page = hr.get(f"{DAY}{query}")
        assert page.status_code == 200, query
        assert 'id="compared"' not in page.text, query


def test_reasons_stay_with_those_who_may_know_them(shared_pages: Office) -> None:
    for user, knows in (("hr", True), ("e2", True), ("head.a1", True), ("inspector", False)):
        page = at_page(shared_pages, user).get(f"{DAY}?a=1&b=2")
        assert page.status_code == 200, user
        said = text_of(page.text)
        assert ("ĐP 7" in said) == knows, user
        beside = text_of("<main" + page.text[page.text.index('id="compared"') :].partition("</section>")[0])
        assert ("nghỉ phép" in beside.lower()) == knows, user
        assert "270 phút" in beside


def test_who_opened_the_day_is_told_the_person_and_those_who_answer_for_them(paged_office: Office) -> None:
    at_page(paged_office, "inspector").get(DAY)
    at_page(paged_office, "inspector").get("/days/E2/2026-11-10")  # another day
    paged_office.get("inspector", "/verdicts", **{"from": "2026-11-01", "to": "2026-11-20"})  # a list of many
    for user in ("e2", "hr", "head.a1"):
        page = at_page(paged_office, user).get(DAY).text
        looked = re.findall(r"<li><strong>([\w.]+)</strong>", page[page.index('class="looked"') :])
        assert looked.count("inspector") == 1, user
    for user in ("inspector", "leader.h"):
        assert 'class="looked"' not in at_page(paged_office, user).get(DAY).text


def test_by_a_program_too(paged_office: Office) -> None:
    [late, *_] = paged_office.get(
        "inspector", "/violations", employee="E2", **{"from": "2026-11-10", "to": "2026-11-10"}
    )["items"]
    paged_office.get("inspector", f"/violations/{late['id']}")
    page = at_page(paged_office, "e2").get("/days/E2/2026-11-10").text
    assert "<strong>inspector</strong>" in page[page.index('class="looked"') :]


def test_the_days_of_work_before_and_after_are_a_key_away(shared_pages: Office) -> None:
    page = at_page(shared_pages, "hr").get("/days/E2/2026-11-09").text
    assert re.search(r'data-key="p" href="/days/E2/2026-11-06"', page), "not the weekend between"
    assert re.search(r'data-key="n" href="/days/E2/2026-11-10"', page)
    first = at_page(shared_pages, "hr").get("/days/E2/2026-11-02").text
    assert 'data-key="p"' not in first
    moved = at_page(shared_pages, "head.a1").get("/days/E1/2026-11-10")
    assert moved.status_code == 404


def test_a_day_leads_to_a_paper_for_it_where_one_may_hand_it_in(shared_pages: Office) -> None:
    link = "/papers?employee=E2&amp;from=10%2F11%2F2026#hand-in-leave"
    assert link.replace("%2F", "/") in at_page(shared_pages, "hr").get("/days/E2/2026-11-10").text.replace("%2F", "/")
    assert "/papers?employee" not in at_page(shared_pages, "inspector").get("/days/E2/2026-11-10").text
    form = at_page(shared_pages, "hr").get("/papers?employee=E2&from=10/11/2026").text
    assert re.search(r'name="employee"[^>]*value="E2"', form)
    assert re.search(r'name="from"[^>]*value="10/11/2026"', form)


def test_hr_hands_in_for_people_of_their_units_alone(paged_office: Office) -> None:
    hr = at_page(paged_office, "hr.a")
    form = hr.get("/papers").text
    token = re.search(r'name="csrf_token" value="([0-9a-f]{64})"', form)
    assert token is not None
    sent = {"csrf_token": token[1], "from": "16/12/2026", "code": "Ô", "session": "all"}
    wrong = hr.post("/papers/leave", data=sent | {"employee": "E3"})
    assert wrong.status_code == 422
    assert "Không có ai trong đơn vị phụ trách mang mã này" in wrong.text
    none = hr.post("/papers/leave", data=sent)
    assert none.status_code == 422
    right = hr.post("/papers/leave", data=sent | {"employee": "E2", "document": "C65"})
    assert right.headers["location"] == "/papers?done=handed_in"
    [paper] = [row for row in paged_office.get("e2", "/absences")["items"] if row["document"] == "C65"]
    assert (paper["employee"], paper["code"], paper["status"]) == ("E2", "Ô", "proposed")
