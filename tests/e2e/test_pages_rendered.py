"""The pages as a browser sees them: whole, quiet, reachable without a mouse, in both languages, themes and widths.

Rendered from invented sample data and served on loopback by a tiny application with the real content policy.
"""

from __future__ import annotations

import gzip
import re
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from api.pages.assets import CONTENT_SECURITY_POLICY, STATIC
from api.pages.render import render
from attendance.services.access import ALLOWED
from reports.view import ErrorPage, SignInPage, User
from tests.e2e.browsing import Visit, chromium, needs_chromium
from tests.e2e.sample_pages import today, unknown_day, user, users, violations, why
from tests.e2e.sample_trail import broken_trail, looks_at_me, trail_of_today
from tests.e2e.sample_units import unit, units

pytestmark = needs_chromium

PAGES: dict[str, tuple[str, Any, bool]] = {
    "/today": ("today.html", today, True),
    "/today/live": ("today_live.html", today, True),
    "/violations": ("violations.html", violations, True),
    "/violations/v-1": ("why.html", why, True),
    "/violations/v-4": ("why.html", unknown_day, True),
    "/trail": ("trail.html", trail_of_today, True),
    "/trail/broken": ("trail.html", broken_trail, True),
    "/looks": ("looks.html", looks_at_me, True),
    "/users": ("users.html", users, True),
    "/users/binh.thanhtra": ("user.html", user, True),
    "/units": ("units.html", units, True),
    "/units/X-TAN-MAI": ("unit.html", unit, True),
    "/sign-in": ("sign_in.html", lambda: SignInPage("/today", "ngoc", "wrong"), False),
    "/missing": ("error.html", lambda: ErrorPage(404, "a1b2c3"), True),
    "/expired": ("error.html", lambda: ErrorPage(401), False),
}


async def page(request: Request) -> HTMLResponse:
    template, view, signed_in = PAGES[request.url.path]
    state = request.query_params.get("state")
    html = render(
        template,
        view(state) if view is today else view(),
        lang=request.query_params.get("lang", "vi"),
        user=User("Hoàng Thị Lan", "hr", frozenset(ALLOWED)) if signed_in else None,
        csrf_token="token",
        demo=True,
        path=str(request.url).removeprefix(str(request.base_url).rstrip("/")),
    )
    return HTMLResponse(html, headers={"Content-Security-Policy": CONTENT_SECURITY_POLICY})


@pytest.fixture(scope="module")
def origin() -> Iterator[str]:
    silence = Route("/today/stream", lambda _: Response(status_code=204))  # after which a browser does not ask again
    pages = (Route(path, page) for path in PAGES)
    app = Starlette(routes=[*pages, silence, Mount("/static", StaticFiles(directory=STATIC))])
    server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=0, log_level="error", ws="none"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    deadline = time.monotonic() + 10
    while not server.started and time.monotonic() < deadline:
        time.sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    yield f"http://127.0.0.1:{port}"
    server.should_exit = True
    thread.join(10)


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with chromium() as found:
        yield found


WHOLE_PAGES = [path for path in PAGES if path != "/today/live"]


@pytest.mark.parametrize(
    ("width", "theme", "lang"),
    [
        (1280, "light", "vi"),
        (360, "dark", "en"),
        pytest.param(360, "light", "vi", marks=pytest.mark.long),
        pytest.param(1280, "dark", "en", marks=pytest.mark.long),
    ],
)
def test_every_page_is_whole_accessible_and_stays_at_home(
    browser: Any, origin: str, width: int, theme: str, lang: str
) -> None:
    with Visit(browser, width, theme) as visit:
        for path in WHOLE_PAGES:
            response = visit.page.goto(f"{origin}{path}?lang={lang}", wait_until="load")
            assert response.ok, path
            assert visit.page.get_attribute("html", "lang") == lang
            overflow = visit.page.evaluate(
                "document.documentElement.scrollWidth - document.documentElement.clientWidth"
            )
            assert overflow <= 0, f"{path} is {overflow} px too wide at {width}"
            assert visit.serious() == [], path
        assert visit.complaints == []
        assert [url for url in visit.requests if not url.startswith(origin)] == []


