"""Minutes in a browser: signed on glass by mouse and finger at phone and desk, accessible, and compared by anybody."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from attendance.services.visiting import sealing
from attendance.store import minutes as stored
from attendance.store.database import Database
from tests import month_office
from tests.e2e.browsing import Visit, chromium, needs_chromium
from tests.e2e.site import PASSWORD
from tests.minutes_office import KEY, hold_visit, visit_in
from tests.serving import serving

pytestmark = [*needs_chromium, pytest.mark.long]
HERE = f"/inspections/{KEY}"


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with chromium() as found:
        yield found


@pytest.mark.parametrize(("width", "theme"), [(360, "dark"), (1280, "light")])
def test_minutes_are_signed_on_glass(
    browser: Any, sqlite_database: Database, tmp_path: Path, width: int, theme: str
) -> None:
    month_office.fill(sqlite_database)
    site = month_office.open_months(sqlite_database, tmp_path)
    hold_visit(sqlite_database)
    with serving(site.app) as port, Visit(browser, width, theme) as visit:
        page, url = visit.page, f"http://127.0.0.1:{port}"

        def look(path: str) -> None:
            page.goto(url + path)
            too_wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
            assert too_wide <= 0, path
            assert visit.serious() == [], path

        page.goto(f"{url}/sign-in")
        page.fill("[name=username]", "tra")
        page.fill("[name=password]", PASSWORD)
        page.click("main form button.is-primary")
        look(f"{HERE}/minutes")
        look(f"{HERE}/minutes/sign")
        page.fill("[name=password]", PASSWORD)
        page.click("form.signing button[type=submit]")
        assert page.locator("[data-unsigned-told]").is_visible()  # nothing is sent before both have signed
        for side in ("team", "unit"):
            _draw(page, side)
        page.click("form.signing button[type=submit]")
        page.wait_for_url("**/minutes?done=sealed")
        with sqlite_database.reading() as session:
            row = stored.of_visit(session, visit_in(session).id)
            assert row is not None
            signed = {one["side"]: one["strokes"] for one in sealing.content_of(row)["signatures"]}
            code = row.code
        assert set(signed) == {"team", "unit"}
        for strokes in signed.values():
            assert len(strokes) == 2
            xs = [x for stroke in strokes for x, _ in stroke]
            assert max(xs) - min(xs) > 300  # as wide on the paper as it was drawn across the glass
        for path in (f"{HERE}/minutes", f"{HERE}/annexes/new", "/inspections/followups", f"/verify/{code}"):
            look(path)
        assert visit.complaints == []


def _draw(page: Any, side: str) -> None:
    """Two lines across half of the glass."""
    glass = page.locator(f"[data-side={side}] canvas")
    glass.scroll_into_view_if_needed()
    box = glass.bounding_box()
    for line in (0.3, 0.6):
        page.mouse.move(box["x"] + box["width"] * 0.2, box["y"] + box["height"] * line)
        page.mouse.down()
        for step in range(1, 13):
            page.mouse.move(
                box["x"] + box["width"] * (0.2 + 0.04 * step), box["y"] + box["height"] * (line + 0.1 * (step % 2))
            )
        page.mouse.up()
