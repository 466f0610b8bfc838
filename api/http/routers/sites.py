"""Sites without a road: what they send, and how they stand."""

from __future__ import annotations

import asyncio
from typing import Annotated, Any

import anyio
from anyio.to_thread import run_sync
from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.exceptions import HTTPException
from starlette.requests import ClientDisconnect

from api.http.answers import answer
from api.http.auth import bearer_secret
from api.http.params import Page
from api.http.schemas.sites import Holding, SiteList
from api.http.scope import Reader, may
from api.http.service import service
from attendance.store import sites
from device_sync.agent.overview import describe_site

router = APIRouter(prefix="/sites", tags=["terminals"])

TAKEN_AT_ONCE = 4  # of all sites together; those who only read must not wait for threads
BODY_SECONDS = 600

_SITE = {"x-open": "for the token of a site, which is nobody's account"}
_BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
    }
}
Token = Annotated[str, Depends(bearer_secret)]


@router.get("", operation_id="listSites", summary="Sites", response_model=SiteList)
def list_sites(request: Request, reader: Annotated[Reader, Depends(may("system.read"))], page: Page) -> Response:
    """For administrators: the sites of the units one sees, by code, with what they hold that has not come yet."""
    parts = service(request)
    with parts.database.reading() as session:
        found = sites.states(session, reader.within.places)
        shown = found[page.offset : page.offset + page.limit]
        rows = [describe_site(state, parts.settings.timezone, parts.now()) for state in shown]
    return answer({"items": rows, "total": len(found), "limit": page.limit, "offset": page.offset, "next": None})


@router.get(
    "/me",
    operation_id="ownSite",
    summary="What the centre holds of a site",
    response_model=Holding,
    openapi_extra=_SITE,
)
def own_site(
    request: Request,
    token: Token,
    nonce: Annotated[
        str,
        Query(pattern="^[0-9a-f]{32}$", description="Comes back under the seal of the answer: 32 hexadecimal digits."),
    ] = "0" * 32,
) -> Response:
    """For the token of a site: number and digest of the newest segment the centre holds of its present chain."""
    return answer(service(request).receiver.holds(token, nonce).model_dump())


@router.post(
    "/segments",
    operation_id="takeSegments",
    summary="Take segments of a site",
    response_model=Holding,
    openapi_extra=_BODY | _SITE,
)
async def take_segments(request: Request, token: Token) -> Response:
    """For the token of a site: keep and file the segments that follow, and answer what is held afterwards.

    The body is described in `device_sync/agent/framing.py`; without segments it only says what the site holds.
    """
    receiver = service(request).receiver
    site_id = await run_sync(receiver.enter, token)
    try:
        async with asyncio.timeout(BODY_SECONDS):
            body = await request.body()
        held = await run_sync(receiver.receive, token, body, limiter=_lanes(request))
    except TimeoutError:
        raise HTTPException(408, "The request came too slowly; send less at a time.") from None
    except ClientDisconnect:
        return Response(status_code=400)  # nobody hears it: the line broke, and the site comes again
    finally:
        receiver.leave(site_id)
    return answer(held.model_dump())


def _lanes(request: Request) -> anyio.CapacityLimiter:
    if not hasattr(request.app.state, "site_lanes"):
        request.app.state.site_lanes = anyio.CapacityLimiter(TAKEN_AT_ONCE)
    lanes: anyio.CapacityLimiter = request.app.state.site_lanes
    return lanes
