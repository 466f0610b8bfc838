"""The public form as citizens and hostile clients meet it: real requests, no login, no cookie."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlmodel import col, select

from attendance.services.citizens import intake
from attendance.services.citizens.intake import Said
from attendance.store import observations, office
from attendance.store.citizen_tables import FeedbackPointRow, ObservationRow
from attendance.store.tables import UnitRow
from attendance.store.within import EVERYTHING
from tests.citizens import CLERK, KEY, counter
from tests.e2e.site import NOON, Site, copied, open_site

USERS = (("lan", "hr", None), ("hoa", "head", "A"), ("minh", "administrator", None))
CODE = re.compile(r"\b[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}\b")


@pytest.fixture
def site(tmp_path: Path, migrated_sqlite: Path) -> Iterator[Site]:
    database = copied(migrated_sqlite, tmp_path)
    made = open_site(database, tmp_path, users=USERS)
    with database.writing() as session:
        for number in range(2):
            counter(session, name=f"Quầy {number + 1}")
    yield made
    database.close()


def token_of(site: Site, number: int = 1) -> str:
    with site.database.reading() as session:
        return session.get_one(FeedbackPointRow, number).token


def opened(site: Site, path: str, address: str = "10.0.0.1") -> tuple[TestClient, str]:
    """A phone without cookies on a page, and the ticket that stands there."""
    client = TestClient(site.app, "http://test", client=(address, 50000), follow_redirects=False)
    page = client.get(path)
    assert page.status_code == 200, page.text
    ticket = re.search(r'name="ticket" value="([^"]+)"', page.text)
    assert ticket is not None
    client.cookies.clear()
    return client, ticket[1]


def say(site: Site, *, address: str = "10.0.0.1", wait: float = 30, **form: Any) -> Any:
    """A form opened, filled in and sent."""
    path = f"/gop-y/{token_of(site)}"
    client, ticket = opened(site, path, address)
    site.clock.pass_by(seconds=wait)
    return client.post(path, data={"kind": "wait", "when": "now", "ticket": ticket} | form)


def stored(site: Site) -> list[ObservationRow]:
    with site.database.reading() as session:
        found = list(session.exec(select(ObservationRow).order_by(col(ObservationRow.id))))
        session.expunge_all()
        return found


def test_a_citizen_says_something_and_later_sees_what_became_of_it(site: Site) -> None:
    path = f"/gop-y/{token_of(site)}"
    client, ticket = opened(site, path)
    site.clock.pass_by(seconds=40)
    form = {"kind": "empty", "when": "then", "on": "2026-11-23", "at": "08:20", "text": "Quầy 1 không có ai",
            "contact": "0912 345 678", "ticket": ticket}  # fmt: skip
    answer = client.post(path, data=form)
    assert answer.status_code == 200
    assert "set-cookie" not in answer.headers
    (code,) = set(CODE.findall(answer.text))
    again = client.post(path, data=form)
    assert CODE.findall(again.text)[:1] == [code]
    (row,) = stored(site)
    assert (row.kind, row.wall_time, row.text) == ("empty", datetime(2026, 11, 23, 8, 20), "Quầy 1 không có ai")
    assert b"345" not in row.contact
    status = look_up(site, code.lower())
    assert status.status_code == 200
    assert "Đã nhận" in status.text
    for private in ("Quầy 1 không có ai", "0912", "Có căn cứ"):
        assert private not in status.text
    lan = site.signed_in("lan")
    lan.send(f"/observations/{row.id}/answer", on=f"/observations/{row.id}", outcome="borne_out",
             reason="Lịch trực thiếu 1 người", answer="Từ tuần sau có người trực thay")  # fmt: skip
    assert lan.last.status_code == 303
    told = look_up(site, code)
    assert "Có căn cứ" in told.text
    assert "Từ tuần sau có người trực thay" in told.text
    for internal in ("Lịch trực thiếu", "lan"):
        assert internal not in re.sub(r"<[^>]+>", " ", told.text.split("<main")[1])
    gone = look_up(site, code, forget="1")
    assert "Đã xóa cách liên hệ" in gone.text
    assert stored(site)[0].contact == b""


def look_up(site: Site, code: str, **more: str) -> Any:
    client, ticket = opened(site, "/gop-y/tra-cuu")
    return client.post("/gop-y/tra-cuu", data={"code": code, "ticket": ticket} | more)


def test_the_form_says_what_happens_with_it_in_both_languages(site: Site) -> None:
    client, _ = opened(site, f"/gop-y/{token_of(site)}?lang=en")
    page = client.get(f"/gop-y/{token_of(site)}").text
    for said in ("Người đứng đầu đơn vị", "không đọc được", "24 tháng", "6 tháng", "Không ai bị coi là vi phạm"):
        assert said in page
    assert "kept for 24 months" in client.get(f"/gop-y/{token_of(site)}?lang=en").text
    assert 'name="csrf_token"' not in page
    assert "/sign-out" not in page


def test_an_unknown_a_revoked_and_a_renewed_code_are_answered_alike(site: Site) -> None:
    lan = site.signed_in("lan")
    revoked, renewed = token_of(site, 1), token_of(site, 2)
    lan.send("/observations/points/1/revoke", on="/observations/points")
    lan.send("/observations/points/2/renew", on="/observations/points")
    client = TestClient(site.app, "http://test", client=("10.0.0.1", 50000))
    answers = [client.get(f"/gop-y/{token}") for token in (revoked, renewed, "x" * 22, "%25", "%00", "‮")]
    assert {answer.status_code for answer in answers} == {404}
    bodies = {re.sub(r"/gop-y/[^\"?]*\?", "/gop-y/…?", answer.text) for answer in answers}
    assert len(bodies) == 1
    assert site.signed_in("lan").client.get("/observations/points/1/sheet").status_code == 404


def test_a_flood_from_one_place_and_at_one_counter_is_turned_away(site: Site) -> None:
    answers = [say(site, text=str(number)).status_code for number in range(8)]
    assert answers == [200] * 6 + [429] * 2
    last = say(site, text="Không gửi được nhưng vẫn còn đây")
    assert int(last.headers["retry-after"]) > 0
    assert "Không gửi được nhưng vẫn còn đây" in last.text
    assert say(site, address="10.9.9.9").status_code == 200
    assert len(stored(site)) == 7


def test_replays_other_counters_tickets_and_other_sites_are_refused(site: Site) -> None:
    path, other = (f"/gop-y/{token_of(site, number)}" for number in (1, 2))
    client, ticket = opened(site, path)
    form = {"kind": "wait", "ticket": ticket}
    assert client.post(path, data=form).status_code == 422, "nobody reads so fast"
    site.clock.pass_by(seconds=30)
    assert client.post(other, data=form).status_code == 403
    assert client.post(path, data=form | {"ticket": ticket[:-1]}).status_code == 403
    assert client.post(path, data={"kind": "wait"}).status_code == 403
    assert client.post(path, data=form, headers={"Origin": "https://evil.example"}).status_code == 403
    assert client.post(path, json=form).status_code == 403
    assert client.post(path, files={"file": b"x"}, data=form).status_code == 403
    assert stored(site) == []
    site.clock.pass_by(hours=13)
    stale = client.post(path, data=form | {"text": "còn đây"})
    assert stale.status_code == 422
    assert "còn đây" in stale.text
    fresh = re.search(r'name="ticket" value="([^"]+)"', stale.text)
    assert fresh is not None
    site.clock.pass_by(seconds=5)
    assert client.post(path, data=form | {"ticket": fresh[1]}).status_code == 200
    assert [client.post(path, data=form | {"ticket": fresh[1]}).status_code for _ in range(3)] == [200] * 3
    assert len(stored(site)) == 1


def test_huge_bodies_many_fields_and_filled_traps_store_nothing(site: Site) -> None:
    path = f"/gop-y/{token_of(site)}"
    client, ticket = opened(site, path)
    site.clock.pass_by(seconds=30)
    form = {"kind": "wait", "ticket": ticket}
    assert client.post(path, data=form | {"text": "a" * 40_000}).status_code == 413

    def pieces() -> Iterator[bytes]:
        yield b"kind=wait&ticket=" + ticket.encode() + b"&text="
        for _ in range(200):
            yield b"a" * 1024

    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    assert client.post(path, content=pieces(), headers=headers).status_code == 413  # no length was declared
    assert client.post(path, data=form | {"text": "a" * 2001}).status_code == 422
    assert client.post(path, data=form | {"contact": "a" * 121}).status_code == 422
    assert client.post(path, data=form | {"website": "http://spam.example"}).status_code == 422
    assert client.post(path, content=b"&".join(b"x=1" for _ in range(5000)), headers=headers).status_code in (400, 403)
    assert client.post(path, content=b"\xff\xfe" * 500, headers=headers).status_code == 403
    odd = f"kind=wait&ticket={ticket}&text=Qu%E1%BA%A7y%FF%FE".encode()
    assert client.post(path, content=odd, headers=headers).status_code == 422
    assert stored(site) == []


def test_what_was_typed_is_text_wherever_it_is_shown(site: Site) -> None:
    nasty = '=HYPERLINK("http://evil.example")\u202e<script>alert(1)</script>\x00\x1b[2J\' OR 1=1 -- {{7*7}} %s'
    assert say(site, kind="other", text=nasty, contact="<b>x</b>").status_code == 200
    (row,) = stored(site)
    assert not [sign for sign in row.text if sign in "\x00\x1b\u202e"]
    lan = site.signed_in("lan")
    for page in (lan.see("/observations"), lan.see(f"/observations/{row.id}")):
        assert "<script>alert" not in page
        assert "&lt;script&gt;alert(1)" in page or "=HYPERLINK" in page
    lines = lan.client.get("/observations.csv").text.splitlines()
    assert "'=HYPERLINK" in lines[1]
    assert "0912" not in lines[1]
    shown = lan.send(f"/observations/{row.id}/contact", on=f"/observations/{row.id}").text
    assert "&lt;b&gt;x&lt;/b&gt;" in shown
    with site.database.writing() as session:
        unit = office.key(office.get(session, UnitRow, "A"))
        said = Said("other", "x", NOON.date(), desk="@SUM(A1)")
        intake.take_in(session, KEY, CLERK, unit, "box", said, zone="Asia/Ho_Chi_Minh", at=NOON)
    assert "'@SUM(A1)" in lan.client.get("/observations.csv").text


@pytest.mark.long
def test_codes_that_are_none_find_nothing(site: Site) -> None:
    say(site)
    for odd in ("", "%", "%%%%-%%%%-%%%%", "' OR '1'='1", "0000-0000-0000", "x" * 200, "\x00"):
        found = look_up(site, odd)
        assert found.status_code == 404, odd
        assert "Không tìm thấy mã này" in found.text
    assert TestClient(site.app, "http://test").post("/gop-y/tra-cuu", data={"code": "x"}).status_code == 403


@pytest.mark.long
def test_neither_head_nor_administrator_sees_observations(site: Site) -> None:
    say(site)
    for name in ("hoa", "minh"):
        person = site.signed_in(name)
        for path in ("/observations", "/observations/1", "/observations.csv", "/observations/points"):
            assert person.client.get(path).status_code == 403, (name, path)
        assert 'href="/observations"' not in person.see("/account")


def test_the_sheet_for_the_counter_leads_to_its_form(site: Site) -> None:
    lan = site.signed_in("lan")
    page = lan.see("/observations/points/1/sheet?size=a4")
    assert f"http://test/gop-y/{token_of(site)}" in page
    assert "<svg" in page
    assert "is-a4" in page
    lan.send("/observations/points", unit="A", name="Quầy 9")
    assert lan.last.status_code == 303
    with site.database.reading() as session:
        assert len(observations.points(session, EVERYTHING)) == 3
