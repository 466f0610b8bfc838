"""What administrators do for those who lost hold of their account."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Request, Response

from api.http.answers import answer
from api.http.errors import Forbidden
from api.http.idempotency import NOT_KEPT
from api.http.params import Page
from api.http.routers.own_account import paged, session_json
from api.http.schemas.own_account import Ended, FirstPassword, SessionList
from api.http.scope import Reader, askable, may
from api.http.service import service
from attendance.services import granting, own_account
from attendance.store import accounts as stored_accounts

router = APIRouter(tags=["users"])

Managing = Annotated[Reader, Depends(may("users.manage"))]
UserName = Annotated[str, Path(max_length=64, description="Name of the account.", examples=["lan.tccb"])]


@router.post(
    "/users/{name}/first-password",
    operation_id="resetPassword",
    summary="Give an account a first password",
    response_model=FirstPassword,
    openapi_extra={NOT_KEPT: "The answer is a secret, which is never stored; each is a new one."},
)
def reset_password(request: Request, reader: Managing, name: UserName) -> Response:
    """For administrators. It has to be changed at the first sign-in; sessions and tokens of the account end."""
    _looked_after(request, reader, name, own=False)
    accounts = service(request).accounts
    password = own_account.reset_password(accounts, name, reader.actor)
    return answer({"password": password, "expires_at": accounts.now() + own_account.FIRST_PASSWORD_LASTS})


@router.post(
    "/users/{name}/second-factor/remove",
    operation_id="removeSecondFactorOf",
    summary="Take the second factor of an account away",
    status_code=204,
    response_class=Response,
    openapi_extra={NOT_KEPT: "What was taken away twice is away."},
)
def remove_second_factor(request: Request, reader: Managing, name: UserName) -> Response:
    """For administrators: for somebody who lost phone and recovery codes. It is written down."""
    _looked_after(request, reader, name, own=False)
    own_account.remove_second_factor(service(request).accounts, name, reader.actor)
    return Response(status_code=204)


@router.get(
    "/users/{name}/sessions",
    operation_id="listSessionsOf",
    summary="What an account is signed in to",
    response_model=SessionList,
)
def list_sessions(request: Request, reader: Managing, name: UserName, page: Page) -> Response:
    """For administrators."""
    _looked_after(request, reader, name, own=True)
    with service(request).database.reading() as session:
        user_id = stored_accounts.get_user(session, name).id
    found = own_account.sign_ins_of(service(request).accounts, user_id)
    return paged([session_json(one, reader.user.held.sign_in_id) for one in found], page)


@router.post(
    "/users/{name}/sessions/end",
    operation_id="endSessionsOf",
    summary="End everything an account is signed in to",
    response_model=Ended,
    openapi_extra={NOT_KEPT: "What was ended twice is ended."},
)
def end_sessions(request: Request, reader: Managing, name: UserName) -> Response:
    """For administrators. Tokens made for programs stay; closing the account ends them too."""
    _looked_after(request, reader, name, own=True)
    return answer({"ended": own_account.end_all_sign_ins(service(request).accounts, name, reader.actor)})


def _looked_after(request: Request, reader: Reader, name: str, *, own: bool) -> None:
    """Raises NotFound for an account elsewhere in the tree, Forbidden for one's own where that is no way round."""
    parts = service(request)
    with parts.database.reading() as session:
        granting.account(session, askable("user", name), parts.now(), reader.within)
    if name == reader.user.name and not own:
        raise Forbidden("This is for other accounts; change your own under `/auth`, or ask another administrator.")
