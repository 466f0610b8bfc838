"""What one is signed in to, and tokens made for programs."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Path, Request, Response

from api.http.answers import answer
from api.http.auth import InPerson, own_actor
from api.http.idempotency import NOT_KEPT
from api.http.params import Page, Paging
from api.http.schemas.own_account import ApiTokenList, Ended, MadeApiToken, NewApiToken, SessionList
from api.http.service import service
from attendance.services import own_account
from attendance.services.api_tokens import end_of
from attendance.store.api_tokens import StoredToken
from attendance.store.sign_ins import SignInOf

router = APIRouter(tags=["sign-in"])

MAX_NUMBER = 2**31 - 1
_OWN = {"x-open": "about oneself alone"}
_ENDS = _OWN | {NOT_KEPT: "What was ended twice is ended."}
_SECRET = _OWN | {NOT_KEPT: "The answer is a secret, which is never stored; each token is a new one."}
SessionNumber = Annotated[int, Path(ge=1, le=MAX_NUMBER, description="Number of the session.", examples=[311])]
TokenNumber = Annotated[int, Path(ge=1, le=MAX_NUMBER, description="Number of the token.", examples=[7])]


@router.get(
    "/sessions",
    operation_id="listSessions",
    summary="What one is signed in to",
    response_model=SessionList,
    openapi_extra=_OWN,
)
def list_sessions(request: Request, user: InPerson, page: Page) -> Response:
    """Sessions of the pages and tokens of eight hours, with where they were opened."""
    found = own_account.sign_ins_of(service(request).accounts, user.user_id)
    return paged([session_json(one, user.held.sign_in_id) for one in found], page)


@router.post(
    "/sessions/{id}/end",
    operation_id="endSession",
    summary="End one of one's sessions",
    status_code=204,
    response_class=Response,
    openapi_extra=_ENDS,
)
def end_session(request: Request, user: InPerson, id: SessionNumber) -> Response:
    """Whatever it had open is closed at the next look at it."""
    own_account.end_sign_in(service(request).accounts, user.user_id, user.name, id, own_actor(request, user))
    return Response(status_code=204)


@router.post(
    "/sessions/end-others",
    operation_id="endOtherSessions",
    summary="End all sessions but this",
    response_model=Ended,
    openapi_extra=_ENDS,
)
def end_other_sessions(request: Request, user: InPerson) -> Response:
    """Everything one is signed in to, but for the token that is sent."""
    ended = own_account.end_other_sign_ins(service(request).accounts, user, own_actor(request, user))
    return answer({"ended": ended})


@router.get(
    "/tokens",
    operation_id="listTokens",
    summary="Tokens made for programs",
    response_model=ApiTokenList,
    openapi_extra=_OWN,
)
def list_tokens(request: Request, user: InPerson, page: Page) -> Response:
    """One's own that are good at present."""
    found = service(request).accounts.tokens.of(user.user_id)
    return paged([token_json(one) for one in found], page)


@router.post(
    "/tokens",
    operation_id="makeToken",
    summary="Make a token for a program",
    status_code=201,
    response_model=MadeApiToken,
    openapi_extra=_SECRET,
)
def make_token(request: Request, user: InPerson, given: NewApiToken) -> Response:
    """It opens what it is held to, as far as its owner may at that moment; never pages, and never the account."""
    parts = service(request)
    made = parts.accounts.tokens.make(
        user.name,
        given.name,
        given.scopes,
        read_only=given.read_only,
        expires_at=end_of(given.to, parts.settings.timezone),
        actor=own_actor(request, user),
    )
    return answer(token_json(made.token) | {"token": made.secret}, 201)


@router.post(
    "/tokens/{id}/revoke",
    operation_id="revokeToken",
    summary="End a token made for a program",
    status_code=204,
    response_class=Response,
    openapi_extra=_ENDS,
)
def revoke_token(request: Request, user: InPerson, id: TokenNumber) -> Response:
    """It opens nothing from this moment on."""
    service(request).accounts.tokens.revoke(id, user.user_id, own_actor(request, user))
    return Response(status_code=204)


def session_json(one: SignInOf, this: int | None) -> dict[str, Any]:
    shown = ("id", "kind", "created_at", "seen_at", "expires_at", "address", "browser", "second_factor")
    return {name: getattr(one, name) for name in shown} | {"this": one.id == this}


def token_json(token: StoredToken) -> dict[str, Any]:
    shown = ("id", "name", "scopes", "read_only", "created_at", "expires_at", "seen_at")
    return {name: getattr(token, name) for name in shown}


def paged(rows: list[dict[str, Any]], page: Paging) -> Response:
    shown = rows[page.offset : page.offset + page.limit]
    return answer({"items": shown, "total": len(rows), "limit": page.limit, "offset": page.offset, "next": None})
