"""The addresses of the list of terminals and of one terminal; having them read, and what one does about an alarm."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import parse_qsl, quote, urlencode

from fastapi import APIRouter, Depends, Form, Path, Query, Request
from fastapi.responses import RedirectResponse, Response

from api import terminal_filing
from api.http.auth import sent_from_here
from api.http.routers.terminals import note_pull
from api.http.scope import Reader, page_may
from api.http.service import service
from api.pages.routes import show
from api.pages.terminal_pages.asked import AskedReadings, asked_readings, readings_of
from api.pages.terminal_pages.asked import Reading as AskedReading
from api.pages.terminal_pages.view import OneView, TerminalsView
from attendance.errors import Invalid
from attendance.services.access import permissions
from attendance.store import polling
from attendance.store.database import Session
from attendance.store.within import NOTHING, Within
from reports.terminal import terminal_line, terminal_page
from reports.terminals import terminals_page

router = APIRouter(include_in_schema=False)

Reading = Annotated[Reader, Depends(page_may("terminals.read"))]
Pulling = Annotated[Reader, Depends(page_may("terminals.pull"))]
Writing = Annotated[Reader, Depends(page_may("terminals.write"))]
Asked = Annotated[AskedReadings, Depends(asked_readings)]
Unit = Annotated[str, Query(max_length=64)]
State = Annotated[str, Query(max_length=32)]
Page = Annotated[int, Query(ge=1, le=100_000)]
Number = Annotated[int, Path(ge=1, le=2**31 - 1)]
FORM = [Depends(sent_from_here)]


@router.get("/terminals")
def terminals(request: Request, reader: Reading, unit: Unit = "", state: State = "", page: Page = 1) -> Response:
    return _list(request, reader, unit, state, page, "terminals.html")


@router.get("/terminals/live")
def terminals_live(request: Request, reader: Reading, unit: Unit = "", state: State = "", page: Page = 1) -> Response:
    return _list(request, reader, unit, state, page, "terminals_live.html")


def _list(request: Request, reader: Reader, unit: str, state: str, page: int, template: str) -> Response:
    parts, readings = service(request), readings_of(request)
    with parts.database.reading() as session:
        found = terminals_page(
            session, parts.settings.timezone, parts.now(), within=reader.within,
            part=reader.narrowed(session, unit or None), pulled=_pulled(request, reader, session), unit=unit,
            state=state, page=page,
        )  # fmt: skip
    codes = {line.code for line in found.lines}
    readings = {code: reading for code, reading in readings.items() if code in codes}
    view = TerminalsView(found, readings, may_add="terminals.write" in permissions(reader.user.grants))
    return show(request, template, view, user=reader.user)


@router.post("/terminals/pull", dependencies=FORM)
def pull_many(
    request: Request, reader: Pulling, asked: Asked, unit: Annotated[str, Form(max_length=64)] = ""
) -> Response:
    """Has every terminal of the chosen unit read now, or all that one may have read."""
    with service(request).database.reading() as session:
        codes = polling.pullable(session, reader.narrowed(session, unit or None).places)
    note_pull(request, reader, codes)
    asked.ask(codes)
    return _back(request, "/terminals", {"unit": unit} if unit else {})


@router.get("/terminals/{code}")
def terminal(request: Request, reader: Reading, code: str, page: Page = 1) -> Response:
    return _one(request, reader, code, page)


def _one(request: Request, reader: Reader, code: str, page: int = 1, problem: str = "") -> Response:
    parts, reading = service(request), _reading(request, code)  # first: what has ended by then is in what is read next
    with parts.database.reading() as session:
        row = reader.terminal(session, code)
        found = terminal_page(
            session, parts.settings.timezone, parts.now(), row, within=reader.within,
            pulled=_pulled(request, reader, session), page=page,
        )  # fmt: skip
        may_write = reader.elsewhere(session, "terminals.write").sees(row.unit_id)
        may_enrol = reader.elsewhere(session, "people.write").sees(row.unit_id)
    view = OneView(found.line, reading, found, may_write, may_enrol, problem)
    return show(request, "terminal.html", view, user=reader.user, status=409 if problem else 200)


@router.get("/terminals/{code}/live")
def terminal_live(
    request: Request, reader: Reading, code: str, was: Annotated[str, Query(max_length=16)] = ""
) -> Response:
    """The part of the page that changes while a reading goes on; once it has ended, all of the page is drawn anew."""
    parts, reading = service(request), _reading(request, code)
    with parts.database.reading() as session:
        row = reader.terminal(session, code)
        pulled = _pulled(request, reader, session)
        line = terminal_line(session, parts.settings.timezone, parts.now(), row, reader.within, pulled)
    answer = show(request, "terminal_live.html", OneView(line, reading), user=reader.user)
    if was == "reading" and (reading is None or reading.is_done):
        answer.headers["HX-Refresh"] = "true"
    return answer


@router.post("/terminals/{code}/pull", dependencies=FORM)
def pull_one(
    request: Request, reader: Pulling, asked: Asked, code: str, listed: Annotated[str, Form(max_length=200)] = ""
) -> Response:
    """Has a terminal read now. `listed`: the query of the list where the button stood in it."""
    with service(request).database.reading() as session:
        row = reader.terminal(session, code)
        known, readable = row.code, bool(row.host and row.in_use)
    if not readable:
        return _one(request, reader, known, problem="no_address")
    note_pull(request, reader, [known])
    asked.ask([known])
    if listed:
        kept = {name: value for name, value in parse_qsl(listed) if name in ("unit", "state", "page")}
        return _back(request, "/terminals", kept)
    return _back(request, f"/terminals/{quote(known, safe='')}", {})


@router.post("/terminals/{code}/alarms/{alarm}/acknowledge", dependencies=FORM)
def acknowledge(request: Request, reader: Writing, code: str, alarm: Number) -> Response:
    """Notes that one has seen an alarm."""
    parts = service(request)
    try:
        with parts.database.writing() as session:
            row = reader.terminal(session, code)
            terminal_filing.acknowledge(session, row, alarm, by=reader.user.name, actor=reader.actor, at=parts.now())
    except Invalid:
        return _one(request, reader, code, problem="seen")
    return RedirectResponse(f"/terminals/{quote(code, safe='')}#alarms", 303)


def _pulled(request: Request, reader: Reader, session: Session) -> Within:
    """The terminals the reader may have read, where this process reads any."""
    is_reading = getattr(request.app.state, "poller", None) is not None
    return reader.elsewhere(session, "terminals.pull") if is_reading else NOTHING


def _reading(request: Request, code: str) -> AskedReading | None:
    return readings_of(request, [code]).get(code)


def _back(request: Request, page: str, query: dict[str, str]) -> Response:
    """To the page a button stood on; for htmx to the part of it that changes."""
    address = f"{page}/live" if request.headers.get("hx-request") else page
    return RedirectResponse(f"{address}?{urlencode(query)}" if query else address, 303)
