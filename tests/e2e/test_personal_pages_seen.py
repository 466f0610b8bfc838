"""The pages of personal data as a browser sees them: no page wider than the screen, nothing axe calls serious."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from typing import Any

import pytest
import uvicorn

from api.pages.routes import show_error, static_files
from api.serving import PAGES
from attendance.services.personal import requests, retention
from attendance.store.push_tables import PunchPhotoRow
from attendance.store.trail import Actor
from tests.builders import terminal_id
from tests.e2e.browsing import Visit, chromium, needs_chromium
from tests.e2e.conftest import NOW, PASSWORD, ZONE, Office

pytestmark = needs_chromium

SEEN = {"e2": ("/notice", "/me/data", "/me/export"), "hr": ("/requests", "/destruction", "/people/E2/export?why=7")}


@pytest.fixture
def origin(make_office: Callable[..., Office]) -> Iterator[str]:
    office = make_office(extra_routers=PAGES, page_error=show_error)
    office.app.mount(*static_files())
    hr = Actor("hr.lan", via="page", role="hr")
    with office.database.writing() as session:
        for person, kind, days in ((1, "access", 11), (2, "objection", 0), (3, "correction", 1)):
            at = NOW - timedelta(days=days)
            requests.hand_in(
                session, person, kind, way="letter", text="Xin bản sao dữ liệu từ tháng 1/2026", received_at=at,
                zone=ZONE, actor=hr, at=NOW,
            )  # fmt: skip
        session.add(
            PunchPhotoRow(
                terminal_id=terminal_id(office.database), taken=datetime(2026, 10, 1), pin="1", digest="d",
                jpeg=b"\xff", received_at=NOW, delete_on=date(2027, 1, 1),
            )
        )  # fmt: skip
    retention.propose(office.database, ZONE, at=NOW)
    server = uvicorn.Server(uvicorn.Config(office.app, host="127.0.0.1", port=0, log_level="error"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    deadline = time.monotonic() + 10
    while not server.started and time.monotonic() < deadline:
        time.sleep(0.01)
    yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    server.should_exit = True
    thread.join(10)


def sign_in(page: Any, origin: str, user: str) -> None:
    page.goto(f"{origin}/sign-in?next=/notice")
    page.fill("[name=username]", user)
    page.fill("[name=password]", PASSWORD)
    page.press("[name=password]", "Enter")
    page.wait_for_url("**/notice")


@pytest.mark.long  # tests/walks/test_every_page.py examines them in the demo
def test_they_fit_and_can_be_used_by_everybody(origin: str) -> None:
    with chromium() as browser:
        for width, theme in ((1280, "light"), (360, "dark")):
            for user, addresses in SEEN.items():
                with Visit(browser, width, theme) as visit:
                    sign_in(visit.page, origin, user)
                    for address in addresses:
                        visit.page.goto(origin + address)
                        wide = visit.page.evaluate("document.documentElement.scrollWidth - innerWidth")
                        assert wide <= 0, (address, width)
                        assert visit.serious() == [], (address, width)
                    assert visit.complaints == []
        with Visit(browser, 1280) as visit:
            sign_in(visit.page, origin, "e2")
            visit.page.emulate_media(media="print")
            hidden = visit.page.evaluate(
                "[...document.querySelectorAll('.top, .feet, form')].every(one => one.offsetParent === null)"
            )
            assert hidden, "a notice to be posted has neither navigation nor buttons"
