"""The pages of one's own account: password, second factor, sessions, tokens."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Annotated

import segno
from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from markupsafe import Markup

from api.http.auth import HOME, came, own_actor, page_holder, page_user, sent_from_here
from api.http.service import service
from api.pages.account_view import AccountPage, PasswordPage, SecondFactorPage, SessionRow, TokenGiven, TokenRow
from api.pages.routes import show
from attendance import clock
from attendance.errors import AttendanceError, Invalid, NotFound
from attendance.services import own_account
from attendance.services.access import may
from attendance.services.accounts import SignedIn
from attendance.services.api_tokens import SCOPES, end_of
from attendance.services.guessing import TooManyAttempts
from attendance.services.own_account import ProofWrong
from attendance.services.passwords import PasswordRefused
from attendance.services.second_factor import Enrolment, SecondFactorUnreadable

DAYS = (30, 90, 365)
DONE = ("password", "second_off", "ended", "revoked")

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)
FromHere = Depends(sent_from_here)
_OWN = {"x-open": "about oneself alone"}
Holder = Annotated[SignedIn, Depends(page_holder)]
User = Annotated[SignedIn, Depends(page_user)]
Text = Annotated[str, Form(max_length=1024)]
Number = Annotated[int, Form(ge=0, le=2**31 - 1)]


@router.get("/account", openapi_extra=_OWN)
def account(request: Request, user: User) -> Response:
    done = request.query_params.get("done")
    return _account(request, user, done=done if done in DONE else None)


@router.get("/account/password", openapi_extra=_OWN)
def password_form(request: Request, user: Holder) -> Response:
    if user.held.must != "password":
        return RedirectResponse("/account", 303)
    return show(request, "account_password.html", PasswordPage(), user=user)


@router.post("/account/password", openapi_extra=_OWN, dependencies=[FromHere])
def change_password(request: Request, user: Holder, old: Text = "", new: Text = "", again: Text = "") -> Response:
    first = user.held.must == "password"
    try:
        if new != again:
            raise _Differ
        own_account.change_password(
            service(request).accounts,
            user,
            None if first else old,
            new,
            own_actor(request, user),
            came(request, user.name),
        )
    except (AttendanceError, _Differ) as error:
        problem, status = _problem(error)
        if first:
            return show(request, "account_password.html", PasswordPage(problem), user=user, status=status)
        return _account(request, user, problem=problem, status=status)
    return RedirectResponse(HOME if first else "/account?done=password", 303)


@router.get("/account/second-factor", openapi_extra=_OWN)
def second_factor_form(request: Request, user: Holder) -> Response:
    accounts = service(request).accounts
    if accounts.second_factors.is_set(user.user_id):
        return RedirectResponse("/account", 303)
    return _second_factor(request, user, accounts.second_factors.begun(user.user_id, user.name))


@router.post("/account/second-factor/begin", openapi_extra=_OWN, dependencies=[FromHere])
def begin_second_factor(request: Request, user: Holder) -> Response:
    factors = service(request).accounts.second_factors
    if not factors.is_set(user.user_id):
        factors.begin(user.user_id, user.name)
    return RedirectResponse("/account/second-factor", 303)


@router.post("/account/second-factor", openapi_extra=_OWN, dependencies=[FromHere])
def confirm_second_factor(request: Request, user: Holder, code: Text = "") -> Response:
    accounts = service(request).accounts
    try:
        codes = own_account.confirm_second_factor(
            accounts, user, code, own_actor(request, user), came(request, user.name)
        )
    except Invalid:
        return RedirectResponse("/account/second-factor", 303)
    except (ProofWrong, TooManyAttempts) as error:
        problem, status = _problem(error)
        begun = accounts.second_factors.begun(user.user_id, user.name)
        return _second_factor(request, user, begun, problem=problem, status=status)
    view = SecondFactorPage(codes=tuple(codes), next=HOME if user.held.must else "/account")
    return show(request, "second_factor.html", view, user=replace(user, held=replace(user.held, remind=False)))


@router.post("/account/second-factor/remove", openapi_extra=_OWN, dependencies=[FromHere])
def remove_second_factor(request: Request, user: User, password: Text = "", code: Text = "") -> Response:
    try:
        own_account.remove_own_second_factor(service(request).accounts, user, password, code, came(request, user.name))
    except AttendanceError as error:
        problem, status = _problem(error)
        return _account(request, user, problem=problem, status=status)
    return RedirectResponse("/account?done=second_off", 303)


@router.post("/account/recovery-codes", openapi_extra=_OWN, dependencies=[FromHere])
def renew_recovery_codes(request: Request, user: User, code: Text = "") -> Response:
    try:
        codes = own_account.renew_recovery_codes(
            service(request).accounts, user, code, own_actor(request, user), came(request, user.name)
        )
    except AttendanceError as error:
        problem, status = _problem(error)
        return _account(request, user, problem=problem, status=status)
    return show(request, "second_factor.html", SecondFactorPage(codes=tuple(codes)), user=user)


@router.post("/account/sessions/end", openapi_extra=_OWN, dependencies=[FromHere])
def end_session(request: Request, user: User, session: Number = 0) -> Response:
    try:
        own_account.end_sign_in(service(request).accounts, user.user_id, user.name, session, own_actor(request, user))
    except NotFound:
        return RedirectResponse("/account", 303)  # it ended by itself meanwhile
    return RedirectResponse("/account?done=ended", 303)


@router.post("/account/sessions/end-others", openapi_extra=_OWN, dependencies=[FromHere])
def end_other_sessions(request: Request, user: User) -> Response:
    own_account.end_other_sign_ins(service(request).accounts, user, own_actor(request, user))
    return RedirectResponse("/account?done=ended", 303)


@router.post("/account/tokens", openapi_extra=_OWN, dependencies=[FromHere])
def make_token(
    request: Request,
    user: User,
    name: Text = "",
    scope: Annotated[list[str], Form(max_length=100)] = [],  # noqa: B006 - FastAPI copies it
    read_only: Text = "",
    days: Number = DAYS[0],
) -> Response:
    parts = service(request)
    last = parts.today() + timedelta(days=days if days in DAYS else DAYS[0])
    try:
        made = parts.accounts.tokens.make(
            user.name,
            name,
            [one for one in scope if one in _scopes(user)],
            read_only=read_only == "yes",
            expires_at=end_of(last, parts.settings.timezone),
            actor=own_actor(request, user),
        )
    except Invalid:
        problem = "token.incomplete" if scope else "token.no_scope"
        given = TokenGiven(name[:64], tuple(scope), read_only == "yes", days, problem)
        return _account(request, user, given=given, status=422)
    return _account(request, user, made=made.secret)


@router.post("/account/tokens/revoke", openapi_extra=_OWN, dependencies=[FromHere])
def revoke_token(request: Request, user: User, token: Number = 0) -> Response:
    try:
        service(request).accounts.tokens.revoke(token, user.user_id, own_actor(request, user))
    except NotFound:
        return RedirectResponse("/account", 303)
    return RedirectResponse("/account?done=revoked", 303)


class _Differ(Exception):
    """The new password was typed in two ways."""


def _problem(error: Exception) -> tuple[str, int]:
    """The key of the sentence that says what went wrong, and the status. Raises what is not expected again."""
    match error:
        case _Differ():
            return "password.differ", 422
        case PasswordRefused():
            return f"password.{error.reason}", 422
        case TooManyAttempts():
            return "sign_in.locked", 429
        case ProofWrong():
            return "password.old_wrong" if error.proof == "password" else "sign_in.code_wrong", 422
        case SecondFactorUnreadable():
            return "sign_in.code_unreadable", 422
    raise error


def _second_factor(
    request: Request, user: SignedIn, begun: Enrolment | None, *, problem: str | None = None, status: int = 200
) -> Response:
    view = SecondFactorPage(forced=user.held.must is not None, problem=problem)
    if begun is not None:
        drawn = segno.make(begun.address, error="m", micro=False).svg_inline(border=2, omitsize=True, dark="#000")
        view = replace(view, text=begun.text, qr=Markup(drawn))  # noqa: S704 - paths of segno, no text of anybody
    return show(request, "second_factor.html", view, user=user, status=status)


def _account(
    request: Request,
    user: SignedIn,
    *,
    made: str = "",
    done: str | None = None,
    problem: str | None = None,
    given: TokenGiven | None = None,
    status: int = 200,
) -> Response:
    parts = service(request)
    accounts, zone = parts.accounts, parts.settings.timezone
    has_second_factor = accounts.second_factors.is_set(user.user_id)
    view = AccountPage(
        second_factor=has_second_factor,
        codes_left=accounts.second_factors.recovery_codes_left(user.user_id) if has_second_factor else 0,
        sessions=tuple(
            SessionRow(
                one.id,
                one.kind,
                one.browser,
                one.address,
                clock.to_wall(one.created_at, zone),
                clock.to_wall(one.seen_at, zone) if one.kind == "session" else None,
                one.id == user.held.sign_in_id,
            )
            for one in own_account.sign_ins_of(accounts, user.user_id)
        ),
        tokens=tuple(
            TokenRow(
                one.id,
                one.name,
                one.scopes,
                one.read_only,
                clock.to_wall(one.expires_at - timedelta(seconds=1), zone),
                clock.to_wall(one.seen_at, zone) if one.seen_at is not None else None,
            )
            for one in accounts.tokens.of(user.user_id)
        ),
        scopes=_scopes(user),
        made=made,
        done=done,
        problem=problem,
        given=given or TokenGiven(),
    )
    return show(request, "account.html", view, user=user, status=status)


def _scopes(user: SignedIn) -> tuple[str, ...]:
    """What somebody may do by the roles they have now: a token for anything else would open nothing."""
    return tuple(scope for scope in SCOPES if any(may(role, scope) for role in user.roles))  # type: ignore[arg-type]
