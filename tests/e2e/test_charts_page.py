"""The page of charts: its address says what is drawn, its tables and files say the same, a browser shows it whole."""

from __future__ import annotations

import csv
import html
import io
import re
from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

import pytest

from attendance.services.evaluate import evaluate_span
from attendance.store import counted_days
from attendance.store.database import Database, sqlite_url
from attendance.store.within import EVERYTHING
from bench.office import FROM_ON, TO_ON, ZONE, invent_punches
from bench.storing import NOW, prepare
from tests.e2e.browsing import Visit, chromium, needs_chromium
from tests.e2e.conftest import Office
from tests.e2e.site import PASSWORD, Person, Site, open_site
from tests.e2e.test_my_page import at_page, text_of
from tests.e2e.test_today_live import serving

DRAWN = "[...document.querySelectorAll('svg.chart')].filter(s => s.getBoundingClientRect().height > 50)"
JUNE = "from=1/6/2026&to=30/6/2026"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """Thirty people of one unit, a month judged."""
    folder = tmp_path_factory.mktemp("charts")
    prepare(folder / "attendance.db", 30, invent_punches(30))
    database = Database(sqlite_url(folder / "attendance.db"))
    evaluate_span(database, ZONE, NOW, FROM_ON, TO_ON)
    found = open_site(database, folder, users=())
    found.clock.at = datetime(2026, 7, 3, 2, tzinfo=UTC)
    found.accounts.create_user("lan", PASSWORD, "hr")
    found.accounts.create_user("hoa", PASSWORD, "head", "A")
    found.accounts.create_user("ba", PASSWORD, "official", employee="P3")
    yield found
    database.close()


def table_of(person: Person, name: str, more: str = "") -> list[list[str]]:
    person.see(f"/charts.csv?table={name}&{JUNE}{more}")
    assert person.last.status_code == 200
    assert person.last.content.startswith(b"\xef\xbb\xbf"), "spreadsheets read it as UTF-8"
    return list(csv.reader(io.StringIO(person.last.content.decode("utf-8-sig"))))


def shown_rates(page: str, section: str) -> list[list[str]]:
    part = page[page.index(f'id="{section}"') :].partition("</section>")[0]
    rows = re.findall(r'<tr role="row">\s*<td.*?</tr>', part, re.S)
    return [
        [html.unescape(re.sub(r"<[^>]+>", "", cell)).strip() for cell in re.findall(r"<td.*?</td>", row, re.S)]
        for row in rows
    ]


def test_the_file_the_table_and_the_bars_say_the_same(site: Site) -> None:
    person = site.signed_in("lan")
    page = person.see(f"/charts?{JUNE}")
    head, *lines = table_of(person, "weekdays")
    assert head == ["Ngày trong tuần", "Có đi muộn", "Đã chấp nhận lý do", "Đã biết", "Trên 100", "Chưa đủ dữ liệu"]
    shown = shown_rates(page, "weekdays-title")
    assert [[*row[:4], row[4].replace(",", "."), row[5]] for row in shown] == lines
    assert [row[0] for row in shown] == ["Thứ Hai", "Thứ Ba", "Thứ Tư", "Thứ Năm", "Thứ Sáu"]
    bars = re.findall(r'chart-value" [^>]*>([\d,]+)<', page[page.index('id="weekdays-title"') :].partition("</svg>")[0])
    assert [bar.replace(",", ".").removesuffix(".0") for bar in bars] == [line[4].removesuffix(".0") for line in lines]
    minutes = table_of(person, "minutes")[1:]
    assert len(minutes) == 61
    sessions = sum(int(line[1]) for line in minutes)
    assert sessions > 0
    assert f"{sessions} buổi vào muộn" in page


