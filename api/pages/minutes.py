"""The pages *Biên bản* (written, signed on glass, sealed, annexed), *Việc sau kiểm tra* and the minutes' own file."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Annotated, Any

from anyio.to_thread import run_sync
from fastapi import APIRouter, Depends, Form, Path, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from starlette.datastructures import FormData

from api.http.auth import came, check_csrf, sent_from_here
from api.http.routers.minutes import (
    AnnexNumber,
    annex_answer,
    answered_minutes,
    decider,
    pdf_answer,
    saw_minutes,
    verify_address,
)
from api.http.scope import Reader, page_may
from api.http.service import service
from api.pages.i18n import Translator
from api.pages.routes import language_of, show
from api.printing.minutes import drawing, page_lines
from attendance.errors import AttendanceError, NotFound
from attendance.services import own_account
from attendance.services.guessing import TooManyAttempts
from attendance.services.own_account import ProofWrong
from attendance.services.visiting import followups as following
from attendance.services.visiting import sealing
from attendance.services.visiting.entering import own_visit, teams_in_force
from attendance.services.visiting.minutes import keep_written
from attendance.services.visiting.reading import shown_visit
from attendance.services.visiting.sealing import Sealing
from attendance.services.visiting.signatures import SIDES, Signature, read_strokes
from attendance.services.visiting.written import Conclusion, Written, read_people, write_people
from attendance.services.visiting.wrong import MinutesInvalid
from attendance.store.database import Session
from attendance.store.visit_tables import VisitRow
from reports import minutes as pages
from reports.minutes import DONE, PROBLEMS, FollowupsPage, MinutesPage

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)

Reading = Annotated[Reader, Depends(page_may("visits.read"))]
Doing = Annotated[Reader, Depends(page_may("visits.do"))]
Answering = Annotated[Reader, Depends(page_may("visits.answer"))]
FromHere = Depends(sent_from_here)
Key = Annotated[str, Path(max_length=32)]
Number = Annotated[int, Path(ge=1, le=99)]
Done = Annotated[str, Query(max_length=16)]
Seen = Annotated[int | None, Form(ge=0, le=999_999)]
Text = Annotated[str, Form(max_length=4000)]
ROWS = 3
"""Empty rows for further conclusions."""
_LONGEST = 200_000
_TEXTS = ("number", "place", "basis", "desk", "papers", "other", "explanation")


@router.get("/inspections/followups")
def followups(request: Request, reader: Reading, show_: Annotated[str, Query(alias="show", max_length=16)] = "",
              done: Done = "") -> Response:  # fmt: skip
    view = _followups(request, reader, only_overdue=show_ == "overdue")
    return show(request, "followups.html", replace(view, done=done if done in DONE else ""), user=reader.user)


@router.get("/inspections/{key}/minutes")
def minutes(request: Request, reader: Reading, key: Key, done: Done = "") -> Response:
    return _page(request, reader, key, done=done if done in DONE else "")


@router.post("/inspections/{key}/minutes")
async def write(request: Request, reader: Doing, key: Key) -> Response:
    async with request.form(max_files=0, max_fields=150, max_part_size=64 * 1024) as sent:
        check_csrf(request, str(sent.get("csrf_token", ""))[:256])
        given = _form(sent)
    parts = service(request)
    try:
        written = _written(given)
        with parts.database.writing() as session:
            visit = own_visit(session, reader.user.user_id, key, reader.today)
            keep_written(session, visit, written, by=reader.actor, at=parts.now(), version=_seen(given))
    except AttendanceError as error:
        if isinstance(error, NotFound):
            raise
        return _page(request, reader, key, error=error, given=given)
    return RedirectResponse(
        f"/inspections/{key}/minutes{'/sign' if given.get('then') == 'sign' else '?done=written'}", 303
    )


@router.get("/inspections/{key}/minutes/sign")
def sign(request: Request, reader: Doing, key: Key) -> Response:
    return _sign(request, reader, key, "seal")


@router.get("/inspections/{key}/annexes/new")
def new_annex(request: Request, reader: Doing, key: Key) -> Response:
    return _sign(request, reader, key, "annex")


@router.post("/inspections/{key}/minutes/seal")
async def seal(request: Request, reader: Doing, key: Key) -> Response:
    given = await _signed_form(request)
    parts = service(request)

    def act(session: Session, visit: VisitRow, signed: list[Signature]) -> None:
        sealing.seal(
            session, parts.settings.timezone, visit, signed, by=Sealing(reader.actor, parts.secret_key),
            draw=drawing(verify_address(request)), at=parts.now(),
            version=_seen(given),
        )  # fmt: skip

    return await _off_loop(_signed, request, reader, key, "seal", given, act)


@router.post("/inspections/{key}/annexes")
async def annex(request: Request, reader: Doing, key: Key) -> Response:
    given = await _signed_form(request)
    parts = service(request)

    def act(session: Session, visit: VisitRow, signed: list[Signature]) -> None:
        sealing.add_annex(
            session, parts.settings.timezone, visit, given.get("text", ""), signed,
            by=Sealing(reader.actor, parts.secret_key), at=parts.now(),
        )  # fmt: skip

    return await _off_loop(_signed, request, reader, key, "annex", given, act)


@router.get("/inspections/{key}/minutes.pdf")
def pdf(request: Request, reader: Reading, key: Key) -> Response:
    """As it was sealed, and signed with the office's certificate if it has one."""
    with service(request).database.reading() as session:
        shown = shown_visit(session, reader.user.user_id, reader.within, key, reader.today)
        row = shown.sealed
        saw_minutes(request, session, reader, shown)
        return pdf_answer(request, reader, row.pdf, row.code)


