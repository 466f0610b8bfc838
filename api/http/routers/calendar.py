"""Decisions about dates: holidays, swaps, stoppages."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response

from api.http.answers import listed
from api.http.params import Page, Span
from api.http.schemas.office import CalendarList
from api.http.scope import Reader, may
from api.http.service import service
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
