"""Tokens: sign in, sign out, who one is."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request, Response

from api.http.answers import answer
from api.http.auth import SignedInUser, address_of, bearer_secret
from api.http.schemas.sign_in import Me, Token
from api.http.service import service
from attendance.services.accounts import BEARER_LASTS

router = APIRouter(prefix="/auth", tags=["sign-in"])

_OWN = {"x-open": "about oneself alone"}


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
) -> Response:
    """OAuth2 password form. Five wrong passwords for a name from one address, and it has to wait 15 minutes.

    An unknown name, a wrong password and a closed account are answered alike.
    """
    opened = service(request).accounts.sign_in(username, password, address_of(request), "bearer")
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


@router.get("/me", operation_id="whoAmI", summary="Who one is", response_model=Me, openapi_extra=_OWN)
def me(user: SignedInUser) -> Response:
    """Name, and what is granted to one at present."""
    held = [{"role": grant.role, "unit": grant.unit, "ends_at": grant.ends_at} for grant in user.grants]
    return answer({"name": user.name, "role": user.role or None, "unit": user.unit, "grants": held})
