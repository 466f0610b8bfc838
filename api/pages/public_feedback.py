"""*Góp ý*: what a citizen sees who scans the code at a counter, and where they ask how it stands. Nobody signs in.

A code that is unknown, of another installation or revoked is answered alike. No cookie is needed: the form brings a
ticket, and a box that only programs fill in.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, time
from typing import Annotated

from anyio.to_thread import run_sync
from fastapi import APIRouter, Path, Request
from fastapi.responses import HTMLResponse, Response

from api.http.auth import address_of, check_origin
from api.http.errors import FormRefused
from api.http.service import service
from api.pages.i18n import read_day
from api.pages.routes import show
from attendance.errors import Invalid, NotFound
from attendance.services.citizens import intake, tickets
from attendance.services.citizens.intake import CITIZEN, Said
from attendance.services.citizens.looking import erase
from attendance.services.citizens.problems import NotSaid, TooManyForms
from attendance.services.citizens.tickets import TicketRefused
from attendance.services.citizens.wording import TooLong, Unreadable
from attendance.store import observations
from reports.public_feedback import LookUp, PublicForm, form_page, receipt, standing

router = APIRouter(include_in_schema=False, prefix="/gop-y", default_response_class=HTMLResponse)
Token = Annotated[str, Path(max_length=64)]
_OPEN = {"x-open": "for citizens at the counter, who have no account"}
LOOK_UP = "tra-cuu"
BOX = "website"
"""A box nobody sees; programs fill it in."""
_FIELDS = ("kind", "when", "on", "at", "text", "contact", "ticket", BOX, "code", "forget")
_FORGOTTEN = "Asked by the citizen, with the code of the receipt."


@router.get("", openapi_extra=_OPEN)
@router.get(f"/{LOOK_UP}", openapi_extra=_OPEN)
def look_up_form(request: Request) -> Response:
    return _look_up(request, LookUp(""))


@router.post(f"/{LOOK_UP}", openapi_extra=_OPEN)
async def look_up(request: Request) -> Response:
    """How it stands, by the code of the receipt; with `forget`, how to reach the citizen is erased."""
    return await run_sync(_stands, request, await _fields(request))


@router.get("/{token}", openapi_extra=_OPEN)
def form(request: Request, token: Token) -> Response:
    parts = service(request)
    with parts.database.reading() as session:
        point = observations.point_by_token(session, token) if token.isprintable() else None
        if point is None:
            return _gone(request)
        ticket = str(tickets.new_ticket(parts.secret_key, token, parts.now()))
        view = form_page(session, parts.settings.timezone, parts.now(), point, ticket)
    return show(request, "gop_y.html", view)


@router.post("/{token}", openapi_extra=_OPEN)
async def send(request: Request, token: Token) -> Response:
    return await run_sync(_send, request, token, await _fields(request))


async def _fields(request: Request) -> dict[str, str]:
    """What was sent, as a browser sends a form; anything else is no form of ours. Raises FormRefused."""
    check_origin(request)
    if not request.headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
        raise FormRefused
    async with request.form(max_files=0, max_fields=40) as sent:
        return {name: value for name in _FIELDS if isinstance(value := sent.get(name, ""), str)}


def _send(request: Request, token: str, given: dict[str, str]) -> Response:
    parts = service(request)
    zone, at = parts.settings.timezone, parts.now()
    _check_ours(request, token, given)
    try:
        with parts.database.reading() as session:  # a flood is turned away without waiting for the one who writes
            point = observations.point_by_token(session, token)
            if point is None:
                return _gone(request)
            if given[BOX]:
                raise NotSaid("empty_box", "The box that is to stay empty was filled in.")
            intake.check_room(session, parts.secret_key, point, address_of(request), at)
        with parts.database.writing() as session:
            taken = intake.take_form(
                session, parts.secret_key, token, given["ticket"], _said(given, parts.today()),
                address=address_of(request), zone=zone, at=at,
            )  # fmt: skip
        with parts.database.reading() as session:
            view = receipt(session, zone, at, taken.row, taken.code, again=taken.again)
    except NotFound:  # revoked at this very moment
        return _gone(request)
    except (Invalid, TooManyForms) as error:
        return _again(request, token, given, error)
    return show(request, "gop_y_receipt.html", view)


def _check_ours(request: Request, token: str, given: dict[str, str]) -> None:
    """Raises FormRefused for a form that does not come from the page of this address."""
    try:
        tickets.read_ticket(service(request).secret_key, token, given["ticket"])
    except TicketRefused:
        raise FormRefused from None


def _said(given: dict[str, str], today: date) -> Said:
    """Raises NotSaid for a moment that is none."""
    on, at = None, None
    if given["when"] == "then":
        on = read_day(given["on"][:20], today)
        if on is None:
            raise NotSaid("when", "Write the date on which it happened.")
        at = _time(given["at"].strip())
    return Said(given["kind"], given["text"], on, at, given["contact"])


def _time(text: str) -> time | None:
    if not text:
        return None
    try:
        return datetime.strptime(text[:8].replace("h", ":"), "%H:%M").time()  # noqa: DTZ007 - of the wall
    except ValueError:
        raise NotSaid("when", "Write the time as 08:20, or leave it empty.") from None


def _again(request: Request, token: str, given: dict[str, str], error: Exception) -> Response:
    """The form once more, with what was typed and what hinders it."""
    parts = service(request)
    problem = _problem(error)
    ticket = given["ticket"]
    if problem == "stale":
        ticket = str(tickets.new_ticket(parts.secret_key, token, parts.now()))
    with parts.database.reading() as session:
        point = observations.point_by_token(session, token)
        if point is None:
            return _gone(request)
        view: PublicForm = form_page(session, parts.settings.timezone, parts.now(), point, ticket)
    status, headers, minutes = 422, {}, 0
    if isinstance(error, TooManyForms):
        status, headers, minutes = 429, {"Retry-After": str(error.retry_after)}, -(-error.retry_after // 60)
    kept = {name: value[:4000] for name, value in given.items() if name not in ("ticket", BOX)}
    shown = show(request, "gop_y.html", replace(view, given=kept, problem=problem, minutes=minutes), status=status)
    shown.headers.update(headers)
    return shown


def _problem(error: Exception) -> str:
    match error:
        case TooManyForms():
            return "too_many"
        case TooLong():
            return "long"
        case Unreadable():
            return "unreadable"
        case TicketRefused() | NotSaid():
            return error.reason
    raise error


def _stands(request: Request, given: dict[str, str]) -> Response:
    parts = service(request)
    _check_ours(request, LOOK_UP, given)
    digest, code = tickets.code_digest(given["code"]), given["code"].strip()[:40]
    if digest is None:
        return _look_up(request, LookUp("", code, problem="code"), 404)
    forgotten = bool(given["forget"]) and _forget(request, digest)
    with parts.database.reading() as session:
        row = observations.by_code(session, digest)
        if row is None:
            return _look_up(request, LookUp("", code, problem="code"), 404)
        found = standing(session, parts.settings.timezone, parts.now(), row, code.upper())
    return _look_up(request, LookUp("", code, found, forgotten=forgotten))


def _forget(request: Request, digest: str) -> bool:
    parts = service(request)
    with parts.database.writing() as session:
        row = observations.by_code(session, digest, change=True)
        if row is None or not row.contact:
            return False
        erase(session, row, CITIZEN, "contact", why=_FORGOTTEN, at=parts.now())
    return True


def _look_up(request: Request, view: LookUp, status: int = 200) -> Response:
    parts = service(request)
    ticket = str(tickets.new_ticket(parts.secret_key, LOOK_UP, parts.now()))
    return show(request, "gop_y_status.html", replace(view, ticket=ticket), status=status)


def _gone(request: Request) -> Response:
    """The same for a code that is unknown and for one that was revoked."""
    return show(request, "gop_y_gone.html", None, status=404)
