"""Explanations walked from sign-in to result: a late arrival excused, a forgotten check-out confirmed, a lost line."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from api.cli.demo.explaining import picture as photograph
from attendance.services import headship
from attendance.services.evaluate import evaluate_dirty
from attendance.store import registering
from attendance.store.trail import CONSOLE
from tests.builders import HOURS, WEEK, ZONE, file_body, record
from tests.e2e.browsing import Visit, needs_chromium
from tests.e2e.site import PASSWORD, Site, copied, open_site
from tests.e2e.test_today_live import serving
from tests.walks.pictures import picture

pytestmark = needs_chromium

BEGUN = datetime(2026, 1, 1, tzinfo=UTC)
MONDAY = datetime(2026, 11, 23).date()
LONG = "Máy không nhận vân tay, tôi rửa tay rồi chấm lại; chị Hoa ở bộ phận một cửa biết việc này."


@dataclass
class Office:
    """A commune (A) with its one-stop desk (V): Hà serves there, Hoa leads it, Vinh leads the commune."""

    site: Site
    address: str

    def enter(self, visit: Visit, name: str, path: str) -> Any:
        page = visit.page
        page.goto(f"{self.address}/sign-in?next={path}", wait_until="load")
        page.fill("[name=username]", name)
        page.fill("[name=password]", PASSWORD)
        page.press("[name=password]", "Enter")
        page.wait_for_url(lambda url: "/sign-in" not in url)
        return page

    def judge(self) -> None:
        evaluate_dirty(self.site.database, ZONE, self.site.clock.at)


@pytest.fixture
def office(migrated_sqlite: Path, tmp_path: Path) -> Iterator[Office]:
    site = open_site(copied(migrated_sqlite, tmp_path), tmp_path, users=(("vinh", "leader", "A"),))
    with site.database.writing() as session:
        registering.add_schedule(session, "HC", at=BEGUN)
        registering.add_schedule_version(session, "HC", sessions=HOURS, weekdays=WEEK, document="QĐ 1", at=BEGUN)
        registering.add_unit(session, "V", name="Bộ phận Một cửa", parent="A", schedule="HC", at=BEGUN)
        registering.add_terminal(session, "MCC-01", unit="V", at=BEGUN)
        for number, (code, name) in enumerate((("CC-01", "Nguyễn Thị Thu Hà"), ("CC-02", "Lê Thị Hoa"))):
            registering.add_employee(session, code, name=name, at=BEGUN)
            registering.assign(session, code, "V", from_on=BEGUN.date(), terminals=["MCC-01"], at=BEGUN)
            registering.enrol(session, "MCC-01", str(1001 + number), code, at=BEGUN)
        headship.name_head(session, "V", "CC-02", from_on=BEGUN.date(), document="QĐ 2", actor=CONSOLE, at=BEGUN)
    site.accounts.create_user("ha", PASSWORD, "official", employee="CC-01")
    site.accounts.create_user("hoa", PASSWORD, "head", "V", employee="CC-02")
    body = b"".join(
        record(pin, datetime.combine(MONDAY, datetime.min.time()).replace(hour=int(at[:2]), minute=int(at[3:])))
        for pin, at in (
            ("1002", "07:20"), ("1001", "07:46"), ("1001", "12:01"), ("1002", "12:02"), ("1002", "13:20"),
            ("1001", "13:21"), ("1002", "17:04"),
        )
    )  # fmt: skip
    file_body(site.database, b"", terminal="MCC-01", read_at=datetime(2026, 11, 22, 6), offset=None)
    file_body(site.database, body, terminal="MCC-01", read_at=datetime(2026, 11, 24, 8), offset=None)
    evaluate_dirty(site.database, ZONE, site.clock.at)
    with serving(site.app) as address:
        yield Office(site, address)


def explain(page: Any, label: str, ground: str, text: str) -> None:
    """From the inbox to the form of what is called so, and fill it in."""
    page.get_by_role("link", name=label).click()
    page.locator("[name=ground]").select_option(ground)
    page.locator("[name=text]").fill(text)


def of_the_day(page: Any, address: str) -> str:
    page.goto(f"{address}/days/CC-01/{MONDAY}", wait_until="load")
    return str(page.locator("main").inner_text())


def test_a_late_arrival_explained_and_excused_its_minutes_still_visible(browser: Any, office: Office) -> None:
    with Visit(browser, 360) as visit:
        page = office.enter(visit, "ha", "/explanations")
        picture(page, "explain-inbox")
        page.get_by_role("link", name="Giải trình Đi muộn").click()
        picture(page, "explain-form")
        page.locator("[name=ground]").select_option("finger_not_read")
        page.locator("[name=text]").fill(LONG)
        page.get_by_role("button", name="Nộp giải trình").click()
        page.get_by_text("Đã nộp giải trình").wait_for()
        assert "chờ lãnh đạo trực tiếp xác nhận (Lê Thị Hoa)" in page.locator(".steps").inner_text()
        assert page.get_by_role("button", name="Chấp nhận toàn bộ").count() == 0
        assert visit.complaints == []
    with Visit(browser, 1280) as visit:
        page = office.enter(visit, "hoa", "/explanations")
        page.get_by_role("link", name="Đi muộn, buổi sáng").click()
        assert LONG in page.locator("main").inner_text()
        assert "1 trong 1 người cùng đơn vị" in page.locator("main").inner_text()
        picture(page, "explain-confirm")
        page.get_by_role("button", name="Xác nhận đúng").click()
        page.get_by_text("Đã xác nhận").wait_for()
    with Visit(browser, 1280) as visit, Visit(browser, 360) as other:
        page = office.enter(visit, "vinh", "/explanations?tab=decide")
        page.get_by_role("link", name="Đi muộn, buổi sáng").click()
        second = office.enter(other, "hoa", page.url.removeprefix(office.address))
        page.locator("#decide ~ form [name=note]").fill("Chấp nhận, có người biết việc")
        picture(page, "explain-decide")
        page.locator("#decide ~ form [name=note]").fill("Chấp nhận, có người biết việc")
        page.get_by_role("button", name="Chấp nhận toàn bộ").click()
        page.get_by_text("vinh chấp nhận").wait_for()
        second.locator("#decide ~ form [name=note]").fill("Không đồng ý")
        second.get_by_role("button", name="Không chấp nhận").click()
        second.get_by_text("đã có người xử lý trước").wait_for()
        assert "vinh chấp nhận" in second.locator(".steps").inner_text(), "who was slower is told who decided"
        assert visit.complaints == []
    office.judge()
    with Visit(browser, 360) as visit:
        page = office.enter(visit, "ha", "/explanations?tab=closed")
        page.get_by_role("link", name="Đi muộn, buổi sáng").click()
        assert "Số phút đã ghi nhận vẫn là 16 phút" in page.locator("main").inner_text()
        picture(page, "explain-closed")
        told = of_the_day(page, office.address)
        assert "muộn 16 phút" in told
        page.goto(f"{office.address}/violations", wait_until="load")
        row = page.locator("tr", has_text="Đi muộn")
        assert "16 phút" in row.inner_text()
        assert row.locator(".badge.is-excused").count() == 1


def test_a_forgotten_check_out_confirmed_with_a_photograph(browser: Any, office: Office) -> None:
    with Visit(browser, 360) as visit:
        page = office.enter(visit, "ha", "/explanations")
        explain(page, "Giải trình Chưa ghi nhận giờ ra", "forgot_punch", "Tôi tiếp công dân đến 17 giờ 10, quên chấm.")
        page.locator("[name=file]").set_input_files(
            {"name": "../so tiep dan.png", "mimeType": "image/png", "buffer": photograph()}
        )
        page.get_by_role("button", name="Nộp giải trình").click()
        page.get_by_text("Đã nộp giải trình").wait_for()
        with page.expect_download() as brought:
            page.get_by_role("link", name="so tiep dan.png").click()
        assert Path(brought.value.path()).read_bytes() == photograph()
        assert visit.complaints == []
    with Visit(browser, 360) as visit:
        page = office.enter(visit, "hoa", "/explanations")
        page.get_by_role("link", name="Chưa ghi nhận giờ ra").click()
        page.get_by_role("button", name="Xác nhận đúng").click()
        page.get_by_text("Đã xác nhận").wait_for()
    with Visit(browser, 1280) as visit:
        page = office.enter(visit, "vinh", "/explanations?tab=decide")
        page.get_by_role("link", name="Chưa ghi nhận giờ ra").click()
        page.locator("#decide ~ form [name=note]").fill("Đồng ý")
        page.get_by_role("button", name="Chấp nhận toàn bộ").click()
        page.get_by_text("vinh chấp nhận").wait_for()
    office.judge()
    with Visit(browser, 360) as visit:
        page = office.enter(visit, "ha", "/violations")
        row = page.locator("tr", has_text="Chưa ghi nhận giờ ra")
        assert row.locator(".badge.is-excused").count() == 1
        of_the_day(page, office.address)
        assert page.locator(".ledger-part.is-unverified dd").inner_text() == "0"


def test_a_lost_line_loses_no_text_and_a_wrong_file_is_named(browser: Any, office: Office) -> None:
    with Visit(browser, 360) as visit:
        page = office.enter(visit, "ha", "/explanations")
        explain(page, "Giải trình Đi muộn", "finger_not_read", LONG)
        page.route("**/explain", lambda route: route.abort())
        page.get_by_role("button", name="Nộp giải trình").click()
        page.locator("[data-kept].is-problem").wait_for()
        page.unroute("**/explain")
        page.reload(wait_until="load")
        assert page.locator("[name=text]").input_value() == LONG
        assert page.locator("[name=ground]").input_value() == "finger_not_read"
        page.locator("[name=file]").set_input_files(
            {"name": "anh.png", "mimeType": "image/png", "buffer": b"<svg onload=alert(1)></svg>"}
        )
        page.get_by_role("button", name="Nộp giải trình").click()
        page.get_by_text("Tệp anh.png không phải ảnh JPEG, PNG hay tệp PDF.").wait_for()
        assert page.locator("[name=text]").input_value() == LONG
        page.get_by_role("button", name="Nộp giải trình").click()
        page.get_by_text("Đã nộp giải trình").wait_for()
        assert LONG in page.locator(".said-text").inner_text()
