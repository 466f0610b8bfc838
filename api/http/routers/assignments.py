"""Where people serve, from when to when."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Request, Response

from api.http.answers import answer, listed
from api.http.params import EmployeeFilter, Page, UnitFilter
from api.http.schemas.office import Assignment, AssignmentList, NewAssignment
from api.http.schemas.units import Ending, Withdrawing
from api.http.scope import Reader, may
from api.http.service import service
from attendance.services import transfers
from attendance.store import listing, registering
from attendance.store.trail import record

router = APIRouter(prefix="/assignments", tags=["office"])

MayWrite = Annotated[Reader, Depends(may("people.write"))]
Number = Annotated[int, Path(ge=1, le=2**31 - 1, description="Number of the assignment.")]


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
        content = transfers.told(session, row)
        record(session, reader.actor, "assignment.added", kind="employee", key=given.employee,
               employees=[row.employee_id], after=content, at=parts.now())  # fmt: skip
    return answer(content, 201)


@router.post("/{id}/end", operation_id="endAssignment", summary="End an assignment", response_model=Assignment)
def end_assignment(request: Request, reader: MayWrite, id: Number, given: Ending) -> Response:
    """Its last date, also where it had another. It is filed anew, under another number."""
    parts = service(request)
    with parts.database.writing() as session:
        row = transfers.end_assignment(
            session, id, given.to, document=given.document, within=reader.within, actor=reader.actor, at=parts.now()
        )
        content = transfers.told(session, row)
    return answer(content)


@router.post("/{id}/withdraw", operation_id="withdrawAssignment", summary="Take an assignment back", status_code=204)
def withdraw_assignment(request: Request, reader: MayWrite, id: Number, given: Withdrawing) -> Response:
    """It was recorded by mistake. It stays stored, and so does what was known then."""
    parts = service(request)
    with parts.database.writing() as session:
        transfers.withdraw_assignment(
            session, id, why=given.why, within=reader.within, actor=reader.actor, at=parts.now()
        )
    return Response(status_code=204)
