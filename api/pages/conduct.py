"""The pages *Chấn chỉnh*: what is proposed, one proposal and its decision, thresholds, positive lists."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Path, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from pydantic import Field

from api.http.auth import sent_from_here
from api.http.routers.conduct import bring_up_to_date, check_whole_unit, decider_of, span_of, writable
from api.http.scope import Reader, page_may
from api.http.service import service
from api.pages.i18n import read_day
from api.pages.names import name_key
from api.pages.routes import show
from attendance.errors import AttendanceError, ChangedMeanwhile, Invalid, Overlap
from attendance.rules.legal_forms import legal_form_in
from attendance.services.conduct import deciding, proposing, thresholds
from attendance.services.conduct.deciding import AlreadyDecided
from attendance.services.conduct.thresholds import TYPES, NewThreshold
from attendance.services.impartial import Decider, NotTheirs
from attendance.services.periods import read_period
from attendance.store import conduct
from attendance.store.database import Session
from attendance.store.within import Within
from reports import conduct as pages
from reports.conduct import ProposalFilter

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)

FromHere = Depends(sent_from_here)
Reading = Annotated[Reader, Depends(page_may("conduct.read"))]
Writing = Annotated[Reader, Depends(page_may("conduct.write"))]
Deciding = Annotated[Reader, Depends(page_may("conduct.decide"))]
Number = Annotated[int, Path(ge=1, le=2**31 - 1)]
Short = Annotated[str, Form(max_length=64)]
Text = Annotated[str, Form(max_length=200)]
Note = Annotated[str, Form(max_length=4000)]
Code = Annotated[str, Query(max_length=64)]
Word = Annotated[str, Query(max_length=16)]
MAX_PAGE = 20_000


@router.get("/conduct")
def proposals(
    request: Request,
    reader: Reading,
    state: Word = "open",
    proposes: Word = "",
    unit: Code = "",
    employee: Code = "",
    month: Annotated[str, Query(max_length=7)] = "",
    page: Annotated[int, Query(ge=1, le=MAX_PAGE)] = 1,
    done: Word = "",
) -> Response:
    return _list(
        request, reader,
        ProposalFilter(
            state if state in (*conduct.STATES, "all") else "open", proposes if proposes in pages.PROPOSED else "",
            unit, employee, month,
        ),
        page, done,
    )  # fmt: skip


@router.post("/conduct/refresh", dependencies=[FromHere])
def refresh(request: Request, reader: Writing) -> Response:
    parts = service(request)
    with parts.database.writing() as session:
        _refresh(session, request, reader)
    return RedirectResponse("/conduct?done=refreshed", 303)


@router.post("/conduct/grades", dependencies=[FromHere])
def accept_grades(
    request: Request,
    reader: Deciding,
    row: Annotated[list[Annotated[int, Field(ge=1, le=2**31 - 1)]] | None, Form(max_length=pages.PAGE)] = None,
    note: Note = "",
) -> Response:
    """Accept the grades of many lines for one written reason: all of them, or none where one hinders."""
    parts = service(request)
    if row:
        bring_up_to_date(request, reader, *row)
    try:
        with parts.database.writing() as session:
            for number in row or ():
                deciding.decide(
                    session, reader.within, number, Decider(reader.actor, reader.within), "accept", note=note,
                    version=None, today=parts.today(), at=parts.now(),
                )  # fmt: skip
    except (Invalid, AlreadyDecided, NotTheirs) as error:
        wanted = ProposalFilter(proposes="grade")
        return _list(request, reader, wanted, 1, "", problem=_problem(error), note=note, status=_status(error))
    return RedirectResponse("/conduct?proposes=grade&done=decided", 303)


@router.get("/conduct/thresholds")
def threshold_list(request: Request, reader: Reading, done: Word = "") -> Response:
    return _thresholds(request, reader, done=done)


@router.post("/conduct/thresholds", dependencies=[FromHere])
def file_threshold(
    request: Request,
    reader: Writing,
    unit: Short = "",
    code: Short = "",
    label: Text = "",
    proposes: Short = "",
    measure: Short = "",
    type: Annotated[list[str] | None, Form(max_length=8)] = None,
    period: Short = "",
    at_least: Short = "",
    from_: Annotated[str, Form(alias="from", max_length=20)] = "",
    to: Annotated[str, Form(max_length=20)] = "",
    document: Text = "",
    article: Short = "",
) -> Response:
    parts = service(request)
    given = {
        "unit": unit, "code": code, "label": label, "proposes": proposes, "measure": measure, "period": period,
        "at_least": at_least, "from": from_, "to": to, "document": document, "article": article,
        "types": " ".join(type or ()),
    }  # fmt: skip
    first, last = (read_day(text, parts.today()) for text in (from_, to))
    try:
        if first is None or (to.strip() and last is None):
            raise Invalid("Write dates as 24/11/2026.")
        if not at_least.strip().isdecimal() or len(at_least.strip()) > 5:
            raise Invalid("Write from which number on.")
        with parts.database.writing() as session:
            check_whole_unit(reader, session, unit)
            new = NewThreshold(
                unit, code.strip()[:32], label.strip(), proposes, int(at_least), first, document.strip(), measure,
                tuple(type or ()), period, last, article.strip(),
            )  # fmt: skip
            thresholds.file(session, new, by=reader.actor, at=parts.now())
        with parts.database.writing() as session:
            _refresh(session, request, reader)
    except (Invalid, Overlap) as error:
        found = (
            "legal_form" if legal_form_in(f"{label} {code}") else "overlap" if isinstance(error, Overlap) else "form"
        )
        return _thresholds(request, reader, problem=found, given=given, status=_status(error))
    return RedirectResponse("/conduct/thresholds?done=filed", 303)


@router.post("/conduct/thresholds/{number}/end", dependencies=[FromHere])
def end_threshold(
    request: Request, reader: Writing, number: Number, on: Annotated[str, Form(max_length=20)] = ""
) -> Response:
    parts = service(request)
    last = read_day(on, parts.today())
    try:
        with parts.database.writing() as session:
            row = writable(session, reader, number)
            if last is None:
                raise Invalid("Write the date as 24/11/2026.")
            thresholds.end(session, row, last, by=reader.actor, at=parts.now())
        with parts.database.writing() as session:
            _refresh(session, request, reader)
    except Invalid as error:
        return _thresholds(request, reader, problem="end", status=_status(error))
    return RedirectResponse("/conduct/thresholds?done=ended", 303)


@router.get("/conduct/good")
def good(
    request: Request, reader: Reading, unit: Code = "", period: Annotated[str, Query(max_length=7)] = ""
) -> Response:
    parts = service(request)
    try:
        span = span_of(request, period)
    except Invalid:
        span = span_of(request, None)
    with parts.database.reading() as session:
        within, part = reader.narrowed(session, unit or None), reader.part(session, unit or None, *span)
        papers = reader.elsewhere(session, "papers.read")
        roster = papers if within.places is None else papers.narrowed(within.places)
        view = pages.good_page(session, parts.settings.timezone, parts.now(), within, unit, part, span, roster)
        named = {each.employee for each in (*view.good.without, *view.good.unsure, *view.duties)}
        reader.saw(session, "conduct", named, at=parts.now())
        view = replace(view, units=pages.options(session, parts.today(), reader.within))
    by_name = replace(
        view,
        good=replace(
            view.good,
            without=tuple(sorted(view.good.without, key=lambda each: (name_key(each.name), each.employee))),
            unsure=tuple(sorted(view.good.unsure, key=lambda each: (name_key(each.name), each.employee))),
        ),
        duties=tuple(sorted(view.duties, key=lambda each: (name_key(each.name), each.employee))),
    )
    return show(request, "conduct_good.html", by_name, user=reader.user)


@router.get("/conduct/{number}")
def one(request: Request, reader: Reading, number: Number, done: Word = "") -> Response:
    return _one(request, reader, number, done=done)


@router.post("/conduct/{number}/decision", dependencies=[FromHere])
def decide(
    request: Request,
    reader: Deciding,
    number: Number,
    decision: Short = "",
    note: Note = "",
    instead: Text = "",
    version: Annotated[int, Form(ge=1, le=99_999)] = 1,
) -> Response:
    parts = service(request)
    bring_up_to_date(request, reader, number)
    try:
        with parts.database.writing() as session:
            deciding.decide(
                session, reader.within, number, Decider(reader.actor, reader.within), decision, note=note,
                instead=instead, version=version, today=parts.today(), at=parts.now(),
            )  # fmt: skip
    except (Invalid, AlreadyDecided, ChangedMeanwhile, NotTheirs) as error:
        given = {"note": note, "instead": instead, "decision": decision}
        problem = _problem(error)
        if problem == "invalid":
            problem = "legal_form" if legal_form_in(instead) else "note" if not note.strip() else "instead"
        return _one(request, reader, number, problem=problem, given=given, status=_status(error))
    return RedirectResponse(f"/conduct/{number}?done=decided", 303)


def _list(
    request: Request,
    reader: Reader,
    wanted: ProposalFilter,
    page: int,
    done: str,
    *,
    problem: str = "",
    note: str = "",
    status: int = 200,
) -> Response:
    parts = service(request)
    try:
        span = read_period(wanted.month)[1] if wanted.month else (None, None)
    except Invalid:
        span, wanted = (None, None), replace(wanted, month="")
    with parts.database.reading() as session:
        within = reader.narrowed(session, wanted.unit or None)
        person = reader.employee_id(session, wanted.employee) if wanted.employee else None
        asked = conduct.Asked(
            () if wanted.state == "all" else (wanted.state,), (wanted.proposes,) if wanted.proposes else (), person,
            *span,
        )  # fmt: skip
        view = pages.conduct_page(
            session, parts.settings.timezone, parts.now(), within, decider_of(reader, session), wanted, asked,
            reader.within, page,
        )  # fmt: skip
        reader.saw(session, "conduct", (line.employee for line in view.lines), at=parts.now())
        writes = reader.elsewhere(session, "conduct.write")
    view = replace(view, done=done if done in pages.DONE else "")
    return show(
        request, "conduct.html", view, user=reader.user, status=status, problem=problem, note=note,
        may_write=not writes.is_person,
    )  # fmt: skip


def _thresholds(
    request: Request,
    reader: Reader,
    *,
    done: str = "",
    problem: str = "",
    given: dict[str, str] | None = None,
    status: int = 200,
) -> Response:
    parts = service(request)
    with parts.database.reading() as session:
        view = pages.thresholds_of(session, reader.within, parts.today())
        writes: Within = reader.elsewhere(session, "conduct.write")
        mine = () if writes.is_person else pages.options(session, parts.today(), writes)
    return show(
        request, "conduct_thresholds.html", view, user=reader.user, status=status, problem=problem,
        given=given or {}, units=mine, mine={unit.code for unit in mine}, types=TYPES,
        done=done if done in pages.DONE else "",
    )  # fmt: skip


def _one(
    request: Request,
    reader: Reader,
    number: int,
    *,
    done: str = "",
    problem: str = "",
    given: dict[str, str] | None = None,
    status: int = 200,
) -> Response:
    parts = service(request)
    with parts.database.reading() as session:
        view = pages.proposal_page(
            session, parts.settings.timezone, parts.now(), reader.within, decider_of(reader, session), number
        )
        reader.saw(session, "conduct", [view.line.employee], at=parts.now())
    view = replace(view, problem=problem, given=given or {}, done=done if done in pages.DONE else "")
    return show(request, "conduct_one.html", view, user=reader.user, status=status)


def _refresh(session: Session, request: Request, reader: Reader) -> None:
    """Count anew whoever serves in the units the reader writes for."""
    parts = service(request)
    people = None if reader.within.is_all else conduct.people_of(session, reader.within, parts.today())
    proposing.count_anew(session, parts.today(), at=parts.now(), by=reader.actor, employees=people)


def _problem(error: AttendanceError) -> str:
    if isinstance(error, AlreadyDecided):
        return "decided"
    if isinstance(error, ChangedMeanwhile):
        return "changed"
    return "not_theirs" if isinstance(error, NotTheirs) else "invalid"


def _status(error: AttendanceError) -> int:
    return 422 if isinstance(error, Invalid) else 403 if isinstance(error, NotTheirs) else 409
