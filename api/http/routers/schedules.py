"""Hours in force."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from api.http.answers import listed
from api.http.params import Page
from api.http.schemas.office import ScheduleList
from api.http.scope import CurrentReader
from api.http.service import service
from attendance.store import listing

router = APIRouter(prefix="/schedules", tags=["rules"])


@router.get("", operation_id="listSchedules", summary="Schedules", response_model=ScheduleList)
def list_schedules(request: Request, reader: CurrentReader, page: Page) -> Response:
    """Every schedule with all its versions; they are the same for all readers."""
    with service(request).database.reading() as session:
        found = listing.schedules(session, limit=page.limit, offset=page.offset)
    return listed(found, page)
