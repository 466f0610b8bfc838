"""Units of the tree."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from api.http.answers import answer, listed
from api.http.errors import Forbidden
from api.http.params import Page
from api.http.schemas.office import NewUnit, Unit, UnitList
from api.http.scope import CurrentFiler, CurrentReader
from api.http.service import service
from attendance.store import listing, registering

router = APIRouter(prefix="/units", tags=["office"])


@router.get("", operation_id="listUnits", summary="Units", response_model=UnitList)
def list_units(request: Request, reader: CurrentReader, page: Page) -> Response:
    """The units one sees, by code."""
    with service(request).database.reading() as session:
        found = listing.units(session, reader.within, limit=page.limit, offset=page.offset)
    return listed(found, page)


@router.post("", operation_id="addUnit", summary="Add a unit", status_code=201, response_model=Unit)
def add_unit(request: Request, reader: CurrentFiler, given: NewUnit) -> Response:
    """For HR and administrators. Those who see a part of the tree can add below it only."""
    parts = service(request)
    if given.parent is None and reader.within is not None:
        raise Forbidden("You see a part of the tree; name a unit of it as parent.")
    with parts.database.writing() as session:
        if given.parent is not None:
            reader.unit(session, given.parent)
        row = registering.add_unit(
            session, given.code, name=given.name, parent=given.parent, schedule=given.schedule, at=parts.now()
        )
        content = {"code": row.code, "name": row.name, "parent": given.parent, "schedule": given.schedule}
    return answer(content, 201)
