"""What goes wrong, as `application/problem+json` (RFC 9457): one table from error class to status, and the handlers."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import quote

import orjson
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import HTTPException, RequestValidationError
from starlette.exceptions import HTTPException as StarletteHTTPException

from attendance.errors import (
    AlreadyExists,
    AttendanceError,
    ChangedMeanwhile,
    Conflict,
    EvidenceBroken,
    Invalid,
    MayNotSign,
    MonthMovedOn,
    MonthNotLockable,
    NotFound,
    NoVersionInForce,
    Overlap,
    StoreUnavailable,
    UnknownZone,
)
from attendance.reading import Refused
from attendance.services.citizens.problems import TooManyForms
from attendance.services.commitments.standing import MovedOn
from attendance.services.conduct.deciding import AlreadyDecided
from attendance.services.first_administrator import SetupCodeWrong
from attendance.services.granting import GrantRefused
from attendance.services.guessing import TooManyAttempts
from attendance.services.imports.undoing import StillNeeded, UndoneBefore
from attendance.services.openid_sign_in import NoAccountHere
from attendance.services.own_account import ProofWrong
from attendance.services.papers.deciding import NotTheirs
from attendance.services.proofs import SignInRefused
from attendance.services.report_jobs import NotReady
from attendance.services.second_factor import SecondFactorNeeded, SecondFactorUnreadable, SecondFactorWrong
from attendance.services.unit_index.publishing import AlreadyPublished
from attendance.services.visiting.sealing import OnlyHeadSeals
from attendance.sheets import BookRefused
from attendance.store.paper_register import NotAsItWas
from device_sync.agent.framing import Altered
from device_sync.agent.receiving import Forked, NotUnderstood, TokenRefused, TooFast
from device_sync.poller import Ended, Occupied
from device_sync.zk.address import AddressRefused

API = "/api/v1"
PageError = Callable[[Request, int, str | None], Response]
_log = logging.getLogger(__name__)


class NotSignedIn(AttendanceError):
    code = "not_signed_in"

    def __init__(self) -> None:
        super().__init__(f"Sign in first: send a valid token of POST {API}/auth/token as `Authorization: Bearer …`.")


class Forbidden(AttendanceError):
    code = "forbidden"


class DutyFirst(AttendanceError):
    """Something has to be done before anything else: a first password changed, a second factor set up."""

    code = "duty_first"

    def __init__(self, duty: str) -> None:
        super().__init__(
            f"This password was made by an administrator: change it first, with POST {API}/auth/password."
            if duty == "password"
            else "Your role needs a second factor, and this account has none: set it up on the page of your account, "
            f"or begin with POST {API}/auth/second-factor."
        )
        self.code = f"{duty}_first"


class FormRefused(AttendanceError):
    """A form that does not come from a page of this site, or from one that is too old."""

    code = "form_refused"

    def __init__(self) -> None:
        super().__init__("This form has expired or was not sent from a page of this site; load the page again.")


class InFlight(AttendanceError):
    """The same write is under way under the same key."""

    code = "in_flight"

    def __init__(self) -> None:
        super().__init__("A request with this Idempotency-Key is being worked on; ask again in a moment.")


class ChangedSince(AttendanceError):
    """`If-Match` names a version that is no longer the last one; the sentence says who changed it when."""

    code = "changed_meanwhile"


class Gone(AttendanceError):
    """A file that was here and is not any more."""

    code = "gone"


class NotAvailable(AttendanceError):
    """Something this process was started without."""

    code = "not_available"


class SignInNeeded(Exception):
    """A page was asked for by nobody: they are sent to sign in and come back to `next`."""

    def __init__(self, next: str) -> None:
        super().__init__(next)
        self.next = next


class LedTo(Exception):
    """A page was asked for by somebody who has to do something else first: they are led to its address."""

    def __init__(self, address: str) -> None:
        super().__init__(address)
        self.address = address


# The nearest class of an error decides; an error that is not here is a fault of the program and tells nothing.
STATUS: Mapping[type[Exception], int] = {
    NotSignedIn: 401,
    SignInRefused: 401,
    SecondFactorNeeded: 401,
    SecondFactorWrong: 401,
    SecondFactorUnreadable: 401,
    TokenRefused: 401,
    Forbidden: 403,
    DutyFirst: 403,
    NoAccountHere: 403,
    ProofWrong: 403,
    SetupCodeWrong: 403,
    GrantRefused: 403,
    FormRefused: 403,
    NotFound: 404,
    AlreadyExists: 409,
    AlreadyDecided: 409,
    AlreadyPublished: 409,
    Overlap: 409,
    Conflict: 409,
    EvidenceBroken: 409,
    StillNeeded: 409,
    UndoneBefore: 409,
    Forked: 409,
    InFlight: 409,
    NotReady: 409,
    Gone: 410,
    MonthMovedOn: 409,
    MovedOn: 409,
    MonthNotLockable: 409,
    NotAsItWas: 409,
    NotTheirs: 403,
    MayNotSign: 403,
    OnlyHeadSeals: 403,
    ChangedMeanwhile: 412,
    ChangedSince: 412,
    Invalid: 422,
    BookRefused: 422,
    NoVersionInForce: 422,
    UnknownZone: 422,
    AddressRefused: 422,
    Altered: 422,
    NotUnderstood: 422,
    TooManyAttempts: 429,
    TooManyForms: 429,
    TooFast: 429,
    NotAvailable: 503,
    Ended: 503,
    Occupied: 503,
    StoreUnavailable: 503,
}

TITLE: Mapping[int, str] = {
    400: "The request cannot be read",
    401: "Not signed in",
    403: "Not allowed",
    404: "Not found",
    405: "Method not allowed here",
    408: "Too slow",
    409: "In conflict with what is stored",
    410: "No longer here",
    412: "Changed meanwhile",
    413: "Too large",
    422: "Not acceptable as it stands",
    429: "Too many attempts",
    500: "A fault of this program",
    503: "Not available at the moment",
}

_CODE: Mapping[int, str] = {
    400: "unreadable",
    401: "not_signed_in",
    403: "forbidden",
    404: "not_found",
    405: "method_not_allowed",
    408: "too_slow",
    413: "too_large",
    422: "invalid",
    500: "internal_error",
    503: "not_available",
}


def status_of(error: Exception) -> int:
    """The status of an error by its nearest class; 500 for those that are not expected."""
    return next((STATUS[kind] for kind in type(error).__mro__ if kind in STATUS), 500)


def problem(
    status: int,
    detail: str,
    *,
    instance: str,
    code: str | None = None,
    headers: Mapping[str, str] | None = None,
    **more: Any,
) -> Response:
    """A problem document. `detail` is shown to people: one sentence without internals."""
    name = code or _CODE.get(status, "error")
    document = {
        "type": f"urn:attendance:problem:{name}",
        "title": TITLE.get(status, "Not possible"),
        "status": status,
        "detail": detail,
        "instance": instance,
        "code": name,
    } | more
    return Response(orjson.dumps(document), status, headers, "application/problem+json")


def answer_error(request: Request, error: Exception) -> Response:
    """The answer to any error; one that is not expected is logged under an incident number and tells nothing else."""
    where = quote(request.scope["path"][:500])
    status = status_of(error)
    if status == 500:
        incident = secrets.token_hex(6)
        _log.error("incident %s: %s %s", incident, request.method, where, exc_info=error)
        return problem(
            500,
            f"Something went wrong here. Nothing was half-stored; please report incident {incident}.",
            instance=where,
            incident=incident,
        )
    headers: dict[str, str] = {}
    more: dict[str, Any] = {}
    if status == 401:
        headers["WWW-Authenticate"] = "Bearer"
    if isinstance(error, SignInRefused | SecondFactorNeeded | SecondFactorWrong):
        more["error"] = "invalid_grant"  # what OAuth2 clients look for
    if isinstance(error, TooManyAttempts | TooFast | TooManyForms):
        headers["Retry-After"] = str(error.retry_after)
    code = getattr(error, "code", None) or getattr(error, "outcome", None)
    return problem(status, str(error), instance=where, code=code, headers=headers, **more)


def install(app: FastAPI, page_error: PageError | None) -> None:
    """Make the app answer every error; outside of the API through `page_error` (request, status, incident) if given."""

    def shown(request: Request, answer: Response) -> Response:
        if page_error is None or request.scope["path"].startswith((f"{API}/", "/iclock/")):
            return answer
        document = orjson.loads(answer.body)
        return page_error(request, answer.status_code, document.get("incident"))

    def on_error(request: Request, error: Exception) -> Response:
        return shown(request, answer_error(request, error))

    def on_http(request: Request, error: Exception) -> Response:
        assert isinstance(error, StarletteHTTPException)
        detail = _SENTENCE.get(error.status_code) or str(error.detail)
        answer = problem(error.status_code, detail, instance=quote(request.scope["path"][:500]), headers=error.headers)
        return shown(request, answer)

    def on_invalid(request: Request, error: Exception) -> Response:
        assert isinstance(error, RequestValidationError)
        found = [{"field": _field(entry["loc"]), "message": str(entry["msg"])[:300]} for entry in error.errors()[:50]]
        named = ", ".join(dict.fromkeys(entry["field"] for entry in found))
        answer = problem(
            422, f"Please correct: {named[:300]}.", instance=quote(request.scope["path"][:500]), errors=found
        )
        return shown(request, answer)

    def on_refused(request: Request, error: Exception) -> Response:
        assert isinstance(error, Refused)
        found = [{"field": refusal.path, "message": refusal.sentence[:300]} for refusal in error.refusals[:50]]
        where = quote(request.scope["path"][:500])
        return shown(request, problem(422, f"Nothing was stored: {str(error)[:400]}.", instance=where, errors=found))

    def on_sign_in_needed(request: Request, error: Exception) -> Response:
        assert isinstance(error, SignInNeeded | LedTo)
        if isinstance(error, LedTo):
            address = error.address
        else:
            address = f"/sign-in?next={quote(error.next, safe='')}"
        if request.headers.get("hx-request") == "true":  # htmx would put the sign-in page into a corner of this one
            return Response(status_code=401, headers={"HX-Redirect": address})
        return Response(status_code=303, headers={"Location": address})

    for kind in (AttendanceError, AddressRefused):
        app.add_exception_handler(kind, on_error)
    app.add_exception_handler(StarletteHTTPException, on_http)
    app.add_exception_handler(RequestValidationError, on_invalid)
    app.add_exception_handler(Refused, on_refused)
    app.add_exception_handler(SignInNeeded, on_sign_in_needed)
    app.add_exception_handler(LedTo, on_sign_in_needed)
    app.state.answer_fault = on_error


_SENTENCE = {
    400: "The body of this request cannot be read; send it as its Content-Type says, and JSON in UTF-8.",
    404: "There is nothing at this address.",
    405: "This address does not take this method.",
}


def _field(place: tuple[int | str, ...]) -> str:
    """`query.limit`, `body.name`; what a client wrote there is not repeated."""
    return ".".join(str(part)[:64] for part in place) or "request"


__all__ = [
    "API",
    "DutyFirst",
    "Forbidden",
    "FormRefused",
    "HTTPException",
    "LedTo",
    "NotAvailable",
    "NotSignedIn",
    "PageError",
    "SignInNeeded",
    "answer_error",
    "install",
    "problem",
]
