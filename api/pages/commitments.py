"""*Bản cam kết*: who has signed and who has not, one commitment as a paper, and what is done about it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Path, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from api.commitments import paper_of, people_asked, reader_of, sign_as_reader, term_of, units_asked
from api.http.auth import sent_from_here
from api.http.scope import Reader, askable, page_may
from api.http.service import service
from api.pages.i18n import read_day
from api.pages.names import name_key
from api.pages.routes import show
from attendance.errors import AttendanceError, Invalid, MayNotSign, NotFound
from attendance.services.commitments import asking, signing, templates
from attendance.services.commitments.reading import seen
from attendance.services.guessing import TooManyAttempts
from attendance.services.impartial import Decider, NotTheirs
from attendance.services.own_account import ProofWrong
from attendance.store import office
from attendance.store.commitment_tables import PERSON
from attendance.store.database import Session
from attendance.store.tree import StoredTree
from attendance.store.within import NOTHING
from reports.commitment_page import commitment_page
from reports.commitments import progress_view
from reports.who_signed import SHOWN_STATES, SignedFilter, WhoSigned, who_signed

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)

Reading = Annotated[Reader, Depends(page_may("commitments.read"))]
Writing = Annotated[Reader, Depends(page_may("commitments.write"))]
Signing = Annotated[Reader, Depends(page_may("commitments.sign"))]
Reviewing = Annotated[Reader, Depends(page_may("commitments.review"))]
FromHere = Depends(sent_from_here)
Number = Annotated[int, Path(ge=1, le=2**31 - 1)]
Short = Annotated[str, Form(max_length=64)]
Text = Annotated[str, Form(max_length=2000)]
Seen = Annotated[int | None, Form(ge=1, le=9_999)]
DONE = ("asked", "signed", "confirmed", "noted", "withdrawn", "nothing")
PROBLEMS = (
    "password", "too_many", "commitment_moved_on", "not_theirs_to_sign", "not_theirs_to_decide", "reason", "day",
    "not_found", "invalid",
)  # fmt: skip


@router.get("/commitments")
def who_has_signed(
    request: Request,
    reader: Reading,
    year: Annotated[str, Query(max_length=8)] = "",
    unit: Annotated[str, Query(max_length=64)] = "",
    state: Annotated[str, Query(max_length=16)] = "",
    page: Annotated[str, Query(max_length=8)] = "",
    done: Annotated[str, Query(max_length=16)] = "",
) -> Response:
    found = _number(year, reader.today.year)
    asked = SignedFilter(
        found if 2000 <= found <= 2999 else reader.today.year, unit, state if state in SHOWN_STATES else ""
    )
    return _list(request, reader, asked, page=_number(page, 1), done=done if done in DONE else "")


@router.post("/commitments", dependencies=[FromHere])
def ask(
    request: Request,
    reader: Writing,
    template: Short = "",
    year: Short = "",
    from_: Annotated[str, Form(alias="from", max_length=64)] = "",
    due: Short = "",
    unit: Short = "",
    employee: Short = "",
    below: Short = "",
) -> Response:
    """Ask a unit, one person, or a collective (with those below it) to sign."""
    parts = service(request)
    given = {"template": template, "from": from_, "due": due, "unit": unit, "employee": employee, "below": below}
    try:
        first, last = _day(from_, reader.today), _day(due, reader.today)
        chosen = _number(year, reader.today.year) if first is None else None
        with parts.database.writing() as session:
            text = templates.current(session, reader.within, askable("template", template), reader.today)
            term = term_of(chosen, first, None, last, reader.today)
            is_person = text.scope == PERSON
            persons = people_asked(session, reader, [employee] if employee else [], unit or None) if is_person else ()
            places = () if is_person else units_asked(session, reader, _units(session, reader, unit, bool(below)))
            found = asking.ask(
                session, reader.actor, text, term, people=persons, units=places, zone=parts.settings.timezone,
                at=parts.now(),
            )  # fmt: skip
    except (Invalid, NotFound) as error:
        problem = "not_found" if isinstance(error, NotFound) else _problem(error)
        asked = SignedFilter(reader.today.year, unit)
        return _list(request, reader, asked, problem=problem, sentence=str(error), given=given, status=422)
    done = "asked" if any(found.counts[what] for what in ("new", "renewed", "amended")) else "nothing"
    return RedirectResponse(f"/commitments?year={term.from_on.year}&done={done}", 303)


@router.get("/commitments/{number}")
def one(request: Request, reader: Reading, number: Number, done: Annotated[str, Query(max_length=16)] = "") -> Response:
    return _one(request, reader, number, done=done if done in DONE else "")


@router.get("/commitments/{number}/paper.pdf")
def as_file(request: Request, reader: Reading, number: Number) -> Response:
    return paper_of(request, reader, number)


@router.post("/commitments/{number}/sign", dependencies=[FromHere])
def sign(
    request: Request,
    reader: Signing,
    number: Number,
    digest: Short = "",
    password: Annotated[str, Form(max_length=1024)] = "",
) -> Response:
    return _act(request, reader, number, "signed", lambda: sign_as_reader(request, reader, number, digest, password))


@router.post("/commitments/{number}/confirm", dependencies=[FromHere])
def confirm(request: Request, reader: Reviewing, number: Number, version: Seen = None) -> Response:
    parts = service(request)

    def act() -> None:
        with parts.database.writing() as session:
            seen(session, reader.within, number, reader.today)
            signing.confirm(
                session, number, Decider(reader.actor, reader.within), version=version, zone=parts.settings.timezone,
                at=parts.now(),
            )  # fmt: skip

    return _act(request, reader, number, "confirmed", act)


@router.post("/commitments/{number}/refusal", dependencies=[FromHere])
def note_refusal(
    request: Request, reader: Reviewing, number: Number, reason: Text = "", version: Seen = None
) -> Response:
    parts = service(request)

    def act() -> None:
        if not reason.strip():
            raise _NoReason("Write the reason as it was said; without one nothing is noted.")
        with parts.database.writing() as session:
            seen(session, reader.within, number, reader.today)
            signing.note_refusal(
                session, number, Decider(reader.actor, reader.within), reason=reason, version=version,
                zone=parts.settings.timezone, at=parts.now(),
            )  # fmt: skip

    return _act(request, reader, number, "noted", act, {"reason": reason})


@router.post("/commitments/{number}/withdraw", dependencies=[FromHere])
def withdraw(request: Request, reader: Writing, number: Number, why: Text = "", version: Seen = None) -> Response:
    parts = service(request)

    def act() -> None:
        if not why.strip():
            raise _NoReason("Say why nobody has to sign it; whoever was asked will want to know.")
        with parts.database.writing() as session:
            seen(session, reader.within, number, reader.today)
            asking.withdraw(session, reader.actor, number, why=why, version=version, at=parts.now())

    return _act(request, reader, number, "withdrawn", act, {"why": why})


class _NoReason(Invalid):
    code = "reason"


class _NoDay(Invalid):
    code = "day"


def _act(
    request: Request,
    reader: Reader,
    number: int,
    done: str,
    act: Callable[[], object],
    given: dict[str, str] | None = None,
) -> Response:
    """Do something with a commitment; what hinders it is said on its page, which keeps what was typed."""
    with service(request).database.reading() as session:
        seen(session, reader.within, number, reader.today)
    try:
        act()
    except (Invalid, MayNotSign, NotTheirs, ProofWrong, TooManyAttempts) as error:
        return _one(request, reader, number, problem=_problem(error), given=given)
    return RedirectResponse(f"/commitments/{number}?done={done}", 303)


def _problem(error: AttendanceError) -> str:
    match error:
        case TooManyAttempts():
            return "too_many"
        case ProofWrong():
            return "password"
    return error.code if error.code in PROBLEMS else "invalid"


def _one(
    request: Request,
    reader: Reader,
    number: int,
    *,
    done: str = "",
    problem: str = "",
    given: dict[str, str] | None = None,
) -> Response:
    parts = service(request)
    with parts.database.reading() as session:
        row = seen(session, reader.elsewhere(session, "commitments.read"), number, reader.today)
        view = commitment_page(session, parts.settings.timezone, parts.now(), row, reader_of(session, reader))
        there, now = reader.elsewhere(session, "attendance.read"), parts.now()
        stands = progress_view(session, parts.settings.timezone, row, there, now, now) if view.is_frozen else None
        reader.saw(session, "commitments", [view.paper.employee], at=now, key=str(number))
    view = replace(view, done=done, problem=problem, given=given or {})
    status = 409 if problem else 200
    return show(request, "commitment.html", view, user=reader.user, status=status, progress=stands)


def _list(
    request: Request,
    reader: Reader,
    asked: SignedFilter,
    *,
    page: int = 1,
    done: str = "",
    problem: str = "",
    sentence: str = "",
    given: dict[str, str] | None = None,
    status: int = 200,
) -> Response:
    parts = service(request)
    with parts.database.reading() as session:
        within = reader.elsewhere(session, "commitments.read")
        if asked.unit and not problem:
            reader.unit(session, asked.unit)
        view: WhoSigned = who_signed(
            session, parts.settings.timezone, parts.now(), within, asked, key=name_key, page=page
        )
        writing = reader.elsewhere(session, "commitments.write")
        read = templates.readable(session, writing, reader.today) if writing != NOTHING else []
        usable = [{"code": row.code, "scope": row.scope} for row in read]
        named = [line.employee for line in (*view.lines, *view.left)]
        reader.saw(session, "commitments", named, at=parts.now())
    view = replace(view, done=done)
    return show(
        request, "commitments.html", view, user=reader.user, status=status, usable=usable,
        may_write=writing != NOTHING, problem=problem, sentence=sentence, given=given or {},
    )  # fmt: skip


def _units(session: Session, reader: Reader, code: str, below: bool) -> list[str]:
    """The collective, and those below it that stand today and the reader looks after."""
    unit = reader.unit(session, code) if code else None
    if unit is None:
        raise Invalid("A collective is asked by its unit; choose one.")
    if not below:
        return [unit.code]
    tree = StoredTree(session)
    under = tree.below([office.key(unit)], reader.today)
    return [one.code for one in tree.shown(reader.today, reader.within) if one.id in under]


def _number(text: str, otherwise: int) -> int:
    return int(text) if text.isdecimal() and len(text) < 7 else otherwise


def _day(text: str, today: date) -> date | None:
    if not text.strip():
        return None
    found = read_day(text, today)
    if found is None:
        raise _NoDay("This is no date; write it as 24/11/2026.")
    return found
