"""The pages *Quy chế* and its notice for the wall: what is in force for a unit on a date, and by which document."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import Response

from api.http.scope import Reader, page_may
from api.http.service import service
from api.pages.i18n import read_day
from api.pages.routes import show
from attendance.errors import NotFound
from attendance.store import office
from attendance.store.database import Session
from attendance.store.tables import UnitRow
from attendance.store.tree import StoredTree
from reports.rules import DONE, rules_page
from reports.wall import wall_page

router = APIRouter(include_in_schema=False, prefix="/rules")
Reading = Annotated[Reader, Depends(page_may("office.read"))]
Unit = Annotated[str, Query(max_length=64)]
MOST_DAYS_TOLD = 1_000_000_000


@router.get("")
def rules(
    request: Request,
    reader: Reading,
    unit: Unit = "",
    done: Annotated[str, Query(max_length=20)] = "",
    days: Annotated[int, Query(ge=0, le=MOST_DAYS_TOLD)] = 0,
) -> Response:
    today = service(request).today()
    with service(request).database.reading() as session:
        row = unit_shown(session, reader, unit, today)
        may_write = reader.elsewhere(session, "office.write").sees(row.id)
        found = rules_page(session, row, day_asked(request, today), today, within=reader.within, may_write=may_write)
    view = replace(found, done=done if done in DONE else "", days=days)
    return show(request, "rules.html", view, user=reader.user)


@router.get("/notice")
def notice(request: Request, reader: Reading, unit: Unit = "") -> Response:
    today = service(request).today()
    with service(request).database.reading() as session:
        row = unit_shown(session, reader, unit, today)
        view = wall_page(session, row, day_asked(request, today), within=reader.within)
    return show(request, "wall.html", view, user=reader.user)


def unit_shown(session: Session, reader: Reader, code: str, on: date) -> UnitRow:
    """The unit asked for; else where the reader serves, if there is nothing but their own to see; else the first.

    Raises NotFound.
    """
    if code:
        return reader.unit(session, code)
    if reader.within.is_person and reader.within.employee is not None:
        number = office.unit_on(session, reader.within.employee, on)
        if number is not None:
            return reader.unit(session, office.code_of(session, UnitRow, number))
    listed = StoredTree(session).shown(on, reader.within)
    if not listed:
        raise NotFound("unit", "")
    return reader.unit(session, listed[0].code)


def day_asked(request: Request, today: date) -> date:
    return read_day(request.query_params.get("on", ""), today) or today
