"""Every form of every page refuses what another site sends; found by walking the addresses, not by a list."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from api.http.openapi import declared
from tests.e2e.site import Person, Site, copied, open_site, token_of

SAFE = {"GET", "HEAD", "OPTIONS"}
ELSEWHERE = ("/api/", "/iclock/", "/static")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory, migrated_sqlite: Path) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp("forms")
    database = copied(migrated_sqlite, folder)
    yield open_site(database, folder)
    database.close()


@pytest.fixture(scope="module")
def forms(site: Site) -> list[tuple[str, str]]:
    """Method and path of every page that changes something."""
    found = [
        (method, re.sub(r"\{[^}]*\}", "1", route.path))
        for route in declared(site.app)
        for method in sorted(route.methods - SAFE)
        if route.path.startswith("/") and not route.path.startswith(ELSEWHERE)
    ]
    assert {path for _, path in found} >= {"/sign-in", "/sign-out", "/setup", "/account/tokens", "/today/pull"}
    return found


def test_no_form_is_taken_without_the_token_of_its_session(site: Site, forms: list[tuple[str, str]]) -> None:
    person, other = site.signed_in("minh"), site.signed_in("lan")
    foreign = token_of(other.see("/account"))
    for method, path in forms:
        for form in ({}, {"csrf_token": ""}, {"csrf_token": "x" * 64}, {"csrf_token": foreign}):
            answer = person.client.request(method, path, data=form)
            assert answer.status_code == 403, (method, path, form)
    assert person.is_in


@pytest.mark.parametrize(
    "headers", [{"Origin": "https://evil.example"}, {"Origin": "null"}, {"Sec-Fetch-Site": "cross-site"}]
)
def test_no_form_is_taken_from_another_site_even_with_the_token(
    site: Site, forms: list[tuple[str, str]], headers: dict[str, str]
) -> None:
    person = site.signed_in("minh")
    token = token_of(person.see("/account"))
    for method, path in forms:
        answer = person.client.request(method, path, data={"csrf_token": token}, headers=headers)
        assert answer.status_code == 403, (method, path)
    assert person.is_in


def test_nothing_is_changed_by_looking(site: Site) -> None:
    """No page that a link or an image could open ends a session, makes a token, or begins a second factor."""
    person: Person = site.signed_in("minh")
    for route in declared(site.app):
        if route.methods & {"POST"} and not route.path.startswith(ELSEWHERE):
            person.client.get(re.sub(r"\{[^}]*\}", "1", route.path))
    assert person.is_in
    assert site.accounts.tokens.of(None) == []
    assert site.accounts.second_factors.begun(site.accounts.signed_in_of("minh").user_id, "minh") is None


@pytest.mark.parametrize("day", ["1/1/99999999999", "31/12/9999", "9999-12-31", "0001-01-01", "32/13/2026", "abc"])
def test_a_date_that_no_office_can_mean_is_no_fault(site: Site, day: str) -> None:
    person = site.signed_in("lan")
    for page in ("/today?day=", "/violations?from=", "/units?on=", "/rosters?week=", "/papers?from="):
        assert person.client.get(page + day).status_code < 500, page


def test_an_open_page_keeps_nobody_signed_in_who_has_walked_away(site: Site) -> None:
    person = site.signed_in("lan")
    for _ in range(40):
        site.clock.pass_by(minutes=1)
        person.client.get("/today/live", headers={"HX-Request": "true", "HX-Trigger": "live"})
    assert not person.is_in


def test_a_date_that_was_not_understood_is_said(site: Site) -> None:
    """Else whoever asks takes what is shown for what they asked for."""
    person = site.signed_in("lan")
    for page in ("/violations?from=32/13/2026", "/units?on=32/13/2026"):
        assert "“32/13/2026” không phải là một ngày" in person.see(page)
    assert "không phải là một ngày" not in person.see("/violations?from=24/11/2026")


def test_a_token_without_a_right_keeps_what_was_filled_in(site: Site) -> None:
    person = site.signed_in("lan")
    page = person.send("/account/tokens", on="/account", name="Bảng lương", days="90").text
    assert "Hãy chọn ít nhất một quyền" in page
    assert 'value="Bảng lương"' in page
    assert '<option value="90" selected>' in page
