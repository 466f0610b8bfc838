"""Pictures of a walk for the guides, taken only when they are asked for: `ATTENDANCE_PICTURES=1 pytest tests/walks`.

A picture is taken at the width the walk goes at, named after it and the language: `late-explained-phone-en.png`.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from docs import fewer_colours

ROOT = Path(__file__).parents[2]
IMAGES = ROOT / "docs" / "images" / "walks"
WIDTHS = (1280, 360)
LANGUAGES = ("vi", "en")
HEIGHT = 900


def picture(page: Any, name: str) -> None:
    """Keep what a reader of this page sees first, in both languages, at the width of a screen and of a phone.

    The page must be one that can be asked for again: each picture is of its address. It ends as it was.
    """
    if not os.environ.get("ATTENDANCE_PICTURES"):
        return
    IMAGES.mkdir(parents=True, exist_ok=True)
    was, address = page.viewport_size, page.url
    for language in LANGUAGES:
        page.goto(_in_language(address, language), wait_until="load")
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": HEIGHT})
            page.evaluate("document.fonts.ready")
            page.evaluate("window.scrollTo(0, 0)")
            path = IMAGES / f"{name}{'-phone' if width == WIDTHS[1] else ''}-{language}.png"
            page.screenshot(path=path, clip={"x": 0, "y": 0, "width": width, "height": HEIGHT}, full_page=True)
            fewer_colours.reduce(path)
    page.set_viewport_size(was)
    page.goto(_in_language(address, "vi"), wait_until="load")


def picture_beside(page: Any, name: str) -> None:
    """The same in a window of its own: what this page has drawn, and the way back from it, stay as they are."""
    if os.environ.get("ATTENDANCE_PICTURES"):
        beside = page.context.new_page()
        beside.goto(page.url, wait_until="load")
        picture(beside, name)
        beside.close()


def _in_language(address: str, language: str) -> str:
    address, _, place = address.partition("#")
    return f"{address}{'&' if '?' in address else '?'}lang={language}{'#' + place if place else ''}"
