"""A month walked through by three people: settled, locked, signed, reopened with a reason, locked again; and its sheet
by keyboard."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from attendance.clock import utc_now
from tests.e2e.browsing import Visit, needs_chromium
from tests.e2e.site import PASSWORD, Site, copied
from tests.e2e.test_today_live import serving
from tests.month_office import fill, open_months, settle
from tests.walks.pictures import picture

pytestmark = needs_chromium

MONTH = "/months/A/2026-03"
REASON = "Có giấy ra viện nộp sau ngày chốt"
WIDE = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


@pytest.fixture(scope="module")
def template(migrated_sqlite: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("months")
    database = copied(migrated_sqlite, folder)
    fill(database)
    database.close()
    return folder / "attendance.db"


@contextmanager
def opened(template: Path, folder: Path) -> Iterator[tuple[Site, str]]:
    found = open_months(copied(template, folder), folder)
    found.clock.at = utc_now()
    with serving(found.app) as address:
        yield found, address
    found.database.close()


@pytest.fixture(scope="module")
def address(template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A site that tests only look at."""
    with opened(template, tmp_path_factory.mktemp("looked-at")) as (_, found):
        yield found


def enter(visit: Visit, address: str, name: str, path: str) -> Any:
    page = visit.page
    page.goto(f"{address}/sign-in?next={path}", wait_until="load")
    page.fill("[name=username]", name)
    page.fill("[name=password]", PASSWORD)
    page.press("[name=password]", "Enter")
    page.wait_for_url(f"**{path}")
    return page


def sign(page: Any, address: str) -> None:
    page.goto(f"{address}{MONTH}/close", wait_until="load")
    page.fill(".sign-form [name=password]", PASSWORD)
    page.click(".sign-form button[type=submit]")
    page.wait_for_url("**done=signed")


def test_a_month_is_locked_reopened_and_locked_again(browser: Any, template: Path, tmp_path: Path) -> None:
    with (
        opened(template, tmp_path) as (site, address),
        Visit(browser, 1280) as head,
        Visit(browser, 1280) as hr,
        Visit(browser, 360) as leader,
    ):
        page = enter(head, address, "hoa", "/months?month=2026-03")
        picture(page, "months-list")
        page.click("text=Chốt công >> nth=0")
        page.wait_for_url(f"**{MONTH}/close")
        picture(page, "month-obstacles")
        assert page.locator("#obstacle-missing a").first.get_attribute("href") == "/days/E3/2026-03-12"
        assert page.locator("form[action$='/lock']").count() == 0
        settle(site.database, site.clock())
        page.reload()
        page.click("form[action$='/lock'] button")
        page.wait_for_url("**done=locked")
        picture(page, "month-locked")
        digest = page.locator(".versions .digest code").inner_text()
        sign(enter(hr, address, "lan", f"{MONTH}/close"), address)
        sign(page, address)
        third = enter(leader, address, "vinh", f"{MONTH}/close")
        assert third.evaluate(WIDE) <= 0
        third.fill(".sign-form [name=password]", "sai mật khẩu")
        third.click(".sign-form button[type=submit]")
        assert "Mật khẩu không đúng" in third.locator("[role=alert]").inner_text()
        sign(third, address)
        assert third.locator(".signing").first.locator(".is-done").count() == 3
        picture(third, "month-signed")
        site.clock.pass_by(minutes=1)
        page.goto(f"{address}{MONTH}/close")
        page.fill("[name=reason]", REASON)
        page.click("form[action$='/reopen'] button")
        page.wait_for_url("**done=reopened")
        picture(page, "month-reopened")
        site.clock.pass_by(minutes=1)
        page.click("form[action$='/lock'] button")
        page.wait_for_url("**done=locked")
        versions = page.locator(".versions > li")
        assert versions.count() == 2
        assert versions.nth(1).locator(".is-done").count() == 3
        assert REASON in versions.nth(1).inner_text()
        assert versions.nth(0).locator(".is-done").count() == 0
        page.click(".versions li:nth-child(2) h3 a")
        page.wait_for_url("**/versions/1")
        assert digest in page.locator(".month-signed").inner_text()
        assert page.locator(".ms tbody tr").count() == 3
        picture(page, "month-kept-version")
        refused = "Failed to load resource: the server responded with a status of 409"
        assert [text for text in leader.complaints if not text.startswith(refused)] == []
        assert head.complaints == hr.complaints == []


def test_the_sheet_is_walked_with_the_keys_alone(browser: Any, address: str) -> None:
    with Visit(browser, 1280, "dark") as visit:
        page = enter(visit, address, "lan", MONTH)
        picture(page, "month-sheet")
        page.focus(".sheet")
        for key in ("Enter", "ArrowRight", "ArrowDown", "ArrowDown", "End", "Home", "ArrowRight"):
            page.keyboard.press(key)
        assert page.evaluate("document.activeElement.cellIndex") == 2
        assert page.evaluate("document.activeElement.parentElement.rowIndex") == 3
        page.keyboard.press("Enter")
        page.wait_for_url("**/days/E1/2026-03-02")
        page.goto(f"{address}{MONTH}")
        page.click("td.m a")
        page.wait_for_url("**/days/E3/2026-03-12")
        page.goto(f"{address}{MONTH}")
        page.click(".ms tbody th a >> nth=1")
        page.wait_for_url("**/people/E2")
        assert visit.complaints == []


@pytest.mark.parametrize(("width", "theme"), [(1280, "light"), (360, "dark")])
def test_the_pages_of_a_month_are_accessible_and_fit(browser: Any, address: str, width: int, theme: str) -> None:
    with Visit(browser, width, theme) as visit:
        page = enter(visit, address, "hoa", MONTH)
        for path in ("/months?month=2026-03", MONTH, f"{MONTH}/close", f"{MONTH}/people/E2"):
            page.goto(f"{address}{path}", wait_until="load")
            assert visit.serious() == [], path
            assert page.evaluate(WIDE) <= 0, path


def test_the_sheet_needs_no_scripts_and_prints_whole(browser: Any, address: str) -> None:
    with Visit(browser, 1280) as visit:
        enter(visit, address, "lan", MONTH)
        state = visit.context.storage_state()
    context = browser.new_context(java_script_enabled=False, storage_state=state)
    page = context.new_page()
    page.goto(f"{address}{MONTH}")
    assert page.locator("td.m a").get_attribute("href") == "/days/E3/2026-03-12"
    page.click(".ms tbody th a >> nth=0")
    assert page.locator("a[href='/days/E3/2026-03-02']").count() == 1
    page.goto(f"{address}{MONTH}")
    assert page.pdf(format="A4", landscape=True)[:4] == b"%PDF"
    page.emulate_media(media="print")
    assert page.locator(".ms thead").evaluate("each => getComputedStyle(each).display") == "table-header-group"
    context.close()