def test_live_fragment_replaces_the_figures_and_keeps_the_scroll(browser: Any, origin: str) -> None:
    with Visit(browser, 1280) as visit:
        visit.page.goto(f"{origin}/today", wait_until="load")
        assert visit.page.get_attribute("#live", "hx-trigger") == "every 15s, refresh"
        visit.page.evaluate("window.scrollTo(0, 400)")
        before = visit.page.evaluate("window.scrollY")
        visit.page.evaluate("document.querySelector('#live').dataset.old = 'yes'")
        visit.page.evaluate("htmx.ajax('GET', '/today/live', {target: '#live', swap: 'outerHTML'})")
        visit.page.wait_for_selector("#live:not([data-old])")
        assert visit.page.evaluate("window.scrollY") == before
        assert visit.complaints == []


def test_filter_narrows_the_list_and_stands_in_the_address(browser: Any, origin: str) -> None:
    with Visit(browser, 360) as visit:
        visit.page.goto(f"{origin}/today", wait_until="load")
        everyone = visit.page.locator(".person").count()
        visit.page.click("#chip-late")
        visit.page.wait_for_selector("#chip-late[aria-current]")
        assert 0 < visit.page.locator(".person").count() < everyone
        assert visit.page.url.endswith("/today?state=late")
        assert visit.page.get_attribute("#live", "hx-get") == "/today/live?state=late"


def test_lost_server_is_said_and_the_figures_stay(browser: Any, origin: str) -> None:
    with Visit(browser, 360) as visit:
        visit.page.goto(f"{origin}/today", wait_until="load")
        visit.page.route("**/today/live*", lambda route: route.abort())
        visit.page.evaluate("htmx.ajax('GET', '/today/live', {target: '#live', swap: 'outerHTML'}).catch(() => {})")
        visit.page.wait_for_selector("[data-lost]:not([hidden])")
        assert visit.page.locator(".person").count() > 5


def test_chosen_theme_survives_a_new_page(browser: Any, origin: str) -> None:
    with Visit(browser, 1280) as visit:
        visit.page.goto(f"{origin}/today", wait_until="load")
        visit.page.click("[data-theme-switch]")
        visit.page.click("[data-theme-switch]")
        visit.page.goto(f"{origin}/violations", wait_until="load")
        assert visit.page.get_attribute("html", "data-theme") == "dark"
        assert visit.page.get_attribute("[data-theme-switch]", "title") == "Giao diện: tối"


def test_keyboard_reaches_content_first_and_sees_its_focus(browser: Any, origin: str) -> None:
    with Visit(browser, 1280) as visit:
        visit.page.goto(f"{origin}/violations/v-1", wait_until="load")
        visit.page.keyboard.press("Tab")
        assert visit.page.evaluate("document.activeElement.className") == "skip"
        visit.page.keyboard.press("Enter")
        visit.page.keyboard.press("Tab")
        outline = visit.page.evaluate("getComputedStyle(document.activeElement).outlineWidth")
        assert outline == "3px"


def test_touch_targets_are_large_on_a_phone(browser: Any, origin: str) -> None:
    with Visit(browser, 360) as visit:
        visit.page.goto(f"{origin}/today", wait_until="load")
        small = visit.page.evaluate(
            "[...document.querySelectorAll('.person, .chip, .tool, .tabs a, .more summary, .brand, .card-figure')]"
            ".filter(e => e.checkVisibility() && e.getBoundingClientRect().height < 44)"
            ".map(e => e.outerHTML.slice(0, 90))"
        )
        assert small == []


def test_day_prints_on_one_sheet_in_black_on_white(browser: Any, origin: str) -> None:
    with Visit(browser, 360, "dark") as visit:
        visit.page.goto(f"{origin}/violations/v-1", wait_until="load")
        visit.page.emulate_media(media="print")
        assert visit.page.evaluate("getComputedStyle(document.body).color") == "rgb(0, 0, 0)"
        assert visit.page.locator(".timeline-wide").is_visible()
        printed = visit.page.pdf(prefer_css_page_size=True)
        assert len(re.findall(rb"/Type\s*/Page\b", printed)) == 1


def test_first_load_is_within_150_kilobytes(browser: Any, origin: str) -> None:
    with Visit(browser, 360) as visit:
        sizes: dict[str, int] = {}
        packed = (".woff2",)
        visit.page.on(
            "response",
            lambda r: sizes.update(
                {r.url: len(r.body()) if r.url.endswith(packed) else len(gzip.compress(r.body(), 6))}
            ),
        )
        visit.page.goto(f"{origin}/today", wait_until="networkidle")
        visit.page.wait_for_timeout(100)
        assert sum("woff2" in url for url in sizes) == 4
        assert sum(sizes.values()) <= 150 * 1024, sizes
