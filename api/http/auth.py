"""Who is asking: bearer tokens for the API, cookies and form tokens for the pages."""

from __future__ import annotations

import secrets
from hmac import compare_digest
from ipaddress import ip_address
from typing import Annotated, Literal
from urllib.parse import urlsplit

from fastapi import Depends, Form, Request, Response
from fastapi.security import OAuth2PasswordBearer

from api.http.errors import API, DutyFirst, Forbidden, FormRefused, LedTo, NotSignedIn, SignInNeeded
from api.http.service import service
from attendance.services.accounts import HALF_LASTS, SESSION_LASTS, Opened, SignedIn, seal
from attendance.services.known_devices import LASTS as DEVICE_LASTS
from attendance.services.known_devices import known_device, name_mark
from attendance.services.proofs import Came
from attendance.store.trail import Actor

SESSION_COOKIE = "attendance_session"
SIGN_IN_COOKIE = "attendance_sign_in"
HALF_COOKIE = "attendance_half"
DEVICE_COOKIE = "attendance_device"
HOME = "/"  # which leads to the first page somebody may open
DUTY_PAGES = {"password": "/account/password", "second_factor": "/account/second-factor"}
READING = ("GET", "HEAD")
_FORWARDED = ("forwarded", "x-forwarded-for", "x-real-ip")

maybe_token = OAuth2PasswordBearer(
    tokenUrl=f"{API}/auth/token",
    auto_error=False,
    scheme_name="Token",
    description=f"A token of `POST {API}/auth/token`, good for eight hours, or one made with `POST {API}/tokens`.",
)


def bearer_secret(token: Annotated[str | None, Depends(maybe_token)]) -> str:
    """The token that was sent. Raises NotSignedIn where there is none."""
    if not token:
        raise NotSignedIn
    return token


def token_holder(request: Request, secret: Annotated[str, Depends(bearer_secret)]) -> SignedIn:
    """Whose token it is, whatever they have to do first. Raises NotSignedIn for one that is unknown or over, Forbidden
    for one that only reads."""
    found = service(request).accounts.who(secret, "bearer")
    if found is None:
        raise NotSignedIn
    if found.held.read_only and request.method not in READING:
        raise Forbidden("This token only reads; make another that may change things, or sign in with a password.")
    return found


def signed_in(user: Annotated[SignedIn, Depends(token_holder)]) -> SignedIn:
    """Whose token it is. Raises as `token_holder`, and DutyFirst where something has to be done first."""
    if user.held.must is not None:
        raise DutyFirst(user.held.must)
    return user


def account_holder(user: Annotated[SignedIn, Depends(token_holder)]) -> SignedIn:
    """Whoever signed in with a password: what concerns the account itself is no matter of tokens for programs. They
    may have something to do first. Raises NotSignedIn, Forbidden."""
    if user.held.scopes is not None:
        raise Forbidden(
            f"A token made for a program cannot do this; sign in with name and password (POST {API}/auth/token)."
        )
    return user


def in_person(user: Annotated[SignedIn, Depends(account_holder)]) -> SignedIn:
    """The same, with nothing to be done first. Raises DutyFirst too."""
    return signed_in(user)


SignedInUser = Annotated[SignedIn, Depends(signed_in)]
AccountHolder = Annotated[SignedIn, Depends(account_holder)]
InPerson = Annotated[SignedIn, Depends(in_person)]


def beside_or_signed_in(request: Request, token: Annotated[str | None, Depends(maybe_token)]) -> None:
    """Lets on programs of this machine (monitoring), and everybody who is signed in. Raises NotSignedIn."""
    if not is_beside(request):
        signed_in(token_holder(request, bearer_secret(token)))


def is_beside(request: Request) -> bool:
    """Whether the request was made on this machine, and not merely handed on by a proxy on it."""
    if request.client is None or any(name in request.headers for name in _FORWARDED):
        return False
    try:
        return ip_address(request.client.host).is_loopback
    except ValueError:
        return False


def address_of(request: Request) -> str:
    """The address a request came from; the server has looked through a trusted proxy by then."""
    return request.client.host if request.client is not None else ""


def page_user(request: Request) -> SignedIn:
    """Who is looking at a page. Raises SignInNeeded, which leads to the sign-in page and back, and LedTo where
    something has to be done first."""
    found = page_holder(request)
    if found.held.must is not None:
        raise LedTo(DUTY_PAGES[found.held.must])
    return found


def page_holder(request: Request) -> SignedIn:
    """The same for pages about one's own account, whatever one has to do first. Raises SignInNeeded."""
    found = session_user(request)
    if found is None:
        path = request.url.path + (f"?{request.url.query}" if request.url.query else "")
        raise SignInNeeded(local_path(path) if request.method == "GET" else HOME)
    return found


def session_user(request: Request) -> SignedIn | None:
    """Who is looking at a page; None: nobody is signed in."""
    secret = read_cookie(request, SESSION_COOKIE)
    return service(request).accounts.who(secret, "session", used=not _asks_by_itself(request)) if secret else None


def _asks_by_itself(request: Request) -> bool:
    """Whether an open page asks again, which keeps nobody signed in who has walked away from it."""
    if request.url.path == "/today/stream":
        return True
    asking = {"/today/live": "live", "/reports/jobs/live": "jobs-live"}.get(request.url.path)
    return asking is not None and request.headers.get("hx-trigger") == asking


