"""What was concluded of each person and day."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response

from api.http.answers import listed
from api.http.params import Cursor, EmployeeFilter, Page, Span, UnitFilter, moment
from api.http.schemas.rulings import VerdictList
from api.http.scope import Reader, may
from api.http.service import service
from attendance.services import disclosure
from attendance.store import listing_rulings

router = APIRouter(prefix="/verdicts", tags=["attendance"])

AsOf = Annotated[
    str | None,
    Query(
        max_length=40,
        description="The verdicts that held at this moment, ISO 8601; without an offset it is a time of the office. "
        "Default: those that hold now.",
        examples=["2026-11-20T17:00:00+07:00"],
    ),
]


@router.get("", operation_id="listVerdicts", summary="Verdicts", response_model=VerdictList)
def list_verdicts(
    request: Request,
    reader: Annotated[Reader, Depends(may("attendance.read"))],
    span: Span,
    page: Page,
    employee: EmployeeFilter = None,
    unit: UnitFilter = None,
    as_of: AsOf = None,
    cursor: Cursor = None,
) -> Response:
    """One row per person and date, by date and person, with its violations, rules and revision.

    Who may not know reasons sees `CP` for every kind of leave, and the flag `exempt` for every exemption.
    """
    parts = service(request)
    at = moment(as_of, parts.settings.timezone)
    with parts.database.reading() as session:
        part = reader.part(session, unit, span.from_on, span.to_on)
        found = listing_rulings.verdicts(
            session,
            reader.within,
            span.from_on,
            span.to_on,
            part=part,
            employee_id=reader.employee_id(session, employee) if employee is not None else None,
            as_of=at,
            limit=page.limit,
            offset=page.offset,
            after=cursor,
        )
        reader.saw(session, "verdicts", (row["employee"] for row in found.rows), at=parts.now())
        reasons = reader.elsewhere(session, "reasons.read")
    found = replace(found, rows=[disclosure.verdict(row, reasons) for row in found.rows])
    return listed(found, page)
