"""A new rule, from the sign-in to the verdicts: tried on the days that passed, looked over, put in force from a date.

And the pages of rules, hours and the calendar as a browser draws them: axe, width, and the notice as one sheet of A4.
"""

from __future__ import annotations

import re
import socket
import threading
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlencode

import pytest
import uvicorn

from api.pages.routes import static_files
from tests.e2e.browsing import Visit, needs_chromium
from tests.e2e.conftest import PASSWORD, Office, cheap_hasher, make_office, template  # noqa: F401
from tests.e2e.rule_visits import judge, late, open_pages
from tests.walks.pictures import picture

pytestmark = [*needs_chromium, pytest.mark.timeout(300)]

DRAFT = {"rule": "late_grace_minutes", "unit": "A1", "value": "15", "first": "02/11/2026", "last": "20/11/2026"}
ADDRESSES = (
    "/rules?unit=A1",
    f"/rules/try?{urlencode(DRAFT)}",
    "/rules/try?rule=hours&code=HANH-CHINH",
    f"/rules/adopt?{urlencode(DRAFT | {'from': '16/11/2026', 'document': 'QC 7'})}",
    "/schedules",
    "/calendar?unit=A1&year=2026",
    "/calendar/decide?kind=swapped_off&on=16/11/2026&for=21/11/2026&unit=A1&document=TB+12",
    "/rules/notice?unit=A1",
)
WIDE = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
SMALL = """() => [...document.querySelectorAll("main :is(a.button, button, input:not([type=hidden]), select)")]
  .filter(e => !e.closest('.tick') && e.getClientRects().length && e.getBoundingClientRect().height < 44)
  .map(e => e.outerHTML.slice(0, 120))"""


@pytest.fixture
def served(make_office: Callable[..., Office]) -> Iterator[tuple[Office, str]]:  # noqa: F811
    office = open_pages(make_office)
    office.app.mount(*static_files())
    listener = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(office.app, log_level="error", access_log=False, proxy_headers=False))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    try:
        yield office, f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(30)
        listener.close()


def sign_in(page: Any, origin: str, user: str, lang: str = "vi") -> None:
    page.goto(f"{origin}/sign-in?lang={lang}&next=/rules", wait_until="load")
    page.fill("[name=username]", user)
    page.fill("[name=password]", PASSWORD)
    page.click("main button[type=submit]")
    page.wait_for_url(re.compile(r"^(?!.*/sign-in).*$"))


def test_a_new_rule_is_tried_and_put_in_force_from_a_date(browser: Any, served: tuple[Office, str]) -> None:
    office, origin = served
    assert late(office, "E2") == ["2026-11-10", "2026-11-17"]
    with Visit(browser, 1280) as visit:
        page = visit.page
        sign_in(page, origin, "hr")
        page.goto(f"{origin}/rules", wait_until="load")
        page.select_option("[name=unit]", "A1")
        page.click("form[action='/rules'] button")
        picture(page, "rules")
        page.click("#late_grace_minutes a.button")
        page.fill("[name=value]", "15")
        page.fill("[name=first]", "2/11")
        page.fill("[name=last]", "20/11")
        page.click("form[action='/rules/try'] button[type=submit]")
        page.wait_for_selector("#changes table.trial")
        assert page.inner_text("#changes h2") == "2 kết luận sẽ đổi"
        listed = page.locator("#changes tbody tr").all_inner_texts()
        assert [" ".join(row.split())[:10] for row in listed] == ["10/11/2026", "17/11/2026"]
        assert late(office, "E2") == ["2026-11-10", "2026-11-17"]  # nothing is stored
        picture(page, "rule-tried")
        page.click("a.button[href^='/rules/adopt']")
        page.fill("[name=from]", "16/11/2026")
        page.fill("[name=document]", "Quy chế 12/QC-UBND, 10/11/2026")
        page.fill("[name=article]", "Điều 5")
        page.click("form[action='/rules/adopt'] button")
        page.wait_for_selector("#effect")
        assert "ngày công đã qua của 1 người phải xét lại" in page.inner_text("main")
        picture(page, "rule-looked-over")
        page.click("form[method=post][action^='/rules/adopt'] button")
        page.wait_for_url(re.compile("done=adopted"))
        assert "Đã cho áp dụng" in page.inner_text("main [role=status]")
        card = " ".join(page.inner_text("#late_grace_minutes").split())
        assert "15 phút" in card
        assert "Quy chế 12/QC-UBND, 10/11/2026, Điều 5" in card
        judge(office)
        page.goto(f"{origin}/days/E2/2026-11-17", wait_until="load")
        assert "Đi muộn" not in page.inner_text("h1")
        assert late(office, "E2") == ["2026-11-10"]
        for name, address in (("year", "/calendar?unit=A1&year=2026"), ("hours", "/schedules")):
            page.goto(origin + address, wait_until="load")
            picture(page, name)
        assert visit.complaints == []
        assert [url for url in visit.requests if not url.startswith(origin)] == []


@pytest.mark.long  # test_every_page.py examines those that links lead to
@pytest.mark.parametrize(("width", "theme", "lang"), [(1280, "light", "vi"), (360, "dark", "en")])
def test_the_pages_are_whole_and_accessible(
    browser: Any, served: tuple[Office, str], width: int, theme: str, lang: str
) -> None:
    _, origin = served
    with Visit(browser, width, theme) as visit:
        sign_in(visit.page, origin, "hr", lang)
        for address in ADDRESSES:
            assert visit.page.goto(origin + address, wait_until="load").ok, address
            if address.startswith("/rules/try?rule=late"):
                visit.page.wait_for_selector("#changes table.trial")
            for closed in visit.page.locator("main details").all():
                closed.evaluate("each => each.open = true")
            assert visit.page.evaluate(WIDE) <= 0, address
            assert visit.serious() == [], address
            if width == 360:
                assert visit.page.evaluate(SMALL) == [], address
        assert visit.complaints == []


def test_the_notice_is_one_sheet_of_a4(browser: Any, served: tuple[Office, str]) -> None:
    _, origin = served
    with Visit(browser, 1280) as visit:
        sign_in(visit.page, origin, "hr")
        for unit in ("H", "A1", "B"):
            visit.page.goto(f"{origin}/rules/notice?unit={unit}", wait_until="load")
            sheet = visit.page.pdf(format="A4", prefer_css_page_size=True, print_background=True)
            assert len(re.findall(rb"/Type /Page\b", sheet)) == 1, unit
            visit.page.emulate_media(media="print")
            assert not visit.page.is_visible("header.top")
            assert visit.page.is_visible(".wall-head")
            visit.page.emulate_media(media="null")
