"""*Cán bộ*: who there is, where they serve, and what is left to do after the first set-up."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import HTMLResponse, Response

from api.http.scope import Reader, page_may
from api.http.service import service
from api.pages.routes import MAX_PAGE, PAGE_SIZE, show
from attendance.services import setting_up
from attendance.store import office, office_setup
from attendance.store.database import Session
from reports.people import PeoplePage, PersonPage, people_page, person_page
from reports.visit_findings import A_YEAR, VisitFinding, visit_findings

router = APIRouter(include_in_schema=False, prefix="/people", default_response_class=HTMLResponse)
Reading = Annotated[Reader, Depends(page_may("people.read"))]


@dataclass(frozen=True, slots=True)
class ListView:
    """`left`: what the first set-up left to do, for who has just ended it; `may_write`: bring people in."""

    people: PeoplePage
    may_write: bool
    left: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class PersonView:
    """`day`: the address of this person's present day, for who may see it, and the findings of visits within a year."""

    person: PersonPage
    day: str | None
    visits: tuple[VisitFinding, ...] = ()


@router.get("")
def people(
    request: Request,
    reader: Reading,
    q: Annotated[str, Query(max_length=64)] = "",
    unit: Annotated[str, Query(max_length=64)] = "",
    page: Annotated[int, Query(ge=1, le=MAX_PAGE)] = 1,
    fresh: bool = False,
) -> Response:
    parts = service(request)
    with parts.database.reading() as session:
        if unit:
            reader.unit(session, unit)
        found = people_page(
            session, reader.within, parts.today(), wanted=q.strip(), unit=unit, page=page, page_size=PAGE_SIZE
        )
        writing = reader.elsewhere(session, "people.write")
        view = ListView(found, writing.is_all or bool(writing.units))
        if fresh and reader.elsewhere(session, "system.manage").is_all:
            view = replace(view, left=_left(request, session, reader))
        reader.saw(session, "employees", (line.code for line in found.lines), at=parts.now())
    return show(request, "people.html", view, user=reader.user)


def _left(request: Request, session: Session, reader: Reader) -> tuple[str, ...]:
    """What is still to do after the first set-up, most needed first."""
    filed = office_setup.filed(session)
    left = [step for step in setting_up.STEPS if step not in filed]
    if reader.user.held.remind:
        left.append("second_factor")
    return (*left, "accounts", "secret_key", "backups")


@router.get("/{code}")
def person(request: Request, reader: Reading, code: str) -> Response:
    parts = service(request)
    with parts.database.reading() as session:
        number = reader.employee_id(session, code)
        found = person_page(session, reader.within, parts.today(), code, number)
        sees = office.unit_on(session, number, parts.today())
        attending = reader.elsewhere(session, "attendance.read")
        may_see = sees is not None and attending.sees(sees, number)
        visits: tuple[VisitFinding, ...] = ()
        if may_see:
            readable = reader.elsewhere(session, "visits.read")
            visits = visit_findings(session, number, parts.today() - A_YEAR, parts.today(), readable)
        view = PersonView(found, f"/days/{quote(code, safe='')}/{parts.today()}" if may_see else None, visits)
        reader.saw(session, "assignments", [code], at=parts.now())
    return show(request, "person.html", view, user=reader.user)
