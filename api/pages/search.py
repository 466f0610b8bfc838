"""The search of people, units and terminals: its page, and what is offered while one types."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import HTMLResponse, Response

from api.http.scope import Reader, page_may
from api.http.service import service
from api.pages.routes import PAGE_SIZE, show
from attendance.services.access import Permission
from attendance.store.database import Session
from attendance.store.within import NOTHING, Within
from reports.finding import Found, find

SUGGESTED = 8
MOST_PAGES = 400

Searching = Annotated[Reader, Depends(page_may("office.read"))]
Asked = Annotated[str, Query(max_length=200)]
router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)


@router.get("/search")
def search(
    request: Request, reader: Searching, q: Asked = "", page: Annotated[int, Query(ge=1, le=MOST_PAGES)] = 1
) -> Response:
    found = _found(request, reader, q, PAGE_SIZE, (page - 1) * PAGE_SIZE)
    return show(request, "search.html", found, user=reader.user)


@router.get("/search/suggest")
def suggest(request: Request, reader: Searching, q: Asked = "") -> Response:
    """The first that is found, for a list under the field."""
    return show(request, "search_suggest.html", _found(request, reader, q, SUGGESTED, 0), user=reader.user)


def _found(request: Request, reader: Reader, text: str, limit: int, offset: int, *, is_typing: bool = False) -> Found:
    parts = service(request)
    with parts.database.reading() as session:
        found = find(
            session,
            text,
            parts.today(),
            people=_where(session, reader, "people.read"),
            units=reader.within,
            terminals=_where(session, reader, "terminals.read"),
            limit=limit,
            offset=offset,
        )
        shown = (person.number for person in found.people)
        reader.saw_people(session, "search", shown, at=parts.now())
    return found


def _where(session: Session, reader: Reader, permission: Permission) -> Within | None:
    within = reader.elsewhere(session, permission)
    return within if within != NOTHING else None
