"""Sessions, tokens, passwords and second factors through the API; and that what ended opens nothing a moment later."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pyotp
import pytest
from fastapi.testclient import TestClient

from attendance.services import own_account
from attendance.services.api_tokens import SCOPES
from attendance.store.trail import CONSOLE
from tests.e2e.conftest import PASSWORD, Office

API = "/api/v1"
NEW = "sân đình có cây đa già"


def sign_in(office: Office, name: str, password: str = PASSWORD, totp: str = "", address: str = "10.20.30.40") -> Any:
    form = {"username": name, "password": password} | ({"totp": totp} if totp else {})
    return office.client(address=address).post(f"{API}/auth/token", data=form)


def make_token(office: Office, user: str, **wanted: Any) -> TestClient:
    """A client with a token made for it."""
    given = {"name": "Báo cáo", "scopes": ["attendance.read"], "to": "2027-01-31"} | wanted
    answer = office.client(user).post(f"{API}/tokens", json=given)
    assert answer.status_code == 201, answer.text
    client = office.client()
    client.headers["Authorization"] = f"Bearer {answer.json()['token']}"
    return client


def second_factor(office: Office, user: str) -> tuple[pyotp.TOTP, list[str]]:
    client = office.client(user)
    begun = client.post(f"{API}/auth/second-factor").json()
    phone = pyotp.parse_uri(begun["address"])
    assert isinstance(phone, pyotp.TOTP)
    assert phone.secret == begun["key"]
    answer = client.post(f"{API}/auth/second-factor/confirm", json={"code": phone.at(office.clock())})
    assert answer.status_code == 200, answer.text
    office.clock.pass_by(minutes=2)
    return phone, answer.json()["recovery_codes"]


def test_a_token_opens_what_it_is_held_to_and_says_what_it_lacks(office: Office) -> None:
    client = make_token(office, "hr", scopes=["attendance.read", "people.read"])
    assert client.get(f"{API}/punches").status_code == 200
    assert client.get(f"{API}/employees").status_code == 200
    refused = client.get(f"{API}/terminals")
    assert refused.status_code == 403
    assert "without terminals.read" in refused.json()["detail"]


def test_a_token_never_opens_more_than_its_owner_may(office: Office) -> None:
    client = make_token(office, "hr.a", scopes=["attendance.read", "users.manage", "trail.read"])
    assert client.get(f"{API}/users").status_code == 403
    assert client.get(f"{API}/punches", params={"unit": "B"}).status_code == 404


def test_a_token_that_only_reads_changes_nothing(office: Office) -> None:
    unit = {"code": "C", "name": "UBND xã Cự Khê", "parent": "H"}
    reader = make_token(office, "root", scopes=["office.read", "office.write"])
    refused = reader.post(f"{API}/units", json=unit)
    assert refused.status_code == 403
    assert "only reads" in refused.json()["detail"]
    writer = make_token(office, "root", scopes=["office.read", "office.write"], read_only=False)
    assert writer.post(f"{API}/units", json=unit).status_code == 201


def test_a_token_makes_no_token_and_changes_no_account(office: Office) -> None:
    everything = list(SCOPES)
    client = make_token(office, "root", scopes=everything, read_only=False)
    assert client.get(f"{API}/users").status_code == 200
    for method, path, body in (
        ("POST", "/tokens", {"name": "x", "scopes": ["attendance.read"], "to": "2027-01-31"}),
        ("GET", "/tokens", None),
        ("GET", "/sessions", None),
        ("POST", "/sessions/end-others", None),
        ("POST", "/auth/password", {"old": PASSWORD, "new": NEW}),
        ("POST", "/auth/second-factor", None),
    ):
        answer = client.request(method, f"{API}{path}", json=body)
        assert answer.status_code == 403, path
        assert "sign in with name and password" in answer.json()["detail"]


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/auth/password", b'{"old": "\\ud800aaaaaaaaaaaa", "new": "\\ud800aaaaaaaaaaaa"}'),
        ("/auth/password", b'{"old": "\\u0000", "new": "\\u0000aaaaaaaaaaaaaa"}'),
        ("/auth/second-factor/confirm", b'{"code": "\\ud800"}'),
        ("/auth/second-factor/remove", b'{"password": "\\ud800", "code": "\\u0000"}'),
        ("/tokens", b'{"name": "\\ud800", "scopes": ["attendance.read"], "to": "2027-01-01"}'),
        ("/users/%00/first-password", b""),
        ("/users/%ED%A0%80/sessions/end", b""),
    ],
)
def test_signs_that_are_no_letters_are_refused_and_no_fault(office: Office, path: str, body: bytes) -> None:
    client = office.client("root" if path.startswith("/users") else "hr")
    answer = client.post(f"{API}{path}", content=body, headers={"Content-Type": "application/json"})
    assert 400 <= answer.status_code < 500


@pytest.mark.parametrize(
    "wrong",
    [
        {"to": "2026-11-23"},
        {"to": "2027-11-26"},
        {"scopes": []},
        {"scopes": ["everything"]},
        {"name": ""},
        {"name": "x" * 65},
        {"name": "hai\ndòng"},
        {"more": 1},
    ],
)
def test_a_token_that_cannot_be_is_refused(office: Office, wrong: dict[str, Any]) -> None:
    given = {"name": "Báo cáo", "scopes": ["attendance.read"], "to": "2027-01-31"} | wrong
    assert office.client("hr").post(f"{API}/tokens", json=given).status_code == 422
    assert office.get("hr", "/tokens")["total"] == 0


def test_a_token_is_listed_without_its_secret_and_ends_when_it_is_said(office: Office) -> None:
    client = make_token(office, "hr", to="2026-11-24")
    (listed,) = office.get("hr", "/tokens")["items"]
    secret = client.headers["Authorization"].removeprefix("Bearer ")
    assert secret not in str(listed)
    assert (listed["name"], listed["read_only"], listed["seen_at"]) == ("Báo cáo", True, None)
    assert client.get(f"{API}/punches").status_code == 200
    assert office.get("hr", "/tokens")["items"][0]["seen_at"] is not None
    with office.database.reading() as session:
        stored = session.connection().exec_driver_sql("SELECT * FROM api_token").fetchall()
    assert secret not in str(stored)
    office.clock.pass_by(hours=15, seconds=-1)
    assert client.get(f"{API}/punches").status_code == 200
    office.clock.pass_by(seconds=1)
    assert client.get(f"{API}/punches").status_code == 401


def test_nobody_sees_or_ends_what_is_somebody_elses(office: Office) -> None:
    client = make_token(office, "hr")
    number = office.get("hr", "/tokens")["items"][0]["id"]
    session = office.get("hr", "/sessions")["items"][0]["id"]
    other = office.client("inspector")
    assert office.get("inspector", "/tokens")["total"] == 0
    assert other.post(f"{API}/tokens/{number}/revoke").status_code == 404
    assert other.post(f"{API}/sessions/{session}/end").status_code == 404
    assert client.get(f"{API}/punches").status_code == 200


def test_sessions_are_listed_and_ended(office: Office) -> None:
    here, there = office.client("hr"), office.client()
    there.headers["Authorization"] = f"Bearer {sign_in(office, 'hr', address='10.9.9.9').json()['access_token']}"
    items = here.get(f"{API}/sessions").json()["items"]
    assert [(one["address"], one["this"]) for one in items] == [("10.9.9.9", False), ("10.20.30.40", True)]
    assert here.post(f"{API}/sessions/{items[0]['id']}/end").status_code == 204
    assert there.get(f"{API}/punches").status_code == 401
    sign_in(office, "hr")
    assert here.post(f"{API}/sessions/end-others").json() == {"ended": 1}
    assert here.get(f"{API}/punches").status_code == 200


def gone(office: Office, end: Callable[[Office], object]) -> tuple[int, int, int]:
    """What token, session and personal token of `hr` answer a second after something ended."""
    bearer, token = office.client("hr"), make_token(office, "hr")
    session = office.accounts.sign_in("hr", PASSWORD, "10.0.0.1", "session").secret
    end(office)
    office.clock.pass_by(seconds=1)
    return (
        bearer.get(f"{API}/punches").status_code,
        200 if office.accounts.who(session, "session") else 401,
        token.get(f"{API}/punches").status_code,
    )


@pytest.mark.parametrize(
    ("end", "left"),
    [
        (lambda office: office.accounts.disable("hr"), (401, 401, 401)),
        (lambda office: own_account.reset_password(office.accounts, "hr", CONSOLE), (401, 401, 401)),
        (lambda office: own_account.end_all_sign_ins(office.accounts, "hr", CONSOLE), (401, 401, 200)),
        (lambda office: office.client("root").post(f"{API}/users/hr/disable"), (401, 401, 401)),
        (lambda office: office.client("root").post(f"{API}/users/hr/sessions/end"), (401, 401, 200)),
        (lambda office: office.client("root").post(f"{API}/users/hr/first-password"), (401, 401, 401)),
        (
            lambda office: office.client("hr").post(f"{API}/auth/password", json={"old": PASSWORD, "new": NEW}),
            (200, 401, 200),  # whoever changes their own keeps this one, and their programs
        ),
    ],
)
def test_a_second_after_the_end_nothing_opens(
    office: Office, end: Callable[[Office], object], left: tuple[int, int, int]
) -> None:
    assert gone(office, end) == left


def test_opening_an_account_again_revives_no_token(office: Office) -> None:
    client = make_token(office, "hr")
    office.accounts.disable("hr")
    office.accounts.enable("hr")
    assert client.get(f"{API}/punches").status_code == 401


def test_a_second_factor_is_asked_for_by_a_code_of_its_own(office: Office) -> None:
    phone, codes = second_factor(office, "hr")
    missing = sign_in(office, "hr")
    assert (missing.status_code, missing.json()["code"]) == (401, "second_factor_needed")
    assert sign_in(office, "hr", "wrong wrong", phone.at(office.clock())).json()["code"] == "sign_in_refused"
    assert sign_in(office, "hr", PASSWORD, "000000x").json()["code"] == "second_factor_wrong"
    code = phone.at(office.clock())
    assert sign_in(office, "hr", PASSWORD, code).status_code == 200
    assert sign_in(office, "hr", PASSWORD, code).json()["code"] == "second_factor_wrong"
    assert sign_in(office, "hr", PASSWORD, codes[3]).status_code == 200
    assert sign_in(office, "hr", PASSWORD, codes[3]).status_code == 401


def test_codes_are_guessed_five_times_and_no_more(office: Office) -> None:
    phone, _ = second_factor(office, "hr")
    wrong = [sign_in(office, "hr", PASSWORD, f"{number:06}").status_code for number in range(8)]
    assert wrong == [401] * 5 + [429] * 3
    assert sign_in(office, "hr", PASSWORD, phone.at(office.clock())).status_code == 429
    spread = [sign_in(office, "hr", PASSWORD, "12345", f"203.0.113.{number}").status_code for number in range(1, 30)]
    assert spread.count(401) == 10, "places nobody knows have ten in all, whatever was guessed at a known one"
    office.clock.pass_by(minutes=15)
    assert sign_in(office, "hr", PASSWORD, phone.at(office.clock())).status_code == 200


def test_it_is_turned_off_with_password_and_code_or_by_an_administrator(office: Office) -> None:
    phone, _ = second_factor(office, "hr")
    proofs = {"password": PASSWORD, "code": phone.at(office.clock())}
    client = office.client("hr")
    for wrong, code in (({"password": "wrong wrong"}, "password_wrong"), ({"code": "1"}, "code_wrong")):
        refused = client.post(f"{API}/auth/second-factor/remove", json=proofs | wrong)
        assert (refused.status_code, refused.json()["code"]) == (403, code)
    assert client.post(f"{API}/auth/second-factor/remove", json=proofs).status_code == 204
    assert sign_in(office, "hr").status_code == 200
    second_factor(office, "hr")
    assert office.client("root.a").post(f"{API}/users/hr/second-factor/remove").status_code == 404
    assert office.client("root").post(f"{API}/users/hr/second-factor/remove").status_code == 204
    assert office.client("root").post(f"{API}/users/root/second-factor/remove").status_code == 403
    assert sign_in(office, "hr").status_code == 200


def test_where_it_is_required_the_api_says_what_to_do(make_office: Callable[..., Office]) -> None:
    office = make_office(settings={"second_factor": "required"})
    refused = office.client("hr").get(f"{API}/punches")
    assert (refused.status_code, refused.json()["code"]) == (403, "second_factor_first")
    assert office.client("inspector").get(f"{API}/punches").status_code == 200
    second_factor(office, "hr")
    assert office.client("hr").get(f"{API}/punches").status_code == 200


def test_a_first_password_opens_the_change_of_it_alone(office: Office) -> None:
    root = office.client("root")
    made = root.post(f"{API}/users/hr/first-password")
    assert made.json()["expires_at"] == (office.clock() + timedelta(hours=72)).isoformat()
    client = office.client()
    first = made.json()["password"]
    client.headers["Authorization"] = f"Bearer {sign_in(office, 'hr', first).json()['access_token']}"
    for path in ("/punches", "/auth/me", "/tokens", "/sessions"):
        refused = client.get(f"{API}{path}")
        assert (refused.status_code, refused.json()["code"]) == (403, "password_first"), path
    assert client.post(f"{API}/auth/second-factor").status_code == 403
    weak = client.post(f"{API}/auth/password", json={"old": first, "new": "matkhau2026"})
    assert (weak.status_code, weak.json()["code"]) == (422, "password_refused")
    assert client.post(f"{API}/auth/password", json={"old": first, "new": NEW}).status_code == 204
    assert client.get(f"{API}/punches").status_code == 200
    assert sign_in(office, "hr", first).status_code == 401


def test_a_fresh_account_signs_in_with_name_and_password_alone(office: Office) -> None:
    for name in ("hr", "leader.b", "root"):
        assert sign_in(office, name).status_code == 200


def test_what_happens_to_an_account_goes_to_the_trail(office: Office) -> None:
    sign_in(office, "hr", "wrong wrong")
    sign_in(office, "my-password-typed-as-a-name", "wrong wrong")
    for _ in range(20):
        sign_in(office, "hr", "wrong wrong")
    make_token(office, "inspector")
    second_factor(office, "inspector")
    office.client("root").post(f"{API}/users/inspector/second-factor/remove")
    office.client("root").post(f"{API}/users/inspector/sessions/end")
    with office.database.reading() as session:
        rows = session.connection().exec_driver_sql("SELECT act, key, actor, address FROM trail WHERE kind = 'account'")
        told = [(act.removeprefix("account."), key, actor, address) for act, key, actor, address in rows]
    assert told.count(("sign_in_failed", "hr", "", "10.20.30.40")) == 5
    assert told.count(("sign_in_failed", "", "", "10.20.30.40")) == 1, "what was typed as a name may be a password"
    assert [row[:2] for row in told].count(("locked", "hr")) == 1, "ten thousand guesses are one line"
    for act in ("signed_in", "token_made", "second_factor_set"):
        assert (act, "inspector", "inspector", "10.20.30.40") in told
    for act in ("second_factor_removed", "session_ended"):
        assert (act, "inspector", "root", "10.20.30.40") in told
