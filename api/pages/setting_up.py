"""*Thiết lập lần đầu*: the steps from the first administrator to the first list of one's own people."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import Annotated

from anyio.to_thread import run_sync
from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from starlette.datastructures import UploadFile

from api.http.auth import check_csrf, sent_from_here
from api.http.scope import Reader, whole_office
from api.http.service import service
from api.pages.importing.routes import drafts_of
from api.pages.routes import show
from api.sheets_in import choices_of, open_pasted, open_sheet
from attendance.errors import Invalid, Overlap
from attendance.rules.shipped import shipped
from attendance.services import setting_up
from attendance.services.imports.reading import read_sheet
from attendance.services.setting_up import STEPS, Progress, Season, Step, StepRefused
from attendance.sheets import BookRefused, Sentence
from attendance.store import office
from attendance.store.database import Session

router = APIRouter(include_in_schema=False, prefix="/setup", default_response_class=HTMLResponse)
Managing = Annotated[Reader, Depends(whole_office("system.manage"))]
FromHere = Depends(sent_from_here)
Short = Annotated[str, Form(max_length=64)]
Line = Annotated[str, Form(max_length=200)]
Box = Annotated[str, Form(max_length=20_000)]

PRESETS: dict[str, tuple[str, str, str, str]] = {
    "early": ("07:30", "11:30", "13:00", "16:30"),
    "eight": ("08:00", "12:00", "13:00", "17:00"),
}
PROBLEMS = (*setting_up.REASONS, "overlap")
DONE = "/people?fresh=true"
_MOST_BYTES = 64 * 1024 * 1024
_CLOCK = re.compile(r"\s*(\d{1,2})\s*[:hHgG.]\s*(\d{2})?\s*")
_DAY = re.compile(r"\s*(\d{1,2})\s*[/.-]\s*(\d{1,2})\s*")


@dataclass(frozen=True, slots=True)
class CalendarLine:
    day: str
    kind: str
    document: str
    announced: bool


@dataclass(frozen=True, slots=True)
class SetUpPage:
    """One step. `given` is what was typed, shown again beside what is wrong with it (`problem`, one of PROBLEMS, or
    `sheet`, what a sheet has to say); `lines` are the days of the shipped calendar from this year on."""

    step: Step
    progress: Progress
    steps: tuple[Step, ...] = STEPS
    given: dict[str, str] = field(default_factory=dict)
    problem: str | None = None
    sheet: Sentence | None = None
    lines: tuple[CalendarLine, ...] = ()
    has_terminal: bool = False


def next_address(session: Session) -> str | None:
    """Where the first set-up goes on; None: there is none, or it is over."""
    found = setting_up.progress(session)
    return f"/setup/{found.next or 'end'}" if found is not None else None


@router.get("/end")
def end(request: Request, reader: Managing) -> Response:
    """After the last step it is shut, and leads to the list of one's own people."""
    parts = service(request)
    with parts.database.writing() as session:
        is_over = setting_up.close_if_settled(session, actor=reader.actor, at=parts.now())
    return RedirectResponse(DONE, 303) if is_over else _on(request)


@router.get("/{step}")
def see(request: Request, reader: Managing, step: Step) -> Response:
    """A step that is to be done; any other leads on to where it stands."""
    with service(request).database.reading() as session:
        found = setting_up.check_open(session)
    if step in found.done or (step not in setting_up.MAY_WAIT and found.next != step):
        return _on(request)
    return _show(request, reader, step)


@router.post("/office", dependencies=[FromHere])
def office_step(request: Request, reader: Managing, name: Line = "", code: Short = "A", parts: Box = "") -> Response:
    given = {"name": name, "code": code, "parts": parts}
    at = service(request).now()
    try:
        with service(request).database.writing() as session:
            setting_up.name_office(session, code.strip(), name, parts.splitlines(), actor=reader.actor, at=at)
    except StepRefused as error:
        return _show(request, reader, "office", given, error.why)
    return _on(request)


@router.post("/hours", dependencies=[FromHere])
def hours_step(
    request: Request,
    reader: Managing,
    preset: Short = "early",
    own: Annotated[list[str] | None, Form(max_length=4)] = None,
    season: Short = "",
    summer: Annotated[list[str] | None, Form(max_length=4)] = None,
    begins: Short = "",
    ends: Short = "",
    document: Line = "",
) -> Response:
    given = {"preset": preset, "season": season, "begins": begins, "ends": ends, "document": document}
    given |= {f"own.{number}": text[:16] for number, text in enumerate(own or ())}
    given |= {f"summer.{number}": text[:16] for number, text in enumerate(summer or ())}
    at, today = service(request).now(), service(request).today()
    try:
        sessions = _sessions(PRESETS.get(preset) or own or ())
        other = Season(_day(begins), _day(ends), _sessions(summer or ())) if season else None
        with service(request).database.writing() as session:
            setting_up.set_hours(session, sessions, other, document, today=today, actor=reader.actor, at=at)
    except StepRefused as error:
        return _show(request, reader, "hours", given, error.why)
    except (Invalid, Overlap) as error:
        problem = "overlap" if isinstance(error, Overlap) else "hours"
        return _show(request, reader, "hours", given, problem)
    return _on(request)


