"""A terminal added from nothing: an administrator finds, tests, names, matches, reads it, and the list shows it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from api.pages.terminal_pages.adding import working
from device_sync.simulator import SimulatedTerminal
from tests.e2e.browsing import Visit, chromium, needs_chromium
from tests.e2e.site import PASSWORD
from tests.e2e.terminal_site import ON_TERMINAL, QUICK, TerminalSite, open_terminal_site, recent_records
from tests.e2e.test_today_live import serving
from tests.walks.pictures import picture

pytestmark = [*needs_chromium, pytest.mark.timeout(600)]
KEY = 482913


@pytest.fixture
def site(migrated_sqlite: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[TerminalSite]:
    monkeypatch.setattr(working, "PAUSE_SECONDS", 0.1)
    monkeypatch.setattr(working, "TRIAL", QUICK)
    with open_terminal_site(migrated_sqlite, tmp_path) as found:
        found.begin_anew()
        yield found


@pytest.mark.parametrize("width", [1280, pytest.param(360, marks=pytest.mark.long)])
def test_a_terminal_added_from_nothing(site: TerminalSite, width: int) -> None:
    with (
        SimulatedTerminal(
            users=ON_TERMINAL, records=recent_records(), comm_key=KEY, clock_offset_seconds=75
        ).running() as machine,
        serving(site.app) as address,
        chromium() as browser,
        Visit(browser, width) as visit,
    ):
        page = visit.page
        page.goto(f"{address}/sign-in?next=/terminals", wait_until="load")
        page.fill("[name=username]", "root")
        page.fill("[name=password]", PASSWORD)
        page.press("[name=password]", "Enter")
        page.wait_for_url("**/terminals")
        clicks = 0

        def press(what: str) -> None:
            nonlocal clicks
            clicks += 1
            page.locator(what).first.click()

        press("#add-terminal")
        page.wait_for_url("**/terminals/add")
        picture(page, "terminal-find")
        page.locator("form[action='/terminals/add/address'] [name=host]").fill("127.0.0.1")
        page.locator("form[action='/terminals/add/address'] [name=port]").fill(str(machine.port))
        press("#try")
        page.locator(".trial-next").wait_for()  # its key is wanted
        assert "Menu, Comm., Security" in page.locator(".trial-next").inner_text()
        picture(page, "terminal-wrong-key")
        assert visit.serious() == []
        page.locator("[name=comm_key]").fill(str(KEY))
        press("#try-again")
        page.locator("#next").wait_for()
        assert page.locator(".trial .step-mark.is-ok").count() == 7, "all but the clock, which is told and stops nobody"
        picture(page, "terminal-test")
        press("#next")
        picture(page, "terminal-name")
        page.fill("[name=name]", "Cổng chính")
        press("#next")
        page.locator("#people-title").wait_for()
        assert page.locator("[name=accept]:checked").count() == 3
        picture(page, "terminal-people")
        assert visit.serious() == []
        press("#next")
        page.locator("#store").wait_for()
        picture(page, "terminal-history")
        assert site.terminals() == []
        press("#store")
        page.locator("#next").wait_for()
        page.locator(".reading.is-good").wait_for()
        picture(page, "terminal-read")
        press("#next")
        page.locator("#finish").wait_for()
        picture(page, "terminal-safety")
        assert visit.serious() == []
        press("#finish")
        page.wait_for_url("**/terminals/MCC-01")
        assert clicks == 9
        picture(page, "terminal")
        machine.punch("7")
        page.locator("#pull-now").focus()
        page.keyboard.press("Enter")  # by keyboard alone
        page.get_by_text("1 lượt mới, 40 lượt đã có").first.wait_for()
        page.goto(f"{address}/terminals")
        assert "Cổng chính" in page.locator(".machine").inner_text()
        assert "3 người" in page.locator(".machine").inner_text()
        picture(page, "terminals")
        assert [text for text in visit.complaints if "422" not in text] == []
        assert all(url.startswith(address) for url in visit.requests)
        wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wide <= 0
