"""*Mẫu bảng chấm công*: by which form units print, how signs are printed; changed with the document that says so.

Who sets up the office (`office.write`) says it: a form is like hours and calendar. Who locks a month signs its sheet.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from api.http.auth import sent_from_here
from api.http.routers.sheet_forms import changeable, check_whole
from api.http.scope import Reader, page_may
from api.http.service import service
from api.pages.routes import show
from attendance.errors import Invalid, NotFound
from attendance.services.timesheet import forms, signs
from reports import sheet_forms as pages

router = APIRouter(include_in_schema=False, prefix="/sheet-forms", default_response_class=HTMLResponse)
Writing = Annotated[Reader, Depends(page_may("office.write"))]
FromHere = Depends(sent_from_here)
Sent = Annotated[str, Form(max_length=300)]
ALL = ""


@router.get("")
def form_list(request: Request, reader: Writing, done: Annotated[str, Query(max_length=16)] = "") -> Response:
    return _list(request, reader, done=done)


@router.get("/one")
def one_form(request: Request, reader: Writing, unit: Annotated[str, Query(max_length=64)] = ALL) -> Response:
    """The form of a unit (none named: of the whole tree) to be written, with what the sheet would bear beside it."""
    return _one(request, reader, unit, {})


@dataclass(frozen=True, slots=True)
class Given:
    """A form as it was filled in."""

    form: Sent = ""
    number: Sent = ""
    overtime_number: Sent = ""
    issued_under: Sent = ""
    budget_code: Sent = ""
    paper: Sent = "a3"
    document: Sent = ""


@router.post("/preview", dependencies=[FromHere])
def preview_form(request: Request, reader: Writing, given: Annotated[Given, Depends()], unit: Sent = ALL) -> Response:
    """What the sheet would bear; nothing is stored."""
    return _one(request, reader, unit, asdict(given))


@router.post("", dependencies=[FromHere])
def say_form(request: Request, reader: Writing, given: Annotated[Given, Depends()], unit: Sent = ALL) -> Response:
    """From now on the unit and those below it print by this form."""
    parts = service(request)
    document = given.document.strip()
    try:
        if not document:
            raise Invalid("Name the document that says by which form is printed.")
        with parts.database.writing() as session:
            place = changeable(session, reader, unit)
            forms.use_form(
                session, place.code if place is not None else None, given.form, number=given.number,
                overtime_number=given.overtime_number, issued_under=given.issued_under, budget_code=given.budget_code,
                paper=given.paper, document=document, actor=reader.actor, at=parts.now(),
            )  # fmt: skip
    except NotFound:
        raise
    except Invalid:
        return _one(request, reader, unit, asdict(given), "invalid" if document else "document")
    return RedirectResponse("/sheet-forms?done=form", 303)


@router.post("/signs", dependencies=[FromHere])
def say_sign(
    request: Request,
    reader: Writing,
    sign: Annotated[str, Form(max_length=16)] = "",
    printed: Annotated[str, Form(max_length=16)] = "",
    document: Sent = "",
) -> Response:
    """From now on a sign is printed as another, on the sheets of all units."""
    parts = service(request)
    try:
        if not document.strip():
            raise Invalid("Name the document that says how the sign is printed.")
        check_whole(reader)
        with parts.database.writing() as session:
            signs.print_as(session, sign, printed, document=document.strip()[:200], actor=reader.actor, at=parts.now())
    except Invalid:
        given = {"sign": sign, "printed": printed, "document": document}
        return _list(request, reader, problem="document" if not document.strip() else "sign", given=given)
    return RedirectResponse("/sheet-forms?done=sign#signs", 303)


def _list(
    request: Request, reader: Reader, *, done: str = "", problem: str = "", given: dict[str, str] | None = None
) -> Response:
    parts = service(request)
    with parts.database.reading() as session:
        view = pages.forms_page(session, parts.today(), reader.within)
    view = replace(view, done=done if done in pages.DONE else "", problem=problem, given=given or {})
    return show(request, "sheet_forms.html", view, user=reader.user, status=422 if problem else 200)


def _one(request: Request, reader: Reader, unit: str, given: dict[str, str], problem: str = "") -> Response:
    parts = service(request)
    with parts.database.reading() as session:
        place = changeable(session, reader, unit)
        view = pages.form_page(session, parts.settings.timezone, parts.today(), place, given, problem)
    return show(request, "sheet_form.html", view, user=reader.user, status=422 if problem else 200)
