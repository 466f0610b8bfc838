"""*Biểu đồ*, further down: compliance of units with the lists behind it, hours compared, years compared."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import HTMLResponse, Response

from api.http.scope import Reader, page_may
from api.http.service import service
from api.pages.i18n import read_day
from api.pages.routes import show
from attendance.store.database import Session
from attendance.store.tree import StoredTree
from reports.charts import LONGEST_SPAN
from reports.compliance import compliance
from reports.periods_compared import seasons, years
from reports.view import UnitOption

SEASONS_SHOWN = timedelta(days=365)
FIRST_YEAR = 2000

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)
Reading = Annotated[Reader, Depends(page_may("index.read"))]
Unit = Annotated[str, Query(max_length=64)]


@router.get("/charts/compliance")
def compliance_page(request: Request, reader: Reading, unit: Unit = "") -> Response:
    yesterday = service(request).today() - timedelta(days=1)
    first, last = _span(request, yesterday.replace(day=1), yesterday)
    with service(request).database.reading() as session:
        unit = unit or _only_top(_offered(session, reader))
        part = reader.part(session, unit or None, first, last)
        view = compliance(session, reader.within, unit=unit, part=part, from_on=first, to_on=last)
    return show(request, "compliance.html", view, user=reader.user)


@router.get("/charts/seasons")
def seasons_page(
    request: Request, reader: Reading, unit: Unit = "", change: Annotated[str, Query(max_length=40)] = ""
) -> Response:
    """`change`: the day on which hours began whose weeks before and after are compared; else the last such day."""
    yesterday = service(request).today() - timedelta(days=1)
    first, last = _span(request, yesterday - SEASONS_SHOWN, yesterday)
    last = min(last, yesterday)
    with service(request).database.reading() as session:
        offered = _offered(session, reader)
        chosen = _chosen(session, reader, unit, offered)
        on = read_day(change, service(request).today()) if change else None
        view = seasons(session, reader.within, chosen, min(first, last), last, change=on) if chosen else None
    return show(request, "seasons.html", view, user=reader.user, offered=offered, chosen=chosen)


@router.get("/charts/years")
def years_page(
    request: Request, reader: Reading, unit: Unit = "", year: Annotated[str, Query(max_length=8)] = ""
) -> Response:
    today = service(request).today()
    asked = int(year) if year.isascii() and year.isdecimal() and FIRST_YEAR < int(year) <= today.year else today.year
    with service(request).database.reading() as session:
        offered = _offered(session, reader)
        chosen = _chosen(session, reader, unit, offered)
        view = years(session, reader.within, chosen, asked, today) if chosen else None
    shown = tuple(range(today.year, today.year - 5, -1))
    return show(request, "years.html", view, user=reader.user, offered=offered, chosen=chosen, years=shown, year=asked)


def _offered(session: Session, reader: Reader) -> tuple[UnitOption, ...]:
    shown = StoredTree(session).shown(reader.today, reader.within)
    return tuple(UnitOption(row.code, row.name, row.depth) for row in shown)


def _only_top(offered: tuple[UnitOption, ...]) -> str:
    """The one unit at the top of what is seen; empty where there are several."""
    tops = [unit.code for unit in offered if not unit.depth]
    return tops[0] if len(tops) == 1 else ""


def _chosen(session: Session, reader: Reader, unit: str, offered: tuple[UnitOption, ...]) -> str:
    """The unit asked for, else the first there is; empty: there is none. Raises NotFound."""
    if unit:
        return reader.unit(session, unit).code
    return offered[0].code if offered else ""


def _span(request: Request, first: date, last: date) -> tuple[date, date]:
    """The dates of the address, the earlier first; never longer than two years."""
    today = service(request).today()
    given = [read_day(request.query_params.get(name, ""), today) for name in ("from", "to")]
    last = given[1] or (max(last, given[0]) if given[0] else last)
    first = given[0] or min(first, last)
    first, last = min(first, last), max(first, last)
    return max(first, last - LONGEST_SPAN), last
