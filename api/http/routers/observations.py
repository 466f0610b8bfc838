"""What citizens say: taken in, looked into beside the facts, answered; counters with a code; scores of surveys."""

from __future__ import annotations

from datetime import datetime, time
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query, Request, Response

from api.http.answers import answer, listed
from api.http.params import IsoDate, Page, UnitFilter
from api.http.schemas.observations import (
    Answering,
    Channel,
    CitizenContact,
    Erasing,
    NewObservation,
    Observation,
    ObservationKind,
    ObservationList,
    ObservationState,
    ObservationWithFacts,
    OpenedVisit,
    OpeningVisit,
    TakenIn,
)
from api.http.scope import Reader, may
from api.http.service import service
from api.http.versions import check_match, tagged
from attendance import clock
from attendance.errors import NotFound
from attendance.services.citizens import contact, intake, looking, opening
from attendance.services.citizens.facts import Facts, facts_of
from attendance.services.citizens.intake import Said
from attendance.services.citizens.seeing import seen_by
from attendance.store import observations, office
from attendance.store.citizen_tables import ObservationRow
from attendance.store.database import Session
from attendance.store.listing import Listed
from attendance.store.observations import Wanted
from attendance.store.tables import UnitRow
from attendance.store.tree import StoredTree
from attendance.store.within import Within
from reports.observations import people_in

router = APIRouter(prefix="/observations", tags=["observations"])
Reading = Annotated[Reader, Depends(may("observations.read"))]
Taking = Annotated[Reader, Depends(may("observations.take"))]
Number = Annotated[int, Path(ge=1, le=2**31 - 1, description="Number of the observation.", examples=[12])]
_MATCH = {
    "parameters": [
        {
            "name": "If-Match", "in": "header", "required": False, "schema": {"type": "string", "maxLength": 200},
            "description": "The ETag of the observation as it was looked at; answers 412 where it was changed since.",
        }
    ]
}  # fmt: skip


def observed_by(reader: Reader, session: Session, unit: str | None = None) -> Within:
    """The rows the reader sees (of a unit of a filter): of no unit that they head. Raises NotFound."""
    seen = seen_by(session, reader.within, reader.user.employee_id, reader.user.grants, reader.today)
    if unit is None:
        return seen
    found = reader.unit(session, unit)
    return seen.narrowed(StoredTree(session).below([office.key(found)], reader.today))


def seen_unit(reader: Reader, session: Session, code: str) -> UnitRow:
    """A unit whose observations the reader sees. Raises NotFound."""
    found = reader.unit(session, code)
    if not observed_by(reader, session).sees(office.key(found)):
        raise NotFound("unit", code)
    return found


@router.get("", operation_id="listObservations", summary="Observations of citizens", response_model=ObservationList)
def list_observations(
    request: Request,
    reader: Reading,
    page: Page,
    unit: UnitFilter = None,
    state: Annotated[ObservationState | None, Query(description="Only in this state.")] = None,
    kind: Annotated[ObservationKind | None, Query(description="Only such.")] = None,
    channel: Annotated[Channel | None, Query(description="Only what came this way.")] = None,
    visit_asked: Annotated[bool, Query(description="Only those not answered yet on which a visit is wanted.")] = False,
    from_: Annotated[IsoDate | None, Query(alias="from", description="Only of this date or later.")] = None,
    to: Annotated[IsoDate | None, Query(description="Only of this date or earlier.")] = None,
) -> Response:
    """What citizens said of units one sees, the newest first; nothing of a unit that one heads."""
    wanted = Wanted(state or "", kind or "", channel or "", "", visit_asked, from_, to)
    with service(request).database.reading() as session:
        within = observed_by(reader, session, unit)
        rows, total = observations.listed(session, within, wanted, limit=page.limit, offset=page.offset)
        told = _told_all(session, rows)
    return listed(Listed(told, total), page)


