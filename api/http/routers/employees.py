"""People."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Request, Response

from api.http.answers import answer, listed
from api.http.errors import Forbidden
from api.http.params import Page, UnitFilter
from api.http.schemas.office import Employee, EmployeeList, NewEmployee, Transferred
from api.http.schemas.units import Transfer
from api.http.scope import Reader, may
from api.http.service import service
from attendance.errors import Invalid
from attendance.services import transfers
from attendance.store import listing, office, registering
from attendance.store.trail import record

router = APIRouter(prefix="/employees", tags=["office"])

MayWrite = Annotated[Reader, Depends(may("people.write"))]
EmployeeCode = Annotated[str, Path(max_length=64, description="Code of the person.", examples=["CC-0057"])]


@router.get("", operation_id="listEmployees", summary="People", response_model=EmployeeList)
def list_employees(
    request: Request, reader: Annotated[Reader, Depends(may("people.read"))], page: Page, unit: UnitFilter = None
) -> Response:
    """People who serve, served or will serve in the units one sees, by code, with where they serve today."""
    parts = service(request)
    with parts.database.reading() as session:
        within = reader.narrowed(session, unit)
        found = listing.employees(session, within, parts.today(), limit=page.limit, offset=page.offset)
        reader.saw(session, "employees", (row["code"] for row in found.rows), at=parts.now())
    return listed(found, page)


@router.post("", operation_id="addEmployee", summary="Add a person", status_code=201, response_model=Employee)
def add_employee(
    request: Request, reader: Annotated[Reader, Depends(may("people.write"))], given: NewEmployee
) -> Response:
    """For HR and administrators. With `unit`, the person serves there from `from` on."""
    parts = service(request)
    if given.unit is None:
        if not reader.within.is_all:
            raise Forbidden("You see a part of the tree; name the unit of it in which the person serves.")
        if given.from_ is not None or given.schedule is not None:
            raise Invalid("`from` and `schedule` say something about a unit; name the unit too.")
    from_on = (given.from_ or parts.today()) if given.unit is not None else None
    with parts.database.writing() as session:
        row = registering.add_employee(session, given.code, name=given.name, at=parts.now())
        if given.unit is not None and from_on is not None:
            unit = reader.unit(session, given.unit)
            registering.assign(session, row.code, unit.code, from_on=from_on, schedule=given.schedule, at=parts.now())
        content: dict[str, Any] = {"code": row.code, "name": row.name, "unit": given.unit, "schedule": given.schedule}
        content |= {"from": from_on, "to": None}
        record(session, reader.actor, "employee.added", kind="employee", key=row.code, employees=[office.key(row)],
               after=content, at=parts.now())  # fmt: skip
    return answer(content, 201)


@router.post("/{code}/transfer", operation_id="transferEmployee", summary="Transfer", response_model=Transferred)
def transfer_employee(request: Request, reader: MayWrite, code: EmployeeCode, given: Transfer) -> Response:
    """A person serves in another unit from a date on: the assignment of that date ends the day before."""
    parts = service(request)
    with parts.database.writing() as session:
        reader.employee_id(session, code)
        reader.unit(session, given.unit)
        for terminal in given.terminals:
            reader.terminal(session, terminal)
        done = transfers.transfer(
            session,
            code,
            given.unit,
            on=given.on,
            schedule=given.schedule,
            terminals=given.terminals,
            document=given.document,
            within=reader.within,
            actor=reader.actor,
            at=parts.now(),
        )
        content = {
            "ended": transfers.told(session, done.ended) if done.ended else None,
            "begun": transfers.told(session, done.begun),
        }
    return answer(content)
