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
from attendance.store.trail import record

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
    parts = service(request)
    with parts.database.reading() as session:
        within = reader.narrowed(session, unit)
        employee_id = reader.employee_id(session, employee) if employee is not None else None
        found = listing.assignments(session, within, employee_id, limit=page.limit, offset=page.offset)
        reader.saw(session, "assignments", (row["employee"] for row in found.rows), at=parts.now())
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
        record(session, reader.actor, "assignment.added", kind="employee", key=given.employee,
               employees=[row.employee_id], after=content, at=parts.now())  # fmt: skip
    return answer(content, 201)
