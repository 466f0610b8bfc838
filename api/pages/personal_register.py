"""The pages of HR for personal data: the register of requests, who has not read the notice, and destruction."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from api.http.auth import check_csrf
from api.http.routers.personal_data import whole
from api.http.scope import Reader, page_may
from api.http.service import service
from api.pages.i18n import read_day
from api.pages.routes import MAX_PAGE, PAGE_SIZE, show
from attendance import clock
from attendance.errors import AttendanceError, Invalid, NotFound
from attendance.services.personal import notice, requests, retention
from attendance.services.personal.kinds import Kind, terms
from attendance.services.personal.requests import Request as SubjectRequest
from attendance.services.personal.retention import Destruction

MOST_UNREAD = 200
Managing = Annotated[Reader, Depends(page_may("personal_data.manage"))]
Token = Annotated[str, Form(max_length=256)]
Text = Annotated[str, Form(max_length=requests.MAX_TEXT)]
router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)

_SAYING: dict[str, Callable[..., SubjectRequest]] = {
    "answer": requests.answer, "refuse": requests.refuse, "extend": requests.extend,
}  # fmt: skip
_SILENT: dict[str, Callable[..., SubjectRequest]] = {"complete": requests.complete, "withdraw": requests.take_back}


@dataclass(frozen=True, slots=True)
class RequestsPage:
    """Requests, overdue ones first; who serves and has not read the notice, some of them by code.

    `problem`: about, answer or date; `given` is what was typed.
    """

    rows: tuple[SubjectRequest, ...]
    total: int
    page: int
    overdue: int
    today: date
    unread: tuple[dict[str, Any], ...]
    unread_total: int
    kinds: tuple[str, ...]
    can_extend: frozenset[str]
    given: dict[str, str]
    zone: str
    is_all: bool
    problem: str = ""

    @property
    def pages(self) -> int:
        return max(1, -(-self.total // PAGE_SIZE))


@dataclass(frozen=True, slots=True)
class DestructionPage:
    """What is proposed and what was destroyed; the kinds with their terms."""

    rows: tuple[Destruction, ...]
    kinds: tuple[Kind, ...]
    me: str
    zone: str
    problem: str = ""


@router.get("/requests")
def register(request: Request, reader: Managing, page: Annotated[int, Query(ge=1, le=MAX_PAGE)] = 1) -> Response:
    return _register(request, reader, page)


def _register(
    request: Request, reader: Reader, page: int = 1, given: dict[str, str] | None = None, problem: str = ""
) -> Response:
    parts, zone = service(request), service(request).settings.timezone
    with parts.database.reading() as session:
        found, total = requests.listed(
            session, reader.within, zone=zone, at=parts.now(), limit=PAGE_SIZE, offset=(page - 1) * PAGE_SIZE
        )
        late = requests.overdue(session, reader.within, zone=zone, at=parts.now())
        unread, count = notice.readers(session, reader.within, parts.today(), unread=True, limit=MOST_UNREAD, offset=0)
        held = terms(session, parts.today())
        shown = {*(one.employee for one in found), *(row["code"] for row in unread)}
        reader.saw(session, "personal_requests", shown, at=parts.now())
        view = RequestsPage(
            tuple(found), total, page, late, parts.today(), tuple(unread), count,
            tuple(one.code for one in held.requests),
            frozenset(one.code for one in held.requests if one.extension_days),
            given or {}, zone, reader.within.is_all, problem,
        )  # fmt: skip
        return show(request, "requests.html", view, user=reader.user, status=422 if problem else 200)


@router.post("/requests")
def enter(
    request: Request,
    reader: Managing,
    csrf_token: Token = "",
    employee: Annotated[str, Form(max_length=64)] = "",
    kind: Annotated[str, Form(max_length=32)] = "",
    way: Annotated[str, Form(max_length=16)] = "",
    received: Annotated[str, Form(max_length=10)] = "",
    text: Text = "",
) -> Response:
    """A request that came on another way than this program."""
    check_csrf(request, csrf_token)
    parts, zone = service(request), service(request).settings.timezone
    given = {"employee": employee, "kind": kind, "way": way, "received": received, "text": text}
    on = read_day(received, parts.today()) if received else parts.today()
    if on is None or on > parts.today():
        return _register(request, reader, given=given, problem="date")
    at = parts.now() if on == parts.today() else clock.to_instant(datetime.combine(on, datetime.min.time()), zone)
    try:
        with parts.database.reading() as session:
            number = reader.employee_id(session, employee.strip())
        with parts.database.writing() as session:
            requests.hand_in(
                session, number, kind, way=way, text=text, received_at=at, zone=zone, actor=reader.actor,
                at=parts.now(),
            )  # fmt: skip
    except (NotFound, Invalid):
        return _register(request, reader, given=given, problem="about")
    return RedirectResponse("/requests", 303)


@router.post("/requests/{number}/{verb}")
def move(
    request: Request, reader: Managing, number: int, verb: str, csrf_token: Token = "", text: Text = ""
) -> Response:
    """Answer, refuse, extend, complete or withdraw a request."""
    check_csrf(request, csrf_token)
    parts = service(request)
    more = {"zone": parts.settings.timezone, "within": reader.within, "actor": reader.actor, "at": parts.now()}
    if not 0 < number < 2**31:
        raise NotFound("request", str(number)[:20])
    try:
        with parts.database.writing() as session:
            if verb in _SAYING:
                _SAYING[verb](session, number, text, **more)
            elif verb in _SILENT:
                _SILENT[verb](session, number, **more)
            else:
                raise NotFound("page", verb[:32])
    except Invalid:
        return _register(request, reader, problem="answer")
    return RedirectResponse("/requests", 303)


@router.get("/destruction")
def destruction(request: Request, reader: Managing) -> Response:
    whole(reader)
    return _destruction(request, reader)


def _destruction(request: Request, reader: Reader, problem: str = "") -> Response:
    parts = service(request)
    with parts.database.reading() as session:
        found, _ = retention.listed(session, 100, 0)
        held = terms(session, parts.today())
        view = DestructionPage(tuple(found), held.kinds, reader.user.name, parts.settings.timezone, problem)
        return show(request, "destruction.html", view, user=reader.user, status=422 if problem else 200)


@router.post("/destruction/{number}/{verb}")
def decide(
    request: Request,
    reader: Managing,
    number: int,
    verb: str,
    csrf_token: Token = "",
    text: Annotated[str, Form(max_length=retention.MAX_TEXT)] = "",
) -> Response:
    """Approve (by a document), refuse (with a reason) or carry out."""
    check_csrf(request, csrf_token)
    whole(reader)
    parts = service(request)
    if not 0 < number < 2**31:
        raise NotFound("destruction", str(number)[:20])
    try:
        if verb == "carry-out":
            retention.carry_out(parts.database, number, actor=reader.actor, at=parts.now())
        elif verb in ("approve", "refuse"):
            with parts.database.writing() as session:
                if verb == "approve":
                    retention.approve(session, number, document=text, actor=reader.actor, at=parts.now())
                else:
                    retention.refuse(session, number, why=text, actor=reader.actor, at=parts.now())
        else:
            raise NotFound("page", verb[:32])
    except Invalid as error:
        return _destruction(request, reader, _problem(error))
    return RedirectResponse("/destruction", 303)


def _problem(error: AttendanceError) -> str:
    said = str(error)
    if "somebody else must" in said:
        return "own"
    return "text" if "document" in said or "why" in said else "state"
