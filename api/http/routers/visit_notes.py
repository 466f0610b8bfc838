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
from api.http.schemas.visit_notes import NotesTaken, VisitNotes, VisitOnSite
from api.http.scope import Reader, may
from api.http.service import service
from api.visit_starting import start
from attendance import clock
from attendance.errors import Invalid
from attendance.services.visiting import beginning, marking, photographing
from attendance.services.visiting.entering import own_visit
from attendance.services.visiting.marking import NewCheck, NewMark, Outcome
from attendance.services.visiting.presence import thawed
from attendance.services.visiting.presence_record import Person, Presence
from attendance.store.database import Session
from attendance.store.tables import UnitRow
from attendance.store.visit_tables import VisitRow

router = APIRouter(prefix="/inspections", tags=["inspections"])

Doing = Annotated[Reader, Depends(may("visits.do"))]
Key = Annotated[str, Path(max_length=64, description="Key of the visit.", examples=["b7c1e0…"])]
Digest = Annotated[str, Path(pattern="^[0-9a-f]{64}$", description="SHA-256 of the photograph, in hexadecimal.")]
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


def _told(request: Request, reader: Reader, key: str) -> Response:
    parts = service(request)
    zone = parts.settings.timezone
    with parts.database.reading() as session:
        visit = own(session, reader, key)
        unit = session.get_one(UnitRow, visit.unit_id)
        presence = thawed(session, beginning.frozen_bytes(visit)) if visit.frozen is not None else None
        told = {
            "key": visit.key, "state": visit.state, "kind": visit.kind, "unit": unit.code, "begun_at": visit.begun_at,
            "known_at": visit.known_at, "ended_at": visit.ended_at, "digest": visit.frozen_digest,
            "working": presence.hours.working if presence else None, "counts": presence.counts() if presence else {},
            "terminals": [
                {"code": each.code, "read_to": _iso(each.read_to, zone)} for each in presence.terminals
            ] if presence else [],
            "people": _people(session, visit, presence, zone) if presence else [],
            "checks": [
                {"item": each.item, "employee": each.employee, "answer": each.answer, "note": each.note}
                for each in marking.checks(session, visit)
            ],
            "photos": [
                {"digest": each.digest, "employee": each.employee, "size": each.size, "kept": each.there}
                for each in marking.photos(session, visit)
            ],
        }  # fmt: skip
        if presence is not None:
            reader.saw(session, "visit", [person.code for person in presence.people], at=parts.now())
    return answer(told)


def _people(session: Session, visit: VisitRow, presence: Presence, zone: str) -> list[dict[str, Any]]:
    marks = {mark.employee: mark for mark in marking.marks(session, visit)}
    return [_person(person, marks.get(person.code), presence, zone) for person in presence.people]


def _person(person: Person, mark: marking.Mark | None, presence: Presence, zone: str) -> dict[str, Any]:
    disagree = mark is not None and presence.hours.working
    return {
        "employee": person.code, "name": person.name, "unit": person.unit, "state": person.state,
        "since": _iso(person.since, zone), "since_at": person.since_at, "last": _iso(person.last, zone),
        "late": person.late, "excuse": person.excuse.kind if person.excuse else None,
        "document": person.excuse.document if person.excuse and person.excuse.kind == "mission" else "",
        "why": person.why, "read_to": _iso(person.read_to, zone), "mark": mark.mark if mark else None,
        "note": mark.note if mark else "",
        "contradiction": marking.contradiction(person.state, mark.mark) if disagree and mark else "",
    }  # fmt: skip


def _iso(wall: datetime | None, zone: str) -> str | None:
    return clock.local_iso(wall, zone) if wall is not None else None
