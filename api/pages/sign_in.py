"""The pages of signing in: name and password, the second step, a province's own sign-in, the first administrator."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated
from urllib.parse import quote

import orjson
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from api.http.auth import (
    HALF_COOKIE,
    HOME,
    came,
    end_session,
    keep_session,
    local_path,
    read_cookie,
    sent_from_here,
    session_user,
    set_cookie,
    sign_in_token,
    start_session,
)
from api.http.service import service
from api.openid import Begun, OpenIdFailed, Provider
from api.pages.account_view import CodePage, SetupPage
from api.pages.routes import Demo, show
from api.pages.setting_up import next_address
from attendance.errors import Invalid, NotFound
from attendance.services.access import permissions
from attendance.services.accounts import Opened
from attendance.services.first_administrator import SetupCodeWrong, is_open, make_first_administrator
from attendance.services.guessing import TooManyAttempts
from attendance.services.openid_sign_in import NoAccountHere, sign_in_as
from attendance.services.passwords import PasswordRefused
from attendance.services.proofs import SignInRefused
from attendance.services.second_factor import SecondFactorUnreadable, SecondFactorWrong, derive_key
from reports.view import SignInPage

OPENID_COOKIE = "attendance_openid"
OPENID_LASTS_SECONDS = 600
_NONCE = 12
_MAX_COOKIE = 3500

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)
FromHere = Depends(sent_from_here)
_SIGNING = {"x-open": "how one signs in and out"}
Text = Annotated[str, Form(max_length=1024)]
Next = Annotated[str, Form(max_length=2000)]


@router.get("/sign-in", openapi_extra=_SIGNING)
def sign_in_form(request: Request, next: str = HOME) -> Response:
    back = local_path(next)
    if session_user(request) is not None:
        return RedirectResponse(back, 303)
    if is_open(service(request).database):
        return RedirectResponse("/setup", 303)
    problem = "expired" if request.query_params.get("expired") else None
    return _page(request, "sign_in.html", SignInPage(next=back, problem=problem))


@router.post("/sign-in", openapi_extra=_SIGNING, dependencies=[FromHere])
def sign_in(request: Request, username: Text = "", password: Text = "", next: Next = HOME) -> Response:
    accounts, back = service(request).accounts, local_path(next)
    where = came(request, username)
    try:
        opened = accounts.begin(accounts.check_password(username, password, where), where)
    except TooManyAttempts:
        return _page(request, "sign_in.html", SignInPage(back, username[:64], "locked"), 429)
    except SignInRefused:
        return _page(request, "sign_in.html", SignInPage(back, username[:64], "wrong"), 401)
    return _let_in(request, opened, back)


@router.get("/sign-in/code", openapi_extra=_SIGNING)
def code_form(request: Request, next: str = HOME) -> Response:
    if service(request).accounts.who(read_cookie(request, HALF_COOKIE), "half") is None:
        return RedirectResponse("/sign-in", 303)
    return _page(request, "sign_in_code.html", CodePage(local_path(next)))


@router.post("/sign-in/code", openapi_extra=_SIGNING, dependencies=[FromHere])
def sign_in_code(request: Request, code: Text = "", next: Next = HOME) -> Response:
    accounts, back = service(request).accounts, local_path(next)
    half = read_cookie(request, HALF_COOKIE)
    user = accounts.who(half, "half")
    if user is None:
        return RedirectResponse("/sign-in?expired=1", 303)
    try:
        opened = accounts.finish(half, code, came(request, user.name))
    except TooManyAttempts:
        return _page(request, "sign_in_code.html", CodePage(back, "locked"), 429)
    except SecondFactorWrong:
        return _page(request, "sign_in_code.html", CodePage(back, "code_wrong"), 401)
    except SecondFactorUnreadable:
        return _page(request, "sign_in_code.html", CodePage(back, "code_unreadable"), 401)
    return RedirectResponse("/sign-in?expired=1", 303) if opened is None else _let_in(request, opened, back)


@router.post("/sign-out", openapi_extra=_SIGNING, dependencies=[FromHere])
def sign_out(request: Request) -> Response:
    response = RedirectResponse("/sign-in", 303)
    end_session(request, response)
    return response


@router.get("/sign-in/provider", openapi_extra=_SIGNING)
def begin_openid(request: Request, next: str = HOME) -> Response:
    """Off to the provider; what has to come back to this browser goes with it, sealed."""
    provider = _provider(request)
    try:
        begun = provider.begin(_return_address(request))
    except OpenIdFailed as error:
        return _openid_failed(request, error, next)
    response = RedirectResponse(begun.address, 303)
    until = int(provider.now().timestamp()) + OPENID_LASTS_SECONDS
    kept = {"state": begun.state, "nonce": begun.nonce, "verifier": begun.verifier, "next": local_path(next)[:500]}
    nonce = begun.nonce.encode()[:_NONCE]
    sealed = nonce + _openid_cipher(request).encrypt(nonce, orjson.dumps(kept | {"until": until}), None)
    set_cookie(request, response, OPENID_COOKIE, sealed.hex(), OPENID_LASTS_SECONDS)
    return response


@router.get("/sign-in/return", openapi_extra=_SIGNING)
def finish_openid(request: Request) -> Response:
    provider, kept = _provider(request), _openid_kept(request)
    try:
        if kept is None:
            raise OpenIdFailed("stale", "This sign-in was not begun in this browser, or too long ago; begin again.")
        begun = Begun("", kept["state"], kept["nonce"], kept["verifier"])
        found = provider.finish(begun, dict(request.query_params), _return_address(request))
        opened = sign_in_as(
            service(request).accounts,
            issuer=found.issuer,
            subject=found.subject,
            name=found.name,
            second_factor=found.second_factor,
            came=came(request, found.name),
        )
    except (OpenIdFailed, NoAccountHere) as error:
        response = _openid_failed(request, error, HOME)
    else:
        response = _let_in(request, opened, local_path(kept["next"]))
    set_cookie(request, response, OPENID_COOKIE, "", 0)
    return response


@router.get("/setup", openapi_extra=_SIGNING)
def setup_form(request: Request) -> Response:
    """The form of the first administrator; once there is one, it leads them to where their set-up goes on."""
    user = session_user(request)
    if user is not None and "system.manage" in permissions(user.grants):
        with service(request).database.reading() as session:
            address = next_address(session)
        if address is not None:
            return RedirectResponse(address, 303)
    _refuse_set_up(request)
    return _page(request, "setup.html", SetupPage())


@router.post("/setup", openapi_extra=_SIGNING, dependencies=[FromHere])
def setup(request: Request, code: Text = "", username: Text = "", password: Text = "", again: Text = "") -> Response:
    """The first administrator, signed in at once and led through what an office needs to begin."""
    _refuse_set_up(request)
    parts, view = service(request), SetupPage(code[:20], username[:64])
    if password != again:
        return _page(request, "setup.html", replace(view, problem="password.differ"), 422)
    try:
        user = make_first_administrator(parts.accounts, code, username, password, came(request, username).address)
    except SetupCodeWrong:
        return _page(request, "setup.html", replace(view, problem="setup.wrong"), 403)
    except PasswordRefused as error:
        return _page(request, "setup.html", replace(view, problem=f"password.{error.reason}"), 422)
    except Invalid:
        return _page(request, "setup.html", replace(view, problem="setup.name"), 422)
    response = RedirectResponse("/setup", 303)
    start_session(request, response, user)
    return response


def _refuse_set_up(request: Request) -> None:
    """Once somebody can sign in there is no such page. Raises NotFound."""
    if not is_open(service(request).database):
        raise NotFound("page", "setup")


def _let_in(request: Request, opened: Opened, back: str) -> Response:
    """A session on its way to the page that was wanted, or half of one to the second step."""
    address = back if opened.kind == "session" else f"/sign-in/code?next={quote(back, safe='')}"
    response = RedirectResponse(address, 303)
    keep_session(request, response, opened)
    return response


def _page(request: Request, template: str, view: object, status: int = 200) -> Response:
    """A page for somebody who is not signed in, with the token of its form."""
    bound = Response()
    token = sign_in_token(request, bound)
    if isinstance(view, SignInPage):
        demo: Demo | None = getattr(request.app.state, "demo", None)
        provider = _provider_of(request)
        label = provider.settings.label if provider is not None else ""
        view = replace(view, demo_logins=tuple(demo.logins) if demo else (), provider=label)
    page = show(request, template, view, token=token, status=status)
    for name, value in bound.raw_headers:
        if name == b"set-cookie":
            page.raw_headers.append((name, value))
    return page


def _provider_of(request: Request) -> Provider | None:
    found: Provider | None = getattr(request.app.state, "openid", None)
    return found


def _provider(request: Request) -> Provider:
    """Raises NotFound where no provider is set."""
    found = _provider_of(request)
    if found is None:
        raise NotFound("page", "sign-in/provider")
    return found


def _return_address(request: Request) -> str:
    return service(request).settings.oidc_return_url or f"{str(request.base_url).rstrip('/')}/sign-in/return"


def _openid_cipher(request: Request) -> AESGCM:
    return AESGCM(derive_key(service(request).secret_key, b"openid"))


def _openid_kept(request: Request) -> dict[str, str] | None:
    """What this browser was given when it was sent to the provider, if that was a moment ago."""
    try:
        sealed = bytes.fromhex(read_cookie(request, OPENID_COOKIE, _MAX_COOKIE))
        kept: dict[str, str] = orjson.loads(_openid_cipher(request).decrypt(sealed[:_NONCE], sealed[_NONCE:], None))
    except (ValueError, InvalidTag):
        return None
    return kept if int(kept["until"]) >= _provider(request).now().timestamp() else None


def _openid_failed(request: Request, error: OpenIdFailed | NoAccountHere, next: str) -> Response:
    problem = f"openid_{error.reason}" if isinstance(error, OpenIdFailed) else "openid_unknown"
    status = 502 if problem == "openid_away" else 403
    return _page(request, "sign_in.html", SignInPage(local_path(next), "", problem), status)
