"""The pages of the tree: the units of a date, and one of them."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import Response

from api.http.scope import Reader, page_may
from api.http.service import service
from api.pages.i18n import read_day
from api.pages.routes import show
from reports.tree import tree_page, unit_page

router = APIRouter(include_in_schema=False, prefix="/units")
Reading = Annotated[Reader, Depends(page_may("office.read"))]
On = Annotated[str, Query(max_length=16)]


@router.get("")
def units(request: Request, reader: Reading, on: On = "") -> Response:
    with service(request).database.reading() as session:
        view = tree_page(session, reader.within, _day(request, on))
    return show(request, "units.html", view, user=reader.user)


@router.get("/{code}")
def unit(request: Request, reader: Reading, code: str, on: On = "") -> Response:
    with service(request).database.reading() as session:
        view = unit_page(session, reader.within, reader.unit(session, code), _day(request, on))
    return show(request, "unit.html", view, user=reader.user)


def _day(request: Request, text: str) -> date:
    """The date asked for; today where none, or none that can be meant, was written."""
    today = service(request).today()
    return read_day(text, today) or today
