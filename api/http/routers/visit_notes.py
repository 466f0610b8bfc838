"""One visit on the spot: begun, noted, ended. For the members of its team, and as nowhere to anybody else."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Annotated, Any

from anyio.to_thread import run_sync
from fastapi import APIRouter, Depends, Path, Request, Response
from starlette.datastructures import UploadFile

from api.http.answers import answer
from api.http.routers.inspections import UNCOUNTED
from api.http.routers.terminals import pull_lanes
from api.http.schemas.visit_notes import NewPoint, NotesTaken, VisitNotes, VisitOnSite
from api.http.scope import Reader, may
from api.http.service import service
from api.visit_starting import start
from attendance.errors import Invalid
from attendance.services.visiting import beginning, checklist, marking, photographing
from attendance.services.visiting.entering import own_visit
from attendance.services.visiting.marking import NewCheck, NewMark, Outcome
from attendance.store.database import Session
from attendance.store.visit_tables import TeamRow, VisitRow
from reports.visit_told import on_site

router = APIRouter(prefix="/inspections", tags=["inspections"])

Doing = Annotated[Reader, Depends(may("visits.do"))]
Key = Annotated[str, Path(max_length=64, description="Key of the visit.", examples=["b7c1e0…"])]
Digest = Annotated[str, Path(pattern="^[0-9a-f]{64}$", description="SHA-256 of the photograph, in hexadecimal.")]
Point = Annotated[str, Path(max_length=32, description="Code of the point.", examples=["hours_posted"])]
_PHOTO = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["id", "photo", "noted_at"],
                    "properties": {
                        "id": {"type": "string"},
                        "photo": {"type": "string", "format": "binary"},
                        "noted_at": {"type": "string", "format": "date-time"},
                        "sent_at": {"type": "string", "format": "date-time"},
                        "employee": {"type": "string"},
                        "note": {"type": "string"},
                    },
                }
            }
        },
    }
}


def own(session: Session, reader: Reader, key: str) -> VisitRow:
    """A visit of a team the reader is in. Raises NotFound."""
    return own_visit(session, reader.user.user_id, key, reader.today)


@router.get(
    "/{key}", operation_id="getInspection", summary="One visit", response_model=VisitOnSite, openapi_extra=UNCOUNTED
)
def get_inspection(request: Request, key: Key, reader: Doing) -> Response:
    """The visit with its frozen list and what was noted; once it began. Reasons of papers are in none of it."""
    return _told(request, reader, key)


@router.post(
    "/{key}/begin", operation_id="beginInspection", summary="Begin a visit on the spot", response_model=VisitOnSite,
    openapi_extra={"x-no-idempotency-key": "A visit begins once; asked again it answers its list."},
)  # fmt: skip
async def begin_inspection(request: Request, key: Key, reader: Doing) -> Response:
    """Reads the terminals the unit depends on, for 20 seconds at most, and freezes the list at this minute."""
    starting = await run_sync(start, request, reader, key)
    await run_sync(starting.wait, limiter=pull_lanes(request))
    return await run_sync(_told, request, reader, key)


@router.post(
    "/{key}/observations", operation_id="noteInspection", summary="Note people and the checklist",
    response_model=NotesTaken,
)  # fmt: skip
def note_inspection(request: Request, key: Key, given: VisitNotes, reader: Doing) -> Response:
    """Takes marks and answers; each line answers for itself, and one that was sent before lands once."""
    return answer(lines_of(take_notes(request, reader, key, given)))


@router.post(
    "/{key}/photos", operation_id="addInspectionPhoto", summary="Add a photograph", response_model=NotesTaken,
    openapi_extra=_PHOTO,
)  # fmt: skip
async def add_photo(request: Request, key: Key, reader: Doing) -> Response:
    """A JPEG or PNG of at most 4 MiB; whatever is no picture in it, as the place it was taken at, is not kept."""
    async with request.form(max_files=1, max_fields=8, max_part_size=8 * 1024) as sent:
        given = {name: value for name, value in sent.items() if isinstance(value, str)}
        file = sent.get("photo")
        content = await file.read() if isinstance(file, UploadFile) else b""
    return answer(lines_of([await run_sync(keep_photo, request, reader, key, given, content)]))


@router.get(
    "/{key}/photos/{digest}", operation_id="getInspectionPhoto", summary="One photograph", response_class=Response,
    responses={200: {"content": {"image/jpeg": {}, "image/png": {}}}},
)  # fmt: skip
def get_photo(request: Request, key: Key, digest: Digest, reader: Doing) -> Response:
    """The bytes, as long as they are kept."""
    return picture_of(request, reader, key, digest)


@router.post(
    "/{key}/close", operation_id="closeInspection", summary="End the list of a visit", response_model=VisitOnSite
)
def close_inspection(request: Request, key: Key, reader: Doing) -> Response:
    """The team leaves the list. What a phone noted before and sends later is still taken, until minutes are sealed."""
    parts = service(request)
    with parts.database.writing() as session:
        beginning.end(session, own(session, reader, key), by=reader.actor, at=parts.now())
    return _told(request, reader, key)


@router.post(
    "/{key}/checklist", operation_id="addChecklistPoint", summary="Ask one thing more", response_model=VisitOnSite,
    status_code=201,
)  # fmt: skip
def add_point(request: Request, key: Key, given: NewPoint, reader: Doing) -> Response:
    """On the checklist of the team, for this visit and those to come."""
    parts = service(request)
    with parts.database.writing() as session:
        team = session.get_one(TeamRow, own(session, reader, key).team_id)
        checklist.add(session, team, given.text, given.about, by=reader.actor, at=parts.now())
    return _told(request, reader, key, 201)


@router.post(
    "/{key}/checklist/{code}/remove", operation_id="removeChecklistPoint", summary="Ask one thing no more",
    response_model=VisitOnSite,
)  # fmt: skip
def remove_point(request: Request, key: Key, code: Point, reader: Doing) -> Response:
    """What was answered to it stays."""
    parts = service(request)
    with parts.database.writing() as session:
        team = session.get_one(TeamRow, own(session, reader, key).team_id)
        checklist.take_away(session, team, code, by=reader.actor, at=parts.now())
    return _told(request, reader, key)


def take_notes(request: Request, reader: Reader, key: str, given: VisitNotes) -> list[Outcome]:
    """Take what was noted, for API and page alike."""
    parts = service(request)
    new = [NewMark(each.id, each.employee, each.mark, each.noted_at, each.note) for each in given.marks]
    answers = [
        NewCheck(each.id, each.item, each.answer, each.noted_at, each.employee, each.note) for each in given.checks
    ]
    with parts.database.writing() as session:
        visit = own(session, reader, key)
        return marking.note(session, visit, reader.actor, new, answers, sent_at=given.sent_at, at=parts.now())


def keep_photo(request: Request, reader: Reader, key: str, given: Mapping[str, str], content: bytes) -> Outcome:
    """Keep a photograph, for API and page alike."""
    parts = service(request)
    noted_at, sent_at = _instant(given.get("noted_at", "")), _instant(given.get("sent_at", ""))
    with parts.database.writing() as session:
        visit = own(session, reader, key)
        return photographing.take(
            session, visit, reader.actor, given.get("id", ""), content, noted_at=noted_at or parts.now(),
            sent_at=sent_at, employee=given.get("employee", ""), note=given.get("note", ""), at=parts.now(),
        )  # fmt: skip


def picture_of(request: Request, reader: Reader, key: str, digest: str) -> Response:
    """A photograph for the team of its visit; where it shows a person on the list, a look at them."""
    parts = service(request)
    with parts.database.reading() as session:
        found = photographing.picture(session, own(session, reader, key), digest)
        content, media_type = found.content, found.media_type
        if found.employee_id is not None:
            reader.saw_people(session, "visit", [found.employee_id], at=parts.now())
    return Response(content, media_type=media_type, headers={"Content-Security-Policy": "sandbox; default-src 'none'"})


def lines_of(told: Sequence[Outcome]) -> dict[str, Any]:
    return {"lines": [{"id": each.id, "outcome": each.outcome, "why": each.why} for each in told]}


def _instant(text: str) -> datetime | None:
    if not text:
        return None
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        found = None
    if found is None or found.tzinfo is None:
        raise Invalid(f"{text[:40]!r} is no moment with an offset; write it as 2026-11-24T07:46:10+07:00.")
    return found


def _told(request: Request, reader: Reader, key: str, status: int = 200) -> Response:
    parts = service(request)
    with parts.database.reading() as session:
        told = on_site(session, parts.settings.timezone, own(session, reader, key), parts.now())
        reader.saw(session, "visit", [person["employee"] for person in told["people"]], at=parts.now())
    return answer(told, status)
