"""*Lịch*, *Giờ làm việc* and the notice for the wall, asked as a browser does."""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import pytest
from pwdlib.hashers.argon2 import Argon2Hasher

from attendance.rules.shipped import shipped
from attendance.services import rules
from attendance.store import registering
from attendance.store.known_rows import known_rows
from attendance.store.tables import CalendarEntryRow
from tests.e2e.conftest import Office
from tests.e2e.rule_visits import browser, judge, late, open_pages, press, read_only, seen, words

SWAP = {"kind": "swapped_off", "on": "16/11/2026", "for": "21/11/2026", "unit": "A", "document": "TB 12/TB-UBND"}
EARLIER = [
    ("s_name", "sáng"), ("s_from", "07:00"), ("s_to", "11:30"), ("s_day", "all"),
    ("s_name", "chiều"), ("s_from", "13:30"), ("s_to", "17:00"), ("s_day", "all"),
    ("s_name", "sáng"), ("s_from", "07:00"), ("s_to", "11:00"), ("s_day", "fri"),
]  # fmt: skip
WEEK = [("weekday", day) for day in ("mon", "tue", "wed", "thu", "fri")]
HOURS = [("rule", "hours"), ("code", "HANH-CHINH"), ("regime", "per_session"), *WEEK, *EARLIER]


@pytest.fixture
def pages(make_office: Callable[..., Office]) -> Office:
    return open_pages(make_office)


