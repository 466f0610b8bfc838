"""The pages *Giấy tờ* (what waits, what one handed in, and a form for it) and *Lịch trực* (the roster of a week)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Path, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from api.http.auth import check_csrf
from api.http.errors import ChangedSince
from api.http.paper_routes import MAX_NUMBER, check_theirs
from api.http.scope import Reader, page_may
from api.http.service import service
from api.pages.i18n import read_day
from api.pages.routes import show
from attendance.errors import AttendanceError, Invalid, NotFound
from attendance.services import access
from attendance.services.papers import deciding, handing_in
from attendance.services.papers.deciding import Decider
from attendance.services.papers.handing_in import LEAVE_SYMBOLS, Handed
from attendance.store import listing_papers, office, paper_register, people
from attendance.store.database import Session
from attendance.store.register_tables import PAPER_KINDS, PaperRow
from attendance.store.tree import StoredTree
from attendance.store.within import NOTHING
from reports.papers import DONE, PROBLEMS, PapersPage, papers_page, roster_page

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)

Reading = Annotated[Reader, Depends(page_may("papers.read"))]
Filing = Annotated[Reader, Depends(page_may("papers.file"))]
Approving = Annotated[Reader, Depends(page_may("papers.approve"))]
Number = Annotated[int, Path(ge=1, le=MAX_NUMBER)]
Token = Annotated[str, Form(max_length=256)]
Short = Annotated[str, Form(max_length=200)]
Note = Annotated[str, Form(max_length=1000)]


@router.get("/papers")
def papers(
    request: Request,
    reader: Reading,
    done: Annotated[str, Query(max_length=20)] = "",
    employee: Annotated[str, Query(max_length=64)] = "",
) -> Response:
    """`?employee=&from=` come from a person's day: the form for leave begins with them."""
    view = _view(request, reader)
    if employee:
        begun = {"form": "leave", "employee": employee, "from": request.query_params.get("from", "")[:20]}
        view = replace(view, given=begun)
    return show(request, "papers.html", replace(view, done=done if done in DONE else ""), user=reader.user)


@router.post("/papers/leave")
def hand_in_leave(
    request: Request,
    reader: Filing,
    csrf_token: Token = "",
    from_on: Annotated[str, Form(alias="from", max_length=20)] = "",
    to_on: Annotated[str, Form(alias="to", max_length=20)] = "",
    session: Annotated[str, Form(max_length=64)] = "all",
    code: Annotated[str, Form(max_length=64)] = "P",
    employee: Annotated[str, Form(max_length=64)] = "",
    document: Short = "",
    note: Note = "",
) -> Response:
    given = {
        "form": "leave", "from": from_on, "to": to_on, "session": session, "code": code, "note": note,
        "employee": employee, "document": document,
    }  # fmt: skip

    def hand_in(open_session: Session, handed: Handed, whose: str) -> None:
        first = _day(request, from_on)
        last = _day(request, to_on) if to_on.strip() else first
        if last < first:
            raise _Backwards
        more = replace(handed, document=document.strip())
        handing_in.leave(open_session, more, whose, first, last, code=code, part=session)

    return _hand_in(request, reader, csrf_token, given, hand_in)


@router.post("/papers/mission")
def hand_in_mission(
    request: Request,
    reader: Filing,
    csrf_token: Token = "",
    on: Annotated[str, Form(max_length=20)] = "",
    begins: Annotated[str, Form(max_length=5)] = "",
    ends: Annotated[str, Form(max_length=5)] = "",
    kind: Annotated[str, Form(max_length=16)] = "mission",
    place: Short = "",
    document: Short = "",
    employee: Annotated[str, Form(max_length=64)] = "",
    note: Note = "",
) -> Response:
    given = {
        "form": "mission", "on": on, "begins": begins, "ends": ends, "kind": kind, "place": place,
        "document": document, "employee": employee, "note": note,
    }  # fmt: skip

    def hand_in(open_session: Session, handed: Handed, whose: str) -> None:
        day = _day(request, on)
        starts, until = _moment(day, begins), _moment(day, ends)
        if until <= starts:
            raise _Backwards
        more = replace(handed, document=document.strip(), place=place.strip())
        handing_in.mission(open_session, more, whose, starts, until, kind=kind)

    return _hand_in(request, reader, csrf_token, given, hand_in)


@router.post("/papers/{number}/approve")
def approve(
    request: Request,
    reader: Approving,
    number: Number,
    csrf_token: Token = "",
    version: Annotated[int, Form(ge=1, le=9)] = 1,
    note: Note = "",
) -> Response:
    parts = service(request)

    def decide(session: Session, row: PaperRow) -> None:
        decider = Decider(reader.actor, reader.within)
        deciding.approve(session, parts.settings.timezone, row, decider, note=note.strip(), at=parts.now())

    return _change(request, reader, csrf_token, number, version, "approve", decide)


@router.post("/papers/{number}/refuse")
def refuse(
    request: Request,
    reader: Approving,
    number: Number,
    csrf_token: Token = "",
    version: Annotated[int, Form(ge=1, le=9)] = 1,
    note: Note = "",
) -> Response:
    def decide(session: Session, row: PaperRow) -> None:
        if not note.strip():
            raise _NoNote
        deciding.refuse(
            session, row, Decider(reader.actor, reader.within), note=note.strip(), at=service(request).now()
        )

    return _change(request, reader, csrf_token, number, version, "refuse", decide)


