"""Where people serve, from when to when."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response

from api.http.answers import answer, listed
from api.http.params import EmployeeFilter, Page, UnitFilter
from api.http.schemas.office import Assignment, AssignmentList, NewAssignment
from api.http.scope import Reader, may
from api.http.service import service
from attendance.store import listing, registering

router = APIRouter(prefix="/assignments", tags=["office"])


@router.get("", operation_id="listAssignments", summary="Assignments", response_model=AssignmentList)
def list_assignments(
    request: Request,
    reader: Annotated[Reader, Depends(may("people.read"))],
    page: Page,
    employee: EmployeeFilter = None,
    unit: UnitFilter = None,
) -> Response:
    """Assignments to the units one sees, past ones too, by person and date."""
    with service(request).database.reading() as session:
        within = reader.narrowed(session, unit)
        employee_id = reader.employee_id(session, employee) if employee is not None else None
        found = listing.assignments(session, within, employee_id, limit=page.limit, offset=page.offset)
    return listed(found, page)


@router.post("", operation_id="addAssignment", summary="Assign a person", status_code=201, response_model=Assignment)
def add_assignment(
    request: Request, reader: Annotated[Reader, Depends(may("people.write"))], given: NewAssignment
) -> Response:
    """For HR and administrators. A person serves in one unit at a time."""
    parts = service(request)
    with parts.database.writing() as session:
        reader.employee_id(session, given.employee)
        unit = reader.unit(session, given.unit)
        for code in given.terminals:
            reader.terminal(session, code)
        row = registering.assign(
            session,
            given.employee,
            unit.code,
            from_on=given.from_,
            to_on=given.to,
            schedule=given.schedule,
            terminals=given.terminals,
            document=given.document,
            at=parts.now(),
        )
        content = {
            "employee": given.employee,
            "unit": unit.code,
            "schedule": given.schedule,
            "terminals": row.terminals,
            "from": row.from_on,
            "to": row.to_on,
            "document": row.document,
            "recorded_at": row.recorded_at,
        }
    return answer(content, 201)
