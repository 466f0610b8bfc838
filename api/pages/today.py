"""*Hôm nay*: the board of the day, its live part, the people of one unit, and what changed since one last looked."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from api.http.auth import csrf_token, sent_from_here
from api.http.scope import Reader, page_may
from api.http.service import service
from api.pages.routes import asked_day, is_demo, language_of, show
from attendance.errors import StoreUnavailable
from attendance.store import board_state, last_looks, polling
from attendance.store.database import Session
from attendance.store.last_looks import LastLook
from attendance.store.trail import record
from reports import changes
from reports.today import today_page
from reports.view import TodayPage

LOOKED_EVERY = timedelta(minutes=1)
"""So often at most an open page writes down what it shows."""
MOST_OPENED = 100

Attending = Annotated[Reader, Depends(page_may("attendance.read"))]
Unit = Annotated[str, Query(max_length=64)]
Opened = Annotated[str, Query(alias="open", max_length=4000)]
router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)


@router.get("/today")
def today(request: Request, reader: Attending, unit: Unit = "", opened: Opened = "") -> Response:
    """The whole board is a look: the next one is told what changed since."""
    return _today(request, reader, unit, opened, "today.html", is_visit=True)


@router.get("/today/live")
def today_live(request: Request, reader: Attending, unit: Unit = "", opened: Opened = "") -> Response:
    """The part of the page that changes; 304 where it says the same as what the browser has."""
    return _today(request, reader, unit, opened, "today_live.html", is_visit=False)


@router.get("/today/people")
def today_people(request: Request, reader: Attending, unit: Unit) -> Response:
    """The names of one unit, without those below it."""
    with service(request).database.reading() as session:
        number = reader.unit(session, unit).id
        page = _page(request, session, replace(reader, within=reader.within.narrowed(frozenset({number or 0}))), unit)
        page = replace(page, opened=None)
        reader.saw_people(session, "today", page.named, at=service(request).now())
    return show(request, "today_people.html", page, user=reader.user)


@router.post("/today/seen", dependencies=[Depends(sent_from_here)])
def seen(request: Request, reader: Attending) -> Response:
    """From now on changes are counted from here."""
    parts = service(request)
    with parts.database.writing() as session:
        last = last_looks.of_account(session, reader.user.user_id, changes.PAGE, lock=True)
        if last is not None:
            last_looks.keep(session, reader.user.user_id, changes.PAGE, changes.renewed(last))
        record(session, reader.actor, "today.compared", kind="page", key=changes.PAGE, at=parts.now())
    return RedirectResponse("/today", 303)


def _today(request: Request, reader: Reader, unit: str, opened: str, template: str, *, is_visit: bool) -> Response:
    parts = service(request)
    codes = [code for code in opened.split(",") if code][:MOST_OPENED]
    with parts.database.reading() as session:
        last = last_looks.of_account(session, reader.user.user_id, changes.PAGE)
        tag = _tag(request, session, reader, last)
        if not is_visit and _known(request) == tag:
            return Response(status_code=304, headers={"ETag": f'"{tag}"'})
        narrowed = replace(reader, within=reader.narrowed(session, unit or None))
        page = _page(request, session, narrowed, unit or None, codes)
        looked = partial(changes.visited if is_visit else _going_on, page=page, at=parts.now())
        look = None
        if not unit and page.day == page.now.date():
            look = looked(last)
            page = replace(page, changes=changes.changes(look, page, parts.settings.timezone))
        reader.saw_people(session, "today", page.named, at=parts.now(), polled=not is_visit)
    if look is not None and look is not last:
        _keep(request, reader, looked)
        if is_visit:
            tag = ""  # it names the look before; the first refresh brings its own
    response = show(request, template, replace(page, tag=tag), user=reader.user)
    if tag:
        response.headers["ETag"] = f'"{tag}"'
    return response


def _known(request: Request) -> str:
    """What the browser has."""
    return request.headers.get("if-none-match", "").removeprefix("W/").strip('"')


def _going_on(last: LastLook | None, page: TodayPage, at: datetime) -> LastLook | None:
    """An open page is one long look: what it is compared with stays."""
    if last is None or at - last.seen_at < LOOKED_EVERY:
        return last
    return replace(last, seen_at=at, seen=changes.as_seen(page))


def _keep(request: Request, reader: Reader, looked: Callable[[LastLook | None], LastLook | None]) -> None:
    """Of what is kept now: since the page was read, the same person may have said from when changes are counted."""
    try:
        with service(request).database.writing() as session:
            last = last_looks.of_account(session, reader.user.user_id, changes.PAGE, lock=True)
            look = looked(last)
            if look is not None and look is not last:
                last_looks.keep(session, reader.user.user_id, changes.PAGE, look)
    except StoreUnavailable:
        return  # reading goes on while the disk is full


def _page(
    request: Request, session: Session, reader: Reader, unit: str | None, opened: list[str] | None = None
) -> TodayPage:
    parts = service(request)
    wanted = request.query_params.get("day")
    page = today_page(
        session,
        parts.settings.timezone,
        parts.now(),
        within=reader.within,
        alarms=not reader.within.is_person,
        only=request.query_params.get("state"),
        unit=unit,
        opened=opened or (),
        demo=is_demo(request),
        day=asked_day(wanted, parts.today()) if wanted else None,
    )
    if getattr(request.app.state, "poller", None) is None or page.day != page.now.date():
        return page
    pulled = reader.elsewhere(session, "terminals.pull")
    terminals, units = polling.pullable_below(session, page.day, pulled.places)
    return replace(page, pullable=terminals, pullable_units=units)


def _tag(request: Request, session: Session, reader: Reader, last: LastLook | None) -> str:
    """What the live part depends on: the minute, what was read, judged and done, who reads it and what they asked."""
    parts = service(request)
    minute = parts.now().replace(second=0, microsecond=0)
    asked = sorted((name, value) for name, value in request.query_params.items() if name != "open")
    compared = last.compared_at if last is not None else None
    depends = (
        minute, board_state.newest(session), reader.within, reader.user.grants, asked, language_of(request),
        csrf_token(request), compared,
    )  # fmt: skip
    return hashlib.sha256(repr(depends).encode()).hexdigest()[:32]