@router.post("/calendar", dependencies=[FromHere])
def calendar_step(request: Request, reader: Managing) -> Response:
    with service(request).database.writing() as session:
        setting_up.take_calendar(session, actor=reader.actor, at=service(request).now())
    return _on(request)


@router.post("/people")
async def people_step(request: Request, reader: Managing) -> Response:
    async with request.form(max_files=1, max_fields=10, max_part_size=_MOST_BYTES) as form:
        texts = {name: value for name, value in form.items() if isinstance(value, str)}
        check_csrf(request, texts.get("csrf_token", "")[:256])
        file, content, name = form.get("file"), b"", ""
        if isinstance(file, UploadFile) and file.filename:
            content, name = await file.read(), file.filename[:200]
    return await run_sync(_people, request, reader, texts.get("text", ""), content, name)


def _people(request: Request, reader: Reader, text: str, content: bytes, name: str) -> Response:
    """On to the page where the sheet is looked through; it comes back here when the sheet was filed."""
    with service(request).database.reading() as session:
        setting_up.check_open(session)
        has_terminal = bool(office.terminals(session))
    given = {"text": text[:100_000]}
    if not content and not text.strip():
        return _show(request, reader, "people", given, sheet=Sentence("imports.problem.nothing"))
    try:
        book, digest = open_sheet(content, name) if content else open_pasted(text)
        size = len(content) or len(text.encode("utf-8", "surrogatepass"))
        draft = drafts_of(request).keep(reader.user.user_id, "employees", book, digest, size, home="/setup/end")
    except BookRefused as error:
        return _show(request, reader, "people", given, sheet=error.sentence)
    except Invalid:
        return _show(request, reader, "people", given, sheet=Sentence("imports.problem.many"))
    if not has_terminal:  # numbers on a terminal that is not there yet would hold every row up; they come in later
        read = read_sheet(service(request).database, book, digest, "employees", choices_of())
        draft.mapping = {
            letter: "" if target in ("terminal", "pin") else target for letter, target in read.mapping.items()
        }
    return RedirectResponse(f"/import/{draft.token}", 303)


@router.post("/later/{step}", dependencies=[FromHere])
def later(request: Request, reader: Managing, step: Step) -> Response:
    with service(request).database.writing() as session:
        setting_up.put_off(session, step, actor=reader.actor, at=service(request).now())
    return _on(request)


def _on(request: Request) -> Response:
    with service(request).database.reading() as session:
        return RedirectResponse(next_address(session) or DONE, 303)


def _show(
    request: Request,
    reader: Reader,
    step: Step,
    given: dict[str, str] | None = None,
    problem: str = "",
    sheet: Sentence | None = None,
) -> Response:
    with service(request).database.reading() as session:
        view = SetUpPage(step, setting_up.check_open(session), given=given or {}, problem=problem or None, sheet=sheet)
        view = replace(view, has_terminal=bool(office.terminals(session)))
    if step == "calendar":
        view = replace(view, lines=_calendar(service(request).today().year))
    return show(request, "set_up.html", view, user=reader.user, status=422 if problem or sheet else 200)


def _calendar(year: int) -> tuple[CalendarLine, ...]:
    written = sorted(shipped("calendar").entries, key=lambda each: each.entry.on)
    return tuple(
        CalendarLine(f"{each.entry.on:%d/%m/%Y}", each.entry.kind, each.entry.citation.document,
                     each.status == "announced")
        for each in written if each.entry.on.year >= year
    )  # fmt: skip


def _sessions(times: tuple[str, ...] | list[str]) -> dict[str, list[str]]:
    """Hours as they are typed: `7h30`, `07:30`, `7.30`; one session or two. Raises StepRefused."""
    typed = [text for text in times if text.strip()]
    if len(typed) not in (2, 4):
        raise StepRefused("hours", "Hours have a beginning and an end for each session, as 07:30.")
    found = [_clock(text) for text in typed]
    return {name: found[2 * number : 2 * number + 2] for number, name in enumerate(("am", "pm")[: len(found) // 2])}


def _clock(text: str) -> str:
    match = _CLOCK.fullmatch(text)
    hour, minute = (int(match[1]), int(match[2] or 0)) if match else (99, 0)
    if hour > 23 or minute > 59:
        raise StepRefused("hours", f"{text[:16]!r} is no time of day; write it as 07:30.")
    return f"{hour:02}:{minute:02}"


def _day(text: str) -> tuple[int, int]:
    match = _DAY.fullmatch(text)
    if match is None:
        raise StepRefused("day", f"{text[:16]!r} is no day of a year; write a day and a month, as 15/4.")
    return int(match[1]), int(match[2])
