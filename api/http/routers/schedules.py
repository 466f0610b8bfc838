"""Hours in force."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response

from api.http.answers import listed
from api.http.params import Page
from api.http.schemas.office import ScheduleList
from api.http.scope import Reader, may
from api.http.service import service
from attendance.store import listing

router = APIRouter(prefix="/schedules", tags=["rules"])


@router.get("", operation_id="listSchedules", summary="Schedules", response_model=ScheduleList)
def list_schedules(request: Request, reader: Annotated[Reader, Depends(may("office.read"))], page: Page) -> Response:
    """Every schedule with all its versions; they are the same for all readers."""
    with service(request).database.reading() as session:
        found = listing.schedules(session, limit=page.limit, offset=page.offset)
    return listed(found, page)
