"""Terminals that push: who waits, approving and refusing, and what only one side says."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Request, Response

from api.http.answers import answer, listed
from api.http.errors import Forbidden
from api.http.params import Page, TerminalCode
from api.http.schemas.pushing import Approval, Decision, PushDifferenceList, PushingList
from api.http.scope import Reader, askable, may
from api.http.service import service
from attendance.services import pushing
from attendance.store import listing_push, office

router = APIRouter(prefix="/terminals", tags=["terminals"])

Serial = Annotated[str, Path(max_length=64, description="Serial number.", examples=["CQZ7224460123"])]


def _of_all_units(reader: Annotated[Reader, Depends(may("terminals.write"))]) -> Reader:
    """An administrator of the whole tree: a serial that waits belongs to no unit yet. Raises Forbidden."""
    if not reader.within.is_all:
        raise Forbidden("Terminals that push are decided about by administrators of the whole office.")
    return reader


Deciding = Annotated[Reader, Depends(_of_all_units)]


@router.get("/pushing", operation_id="listPushing", summary="Terminals that push", response_model=PushingList)
def list_pushing(request: Request, reader: Deciding) -> Response:
    """For administrators: every serial number that called, what it says of itself, and what was decided."""
    parts = service(request)
    with parts.database.reading() as session:
        found = listing_push.devices(session, parts.settings.timezone)
    return answer({"items": found})


@router.post(
    "/pushing/{serial}/approve", operation_id="approvePushing", summary="Approve a serial", response_model=Decision
)
def approve(request: Request, reader: Deciding, serial: Serial, given: Approval) -> Response:
    """For administrators. What it pushes from now on are claims of the terminal, as long as it calls from there."""
    parts = service(request)
    known = askable("pushing terminal", serial)
    with parts.database.writing() as session:
        code = pushing.approve(
            session,
            known,
            by=reader.user.name,
            at=parts.now(),
            terminal=given.terminal,
            create=given.create,
            unit=given.unit,
            network=given.network,
            photos=given.photos,
            actor=reader.actor,
        )
    return answer({"serial": known, "status": "approved", "terminal": code})


@router.post(
    "/pushing/{serial}/refuse", operation_id="refusePushing", summary="Refuse a serial", response_model=Decision
)
def refuse(request: Request, reader: Deciding, serial: Serial) -> Response:
    """For administrators. Nothing it pushes is taken any more; what it brought stays."""
    parts = service(request)
    known = askable("pushing terminal", serial)
    with parts.database.writing() as session:
        pushing.refuse(session, known, by=reader.user.name, at=parts.now(), actor=reader.actor)
    return answer({"serial": known, "status": "refused", "terminal": None})


@router.get(
    "/{code}/differences",
    operation_id="listDifferences",
    summary="What only one side says",
    response_model=PushDifferenceList,
)
def list_differences(
    request: Request, reader: Annotated[Reader, Depends(may("terminals.evidence"))], code: TerminalCode, page: Page
) -> Response:
    """Punches of a terminal that only its push or only its log says, as the last comparison found them."""
    parts = service(request)
    with parts.database.reading() as session:
        terminal = reader.terminal(session, code)
        found = listing_push.differences(
            session,
            office.key(terminal),
            terminal.code,
            parts.settings.timezone,
            reader.within,
            limit=page.limit,
            offset=page.offset,
        )
    return listed(found, page)
