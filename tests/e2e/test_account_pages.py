"""One's own account: signing in in two steps, passwords, sessions, tokens; as a person at a browser does it."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

import pytest

from attendance.services import own_account
from attendance.store.database import Database
from attendance.store.trail import CONSOLE
from tests.e2e.site import PASSWORD, Site, begin_second_factor, open_site

NEW = "sân đình có cây đa già"


@pytest.fixture
def site(sqlite_database: Database, tmp_path: Path) -> Site:
    return open_site(sqlite_database, tmp_path)


def test_a_password_is_changed_and_ends_every_other_session(site: Site) -> None:
    here, there = site.signed_in("lan"), site.signed_in("lan", address="10.20.30.41")
    bearer = site.accounts.sign_in("lan", PASSWORD, "10.0.0.1", "bearer").secret
    answer = here.send("/account/password", on="/account", old=PASSWORD, new=NEW, again=NEW)
    assert answer.headers["location"] == "/account?done=password"
    assert here.is_in
    assert not there.is_in
    assert site.accounts.who(bearer, "bearer") is None
    assert site.person().sign_in("lan").status_code == 401
    assert site.person().sign_in("lan", NEW).status_code == 303


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ({"old": "wrong wrong", "new": NEW, "again": NEW}, "Mật khẩu hiện tại chưa đúng"),
        ({"old": PASSWORD, "new": NEW, "again": NEW + "!"}, "chưa giống nhau"),
        ({"old": PASSWORD, "new": "ngắn", "again": "ngắn"}, "từ 10 đến 256"),
        ({"old": PASSWORD, "new": "MatKhau@2026", "again": "MatKhau@2026"}, "dễ đoán"),
        ({"old": PASSWORD, "new": "lan tân mai 2026", "again": "lan tân mai 2026"}, "dễ đoán"),
        ({"old": PASSWORD, "new": PASSWORD, "again": PASSWORD}, "giống mật khẩu cũ"),
    ],
)
def test_a_password_that_cannot_be_is_refused_in_a_sentence(site: Site, form: dict[str, str], said: str) -> None:
    person = site.signed_in("lan")
    answer = person.send("/account/password", on="/account", **form)
    assert answer.status_code == 422
    assert said in answer.text
    assert site.person().sign_in("lan").status_code == 303


def test_a_second_factor_is_set_up_and_asked_for_from_then_on(site: Site) -> None:
    person = site.signed_in("lan")
    assert "nên có bảo vệ hai bước" in person.see("/account")
    phone = begin_second_factor(person)
    page = person.see("/account/second-factor")
    assert "<svg" in page
    assert "style=" not in page
    wrong = person.send("/account/second-factor", code="000000" if phone.at(site.clock()) != "000000" else "111111")
    assert wrong.status_code == 422
    shown = person.send("/account/second-factor", code=phone.at(site.clock()))
    codes = re.findall(r"<code>([a-z2-9]{5}-[a-z2-9]{5})</code>", shown.text)
    assert len(codes) == len(set(codes)) == 10
    assert "nên có bảo vệ hai bước" not in person.see("/account")

    site.clock.pass_by(seconds=90)
    other = site.person()
    answer = other.sign_in("lan")
    assert answer.headers["location"] == "/sign-in/code?next=%2F"
    assert not other.is_in
    assert other.send("/sign-in/code", code="12345").status_code == 401
    code = phone.at(site.clock())
    assert other.send("/sign-in/code", code=code).headers["location"] == "/"
    assert other.is_in

    again = site.person()
    again.sign_in("lan")
    assert again.send("/sign-in/code", code=code).status_code == 401, "a code is good once"
    assert again.send("/sign-in/code", code=codes[0].upper()).status_code == 303
    assert again.is_in
    third = site.person()
    third.sign_in("lan")
    assert third.send("/sign-in/code", code=codes[0]).status_code == 401, "so is a recovery code"
    assert "Còn 9 mã dự phòng" in again.see("/account")


def test_the_way_back_is_kept_through_both_steps(site: Site) -> None:
    phone = site.give_second_factor("lan")
    person = site.person()
    person.see("/violations?unit=A&page=2")
    answer = person.send("/sign-in", username="lan", password=PASSWORD, next="/violations?unit=A&page=2")
    page = person.see(answer.headers["location"])
    assert 'name="next" value="/violations?unit=A&amp;page=2"' in page
    answer = person.send(
        "/sign-in/code", on=answer.headers["location"], code=phone.at(site.clock()), next="/violations?unit=A&page=2"
    )
    assert answer.headers["location"] == "/violations?unit=A&page=2"


def test_half_a_session_is_over_after_five_minutes(site: Site) -> None:
    phone = site.give_second_factor("lan")
    person = site.person()
    person.sign_in("lan")
    token = person.see("/sign-in/code")
    site.clock.pass_by(minutes=5)
    answer = person.client.post(
        "/sign-in/code",
        data={"csrf_token": re.findall(r"[0-9a-f]{64}", token)[0], "code": phone.at(site.clock())},
    )
    assert answer.headers["location"] == "/sign-in?expired=1"
    assert not person.is_in


def test_a_second_factor_is_turned_off_with_password_and_code_alone(site: Site) -> None:
    phone = site.give_second_factor("lan")
    person = site.person()
    person.sign_in("lan")
    person.send("/sign-in/code", code=phone.at(site.clock()))
    site.clock.pass_by(seconds=60)
    for proofs in ({"password": "wrong wrong", "code": phone.at(site.clock())}, {"password": PASSWORD, "code": "1"}):
        assert person.send("/account/second-factor/remove", on="/account", **proofs).status_code == 422
        assert site.accounts.second_factors.is_set(site.accounts.signed_in_of("lan").user_id)
    answer = person.send("/account/second-factor/remove", on="/account", password=PASSWORD, code=phone.at(site.clock()))
    assert answer.headers["location"] == "/account?done=second_off"
    assert site.person().sign_in("lan").headers["location"] == "/"


def test_a_role_that_needs_a_second_factor_can_do_nothing_else_where_it_is_required(
    sqlite_database: Database, tmp_path: Path
) -> None:
    site = open_site(sqlite_database, tmp_path, second_factor="required")
    head = site.signed_in("hoa")
    assert head.is_in
    person = site.signed_in("lan")
    for path in ("/today", "/violations", "/account", "/today/live"):
        assert person.client.get(path).headers["location"] == "/account/second-factor"
    assert "mới dùng được các trang khác" in person.see("/today")
    person.send("/account/second-factor/begin", on="/account/second-factor")
    phone = begin_second_factor(person)
    page = person.send("/account/second-factor", code=phone.at(site.clock())).text
    assert 'href="/"' in page
    assert person.client.get("/today").status_code == 200


def test_a_first_password_opens_the_change_of_it_and_nothing_else(site: Site) -> None:
    before = site.signed_in("lan")
    first = own_account.reset_password(site.accounts, "lan", CONSOLE)
    assert not before.is_in
    assert site.person().sign_in("lan").status_code == 401
    person = site.person()
    assert person.sign_in("lan", first).status_code == 303
    assert person.client.get("/today").headers["location"] == "/account/password"
    assert person.client.get("/account").headers["location"] == "/account/password"
    assert "do quản trị cấp tạm" in person.see("/today")
    assert person.send("/account/password", new=first, again=first).status_code == 422
    assert person.send("/account/password", new=NEW, again=NEW).headers["location"] == "/"
    assert person.client.get("/today").status_code == 200
    assert site.person().sign_in("lan", first).status_code == 401


def test_a_first_password_is_over_after_three_days(site: Site) -> None:
    first = own_account.reset_password(site.accounts, "lan", CONSOLE)
    site.clock.pass_by(hours=72, seconds=-1)
    assert site.person().sign_in("lan", first).status_code == 303
    site.clock.pass_by(seconds=1)
    assert site.person().sign_in("lan", first).status_code == 401


def test_sessions_are_listed_in_plain_words_and_ended(site: Site) -> None:
    here, there = site.signed_in("lan"), site.person(address="10.20.30.41")
    there.client.headers["User-Agent"] = "Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 Chrome/140.0 Safari/537.36"
    site.clock.pass_by(minutes=5)
    there.sign_in("lan")
    page = here.see("/account")
    assert "Firefox · Windows" in page
    assert "Chrome · Android" in page
    assert "10.20.30.41" in page
    assert page.count("Phiên này") == 1
    number = re.search(r'name="session" value="(\d+)"', page)
    assert number is not None
    stranger = site.signed_in("vinh")
    stranger.send("/account/sessions/end", on="/account", session=number[1])
    assert there.is_in, "nobody ends somebody else's"
    here.send("/account/sessions/end", on="/account", session=number[1])
    assert not there.is_in
    third = site.signed_in("lan", address="10.20.30.42")
    here.send("/account/sessions/end-others", on="/account")
    assert not third.is_in
    assert here.is_in


def test_a_token_is_made_on_the_page_shown_once_and_revoked(site: Site) -> None:
    person = site.signed_in("hoa")
    page = person.see("/account")
    assert 'value="attendance.read"' in page
    assert 'value="users.manage"' not in page, "a head has no such permission to hand on"
    shown = person.send(
        "/account/tokens", on="/account", name="Báo cáo", scope=["attendance.read", "users.manage"], read_only="yes"
    )
    secret = re.search(r"att_[\w-]{43}", shown.text)
    assert secret is not None
    assert secret[0] not in person.see("/account")
    api = site.person().client
    api.headers["Authorization"] = f"Bearer {secret[0]}"
    assert api.get("/api/v1/punches").status_code == 200
    (token,) = site.accounts.tokens.of(None)
    assert token.scopes == ("attendance.read",)
    assert site.clock() + timedelta(days=30) < token.expires_at <= site.clock() + timedelta(days=31)
    person.send("/account/tokens/revoke", on="/account", token=token.id)
    assert api.get("/api/v1/punches").status_code == 401
    assert person.send("/account/tokens", on="/account", name="x").status_code == 422


def test_signing_out_ends_the_session_at_once(site: Site) -> None:
    person = site.signed_in("lan")
    kept = dict(person.client.cookies)
    person.send("/sign-out", on="/account")
    thief = site.person().client
    thief.cookies.update(kept)
    assert thief.get("/account").status_code == 303


def test_while_others_guess_the_owner_gets_in_on_a_known_device(site: Site) -> None:
    owner = site.signed_in("lan")
    kept = {name: value for name, value in owner.client.cookies.items() if name.startswith("attendance_device")}
    assert len(kept) == 1
    for number in range(25):
        site.person(address=f"203.0.113.{number}").sign_in("lan", "wrong wrong")
    stranger = site.person(address="198.51.100.1")
    assert stranger.sign_in("lan").status_code == 429
    assert "quá nhiều lần" in stranger.last.text
    travelling = site.person(address="198.51.100.2")
    travelling.client.cookies.update(kept)
    assert travelling.sign_in("lan").status_code == 303
    assert site.signed_in("vinh", address="198.51.100.3").is_in
