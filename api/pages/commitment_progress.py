"""The pages *Thực hiện cam kết*: how one stands with its lists, those of a unit, the sheet of the review."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Path, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from api.http.auth import sent_from_here
from api.http.scope import Reader, page_may
from api.http.service import service
from api.pages.names import name_key
from api.pages.routes import show
from attendance.errors import Invalid
from attendance.services.commitments import reviewing
from attendance.services.commitments.reading import seen
from attendance.services.commitments.standing import MovedOn
from attendance.services.impartial import Decider, NotTheirs
from attendance.store.review_tables import OUTCOMES
from attendance.store.within import NOTHING
from reports.commitments import LIST_STATES, ProgressFilter, progress_list, progress_view, review_view

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)

Reading = Annotated[Reader, Depends(page_may("commitments.read"))]
Reviewing = Annotated[Reader, Depends(page_may("commitments.review"))]
FromHere = Depends(sent_from_here)
Number = Annotated[int, Path(ge=1, le=2**31 - 1)]
Short = Annotated[str, Query(max_length=64)]
VIEW = "commitment_progress"
PROBLEMS = ("moved_on", "not_yours", "invalid")


@router.get("/commitments/progress")
def list_progress(
    request: Request, reader: Reading, year: Short = "", unit: Short = "", state: Short = "", page: Short = ""
) -> Response:
    parts = service(request)
    wanted = _number(year, reader.today.year)
    asked = ProgressFilter(
        wanted if 2000 <= wanted <= 2999 else reader.today.year, unit, state if state in LIST_STATES else ""
    )
    with parts.database.reading() as session:
        if unit:
            reader.unit(session, unit)
        view = progress_list(
            session, parts.settings.timezone, reader.within, asked, parts.now(), key=name_key, page=_number(page, 1)
        )
        reader.saw(session, VIEW, (line.employee for line in view.lines), at=parts.now())
    return show(request, "commitment_progress_list.html", view, user=reader.user)


@router.get("/commitments/{number}/progress")
def one_progress(request: Request, reader: Reading, number: Number) -> Response:
    parts = service(request)
    with parts.database.reading() as session:
        row = seen(session, reader.within, number, reader.today)
        there, now = reader.elsewhere(session, "attendance.read"), parts.now()
        view = progress_view(session, parts.settings.timezone, row, there, now, now)
        reader.saw(session, VIEW, view.shown, at=now, key=str(number))
    return show(request, "commitment_progress.html", view, user=reader.user)


@router.get("/commitments/{number}/review")
def review_sheet(request: Request, reader: Reading, number: Number, done: Short = "") -> Response:
    return _sheet(request, reader, number, done=done == "reviewed")


@router.post("/commitments/{number}/review", dependencies=[FromHere])
def write_review(
    request: Request,
    reader: Reviewing,
    number: Number,
    outcome: Annotated[str, Form(max_length=32)] = "",
    remark: Annotated[str, Form(max_length=4000)] = "",
    digest: Annotated[str, Form(max_length=64)] = "",
) -> Response:
    parts = service(request)
    try:
        with parts.database.writing() as session:
            seen(session, reader.within, number, reader.today)
            reviewing.review(
                session, parts.settings.timezone, number, Decider(reader.actor, reader.within), outcome=outcome,
                remark=remark, seen=digest, at=parts.now(),
            )  # fmt: skip
    except (Invalid, NotTheirs) as error:
        problem = (
            "moved_on" if isinstance(error, MovedOn) else "not_yours" if isinstance(error, NotTheirs) else "invalid"
        )
        return _sheet(request, reader, number, problem=problem, given={"outcome": outcome, "remark": remark})
    return RedirectResponse(f"/commitments/{number}/review?done=reviewed", 303)


def _sheet(
    request: Request,
    reader: Reader,
    number: int,
    *,
    done: bool = False,
    problem: str = "",
    given: dict[str, str] | None = None,
) -> Response:
    parts = service(request)
    with parts.database.reading() as session:
        row = seen(session, reader.elsewhere(session, "commitments.read"), number, reader.today)
        there = reader.elsewhere(session, "commitments.review")
        by = Decider(reader.actor, there) if there != NOTHING else None
        attending = reader.elsewhere(session, "attendance.read")
        view = review_view(session, parts.settings.timezone, row, attending, by, parts.now())
        reader.saw(session, VIEW, view.progress.shown, at=parts.now(), key=str(number))
    view = replace(view, done=done and bool(view.outcome), problem=problem, given=given or {})
    status = 409 if problem in ("moved_on", "not_yours") else 422 if problem else 200
    return show(request, "commitment_review.html", view, user=reader.user, status=status, outcomes=OUTCOMES)


def _number(text: str, otherwise: int) -> int:
    return int(text) if text.isdecimal() and len(text) < 7 else otherwise
