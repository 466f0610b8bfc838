"""Decisions about dates: holidays, swaps, stoppages; proposed, approved by somebody else, taken back."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response

from api.http.answers import listed
from api.http.errors import Forbidden
from api.http.paper_routes import add_deciding, add_reading, take_in
from api.http.params import Page, Span
from api.http.schemas.office import CalendarList
from api.http.schemas.papers import NewCalendarDecision, Paper
from api.http.scope import Reader, may
from api.http.service import service
from attendance.errors import NotFound
from attendance.services.papers import handing_in
from attendance.store import listing

router = APIRouter(prefix="/calendar", tags=["rules"])


@router.get("", operation_id="listCalendar", summary="Calendar", response_model=CalendarList)
def list_calendar(
    request: Request, reader: Annotated[Reader, Depends(may("office.read"))], span: Span, page: Page
) -> Response:
    """Decisions that hold for the units one sees, by date; of several about one date the one recorded last holds."""
    with service(request).database.reading() as session:
        found = listing.calendar(session, reader.within, span.from_on, span.to_on, limit=page.limit, offset=page.offset)
    return listed(found, page)


@router.post(
    "", operation_id="addCalendarDecision", summary="Propose a decision", status_code=201, response_model=Paper
)
def add_decision(
    request: Request, reader: Annotated[Reader, Depends(may("office.write"))], given: NewCalendarDecision
) -> Response:
    """For HR and administrators. It decides nothing before a head, HR or a leader approved it."""
    with take_in(request, reader, given) as (session, handed, done):
        if given.unit is None and not reader.within.is_all:
            raise Forbidden("You look after a part of the tree; name the unit of it for which the date is decided.")
        if given.unit is not None and not reader.within.sees(reader.unit(session, given.unit).id):
            raise NotFound("unit", given.unit)
        done.paper = handing_in.calendar(
            session, handed, given.date, given.kind, for_on=given.for_, unit=given.unit, part=given.session
        )
        return done.told()


add_reading(router, ("calendar",), "CalendarDecision", "CalendarDecisions", path="/decisions", read="office.read")
add_deciding(router, ("calendar",), "CalendarDecision", file="office.write")
