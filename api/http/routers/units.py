"""Units of the tree: those of a date, and what becomes of them."""

from __future__ import annotations

from typing import Annotated

from anyio.to_thread import run_sync
from fastapi import APIRouter, Depends, Query, Request, Response

from api.http.answers import answer, listed
from api.http.errors import Forbidden
from api.http.params import IfMatch, OnDate, Page, UnitCode, expected_version
from api.http.routers.terminals import note_pull, pull_lanes, puller_of
from api.http.routers.unit_parts import head_content, place_contents
from api.http.schemas.terminals import PullAnswer
from api.http.schemas.units import (
    Merging,
    Moving,
    NewUnit,
    Rehouring,
    Renaming,
    Unit,
    UnitChanged,
    UnitEnded,
    UnitEnding,
    UnitHistory,
    UnitList,
)
from api.http.scope import Reader, may
from api.http.service import service
from attendance.services import units
from attendance.store import heads, listing, office, polling
from attendance.store.tree import StoredTree

router = APIRouter(prefix="/units", tags=["office"])

MayRead = Annotated[Reader, Depends(may("office.read"))]
MayWrite = Annotated[Reader, Depends(may("office.write"))]
MayPull = Annotated[Reader, Depends(may("terminals.pull"))]


@router.get("", operation_id="listUnits", summary="Units of a date", response_model=UnitList)
def list_units(request: Request, reader: MayRead, page: Page, on: OnDate = None) -> Response:
    """The units one sees that were there on a date, as they were then, by code."""
    parts = service(request)
    with parts.database.reading() as session:
        found = listing.units(session, reader.within, on or parts.today(), limit=page.limit, offset=page.offset)
    return listed(found, page)


@router.post("", operation_id="addUnit", summary="Add a unit", status_code=201, response_model=Unit)
def add_unit(request: Request, reader: MayWrite, given: NewUnit) -> Response:
    """For HR and administrators. Those who see a part of the tree can add below it only."""
    parts = service(request)
    _not_at_the_top(reader, given.parent)
    with parts.database.writing() as session:
        if given.parent is not None:
            reader.unit(session, given.parent)
        units.add(
            session,
            given.code,
            name=given.name,
            parent=given.parent,
            schedule=given.schedule,
            from_on=given.from_,
            to_on=given.to,
            document=given.document,
            actor=reader.actor,
            at=parts.now(),
        )
    content = given.model_dump(include={"code", "parent", "schedule", "to"})
    return answer(content | {"name": given.name or given.code, "from": given.from_}, 201)


@router.get("/{code}", operation_id="getUnit", summary="A unit with its history", response_model=UnitHistory)
def get_unit(request: Request, reader: MayRead, code: UnitCode) -> Response:
    """What it was on which dates, what became part of it, who leads it and its houses; its version as `ETag`."""
    parts = service(request)
    with parts.database.reading() as session:
        unit = reader.unit(session, code)
        stored = StoredTree(session)
        seen = {c for c, number in stored.numbers.items() if reader.within.names(number)}
        versions = [
            version | {key: version[key] if version[key] in seen else None for key in ("parent", "into")}
            for version in units.history(session, unit)
        ]
        content = {
            "code": unit.code,
            "version": unit.version,
            "versions": versions,
            "merged": sorted(stored.tree.merged_into(unit.code, parts.today())),
            "heads": [head_content(head) for head in heads.heads_on(session, office.key(unit), parts.today())],
            "places": place_contents(session, unit.code, parts.today()),
        }
    found = answer(content)
    found.headers["ETag"] = f'"{content["version"]}"'
    return found


@router.post("/{code}/rename", operation_id="renameUnit", summary="Rename a unit", response_model=UnitChanged)
def rename_unit(
    request: Request, reader: MayWrite, code: UnitCode, given: Renaming, if_match: IfMatch = None
) -> Response:
    """From a date on; on dates before it keeps the name it had. It changes no verdict."""
    parts, expected = service(request), expected_version(if_match)
    with parts.database.writing() as session:
        reader.unit(session, code)
        done = units.rename(
            session, code, given.name, on=given.on, document=given.document, actor=reader.actor, at=parts.now(),
            expected=expected,
        )  # fmt: skip
    return _changed(done)


@router.post("/{code}/move", operation_id="moveUnit", summary="Move a unit", response_model=UnitChanged)
def move_unit(request: Request, reader: MayWrite, code: UnitCode, given: Moving, if_match: IfMatch = None) -> Response:
    """Under another unit from a date on, with all that is below it. Days before keep the tree they had."""
    parts, expected = service(request), expected_version(if_match)
    _not_at_the_top(reader, given.parent)
    with parts.database.writing() as session:
        reader.unit(session, code)
        if given.parent is not None:
            reader.unit(session, given.parent)
        done = units.move(
            session, code, given.parent, on=given.on, document=given.document, actor=reader.actor, at=parts.now(),
            expected=expected,
        )  # fmt: skip
    return _changed(done)


@router.post("/{code}/hours", operation_id="setUnitHours", summary="Other hours", response_model=UnitChanged)
def set_unit_hours(
    request: Request, reader: MayWrite, code: UnitCode, given: Rehouring, if_match: IfMatch = None
) -> Response:
    """People of the unit who have no hours of their own work by another schedule from a date on."""
    parts, expected = service(request), expected_version(if_match)
    with parts.database.writing() as session:
        reader.unit(session, code)
        done = units.work_by(
            session, code, given.schedule, on=given.on, document=given.document, actor=reader.actor, at=parts.now(),
            expected=expected,
        )  # fmt: skip
    return _changed(done)


@router.post("/{code}/end", operation_id="endUnit", summary="End a unit", response_model=UnitEnded)
def end_unit(
    request: Request, reader: MayWrite, code: UnitCode, given: UnitEnding, if_match: IfMatch = None
) -> Response:
    """Its last date. Units below it must be moved or ended before; people still to be moved are listed."""
    parts, expected = service(request), expected_version(if_match)
    with parts.database.writing() as session:
        reader.unit(session, code)
        done = units.end(
            session, code, given.to, document=given.document, actor=reader.actor, at=parts.now(), expected=expected
        )
    return _changed(done)


@router.post("/{code}/merge", operation_id="mergeUnit", summary="Merge a unit into another", response_model=UnitEnded)
def merge_unit(
    request: Request, reader: MayWrite, code: UnitCode, given: Merging, if_match: IfMatch = None
) -> Response:
    """From a date on the other unit stands in its place: for hours, calendar, terminals and whoever leads."""
    parts, expected = service(request), expected_version(if_match)
    with parts.database.writing() as session:
        reader.unit(session, code)
        reader.unit(session, given.into)
        done = units.merge(
            session, code, given.into, on=given.on, move_people=given.move_people, document=given.document,
            actor=reader.actor, at=parts.now(), expected=expected,
        )  # fmt: skip
    return _changed(done)


def _not_at_the_top(reader: Reader, parent: str | None) -> None:
    if parent is None and not reader.within.is_all:
        raise Forbidden("You see a part of the tree; name a unit of it as parent.")


def _changed(done: units.Changed) -> Response:
    content = {"code": done.code, "version": done.version, "marked": done.marked}
    if isinstance(done, units.Ended):
        content |= {"moved": done.moved, "to_move": done.to_move, "terminals": done.terminals}
    found = answer(content)
    found.headers["ETag"] = f'"{done.version}"'
    return found


def _terminals_below(request: Request, reader: MayPull, code: UnitCode) -> list[str]:
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
