"""Whose number is whose on which terminal."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response

from api.http.answers import answer, listed
from api.http.params import EmployeeFilter, Page, TerminalFilter
from api.http.schemas.office import Enrolment, EnrolmentList, NewEnrolment
from api.http.scope import Reader, may
from api.http.service import service
from attendance.store import listing, office, registering
from attendance.store.trail import record

router = APIRouter(prefix="/enrolments", tags=["office"])


@router.get("", operation_id="listEnrolments", summary="Enrolments", response_model=EnrolmentList)
def list_enrolments(
    request: Request,
    reader: Annotated[Reader, Depends(may("people.read"))],
    page: Page,
    employee: EmployeeFilter = None,
    terminal: TerminalFilter = None,
) -> Response:
    """Numbers of the people one sees, by terminal, number and date."""
    parts = service(request)
    with parts.database.reading() as session:
        employee_id = reader.employee_id(session, employee) if employee is not None else None
        terminal_id = office.key(reader.terminal(session, terminal)) if terminal is not None else None
        found = listing.enrolments(
            session, reader.within, employee_id, terminal_id, limit=page.limit, offset=page.offset
        )
        reader.saw(session, "enrolments", (row["employee"] for row in found.rows), at=parts.now())
    return listed(found, page)


@router.post("", operation_id="addEnrolment", summary="Enrol a person", status_code=201, response_model=Enrolment)
def add_enrolment(
    request: Request, reader: Annotated[Reader, Depends(may("people.write"))], given: NewEnrolment
) -> Response:
    """For HR and administrators. A number is one person's at a time; nothing is sent to the terminal."""
    parts = service(request)
    with parts.database.writing() as session:
        reader.terminal(session, given.terminal)
        reader.employee_id(session, given.employee)
        row = registering.enrol(
            session,
            given.terminal,
            given.pin,
            given.employee,
            from_on=given.from_,
            to_on=given.to,
            at=parts.now(),
        )
        content = {
            "terminal": given.terminal,
            "pin": row.pin,
            "employee": given.employee,
            "from": row.from_on,
            "to": row.to_on,
            "recorded_at": row.recorded_at,
        }
        record(session, reader.actor, "enrolment.added", kind="terminal", key=given.terminal,
               employees=[row.employee_id], after=content, at=parts.now())  # fmt: skip
    return answer(content, 201)
