"""Rosters: duties and substitutes, posts that must be filled, gaps, who was not there, the public sheet of a week."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query, Request, Response

from api.http.answers import answer, listed
from api.http.paper_routes import MAX_NUMBER, PaperNumber, add_deciding, add_reading, take_in, wall
from api.http.params import IsoDate, Page, Paging, Span, UnitFilter
from api.http.schemas.papers import Paper
from api.http.schemas.rosters import (
    DutyList,
    GapList,
    NewDuty,
    NewPost,
    NewSubstitute,
    Post,
    PostList,
    Sheet,
)
from api.http.scope import Reader, may
from api.http.service import Service, service
from api.http.versions import check_match, tagged
from attendance import clock
from attendance.errors import Invalid, NotFound
from attendance.services.roster import entering, filling, sheet
from attendance.store import duties, listing_papers, office
from attendance.store.listing import Listed
from attendance.store.register_tables import RosterPostRow

router = APIRouter(prefix="/rosters", tags=["rosters"])

MAX_DAYS = 62
Writing = Annotated[Reader, Depends(may("roster.write"))]
PostNumber = Annotated[int, Path(ge=1, le=MAX_NUMBER, description="Number of the post.", examples=[3])]


@router.get("/posts", operation_id="listPosts", summary="Posts to be filled", response_model=PostList)
def list_posts(
    request: Request, reader: Annotated[Reader, Depends(may("papers.read"))], page: Page, unit: UnitFilter = None
) -> Response:
    """What must be filled in the units one sees."""
    with service(request).database.reading() as session:
        found = [_post(row, code) for row, code in duties.posts(session, reader.narrowed(session, unit))]
    return _page(found, page)


@router.post("/posts", operation_id="addPost", summary="Add a post", status_code=201, response_model=Post)
def add_post(request: Request, reader: Writing, given: NewPost) -> Response:
    """For heads and HR: a desk or duty that must be filled on weekdays or dates."""
    parts = service(request)
    with parts.database.writing() as session:
        unit = reader.unit(session, given.unit)
        row = filling.add_post(
            session, reader.actor, unit.code, kind=given.kind, desk=given.desk, weekdays=given.weekdays,
            dates=given.dates, starts=given.starts, ends=given.ends, needed=given.needed, from_on=given.from_,
            to_on=given.to, document=given.document, at=parts.now(),
        )  # fmt: skip
        content = _post(row, unit.code)
    return tagged(answer(content, 201), row.id, 1)


@router.post("/posts/{id}/withdraw", operation_id="withdrawPost", summary="Take a post back", response_model=Post)
def withdraw_post(request: Request, reader: Writing, id: PostNumber) -> Response:
    """It need not be filled any more. Honours `If-Match`."""
    parts = service(request)
    with parts.database.writing() as session:
        row = duties.post(session, id)
        if not reader.within.sees(row.unit_id):
            raise NotFound("post", str(id))
        check_match(request, row.id, _version(row), f"Post {id} was taken back by {row.withdrawn_by}.")
        filling.withdraw_post(session, reader.actor, row, at=parts.now())
        content = _post(row, office.code_of(session, office.UnitRow, row.unit_id))
    return tagged(answer(content), row.id, 2)


@router.get("/gaps", operation_id="listGaps", summary="Posts nobody fills", response_model=GapList)
def list_gaps(
    request: Request,
    reader: Annotated[Reader, Depends(may("papers.read"))],
    span: Span,
    page: Page,
    unit: UnitFilter = None,
) -> Response:
    """Stretches of time in which fewer people are on the approved roster than a post needs."""
    parts = service(request)
    _check_span(span.from_on, span.to_on)
    with parts.database.reading() as session:
        found = filling.gaps(session, reader.narrowed(session, unit), span.from_on, span.to_on)
    rows = [
        {
            "post": gap.slot.post,
            "unit": gap.slot.unit,
            "kind": gap.slot.kind,
            "desk": gap.slot.desk,
            "starts": _said(gap.starts, parts),
            "ends": _said(gap.ends, parts),
            "missing": gap.missing,
        }
        for gap in found
    ]
    return _page(rows, page)


@router.get("/duties", operation_id="listDuties", summary="Duties and who was there", response_model=DutyList)
def list_duties(
    request: Request,
    reader: Annotated[Reader, Depends(may("attendance.read"))],
    span: Span,
    page: Page,
    unit: UnitFilter = None,
    state: Annotated[
        str | None,
        Query(pattern="^(kept|no_show|away|unverified|open|refused)$", description="Only in this state."),
    ] = None,
) -> Response:
    """Duties that were not taken back. `no_show` is said only once the terminals were read past the duty's window."""
    parts = service(request)
    _check_span(span.from_on, span.to_on)
    now = clock.to_wall(parts.now(), parts.settings.timezone)
    with parts.database.reading() as session:
        within = reader.narrowed(session, unit)
        found = filling.held(session, parts.settings.timezone, within, span.from_on, span.to_on, now=now)
        reader.saw(session, "rosters", {held.line.employee for held in found}, at=parts.now())
    rows = [
        {
            "paper": held.line.paper,
            "employee": held.line.employee,
            "name": held.line.name,
            "unit": held.line.unit,
            "kind": held.line.kind,
            "desk": held.line.desk,
            "starts": _said(held.line.starts, parts),
            "ends": _said(held.line.ends, parts),
            "in_place_of": held.line.in_place_of,
            "state": held.state,
        }
        for held in found
        if state in (None, held.state)
    ]
    return _page(rows, page)


