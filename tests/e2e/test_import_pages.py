"""The pages of imports in a real browser: choose or paste a sheet, mend its cells, store it, undo it."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import uvicorn

from api.pages.routes import show_error, static_files
from api.serving import PAGES
from tests.e2e.browsing import Visit, chromium, needs_chromium
from tests.e2e.conftest import PASSWORD, Office

pytestmark = needs_chromium

HEADERS = "Mã NV\tHọ và tên\tĐơn vị\tTừ ngày\n"
WRONG = """\
DANH SÁCH CÁN BỘ CÔNG CHỨC;;;
Mã NV;Họ và tên;Đơn vị;Từ ngày
CC-0101;Nguyễn Thị Hà;A;24/11/2026
CC-0102;Trần Văn Bình;Phòng Nội vụ;24/11/2026
CC-0103;Lê Văn Tám;A;31/02/2026
CC-0104;;A;25/11/2026
CC-0105;Phạm Thị Lan;B;25/11/2026
"""


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with chromium() as found:
        yield found


@pytest.fixture
def pages(make_office: Callable[..., Office]) -> Iterator[tuple[Office, str]]:
    """An office with its pages on a real port."""
    office = make_office(extra_routers=PAGES, page_error=show_error)
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


def signed_in(visit: Visit, address: str, user: str = "hr") -> Any:
    page = visit.page
    page.goto(f"{address}/sign-in?next=/import")
    page.fill("[name=username]", user)
    page.fill("[name=password]", PASSWORD)
    page.click("button[type=submit]")
    page.wait_for_url(f"{address}/import")
    return page


def people(office: Office) -> dict[str, str]:
    return {row["code"]: row["name"] for row in office.get("hr", "/employees", limit=500)["items"]}


def hand_in(page: Any, tmp_path: Path, content: str) -> None:
    path = tmp_path / "ds cán bộ.csv"
    path.write_text(content, encoding="utf-8")
    page.check("input[name=kind][value=employees]")
    page.set_input_files("input[type=file]", path)
    page.click("main button[type=submit]")
    page.wait_for_selector("#work")


@pytest.mark.parametrize("width", [1280, 360])
def test_three_wrong_cells_are_mended_in_place_stored_and_undone(
    browser: Any, pages: tuple[Office, str], tmp_path: Path, width: int
) -> None:
    office, address = pages
    before = people(office)
    with Visit(browser, width) as visit:
        page = signed_in(visit, address)
        assert visit.serious() == []
        hand_in(page, tmp_path, WRONG)
        open_cells = page.locator(".open input")
        names = [open_cells.nth(n).get_attribute("name") for n in range(open_cells.count())]
        assert names == ["mend.C4", "mend.D5", "mend.B6"]
        assert page.locator("button[value=file]").count() == 0
        assert people(office) == before
        assert visit.serious() == []
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
        page.fill("[name='mend.C4']", "B")
        page.fill("[name='mend.D5']", "30/02/2026")
        page.fill("[name='mend.B6']", "Đỗ Thị Chín")
        page.keyboard.press("Enter")  # the sheet is checked again, and nothing typed is lost
        page.wait_for_selector(".verdict:has-text('1 dòng cần sửa')")
        assert page.locator(".open.is-wrong").count() == 1
        assert page.input_value("[name='mend.C4']") == "B"
        page.fill("[name='mend.D5']", "28/02/2026")
        page.click("button.is-primary[value=check]")
        page.wait_for_selector("button[value=file]")
        page.click("button[value=file]")
        page.wait_for_url("**/import/batches/1?fresh=true")
        assert visit.serious() == []
        after = people(office)
        assert {after[f"CC-010{n}"] for n in range(1, 6)} >= {"Đỗ Thị Chín", "Lê Văn Tám"}
        page.click(".undo button")
        page.wait_for_url("**/import/batches/1")
        assert people(office) == before
        assert visit.complaints == []
        assert all(request.startswith((address, "data:")) for request in visit.requests)


def test_a_block_of_five_hundred_rows_is_pasted(browser: Any, pages: tuple[Office, str]) -> None:
    office, address = pages
    rows = "".join(f"NV{n:04}\tNguyễn Văn Số {n}\tA\t25/11/2026\n" for n in range(500))
    with Visit(browser, 1280) as visit:
        page = signed_in(visit, address)
        visit.context.grant_permissions(["clipboard-read", "clipboard-write"])
        page.evaluate("text => navigator.clipboard.writeText(text)", HEADERS + rows)
        page.check("input[name=kind][value=employees]")
        page.focus("textarea")
        page.keyboard.press("Control+V")
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        page.wait_for_selector("button[value=file]")
        page.click("button[value=file]")
        page.wait_for_url("**/import/batches/1?fresh=true")
        assert office.get("hr", "/imports")["items"][0]["counts"]["new"] == 500
        assert visit.complaints == []


def test_a_mapping_is_chosen_remembered_and_forgotten(browser: Any, pages: tuple[Office, str], tmp_path: Path) -> None:
    _, address = pages
    sheet = "Số hồ sơ;Người;Nơi\nX-1;Nguyễn Thị Hà;A\n"
    with Visit(browser, 1280) as visit:
        page = signed_in(visit, address)
        hand_in(page, tmp_path, sheet)
        page.select_option("select[name='map.A']", "code")
        page.select_option("select[name='map.B']", "name")
        page.select_option("select[name='map.C']", "unit")
        page.click("button[value=check]:not(.unseen)")
        page.wait_for_selector("button[value=file]")
        page.click("button[value=file]")
        page.wait_for_url("**/import/batches/1?fresh=true")
        page.goto(f"{address}/import")
        hand_in(page, tmp_path, sheet)
        assert page.locator("button[value=forget]").count() == 1
        page.click("main summary")
        page.click("button[value=forget]")
        page.wait_for_selector("button[value=forget]", state="detached")
        assert visit.complaints == []


def test_only_whoever_may_import_sees_the_page(pages: tuple[Office, str], browser: Any) -> None:
    _, address = pages
    with Visit(browser, 1280) as visit:
        page = visit.page
        page.goto(f"{address}/sign-in")
        page.fill("[name=username]", "inspector")
        page.fill("[name=password]", PASSWORD)
        page.click("button[type=submit]")
        page.wait_for_url(f"{address}/inspections")
        assert page.locator("a[href='/import']").count() == 0
        assert page.goto(f"{address}/import").status == 403
