"""The register of requests about one's own data."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Path, Request, Response

from api.http.answers import answer
from api.http.auth import SignedInUser
from api.http.params import Page, Paging, moment
from api.http.routers.personal_data import OWN, Managing, acting, person_of
from api.http.schemas.personal_data import NewRequest, OwnRequest, PersonalRequest, PersonalRequestList, Told
from api.http.scope import Reader
from api.http.service import Service, service
from attendance.services.accounts import SignedIn
from attendance.services.personal import requests
from attendance.store.trail import Actor
from attendance.store.within import Within

router = APIRouter(tags=["personal data"])

Number = Annotated[int, Path(ge=1, le=2**31 - 1, description="Number of the request.", examples=[7])]


def own(user: SignedIn) -> Within:
    """The rows of the person behind an account, and no other. Raises NotFound where there is nobody."""
    return Within(frozenset(), person_of(user))


@router.get(
    "/me/requests",
    operation_id="listOwnRequests",
    summary="Requests of oneself",
    response_model=PersonalRequestList,
    openapi_extra=OWN,
)
def list_own(request: Request, user: SignedInUser, page: Page) -> Response:
    """What one asked for about one's own data, and how it stands."""
    return _listed(service(request), own(user), page, None)


@router.post(
    "/me/requests",
    operation_id="addOwnRequest",
    summary="Ask for something about one's own data",
    status_code=201,
    response_model=PersonalRequest,
    openapi_extra=OWN,
)
def add_own(request: Request, user: SignedInUser, given: OwnRequest) -> Response:
    """It is received at once, by way of `page`, and the clock of working days begins."""
    parts = service(request)
    at = parts.now()
    return _added(parts, person_of(user), given.kind, "page", given.text, at, acting(request, user))


@router.get(
    "/personal-data/requests",
    operation_id="listPersonalRequests",
    summary="Requests of data subjects",
    response_model=PersonalRequestList,
)
def list_requests(request: Request, reader: Managing, page: Page) -> Response:
    """For HR: those of people who served where one sees; overdue ones first."""
    return _listed(service(request), reader.within, page, reader)


@router.post(
    "/personal-data/requests",
    operation_id="addPersonalRequest",
    summary="Enter a request",
    status_code=201,
    response_model=PersonalRequest,
)
def add_request(request: Request, reader: Managing, given: NewRequest) -> Response:
    """For HR: a request that came by letter, by word of mouth, by mail or telephone."""
    parts = service(request)
    at = moment(given.received_at, parts.settings.timezone) or parts.now()
    with parts.database.reading() as session:
        number = reader.employee_id(session, given.employee)
    return _added(parts, number, given.kind, given.way, given.text, at, reader.actor)


@router.post(
    "/personal-data/requests/{id}/answer",
    operation_id="answerPersonalRequest",
    summary="Answer a request",
    response_model=PersonalRequest,
)
def answer_request(request: Request, reader: Managing, id: Number, given: Told) -> Response:
    """For HR: what will be done, and how."""
    parts = service(request)
    with parts.database.writing() as session:
        found = requests.answer(session, id, given.text, **_more(parts, reader)).as_json()
    return answer(found)


@router.post(
    "/personal-data/requests/{id}/refuse",
    operation_id="refusePersonalRequest",
    summary="Refuse a request",
    response_model=PersonalRequest,
)
def refuse_request(request: Request, reader: Managing, id: Number, given: Told) -> Response:
    """For HR: with the reason, which the person is told; it closes the request."""
    parts = service(request)
    with parts.database.writing() as session:
        found = requests.refuse(session, id, given.text, **_more(parts, reader)).as_json()
    return answer(found)


@router.post(
    "/personal-data/requests/{id}/extend",
    operation_id="extendPersonalRequest",
    summary="Extend the term of a request",
    response_model=PersonalRequest,
)
def extend_request(request: Request, reader: Managing, id: Number, given: Told) -> Response:
    """For HR: the one extension there is for carrying it out, with its reason."""
    parts = service(request)
    with parts.database.writing() as session:
        found = requests.extend(session, id, given.text, **_more(parts, reader)).as_json()
    return answer(found)


@router.post(
    "/personal-data/requests/{id}/complete",
    operation_id="completePersonalRequest",
    summary="A request is carried out",
    response_model=PersonalRequest,
)
def complete_request(request: Request, reader: Managing, id: Number) -> Response:
    """For HR: what was answered is done."""
    parts = service(request)
    with parts.database.writing() as session:
        found = requests.complete(session, id, **_more(parts, reader)).as_json()
    return answer(found)


@router.post(
    "/personal-data/requests/{id}/withdraw",
    operation_id="withdrawPersonalRequest",
    summary="A request is taken back",
    response_model=PersonalRequest,
)
def withdraw_request(request: Request, reader: Managing, id: Number) -> Response:
    """For HR: the person no longer asks for it."""
    parts = service(request)
    with parts.database.writing() as session:
        found = requests.take_back(session, id, **_more(parts, reader)).as_json()
    return answer(found)


def _more(parts: Service, reader: Reader) -> dict[str, Any]:
    return {"zone": parts.settings.timezone, "within": reader.within, "actor": reader.actor, "at": parts.now()}


def _added(parts: Service, number: int, kind: str, way: str, text: str, received_at: datetime, by: Actor) -> Response:
    with parts.database.writing() as session:
        found = requests.hand_in(
            session, number, kind, way=way, text=text, received_at=received_at, zone=parts.settings.timezone,
            actor=by, at=parts.now(),
        ).as_json()  # fmt: skip
    return answer(found, 201)


def _listed(parts: Service, within: Within, page: Paging, reader: Reader | None) -> Response:
    with parts.database.reading() as session:
        found, total = requests.listed(
            session, within, zone=parts.settings.timezone, at=parts.now(), limit=page.limit, offset=page.offset
        )
        rows = [one.as_json() for one in found]
        if reader is not None:
            reader.saw(session, "personal_requests", [row["employee"] for row in rows], at=parts.now())
    return answer({"items": rows, "total": total, "limit": page.limit, "offset": page.offset, "next": None})
