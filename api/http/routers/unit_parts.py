"""Who leads a unit, and the houses its people work in."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Request, Response

from api.http.answers import answer, listed
from api.http.params import OnDate, Page, UnitCode
from api.http.schemas.units import Ending, Head, HeadList, NewHead, NewPlace, Place, PlaceList, Withdrawing
from api.http.scope import Reader, may
from api.http.service import service
from attendance.errors import NotFound
from attendance.services import headship, units
from attendance.store import heads, office
from attendance.store.database import Session
from attendance.store.listing import Listed
from attendance.store.tables import UnitRow

router = APIRouter(prefix="/units", tags=["office"])

MayRead = Annotated[Reader, Depends(may("office.read"))]
MayWrite = Annotated[Reader, Depends(may("office.write"))]
Term = Annotated[int, Path(ge=1, le=2**31 - 1, description="Number of the term.")]


@router.get("/{code}/heads", operation_id="listHeads", summary="Heads of a unit", response_model=HeadList)
def list_heads(request: Request, reader: MayRead, page: Page, code: UnitCode, on: OnDate = None) -> Response:
    """Everybody who leads, led or will lead it, by date; with `on` who leads it on that date: who acts comes first."""
    with service(request).database.reading() as session:
        unit = office.key(reader.unit(session, code))
        found = heads.terms_of(session, unit) if on is None else heads.heads_on(session, unit, on)
    shown = [head_content(head) for head in found[page.offset : page.offset + page.limit]]
    return listed(Listed(shown, len(found)), page)


@router.post("/{code}/heads", operation_id="addHead", summary="Name a head", status_code=201, response_model=Head)
def add_head(request: Request, reader: MayWrite, code: UnitCode, given: NewHead) -> Response:
    """One head and one acting head at a time; an acting head may stand beside the head."""
    parts = service(request)
    with parts.database.writing() as session:
        reader.unit(session, code)
        reader.employee_id(session, given.employee)
        done = headship.name_head(
            session, code, given.employee, kind=given.kind, from_on=given.from_, to_on=given.to,
            document=given.document, actor=reader.actor, at=parts.now(),
        )  # fmt: skip
        content = head_content(done)
    return answer(content, 201)


@router.post("/{code}/heads/{term}/end", operation_id="endHead", summary="End a term", response_model=Head)
def end_head(request: Request, reader: MayWrite, code: UnitCode, term: Term, given: Ending) -> Response:
    """Its last date. The term is filed anew, under another number."""
    parts = service(request)
    with parts.database.writing() as session:
        _of_unit(session, reader.unit(session, code), term)
        done = headship.end_term(session, term, given.to, document=given.document, actor=reader.actor, at=parts.now())
        content = head_content(done)
    return answer(content)


@router.post("/{code}/heads/{term}/withdraw", operation_id="withdrawHead", summary="Take a term back", status_code=204)
def withdraw_head(request: Request, reader: MayWrite, code: UnitCode, term: Term, given: Withdrawing) -> Response:
    """It was recorded by mistake. It stays stored, and so does what was known then."""
    parts = service(request)
    with parts.database.writing() as session:
        _of_unit(session, reader.unit(session, code), term)
        headship.withdraw_term(session, term, why=given.why, actor=reader.actor, at=parts.now())
    return Response(status_code=204)


@router.get("/{code}/places", operation_id="listPlaces", summary="Houses of a unit", response_model=PlaceList)
def list_places(request: Request, reader: MayRead, page: Page, code: UnitCode, on: OnDate = None) -> Response:
    """On a date, with those of the units that had become part of it by then."""
    parts = service(request)
    with parts.database.reading() as session:
        reader.unit(session, code)
        found = place_contents(session, code, on or parts.today())
    return listed(Listed(found[page.offset : page.offset + page.limit], len(found)), page)


@router.post("/{code}/places", operation_id="addPlace", summary="Name a house", status_code=201, response_model=Place)
def add_place(request: Request, reader: MayWrite, code: UnitCode, given: NewPlace) -> Response:
    """A merged unit works in several: name each, and say which terminals hang there."""
    parts = service(request)
    with parts.database.writing() as session:
        reader.unit(session, code)
        for terminal in given.terminals:
            reader.terminal(session, terminal)
        row = units.add_place(
            session, code, given.name, address=given.address, terminals=given.terminals, actor=reader.actor,
            at=parts.now(),
        )  # fmt: skip
        content = next(place for place in place_contents(session, code, parts.today()) if place["id"] == row.id)
    return answer(content, 201)


def head_content(head: heads.Heading) -> dict[str, Any]:
    """A term as the API shows it."""
    return {
        "id": head.id,
        "employee": head.employee,
        "name": head.name,
        "kind": head.kind,
        "from": head.from_on,
        "to": head.to_on,
        "document": head.document,
        "recorded_at": head.recorded_at,
    }


def place_contents(session: Session, unit: str, on: date) -> list[dict[str, Any]]:
    """The houses of a unit on a date as the API shows them."""
    sites = office.terminals(session)
    return [
        {
            "id": place.id,
            "unit": office.code_of(session, UnitRow, place.unit_id),
            "name": place.name,
            "address": place.address,
            "terminals": [site.code for site in sites if site.place_id == place.id],
        }
        for place in units.places_of(session, unit, on)
    ]


def _of_unit(session: Session, unit: UnitRow, term: int) -> None:
    if all(head.id != term for head in heads.terms_of(session, office.key(unit))):
        raise NotFound("term of a head", str(term))
