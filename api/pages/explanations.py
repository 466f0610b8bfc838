"""The pages *Giải trình*: the inbox, the form beside a violation, and one explanation with what can be done to it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Annotated, Any

from anyio.to_thread import run_sync
from fastapi import APIRouter, Depends, Form, Path, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from api.http.auth import check_csrf, sent_from_here
from api.http.routers.explanations import Digest, attachment_of, files_of, reasons_of
from api.http.scope import Reader, page_may
from api.http.service import service
from api.pages.i18n import read_day
from api.pages.routes import show
from attendance import clock
from attendance.errors import AttendanceError, Invalid, NotFound
from attendance.services import explanations
from attendance.services.access import Permission
from attendance.services.explanations import attaching
from attendance.services.explanations.attaching import FileRefused
from attendance.services.explanations.handing_in import check_theirs
from attendance.services.explanations.standing import asked as question_of
from attendance.services.impartial import Decider, NotTheirs
from attendance.store import explanation_register, listing_explanations
from attendance.store.database import Session
from attendance.store.listing_keys import ViolationKey, read_question_id
from attendance.store.paper_register import NotAsItWas
from attendance.store.paper_tables import ExplanationRow
from attendance.store.within import NOTHING, Within
from reports.explanation_view import DONE, FILE_PROBLEMS, PROBLEMS, InboxFilter
from reports.explanations import Readers, form_page, inbox_page, one_page

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)

FromHere = Depends(sent_from_here)
Reading = Annotated[Reader, Depends(page_may("explanations.read"))]
Filing = Annotated[Reader, Depends(page_may("explanations.file"))]
Number = Annotated[int, Path(ge=1, le=2**31 - 1)]
Name = Annotated[str, Path(max_length=1000)]
Note = Annotated[str, Form(max_length=4000)]
Short = Annotated[str, Form(max_length=64)]
Version = Annotated[int, Form(ge=1, le=1000)]
MAX_PAGE = 20_000
COVERS = ("late", "early", "absent", "left_post", "missing_in", "missing_out", "unverified")


class _NoNote(Invalid):
    code = "no_note"


class _Minutes(Invalid):
    code = "minutes"


class _Moment(Invalid):
    code = "moment"


@router.get("/explanations")
def inbox(
    request: Request,
    reader: Reading,
    tab: Annotated[str, Query(max_length=16)] = "",
    unit: Annotated[str, Query(max_length=64)] = "",
    covers: Annotated[str, Query(max_length=16)] = "",
    page: Annotated[int, Query(ge=1, le=MAX_PAGE)] = 1,
    done: Annotated[str, Query(max_length=16)] = "",
) -> Response:
    parts = service(request)
    first, last = (read_day(request.query_params.get(name, ""), parts.today()) for name in ("from", "to"))
    wanted = InboxFilter(unit, covers if covers in COVERS else "", first, last)
    with parts.database.reading() as session:
        within = reader.narrowed(session, unit or None)
        who = _readers(session, reader)
        view = inbox_page(session, parts.settings.timezone, parts.now(), who, wanted, within, tab=tab, page=page)
        shown = [*(line.employee for line in view.lines), *(each.employee for each in view.requests)]
        reader.saw(session, "explanations", shown, at=parts.now())
    return show(request, "explanations.html", replace(view, done=done if done in DONE else ""), user=reader.user)


@router.get("/explanations/{number}")
def one(request: Request, reader: Reading, number: Number, done: Annotated[str, Query(max_length=16)] = "") -> Response:
    return _one(request, reader, number, done=done if done in DONE else "")


@router.get("/explanations/{number}/attachments/{digest}")
def attachment(request: Request, reader: Reading, number: Number, digest: Digest) -> Response:
    return attachment_of(request, reader, number, digest)


@router.get("/violations/{violation}/explain")
def form(request: Request, reader: Reading, violation: Name) -> Response:
    return _form(request, reader, _key(violation))


@router.post("/violations/{violation}/explain")
async def hand_in(request: Request, reader: Filing, violation: Name) -> Response:
    most = attaching.MOST_FILES + 2
    async with request.form(max_files=most, max_fields=20, max_part_size=64 * 1024) as sent:
        given = {name: value[:4000] for name, value in sent.items() if isinstance(value, str)}
        check_csrf(request, given.get("csrf_token", "")[:256])
        files = await files_of(sent)
    key = _key(violation)

    def act(session: Session, at: datetime) -> ExplanationRow:
        return explanations.hand_in(
            session, Decider(reader.actor, reader.within), key, ground=given.get("ground", ""),
            text=given.get("text", ""), minutes=_minutes(given.get("minutes", "")),
            document=given.get("document", "")[:200], files=files,
            submitted_at=_moment(request, given.get("on", ""), given.get("at", "")),
            zone=service(request).settings.timezone, at=at,
        )  # fmt: skip

    return await run_sync(_act, request, "handed_in", act, partial(_form, request, reader, key, given=given))


@router.post("/violations/{violation}/ask", dependencies=[FromHere])
def ask(
    request: Request,
    reader: Annotated[Reader, Depends(page_may("explanations.ask"))],
    violation: Name,
    note: Note = "",
) -> Response:
    parts = service(request)
    with parts.database.writing() as session:
        by = Decider(reader.actor, reader.within)
        explanations.ask(
            session, by, [_key(violation)], note=note.strip(), zone=parts.settings.timezone, at=parts.now()
        )
    return RedirectResponse("/explanations?tab=asked&done=asked", 303)


@router.post("/violations/{violation}/decide", dependencies=[FromHere])
def decide_alone(
    request: Request,
    reader: Annotated[Reader, Depends(page_may("explanations.decide"))],
    violation: Name,
    decision: Short = "",
    minutes: Short = "",
    note: Note = "",
) -> Response:
    key = _key(violation)
    given = {"decide_minutes": minutes, "note": note}

    def act(session: Session, at: datetime) -> ExplanationRow:
        if not note.strip():
            raise _NoNote("A decision has a reason.")
        granted = _minutes(minutes) if decision == "approved" else None
        return explanations.decide_alone(
            session, Decider(reader.actor, reader.within), key, decision, minutes=granted, reason=note,
            zone=service(request).settings.timezone, at=at,
        )  # fmt: skip

    return _act(request, decision, act, partial(_form, request, reader, key, given=given))


@router.post("/explanations/{number}/confirm", dependencies=[FromHere])
def confirm(
    request: Request,
    reader: Annotated[Reader, Depends(page_may("explanations.confirm"))],
    number: Number,
    said: Short = "confirmed",
    version: Version = 1,
    note: Note = "",
) -> Response:
    def act(session: Session, row: ExplanationRow, at: datetime) -> None:
        if said == "denied" and not note.strip():
            raise _NoNote("Say why it is not confirmed.")
        by = Decider(reader.actor, reader.within)
        explanations.confirm(session, row, by, said, note=note, at=at, version=version)

    return _change(request, reader, number, said, {"confirm_note": note}, act)


@router.post("/explanations/{number}/decide", dependencies=[FromHere])
def decide(
    request: Request,
    reader: Annotated[Reader, Depends(page_may("explanations.decide"))],
    number: Number,
    decision: Short = "",
    version: Version = 1,
    minutes: Short = "",
    note: Note = "",
    accepted: Short = "",
    unconfirmed: Short = "",
) -> Response:
    def act(session: Session, row: ExplanationRow, at: datetime) -> None:
        if not note.strip():
            raise _NoNote("A decision has a reason.")
        granted = _minutes(minutes) if decision == "part" else None
        if decision == "part" and granted is None:
            raise _Minutes("Write how many minutes are granted.")
        explanations.decide(
            session, row, Decider(reader.actor, reader.within), "approved" if decision == "part" else decision,
            minutes=granted, note=note, accepted_after_deadline=bool(accepted), without_confirmation=bool(unconfirmed),
            zone=service(request).settings.timezone, at=at, version=version,
        )  # fmt: skip

    given = {"minutes": minutes, "note": note, "accepted": accepted, "unconfirmed": unconfirmed}
    return _change(request, reader, number, "approved" if decision == "part" else decision, given, act)


@router.post("/explanations/{number}/withdraw", dependencies=[FromHere])
def withdraw(request: Request, reader: Filing, number: Number) -> Response:
    def act(session: Session, row: ExplanationRow, at: datetime) -> None:
        explanations.withdraw(session, row, Decider(reader.actor, reader.within), at=at)

    return _change(request, reader, number, "withdrawn", {}, act)


@router.post("/explanations/{number}/attachments")
async def attach(request: Request, reader: Filing, number: Number) -> Response:
    async with request.form(max_files=attaching.MOST_FILES + 2, max_fields=5, max_part_size=64 * 1024) as sent:
        check_csrf(request, str(sent.get("csrf_token", ""))[:256])
        files = await files_of(sent)

    def act(session: Session, row: ExplanationRow, at: datetime) -> None:
        check_theirs(session, row, Decider(reader.actor, reader.within))
        if not files:
            raise FileRefused("empty", "", "Choose a file first.")
        attaching.attach(session, row, reader.actor, attaching.check(files), at=at)

    return await run_sync(_change, request, reader, number, "attached", {}, act)


def _change(
    request: Request,
    reader: Reader,
    number: int,
    done: str,
    given: dict[str, str],
    act: Callable[[Session, ExplanationRow, datetime], None],
) -> Response:
    """Change an explanation the reader may see; what hinders it is said on its page, which keeps what was typed."""

    def change(session: Session, at: datetime) -> ExplanationRow:
        listing_explanations.explanation(session, reader.within, number)
        row = explanation_register.get(session, number)
        act(session, row, at)
        return row

    return _act(request, done, change, partial(_one, request, reader, number, given=given))


def _act(
    request: Request,
    done: str,
    act: Callable[[Session, datetime], ExplanationRow],
    refused: Callable[[AttendanceError], Response],
) -> Response:
    """Do something in one transaction and go to the explanation it made or changed, or say what hinders it."""
    parts = service(request)
    try:
        with parts.database.writing() as session:
            number = act(session, parts.now()).id
    except (Invalid, NotAsItWas, NotTheirs) as error:
        return refused(error)
    return RedirectResponse(f"/explanations/{number}?done={done if done in DONE else ''}", 303)


def _one(
    request: Request,
    reader: Reader,
    number: int,
    error: AttendanceError | None = None,
    *,
    done: str = "",
    given: dict[str, str] | None = None,
) -> Response:
    parts = service(request)
    with parts.database.reading() as session:
        who = _readers(session, reader)
        row = listing_explanations.explanation(session, who.reading, number)
        view = one_page(session, parts.settings.timezone, parts.now(), who, row)
        reader.saw(session, "explanations", [view.line.employee], at=parts.now())
    problem, file = _problem(error)
    view = replace(view, done=done, problem=problem, file=file, given=given or {})
    return show(request, "explanation.html", view, user=reader.user, status=_status(error))


def _form(
    request: Request,
    reader: Reader,
    key: ViolationKey,
    error: AttendanceError | None = None,
    given: dict[str, str] | None = None,
) -> Response:
    parts = service(request)
    with parts.database.reading() as session:
        who = _readers(session, reader)
        question = question_of(session, Decider(reader.actor, who.reading), key)
        view = form_page(session, parts.settings.timezone, parts.now(), who, question)
        reader.saw(session, "explanations", [view.question.employee], at=parts.now())
    problem, file = _problem(error)
    view = replace(view, problem=problem, file=file, given=given or {})
    return show(request, "explain.html", view, user=reader.user, status=_status(error))


def _readers(session: Session, reader: Reader) -> Readers:
    def where(permission: Permission) -> Within | None:
        found = reader.elsewhere(session, permission)
        return None if found == NOTHING else found

    return Readers(
        actor=Decider(reader.actor, reader.within),
        employee_id=reader.user.employee_id,
        user_id=reader.user.user_id,
        reading=reader.elsewhere(session, "explanations.read"),
        reasons=reasons_of(reader, session),
        filing=where("explanations.file"),
        asking=where("explanations.ask"),
        confirming=where("explanations.confirm"),
        deciding=where("explanations.decide"),
    )


def _problem(error: AttendanceError | None) -> tuple[str, tuple[str, str]]:
    """What the page says of an error, and of a file that was refused why and its name."""
    if error is None:
        return "", ("", "")
    if isinstance(error, FileRefused):
        reason: Any = error.reason if error.reason in FILE_PROBLEMS else "kind"
        return "file", (reason, error.file)
    return (error.code if error.code in PROBLEMS else "invalid"), ("", "")


def _status(error: AttendanceError | None) -> int:
    if error is None:
        return 200
    return 422 if isinstance(error, Invalid) else 409


def _key(text: str) -> ViolationKey:
    found = read_question_id(text)
    if found is None:
        raise NotFound("violation", text[:64])
    return found


def _minutes(text: str) -> int | None:
    text = text.strip()
    if not text:
        return None
    if not text.isdecimal() or len(text) > 4 or not 1 <= int(text) <= 1440:
        raise _Minutes("Write minutes as a whole number.")
    return int(text)


def _moment(request: Request, on: str, at: str) -> datetime | None:
    """When a paper was handed in, on the wall of the office; nothing written: now."""
    if not on.strip():
        return None
    parts = service(request)
    day = read_day(on, parts.today())
    try:
        time = datetime.strptime(at.strip().replace("h", ":") or "12:00", "%H:%M").time()  # noqa: DTZ007
    except ValueError:
        day = None
    if day is None:
        raise _Moment("This is no moment; write it as 24/11/2026 and 07:30.")
    return clock.to_instant(datetime.combine(day, time), parts.settings.timezone)
