"""Tokens of eight hours: sign in, sign out, who one is; one's own password and second factor."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request, Response

from api.http.answers import answer
from api.http.auth import AccountHolder, InPerson, SignedInUser, address_of, bearer_secret, came, own_actor
from api.http.errors import DutyFirst
from api.http.idempotency import NOT_KEPT
from api.http.schemas.sign_in import Code, Me, NewPassword, Proofs, RecoveryCodes, SecondFactorSecret, Token
from api.http.service import service
from attendance.services import own_account
from attendance.services.accounts import BEARER_LASTS, SignedIn

router = APIRouter(prefix="/auth", tags=["sign-in"])

_OWN = {"x-open": "about oneself alone"}
_TRIES = _OWN | {NOT_KEPT: "Each try of a password or a code is counted, whatever becomes of it."}
_SECRET = _OWN | {NOT_KEPT: "The answer is a secret, which is never stored."}


@router.post(
    "/token",
    operation_id="signIn",
    summary="Sign in for a token",
    response_model=Token,
    openapi_extra={"x-open": "how one signs in"},
)
def sign_in(
    request: Request,
    username: Annotated[str, Form(max_length=1000, description="Name under which one signs in.")],
    password: Annotated[str, Form(max_length=10_000, description="The password.")],
    grant_type: Annotated[str | None, Form(pattern="^password$", description="`password`, if given.")] = None,
    scope: Annotated[str, Form(max_length=1000, description="Not used.")] = "",
    client_id: Annotated[str | None, Form(max_length=1000, description="Not used.")] = None,
    client_secret: Annotated[str | None, Form(max_length=1000, description="Not used.")] = None,
    totp: Annotated[
        str,
        Form(max_length=40, description="Code of the authenticator app, or a recovery code, where the account asks."),
    ] = "",
) -> Response:
    """OAuth2 password form. Five wrong passwords for a name from one address, and it has to wait 15 minutes.

    An unknown name, a wrong password and a closed account are answered alike. Where the account has a second factor, a
    right password without `totp` is answered 401 with the code `second_factor_needed`.
    """
    opened = service(request).accounts.sign_in(
        username, password, address_of(request), "bearer", code=totp, came=came(request, username)
    )
    return answer(
        {
            "access_token": opened.secret,
            "token_type": "bearer",
            "expires_in": int(BEARER_LASTS.total_seconds()),
        }
    )


@router.post(
    "/revoke",
    operation_id="signOut",
    summary="End this token",
    status_code=204,
    response_class=Response,
    openapi_extra=_OWN,
)
def sign_out(request: Request, user: SignedInUser, secret: Annotated[str, Depends(bearer_secret)]) -> Response:
    """The token that is sent ends at once."""
    service(request).accounts.sign_out(secret)
    return Response(status_code=204)


@router.post(
    "/password",
    operation_id="changePassword",
    summary="Change one's own password",
    status_code=204,
    response_class=Response,
    openapi_extra=_TRIES,
)
def change_password(request: Request, user: AccountHolder, given: NewPassword) -> Response:
    """Whatever else one is signed in to ends at once; this token and tokens for programs stay."""
    own_account.change_password(
        service(request).accounts,
        user,
        given.old.get_secret_value(),
        given.new.get_secret_value(),
        own_actor(request, user),
        came(request, user.name),
    )
    return Response(status_code=204)


@router.post(
    "/second-factor",
    operation_id="beginSecondFactor",
    summary="Begin to set up a second factor",
    response_model=SecondFactorSecret,
    openapi_extra=_SECRET,
)
def begin_second_factor(request: Request, user: AccountHolder) -> Response:
    """A secret for an authenticator app, in place of one that was not confirmed. It counts once it is confirmed."""
    _refuse_first_password(user)
    begun = service(request).accounts.second_factors.begin(user.user_id, user.name)
    return answer({"address": begun.address, "key": begun.text.replace(" ", "")})


@router.post(
    "/second-factor/confirm",
    operation_id="confirmSecondFactor",
    summary="Turn the second factor on",
    response_model=RecoveryCodes,
    openapi_extra=_SECRET,
)
def confirm_second_factor(request: Request, user: AccountHolder, given: Code) -> Response:
    """With the first code of the app. The recovery codes are shown this once."""
    _refuse_first_password(user)
    accounts = service(request).accounts
    codes = own_account.confirm_second_factor(
        accounts, user, given.code, own_actor(request, user), came(request, user.name)
    )
    return answer({"recovery_codes": codes})


@router.post(
    "/second-factor/remove",
    operation_id="removeSecondFactor",
    summary="Turn the second factor off",
    status_code=204,
    response_class=Response,
    openapi_extra=_TRIES,
)
def remove_second_factor(request: Request, user: InPerson, given: Proofs) -> Response:
    """With password and code."""
    own_account.remove_own_second_factor(
        service(request).accounts, user, given.password.get_secret_value(), given.code, came(request, user.name)
    )
    return Response(status_code=204)


def _refuse_first_password(user: SignedIn) -> None:
    if user.held.must == "password":
        raise DutyFirst("password")


@router.get("/me", operation_id="whoAmI", summary="Who one is", response_model=Me, openapi_extra=_OWN)
def me(user: SignedInUser) -> Response:
    """Name, and what is granted to one at present."""
    held = [{"role": grant.role, "unit": grant.unit, "ends_at": grant.ends_at} for grant in user.grants]
    return answer({"name": user.name, "role": user.role or None, "unit": user.unit, "grants": held})
