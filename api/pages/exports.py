"""Rows for analysts from a page: the same streams as of the API, for whoever has no program to ask it."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Query, Request, Response

from api.http.params import IsoDate, UnitFilter
from api.http.routers.exports import Kind, export_rows
from api.http.scope import Reader, page_may
from api.http.service import service

router = APIRouter(include_in_schema=False)


@router.get("/exports/{kind}")
def rows(
    request: Request,
    reader: Annotated[Reader, Depends(page_may("attendance.read"))],
    kind: Kind,
    format: Literal["csv", "ndjson"] = "csv",
    unit: UnitFilter = None,
    from_: Annotated[IsoDate | None, Query(alias="from")] = None,
    to: Annotated[IsoDate | None, Query()] = None,
) -> Response:
    """Every row of a span of dates; of this month so far if none is named. Raises Invalid, NotFound."""
    today = service(request).today()
    return export_rows(request, reader, kind, format, unit, from_ or today.replace(day=1), to or today)
