"""Takes the pictures of README and guides from the running demo: `.venv/bin/python -m docs.take_screenshots`.

Needs a `chromium` on the PATH; writes docs/images/*.png and nothing else.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import Any

from docs import fewer_colours
from tests.e2e.browsing import CHROMIUM, chromium
from tests.walks.living import enter, running_demo

ROOT = Path(__file__).resolve().parents[1]
IMAGES = ROOT / "docs" / "images"
WIDE, NARROW = 1280, 360
TELLING_MINUTES = 15  # a stretch that can be seen in the drawing
# Height of each picture: enough to see what the page is about, not the whole page.
HEIGHTS = {
    "today": 800,
    "why": 1040,
    "compliance": 1240,
    "evidence": 1100,
    "today-phone": 760,
    "why-phone": 760,
    "import-phone": 900,
    "papers-phone": 900,
    "reports-phone": 1200,
}
HEIGHT = 860
# Name of the picture, who signs in, address. Pictures of a phone are taken of those in ON_A_PHONE.
PAGES = (
    ("papers", "head", "/papers"),
    ("rosters", "hr", "/rosters"),
    ("units", "hr", "/units"),
    ("users", "administrator", "/users"),
    ("trail", "auditor", "/trail"),
    ("account", "official", "/account"),
    ("looks", "official", "/looks"),
    ("reports", "hr", "/reports/papers/violations?show=1"),
    ("compliance", "leader", "/charts/compliance"),
    ("evidence", "auditor", "/evidence"),
)
ON_A_PHONE = {"papers", "looks", "reports"}
# As somebody would paste it from Excel: one unit is written wrongly, one date does not exist.
PASTED = """Mã CB\tHọ và tên\tPhòng ban\tTừ ngày\tMáy\tSố trên máy
CB-901\tNguyễn Thị Ví Dụ\tX1\t01/12/2026\tT-X1\t901
CB-902\tTrần Văn Mẫu\tX9\t01/12/2026\tT-X1\t902
CB-903\tLê Thị Mẫu\tX1-MC\t31/11/2026\tT-X1\t903
"""


def check_a_sheet(page: Any, origin: str) -> None:
    """The preview of a pasted list of people; nothing of it is stored."""
    page.goto(f"{origin}/import", wait_until="load")
    page.locator("input[name=kind][value=employees]").check()
    page.locator("textarea[name=text]").fill(PASTED)
    page.locator("form.import-choose button[type=submit]").click()
    page.locator("#work").wait_for()


def late_violation(page: Any, origin: str) -> str:
    """The address of a recorded late arrival of more than a few minutes, the newest there is on a finished day."""
    page.goto(f"{origin}/violations?type=late", wait_until="load")
    rows = page.locator("main a[href^='/violations/']").evaluate_all(
        "all => all.map(a => [a.getAttribute('href'), a.closest('tr')?.innerText ?? a.innerText])"
    )
    for link, text in rows:
        minutes = [int(found) for found in re.findall(r"(\d+) phút", text)]
        if not minutes or max(minutes) < TELLING_MINUTES:
            continue
        page.goto(f"{origin}{link}", wait_until="load")
        if (
            page.locator(".heading .badge.is-counted").count()
            and not page.locator(".heading .badge.is-pending").count()
        ):
            return str(link)
    raise RuntimeError(f"The demo shows no late arrival of {TELLING_MINUTES} minutes; look at its pages by hand.")


def take(page: Any, name: str, width: int) -> Path:
    """One picture of what a reader sees first."""
    page.evaluate("document.fonts.ready")
    page.evaluate("window.scrollTo(0, 0)")
    path = IMAGES / f"{name}.png"
    clip = {"x": 0, "y": 0, "width": width, "height": HEIGHTS.get(name, HEIGHT)}
    page.screenshot(path=path, clip=clip, full_page=True)
    fewer_colours.reduce(path)
    return path


def new_page(browser: Any, width: int) -> Any:
    """A page of somebody who has not signed in yet."""
    viewport = {"width": width, "height": HEIGHT}
    return browser.new_context(viewport=viewport, color_scheme="light", locale="vi-VN").new_page()


def take_all() -> list[Path]:
    """Every picture. Raises RuntimeError where there is no Chromium or no demo."""
    if CHROMIUM is None:
        raise RuntimeError("There is no chromium on this machine; install the package `chromium`.")
    IMAGES.mkdir(parents=True, exist_ok=True)
    taken: list[Path] = []
    with running_demo() as origin, chromium() as browser:
        violation = ""
        for width, suffix in ((WIDE, ""), (NARROW, "-phone")):
            page = new_page(browser, width)
            enter(page, origin, "hr")
            taken.append(take(page, f"today{suffix}", width))
            violation = violation or late_violation(page, origin)
            page.goto(f"{origin}{violation}", wait_until="load")
            taken.append(take(page, f"why{suffix}", width))
            check_a_sheet(page, origin)
            taken.append(take(page, f"import{suffix}", width))
            page.context.close()
            for name, role, address in PAGES:
                if suffix and name not in ON_A_PHONE:
                    continue
                page = new_page(browser, width)
                enter(page, origin, role)
                page.goto(f"{origin}{address}", wait_until="load")
                taken.append(take(page, f"{name}{suffix}", width))
                page.context.close()
    return taken


if __name__ == "__main__":
    for picture in take_all():
        sys.stdout.write(f"{picture.relative_to(ROOT)}  {picture.stat().st_size // 1024} KB\n")
