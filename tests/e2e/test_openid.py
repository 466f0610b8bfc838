"""A province's own sign-in: who it says somebody is, and that nothing it could be made to say lets anybody else in."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from api.openid import OpenIdFailed, Provider
from api.openid_settings import OpenIdSettings, check_address
from api.settings import Settings
from attendance.errors import Conflict, Invalid
from attendance.services import openid_sign_in
from attendance.store.database import Database
from attendance.store.trail import CONSOLE
from tests.e2e import openid_provider
from tests.e2e.openid_provider import CLIENT, SECRET, provider_running
from tests.e2e.site import Person, Site, copied, open_site


@pytest.fixture(scope="module")
def running() -> Iterator[openid_provider.Provider]:
    with provider_running() as found:
        yield found


@pytest.fixture
def provider(running: openid_provider.Provider) -> openid_provider.Provider:
    running.__dict__.update(name="lan", subject="s-1", amr=["pwd"], fault="", key=0, asked=[], codes={})
    return running


@pytest.fixture
def site(sqlite_database: Database, tmp_path: Path, provider: openid_provider.Provider) -> Site:
    return open_site(sqlite_database, tmp_path, **settings(provider, tmp_path))


@pytest.fixture(scope="module")
def lasting(
    tmp_path_factory: pytest.TempPathFactory, migrated_sqlite: Path, running: openid_provider.Provider
) -> Iterator[Site]:
    """A site that nobody gets into."""
    folder = tmp_path_factory.mktemp("openid")
    database = copied(migrated_sqlite, folder)
    yield open_site(database, folder, **settings(running, folder))
    database.close()


def settings(provider: openid_provider.Provider, folder: Path) -> dict[str, object]:
    secret = folder / "client-secret"
    secret.write_text(f"{SECRET}\n", encoding="utf-8")
    return {
        "oidc_issuer": provider.issuer,
        "oidc_client_id": CLIENT,
        "oidc_client_secret_file": secret,
        "oidc_name": "Cổng đăng nhập tỉnh",
    }


def go(site: Site, provider: openid_provider.Provider, next: str = "/violations") -> Person:
    """Somebody presses the button, signs in there, and comes back."""
    person = site.person()
    assert "Đăng nhập bằng Cổng đăng nhập tỉnh" in person.see(f"/sign-in?next={next}")
    sent = person.client.get(f"/sign-in/provider?next={next}")
    assert sent.status_code == 303, sent.text
    person.last = person.client.get(provider.visit(sent.headers["location"]))
    return person


def test_somebody_with_an_account_here_is_let_in_and_brought_back(
    site: Site, provider: openid_provider.Provider
) -> None:
    person = go(site, provider)
    assert person.last.headers["location"] == "/violations"
    assert person.is_in
    assert "lan" in person.see("/account")


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        *((fault, "Không tin được trả lời") for fault in (
            "wrong nonce", "no nonce", "other audience", "several audiences", "expired", "no end", "from the future",
            "other issuer", "alg none", "shared secret", "forged", "unknown key", "no name", "no subject", "mixed up",
            "garbled",
        )),
        ("denied", "đã từ chối"),
        ("no grant", "đã từ chối"),
    ],
)  # fmt: skip
def test_whatever_is_wrong_with_the_answer_lets_nobody_in(
    lasting: Site, provider: openid_provider.Provider, fault: str, said: str
) -> None:
    lasting.app.state.openid._remembered.clear()
    provider.fault = fault
    person = go(lasting, provider)
    assert person.last.status_code == 403
    assert said in person.last.text
    assert not person.is_in


@pytest.mark.parametrize(
    ("fault", "said", "status"),
    [
        ("other name", "Không tin được", 403),
        ("plain http", "Không tin được", 403),
        ("endless", "Không tin được", 403),
        ("silent", "chưa trả lời", 502),
    ],
)
def test_a_provider_that_cannot_be_asked_is_said_to_be_so(
    lasting: Site, provider: openid_provider.Provider, fault: str, said: str, status: int
) -> None:
    lasting.app.state.openid._remembered.clear()
    provider.fault = fault
    person = lasting.person()
    answer = person.client.get("/sign-in/provider")
    if answer.status_code == 303:
        answer = person.client.get(provider.visit(answer.headers["location"]))
    assert answer.status_code == status
    assert said in answer.text


def test_keys_that_were_changed_are_fetched_again(site: Site, provider: openid_provider.Provider) -> None:
    assert go(site, provider).is_in
    assert go(site, provider).is_in
    assert provider.asked.count("/keys") == 1
    provider.key = 1
    assert go(site, provider).is_in
    assert provider.asked.count("/keys") == 2


def test_an_answer_for_another_browser_lets_nobody_in(site: Site, provider: openid_provider.Provider) -> None:
    sent = site.person().client.get("/sign-in/provider")
    back = provider.visit(sent.headers["location"])
    victim = site.person()
    answer = victim.client.get(back)
    assert (answer.status_code, victim.is_in) == (403, False)
    assert "không bắt đầu từ trình duyệt này" in answer.text
    victim.client.get("/sign-in/provider")
    assert victim.client.get(back).status_code == 403
    assert not victim.is_in


def test_an_answer_is_good_once_and_for_ten_minutes(site: Site, provider: openid_provider.Provider) -> None:
    person = site.person()
    sent = person.client.get("/sign-in/provider")
    back = provider.visit(sent.headers["location"])
    assert person.client.get(back).status_code == 303
    person.send("/sign-out", on="/account")
    assert person.client.get(back).status_code == 403
    assert not person.is_in


def test_who_has_no_account_here_is_told_so_and_gets_none(site: Site, provider: openid_provider.Provider) -> None:
    provider.name = "nobody.here"
    person = go(site, provider)
    assert person.last.status_code == 403
    assert "chưa có tài khoản" in person.last.text
    provider.name, provider.subject = "lan", "s-1"
    site.accounts.disable("lan")
    assert not go(site, provider).is_in


def test_a_name_given_to_somebody_else_later_opens_nothing(site: Site, provider: openid_provider.Provider) -> None:
    assert go(site, provider).is_in
    provider.subject = "s-2"
    assert not go(site, provider).is_in
    openid_sign_in.unlink(site.accounts, "lan", CONSOLE)
    assert go(site, provider).is_in


def test_an_administrator_links_an_account_of_another_name(site: Site, provider: openid_provider.Provider) -> None:
    provider.name, provider.subject = "hoanglan@tinh.example", "s-7"
    assert not go(site, provider).is_in
    openid_sign_in.link(site.accounts, "lan", provider.issuer, "s-7", CONSOLE)
    assert "lan" in go(site, provider).see("/account")
    with pytest.raises(Conflict):
        openid_sign_in.link(site.accounts, "vinh", provider.issuer, "s-7", CONSOLE)
    openid_sign_in.unlink(site.accounts, "lan", CONSOLE)
    with pytest.raises(Invalid):
        openid_sign_in.unlink(site.accounts, "lan", CONSOLE)


@pytest.mark.parametrize(
    ("amr", "asked"),
    [(["pwd"], True), ([], True), (["otp", "sms"], True), (["pwd", "otp"], False), (["mfa"], False)],
)
def test_two_factors_there_are_two_factors_here(
    site: Site, provider: openid_provider.Provider, amr: list[str], asked: bool
) -> None:
    phone = site.give_second_factor("lan")
    provider.amr = amr
    person = go(site, provider)
    assert person.is_in is not asked
    if asked:
        assert person.last.headers["location"] == "/sign-in/code?next=%2Fviolations"
        person.send("/sign-in/code", code=phone.at(site.clock()))
        assert person.is_in


def test_where_a_second_factor_is_required_that_of_the_provider_is_one(
    sqlite_database: Database, tmp_path: Path, provider: openid_provider.Provider
) -> None:
    site = open_site(sqlite_database, tmp_path, second_factor="required", **settings(provider, tmp_path))
    provider.amr = ["pwd", "hwk"]
    assert go(site, provider).client.get("/today").status_code == 200
    provider.amr = ["pwd"]
    assert go(site, provider).client.get("/today").headers["location"] == "/account/second-factor"


def test_without_a_provider_there_is_no_button_and_no_page(sqlite_database: Database, tmp_path: Path) -> None:
    site = open_site(sqlite_database, tmp_path)
    person = site.person()
    assert "/sign-in/provider" not in person.see("/sign-in")
    assert person.client.get("/sign-in/provider").status_code == 404
    assert person.client.get("/sign-in/return?code=x&state=y").status_code == 404


@pytest.mark.parametrize(
    "address",
    ["http://sso.tinh.example", "ftp://127.0.0.1", "", "https://", "https://a@b.example", "https://b.example#x", "//x"],
)
def test_a_provider_that_anybody_on_the_way_could_play_is_refused(address: str) -> None:
    with pytest.raises(Invalid):
        check_address(address)
    if address:
        with pytest.raises(Invalid, match="ATTENDANCE_OIDC_ISSUER"):
            Settings(_env_file=None, oidc_issuer=address, oidc_client_id="x").openid()


def test_settings_that_are_not_whole_are_named(tmp_path: Path) -> None:
    whole = {"oidc_issuer": "https://sso.tinh.example", "oidc_client_id": "x"}
    assert Settings(_env_file=None).openid() is None
    found = Settings(_env_file=None, **whole).openid()
    assert found == OpenIdSettings("https://sso.tinh.example", "x", "", "OpenID", "preferred_username")
    with pytest.raises(Invalid, match="CLIENT_ID"):
        Settings(_env_file=None, oidc_issuer="https://sso.tinh.example").openid()
    with pytest.raises(Invalid, match="CLIENT_SECRET_FILE"):
        Settings(_env_file=None, oidc_client_secret_file=tmp_path / "none", **whole).openid()


def test_a_provider_that_is_not_there_is_away_within_seconds() -> None:
    gone = Provider(OpenIdSettings("http://127.0.0.1:9", "x", "", "x", "sub"))
    with pytest.raises(OpenIdFailed) as failed:
        gone.begin("http://test/sign-in/return")
    assert failed.value.reason == "away"
