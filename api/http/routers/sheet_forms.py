"""By which form units print their sheets, and how signs are printed."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response

from api.http.answers import answer
from api.http.errors import Forbidden
from api.http.params import Page
from api.http.routers.own_account import paged
from api.http.schemas.sheet_forms import NewSheetForm, NewSheetSign, SheetForm, SheetFormList, SheetSign, SheetSignList
from api.http.scope import Reader, may
from api.http.service import service
from attendance.errors import NotFound
from attendance.services.timesheet import forms, signs
from attendance.store import office
from attendance.store.database import Session
from attendance.store.tables import UnitRow
from reports.sheet_forms import FormLine, forms_page

router = APIRouter(tags=["months"])
Writing = Annotated[Reader, Depends(may("office.write"))]


@router.get("/sheet-forms", operation_id="listSheetForms", summary="Forms of the sheet", response_model=SheetFormList)
def list_sheet_forms(request: Request, reader: Writing, page: Page) -> Response:
    """The form of each unit that the reader may change: its own, or that of the nearest unit above it."""
    parts = service(request)
    with parts.database.reading() as session:
        found = forms_page(session, parts.today(), reader.within).lines
    return paged([_told(line) for line in found if line.may_change], page)


@router.post("/sheet-forms", operation_id="saySheetForm", summary="Print by a form", response_model=SheetForm)
def say_sheet_form(request: Request, reader: Writing, given: NewSheetForm) -> Response:
    """From now on a unit and those below it without one of their own print by this form. What was said before is kept.
    Without a unit it is of the whole tree, and the answer is of the first unit."""
    parts = service(request)
    with parts.database.writing() as session:
        place = changeable(session, reader, given.unit)
        forms.use_form(
            session, place.code if place is not None else None, given.form, number=given.number,
            overtime_number=given.overtime_number, issued_under=given.issued_under, budget_code=given.budget_code,
            paper=given.paper, document=given.document.strip(), actor=reader.actor, at=parts.now(),
        )  # fmt: skip
        lines = forms_page(session, parts.today(), reader.within).lines
        code = place.code if place is not None else office.first_unit(session)
        found = next(line for line in lines if line.code == code)
    return answer(_told(found))


@router.get("/sheet-signs", operation_id="listSheetSigns", summary="Signs in print", response_model=SheetSignList)
def list_sheet_signs(request: Request, reader: Writing, page: Page) -> Response:
    """How each sign is printed, before the form of a unit says otherwise."""
    with service(request).database.reading() as session:
        printed = signs.printed(session)
    return paged([{"sign": sign, "printed": printed.get(sign, sign)} for sign in signs.SIGNS], page)


@router.post("/sheet-signs", operation_id="saySheetSign", summary="Print a sign as another", response_model=SheetSign)
def say_sheet_sign(request: Request, reader: Writing, given: NewSheetSign) -> Response:
    """For who looks after the whole office: on the sheets of all units from now on."""
    check_whole(reader)
    parts = service(request)
    with parts.database.writing() as session:
        row = signs.print_as(
            session, given.sign, given.printed, document=given.document.strip(), actor=reader.actor, at=parts.now()
        )
        printed = row.printed
    return answer({"sign": given.sign, "printed": printed})


def changeable(session: Session, reader: Reader, code: str | None) -> UnitRow | None:
    """The unit whose form is to be said, None: the whole tree. Raises NotFound for a unit of others, Forbidden for the
    whole where somebody looks after a part."""
    if not code:
        check_whole(reader)
        return None
    found = reader.unit(session, code)
    if not reader.within.sees(office.key(found)):
        raise NotFound("unit", code[:64])
    return found


def check_whole(reader: Reader) -> None:
    """Raises Forbidden for whoever looks after a part of the office."""
    if not reader.within.is_all:
        raise Forbidden("This is about the whole office, and you look after a part of it.")


def _told(line: FormLine) -> dict[str, Any]:
    form = line.form
    return {
        "unit": line.code, "name": line.name, "own": line.own, "form": form.name, "number": form.number,
        "overtime_number": form.overtime_number, "issued_under": form.issued_under, "budget_code": form.budget_code,
        "paper": form.paper, "document": line.document,
    }  # fmt: skip
