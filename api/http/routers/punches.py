"""Raw punches."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response

from api.http.answers import listed
from api.http.params import Cursor, EmployeeFilter, Page, Span, TerminalFilter, UnitFilter
from api.http.schemas.terminals import PunchList
from api.http.scope import Reader, may
from api.http.service import service
from attendance.store import listing_punches, office

router = APIRouter(prefix="/punches", tags=["attendance"])


@router.get("", operation_id="listPunches", summary="Raw punches", response_model=PunchList)
def list_punches(
    request: Request,
    reader: Annotated[Reader, Depends(may("attendance.read"))],
    span: Span,
    page: Page,
    employee: EmployeeFilter = None,
    unit: UnitFilter = None,
    terminal: TerminalFilter = None,
    cursor: Cursor = None,
) -> Response:
    """What terminals recorded, unchanged, with the pull that brought each; by terminal time, terminal and number."""
    parts = service(request)
    with parts.database.reading() as session:
        part = reader.part(session, unit, span.from_on, span.to_on)
        found = listing_punches.punches(
            session,
            reader.within,
            span.from_on,
            span.to_on,
            parts.settings.timezone,
            part=part,
            employee_id=reader.employee_id(session, employee) if employee is not None else None,
            terminal_id=office.key(reader.terminal(session, terminal)) if terminal is not None else None,
            limit=page.limit,
            offset=page.offset,
            after=cursor,
        )
        reader.saw(session, "punches", (row["employee"] for row in found.rows), at=parts.now())
    return listed(found, page)