@router.get("/inspections/{key}/annexes/{number}.pdf")
def annex_pdf(request: Request, reader: Reading, key: Key, number: AnnexNumber) -> Response:
    return annex_answer(request, reader, key, number)


@router.post("/inspections/{key}/followups/{number}/answer", dependencies=[FromHere])
def answer(
    request: Request, reader: Answering, key: Key, number: Number, text: Text = "", version: Seen = None
) -> Response:
    parts = service(request)

    def act(session: Session) -> None:
        row = answered_minutes(session, reader, key)
        following.answer(session, row, number, text, by=reader.actor, version=version, at=parts.now())

    return _followed(request, reader, act, "answered")


@router.post("/inspections/{key}/followups/{number}/decision", dependencies=[FromHere])
def decide(
    request: Request,
    reader: Reading,
    key: Key,
    number: Number,
    act: Annotated[str, Form(max_length=16)] = "",
    note: Text = "",
    version: Seen = None,
) -> Response:
    parts = service(request)

    def decided(session: Session) -> None:
        row = shown_visit(session, reader.user.user_id, reader.within, key, reader.today).sealed
        following.decide(
            session, row, number, act, note, by=decider(session, reader), today=reader.today, version=version,
            at=parts.now(),
        )  # fmt: skip

    return _followed(request, reader, decided, "decided")


def _followed(request: Request, reader: Reader, act: Callable[[Session], None], done: str) -> Response:
    try:
        with service(request).database.writing() as session:
            act(session)
    except AttendanceError as error:
        if isinstance(error, NotFound):
            raise
        view = replace(_followups(request, reader), problem=_problem(error))
        return show(request, "followups.html", view, user=reader.user, status=409)
    return RedirectResponse(f"/inspections/followups?done={done}", 303)


def _followups(request: Request, reader: Reader, *, only_overdue: bool = False) -> FollowupsPage:
    parts = service(request)
    with parts.database.reading() as session:
        teams = [team.id or 0 for team in teams_in_force(session, reader.user.user_id, reader.today)]
        return pages.followups_page(
            session, parts.settings.timezone, reader.within, teams, decider(session, reader), reader.today,
            only_overdue=only_overdue,
        )  # fmt: skip


def _view(request: Request, session: Session, reader: Reader, key: str) -> MinutesPage:
    parts = service(request)
    shown = shown_visit(session, reader.user.user_id, reader.within, key, reader.today)
    view = pages.minutes_page(
        session, parts.settings.timezone, shown, user_id=reader.user.user_id, by=decider(session, reader),
        today=reader.today, at=parts.now(),
    )  # fmt: skip
    codes = {one["employee"] for one in view.told()["people"]}
    reader.saw(session, "minutes", codes, at=parts.now(), key=key)
    return view


def _page(
    request: Request,
    reader: Reader,
    key: str,
    *,
    done: str = "",
    error: AttendanceError | None = None,
    given: dict[str, str] | None = None,
) -> Response:
    with service(request).database.reading() as session:
        view = _view(request, session, reader, key)
    return show(
        request, "minutes.html", view, user=reader.user, done=done, problem=_problem(error) if error else "",
        lines=_lines(request, view), form=given or _filled(view.written), rows=ROWS,
        status=409 if error else 200,
    )  # fmt: skip


def _lines(request: Request, view: MinutesPage) -> dict[str, Any]:
    language = language_of(request)
    return page_lines(view.content, verify_address(request), Translator(language), language)


