"""The pages of one visit: begun on the spot, noted on a phone with or without a line, ended.

A plan is found by its own team alone; everything here answers as if it were nowhere to anybody else.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Annotated, Any

import orjson
from anyio.to_thread import run_sync
from fastapi import APIRouter, Depends, Form, Path, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response, StreamingResponse
from starlette.datastructures import UploadFile

from api.http.answers import answer
from api.http.auth import check_csrf, csrf_token, sent_from_here
from api.http.compressing import compressed
from api.http.routers.inspections import UNCOUNTED
from api.http.routers.visit_notes import keep_photo, lines_of, own, picture_of, take_notes
from api.http.schemas.visit_notes import VisitNotes
from api.http.scope import Reader, page_may
from api.http.service import service
from api.pages.assets import STATIC
from api.pages.i18n import Translator
from api.pages.names import name_key
from api.pages.routes import language_of, show
from api.pages.streaming import pull_words
from api.visit_starting import Starting, codes_of, start
from attendance.errors import Invalid
from attendance.services.visiting import beginning, checklist
from attendance.store.visit_mark_tables import MARKS
from attendance.store.visit_tables import PLANNED, TeamRow
from reports.visit import PERSON_STATES, noted, visit_page

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)

FromHere = Depends(sent_from_here)
Doing = Annotated[Reader, Depends(page_may("visits.do"))]
Key = Annotated[str, Path(max_length=64)]
PROBLEMS = ("checklist",)
SAID = (
    "sent", "nothing_unsent", "unsent", "offline", "signed_out", "gone", "other_user", "stuck", "left", "all_marked",
    "refused", "photo_refused", "stay", "ended", "keeps_yes", "keeps_no", "disputed", "punch_without_person",
    "person_without_punch",
)  # fmt: skip
"""What the script of the page says by itself."""
STREAMED = "application/x-ndjson"


@router.get(
    "/inspections/worker.js",
    openapi_extra={"x-open": "a program that keeps the page of a visit for times without a line; it is about nobody"},
)
def worker() -> Response:
    """Served beside the visits, because a worker looks after what lies below its own address."""
    return Response(
        (STATIC / "visit-worker.js").read_bytes(), media_type="text/javascript", headers={"Cache-Control": "no-cache"}
    )


@router.get("/inspections/{key}", openapi_extra=UNCOUNTED)
def visit(request: Request, reader: Doing, key: Key) -> Response:
    return _page(request, reader, key)


@router.get("/inspections/{key}/state")
def state(request: Request, reader: Doing, key: Key) -> Response:
    """What holds now, and the token that forms carry now: how a phone finds its way back after a time without line."""
    return answer(_state(request, reader, key))


@router.post("/inspections/{key}/begin", dependencies=[FromHere])
def begin(request: Request, reader: Doing, key: Key) -> Response:
    """Reads the terminals and freezes the list; tells how far it is, one line of JSON each, to a script that asks."""
    starting = start(request, reader, key)
    address = f"/inspections/{starting.key}"
    if request.headers.get("accept") == STREAMED:
        return StreamingResponse(_steps(Translator(language_of(request)), starting, address), media_type=STREAMED)
    starting.wait()
    return RedirectResponse(address, 303)


def _steps(t: Translator, starting: Starting, address: str) -> Iterator[bytes]:
    for told in starting.steps():
        yield orjson.dumps({"terminals": {code: pull_words(t, progress) for code, progress in told.items()}}) + b"\n"
    failed = t("visit.not_begun") if starting.problem is not None else ""
    yield orjson.dumps({"to": address, "problem": failed}) + b"\n"


@router.post("/inspections/{key}/marks", dependencies=[FromHere])
def marks(request: Request, reader: Doing, key: Key, batch: Annotated[str, Form(max_length=400_000)] = "") -> Response:
    """What a phone noted, as the JSON the API takes; answers what became of each line and what holds now."""
    try:
        given = VisitNotes.model_validate_json(batch)
    except ValueError:
        raise Invalid("This is not what the page of a visit sends; load the page again.") from None
    told = take_notes(request, reader, key, given)
    return answer(lines_of(told) | _state(request, reader, key))


@router.post("/inspections/{key}/photos")
async def photo(request: Request, reader: Doing, key: Key) -> Response:
    async with request.form(max_files=1, max_fields=8, max_part_size=8 * 1024) as sent:
        given = {name: value for name, value in sent.items() if isinstance(value, str)}
        check_csrf(request, given.get("csrf_token", "")[:256])
        file = sent.get("photo")
        content = await file.read() if isinstance(file, UploadFile) else b""
    return answer(lines_of([await run_sync(keep_photo, request, reader, key, given, content)]))


@router.get("/inspections/{key}/photos/{digest}")
def picture(
    request: Request, reader: Doing, key: Key, digest: Annotated[str, Path(pattern="^[0-9a-f]{64}$")]
) -> Response:
    return picture_of(request, reader, key, digest)


@router.post("/inspections/{key}/close", dependencies=[FromHere])
def close(request: Request, reader: Doing, key: Key) -> Response:
    parts = service(request)
    with parts.database.writing() as session:
        beginning.end(session, own(session, reader, key), by=reader.actor, at=parts.now())
    return RedirectResponse(f"/inspections/{key}", 303)


@router.post("/inspections/{key}/checklist", dependencies=[FromHere])
def add_point(
    request: Request,
    reader: Doing,
    key: Key,
    text: Annotated[str, Form(max_length=1000)] = "",
    about: Annotated[str, Form(max_length=16)] = "unit",
) -> Response:
    parts = service(request)
    try:
        with parts.database.writing() as session:
            team = session.get_one(TeamRow, own(session, reader, key).team_id)
            checklist.add(session, team, text, about, by=reader.actor, at=parts.now())
    except Invalid:
        return _page(request, reader, key, problem="checklist")
    return RedirectResponse(f"/inspections/{key}#checklist", 303)


@router.post("/inspections/{key}/checklist/{code}/remove", dependencies=[FromHere])
def remove_point(request: Request, reader: Doing, key: Key, code: Annotated[str, Path(max_length=32)]) -> Response:
    parts = service(request)
    with parts.database.writing() as session:
        team = session.get_one(TeamRow, own(session, reader, key).team_id)
        checklist.take_away(session, team, code, by=reader.actor, at=parts.now())
    return RedirectResponse(f"/inspections/{key}#checklist", 303)


def _page(request: Request, reader: Reader, key: str, problem: str = "") -> Response:
    parts = service(request)
    zone, now = parts.settings.timezone, parts.now()
    with parts.database.reading() as session:
        found = own(session, reader, key)
        ready = codes_of(session, found, reader.today) if found.state == PLANNED else ([], [])
        view = visit_page(session, zone, now, found, ready)
        reader.saw(session, "visit", [each.told.code for each in view.people], at=now)
    order = list(dict.fromkeys(each.told.unit for each in view.people))
    listed = sorted(view.people, key=lambda each: (order.index(each.told.unit), name_key(each.told.name)))
    view = replace(view, people=tuple(listed))
    status = 422 if problem else 200
    t = Translator(language_of(request))
    words = {name: t(f"visit_said.{name}") for name in SAID} | {name: t(f"visit_mark.{name}") for name in MARKS[:3]}
    extra = {"problem": problem, "words": words, "states": PERSON_STATES}
    return compressed(request, show(request, "visit.html", view, user=reader.user, status=status, **extra))


def _state(request: Request, reader: Reader, key: str) -> dict[str, Any]:
    parts = service(request)
    with parts.database.reading() as session:
        told = noted(session, own(session, reader, key))
        reader.saw(session, "visit", told["marks"], at=parts.now(), polled=True)
    return told | {"csrf": csrf_token(request), "user": reader.user.name}
