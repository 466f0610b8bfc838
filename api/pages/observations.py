"""*Phản ánh của người dân*: the list, one with the facts beside it, and the form for what came by another way."""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, time
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Path, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from api.http.auth import sent_from_here
from api.http.routers.observations import observed_by, seen_unit
from api.http.scope import Reader, page_may
from api.http.service import service
from api.observations_export import MOST_ROWS, answer_csv
from api.pages.i18n import Translator, read_day
from api.pages.routes import language_of, show
from attendance.errors import AttendanceError, Invalid
from attendance.services.access import permissions
from attendance.services.citizens import contact as contacts
from attendance.services.citizens import intake, looking, opening
from attendance.services.citizens.intake import Said
from attendance.services.citizens.problems import NotSaid
from attendance.services.citizens.seeing import seen_by
from attendance.services.citizens.wording import TooLong, Unreadable
from attendance.services.impartial import NotTheirs
from attendance.services.visiting.planning import PlanInvalid
from attendance.store import observations, office
from attendance.store.citizen_tables import ObservationRow
from attendance.store.database import Session
from attendance.store.paper_register import NotAsItWas
from reports.observations import (
    DONE,
    AddPage,
    ObservationFilter,
    lines_of,
    list_page,
    one_page,
    people_in,
    unit_options,
)

router = APIRouter(include_in_schema=False, prefix="/observations", default_response_class=HTMLResponse)
FromHere = Depends(sent_from_here)
Reading = Annotated[Reader, Depends(page_may("observations.read"))]
Taking = Annotated[Reader, Depends(page_may("observations.take"))]
Number = Annotated[int, Path(ge=1, le=2**31 - 1)]
Short = Annotated[str, Form(max_length=200)]
Text = Annotated[str, Form(max_length=8000)]
Version = Annotated[int, Form(ge=0, le=1000)]
MAX_PAGE = 20_000
PROBLEMS_OF_PLANS = ("state", "day", "note", "again", "own_unit")
_ONCE = re.compile(r"[0-9a-f]{32}")


@router.get("")
def observations_list(
    request: Request,
    reader: Reading,
    unit: Annotated[str, Query(max_length=64)] = "",
    state: Annotated[str, Query(max_length=16)] = "",
    kind: Annotated[str, Query(max_length=16)] = "",
    channel: Annotated[str, Query(max_length=16)] = "",
    visit: Annotated[str, Query(max_length=4)] = "",
    page: Annotated[int, Query(ge=1, le=MAX_PAGE)] = 1,
    done: Annotated[str, Query(max_length=20)] = "",
) -> Response:
    parts = service(request)
    wanted = _filter(request, unit, state, kind, channel, visit)
    with parts.database.reading() as session:
        view = list_page(
            session, parts.settings.timezone, parts.now(), observed_by(reader, session),
            observed_by(reader, session, unit or None), wanted, page=page, may_take=may_take(reader),
        )  # fmt: skip
    return show(request, "observations.html", replace(view, done=_known(done)), user=reader.user)


@router.get(".csv")
def observations_csv(
    request: Request,
    reader: Reading,
    unit: Annotated[str, Query(max_length=64)] = "",
    state: Annotated[str, Query(max_length=16)] = "",
    kind: Annotated[str, Query(max_length=16)] = "",
    channel: Annotated[str, Query(max_length=16)] = "",
    visit: Annotated[str, Query(max_length=4)] = "",
) -> Response:
    """Exactly what the list shows, without a way to reach anybody."""
    parts = service(request)
    wanted = _filter(request, unit, state, kind, channel, visit)
    with parts.database.reading() as session:
        within = observed_by(reader, session, unit or None)
        rows, _ = observations.listed(session, within, wanted.wanted, limit=MOST_ROWS)
        lines = lines_of(session, parts.settings.timezone, rows)
    return answer_csv(request, reader, lines, Translator(language_of(request)))


@router.get("/add")
def add_form(request: Request, reader: Taking) -> Response:
    return _add(request, reader, {"once": secrets.token_hex(16)})


