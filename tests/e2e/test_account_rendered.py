"""The pages of signing in as a browser sees them: whole, accessible, nothing against the content policy, and they work.

The service is real; so are the codes, which are computed from the key that the page shows.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyotp
import pytest

from attendance.clock import utc_now
from attendance.services import own_account
from attendance.services.first_administrator import new_setup_code
from attendance.store.trail import CONSOLE
from tests.e2e.browsing import Visit, chromium, needs_chromium
from tests.e2e.site import PASSWORD, USERS, Site, copied, open_site
from tests.e2e.test_today_live import serving

pytestmark = needs_chromium

SUBMIT = "main form button.is-primary"


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with chromium() as found:
        yield found


class Looking:
    """One window that looks at each page it comes to."""

    def __init__(self, visit: Visit, url: str, lang: str) -> None:
        self.visit, self.page, self.url, self.lang = visit, visit.page, url, lang

    def go(self, path: str) -> None:
        self.page.goto(f"{self.url}{path}", wait_until="load")

    def look(self, heading: str) -> None:
        self.page.wait_for_selector(f"h1:has-text('{heading}')")
        assert self.page.get_attribute("html", "lang") == self.lang
        width = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        assert self.page.evaluate(width) <= 0, (self.page.url, "is too wide")
        assert self.visit.serious() == [], self.page.url

    def send(self, **fields: str) -> None:
        for name, value in fields.items():
            self.page.fill(f"[name={name}]", value)
        self.page.click(SUBMIT)


@pytest.mark.parametrize(
    ("width", "theme", "lang", "words"),
    [
        (
            1280,
            "light",
            "vi",
            ("Thiết lập lần đầu", "Bảo vệ hai bước", "Đăng nhập", "Nhập mã", "Tài khoản", "Mật khẩu"),
        ),
        (360, "dark", "en", ("First set-up", "Second factor", "Sign in", "Enter the code", "My account", "Password")),
    ],
)
def test_from_the_first_administrator_to_a_token(
    browser: Any, migrated_sqlite: Path, tmp_path: Path, width: int, theme: str, lang: str, words: tuple[str, ...]
) -> None:
    setup, second, sign_in, code, account, password = words
    site = _site(migrated_sqlite, tmp_path, users=())
    with serving(site.app) as url, Visit(browser, width, theme) as visit:
        looking = Looking(visit, url, lang)
        looking.go(f"/sign-in?lang={lang}")
        looking.go(f"/setup?lang={lang}")
        looking.look(setup)
        given = new_setup_code(site.database, site.clock)
        assert given is not None
        looking.send(code=given, username="minh", password=PASSWORD, again=PASSWORD)
        looking.page.wait_for_selector("form[action='/sign-out']")  # setting the office up goes on, or waits
        looking.go("/account/second-factor")
        looking.look(second)
        looking.page.click(SUBMIT)
        looking.look(second)
        phone = pyotp.TOTP(looking.page.inner_text(".secret").replace(" ", ""))
        assert looking.page.locator(".qr svg path").count() == 1
        looking.send(code=phone.at(site.clock()))
        looking.page.wait_for_selector(".codes code")
        looking.look(second)
        looking.page.click("a.is-primary")
        looking.look(account)
        for summary in looking.page.query_selector_all("summary"):
            summary.click()
        looking.look(account)
        looking.page.fill("[name=name]", "Phần mềm tổng hợp của tỉnh")
        looking.page.check("input[value='office.read']")
        looking.page.click("form[action='/account/tokens'] button")
        looking.page.wait_for_selector(".secret")
        looking.look(account)
        assert looking.page.inner_text(".secret").startswith("att_")

        looking.page.click("form[action='/sign-out'] button")
        looking.look(sign_in)
        looking.send(username="minh", password=PASSWORD)
        looking.look(code)
        site.clock.pass_by(minutes=2)
        looking.send(code=phone.at(site.clock()))
        looking.page.wait_for_selector("form[action='/sign-out']")

        first = own_account.reset_password(site.accounts, "minh", CONSOLE)
        looking.go("/account")
        looking.look(sign_in)
        looking.send(username="minh", password=first)
        site.clock.pass_by(minutes=2)
        looking.send(code=phone.at(site.clock()))
        looking.look(password)
        assert [one for one in visit.complaints if not one.startswith("Failed to load resource")] == []
        assert [one for one in visit.requests if not one.startswith(url)] == []


def test_no_page_that_somebody_may_open_offends_the_content_policy(
    browser: Any, migrated_sqlite: Path, tmp_path: Path
) -> None:
    site = _site(migrated_sqlite, tmp_path, users=USERS)
    with serving(site.app) as url, Visit(browser, 1280) as visit:
        offended: list[str] = []
        visit.page.expose_function("offended", lambda what: offended.append(what))
        visit.page.add_init_script(
            "document.addEventListener('securitypolicyviolation',"
            " e => window.offended(`${location} ${e.violatedDirective}`))"
        )
        looking = Looking(visit, url, "vi")
        for name in ("lan", "minh"):
            looking.go("/sign-in")
            looking.send(username=name, password=PASSWORD)
            visit.page.wait_for_selector("form[action='/sign-out']")
            pages = [a.get_attribute("href") for a in visit.page.query_selector_all(".tabs a")]
            for path in (*pages, "/account", "/account/second-factor", "/nowhere"):
                looking.go(path or "/")
            looking.go("/account")
            visit.page.click("form[action='/sign-out'] button")
            visit.page.wait_for_selector("[name=username]")
        assert offended == []
        # and the watch itself is awake
        visit.page.evaluate("() => { new Image().src = 'https://evil.example/x'; }")
        visit.page.wait_for_timeout(200)
        assert len(offended) == 1


def _site(template: Path, folder: Path, **more: Any) -> Site:
    found = open_site(copied(template, folder), folder, **more)
    found.clock.at = utc_now()
    return found
