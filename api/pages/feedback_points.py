"""Counters with a code and their printed sheet, and scores of surveys: pages beside *Phản ánh của người dân*."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Annotated

import segno
from fastapi import APIRouter, Depends, Form, Path, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from markupsafe import Markup

from api.http.auth import sent_from_here
from api.http.routers.observations import observed_by, seen_unit
from api.http.scope import Reader, page_may
from api.http.service import service
from api.pages.observations import may_take, problem_of
from api.pages.routes import show
from attendance.errors import Invalid, NotFound
from attendance.services.citizens import points, scores
from attendance.services.citizens.problems import NotSaid
from attendance.services.citizens.scores import Score
from attendance.store import observations
from attendance.store.paper_register import NotAsItWas
from reports.observations import DONE, points_page, scores_page
from reports.public_feedback import Kept, kept, unit_name

router = APIRouter(include_in_schema=False, prefix="/observations", default_response_class=HTMLResponse)
FromHere = Depends(sent_from_here)
Reading = Annotated[Reader, Depends(page_may("observations.read"))]
Taking = Annotated[Reader, Depends(page_may("observations.take"))]
Number = Annotated[int, Path(ge=1, le=2**31 - 1)]
Unit = Annotated[str, Form(max_length=64)]
Short = Annotated[str, Form(max_length=200)]
Done = Annotated[str, Query(max_length=20)]
SIZES = ("a5", "a4")


@dataclass(frozen=True, slots=True)
class SheetPage:
    """The sheet for a counter. `is_guessed`: no public address is set, so the one of this page is printed."""

    number: int
    unit: str
    point: str
    address: str
    qr: Markup
    size: str
    is_guessed: bool
    kept: Kept
    sizes: tuple[str, ...] = SIZES


@router.get("/points")
def points_list(request: Request, reader: Reading, done: Done = "") -> Response:
    return _points(request, reader, done=done if done in DONE else "")


@router.post("/points", dependencies=[FromHere])
def add_point(request: Request, reader: Taking, unit: Unit = "", name: Short = "", desk: Short = "") -> Response:
    parts = service(request)
    try:
        with parts.database.writing() as session:
            if not unit:
                raise NotSaid("unit", "Choose the unit of the counter.")
            place = seen_unit(reader, session, unit)
            points.add_point(session, reader.actor, place, name, desk, at=parts.now())
    except Invalid as error:
        given = {"unit": unit, "name": name, "desk": desk}
        return _points(request, reader, given, problem_of(error), status=422)
    return RedirectResponse("/observations/points?done=point_added", 303)


@router.post("/points/{number}/renew", dependencies=[FromHere])
def renew(request: Request, reader: Taking, number: Number) -> Response:
    parts = service(request)
    with parts.database.writing() as session:
        row = observations.point(session, observed_by(reader, session), number, change=True)
        points.renew(session, reader.actor, row, at=parts.now())
    return RedirectResponse("/observations/points?done=renewed", 303)


@router.post("/points/{number}/revoke", dependencies=[FromHere])
def revoke(request: Request, reader: Taking, number: Number) -> Response:
    parts = service(request)
    try:
        with parts.database.writing() as session:
            row = observations.point(session, observed_by(reader, session), number, change=True)
            points.revoke(session, reader.actor, row, at=parts.now())
    except NotAsItWas as error:
        return _points(request, reader, problem=problem_of(error), status=409)
    return RedirectResponse("/observations/points?done=revoked", 303)


@router.get("/points/{number}/sheet")
def sheet(
    request: Request, reader: Reading, number: Number, size: Annotated[str, Query(max_length=4)] = "a5"
) -> Response:
    """What is put up at the counter, A5 or A4. Raises NotFound for a counter that was revoked."""
    parts = service(request)
    with parts.database.reading() as session:
        row = observations.point(session, observed_by(reader, session), number)
        if row.revoked_at is not None:
            raise NotFound("counter", str(number))
        today = parts.today()
        unit, terms = unit_name(session, row.unit_id, today), kept(session, today)
        called, token = row.name, row.token
    base = parts.settings.public_url or str(request.base_url)
    address = f"{base.rstrip('/')}/gop-y/{token}"
    drawn = segno.make(address, error="q", micro=False).svg_inline(border=4, omitsize=True, dark="#000", light="#fff")
    qr = Markup(drawn)  # noqa: S704 - paths of segno, no text of anybody
    guessed = not parts.settings.public_url
    view = SheetPage(number, unit, called, address, qr, size if size in SIZES else SIZES[0], guessed, terms)
    return show(request, "feedback_sheet.html", view, user=reader.user)


@router.get("/scores")
def scores_list(
    request: Request, reader: Reading, page: Annotated[int, Query(ge=1, le=20_000)] = 1, done: Done = ""
) -> Response:
    return _scores(request, reader, page=page, done=done if done in DONE else "")


@router.post("/scores", dependencies=[FromHere])
def add_score(
    request: Request,
    reader: Taking,
    unit: Unit = "",
    year: Short = "",
    quarter: Short = "",
    score: Short = "",
    scale: Short = "",
    n: Short = "",
    document: Short = "",
) -> Response:
    parts = service(request)
    given = {
        "unit": unit, "year": year, "quarter": quarter, "score": score, "scale": scale, "n": n, "document": document,
    }  # fmt: skip
    try:
        with parts.database.writing() as session:
            if not unit:
                raise NotSaid("unit", "Choose the unit.")
            place = seen_unit(reader, session, unit)
            new = Score(
                int(_figure(year, "quarter")), int(_figure(quarter, "quarter")), _figure(score, "score"),
                _figure(scale, "score"), int(_figure(n, "people")), document,
            )  # fmt: skip
            scores.add_score(session, reader.actor, place, new, today=parts.today(), at=parts.now())
    except Invalid as error:
        return _scores(request, reader, given=given, problem=problem_of(error), status=422)
    return RedirectResponse("/observations/scores?done=score_filed", 303)


def _figure(text: str, what: str) -> float:
    """A number as it is typed here: `4,35` or `4.35`. Raises NotSaid."""
    plain = text.strip().replace(",", ".")
    if len(plain) > 12 or not plain.replace(".", "", 1).isdecimal() or not plain.isascii():
        raise NotSaid(what, f"{text[:20]!r} is not a number; write it as 4,35.")
    return float(plain)


def _points(
    request: Request,
    reader: Reader,
    given: dict[str, str] | None = None,
    problem: str = "",
    *,
    done: str = "",
    status: int = 200,
) -> Response:
    parts = service(request)
    with parts.database.reading() as session:
        within = observed_by(reader, session)
        view = points_page(session, parts.settings.timezone, parts.now(), within, may_take=may_take(reader))
    view = replace(view, given=given or {}, problem=problem, done=done)
    return show(request, "feedback_points.html", view, user=reader.user, status=status)


def _scores(
    request: Request,
    reader: Reader,
    *,
    page: int = 1,
    given: dict[str, str] | None = None,
    problem: str = "",
    done: str = "",
    status: int = 200,
) -> Response:
    parts = service(request)
    with parts.database.reading() as session:
        within = observed_by(reader, session)
        view = scores_page(session, parts.settings.timezone, parts.now(), within, page=page, may_take=may_take(reader))
    view = replace(view, given=given or {}, problem=problem, done=done)
    return show(request, "survey_scores.html", view, user=reader.user, status=status)
