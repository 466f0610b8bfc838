"""The page *Lịch*: the year of a unit; and a decision about a date, looked over and handed in for approval."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import RedirectResponse, Response

from api.http.auth import sent_from_here
from api.http.scope import Reader, page_may
from api.http.service import service
from api.pages.i18n import read_day
from api.pages.routes import language_of, show
from api.pages.rules import Unit, unit_shown
from attendance.errors import AttendanceError, NotFound
from attendance.reading import Refused
from attendance.services.papers import handing_in
from attendance.services.papers.handing_in import PAIRED, Handed
from attendance.store.database import Session
from reports.calendar import DONE, EARLIEST, KINDS, LATEST, DecidePage, effect_of, year_page
from reports.rules import place_of

router = APIRouter(include_in_schema=False, prefix="/calendar")
Writing = Annotated[Reader, Depends(page_may("office.write"))]
FIELDS = ("kind", "on", "for", "part", "unit", "document", "note")
PARTS = ("am", "pm")
_LONGEST = {"note": 1000}


class _Unread(Exception):
    def __init__(self, problem: str) -> None:
        super().__init__(problem)
        self.problem = problem


@dataclass(frozen=True, slots=True)
class _Decision:
    """What is typed, read. `unit` empty: the whole tree."""

    on: date
    kind: str
    for_on: date | None
    unit: str
    part: str | None
    document: str
    note: str


@router.get("")
def year(
    request: Request,
    reader: Annotated[Reader, Depends(page_may("office.read"))],
    unit: Unit = "",
    year: Annotated[str, Query(max_length=8)] = "",
    done: Annotated[str, Query(max_length=20)] = "",
) -> Response:
    today = service(request).today()
    wanted = int(year) if year.isascii() and year.isdecimal() and EARLIEST <= int(year) <= LATEST else today.year
    with service(request).database.reading() as session:
        row = unit_shown(session, reader, unit, today)
        may_write = reader.elsewhere(session, "office.write").sees(row.id)
        view = year_page(
            session, row, wanted, today, within=reader.within, may_write=may_write, language=language_of(request)
        )
    view = replace(view, done=done if done in DONE else "")
    return show(request, "calendar.html", view, user=reader.user)


@router.get("/decide")
def decide(request: Request, reader: Writing) -> Response:
    """The form of a decision; filled in, it says what the decision would do before it is handed in."""
    given = _given(request)
    with service(request).database.reading() as session:
        view = _page(session, request, reader, given)
        if any(given.get(name) for name in ("on", "for", "document")):
            try:
                view = _looked_over(session, request, reader, view)
            except _Unread as error:
                view = replace(view, problem=error.problem)
            except NotFound:
                raise
            except (AttendanceError, Refused):
                view = replace(view, problem="invalid")
    return show(request, "calendar_decide.html", view, user=reader.user, status=422 if view.problem else 200)


@router.post("/decide", dependencies=[Depends(sent_from_here)])
def propose_decision(request: Request, reader: Writing) -> Response:
    """Hand the decision of the address in; it decides nothing before somebody else approved it."""
    parts, given = service(request), _given(request)
    problem = ""
    try:
        with parts.database.writing() as session:
            found = _read(session, request, reader, given)
            handed = Handed(reader.actor, parts.now(), found.document, note=found.note)
            handing_in.calendar(
                session, handed, found.on, found.kind, for_on=found.for_on, unit=found.unit or None, part=found.part
            )
    except _Unread as error:
        problem = error.problem
    except NotFound:
        raise
    except AttendanceError:
        problem = "invalid"
    if not problem:
        told = {"year": found.on.year, "unit": found.unit, "done": DONE[0]}
        return RedirectResponse(f"/calendar?{urlencode({n: v for n, v in told.items() if v})}", 303)
    with parts.database.reading() as session:
        view = replace(_page(session, request, reader, given), problem=problem)
    return show(request, "calendar_decide.html", view, user=reader.user, status=422)


def _given(request: Request) -> dict[str, str]:
    found = {name: request.query_params.get(name, "")[: _LONGEST.get(name, 200)].strip() for name in FIELDS}
    given = {name: text if text.isprintable() else "" for name, text in found.items()}
    for name, known in (("kind", KINDS), ("part", PARTS)):
        given[name] = given[name] if given[name] in known else ""
    return given


def _page(session: Session, request: Request, reader: Reader, given: dict[str, str]) -> DecidePage:
    today = service(request).today()
    row = unit_shown(session, reader, given["unit"], today)
    return DecidePage(
        place=place_of(session, row, reader.within, today),
        today=today,
        is_whole=reader.within.is_all,
        given=given,
        pairs=tuple((name, text) for name, text in given.items() if text),
    )


def _looked_over(session: Session, request: Request, reader: Reader, view: DecidePage) -> DecidePage:
    found = _read(session, request, reader, dict(view.given))
    halves = [(found.on, found.kind, found.for_on)]
    if found.kind in PAIRED and found.for_on is not None:
        halves.append((found.for_on, PAIRED[found.kind], found.on))
    effect = effect_of(
        session, found.on, found.kind, found.for_on, found.unit, found.part, found.document, view.today,
        service(request).now(),
    )  # fmt: skip
    return replace(view, dates=tuple(halves), effect=effect)


def _read(session: Session, request: Request, reader: Reader, given: dict[str, str]) -> _Decision:
    """Raises _Unread, NotFound."""
    today, kind = service(request).today(), given["kind"] or KINDS[0]
    if given["unit"]:
        if not reader.within.sees(reader.unit(session, given["unit"]).id):
            raise NotFound("unit", given["unit"])
    elif not reader.within.is_all:
        raise _Unread("not_whole")
    on = read_day(given["on"], today)
    if on is None:
        raise _Unread("no_date")
    for_on = read_day(given["for"], today) if kind in PAIRED else None
    if kind in PAIRED and (for_on is None or for_on == on):
        raise _Unread("no_pair")
    if not given["document"]:
        raise _Unread("no_document")
    return _Decision(on, kind, for_on, given["unit"], given["part"] or None, given["document"], given["note"])
