"""Hours in force, and new ones."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response

from api.http.answers import answer, listed
from api.http.errors import Forbidden
from api.http.params import Page
from api.http.schemas.office import NewScheduleVersion, Schedule, ScheduleList
from api.http.scope import Reader, may
from api.http.service import service
from attendance.services import hours
from attendance.store import listing

router = APIRouter(prefix="/schedules", tags=["rules"])


@router.get("", operation_id="listSchedules", summary="Schedules", response_model=ScheduleList)
def list_schedules(request: Request, reader: Annotated[Reader, Depends(may("office.read"))], page: Page) -> Response:
    """Every schedule with all its versions; they are the same for all readers."""
    with service(request).database.reading() as session:
        found = listing.schedules(session, limit=page.limit, offset=page.offset)
    return listed(found, page)


@router.post("", operation_id="addSchedule", summary="Add hours", status_code=201, response_model=Schedule)
def add_schedule(
    request: Request, reader: Annotated[Reader, Depends(may("office.write"))], given: NewScheduleVersion
) -> Response:
    """For HR and administrators of the whole tree: a version of a schedule, which is made where it is new."""
    if not reader.within.is_all:
        raise Forbidden("Hours are the same for the whole tree; ask HR of the whole tree to file them.")
    parts = service(request)
    with parts.database.writing() as session:
        hours.add_version(
            session,
            reader.actor,
            given.code,
            name=given.name,
            sessions=given.sessions,
            weekdays=given.weekdays,
            by_weekday=given.by_weekday,
            regime=given.regime,
            from_on=given.from_,
            to_on=given.to,
            document=given.document,
            article=given.article,
            at=parts.now(),
        )
        content = listing.schedule(session, given.code)
    return answer(content, 201)
