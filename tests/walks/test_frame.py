"""The frame around every page: a form outlives a lost line, and everything daily is done without a mouse."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from attendance.clock import utc_now
from attendance.store import registering
from tests.e2e.browsing import Visit, needs_chromium
from tests.e2e.site import NOON, PASSWORD, copied, open_site
from tests.e2e.test_today_live import serving

pytestmark = needs_chromium

NOTE = "Con ốm phải đưa đi viện, có giấy của bệnh viện huyện"


@pytest.fixture(scope="module")
def address(migrated_sqlite: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("frame")
    site = open_site(copied(migrated_sqlite, folder), folder, users=(("hoa", "hr", None),))
    site.clock.at = utc_now()
    with site.database.writing() as session:
        registering.add_employee(session, "E1", name="Nguyễn Thị Thu Hà", at=NOON)
        registering.assign(session, "E1", "A", from_on=NOON.date(), at=NOON)
    site.accounts.create_user("ha", PASSWORD, "official", employee="E1")
    with serving(site.app) as found:
        yield found


def entered(visit: Visit, address: str, name: str, path: str) -> Any:
    page = visit.page
    page.goto(f"{address}/sign-in?next={path}", wait_until="load")
    page.fill("[name=username]", name)
    page.fill("[name=password]", PASSWORD)
    page.press("[name=password]", "Enter")
    page.wait_for_url(f"**{path}")
    return page


def test_a_form_outlives_a_lost_line_a_reload_and_a_session_that_ran_out(browser: Any, address: str) -> None:
    with Visit(browser, 360) as visit:
        page = entered(visit, address, "ha", "/papers")
        form = page.locator("form[data-keep=leave]")
        form.locator("[name=from]").fill("t")
        form.locator("[name=note]").fill(NOTE)
        page.route("**/papers/leave", lambda route: route.abort())
        form.locator("button[type=submit]").click()
        page.locator("[data-kept].is-problem").wait_for()
        assert page.url.endswith("/papers")
        assert form.locator("[name=note]").input_value() == NOTE
        page.reload(wait_until="load")
        assert form.locator("[name=note]").input_value() == NOTE
        assert page.locator("[data-kept]").count() == 1
        page.unroute("**/papers/leave")
        cookies = page.context.cookies()
        page.context.clear_cookies()
        form.locator("button[type=submit]").click()
        page.wait_for_url("**/sign-in*")
        page.context.add_cookies(cookies)
        page.goto(f"{address}/papers", wait_until="load")
        assert form.locator("[name=note]").input_value() == NOTE
        form.locator("button[type=submit]").click()
        page.locator(".paper", has_text=NOTE).first.wait_for()
        page.reload(wait_until="load")  # what was sent is not filled in again
        assert form.locator("[name=note]").input_value() == ""
        assert page.locator(".paper", has_text=NOTE).count() == 1


def test_what_was_answered_is_not_sent_again_while_the_next_page_is_on_its_way(browser: Any, address: str) -> None:
    with Visit(browser, 1280) as visit:
        page = entered(visit, address, "ha", "/papers")
        form = page.locator("form[data-keep=leave]")
        form.locator("[name=from]").fill("+1")
        form.locator("[name=note]").fill(NOTE[::-1])
        page.route("**/papers?**", lambda route: route.fulfill(status=204))  # where the answer leads does not come yet
        with page.expect_response("**/papers?**"):
            form.locator("button[type=submit]").click()
        page.wait_for_timeout(100)
        assert form.locator("button[type=submit]").is_disabled()


def test_a_refused_form_says_why_and_keeps_what_was_written(browser: Any, address: str) -> None:
    with Visit(browser, 1280) as visit:
        page = entered(visit, address, "ha", "/papers")
        form = page.locator("form[data-keep=leave]")
        form.locator("[name=from]").fill("31/12/2026")
        form.locator("[name=to]").fill("30/12/2026")
        form.locator("[name=note]").fill(NOTE)
        form.locator("button[type=submit]").click()
        alert = page.locator("main [role=alert]")
        alert.wait_for()
        assert alert.evaluate("node => node === document.activeElement")
        assert form.locator("[name=note]").input_value() == NOTE
        assert visit.serious() == []


def test_another_account_in_the_same_tab_is_not_shown_what_was_kept(browser: Any, address: str) -> None:
    with Visit(browser, 1280) as visit:
        page = entered(visit, address, "ha", "/papers")
        page.locator("form[data-keep=leave] [name=note]").fill(NOTE)
        page.locator("form[action='/sign-out'] button").click()
        page.wait_for_url("**/sign-in*")
        assert page.evaluate("Object.keys(sessionStorage).length") == 0


def test_keys_lead_everywhere_and_can_be_switched_off(browser: Any, address: str) -> None:
    with Visit(browser, 1280) as visit:
        page = entered(visit, address, "hoa", "/today")
        page.keyboard.press("g")
        page.keyboard.press("v")
        page.wait_for_url("**/violations")
        page.keyboard.press("?")
        dialog = page.locator("dialog[data-keys]")
        assert dialog.is_visible()
        assert visit.serious() == []
        dialog.locator("[data-keys-off]").check()
        page.keyboard.press("Escape")
        page.keyboard.press("g")
        page.keyboard.press("h")
        page.wait_for_timeout(200)
        assert page.url.endswith("/violations")
        page.keyboard.press("?")
        dialog.locator("[data-keys-off]").uncheck()
        dialog.locator("[data-keys-close]").click()
        page.locator("[name=from]").focus()  # a letter in a field is a letter
        page.keyboard.type("gh")
        assert "gh" in page.locator("[name=from]").input_value()
        page.locator("h1").click()
        page.keyboard.press("g")
        page.keyboard.press("h")
        page.wait_for_url("**/today")
        page.keyboard.press("/")
        page.wait_for_url("**/search")
        assert page.evaluate("document.activeElement.matches('[data-search]')")
