"""Since when this database is what a backup had, and how trials of restoring went."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Request, Response

from api.backups_told import drill_json, restoration_json
from api.http.answers import answer
from api.http.params import Page
from api.http.routers.own_account import paged
from api.http.routers.system import Managing, Reading, whole
from api.http.schemas.system import DrillList, Restoration, RestorationList, Settling
from api.http.service import Service, service
from attendance import clock
from attendance.services.backups import settling
from attendance.store import restorations
from attendance.store.database import Session
from attendance.store.restorations import Restoration as Stored

router = APIRouter(tags=["health"])
MOST = 1000
Number = Annotated[int, Path(ge=1, le=2**31 - 1, description="Number of the restoration.", examples=[1])]


@router.get("/restorations", operation_id="listRestorations", summary="Restorations", response_model=RestorationList)
def list_restorations(request: Request, reader: Reading, page: Page) -> Response:
    """For administrators of the whole office: backups that were put back, the newest first, with the terminals that are
    still to be read again and what was entered in between and is lost."""
    whole(reader)
    parts = service(request)
    with parts.database.reading() as session:
        found = _all(session, parts)
    return paged([restoration_json(one, parts.settings.timezone) for one in found], page)


@router.post(
    "/restorations/{number}/settle",
    operation_id="settleRestoration",
    summary="What was lost is entered again",
    response_model=Restoration,
)
def settle_restoration(request: Request, reader: Managing, number: Number, given: Settling) -> Response:
    """For administrators of the whole office: what was entered between the backup and its restoration has been entered
    again, or nothing was."""
    whole(reader)
    parts = service(request)
    with parts.database.writing() as session:
        settling.settle(session, number, given.note, actor=reader.actor, at=parts.now())
        found = next(one for one in _all(session, parts) if one.id == number)
    return answer(restoration_json(found, parts.settings.timezone))


@router.get("/drills", operation_id="listDrills", summary="Trials of restoring", response_model=DrillList)
def list_drills(request: Request, reader: Reading, page: Page) -> Response:
    """For administrators of the whole office: backups that were put back for trial, newest first; the last 1,000."""
    whole(reader)
    parts = service(request)
    with parts.database.reading() as session:
        found = restorations.drills(session, MOST)
    return paged([drill_json(one, parts.settings.timezone) for one in found], page)


def _all(session: Session, parts: Service) -> list[Stored]:
    return restorations.restorations(session, lambda at: clock.to_wall(at, parts.settings.timezone))