@router.get(
    "/{id}", operation_id="getObservation", summary="One observation", response_model=ObservationWithFacts
)  # fmt: skip
def get_observation(request: Request, id: Number, reader: Reading) -> Response:
    """With the facts at that time beside it: roster, presence, how far terminals were read."""
    parts = service(request)
    with parts.database.reading() as session:
        row = observations.get(session, observed_by(reader, session), id)
        found = facts_of(session, parts.settings.timezone, row, known_at=parts.now())
        reader.saw(session, "observations", people_in(found), at=parts.now(), key=row.on.isoformat())
        (told,) = _told_all(session, [(row, StoredTree(session).codes[row.unit_id])])
        return tagged(answer(told | {"facts": _facts(found, parts.settings.timezone)}), row.id, row.version)


@router.post(
    "", operation_id="addObservation", summary="Take in an observation", status_code=201, response_model=TakenIn
)
def add_observation(request: Request, given: NewObservation, reader: Taking) -> Response:
    """What came by suggestion box, hotline, letter or survey. Tell the citizen the `code`."""
    parts = service(request)
    said = Said(
        given.kind, given.text, given.date, time.fromisoformat(given.at) if given.at else None, given.contact,
        given.desk, given.document,
    )  # fmt: skip
    with parts.database.writing() as session:
        unit = seen_unit(reader, session, given.unit)
        taken = intake.take_in(
            session, parts.secret_key, reader.actor, office.key(unit), given.channel, said,
            zone=parts.settings.timezone, at=parts.now(),
        )  # fmt: skip
        (told,) = _told_all(session, [(taken.row, unit.code)])
    return tagged(answer(told | {"code": taken.code}, 201), taken.row.id, taken.row.version)


@router.post(
    "/{id}/looking", operation_id="takeUpObservation", summary="Look into it", response_model=Observation,
    openapi_extra=_MATCH,
)  # fmt: skip
def take_up(request: Request, id: Number, reader: Taking) -> Response:
    """The citizen is told that somebody looks into it. Not by whoever held that desk then."""
    parts = service(request)
    with parts.database.writing() as session:
        row = _found(request, session, reader, id)
        looking.take_up(session, row, reader.actor, at=parts.now())
        return _told(session, row)


@router.post(
    "/{id}/answer", operation_id="answerObservation", summary="Answer", response_model=Observation,
    openapi_extra=_MATCH,
)  # fmt: skip
def answer_it(request: Request, id: Number, given: Answering, reader: Taking) -> Response:
    """What you found beside the facts, why, and what the citizen is told; once. It changes no conclusion on anybody."""
    parts = service(request)
    with parts.database.writing() as session:
        row = _found(request, session, reader, id)
        looking.decide(
            session, row, reader.actor, given.outcome, reason=given.reason, answer=given.answer, at=parts.now()
        )
        return _told(session, row)


@router.post(
    "/{id}/erasure", operation_id="eraseObservation", summary="Erase words of it", response_model=Observation,
    openapi_extra=_MATCH,
)  # fmt: skip
def erase(request: Request, id: Number, given: Erasing, reader: Taking) -> Response:
    """Empties what the citizen wrote, how to reach them, or what they were told. That it was, and why, stays."""
    parts = service(request)
    with parts.database.writing() as session:
        row = _found(request, session, reader, id)
        looking.erase(session, row, reader.actor, given.part, why=given.why, at=parts.now())
        return _told(session, row)


@router.post(
    "/{id}/contact", operation_id="showCitizenContact", summary="How the citizen can be reached",
    response_model=CitizenContact,
    openapi_extra={"x-no-idempotency-key": "How somebody can be reached is stored encrypted alone."},
)  # fmt: skip
def show_contact(request: Request, id: Number, reader: Taking) -> Response:
    """Where they left it. Each time it is shown is written down."""
    parts = service(request)
    with parts.database.writing() as session:
        row = observations.get(session, observed_by(reader, session), id)
        found = contact.reveal(session, row, reader.actor, secret_key=parts.secret_key, at=parts.now())
    return answer({"contact": found})