@router.post("/add", dependencies=[FromHere])
def add(
    request: Request,
    reader: Taking,
    unit: Annotated[str, Form(max_length=64)] = "",
    channel: Short = "",
    kind: Short = "",
    on: Annotated[str, Form(max_length=20)] = "",
    at: Annotated[str, Form(max_length=8)] = "",
    desk: Short = "",
    text: Text = "",
    contact: Short = "",
    document: Short = "",
    once: Annotated[str, Form(max_length=40)] = "",
) -> Response:
    """Sent twice it is taken in once: the receipt follows from a number in the form."""
    parts = service(request)
    given = {
        "unit": unit, "channel": channel, "kind": kind, "on": on, "at": at, "desk": desk, "text": text,
        "contact": contact, "document": document, "once": once,
    }  # fmt: skip
    try:
        with parts.database.writing() as session:
            if not unit:
                raise NotSaid("unit", "Choose the unit it is about.")
            place = seen_unit(reader, session, unit)
            said = Said(kind, text, read_day(on, parts.today()), _time(at), contact, desk, document)
            taken = intake.take_in(
                session, parts.secret_key, reader.actor, office.key(place), channel, said,
                zone=parts.settings.timezone, at=parts.now(), number=once if _ONCE.fullmatch(once) else None,
            )  # fmt: skip
    except Invalid as error:
        return _add(request, reader, given, problem_of(error), status=422)
    return _add(request, reader, {"once": secrets.token_hex(16)}, code=taken.code, number=taken.row.id or 0)


@router.get("/{number}")
def one(request: Request, reader: Reading, number: Number, done: Annotated[str, Query(max_length=20)] = "") -> Response:
    return _one(request, reader, number, done=_known(done))


@router.post("/{number}/looking", dependencies=[FromHere])
def take_up(request: Request, reader: Taking, number: Number, version: Version = 0) -> Response:
    def act(session: Session, row: ObservationRow, at: datetime) -> None:
        looking.take_up(session, row, reader.actor, at=at)

    return _change(request, reader, number, version, "taken_up", {}, act)


@router.post("/{number}/answer", dependencies=[FromHere])
def answer(
    request: Request,
    reader: Taking,
    number: Number,
    version: Version = 0,
    outcome: Short = "",
    reason: Text = "",
    answer: Text = "",
) -> Response:
    def act(session: Session, row: ObservationRow, at: datetime) -> None:
        looking.decide(session, row, reader.actor, outcome, reason=reason, answer=answer, at=at)

    given = {"outcome": outcome, "reason": reason, "answer": answer}
    return _change(request, reader, number, version, "answered", given, act)


@router.post("/{number}/erase", dependencies=[FromHere])
def erase(
    request: Request, reader: Taking, number: Number, version: Version = 0, part: Short = "", why: Text = ""
) -> Response:
    def act(session: Session, row: ObservationRow, at: datetime) -> None:
        looking.erase(session, row, reader.actor, part, why=why, at=at)

    return _change(request, reader, number, version, "erased", {"part": part, "why": why}, act)


@router.post("/{number}/visit-request", dependencies=[FromHere])
def ask_for_visit(request: Request, reader: Taking, number: Number, version: Version = 0) -> Response:
    def act(session: Session, row: ObservationRow, at: datetime) -> None:
        opening.ask_for_visit(session, row, reader.actor, at=at)

    return _change(request, reader, number, version, "visit_asked", {}, act)


@router.post("/{number}/contact", dependencies=[FromHere])
def show_contact(request: Request, reader: Taking, number: Number) -> Response:
    """On the page once more; that it was shown is written down."""
    parts = service(request)
    with parts.database.writing() as session:
        row = observations.get(session, observed_by(reader, session), number)
        found = contacts.reveal(session, row, reader.actor, secret_key=parts.secret_key, at=parts.now())
    return _one(request, reader, number, contact=found)


@router.post("/{number}/visit", dependencies=[FromHere])
def open_visit(
    request: Request,
    reader: Annotated[Reader, Depends(page_may("visits.do"))],
    number: Number,
    team: Annotated[int, Form(ge=1, le=2**31 - 1)] = 1,
    planned_for: Annotated[str, Form(max_length=20)] = "",
    note: Text = "",
) -> Response:
    """A plan of one's team. The address it leads back to says nothing of it."""
    parts = service(request)
    try:
        with parts.database.writing() as session:
            reading = reader.elsewhere(session, "observations.read")
            seen = seen_by(session, reading, reader.user.employee_id, reader.user.grants, reader.today)
            row = observations.get(session, seen, number)
            opening.open_visit(
                session, row, team, reader.within, planned_for=_day(planned_for, parts.today()), note=note[:1000],
                by=reader.actor, today=reader.today, at=parts.now(),
            )  # fmt: skip
    except Invalid as error:
        given = {"planned_for": planned_for, "note": note}
        return _one(request, reader, number, given=given, problem=problem_of(error), status=422)
    return RedirectResponse(f"/observations/{number}", 303)


