"""Nothing is told to those who are not signed in, and signing in cannot be guessed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.e2e.conftest import PASSWORD, Office

API = "/api/v1"
OPEN = {("GET", f"{API}/health"), ("POST", f"{API}/auth/token")}


def operations(office: Office) -> list[tuple[str, str]]:
    """Every method and path the app routes, whether documented or not."""
    found = [(method.upper(), path) for path, item in office.app.openapi()["paths"].items() for method in item]
    return [*found, ("GET", f"{API}/openapi.json")]


def sign_in(office: Office, name: str, password: str, address: str = "10.20.30.40") -> Any:
    form = {"grant_type": "password", "username": name, "password": password}
    return office.client(address=address).post(f"{API}/auth/token", data=form)


def test_no_address_but_health_answers_without_login(shared_office: Office) -> None:
    client = shared_office.client()
    answered = {}
    for method, path in operations(shared_office):
        address = path.replace("{code}", "T-A").replace("{id}", "1-20261103-am-late")
        answered[method, path] = client.request(method, address).status_code
    assert len(answered) > 25
    assert {key for key, status in answered.items() if status != 401} == OPEN
    assert answered["GET", f"{API}/health"] == 200
    assert answered["POST", f"{API}/auth/token"] == 422


@pytest.mark.parametrize(
    "header", ["Bearer", "Bearer ", "Bearer x", "Basic aHI6eA==", f"Bearer {'x' * 43}", "Bearer ă"]
)
def test_what_is_no_token_is_answered_401_with_how_to_sign_in(shared_office: Office, header: str) -> None:
    answer = shared_office.client().get(f"{API}/units", headers={"Authorization": header.encode()})
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == "Bearer"
    assert answer.headers["content-type"] == "application/problem+json"


def test_a_form_gives_a_token_that_works(office: Office) -> None:
    answer = sign_in(office, "hr", PASSWORD)
    assert answer.status_code == 200
    body = answer.json()
    assert body["token_type"] == "bearer"
    assert body["expires_in"] == 8 * 3600
    me = office.client().get(f"{API}/auth/me", headers={"Authorization": f"Bearer {body['access_token']}"})
    assert me.json() == {
        "name": "hr",
        "role": "hr",
        "unit": None,
        "grants": [{"role": "hr", "unit": None, "ends_at": None}],
    }


def test_unknown_name_wrong_password_and_closed_account_are_answered_alike(office: Office) -> None:
    office.accounts.disable("inspector")
    answers = [sign_in(office, *pair) for pair in (("nobody", PASSWORD), ("hr", "x" * 12), ("inspector", PASSWORD))]
    assert {answer.status_code for answer in answers} == {401}
    assert len({answer.content for answer in answers}) == 1
    assert answers[0].json()["code"] == "sign_in_refused"
    assert answers[0].json()["error"] == "invalid_grant"


def test_five_wrong_passwords_and_the_address_has_to_wait(office: Office) -> None:
    for _ in range(5):
        assert sign_in(office, "hr", "wrong wrong").status_code == 401
    closed = sign_in(office, "hr", PASSWORD)
    assert closed.status_code == 429
    assert 0 < int(closed.headers["retry-after"]) <= 901
    assert sign_in(office, "hr", PASSWORD, "10.20.30.41").status_code == 200
    office.clock.pass_by(minutes=15)
    assert sign_in(office, "hr", PASSWORD).status_code == 200


def test_a_token_expires(office: Office) -> None:
    client = office.client("hr")
    office.clock.pass_by(hours=8, seconds=-1)
    assert client.get(f"{API}/units").status_code == 200
    office.clock.pass_by(seconds=1)
    assert client.get(f"{API}/units").status_code == 401


def test_a_revoked_token_and_one_of_a_disabled_user_end_at_once(office: Office) -> None:
    client, other = office.client("hr"), office.client("inspector")
    assert client.post(f"{API}/auth/revoke").status_code == 204
    assert client.get(f"{API}/units").status_code == 401
    assert other.get(f"{API}/units").status_code == 200
    office.accounts.disable("inspector")
    assert other.get(f"{API}/units").status_code == 401


def test_a_page_session_is_no_token(office: Office) -> None:
    secret = office.accounts.sign_in("hr", PASSWORD, "", "session").secret
    answer = office.client().get(f"{API}/units", headers={"Authorization": f"Bearer {secret}"})
    assert answer.status_code == 401


def test_monitoring_on_this_machine_needs_no_login_but_what_a_proxy_hands_on_does(shared_office: Office) -> None:
    beside = shared_office.client(address="127.0.0.1")
    for path in ("ready", "metrics", "openapi.json"):
        assert beside.get(f"{API}/{path}").status_code == 200
        handed_on = beside.get(f"{API}/{path}", headers={"X-Forwarded-For": "203.0.113.9"})
        assert handed_on.status_code == 401
    assert beside.get(f"{API}/units").status_code == 401
    assert shared_office.client("hr").get(f"{API}/metrics").status_code == 403
    figures = shared_office.client("root").get(f"{API}/metrics")
    assert 'attendance_http_requests_total{method="GET",route="/api/v1/units",status="401"}' in figures.text


def test_ready_says_what_is_missing(make_office: Callable[..., Office]) -> None:
    office = make_office()
    client = office.client(address="127.0.0.1")
    assert client.get(f"{API}/ready").json()["scheduler"] == "elsewhere"
    office.app.state.scheduler_ready = lambda: False
    answer = client.get(f"{API}/ready")
    assert answer.status_code == 503
    assert answer.json() == {"status": "not_ready", "database": "ok", "scheduler": "stopped", "trail": "unchecked"}


def test_every_answer_carries_the_security_headers(shared_office: Office) -> None:
    client = shared_office.client("hr")
    for answer in (
        client.get(f"{API}/health"),
        client.get("/nowhere"),
        client.get(f"{API}/units", params={"limit": 0}),
        client.post(f"{API}/units", content=b"x" * (1024 * 1024 + 1)),
    ):
        assert "default-src 'self'" in answer.headers["content-security-policy"]
        assert "unsafe" not in answer.headers["content-security-policy"]
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["x-frame-options"] == "DENY"
        assert answer.headers["referrer-policy"] == "same-origin"
        assert answer.headers["cache-control"] == "no-store"


def test_interactive_documentation_is_not_served(shared_office: Office) -> None:
    client = shared_office.client("root")
    for path in ("/docs", "/redoc", "/openapi.json", f"{API}/docs", f"{API}/redoc"):
        assert client.get(path).status_code == 404
