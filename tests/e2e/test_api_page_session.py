"""Sessions of the pages: cookies scripts cannot read, forms others cannot send, ways back that stay here."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any

import pytest
from fastapi import APIRouter, Depends, Form, Request, Response
from fastapi.testclient import TestClient

from api.http import check_csrf, csrf_token, end_session, local_path, page_user, sign_in_token, start_session
from attendance.services.accounts import SignedIn
from tests.e2e.conftest import PASSWORD, Office

pages = APIRouter()


@pages.get("/page")
def page(request: Request, user: Annotated[SignedIn, Depends(page_user)]) -> Response:
    return Response(f"{user.name} {csrf_token(request)}")


@pages.get("/sign-in")
def sign_in_form(request: Request) -> Response:
    response = Response()
    response.body = sign_in_token(request, response).encode()
    response.headers["Content-Length"] = str(len(response.body))
    return response


@pages.post("/sign-in")
def sign_in(request: Request, username: Annotated[str, Form()], token: Annotated[str, Form()]) -> Response:
    check_csrf(request, token)
    response = Response()
    start_session(request, response, request.app.state.service.accounts.verify_password(username, PASSWORD))
    return response


@pages.post("/change")
def change(request: Request, token: Annotated[str, Form()] = "") -> Response:
    page_user(request)
    check_csrf(request, token)
    return Response("changed")


@pages.post("/sign-out")
def sign_out(request: Request) -> Response:
    response = Response()
    end_session(request, response)
    return response


@pages.get("/broken")
def broken() -> Response:
    raise RuntimeError("matkhau")


@pytest.fixture
def site(make_office: Callable[..., Office]) -> Office:
    return make_office(extra_routers=[pages])


def signed_in(site: Office, user: str = "hr", base: str = "http://test") -> tuple[TestClient, Any]:
    client = site.client(base=base)
    token = client.get("/sign-in").text
    return client, client.post("/sign-in", data={"username": user, "token": token})


def test_who_is_not_signed_in_is_led_to_sign_in_and_back(site: Office) -> None:
    answer = site.client().get("/page?unit=A&page=2")
    assert answer.status_code == 303
    assert answer.headers["location"] == "/sign-in?next=%2Fpage%3Funit%3DA%26page%3D2"
    part = site.client().get("/page", headers={"HX-Request": "true"})
    assert part.status_code == 401
    assert part.headers["hx-redirect"] == "/sign-in?next=%2Fpage"
    assert site.client().post("/change").headers["location"] == "/sign-in?next=%2F"


def test_a_session_cookie_is_hidden_from_scripts_and_other_sites(site: Office) -> None:
    client, answer = signed_in(site)
    cookie = answer.headers["set-cookie"].lower()
    assert cookie.startswith("attendance_session=")
    assert "httponly" in cookie
    assert "samesite=lax" in cookie
    assert "secure" not in cookie
    assert client.get("/page").text.startswith("hr ")


def test_over_https_the_cookie_is_bound_to_this_host(site: Office) -> None:
    client, answer = signed_in(site, base="https://test")
    cookie = answer.headers["set-cookie"]
    assert cookie.startswith("__Host-attendance_session=")
    assert "Secure" in cookie
    assert "Path=/" in cookie
    assert "Domain" not in cookie
    assert client.get("/page").status_code == 200
    assert "max-age" in client.get("/page").headers["strict-transport-security"]


def test_each_sign_in_has_a_new_secret_and_ends_the_one_before(site: Office) -> None:
    client, _ = signed_in(site)
    first = client.cookies["attendance_session"]
    token = client.get("/page").text.split()[1]
    client.post("/sign-in", data={"username": "inspector", "token": token})
    assert client.cookies["attendance_session"] != first
    assert site.accounts.who(first, "session") is None
    assert client.get("/page").text.startswith("inspector ")


def test_a_form_needs_the_token_of_its_session(site: Office) -> None:
    client, _ = signed_in(site)
    token = client.get("/page").text.split()[1]
    other, _ = signed_in(site, "inspector")
    assert client.post("/change", data={"token": token}).text == "changed"
    for wrong in ("", "x", token[:-1], token.upper(), other.get("/page").text.split()[1], "ă"):
        answer = client.post("/change", data={"token": wrong})
        assert answer.status_code == 403
        assert answer.json()["code"] == "form_refused"


@pytest.mark.parametrize(
    "headers", [{"Origin": "http://evil"}, {"Origin": "null"}, {"Origin": "http://["}, {"Sec-Fetch-Site": "cross-site"}]
)
def test_a_form_of_another_site_is_refused_even_with_the_token(site: Office, headers: dict[str, str]) -> None:
    client, _ = signed_in(site)
    token = client.get("/page").text.split()[1]
    assert client.post("/change", data={"token": token}, headers={"Origin": "http://test"}).status_code == 200
    assert client.post("/change", data={"token": token}, headers=headers).status_code == 403


def test_nobody_is_signed_in_by_a_form_of_another_site(site: Office) -> None:
    token = site.client().get("/sign-in").text
    answer = site.client().post("/sign-in", data={"username": "hr", "token": token})
    assert answer.status_code == 403


def test_signing_out_ends_the_session_itself(site: Office) -> None:
    client, _ = signed_in(site)
    secret = client.cookies["attendance_session"]
    client.post("/sign-out")
    assert site.accounts.who(secret, "session") is None
    assert client.get("/page").status_code == 303


def test_a_session_left_alone_ends(site: Office) -> None:
    client, _ = signed_in(site)
    site.clock.pass_by(minutes=29)
    assert client.get("/page").status_code == 200
    site.clock.pass_by(minutes=30)
    assert client.get("/page").status_code == 303


def test_a_page_session_does_not_open_the_api(site: Office) -> None:
    client, _ = signed_in(site)
    assert client.get("/api/v1/units").status_code == 401


@pytest.mark.parametrize(
    "next",
    [
        "",
        "today",
        "//evil",
        "/\\evil",
        "https://evil",
        "/\t/evil",
        "\\\\evil",
        "/a b",
        "/a\nb",
        "javascript:alert(1)",
        "/sign-in?next=/sign-in",
        "/sign-out",
        "/" + "x" * 3000,
        "///evil",
        "/\u2028",
        "http:/evil",
    ],
)
def test_a_way_back_that_leads_elsewhere_becomes_the_first_page(next: str) -> None:
    assert local_path(next) == "/"


@pytest.mark.parametrize("next", ["/today", "/violations?unit=A&page=2", "/violations/1-20261103-am-late", "/a//b"])
def test_a_way_back_on_this_site_is_kept(next: str) -> None:
    assert local_path(next) == next


def test_pages_draw_their_own_errors(make_office: Callable[..., Office]) -> None:
    def draw(request: Request, status: int, incident: str | None) -> Response:
        return Response(f"page {status} {bool(incident)}", status)

    client = make_office(extra_routers=[pages], page_error=draw).client()
    assert client.get("/nowhere").text == "page 404 False"
    broken = client.get("/broken")
    assert (broken.status_code, broken.text) == (500, "page 500 True")
    assert client.get("/api/v1/nowhere").headers["content-type"] == "application/problem+json"
