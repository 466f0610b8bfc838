"""The daily screens by keyboard alone: what can be pressed is reached by Tab, in order, with a focus one can see."""

from __future__ import annotations

from typing import Any

import pytest

from tests.e2e.browsing import Visit, needs_chromium
from tests.walks.living import enter

pytestmark = [*needs_chromium, pytest.mark.timeout(600)]

MOST = 150  # presses on one page; a month sheet has thousands of cells, all made alike
NUMBERED = """() => {
  const found = [...document.querySelectorAll('a[href], button, input, select, textarea, summary, [tabindex="0"]')]
    .filter(e => !e.disabled && e.type !== 'hidden' && e.tabIndex >= 0 && e.checkVisibility({visibilityProperty: true}))
    .filter(e => e.type !== 'radio' || e.checked || !document.querySelector(`[name="${e.name}"]:checked`));
  found.forEach((e, n) => { e.dataset.place = n; });
  return found.map(e => e.outerHTML.slice(0, 120));
}"""
HERE = """() => {
  const e = document.activeElement;
  if (!e || e === document.body) return null;
  const style = getComputedStyle(e);
  const label = e.closest('label') ? getComputedStyle(e.closest('label')) : style;
  const seen = s => parseFloat(s.outlineWidth) >= 2 && s.outlineStyle !== 'none';
  return [Number(e.dataset.place), seen(style) || seen(label), e.outerHTML.slice(0, 120)];
}"""


def walk_through(page: Any) -> None:
    """Tab from the top of the page to its end. What refreshes by itself is quiet meanwhile."""
    page.route("**/live*", lambda route: route.abort())
    page.evaluate("document.activeElement.blur()")
    wanted = page.evaluate(NUMBERED)
    places: list[int] = []
    for _ in range(min(len(wanted), MOST)):
        page.keyboard.press("Tab")
        here = page.evaluate(HERE)
        assert here is not None, (page.url, "focus was lost after", wanted[places[-1]] if places else "the start")
        place, seen, html = here
        assert seen, (page.url, "nobody sees the focus on", html)
        places.append(place)
    assert places == sorted(places), (page.url, "out of reading order")
    missed = [wanted[n] for n in range(places[-1]) if n not in places]
    assert missed == [], (page.url, missed)


@pytest.mark.parametrize(
    ("role", "start", "then"),
    [
        ("hr", "/today", None),
        pytest.param("hr", "/violations", None, marks=pytest.mark.long),
        ("hr", "/violations", "main a[href^='/violations/']"),
        ("hr", "/months", "main a[href^='/months/']"),
        ("official", "/me", None),
        pytest.param("official", "/explanations", "main a[href^='/explanations/']", marks=pytest.mark.long),
        ("head", "/explanations", "main a[href^='/explanations/']"),
    ],
)
def test_everything_on_a_daily_screen_is_reached_by_tab(
    browser: Any, origin: str, role: str, start: str, then: str | None
) -> None:
    with Visit(browser, 1280) as visit:
        page = visit.page
        enter(page, origin, role)
        assert page.goto(origin + start, wait_until="load").ok
        if then is not None:
            page.goto(origin + page.locator(then).first.get_attribute("href"), wait_until="load")
        walk_through(page)
