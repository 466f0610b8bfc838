"""A sick paper that comes two days later: the absence is shown, the paper is handed in and approved by another, the day
becomes leave, and what was concluded first stays beside it. By people at browsers, from sign-in to result."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from attendance.services.evaluate import evaluate_dirty, evaluate_span
from attendance.store import intake_log, office, registering
from attendance.store.tables import TerminalRow
from tests.e2e.browsing import Visit, chromium, needs_chromium
from tests.e2e.conftest import ZONE, _file_punches
from tests.e2e.site import PASSWORD, Site, copied, open_site
from tests.e2e.test_today_live import serving
from tests.walks.pictures import picture

pytestmark = needs_chromium

DAY = date(2026, 11, 20)
BEFORE = datetime(2026, 10, 1, tzinfo=UTC)
NEXT_MORNING = datetime(2026, 11, 21, 1, 0, tzinfo=UTC)
TWO_DAYS_LATER = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)
DOCUMENT = "C65-0412/BVH"


@pytest.fixture(scope="module")
def site(migrated_sqlite: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """An office whose terminal was read whole; E5 began to serve on the day and has no punch on it."""
    folder = tmp_path_factory.mktemp("day")
    found = open_site(copied(migrated_sqlite, folder), folder, users=())
    with found.database.writing() as session:
        registering.add_schedule(session, "HC", name="Giờ hành chính", at=BEFORE)
        registering.add_schedule_version(
            session, "HC", sessions={"am": ["07:30", "12:00"], "pm": ["13:30", "17:00"]},
            weekdays=["mon", "tue", "wed", "thu", "fri"], from_on=date(2026, 1, 1), document="QĐ 41/QĐ-UBND", at=BEFORE,
        )  # fmt: skip
        registering.add_terminal(session, "T-A", name="Sảnh trụ sở", unit="A", host="127.0.0.1", at=BEFORE)
        people = {"E1": "Nguyễn Thị Thu Hà", "E2": "Trần Văn Nam", "E5": "Lê Minh Thu"}
        for pin, (code, name) in enumerate(people.items(), 1):
            registering.add_employee(session, code, name=name, at=BEFORE)
            since = DAY if code == "E5" else date(2026, 1, 1)
            registering.assign(session, code, "A", schedule="HC", from_on=since, at=BEFORE)
            registering.enrol(session, "T-A", str(pin), code, at=BEFORE)
        _file_punches(session, "T-A")
        number = office.key(office.get(session, TerminalRow, "T-A"))
        intake_log.extend_coverage(session, number, datetime(2026, 11, 20, 12), datetime(2026, 11, 21, 7))
    found.clock.at = NEXT_MORNING
    found.accounts.create_user("thu", PASSWORD, "official", employee="E5")
    found.accounts.create_user("lan", PASSWORD, "hr")
    found.accounts.create_user("vinh", PASSWORD, "leader")
    evaluate_span(found.database, ZONE, NEXT_MORNING, date(2026, 11, 2), DAY)
    yield found
    found.database.close()


def entered(visit: Visit, address: str, name: str) -> Any:
    page = visit.page
    page.goto(f"{address}/sign-in", wait_until="load")
    page.fill("[name=username]", name)
    page.fill("[name=password]", PASSWORD)
    page.press("[name=password]", "Enter")
    page.wait_for_selector("nav.tabs")
    return page


def test_a_sick_paper_that_comes_two_days_later(site: Site) -> None:
    with serving(site.app) as address, chromium() as browser:
        with Visit(browser, 360) as visit:  # the morning after, on the phone
            page = entered(visit, address, "thu")
            assert page.url.endswith("/me")
            assert page.locator(".own-violation").count() == 2
            assert "Vắng, chưa có lý do (270 phút)" in page.inner_text("main")
            cell = page.locator(".calendar td.mark.is-absent a")
            assert cell.inner_text().split() == ["20", "V480", "vắng,", "chưa", "có", "lý", "do,", "480", "phút"]
            small = page.evaluate(
                "[...document.querySelectorAll('main a, main button')].filter(a => a.checkVisibility())"
                ".map(a => [a.getBoundingClientRect(), a.outerHTML])"
                ".filter(([r]) => r.width && (r.width < 44 || r.height < 44)).map(([r, html]) => html.slice(0, 120))"
            )
            assert small == []
            assert page.evaluate("document.documentElement.scrollWidth") <= 360
            assert visit.serious() == []
            picture(page, "day-absent")
            page.locator(".calendar td.mark.is-absent a").click()
            page.wait_for_url("**/days/E5/2026-11-20")
            assert "Lần 1" in page.inner_text("main")
            assert "Lần 2" not in page.inner_text("main")

        site.clock.at = TWO_DAYS_LATER
        with Visit(browser, 1280) as visit:  # HR, who was brought the paper, from the list to that day
            page = entered(visit, address, "lan")
            page.goto(f"{address}/days/E2/2026-11-10", wait_until="load")
            page.keyboard.press("p")
            page.wait_for_url("**/days/E2/2026-11-09")
            page.keyboard.press("n")
            page.wait_for_url("**/days/E2/2026-11-10")
            page.goto(f"{address}/violations?from=20/11/2026", wait_until="load")
            page.locator("main tr", has_text="Lê Minh Thu").locator("a[href*='/violations/']").first.click()
            page.wait_for_url(re.compile(r"/violations/.+"))
            page.click("text=Nộp giấy cho ngày này")
            form = page.locator("form[action='/papers/leave']")
            assert form.locator("[name=employee]").input_value() == "E5"
            assert form.locator("[name=from]").input_value() == "20/11/2026"
            form.locator("[name=code]").select_option("Ô")
            form.locator("[name=document]").fill(DOCUMENT)
            form.locator("button[type=submit]").click()
            page.wait_for_url("**/papers?done=handed_in")
            assert page.locator("main form[action$='/approve']").count() == 0, "nobody decides on what they handed in"
        with Visit(browser, 1280) as visit:
            page = entered(visit, address, "vinh")
            page.goto(f"{address}/papers", wait_until="load")
            page.locator("form[action$='/approve'] button.is-primary").click()
            page.wait_for_url("**/papers?done=approve")
        evaluate_dirty(site.database, ZONE, site.clock())  # what the timetable does within seconds

        with Visit(browser, 360) as visit:
            page = entered(visit, address, "thu")
            assert page.locator(".own-violation").count() == 0
            assert page.locator(".calendar td.mark.is-leave").count() >= 1
            page.goto(f"{address}/days/E5/2026-11-20", wait_until="load")
            page.click("text=So với lần 1")
            page.wait_for_url("**?a=1&b=2#compared")
            said = page.inner_text("#compared")
            assert "có thêm giấy tờ" in said
            assert re.search(rf"{DOCUMENT}.* vinh duyệt lúc 10:00 22/11/2026", said)
            told = {
                row.locator("th").inner_text().split("\n")[0]: [cell.inner_text() for cell in row.locator("td").all()]
                for row in page.locator("#compared tr.differs").all()
            }
            assert told["Nghỉ có phép"] == ["0 phút", "480 phút"]
            assert told["Thiếu giờ"] == ["480 phút", "0 phút"]
            assert "Vắng, chưa có lý do (270 phút)" in told["Đã ghi nhận"][0]
            assert told["Đã ghi nhận"][1] == "Không có"
            assert page.locator("#compared tr.differs th .changed").count() == len(told), "told by a word too"
            assert re.search(r"lan · .+ 10:00 22/11/2026", page.inner_text(".looked")), "who opened the day"
            assert page.evaluate("document.documentElement.scrollWidth") <= 360
            assert visit.serious() == []
            picture(page, "day-sick-paper")
            assert visit.complaints == []
