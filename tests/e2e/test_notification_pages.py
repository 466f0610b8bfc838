"""The pages of notifications: an address proven by a code, choices kept, webhooks made and shut, the outbox retried."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest

from api.http.auth import SESSION_COOKIE
from api.pages.routes import show_error
from api.serving import PAGES
from attendance.services.accounts import seal
from attendance.store import notices
from attendance.store.notices import NewNotice
from attendance.store.within import EVERYTHING
from tests.e2e.conftest import PASSWORD, Office
from tests.noticed import mailing, notifier
from tests.receivers import Letterbox, hook_server, mail_server

OWN, ADMIN = "/account/notifications", "/system/notifications"


class Browser:
    """Somebody who is signed in to the pages."""

    def __init__(self, office: Office, user: str) -> None:
        self.client = office.client()
        secret = office.accounts.sign_in(user, PASSWORD, "10.20.30.40", "session").secret
        self.client.cookies.set(SESSION_COOKIE, secret)
        self.client.cookies.set("attendance_language", "vi")
        self.token = seal(office.settings.secret().decode().encode(), "form", secret)

    def get(self, path: str) -> str:
        answer = self.client.get(path)
        assert answer.status_code == 200, answer.text
        return answer.text

    def post(self, path: str, **fields: Any) -> Any:
        return self.client.post(path, data={"csrf_token": self.token} | fields)


@pytest.fixture
def box() -> Iterator[Letterbox]:
    with mail_server() as found:
        yield found


@pytest.fixture
def mailed(make_office: Any, box: Letterbox) -> Office:
    """An office that sends mail."""
    return paged(make_office, **mailing(box.port), webhook_networks="127.0.0.0/8")


def paged(make_office: Any, **settings: Any) -> Office:
    """An office with its pages."""
    made: Office = make_office(settings=settings, extra_routers=PAGES, page_error=show_error)
    return made


@pytest.fixture
def office(make_office: Any) -> Office:
    return paged(make_office)


def code_in(box: Letterbox, address: str) -> str:
    found = re.search(r"\b\d{6}\b", str(box.to(address)[-1].get_content()))
    assert found is not None
    return found[0]


def test_an_address_is_used_once_its_code_was_typed_in(mailed: Office, box: Letterbox) -> None:
    browser, address = Browser(mailed, "e2"), "nam@example.vn"
    assert browser.post(f"{OWN}/address", way="mail", address=address).headers["location"].endswith("done=asked")
    assert address in browser.get(OWN)
    assert "đang dùng" not in browser.get(OWN)
    browser.post(OWN, choice=["missing:mail", "waiting:inbox"], missing_at="18:45", waiting_at="08:00", language="en")
    code = code_in(box, address)
    wrong = browser.post(f"{OWN}/confirm", way="mail", code="000000" if code != "000000" else "000001")
    assert wrong.status_code == 422
    assert "Mã chưa đúng" in wrong.text
    assert browser.post(f"{OWN}/confirm", way="mail", code=code).headers["location"].endswith("done=set")
    shown = browser.get(OWN)
    assert "đang dùng" in shown
    assert 'value="18:45"' in shown
    assert 'value="missing:mail" checked' in shown
    assert 'value="missing:inbox" checked' not in shown
    assert browser.post(f"{OWN}/confirm", way="mail", code=code).status_code == 422, "a code is good once"
    browser.post(f"{OWN}/test", way="mail")
    notifier(mailed.database, mailed.clock, **mailing(box.port)).round()
    assert box.to(address)[-1]["Subject"] == "Test: notifications of attendance"
    browser.post(f"{OWN}/forget", way="mail")
    assert "nam@example.vn" not in browser.get(OWN)


def test_a_code_cannot_be_guessed_nor_asked_for_without_end(mailed: Office, box: Letterbox) -> None:
    browser = Browser(mailed, "e2")
    browser.post(f"{OWN}/address", way="mail", address="nam@example.vn")
    code = code_in(box, "nam@example.vn")
    for _ in range(2):
        assert browser.post(f"{OWN}/address", way="mail", address="khac@example.vn").status_code == 422
        assert len(box.taken) == 1
        browser.post(f"{OWN}/forget", way="mail")
    assert "nam@example.vn" not in browser.get(OWN)
    assert browser.post(f"{OWN}/confirm", way="mail", code=code).status_code == 422, "it was forgotten"
    mailed.clock.pass_by(minutes=2)
    browser.post(f"{OWN}/address", way="mail", address="nam@example.vn")
    code = code_in(box, "nam@example.vn")
    guesses = [f"{n:06}" for n in range(7) if f"{n:06}" != code]
    assert all(browser.post(f"{OWN}/confirm", way="mail", code=guess).status_code == 422 for guess in guesses)
    assert browser.post(f"{OWN}/confirm", way="mail", code=code).status_code == 422, "too many were wrong"
    mailed.clock.pass_by(minutes=2)
    browser.post(f"{OWN}/address", way="mail", address="nam@example.vn")
    late = code_in(box, "nam@example.vn")
    mailed.clock.pass_by(minutes=61)
    browser = Browser(mailed, "e2")
    assert browser.post(f"{OWN}/confirm", way="mail", code=late).status_code == 422, "after an hour"


def test_what_is_no_address_is_refused_in_words(mailed: Office, box: Letterbox) -> None:
    browser = Browser(mailed, "e2")
    for address in (
        "nam",
        "nam@x.vn, ai@x.vn",
        "nam@x.vn\r\nBcc: a@b.vn",
        "<nam@x.vn>",
        "a@b..vn",
        "nam@x.vn>",
        "@x.vn",
    ):
        answer = browser.post(f"{OWN}/address", way="mail", address=address)
        assert answer.status_code == 422
        assert "không phải một địa chỉ" in answer.text
    assert box.taken == []


def test_a_server_that_is_down_is_told_and_nothing_waits(make_office: Any) -> None:
    with mail_server() as gone:
        port = gone.port
    browser = Browser(paged(make_office, **mailing(port)), "e2")
    answer = browser.post(f"{OWN}/address", way="mail", address="nam@example.vn")
    assert answer.status_code == 503
    assert "Chưa gửi được mã" in answer.text
    assert "nam@example.vn" not in browser.get(OWN)


def test_each_is_offered_what_is_theirs(office: Office) -> None:
    def kinds(user: str) -> set[str]:
        return set(re.findall(r'name="choice" value="(\w+):inbox"', Browser(office, user).get(OWN)))

    assert kinds("e2") == {"missing", "signing", "waiting"}
    assert kinds("head.a1") == {"morning", "waiting", "terminals"}
    assert kinds("root") == {"terminals", "system"}
    assert kinds("auditor") == set()


def test_nobody_chooses_what_is_not_offered_to_them(office: Office) -> None:
    Browser(office, "e2").post(OWN, choice=["morning:inbox", "system:inbox", "missing:nowhere"], missing_at="19:00")
    with office.database.reading() as session:
        kept = session.connection().exec_driver_sql("SELECT kind, ways FROM notice_wish ORDER BY kind").all()
    assert [tuple(row) for row in kept] == [("missing", "[]"), ("signing", "[]"), ("waiting", "[]")]
    assert Browser(office, "e2").post(OWN, missing_at="25:70").status_code == 422


def test_the_inbox_is_ones_own_and_is_marked_as_read(office: Office) -> None:
    from attendance.store import accounts

    with office.database.writing() as session:
        number = accounts.get_user(session, "e2").id
        notices.put(session, [NewNotice("test:x", "test", "inbox", number)], office.clock())
    notifier(office.database, office.clock).round()
    browser = Browser(office, "e2")
    assert "1 mới" in browser.get(OWN)
    assert "Thư thử" not in Browser(office, "e1").get(OWN)
    browser.post(f"{OWN}/seen")
    assert "1 mới" not in browser.get(OWN)
    assert "Thư thử" in browser.get(OWN)


def test_a_webhook_is_made_shut_opened_and_its_secret_shown_once(mailed: Office) -> None:
    browser = Browser(mailed, "root")
    with hook_server() as hook:
        made = browser.post(f"{ADMIN}/webhooks", name="Cổng tỉnh", url=hook.url, event=["month.locked"])
        assert made.status_code == 200
        secret = re.search(r"whsec_[A-Za-z0-9+/=]+", made.text)
        assert secret is not None
        assert "whsec_" not in browser.get(ADMIN)
        browser.post(f"{ADMIN}/webhooks/1/test")
        hook.status = 500
        sender = notifier(mailed.database, mailed.clock)
        sender.round()
        page = browser.get(ADMIN)
        assert "127.0.0.1 trả lời 500." in page
        hook.status = 200
        number = re.search(r"/outbox/(\d+)/retry", page)
        assert number is not None
        assert browser.post(f"{ADMIN}/outbox/{number[1]}/retry").status_code == 303
        sender.round()
        assert len(hook.events(secret[0])) == 1
        assert browser.post(f"{ADMIN}/outbox/{number[1]}/retry").status_code == 409
        rotated = browser.post(f"{ADMIN}/webhooks/1/rotate")
        assert secret[0] not in rotated.text
        assert "whsec_" in rotated.text
        browser.post(f"{ADMIN}/webhooks/1/disable")
        assert browser.post(f"{ADMIN}/webhooks/1/test").status_code == 422
        assert "đã đóng" in browser.get(ADMIN)
        browser.post(f"{ADMIN}/webhooks/1/enable")
    for wrong in ({"url": "ftp://x"}, {"event": []}, {"name": " "}, {"unit": "NOWHERE"}):
        given = {"name": "B", "url": "https://x.vn/", "event": ["month.locked"]} | wrong
        assert browser.post(f"{ADMIN}/webhooks", **given).status_code == 422
    assert browser.post(f"{ADMIN}/webhooks/1/explode").status_code == 404
    assert browser.post(f"{ADMIN}/webhooks/77/disable").status_code == 404
    assert browser.post(f"{ADMIN}/outbox/99999999999999999999/retry").status_code == 404


def test_a_page_that_is_no_number_is_the_first_or_the_last(office: Office) -> None:
    browser = Browser(office, "root")
    for page in ("9" * 5000, "x" * 5000, "0", "-1", ""):
        browser.get(f"{ADMIN}?page={page}")


def test_an_administrator_of_a_part_changes_nothing_of_others(mailed: Office) -> None:
    root, part = Browser(mailed, "root"), Browser(mailed, "root.a")
    root.post(f"{ADMIN}/webhooks", name="Cổng tỉnh", url="https://x.vn/", event=["month.locked"])
    assert "Cổng tỉnh" not in part.get(ADMIN)
    assert part.post(f"{ADMIN}/webhooks/1/disable").status_code == 404
    assert part.post(f"{ADMIN}/webhooks/1/rotate").status_code == 404
    assert Browser(mailed, "hr").client.get(ADMIN).status_code == 403
    with mailed.database.reading() as session:
        assert notices.listed(session, EVERYTHING, state=None, limit=5, offset=0)[1] == 0


def test_a_form_from_elsewhere_changes_nothing(mailed: Office) -> None:
    browser = Browser(mailed, "root")
    browser.token = "x" * 64
    for path in (OWN, f"{OWN}/address", f"{OWN}/test", f"{ADMIN}/webhooks"):
        assert browser.post(path, way="mail", address="a@x.vn", name="x").status_code in (400, 403), path