@pytest.fixture(scope="module")
def still(template: Path, cheap_hasher: Argon2Hasher, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    with read_only(template, cheap_hasher, tmp_path_factory.mktemp("still")) as office:
        yield office


def decision_row(page: str, on: str) -> str:
    """The line of a date in the list of decisions."""
    rows = re.findall(r'<tr role="row"[^>]*>(.*?)</tr>', page, re.S)
    return next(words(row) for row in rows if f'id="d-{on}"' in row)


def cell(page: str, on: str) -> str:
    found = re.search(r'<td class="cal ([^"]*)"[^>]*>\s*<a href="#d-' + on + r'"(.*?)</a>', page, re.S)
    return f"{found[1]} {words(found[0])}" if found else ""


def test_a_day_is_told_by_letter_and_kind_for_the_unit_it_holds_for(still: Office) -> None:
    hr = browser(still, "hr")
    here, there = (hr.get("/calendar", params={"unit": unit, "year": "2026"}).text for unit in ("A", "B"))
    assert cell(here, "2026-11-24") == "is-holiday is-today 24 L : Ngày lễ, tết"
    assert cell(here, "2026-11-20") == ""
    assert cell(there, "2026-11-20") == "is-stoppage 20 N : Ngày ngừng làm việc"
    assert "Toàn cơ quan NQ 80" in decision_row(here, "2026-11-24")
    assert "UBND xã Yên Nghĩa CV 5" in decision_row(there, "2026-11-20")
    assert "Chưa có quyết định nào về ngày lễ, tết của năm 2027" in seen(hr, "/calendar", unit="A", year="2027")


def test_what_is_shipped_is_marked_and_what_is_announced_decides_nothing(pages: Office) -> None:
    culture = date(2026, 11, 24)
    with pages.database.writing() as session:
        for row in known_rows(session, CalendarEntryRow, None, CalendarEntryRow.on == culture):
            row.withdrawn_at = pages.clock()  # this office had decided it for itself
            session.add(row)
    rules.adopt(pages.database, shipped("calendar"), at=pages.clock())
    hr = browser(pages, "hr")
    page = hr.get("/calendar", params={"year": "2026", "unit": "A1"}).text
    assert "có sẵn" in decision_row(page, "2026-01-01")
    assert "Ngày nghỉ hoán đổi ↔ 10/01/2026" in decision_row(page, "2026-01-02")
    assert "hoán đổi với 02/01/2026" in page
    assert cell(page, "2026-01-10").startswith("is-swapped_work 10 LB")
    assert "is-waiting" in cell(page, "2026-11-24")
    assert "mới thông báo, chưa xác nhận Ghi quyết định" in decision_row(page, "2026-11-24")
    assert 'href="/calendar/decide?kind=holiday&amp;on=24%2F11%2F2026' in page
    with pages.database.writing() as session:
        registering.add_calendar_entry(session, culture, "holiday", unit="A", document="QĐ 9", at=pages.clock())
    page = hr.get("/calendar", params={"year": "2026", "unit": "A1"}).text
    assert "is-waiting" not in cell(page, "2026-11-24")
    assert "đã có quyết định khác thay" in words(page)


def test_the_library_is_a_check_beside_it(still: Office) -> None:
    text = seen(browser(still, "hr"), "/calendar", unit="B", year="2026")
    assert "Đối chiếu với thư viện holidays" in text
    assert "20/11/2026 nghỉ (ngày ngừng làm việc) làm việc" in text
    assert re.search(r"02/09/2026 làm việc nghỉ \(Quốc khánh\)", text)


def test_a_swap_is_looked_over_handed_in_and_decides_once_somebody_else_approved(pages: Office) -> None:
    hr, other = browser(pages, "hr"), browser(pages, "hr2")
    before = seen(hr, "/calendar/decide", **SWAP)
    assert "Thứ Hai, 16 tháng 11, 2026 : ngày nghỉ hoán đổi, hoán đổi với 21/11/2026" in before
    assert "Thứ Bảy, 21 tháng 11, 2026 : ngày làm việc hoán đổi, hoán đổi với 16/11/2026" in before
    assert re.search(r"chạm tới \d+ ngày công đã qua của 1 người, từ 15/11/2026 đến", before)
    location = press(hr, "/calendar/decide", SWAP).headers["location"]
    assert location == "/calendar?year=2026&unit=A&done=handed_in"
    page = hr.get(location).text
    assert "Quyết định chỉ áp dụng khi người khác duyệt" in words(page)
    assert "is-waiting" in cell(page, "2026-11-16")
    assert "chờ duyệt" in decision_row(page, "2026-11-16")
    assert "is-waiting" not in browser(pages, "e2").get("/calendar", params={"year": "2026"}).text.split("<table")[1]
    (paper,) = pages.get("hr2", "/calendar/decisions", status="proposed")["items"]

    def approve(by: str) -> int:
        return pages.client(by).post(f"/api/v1/calendar/{paper['id']}/approve", json={"note": ""}).status_code

    assert approve("hr") in (403, 409)  # nobody decides on what they handed in
    assert "TB 12/TB-UBND" in other.get("/papers").text
    assert approve("hr2") == 200
    judge(pages)
    page = hr.get("/calendar", params={"unit": "A1", "year": "2026"}).text
    assert cell(page, "2026-11-16").startswith("is-swapped_off 16 NX")
    kinds = {row["date"]: row["day_kind"] for row in pages.get(
        "hr", "/verdicts", employee="E2", **{"from": "2026-11-16", "to": "2026-11-20"})["items"]}  # fmt: skip
    assert kinds["2026-11-16"] == "swapped_off"


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"on": "31/2"}, "Chưa đọc được ngày"),
        ({"for": ""}, "Hoán đổi cần hai ngày"),
        ({"for": "16/11/2026"}, "Hoán đổi cần hai ngày"),
        ({"document": ""}, "Chưa có văn bản"),
    ],
)
def test_a_decision_that_cannot_be_taken_is_said(still: Office, typed: dict[str, str], said: str) -> None:
    hr = browser(still, "hr")
    assert said in seen(hr, "/calendar/decide", 422, **(SWAP | typed))
    assert still.get("hr", "/calendar/decisions")["total"] == 0


def test_a_decision_is_handed_in_for_ones_own_part(still: Office) -> None:
    part = browser(still, "hr.a")
    assert part.get("/calendar/decide", params=SWAP | {"unit": "B"}).status_code == 404
    assert "Bạn phụ trách một phần" in seen(part, "/calendar/decide", 422, **(SWAP | {"unit": ""}))
    assert browser(still, "e2").get("/calendar/decide", params=SWAP).status_code == 403


