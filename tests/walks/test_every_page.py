"""Every page that a link of the demo leads to: whole, accessible in both themes, in one language, asking only at home.

Pages are found by following links, so a new page is asked as soon as something leads to it. Of pages that differ only
in what they are about (`/days/CB-07/2026-11-20`) one is examined, by whoever comes to it first; in the long pack each
role examines all of its own.
"""

from __future__ import annotations

import gzip
import re
from functools import cache
from typing import Any
from urllib.parse import urlsplit

import pytest

from api.pages.i18n import catalogue
from tests.e2e.browsing import Visit, needs_chromium
from tests.walks.living import ROLES, enter

pytestmark = [*needs_chromium, pytest.mark.timeout(900)]

FILES = re.compile(r"\.(xlsx|csv|json|pdf|txt|ics|svg|png|jpe?g)$|format=|/attachments/")
WIDE, NARROW = 1280, 360
STAYS_OUT = ("/static/", "/sign-out", "/api/", "/sign-in")
LINKS = "[...document.querySelectorAll('a[href]:not([download])')].map(a => [a.getAttribute('href'), a.href])"
TOO_WIDE = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
WORDS = """() => {
  const found = [];
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) {
    const at = walk.currentNode, text = at.textContent.trim();
    if (text && !at.parentElement.closest('script, style, code, pre, kbd, [lang], [translate=no]')) found.push(text);
  }
  return found;
}"""
RAW = re.compile(r"\b[a-z]+(?:_[a-z0-9]+)+\b|\b[a-z_]+\.[a-z_]+\b(?!\w*@)|\{\w*\}|None|undefined")
SAMPLE = ("official", "hr")  # the pages of the others come with `-m long`: there are a hundred kinds by now
BUDGET = 150 * 1024


def pattern(path: str) -> str:
    """The address without what it is about: segments that hold a digit, a capital letter or a dot, and accounts."""
    parts = [("*" if re.search(r"[0-9A-Z.%]", part) else part) for part in path.split("/")]
    return "/users/*" if parts[1:2] == ["users"] and len(parts) == 3 else "/".join(parts)


@cache
def other_language(lang: str) -> set[str]:
    """Whole messages of the other language that this one does not say too."""
    messages = {one: {str(m.string) for m in catalogue(one) if m.id and not m.pluralizable} for one in ("vi", "en")}
    other = "en" if lang == "vi" else "vi"
    return {text for text in messages[other] - messages[lang] if "{" not in text and len(text) > 2}


class Crawl:
    """Looks at every page a role can come to by links, each kind once, and collects what is wrong."""

    def __init__(self, browser: Any, origin: str) -> None:
        self.browser, self.origin = browser, origin
        self.seen: dict[str, str] = {}
        self.problems: list[str] = []

    def as_role(self, role: str) -> None:
        with Visit(self.browser, WIDE) as visit:
            enter(visit.page, self.origin, role)
            waiting, followed = [urlsplit(visit.page.url).path], set()
            while waiting:
                path = waiting.pop(0)
                bare = urlsplit(path).path
                kind = pattern(bare)
                if kind in followed or bare.startswith(STAYS_OUT) or FILES.search(path):
                    continue
                followed.add(kind)
                waiting += self.look(visit, path, role, closely=kind not in self.seen)
                self.seen.setdefault(kind, f"{path} ({role})")
            self.problems += [f"{role}: {text}" for text in visit.complaints]
            self.problems += [f"{role} asked {url}" for url in visit.requests if not url.startswith(self.origin)]

    def look(self, visit: Visit, path: str, role: str, *, closely: bool) -> list[str]:
        page, where = visit.page, f"{path} as {role}"
        response = page.goto(self.origin + path, wait_until="load")
        if "text/html" not in response.headers.get("content-type", ""):
            return []
        if not response.ok:
            self.problems.append(f"{where}: {response.status}")
            return []
        links = page.evaluate(LINKS)
        if closely:
            self.examine(visit, where)
        return [href for href, whole in links if whole.startswith(self.origin) and href.startswith("/")]

    def examine(self, visit: Visit, where: str) -> None:
        """In Vietnamese, wide and light, then on a phone and dark; then whether it speaks English as well."""
        page = visit.page
        for width, theme in ((WIDE, "light"), (NARROW, "dark")):
            page.set_viewport_size({"width": width, "height": 900})
            page.emulate_media(color_scheme=theme)
            page.wait_for_timeout(200)  # colours change by and by
            if (overflow := page.evaluate(TOO_WIDE)) > 0:
                self.problems.append(f"{where}: {overflow} px too wide at {width}")
            self.problems += [f"{where}, {theme} at {width}: {text}" for text in visit.serious()]
        page.set_viewport_size({"width": WIDE, "height": 900})
        page.emulate_media(color_scheme="light")
        self.listen(page, where, "vi")
        for lang in ("en", "vi"):
            joined = "&" if "?" in page.url else "?"
            page.goto(f"{page.url.split('#')[0]}{joined}lang={lang}", wait_until="load")
            if lang == "en":
                self.listen(page, where, lang)

    def listen(self, page: Any, where: str, lang: str) -> None:
        if page.get_attribute("html", "lang") != lang:
            self.problems.append(f"{where}: not in {lang}")
        texts, foreign = page.evaluate(WORDS), other_language(lang)
        self.problems += [f"{where}: in {lang}, untranslated {text!r}" for text in texts if text in foreign]
        self.problems += [f"{where}: in {lang}, raw {text[:80]!r}" for text in texts if RAW.search(text)]


def test_every_page_is_whole_accessible_and_speaks_both_languages(browser: Any, origin: str) -> None:
    crawl = Crawl(browser, origin)
    for role in SAMPLE:
        crawl.as_role(role)
    assert len(crawl.seen) >= 20, crawl.seen
    assert not crawl.problems, "\n".join(crawl.problems)


@pytest.mark.long
@pytest.mark.parametrize("role", ROLES)
def test_every_role_sees_whole_pages(browser: Any, origin: str, role: str) -> None:
    crawl = Crawl(browser, origin)
    crawl.as_role(role)
    assert not crawl.problems, "\n".join(crawl.problems)


def test_first_load_of_every_page_is_within_150_kilobytes(browser: Any, origin: str) -> None:
    with Visit(browser, 1280) as visit:
        enter(visit.page, origin, "hr")
        addresses = visit.page.evaluate("[...document.querySelectorAll('nav.tabs a')].map(a => a.href)")
    sizes: dict[str, int] = {}
    for address in addresses:
        with Visit(browser, 1280) as visit:
            enter(visit.page, origin, "hr")
            cookies = visit.context.cookies()
        with Visit(browser, 1280) as visit:  # with a cold cache
            visit.context.add_cookies(cookies)
            loaded: dict[str, int] = {}
            visit.page.on("response", lambda r, loaded=loaded: loaded.update({r.url: _packed(r)}))
            visit.page.goto(address, wait_until="load")
            sizes[address] = sum(loaded.values())
    assert len(sizes) > 5
    assert {address: size for address, size in sizes.items() if size > BUDGET} == {}


def _packed(response: Any) -> int:
    if "event-stream" in response.headers.get("content-type", "") or response.status != 200:
        return 0
    body = response.body()
    return len(body) if response.url.split("?")[0].endswith(".woff2") else len(gzip.compress(body, 6))