@router.get("/sheet", operation_id="getRosterSheet", summary="The public sheet of a week", response_model=Sheet)
def get_sheet(
    request: Request,
    reader: Annotated[Reader, Depends(may("office.read"))],
    unit: Annotated[str, Query(max_length=64, description="Code of the unit.", examples=["X-TAN-MAI"])],
    week: Annotated[
        IsoDate | None, Query(description="Any date of the week; left out: this week.", examples=["2026-11-25"])
    ] = None,
) -> Response:
    """Who is where when, without reasons: as it is posted at the door."""
    parts = service(request)
    with parts.database.reading() as session:
        found = sheet.week(session, reader.unit(session, unit), week or parts.today())
    days = [
        {
            "date": on,
            "duties": [
                {
                    "name": line.name,
                    "kind": line.kind,
                    "desk": line.desk,
                    "starts": _said(line.starts, parts),
                    "ends": _said(line.ends, parts),
                }
                for line in lines
            ],
        }
        for on, lines in found.days
    ]
    return answer({"unit": found.code, "name": found.name, "from": found.monday, "to": found.sunday, "days": days})


@router.post("", operation_id="addDuty", summary="Enter a duty", status_code=201, response_model=Paper)
def add_duty(request: Request, reader: Writing, given: NewDuty) -> Response:
    """For heads and HR. Refused: somebody who does not serve then, whom a protection shuts out, or who is on duty."""
    parts = service(request)
    with take_in(request, reader, given) as (session, handed, done):
        person = reader.employee_id(session, given.employee)
        if given.unit is not None and not reader.within.sees(reader.unit(session, given.unit).id):
            raise NotFound("unit", given.unit)
        done.paper = entering.enter(
            session, parts.settings.timezone, handed, given.employee, wall(given.starts, parts),
            wall(given.ends, parts), kind=given.kind, desk=given.desk, unit=given.unit,
            counts_as_schedule=given.counts_as_schedule,
            may_know_reasons=_may_know(session, reader, person),
        )  # fmt: skip
        return done.told()


@router.post(
    "/{id}/substitute", operation_id="addSubstitute", summary="Have a duty taken over", status_code=201,
    response_model=Paper,
)  # fmt: skip
def add_substitute(request: Request, reader: Writing, id: PaperNumber, given: NewSubstitute) -> Response:
    """For heads and HR: an entry of the one who takes over; its approval takes the holder's duty back."""
    parts = service(request)
    with take_in(request, reader, given) as (session, handed, done):
        holder = listing_papers.paper(session, reader.within, reader.within, id, ("duty",))
        person = reader.employee_id(session, given.employee)
        done.paper = entering.substitute(
            session, parts.settings.timezone, handed, holder, given.employee,
            may_know_reasons=_may_know(session, reader, person),
        )  # fmt: skip
        return done.told()


add_reading(router, ("duty",), "Duty", "Rosters")
add_deciding(router, ("duty",), "Duty", file="roster.write")


def _may_know(session: Any, reader: Reader, person: int) -> bool:
    reasons = reader.elsewhere(session, "reasons.read")
    return reasons.sees(office.unit_on(session, person, date.max), person)


def _check_span(from_on: date, to_on: date) -> None:
    if to_on - from_on >= timedelta(days=MAX_DAYS):
        raise Invalid(f"The span from {from_on} to {to_on} is too long; ask for at most {MAX_DAYS} days at a time.")


def _said(moment: datetime, parts: Service) -> str:
    return clock.local_iso(moment, parts.settings.timezone)


def _page(rows: list[dict[str, Any]], page: Paging) -> Response:
    return listed(Listed(rows[page.offset : page.offset + page.limit], len(rows)), page)


def _version(row: RosterPostRow) -> int:
    return 1 + (row.withdrawn_at is not None)


def _post(row: RosterPostRow, unit: str) -> dict[str, Any]:
    return {
        "id": row.id,
        "version": _version(row),
        "unit": unit,
        "kind": row.kind,
        "desk": row.desk,
        "weekdays": row.weekdays,
        "dates": row.dates,
        "starts": row.starts,
        "ends": row.ends,
        "needed": row.needed,
        "from": row.from_on,
        "to": row.to_on,
        "document": row.document,
        "author": row.author,
        "recorded_at": row.recorded_at,
        "withdrawn_at": row.withdrawn_at,
    }