def _sign(
    request: Request,
    reader: Reader,
    key: str,
    what: str,
    *,
    error: Exception | None = None,
    given: dict[str, str] | None = None,
) -> Response:
    """Both sides sign on this page: the minutes, or an annex to them. For the head of the team alone."""
    with service(request).database.reading() as session:
        visit = own_visit(session, reader.user.user_id, key, reader.today)
        sealing.check_head(session, visit, reader.actor)
        view = _view(request, session, reader, key)
    if (what == "annex") != view.sealed:
        return RedirectResponse(f"/inspections/{key}/minutes", 303)
    told = view.told()
    return show(
        request, "minutes_sign.html", view, user=reader.user, what=what, lines=_lines(request, view),
        given=given or _first_signers(told), problem=_problem(error) if error else "",
        sides=SIDES, status=409 if error else 200,
    )  # fmt: skip


def _first_signers(told: dict[str, Any]) -> dict[str, str]:
    """Who most likely signs: the head of the team, the first of the unit's side, the first witness."""
    found: dict[str, str] = {}
    head = next((one for one in told["team"]["members"] if one["part"] == "head"), None)
    first = {"team": head, "unit": next(iter(told["written"]["unit_side"]), None)}
    first["witness"] = next(iter(told["written"]["witnesses"]), None)
    for side, person in first.items():
        if person is not None:
            found |= {f"{side}_name": person["name"], f"{side}_post": person["post"]}
    return found


def _signed(
    request: Request,
    reader: Reader,
    key: str,
    what: str,
    given: dict[str, str],
    act: Callable[[Session, VisitRow, list[Signature]], None],
) -> Response:
    parts = service(request)
    with parts.database.reading() as session:
        sealing.check_head(session, own_visit(session, reader.user.user_id, key, reader.today), reader.actor)
    try:
        signed = _signatures(given)
        own_account.prove(
            parts.accounts, reader.user, given.get("password", "")[:1024], came(request, reader.user.name)
        )
        with parts.database.writing() as session:
            act(session, own_visit(session, reader.user.user_id, key, reader.today), signed)
    except (AttendanceError, TooManyAttempts) as error:
        if isinstance(error, NotFound):
            raise
        return _sign(request, reader, key, what, error=error, given=given)
    return RedirectResponse(f"/inspections/{key}/minutes?done={'sealed' if what == 'seal' else 'annexed'}", 303)


def _signatures(given: dict[str, str]) -> list[Signature]:
    """Raises Invalid."""
    found = []
    for side in SIDES:
        name, refused = given.get(f"{side}_name", "").strip(), given.get(f"{side}_refused", "").strip()
        strokes = read_strokes(given.get(f"{side}_strokes", ""))
        if side == "witness" and not strokes and not refused:
            continue
        found.append(Signature(side, name, given.get(f"{side}_post", "").strip(), () if refused else strokes, refused))
    return found


async def _signed_form(request: Request) -> dict[str, str]:
    async with request.form(max_files=0, max_fields=30, max_part_size=_LONGEST) as sent:
        check_csrf(request, str(sent.get("csrf_token", ""))[:256])
        return _form(sent)


async def _off_loop(act: Callable[..., Response], *given: Any) -> Response:
    return await run_sync(act, *given)


def _seen(given: dict[str, str]) -> int | None:
    """The version of the text that the page showed."""
    text = given.get("version", "")
    return int(text) if text.isdecimal() and len(text) < 7 else None


def _form(sent: FormData) -> dict[str, str]:
    return {name: value[:_LONGEST] for name, value in sent.items() if isinstance(value, str)}


def _written(given: dict[str, str]) -> Written:
    """What the form holds. Raises Invalid for a deadline that is no date."""
    conclusions = []
    for place in range(1, 41):
        text, due = given.get(f"conclusion_{place}", "").strip(), given.get(f"due_{place}", "").strip()
        if text:
            conclusions.append(Conclusion(text, _date(due)))
    copies = given.get("copies", "2")
    return Written(
        **{name: given.get(name, "") for name in _TEXTS},
        unit_side=read_people(given.get("unit_side", "")),
        witnesses=read_people(given.get("witnesses", "")),
        conclusions=tuple(conclusions),
        copies=int(copies) if copies.isdecimal() and len(copies) < 4 else 0,
    )


def _date(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise MinutesInvalid("date", f"{text[:20]!r} is no date; choose the deadline from the calendar.") from None


def _filled(written: Written) -> dict[str, str]:
    """The fields of the form as they stand."""
    found = {name: getattr(written, name) for name in _TEXTS}
    found |= {"unit_side": write_people(written.unit_side), "witnesses": write_people(written.witnesses)}
    found["copies"] = str(written.copies)
    for place, one in enumerate(written.conclusions, 1):
        found |= {f"conclusion_{place}": one.text, f"due_{place}": one.due.isoformat() if one.due else ""}
    return found


def _problem(error: Exception) -> str:
    match error:
        case TooManyAttempts():
            return "too_many"
        case ProofWrong():
            return "password"
        case MinutesInvalid():
            return error.why
    code = str(getattr(error, "code", "invalid"))
    return code if code in PROBLEMS else "invalid"
