"""A visit to a unit of 42 on a phone, from signing in to sealed minutes: on a slow line that is cut in the middle.

Nothing noted is lost, the list is there at once, and the terminal's punch of one minute before arrival is on it.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from attendance.services.visiting import marking
from attendance.services.visiting.sealing import content_of
from attendance.store import minutes
from tests.e2e.browsing import Visit, needs_chromium
from tests.e2e.site import PASSWORD
from tests.serving import serving
from tests.slow_line import SlowLine
from tests.visit_office import (
    LAST_MINUTE,
    MEMBERS,
    NOWHERE,
    ON_LEAVE,
    ON_MISSION,
    PEOPLE,
    PUNCHED,
    VisitOffice,
    open_visit_office,
)

pytestmark = needs_chromium

SLOW = {"rate": 200_000.0, "latency": 0.1}  # 1.6 Mbit/s, 200 ms there and back
USABLE_SECONDS = 3.0
AT_DESK, AWAY_AFTER_PUNCH, PUNCHLESS = PUNCHED[:34], PUNCHED[34], NOWHERE[0]
EXPECTED = {
    **dict.fromkeys((*AT_DESK, LAST_MINUTE, PUNCHLESS), "at_post"),
    **dict.fromkeys((*ON_LEAVE, ON_MISSION, AWAY_AFTER_PUNCH), "absent"),
    NOWHERE[1]: "reason_given",
}
PRESS = """marks => { for (const [code, mark] of marks)
    document.querySelector(`[data-person='${code}'] [data-mark][value=${mark}]:enabled`).click(); }"""
NOTHING_KEPT = """async () => !(await (await caches.open('visit:pages')).keys()).length
    && !Object.keys(localStorage).some(name => name.startsWith('visit:'))"""


@dataclass
class Phone:
    page: Any
    office: VisitOffice
    line: SlowLine
    origin: str
    by_hand: bool = False

    @property
    def address(self) -> str:
        return f"{self.origin}/inspections/{self.office.visit}"

    def sign_in(self) -> None:
        self.page.goto(f"{self.origin}/sign-in?next=/inspections/{self.office.visit}&lang=vi")
        self.page.fill("input[name=username]", MEMBERS[0])
        self.page.fill("input[name=password]", PASSWORD)
        self.page.click("main button[type=submit]")
        self.page.wait_for_url("**/inspections/**")

    def person(self, code: str) -> Any:
        return self.page.locator(f"[data-person='{code}']")

    def note(self, code: str, mark: str) -> None:
        self.person(code).locator(f"[data-mark][value={mark}]").check()

    def note_each(self, marks: dict[str, str]) -> None:
        """Many marks: each pressed by itself, or (quicker) one after the other by a script of the page."""
        if self.by_hand:
            for code, mark in marks.items():
                self.note(code, mark)
        else:
            self.page.evaluate(PRESS, list(marks.items()))

    def opening(self) -> float:
        """How many seconds it takes from opening the page until its first switch can be pressed."""
        begun = time.monotonic()
        self.page.goto(self.address, wait_until="commit")
        self.person(PEOPLE[-1]).locator("[data-mark]:enabled").first.wait_for(state="attached")
        return time.monotonic() - begun

    def said(self) -> str:
        return str(self.page.locator("[data-sent]").inner_text())

    def wait_until_sent(self) -> None:
        self.page.wait_for_function("() => document.querySelector('[data-sending]').dataset.status === 'sent'")
        assert self.said() == "Đã gửi hết"

    def switches(self) -> dict[str, str]:
        """What the page itself shows of everybody."""
        script = "() => [...document.querySelectorAll('[data-person]')].map(p => [p.dataset.person, p.dataset.marked])"
        return dict(self.page.evaluate(script))


@contextmanager
def a_phone(browser: Any, migrated: Path, folder: Path) -> Iterator[Phone]:
    with (
        open_visit_office(migrated, folder) as office,
        serving(office.app) as port,
        SlowLine(port, **SLOW).running() as line,
        Visit(browser, 360) as window,
    ):
        yield Phone(window.page, office, line, f"http://127.0.0.1:{line.port}")


def stored(office: VisitOffice) -> dict[str, marking.Mark]:
    with office.database.reading() as session:
        return {mark.employee: mark for mark in marking.marks(session, office.row())}


def walk(phone: Phone, offline_seconds: float) -> None:
    page, office = phone.page, phone.office
    phone.sign_in()
    page.click("[data-begin] button")
    phone.note(PEOPLE[0], "at_post")
    phone.wait_until_sent()
    assert any(phone.opening() < USABLE_SECONDS for _ in range(3)), "this machine may be busy, not three times"
    assert page.locator("[data-person]:has([data-mark]:enabled)").count() == 42
    assert "Chấm lúc 07:44" in phone.person(LAST_MINUTE).inner_text()
    assert page.evaluate("document.documentElement.scrollWidth") == 360
    phone.note_each({code: EXPECTED[code] for code in PEOPLE[1:14]})
    page.wait_for_function("() => document.querySelector('[data-visit]').dataset.keeps === 'yes'")
    phone.wait_until_sent()

    phone.line.cut()
    cut = time.monotonic()
    offline = PEOPLE[14:38]
    phone.note_each(dict.fromkeys(offline[:12], "absent"))  # and thought better of
    phone.note_each({code: EXPECTED[code] for code in offline[:12]})
    page.wait_for_function("() => document.querySelector('[data-why]').textContent.includes('Mất mạng')")
    assert phone.said() == "Chưa gửi (24)"
    phone.person(NOWHERE[1]).locator("summary").click()
    phone.person(NOWHERE[1]).locator("[data-note]").press_sequentially("Nói đi họp")
    page.reload()
    page.wait_for_selector("[data-person]")
    kept = phone.person(NOWHERE[1]).locator("[data-note]")  # of somebody who is not marked yet
    assert (kept.input_value(), kept.is_visible()) == ("Nói đi họp", True)
    assert {code: mark for code, mark in phone.switches().items() if mark} == {
        code: EXPECTED[code] for code in PEOPLE[:26]
    }
    phone.note_each({code: EXPECTED[code] for code in offline[12:]})
    phone.person(AWAY_AFTER_PUNCH).locator("summary").click()
    phone.person(AWAY_AFTER_PUNCH).locator("[data-note]").fill("Bàn trống, máy tính tắt")
    phone.person(AWAY_AFTER_PUNCH).locator("[data-check=name_tag][value=no]").check()
    assert "không thấy người" in phone.person(AWAY_AFTER_PUNCH).locator("[data-odd]").inner_text()
    page.locator("[data-check=hours_posted][value=yes]").check()
    page.locator("#checklist [data-photo]").set_input_files(
        {"name": "anh.jpg", "mimeType": "image/jpeg", "buffer": page.screenshot(type="jpeg", quality=40)}
    )
    page.wait_for_function("() => /\\(40\\)/.test(document.querySelector('[data-sent]').textContent)")
    page.locator("[data-close] button").click()  # not over what the others do not know yet
    assert office.row().state == "begun"
    page.wait_for_timeout(max(0.0, offline_seconds - (time.monotonic() - cut)) * 1000)
    assert set(stored(office)) == set(PEOPLE[:14])

    phone.line.mend()
    phone.wait_until_sent()
    phone.note_each({code: EXPECTED[code] for code in PEOPLE[38:]})
    phone.wait_until_sent()
    assert page.locator("[data-next]").inner_text() == "Đã ghi đủ"
    assert "chưa ghi nhận lượt chấm" in phone.person(PUNCHLESS).locator("[data-odd]").inner_text()
    found = stored(office)
    assert {code: mark.mark for code, mark in found.items()} == EXPECTED
    assert found[AWAY_AFTER_PUNCH].note == "Bàn trống, máy tính tắt"
    assert found[NOWHERE[1]].note == "Nói đi họp"
    with office.database.reading() as session:
        checks = {(each.item, each.employee): each.answer for each in marking.checks(session, office.row())}
        [photo] = marking.photos(session, office.row())
    assert checks == {("hours_posted", ""): "yes", ("name_tag", AWAY_AFTER_PUNCH): "no"}
    assert photo.media_type == "image/jpeg"

    page.locator("[data-close] button").click()
    page.wait_for_selector("a[href$='/minutes']")
    phone.wait_until_sent()
    page.wait_for_function(NOTHING_KEPT)  # the list is on the phone no more

    write_and_seal(phone)
    with office.database.reading() as session:
        row = minutes.of_visit(session, office.row().id)
        assert row is not None
        sealed = content_of(row)
    figures = sealed["figures"]
    assert figures["total"] == 42
    assert figures["present"] == sum(mark == "at_post" for mark in EXPECTED.values()) == 36
    assert figures["with_reason"] == len([*ON_LEAVE, ON_MISSION])
    assert figures["without_reason"] == len([AWAY_AFTER_PUNCH, NOWHERE[1]])
    assert figures["unknown"] == 0
    shown = page.locator(".minutes-figures dd").all_inner_texts()
    assert [int(text.split("/")[0]) for text in shown] == [42, 36, figures["late"], 4, 2, 0]


def sign(page: Any, side: str) -> None:
    """A stroke on the glass of a side, as a finger draws it."""
    glass = page.locator(f"[data-side={side}] [data-glass]")
    glass.scroll_into_view_if_needed()
    box = glass.bounding_box()
    page.mouse.move(box["x"] + 20, box["y"] + 20)
    page.mouse.down()
    for step in range(1, 16):
        page.mouse.move(box["x"] + 20 + 12 * step, box["y"] + 20 + (step % 4) * 18)
    page.mouse.up()


def write_and_seal(phone: Phone) -> None:
    """The minutes on the same phone: what was found stands in them by itself, both sides sign on the glass."""
    page = phone.page
    page.click("a[href$='/minutes']")
    page.fill("[name=unit_side]", "Ngô Quang Vinh; Phó Chủ tịch")
    page.click("button[name=then][value=sign]")
    page.wait_for_url("**/minutes/sign")
    page.fill("[name=team_name]", "Đỗ Thị Thanh")
    page.fill("[name=unit_name]", "Ngô Quang Vinh")
    sign(page, "team")
    sign(page, "unit")
    page.fill("[name=password]", PASSWORD)
    page.click("[data-signing] button[type=submit]")
    page.wait_for_selector("a[href$='/minutes.pdf']")


def test_nothing_noted_is_lost_when_the_line_is(browser: Any, migrated_sqlite: Path, tmp_path: Path) -> None:
    with a_phone(browser, migrated_sqlite, tmp_path) as phone:
        walk(phone, offline_seconds=2.0)


@pytest.mark.long
@pytest.mark.timeout(400)
def test_nothing_noted_is_lost_in_two_minutes_without_a_line(
    browser: Any, migrated_sqlite: Path, tmp_path: Path
) -> None:
    with a_phone(browser, migrated_sqlite, tmp_path) as phone:
        phone.by_hand = True
        walk(phone, offline_seconds=120.0)
