"""Accounts, and what is granted to them."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Request, Response

from api.http.answers import answer
from api.http.errors import Forbidden
from api.http.params import Page, Paging, moment
from api.http.schemas.users import Grant, GrantList, NewGrant, NewUser, User, UserList
from api.http.scope import Reader, askable, may
from api.http.service import service
from attendance.errors import NotFound
from attendance.services import granting
from attendance.store import grants
from attendance.store.database import Session

router = APIRouter(tags=["users"])

MAX_NUMBER = 2**31 - 1
Managing = Annotated[Reader, Depends(may("users.manage"))]
UserName = Annotated[str, Path(max_length=64, description="Name of the account.", examples=["binh.thanhtra"])]


@router.get("/users", operation_id="listUsers", summary="Accounts", response_model=UserList)
def list_users(request: Request, reader: Managing, page: Page) -> Response:
    """For administrators: the accounts whose grants all lie in the part of the tree one looks after, by name."""
    parts = service(request)
    with parts.database.reading() as session:
        found = granting.listed(session, parts.now(), reader.within)
    return _page([one.as_json() for one in found], page)


@router.post("/users", operation_id="addUser", summary="Add an account", status_code=201, response_model=User)
def add_user(request: Request, reader: Managing, given: NewUser) -> Response:
    """For administrators. Whoever looks after a part of the tree grants something in it at once."""
    parts = service(request)
    with parts.database.reading() as session:
        if given.employee is not None:
            reader.employee_id(session, given.employee)
        wanted = _wanted(session, reader, given.grant, parts.settings.timezone) if given.grant is not None else None
    if wanted is None and not reader.within.is_all:
        raise Forbidden("You look after a part of the tree; grant something in it at once, with `grant`.")
    more = {name: getattr(wanted, name) for name in ("starts_at", "ends_at", "document", "visit")} if wanted else {}
    parts.accounts.create_user(
        given.name,
        given.password.get_secret_value(),
        wanted.role if wanted else None,
        wanted.unit if wanted else None,
        employee=given.employee,
        by=reader.actor,
        **more,
    )
    with parts.database.reading() as session:
        content = granting.account(session, given.name, parts.now()).as_json()
    return answer(content, 201)


@router.post("/users/{name}/disable", operation_id="disableUser", summary="Close an account", response_model=User)
def disable(request: Request, reader: Managing, name: UserName) -> Response:
    """For administrators. Whatever it was signed in to ends at once."""
    return _closing(request, reader, name, closed=True)


@router.post("/users/{name}/enable", operation_id="enableUser", summary="Open an account again", response_model=User)
def enable(request: Request, reader: Managing, name: UserName) -> Response:
    """For administrators. The grants that still hold allow what they did."""
    return _closing(request, reader, name, closed=False)


def _closing(request: Request, reader: Reader, name: str, *, closed: bool) -> Response:
    parts = service(request)
    with parts.database.reading() as session:
        granting.account(session, askable("user", name), parts.now(), reader.within)
    if name == reader.user.name:
        raise Forbidden("Nobody closes or opens their own account; ask another administrator.")
    (parts.accounts.disable if closed else parts.accounts.enable)(name, reader.actor)
    with parts.database.reading() as session:
        content = granting.account(session, name, parts.now(), reader.within).as_json()
    return answer(content)


@router.get("/users/{name}/grants", operation_id="listGrants", summary="Grants of an account", response_model=GrantList)
def list_grants(request: Request, reader: Managing, name: UserName, page: Page) -> Response:
    """For administrators: everything ever granted to an account, oldest first."""
    parts = service(request)
    with parts.database.reading() as session:
        found = granting.account(session, askable("user", name), parts.now(), reader.within)
    return _page([one.as_json() for one in found.grants], page)


@router.post(
    "/users/{name}/grants", operation_id="addGrant", summary="Grant a role", status_code=201, response_model=Grant
)
def add_grant(request: Request, reader: Managing, name: UserName, given: NewGrant) -> Response:
    """For administrators, and never to themselves."""
    parts = service(request)
    with parts.database.writing() as session:
        at = parts.now()
        granting.account(session, askable("user", name), at, reader.within)
        wanted = _wanted(session, reader, given, parts.settings.timezone)
        found = granting.give(session, name, wanted, by=reader.actor, at=at)
        content = granting.Standing(found, found.state(at)).as_json()
    return answer(content, 201)


@router.post("/grants/{id}/revoke", operation_id="revokeGrant", summary="Take a grant back", response_model=Grant)
def revoke_grant(
    request: Request,
    reader: Managing,
    id: Annotated[int, Path(ge=1, le=MAX_NUMBER, description="Number of the grant.", examples=[12])],
) -> Response:
    """For administrators. It allows nothing from this moment on."""
    parts = service(request)
    with parts.database.writing() as session:
        at = parts.now()
        known = grants.find(session, id)
        # asked of nobody where there is no such grant, so that an unknown one costs what one elsewhere does
        is_seen = granting.looks_after(session, known.user if known else "", at, reader.within)
        if not is_seen:
            raise NotFound("grant", str(id))
        found = granting.take_back(session, id, by=reader.actor, at=at)
        content = granting.Standing(found, found.state(at)).as_json()
    return answer(content)


def _wanted(session: Session, reader: Reader, given: NewGrant, zone: str) -> granting.Wanted:
    """What is to be granted, in the part of the tree the reader looks after. Raises NotFound, Forbidden, Invalid."""
    if given.unit is not None:
        reader.unit(session, given.unit)
    elif given.role != "official" and not reader.within.is_all:
        raise Forbidden("You look after a part of the tree; name the unit of it for which this is granted.")
    return granting.Wanted(
        given.role,
        given.unit,
        moment(given.starts_at, zone),
        moment(given.ends_at, zone),
        given.document,
        given.visit,
    )


def _page(rows: list[dict[str, Any]], page: Paging) -> Response:
    shown = rows[page.offset : page.offset + page.limit]
    return answer({"items": shown, "total": len(rows), "limit": page.limit, "offset": page.offset, "next": None})