def came(request: Request, name: str) -> Came:
    """Where a sign-in to an account comes from, with what its device was given to keep when it signed in before."""
    via: Literal["api", "page"] = "api" if request.url.path.startswith(f"{API}/") else "page"
    kept = read_cookie(request, f"{DEVICE_COOKIE}_{name_mark(name)}")
    return Came(address_of(request), request.headers.get("user-agent", "")[:500], kept, via)


def own_actor(request: Request, user: SignedIn) -> Actor:
    """Somebody who does something about their own account."""
    via: Literal["api", "page"] = "api" if request.url.path.startswith(f"{API}/") else "page"
    return Actor(user.name, user.user_id, via, address_of(request), user.role)


def start_session(request: Request, response: Response, user: SignedIn) -> Opened:
    """Sign somebody in for the pages: a new secret each time, as a cookie of `response`."""
    opened = service(request).accounts.open(user, "session", came(request, user.name))
    keep_session(request, response, opened)
    return opened


def keep_session(request: Request, response: Response, opened: Opened) -> None:
    """Give the browser a session that was opened a moment ago, in place of any it had; it is known from now on.

    Half a session replaces nothing yet.
    """
    if opened.kind == "half":
        set_cookie(request, response, HALF_COOKIE, opened.secret, int(HALF_LASTS.total_seconds()))
        return
    end_session(request, response)
    set_cookie(request, response, SESSION_COOKIE, opened.secret, int(SESSION_LASTS.total_seconds()))
    if read_cookie(request, HALF_COOKIE):
        set_cookie(request, response, HALF_COOKIE, "", 0)
    parts, name = service(request), opened.user.name
    kept = known_device(parts.secret_key, name, parts.now())
    set_cookie(request, response, f"{DEVICE_COOKIE}_{name_mark(name)}", kept, int(DEVICE_LASTS.total_seconds()))


def end_session(request: Request, response: Response) -> None:
    """Sign out of the pages; ends the sign-in in the database, not the cookie alone."""
    secret = read_cookie(request, SESSION_COOKIE)
    if secret:
        service(request).accounts.sign_out(secret)
        set_cookie(request, response, SESSION_COOKIE, "", 0)


def csrf_token(request: Request) -> str:
    """The token that forms of a signed-in page carry; empty where nobody is signed in."""
    secret = read_cookie(request, SESSION_COOKIE)
    return seal(service(request).secret_key, "form", secret) if secret else ""


def sign_in_token(request: Request, response: Response) -> str:
    """The token for the sign-in form, bound to a cookie of `response`, so that nobody is signed in as another."""
    secret = read_cookie(request, SIGN_IN_COOKIE) or secrets.token_urlsafe(32)
    set_cookie(request, response, SIGN_IN_COOKIE, secret, 3600)
    return seal(service(request).secret_key, "sign-in", secret)


def sent_from_here(request: Request, csrf_token: Annotated[str, Form(max_length=256)] = "") -> None:
    """A dependency of everything that a page sends. Raises FormRefused before anything else is looked at."""
    check_csrf(request, csrf_token)


def check_csrf(request: Request, token: str) -> None:
    """Refuse a form that a page of this session has not sent. Raises FormRefused.

    Signed in, the token is that of `csrf_token`; else that of `sign_in_token`.
    """
    if not _is_same_origin(request):
        raise FormRefused
    key = service(request).secret_key
    expected = [
        seal(key, purpose, secret)
        for purpose, name in (("form", SESSION_COOKIE), ("sign-in", SIGN_IN_COOKIE))
        if (secret := read_cookie(request, name))
    ]
    given = token.encode("utf-8", "replace")
    if not any(compare_digest(given, good.encode()) for good in expected):
        raise FormRefused


def check_origin(request: Request) -> None:
    """Refuse a form of another site where nobody is signed in and the form brings a proof of its own. Raises
    FormRefused."""
    if not _is_same_origin(request):
        raise FormRefused


def local_path(next: str) -> str:
    """An address of this site to return to; anything that could lead elsewhere becomes the first page."""
    if not next.startswith("/") or next.startswith("//") or len(next) > 2000:
        return HOME
    if "\\" in next or not next.isprintable() or " " in next:
        return HOME
    try:
        parts = urlsplit(next)
    except ValueError:
        return HOME
    return HOME if parts.scheme or parts.netloc or parts.path.startswith("/sign-") else next


def _is_same_origin(request: Request) -> bool:
    if request.headers.get("sec-fetch-site") == "cross-site":
        return False
    origin = request.headers.get("origin")
    if origin is None:
        return True
    try:
        return urlsplit(origin).netloc == request.headers.get("host", "")
    except ValueError:
        return False


def _is_secure(request: Request) -> bool:
    return request.url.scheme == "https"


def _name(request: Request, name: str) -> str:
    """Over https browsers hold `__Host-` cookies to this very host."""
    return f"__Host-{name}" if _is_secure(request) else name


def read_cookie(request: Request, name: str, most: int = 200) -> str:
    """What the browser keeps under one of our names; nothing where it is longer than we ever write it."""
    found = request.cookies.get(_name(request, name), "")
    return found if len(found) <= most else ""


def set_cookie(request: Request, response: Response, name: str, value: str, seconds: int) -> None:
    response.set_cookie(
        _name(request, name),
        value,
        max_age=seconds,
        path="/",
        secure=_is_secure(request),
        httponly=True,
        samesite="lax",
    )
