"""The pages *Kiểm tra*: what one's team plans and has under way, what is sealed, who was never visited; and the plan.

A visit itself, from its beginning on, is a page of its own.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Path, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from api.http.auth import sent_from_here
from api.http.routers.inspections import UNCOUNTED, candidates, looker, own_team
from api.http.scope import Reader, page_may
from api.http.service import service
from api.pages.i18n import read_day
from api.pages.routes import show
from attendance.errors import AttendanceError, NotFound
from attendance.services.visiting import entering, planning
from attendance.services.visiting.planning import NewPlan, PlanInvalid
from attendance.store import office
from reports import inspections as pages
from reports.inspections import DONE

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)

FromHere = Depends(sent_from_here)
Reading = Annotated[Reader, Depends(page_may("visits.read"))]
Doing = Annotated[Reader, Depends(page_may("visits.do"))]
Key = Annotated[str, Path(max_length=32)]
Short = Annotated[str, Form(max_length=64)]
Team = Annotated[int | None, Form(ge=1, le=2**31 - 1)]
Text = Annotated[str, Form(max_length=2000)]
PROBLEMS = (*planning.PROBLEMS, "no_team", "place")


@router.get("/inspections", openapi_extra=UNCOUNTED)
def inspections(
    request: Request,
    reader: Reading,
    page: Annotated[int, Query(ge=1, le=10_000)] = 1,
    done: Annotated[str, Query(max_length=16)] = "",
) -> Response:
    parts = service(request)
    with parts.database.reading() as session:
        view = pages.inspections_page(session, parts.settings.timezone, looker(session, reader), page=page)
    return show(request, "inspections.html", replace(view, done=done if done in DONE else None), user=reader.user)


@router.get("/inspections/plan", openapi_extra=UNCOUNTED)
def plan_form(
    request: Request,
    reader: Doing,
    team: Annotated[int | None, Query(ge=1, le=2**31 - 1)] = None,
    unit: Annotated[str, Query(max_length=64)] = "",
) -> Response:
    return _form(request, reader, team, unit)


@router.post("/inspections/plan", dependencies=[FromHere], openapi_extra=UNCOUNTED)
def plan(
    request: Request,
    reader: Doing,
    team: Team = None,
    unit: Short = "",
    kind: Short = "surprise",
    proposed: Short = "",
    on: Annotated[str, Form(max_length=20)] = "",
    note: Text = "",
) -> Response:
    parts = service(request)
    given = {"kind": kind, "on": on, "note": note, "unit": unit}
    try:
        with parts.database.writing() as session:
            row = own_team(session, reader, team)
            number = office.key(reader.unit(session, unit))
            if not planning.reach(session, row, reader.within, reader.today).sees(number):
                raise NotFound("unit", unit)
            source = "risk" if proposed == unit else "free"  # taken from the list of what is proposed
            new = NewPlan(number, kind, source, _day(on, reader.today), note)
            planning.plan(session, row, new, by=reader.actor, today=reader.today, at=parts.now())
    except AttendanceError as error:
        return _form(request, reader, team, unit, _problem(error), "plan", given)
    return RedirectResponse("/inspections?done=planned", 303)


@router.post("/inspections/draw", dependencies=[FromHere], openapi_extra=UNCOUNTED)
def draw(
    request: Request,
    reader: Doing,
    team: Team = None,
    way: Short = "risk",
    count: Annotated[str, Form(max_length=8)] = "",
    kind: Short = "surprise",
    on: Annotated[str, Form(max_length=20)] = "",
) -> Response:
    parts = service(request)
    given = {"way": way, "count": count, "draw_kind": kind, "draw_on": on}
    try:
        number = int(count) if count.strip().isdecimal() else 0
        with parts.database.writing() as session:
            row = own_team(session, reader, team)
            drawn = planning.draw(
                session, row, candidates(session, reader, row), way, number, kind=kind,
                planned_for=_day(on, reader.today), by=reader.actor, today=reader.today, at=parts.now(),
            )  # fmt: skip
            key = drawn.key
    except AttendanceError as error:
        return _form(request, reader, team, "", _problem(error), "draw", given)
    return RedirectResponse(f"/inspections/draws/{key}", 303)


@router.get("/inspections/draws/{key}", openapi_extra=UNCOUNTED)
def one_draw(request: Request, reader: Reading, key: Key) -> Response:
    parts = service(request)
    with parts.database.reading() as session:
        view = pages.draw(session, parts.settings.timezone, key, looker(session, reader))
    if view is None:
        raise NotFound("draw", key)
    return show(request, "draw.html", view, user=reader.user)


@router.post("/inspections/{key}/drop", dependencies=[FromHere], openapi_extra=UNCOUNTED)
def drop(request: Request, reader: Doing, key: Key, why: Text = "") -> Response:
    parts = service(request)
    with parts.database.writing() as session:
        row = entering.own_visit(session, reader.user.user_id, key, reader.today)
        planning.drop(session, row, why=why, by=reader.actor, at=parts.now())
    return RedirectResponse("/inspections?done=dropped", 303)


def _form(
    request: Request,
    reader: Reader,
    team: int | None,
    unit: str,
    problem: str | None = None,
    form: str = "",
    given: dict[str, str] | None = None,
) -> Response:
    parts = service(request)
    with parts.database.reading() as session:
        view = pages.plan_page(session, looker(session, reader), team, unit)
    view = replace(view, problem=problem, form=form, given=given or {})
    return show(request, "plan.html", view, user=reader.user, status=422 if problem else 200)


def _problem(error: AttendanceError) -> str:
    match error:
        case PlanInvalid():
            return error.why
        case NotFound(kind="unit"):
            return "unit"
        case NotFound():
            return "place"
    return "no_team"


def _day(text: str, today: date) -> date | None:
    if not text.strip():
        return None
    found = read_day(text, today)
    if found is None:
        raise PlanInvalid("day", "Write the day as 24/11/2026.")
    return found