def test_the_address_says_what_is_drawn(site: Site) -> None:
    person = site.signed_in("lan")
    whole, week = person.see(f"/charts?{JUNE}"), person.see("/charts?from=1/6/2026&to=7/6/2026&unit=U0")
    assert 'value="01/06/2026"' in whole
    assert 'value="07/06/2026"' in week
    assert re.search(r'value="U0" selected', week)
    assert len(table_of(person, "times")) == 1 + 5, "weeks of June with work"
    backwards = person.see("/charts?from=30/6/2026&to=1/6/2026")
    assert text_of(backwards) == text_of(whole)
    assert "Choose another span" in person.see("/charts?from=1/1/2026&to=31/1/2026&lang=en")
    person.see(f"/charts?{JUNE}&unit=NOWHERE")
    assert person.last.status_code == 404
    person.see("/charts.csv?table=people")
    assert person.last.status_code == 404


def test_each_sees_figures_of_their_own_rows(site: Site) -> None:
    other = site.signed_in("hoa").see(f"/charts?{JUNE}")
    assert "chưa có ngày nào được kết luận" in text_of(other)
    own = text_of(site.signed_in("ba").see(f"/charts?{JUNE}"))
    assert "Của riêng anh/chị" in own
    assert "Theo đơn vị" not in own


def test_fewer_than_five_people_are_not_drawn(shared_pages: Office) -> None:
    page = at_page(shared_pages, "hr").get("/charts?from=2/11/2026&to=20/11/2026").text
    assert "có dưới 5 người" in text_of(page)
    assert '<svg class="chart' not in page


def test_where_no_bar_is_of_enough_people_the_page_says_so(site: Site) -> None:
    """In one week and one of four of its people, that week is left out, and with it the other: one would tell both."""
    part = site.signed_in("lan").see("/charts?from=1/6/2026&to=7/6/2026")
    assert "Mỗi cột ở đây" not in text_of(part)
    with site.database.reading() as session:
        found = counted_days.cells(session, EVERYTHING, None, date(2026, 6, 1), date(2026, 6, 14))
    few = [cell if cell.on < date(2026, 6, 8) else cell._replace(due=4, unknown=0, late=1, excused=0) for cell in found]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(counted_days, "cells", lambda *_: few)
        page = site.signed_in("lan").see("/charts?from=1/6/2026&to=14/6/2026")
    part = page[page.index('id="times-title"') :].partition("</section>")[0]
    assert "Mỗi cột ở đây có dưới 5 người, nên không vẽ." in part
    assert "<table" not in part
    assert "table=times" not in part
    assert "Mỗi cột ở đây" not in text_of(page.replace(part, "")), "the days of the week are drawn"


@needs_chromium[0]
@needs_chromium[1]
def test_a_browser_shows_it_whole_and_prints_it(site: Site) -> None:
    with serving(site.app) as address, chromium() as browser:
        for width, theme in ((1280, "light"), (360, "dark")):
            with Visit(browser, width, theme) as visit:
                page: Any = visit.page
                page.goto(f"{address}/sign-in?next=/charts", wait_until="load")
                page.fill("[name=username]", "lan")
                page.fill("[name=password]", PASSWORD)
                page.press("[name=password]", "Enter")
                page.wait_for_selector("nav.tabs")
                page.goto(f"{address}/charts?{JUNE}", wait_until="load")
                assert page.evaluate("document.documentElement.scrollWidth") <= width
                assert visit.serious() == []
                assert page.evaluate(f"{DRAWN}.length") == 3, "each chart once, at the width there is"
                outside = page.evaluate(
                    DRAWN + ".flatMap(s => [...s.querySelectorAll('text, rect')].filter(e => {"
                    " const a = e.getBoundingClientRect(), b = s.getBoundingClientRect();"
                    " return a.right > b.right + 1 || a.left < b.left - 1 || a.bottom > b.bottom + 1 })).length"
                )
                assert outside == 0, "nothing leaves its drawing"
                page.emulate_media(media="print")
                assert page.evaluate(f"{DRAWN}.length") == 3
                assert visit.complaints == []
