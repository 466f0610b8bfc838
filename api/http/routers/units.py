"""Units of the tree."""

from __future__ import annotations

from typing import Annotated

from anyio.to_thread import run_sync
from fastapi import APIRouter, Depends, Query, Request, Response

from api.http.answers import answer, listed
from api.http.errors import Forbidden
from api.http.params import Page, UnitCode
from api.http.routers.terminals import note_pull, pull_lanes, puller_of
from api.http.schemas.office import NewUnit, Unit, UnitList
from api.http.schemas.terminals import PullAnswer
from api.http.scope import Reader, may
from api.http.service import service
from attendance.store import listing, polling, registering
from attendance.store.trail import record

router = APIRouter(prefix="/units", tags=["office"])


@router.get("", operation_id="listUnits", summary="Units", response_model=UnitList)
def list_units(request: Request, reader: Annotated[Reader, Depends(may("office.read"))], page: Page) -> Response:
    """The units one sees, by code."""
    with service(request).database.reading() as session:
        found = listing.units(session, reader.within, limit=page.limit, offset=page.offset)
    return listed(found, page)


@router.post("", operation_id="addUnit", summary="Add a unit", status_code=201, response_model=Unit)
def add_unit(request: Request, reader: Annotated[Reader, Depends(may("office.write"))], given: NewUnit) -> Response:
    """For HR and administrators. Those who see a part of the tree can add below it only."""
    parts = service(request)
    if given.parent is None and not reader.within.is_all:
        raise Forbidden("You see a part of the tree; name a unit of it as parent.")
    with parts.database.writing() as session:
        if given.parent is not None:
            reader.unit(session, given.parent)
        row = registering.add_unit(
            session, given.code, name=given.name, parent=given.parent, schedule=given.schedule, at=parts.now()
        )
        content = {"code": row.code, "name": row.name, "parent": given.parent, "schedule": given.schedule}
        record(session, reader.actor, "unit.added", kind="unit", key=row.code, after=content, at=parts.now())
    return answer(content, 201)


def _terminals_below(
    request: Request, reader: Annotated[Reader, Depends(may("terminals.pull"))], code: UnitCode
) -> list[str]:
    """Codes of the terminals of a unit the caller sees and of all below it. Raises NotFound."""
    with service(request).database.reading() as session:
        codes = polling.pullable(session, reader.narrowed(session, code).places)
    puller_of(request)
    note_pull(request, reader, codes)
    return codes


@router.post("/{code}/pull", operation_id="pullUnit", summary="Pull a unit's terminals now", response_model=PullAnswer)
async def pull_unit(
    request: Request,
    codes: Annotated[list[str], Depends(_terminals_below)],
    full: Annotated[bool, Query(description="Read and compare the whole logs again.")] = False,
) -> Response:
    """Every terminal of the unit and of the units below it, side by side; as for one terminal, by code.

    For HR, leaders, inspectors and administrators. A unit without a terminal answers an empty list.
    """
    puller = puller_of(request)
    return answer({"pulls": await run_sync(puller, codes, full, limiter=pull_lanes(request)) if codes else []})
