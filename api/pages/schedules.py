"""The page *Giờ làm việc*: hours by name with their seasons; new ones are tried and put in force as rules are."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import Response

from api.http.scope import Reader, page_may
from api.http.service import service
from api.pages.routes import show
from api.pages.rules import MOST_DAYS_TOLD
from reports.schedules import DONE, schedules_page

router = APIRouter(include_in_schema=False, prefix="/schedules")


@router.get("")
def schedules(
    request: Request,
    reader: Annotated[Reader, Depends(page_may("office.read"))],
    done: Annotated[str, Query(max_length=20)] = "",
    days: Annotated[int, Query(ge=0, le=MOST_DAYS_TOLD)] = 0,
) -> Response:
    parts = service(request)
    with parts.database.reading() as session:
        people = reader.elsewhere(session, "people.read")
        may_write = reader.elsewhere(session, "office.write").is_all
        view = schedules_page(session, parts.today(), within=reader.within, people=people, may_write=may_write)
        reader.saw(session, "assignments", (who for card in view.cards for who, _ in card.own), at=parts.now())
    view = replace(view, done=done if done in DONE else "", days=days)
    return show(request, "schedules.html", view, user=reader.user)
