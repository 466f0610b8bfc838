"""Who stands on a terminal and who should: the work list of its page, and saying whose number it is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Annotated

from anyio.to_thread import run_sync
from fastapi import APIRouter, Depends, Request
from fastapi.responses import RedirectResponse, Response
from starlette.datastructures import FormData

from api.http.auth import check_csrf
from api.http.scope import Reader, page_may
from api.http.service import service
from api.pages.i18n import read_day
from api.pages.routes import show
from api.work_lists import people_of
from attendance.errors import Invalid, NotFound, Overlap
from attendance.services import terminal_people
from attendance.services.matching import Person
from attendance.services.terminal_people import TerminalPeople, work_list
from device_sync.push.said_users import said_users

router = APIRouter(include_in_schema=False)

Enrolling = Annotated[Reader, Depends(page_may("people.write"))]
PROBLEMS = ("nothing", "unknown", "taken", "date", "date_needed", "wrong")
_MOST_FIELDS = 20_000


@dataclass(frozen=True, slots=True)
class PeopleView:
    """`done`: how many were enrolled by the form that led here; `problem` and `about`: why none was."""

    code: str
    name: str
    found: TerminalPeople
    today: date
    done: int = 0
    problem: str = ""
    about: str = ""

    @property
    def people(self) -> dict[str, tuple[Person, ...]]:
        """People to whom something is missing, by the name of the list they stand in."""
        work = self.found.work
        return {"without_number": work.without_number, "not_on_terminal": work.not_on_terminal}


class NotTaken(Exception):
    """What was chosen cannot be done, and nothing of it was; a code of PROBLEMS and what it is about."""

    def __init__(self, problem: str, about: str = "") -> None:
        super().__init__(problem)
        self.problem, self.about = problem, about


@router.get("/terminals/{code}/people")
def people(request: Request, reader: Enrolling, code: str, done: int = 0) -> Response:
    return _people(request, reader, code, done=max(0, done))


@router.post("/terminals/{code}/people")
async def enrol(request: Request, reader: Enrolling, code: str) -> Response:
    """Enrols everybody who was chosen, or nobody."""
    async with request.form(max_files=0, max_fields=_MOST_FIELDS) as form:
        return await run_sync(_enrol, request, reader, code, form)


def _enrol(request: Request, reader: Reader, code: str, form: FormData) -> Response:
    check_csrf(request, str(form.get("csrf_token", ""))[:256])
    try:
        done = _taken(request, reader, code, form)
    except NotTaken as error:
        return _people(request, reader, code, problem=error.problem, about=error.about)
    return RedirectResponse(f"{request.url.path}?done={done}", 303)


def _taken(request: Request, reader: Reader, code: str, form: FormData) -> int:
    parts = service(request)
    given = {name: str(value).strip()[:64] for name, value in form.multi_items() if isinstance(value, str)}
    text = given.get("from", "")
    from_on = read_day(text, parts.today()) if text else None
    if text and from_on is None:
        raise NotTaken("date", text)
    with parts.database.writing() as session:
        reader.terminal(session, code)
        pairs = chosen_pairs(form)
        for _, employee in pairs:
            try:
                reader.employee_id(session, employee)
            except NotFound:
                raise NotTaken("unknown", employee) from None
        if not pairs:
            raise NotTaken("nothing")
        instead = given.get("instead") == "yes"
        if instead and from_on is None:
            raise NotTaken("date_needed")
        try:
            done = terminal_people.enrol_pairs(
                session, code, pairs, from_on=from_on, instead=instead, at=parts.now(), actor=reader.actor
            )
        except Overlap:
            raise NotTaken("taken", ", ".join(pin for pin, _ in pairs[:3])) from None
        except Invalid:
            raise NotTaken("wrong") from None
    return len(done)


def chosen_pairs(form: FormData) -> list[tuple[str, str]]:
    """The numbers that were ticked, each with the person chosen or written beside it. Raises NotTaken."""
    pairs = []
    for pin in dict.fromkeys(str(value)[:32] for value in form.getlist("accept")):
        written = str(form.get(f"other.{pin}", "")).strip()[:64]
        employee = written or str(form.get(f"who.{pin}", "")).strip()[:64]
        if not employee:
            raise NotTaken("unknown", pin)
        pairs.append((pin, employee))
    return pairs


def _people(
    request: Request, reader: Reader, code: str, *, done: int = 0, problem: str = "", about: str = ""
) -> Response:
    parts = service(request)
    with parts.database.reading() as session:
        row = reader.terminal(session, code)
        known, name = row.code, row.name
    found = work_list(parts.database, known, on=parts.today(), within=reader.within, told=said_users)
    with parts.database.reading() as session:
        reader.saw(session, "terminal users", people_of(found), at=parts.now())
    view = PeopleView(known, name, found, parts.today(), done, problem, about[:80])
    return show(request, "terminal_people.html", view, user=reader.user, status=422 if problem else 200)
