"""Presence of a unit at a minute: now after its terminals were read, or at any past minute as known at any moment."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any

from anyio.to_thread import run_sync
from fastapi import APIRouter, Depends, Query, Request, Response

from api.http.answers import answer
from api.http.errors import Forbidden
from api.http.params import UnitCode, moment
from api.http.routers.terminals import note_pull, pull_lanes, puller_of
from api.http.schemas.presence import PresenceAnswer
from api.http.scope import Reader, may
from api.http.service import service
from attendance import clock
from attendance.errors import Invalid
from attendance.services.visiting.presence import presence_at
from attendance.store import polling
from reports.presence import Scope, as_json, visible

router = APIRouter(prefix="/units", tags=["attendance"])

Attending = Annotated[Reader, Depends(may("attendance.read"))]


@router.get(
    "/{code}/presence", operation_id="getPresence", summary="Presence at a minute", response_model=PresenceAnswer
)
async def get_presence(
    request: Request,
    reader: Attending,
    code: UnitCode,
    at: Annotated[
        str | None,
        Query(max_length=40, description="The minute. Default: now.", examples=["2026-11-20T08:20:00+07:00"]),
    ] = None,
    known_at: Annotated[
        str | None,
        Query(
            max_length=40,
            description="As it was known then: the same answer for ever. Default: all that is known now.",
            examples=["2026-11-20T08:21:00+07:00"],
        ),
    ] = None,
    refresh: Annotated[bool, Query(description="Read the terminals these people depend on first.")] = False,
) -> Response:
    """Who of the unit and all below it is expected, seen, excused, not known or not scheduled at a minute.

    `refresh` is for HR, leaders, inspectors and administrators, and reads the terminals one may have read. Who may not
    know reasons is told that there is an approved paper, and the document of a mission.
    """
    parts = service(request)
    now, zone = parts.now(), parts.settings.timezone
    minute, known = moment(at, zone) or now, moment(known_at, zone)
    for name, asked in (("at", minute), ("known_at", known)):
        if asked is not None and asked > now:
            wall = clock.local_iso(clock.to_wall(asked, zone), zone)
            raise Invalid(f"`{name}` is {wall}, which has not come yet; ask for a past minute.")
    pulls: list[dict[str, Any]] = []
    if refresh:
        codes = await run_sync(_to_read, request, reader, code, minute)
        puller = puller_of(request)
        if codes:
            pulls = await run_sync(puller, codes, False, limiter=pull_lanes(request))
    content = await run_sync(_presence, request, reader, code, minute, known)
    return answer(content | {"pulls": pulls})


def _to_read(request: Request, reader: Reader, code: str, minute: datetime) -> Sequence[str]:
    """The terminals people of the unit depend on, of those the reader may have read. Raises NotFound, Forbidden."""
    parts = service(request)
    with parts.database.reading() as session:
        unit = reader.unit(session, code).code
        pulling = reader.elsewhere(session, "terminals.pull")
        if pulling.is_person:
            raise Forbidden("Reading terminals now is for HR, leaders, inspectors and administrators; ask without it.")
        found = presence_at(session, parts.settings.timezone, unit, minute, known_at=None)
        may_read = set(polling.pullable(session, pulling.places))
        codes = [each.code for each in found.terminals if each.code in may_read]
    puller_of(request)
    note_pull(request, reader, codes)
    return codes


def _presence(request: Request, reader: Reader, code: str, minute: datetime, known: datetime | None) -> dict[str, Any]:
    parts = service(request)
    with parts.database.reading() as session:
        unit = reader.unit(session, code).code
        found = presence_at(session, parts.settings.timezone, unit, minute, known_at=known)
        found = visible(session, found, Scope(reader.within, reader.elsewhere(session, "reasons.read")))
        reader.saw_people(session, "presence", (person.number for person in found.people), at=parts.now())
        return as_json(session, found, parts.now())