@router.post(
    "/{id}/visit-request", operation_id="askForVisit", summary="Say that a visit is wanted",
    response_model=Observation, openapi_extra=_MATCH,
)  # fmt: skip
def ask_for_visit(request: Request, id: Number, reader: Taking) -> Response:
    """Inspectors of the unit find it in their list. Whether a visit is planned, nobody but its team is told."""
    parts = service(request)
    with parts.database.writing() as session:
        row = _found(request, session, reader, id)
        opening.ask_for_visit(session, row, reader.actor, at=parts.now())
        return _told(session, row)


@router.post(
    "/{id}/visits", operation_id="openVisit", summary="Plan a visit on it", status_code=201, response_model=OpenedVisit
)
def open_visit(
    request: Request, id: Number, given: OpeningVisit, reader: Annotated[Reader, Depends(may("visits.do"))]
) -> Response:
    """A surprise visit of a team you are in. It leaves no trace that anybody outside the team could find."""
    parts = service(request)
    with parts.database.writing() as session:
        reading = reader.elsewhere(session, "observations.read")
        seen = seen_by(session, reading, reader.user.employee_id, reader.user.grants, reader.today)
        row = observations.get(session, seen, id)
        visit = opening.open_visit(
            session, row, given.team, reader.within, planned_for=given.planned_for, note=given.note, by=reader.actor,
            today=reader.today, at=parts.now(),
        )  # fmt: skip
        key = visit.key
    return answer({"visit": key}, 201)


def _found(request: Request, session: Session, reader: Reader, number: int) -> ObservationRow:
    """An observation the reader sees, held until the transaction ends. Raises NotFound, ChangedSince."""
    row = observations.get(session, observed_by(reader, session), number, change=True)
    check_match(request, row.id, row.version, looking.last_change(row))
    return row


def _told(session: Session, row: ObservationRow) -> Response:
    (told,) = _told_all(session, [(row, StoredTree(session).codes[row.unit_id])])
    return tagged(answer(told), row.id, row.version)


def _told_all(session: Session, rows: list[tuple[ObservationRow, str]]) -> list[dict[str, Any]]:
    names = observations.point_names(session, {row.point_id for row, _ in rows if row.point_id is not None})
    return [
        {
            "id": row.id, "version": row.version, "unit": unit,
            "point": names.get(row.point_id) if row.point_id is not None else None,
            "desk": row.desk, "channel": row.channel, "kind": row.kind, "date": row.on,
            "at": f"{row.wall_time:%H:%M}" if row.wall_time is not None else None,
            "text": row.text, "has_contact": bool(row.contact), "document": row.document, "state": row.state,
            "received_at": row.received_at, "taken_by": row.taken_by or None, "looked_at": row.looked_at,
            "looked_by": row.looked_by or None, "outcome": row.outcome or None, "reason": row.reason,
            "answer": row.answer, "decided_at": row.decided_at, "decided_by": row.decided_by or None,
            "visit_asked_at": row.visit_asked_at, "visit_asked_by": row.visit_asked_by or None,
        }
        for row, unit in rows
    ]  # fmt: skip


def _facts(found: Facts, zone: str) -> dict[str, Any]:
    presence = found.presence

    def said(wall: datetime | None) -> str | None:
        return clock.local_iso(wall, zone) if wall is not None else None

    return {
        "known_at": found.known_at,
        "working_time": presence.hours.working if presence is not None else None,
        "counts": presence.counts() if presence is not None else None,
        "needed": found.needed,
        "on_duty": [
            {
                "employee": each.line.employee, "name": each.line.name, "desk": each.line.desk,
                "starts": said(each.line.starts), "ends": said(each.line.ends),
                "state": each.person.state if each.person is not None else None,
                "since": said(each.person.since) if each.person is not None else None,
            }
            for each in found.on_duty
        ],
        "terminals": [
            {"terminal": each.code, "read_to": said(each.read_to)} for each in (presence.terminals if presence else ())
        ],
    }  # fmt: skip
