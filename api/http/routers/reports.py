"""Registers to keep or hand on, as files."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response

from api import registers
from api.http.params import EmployeeFilter, Span, UnitFilter
from api.http.routers.violations import Explained, Over, ViolationStatus, ViolationType
from api.http.scope import Reader, may
from api.http.service import service
from attendance.store.listing_violations import Wanted

router = APIRouter(prefix="/reports", tags=["reports"])


@router.get(
    "/violations",
    operation_id="reportViolations",
    summary="The register of violations as a file",
    response_class=Response,
    responses={
        200: {
            "description": "The file.",
            "content": {media: {} for media in dict.fromkeys(registers.MEDIA.values())},
        }
    },
)
def report_violations(
    request: Request,
    reader: Annotated[Reader, Depends(may("attendance.read"))],
    span: Span,
    format: Annotated[
        str, Query(max_length=20, description="xlsx (for people), csv or json (for programs).", examples=["xlsx"])
    ] = "xlsx",
    unit: UnitFilter = None,
    employee: EmployeeFilter = None,
    type: ViolationType = None,
    status: ViolationStatus = None,
    over: Over = None,
    explained: Explained = None,
) -> Response:
    """All rows that `GET /violations` lists for the same filter, in the same order."""
    parts = service(request)
    registers.check_format(format)
    with parts.database.reading() as session:
        wanted = Wanted(
            reader.within,
            span.from_on,
            span.to_on,
            part=reader.part(session, unit, span.from_on, span.to_on),
            employee_id=reader.employee_id(session, employee) if employee is not None else None,
            type=type,
            status=status,
            over=over,
            explained=explained,
        )
        return registers.sent(
            session,
            wanted,
            format,
            lang=parts.settings.language,
            saw=lambda people: reader.saw_people(session, "report violations", people, at=parts.now()),
        )