def test_hours_stand_with_who_works_by_them(still: Office) -> None:
    text = seen(browser(still, "hr"), "/schedules")
    assert "Giờ hành chính HANH-CHINH Chấm vào và ra mỗi buổi Mỗi buổi chấm khi vào và khi ra" in text
    assert "Thứ Hai – Thứ Sáu buổi sáng 07:30–12:00 , buổi chiều 13:30–17:00" in text
    assert "QĐ 41/QĐ-UBND, Điều 2" in text
    assert "1 người đang làm theo giờ này. Đơn vị: UBND huyện Hà Đông , UBND xã Tân Mai , Bộ phận một cửa ." in text
    official = seen(browser(still, "e2"), "/schedules")
    assert "UBND xã Yên Nghĩa" not in official
    assert "/rules/try" not in browser(still, "e2").get("/schedules").text
    assert "/rules/try" not in browser(still, "hr.a").get("/schedules").text  # hours hold for the whole tree


def test_new_hours_are_tried_and_put_in_force_from_a_date(pages: Office) -> None:
    hr = browser(pages, "hr")
    form = hr.get("/rules/try", params={"rule": "hours", "code": "HANH-CHINH"}).text
    assert re.search(
        r'name="s_name" value="sáng".*?name="s_from" value="07:30".*?name="s_to" value="12:00"', form, re.S
    )
    span = [("first", "02/11/2026"), ("last", "20/11/2026")]
    text = words(hr.get("/rules/try/changes", params=[*HOURS, *span]).text)
    assert re.search(r"Đi muộn: \d+ → \d+", text)
    assert "Trần Văn Nam" in text
    put = [*HOURS, ("from", "16/11/2026"), ("document", "TB 2/TB-UBND")]
    page = hr.get("/rules/adopt", params=put)
    assert "Thay cho quy định đang ghi từ 01/01/2026: QĐ 41/QĐ-UBND, Điều 2" in words(page.text)
    action = re.search(r'action="(/rules/adopt\?[^"]*)"', page.text)
    fields = dict(re.findall(r'name="(csrf_token|rulebook)" value="(\w+)"', page.text))
    assert action is not None
    answer = hr.post(html.unescape(action[1]), data=fields)
    assert answer.headers["location"].startswith("/schedules?done=adopted&days=")
    (schedule,) = (s for s in pages.get("hr", "/schedules")["items"] if s["code"] == "HANH-CHINH")
    assert [(v["from"], v["to"], v["document"]) for v in schedule["versions"]] == [
        ("2026-01-01", "2026-11-15", "QĐ 41/QĐ-UBND"), ("2026-11-16", None, "TB 2/TB-UBND"),
    ]  # fmt: skip
    assert schedule["versions"][1]["by_weekday"] == {"fri": {"am": ["07:00", "11:00"]}}
    assert late(pages, "E2") == ["2026-11-10", "2026-11-17"]
    judge(pages)
    assert [on for on in late(pages, "E2") if on < "2026-11-16"] == ["2026-11-10"]
    assert len([on for on in late(pages, "E2") if on >= "2026-11-16"]) > 1
    assert "từ 16/11/2026" in seen(hr, answer.headers["location"])


def test_hours_of_a_part_are_tried_but_not_put_in_force(still: Office) -> None:
    part = browser(still, "hr.a")
    span = [("first", "02/11/2026"), ("last", "20/11/2026")]
    assert part.get("/rules/try/changes", params=[*HOURS, *span]).status_code == 200
    answer = part.get("/rules/adopt", params=[*HOURS, ("from", "16/11/2026"), ("document", "TB 2")])
    assert (answer.status_code, "áp dụng cho toàn cơ quan" in words(answer.text)) == (422, True)


def test_the_notice_says_what_holds_and_leaves_empty_what_nobody_knows(still: Office) -> None:
    page = browser(still, "e2").get("/rules/notice", params={"on": "20/11/2026"}).text
    text = words(page)
    assert "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM Độc lập - Tự do - Hạnh phúc" in text
    assert "BỘ PHẬN MỘT CỬA" in text
    assert "buổi sáng 07:30–12:00" in text
    assert "24/11/2026 : ngày lễ, tết (NQ 80)" in text
    assert "Vào sau giờ bắt đầu từ đủ 1 phút trở lên" in text
    assert "Liên hệ:" in text
    assert page.count("wall-blank") >= 3
    assert "QĐ 41/QĐ-UBND; NQ 80." in text
    other = seen(browser(still, "hr"), "/rules/notice", unit="B", on="20/11/2026")
    assert "Ban hành kèm theo:" in other  # the hours of B name no document