def _change(
    request: Request,
    reader: Reader,
    number: int,
    version: int,
    done: str,
    given: dict[str, str],
    act: Callable[[Session, ObservationRow, datetime], None],
) -> Response:
    """Change an observation the reader sees; what hinders it is said on its page, which keeps what was typed."""
    parts = service(request)
    try:
        with parts.database.writing() as session:
            row = observations.get(session, observed_by(reader, session), number, change=True)
            if version and version != row.version:
                raise NotAsItWas(looking.last_change(row))
            act(session, row, parts.now())
    except (Invalid, NotAsItWas, NotTheirs) as error:
        status = 422 if isinstance(error, Invalid) else 409
        return _one(request, reader, number, given=given, problem=problem_of(error), status=status)
    return RedirectResponse(f"/observations/{number}?done={done}", 303)


def _one(
    request: Request,
    reader: Reader,
    number: int,
    *,
    given: dict[str, str] | None = None,
    problem: str = "",
    done: str = "",
    contact: str = "",
    status: int = 200,
) -> Response:
    parts = service(request)
    with parts.database.reading() as session:
        reading = reader.elsewhere(session, "observations.read")
        seen = seen_by(session, reading, reader.user.employee_id, reader.user.grants, reader.today)
        row = observations.get(session, seen, number)
        view = one_page(
            session, parts.settings.timezone, parts.now(), row, reader.actor,
            visiting=reader.elsewhere(session, "visits.do"),
            may_take=reader.elsewhere(session, "observations.take").sees(row.unit_id),
        )  # fmt: skip
        reader.saw(session, "observations", people_in(view.facts), at=parts.now(), key=row.on.isoformat())
    view = replace(view, given=given or {}, problem=problem, done=done, contact=contact)
    return show(request, "observation.html", view, user=reader.user, status=status)


def _add(
    request: Request,
    reader: Reader,
    given: dict[str, str],
    problem: str = "",
    *,
    code: str = "",
    number: int = 0,
    status: int = 200,
) -> Response:
    parts = service(request)
    with parts.database.reading() as session:
        units = unit_options(session, observed_by(reader, session), parts.today())
    view = AddPage(units, parts.today(), given=given, problem=problem, code=code, number=number)
    return show(request, "observation_add.html", view, user=reader.user, status=status)


def _filter(request: Request, unit: str, state: str, kind: str, channel: str, visit: str) -> ObservationFilter:
    today = service(request).today()
    first, last = (read_day(request.query_params.get(name, ""), today) for name in ("from", "to"))
    return ObservationFilter(unit, state, kind, channel, "1" if visit else "", first, last)


def may_take(reader: Reader) -> bool:
    """Whether the reader may take in and look into observations somewhere."""
    return "observations.take" in permissions(reader.user.grants)


def problem_of(error: AttendanceError) -> str:
    """The name of the sentence that says what hinders it."""
    match error:
        case TooLong():
            return "long"
        case Unreadable():
            return "unreadable"
        case NotSaid():
            return error.reason
        case PlanInvalid():
            return f"plan_{error.why}" if error.why in PROBLEMS_OF_PLANS else "plan_state"
        case NotAsItWas():
            return "changed"
        case NotTheirs():
            return "theirs"
    raise error


def _known(done: str) -> str:
    return done if done in DONE else ""


def _day(text: str, today: date) -> date | None:
    if not text.strip():
        return None
    found = read_day(text, today)
    if found is None:
        raise NotSaid("when", "This is no date; write it as 24/11/2026.")
    return found


def _time(text: str) -> time | None:
    if not text.strip():
        return None
    try:
        return datetime.strptime(text.strip().replace("h", ":"), "%H:%M").time()  # noqa: DTZ007 - of the wall
    except ValueError:
        raise NotSaid("when", "Write the time as 08:20, or leave it empty.") from None
