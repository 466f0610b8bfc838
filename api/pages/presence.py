"""The page *Có mặt lúc…*: a unit at a minute, as known then beside as known now, and what came in between."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import Response

from api.http.scope import Reader, page_may
from api.http.service import service
from api.pages.i18n import read_day
from api.pages.names import name_key
from api.pages.routes import show
from attendance import clock
from reports.presence import SHOWN_STATES, Scope, presence_page, shown_state

router = APIRouter(include_in_schema=False, prefix="/units")
Attending = Annotated[Reader, Depends(page_may("attendance.read"))]
Text = Annotated[str, Query(max_length=16)]


@router.get("/{code}/presence")
def presence(
    request: Request,
    reader: Attending,
    code: str,
    day: Text = "",
    at: Text = "",
    known_day: Text = "",
    known_at: Text = "",
    state: Text = "",
    page: Annotated[int, Query(ge=1, le=20_000)] = 1,
) -> Response:
    """`day` and `at` are the minute (default: now), `known_day` and `known_at` what was known then (default: at it)."""
    parts = service(request)
    zone, now = parts.settings.timezone, parts.now()
    here = clock.to_wall(now, zone).replace(second=0, microsecond=0)
    minute = min(_minute(day, at, here, here), here)
    known = min(max(_minute(known_day, known_at, minute, here), minute), here)
    with parts.database.reading() as session:
        unit = reader.unit(session, code).code
        view = presence_page(
            session, zone, unit, minute, known, now,
            scope=Scope(reader.within, reader.elsewhere(session, "reasons.read")),
            by_name=name_key, state=state if state in (*SHOWN_STATES, "differs") else "", page=page,
        )  # fmt: skip
        reader.saw_people(session, "presence", (pair.either.number for pair in view.lines), at=now)
    return show(request, "presence.html", view, user=reader.user, shown_state=shown_state, states=SHOWN_STATES)


def _minute(day: str, at: str, otherwise: datetime, here: datetime) -> datetime:
    """What was typed as a date and a time, each with its default; what cannot be read is as if it were not there."""
    on: date = read_day(day, here.date()) or otherwise.date()
    try:
        moment = time.fromisoformat(at) if at else otherwise.time()
    except ValueError:
        moment = otherwise.time()
    return datetime.combine(on, moment.replace(second=0, microsecond=0, tzinfo=None))