@router.post("/papers/{number}/withdraw")
def withdraw(
    request: Request,
    reader: Filing,
    number: Number,
    csrf_token: Token = "",
    version: Annotated[int, Form(ge=1, le=9)] = 1,
) -> Response:
    def take_back(session: Session, row: PaperRow) -> None:
        check_theirs(reader, row)
        deciding.withdraw(session, row, reader.actor, at=service(request).now())

    return _change(request, reader, csrf_token, number, version, "withdraw", take_back)


@router.get("/rosters")
def rosters(
    request: Request,
    reader: Reading,
    unit: Annotated[str, Query(max_length=64)] = "",
) -> Response:
    parts = service(request)
    today_on = parts.today()
    week = read_day(request.query_params.get("week", ""), today_on) or today_on
    with parts.database.reading() as session:
        if unit:
            found = reader.unit(session, unit)
        else:
            named = StoredTree(session).shown(week, reader.within)
            if not named:
                return RedirectResponse("/papers", 303)
            found = reader.unit(session, named[0].code)
        view = roster_page(session, found, week, today_on, reader.within)
    return show(request, "rosters.html", view, user=reader.user)


class _NoNote(Invalid):
    code = "no_note"


class _NoPerson(Invalid):
    code = "no_person"


class _NoDate(Invalid):
    code = "no_date"


class _Backwards(Invalid):
    code = "backwards"


def _view(request: Request, reader: Reader) -> PapersPage:
    parts = service(request)
    with parts.database.reading() as session:
        approving = access.within(session, "papers.approve", reader.user.grants, reader.user.employee_id, parts.today())
        filing = access.within(session, "papers.file", reader.user.grants, reader.user.employee_id, parts.today())
        named = people.names(session, [reader.user.employee_id]) if reader.user.employee_id is not None else {}
        own = next((code for code, _ in named.values()), "") if filing is not None else ""
        view = papers_page(
            session,
            parts.settings.timezone,
            parts.now(),
            decider=Decider(reader.actor, approving or NOTHING),
            reasons=reader.elsewhere(session, "reasons.read"),
            own=reader.within,
            employee_id=reader.user.employee_id,
            employee=own,
            user_id=reader.user.user_id,
            leave_codes=LEAVE_SYMBOLS,
            is_approver=approving is not None,
        )
        reader.saw(session, "papers", [line.whose for line in view.waiting], at=parts.now())
    return replace(view, for_others=filing is not None and not filing.is_person)


def _whose(session: Session, reader: Reader, code: str) -> str:
    """The code of whom a paper is about: the one written, among those the reader may file for, or the reader's own."""
    if not code:
        if reader.user.employee_id is None:
            raise _NoPerson("Write the code of the person the paper is about; nobody stands behind this account.")
        return office.code_of(session, office.EmployeeRow, reader.user.employee_id)
    try:
        reader.employee_id(session, code)
    except NotFound:
        raise _NoPerson(f"Nobody of your units has the code {code}; look it up in the list of people.") from None
    return code


def _hand_in(
    request: Request,
    reader: Reader,
    token: str,
    given: dict[str, str],
    hand_in: Callable[[Session, Handed, str], None],
) -> Response:
    """Hand in a paper about oneself, or one that somebody of one's units brought; what is wrong is said beside the
    form, which keeps what was typed."""
    check_csrf(request, token)
    parts = service(request)
    try:
        with parts.database.writing() as session:
            whose = _whose(session, reader, given["employee"].strip())
            hand_in(session, Handed(reader.actor, parts.now(), note=given["note"].strip()), whose)
    except AttendanceError as error:
        view = replace(_view(request, reader), problem=_problem(error), given=given)
        return show(request, "papers.html", view, user=reader.user, status=422)
    return RedirectResponse("/papers?done=handed_in", 303)


def _change(
    request: Request,
    reader: Reader,
    token: str,
    number: int,
    version: int,
    done: str,
    change: Callable[[Session, PaperRow], None],
) -> Response:
    """Change a paper that is still what the page showed; what hinders it is said on the page."""
    check_csrf(request, token)
    parts = service(request)
    try:
        with parts.database.writing() as session:
            reasons = reader.elsewhere(session, "reasons.read")
            row = listing_papers.paper(session, reader.within, reasons, number, PAPER_KINDS)
            session.refresh(row, with_for_update=True)
            if row.version != version:
                raise ChangedSince(paper_register.last_change(row))
            change(session, row)
    except (deciding.NotTheirs, ChangedSince, paper_register.NotAsItWas, Invalid) as error:
        view = replace(_view(request, reader), problem=_problem(error))
        return show(request, "papers.html", view, user=reader.user, status=409)
    return RedirectResponse(f"/papers?done={done}", 303)


def _problem(error: AttendanceError) -> str:
    return error.code if error.code in PROBLEMS else "invalid"


def _day(request: Request, text: str) -> date:
    found = read_day(text, service(request).today())
    if found is None:
        raise _NoDate("This is no date; write it as 24/11/2026.")
    return found


def _moment(day: date, text: str) -> datetime:
    try:
        return datetime.combine(day, datetime.strptime(text.strip().replace("h", ":"), "%H:%M").time())  # noqa: DTZ007
    except ValueError:
        raise _NoDate("This is no time of the day; write it as 07:30.") from None
