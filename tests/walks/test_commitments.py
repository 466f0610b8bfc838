"""A commitment walked through by three people: HR writes a template and asks a unit, an official signs on a phone on
their own page, the head confirms, and the list says n of N."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from attendance.clock import utc_now
from tests.committing import open_committing
from tests.e2e.browsing import Visit, needs_chromium
from tests.e2e.site import PASSWORD, copied
from tests.e2e.test_today_live import serving

pytestmark = needs_chromium

WIDE = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


def enter(visit: Visit, address: str, name: str, path: str) -> Any:
    page = visit.page
    page.goto(f"{address}/sign-in?next={path}", wait_until="load")
    page.fill("[name=username]", name)
    page.fill("[name=password]", PASSWORD)
    page.press("[name=password]", "Enter")
    page.wait_for_url(f"**{path}")
    return page


def test_from_a_template_to_one_of_three(browser: Any, migrated_sqlite: Path, tmp_path: Path) -> None:
    site = open_committing(copied(migrated_sqlite, tmp_path), tmp_path)
    site.clock.at = utc_now()
    with (
        serving(site.app) as address,
        Visit(browser, 1280) as hr,
        Visit(browser, 360) as official,
        Visit(browser, 1280) as head,
    ):
        page = enter(hr, address, "lan", "/commitments/templates")
        page.click("text=Soạn mẫu cho cá nhân")
        page.fill("[name=value_late_early_per_month]", "1")
        page.click("button[value=preview]")
        assert "không quá 1 lượt" in page.locator(".paper-clauses").inner_text()
        page.click("button[value=save]")
        page.wait_for_url("**done=written")
        page.goto(f"{address}/commitments")
        page.click("#ask > summary")
        page.select_option("#ask [name=unit]", "A")
        page.click("#ask button[type=submit]")
        page.wait_for_url("**done=asked")
        assert page.locator(".signed-figure").inner_text().startswith("0/3")

        phone = enter(official, address, "anh", "/me")
        phone.click(".own-commitment summary")
        assert phone.evaluate(WIDE) <= 0
        assert phone.locator(".own-commitment .sign-form .button").bounding_box()["height"] >= 44
        assert official.serious() == []
        phone.fill(".own-commitment [name=password]", PASSWORD)
        phone.keyboard.press("Enter")
        phone.wait_for_url("**done=signed")

        confirming = enter(head, address, "hoa", "/commitments?state=signed")
        confirming.click(".signers .row-link")
        confirming.click("text=Xác nhận bản cam kết")
        confirming.wait_for_url("**done=confirmed")
        confirming.emulate_media(media="print")
        assert confirming.locator(".paper-sheet").is_visible()
        assert not confirming.locator(".commitment-side").is_visible()

        page.goto(f"{address}/commitments")
        assert page.locator(".signed-figure").inner_text().startswith("1/3")
        assert "Đã xác nhận" in page.locator(".signers tr", has_text="Nguyễn Thị Ánh").inner_text()
        assert [*hr.complaints, *official.complaints, *head.complaints] == []
    site.database.close()
