"""However many pages somebody may open, the tabs are one row, and each page is there once; on a phone too."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from api.pages.render import NAVIGATION
from attendance.clock import utc_now
from attendance.services.access import ALLOWED
from tests.e2e.browsing import Visit, chromium, needs_chromium
from tests.e2e.site import PASSWORD, copied, open_site
from tests.e2e.test_today_live import serving

pytestmark = needs_chromium

SEEN = (
    "[...document.querySelectorAll('.tabs a')].filter(a => a.checkVisibility({contentVisibilityAuto: true})"
    " && a.getBoundingClientRect().height > 0)"
)


@pytest.fixture(scope="module")
def address(migrated_sqlite: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("navigation")
    site = open_site(copied(migrated_sqlite, folder), folder, users=(("hoa", "hr", None),))
    site.clock.at = utc_now()
    with serving(site.app) as found:
        yield found


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with chromium() as found:
        yield found


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_every_page_is_one_press_or_two_away(browser: Any, address: str, lang: str) -> None:
    expected = sorted(path for path, _, needed in NAVIGATION if "hr" in ALLOWED[needed])
    with Visit(browser, 1280) as visit:
        page = visit.page
        page.goto(f"{address}/sign-in?lang={lang}", wait_until="load")
        page.fill("[name=username]", "hoa")
        page.fill("[name=password]", PASSWORD)
        page.click("main form button")
        page.wait_for_selector("nav.tabs")
        page.goto(f"{address}/looks", wait_until="load")
        for width in (1280, 1024, 800, 360, 320):
            page.set_viewport_size({"width": width, "height": 800})
            assert page.evaluate("document.documentElement.scrollWidth") <= width
            assert page.evaluate("document.querySelector('.tabs').getBoundingClientRect().height") < 60, width
            assert page.evaluate(f"new Set({SEEN}.map(a => a.getBoundingClientRect().top)).size") == 1, width
            # where one is now stands in the menu: its button says so
            assert int(page.evaluate("getComputedStyle(document.querySelector('.more summary')).fontWeight")) >= 600
            page.click(".more summary")
            assert sorted(page.evaluate(f"{SEEN}.map(a => a.getAttribute('href'))")) == expected, width
            page.keyboard.press("Escape")
            assert page.locator(".more[open]").count() == 0
            assert page.evaluate("document.activeElement.tagName") == "SUMMARY"
            page.click(".more summary")
            page.mouse.click(3, 780)  # beside everything
            assert page.locator(".more[open]").count() == 0
        page.click(".more summary")
        assert visit.serious() == []
