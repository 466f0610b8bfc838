"""Explanations: asked for, handed in, confirmed, decided, taken back, with what is attached to them."""

from __future__ import annotations

from typing import Annotated

from anyio.to_thread import run_sync
from fastapi import APIRouter, Depends, Path, Query, Request, Response
from starlette.datastructures import FormData, UploadFile

from api.http.answers import answer, listed
from api.http.params import EmployeeFilter, IsoDate, Page, UnitFilter, moment
from api.http.schemas.explanations import (
    AskedFor,
    Asking,
    Confirming,
    Covers,
    DecidingAlone,
    DecidingOnExplanation,
    Explanation,
    ExplanationList,
    ExplanationRequestList,
    ExplanationStatus,
    Ground,
    NewExplanation,
    TakingBack,
)
from api.http.scope import Reader, may
from api.http.service import service
from api.http.versions import check_match, tagged
from attendance.errors import Invalid, NotFound
from attendance.services import explanations
from attendance.services.explanations import attaching
from attendance.services.explanations.attaching import Sent
from attendance.services.explanations.handing_in import check_theirs
from attendance.services.explanations.telling import as_told
from attendance.services.impartial import Decider
from attendance.store import explanation_register, listing_explanations
from attendance.store.database import Session
from attendance.store.listing import Listed
from attendance.store.listing_explanations import Asked
from attendance.store.listing_keys import ViolationKey, read_question_id
from attendance.store.paper_tables import ExplanationRow
from attendance.store.within import Within

router = APIRouter(prefix="/explanations", tags=["explanations"])
on_violations = APIRouter(prefix="/violations", tags=["explanations"])
ROUTERS = (router, on_violations)

Reading = Annotated[Reader, Depends(may("explanations.read"))]
Filing = Annotated[Reader, Depends(may("explanations.file"))]
Number = Annotated[int, Path(ge=1, le=2**31 - 1, description="Number of the explanation.", examples=[12])]
Digest = Annotated[str, Path(pattern="^[0-9a-f]{64}$", description="SHA-256 of the attachment, in hexadecimal.")]
ViolationId = Annotated[
    str,
    Path(
        max_length=1000,
        description="Id of the violation; of the unverified minutes of a session it ends in `-unverified`.",
        examples=["57-20261120-am-late"],
    ),
]
_ENDINGS = {"image/jpeg": "jpg", "image/png": "png", "application/pdf": "pdf"}
_MATCH = {
    "parameters": [
        {
            "name": "If-Match",
            "in": "header",
            "required": False,
            "schema": {"type": "string", "maxLength": 200},
            "description": "The ETag of the explanation as it was looked at; answers 412 where it was changed since.",
        }
    ]
}
_FILE = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {"type": "object", "properties": {"file": {"type": "string", "format": "binary"}}}
            }
        },
    }
}


def reasons_of(reader: Reader, session: Session) -> Within:
    """The rows of which a reader is told why: where they may know reasons, or decide on them."""
    known = reader.elsewhere(session, "reasons.read")
    return known.joined(reader.elsewhere(session, "explanations.decide"))


@router.get("", operation_id="listExplanations", summary="Explanations", response_model=ExplanationList)
def list_explanations(
    request: Request,
    reader: Reading,
    page: Page,
    unit: UnitFilter = None,
    employee: EmployeeFilter = None,
    status: Annotated[ExplanationStatus | None, Query(description="Only in this state.")] = None,
    covers: Annotated[Covers | None, Query(description="Only about this.")] = None,
    ground: Annotated[Ground | None, Query(description="Only on this ground, where one may know it.")] = None,
    from_: Annotated[IsoDate | None, Query(alias="from", description="Only of this date or later.")] = None,
    to: Annotated[IsoDate | None, Query(description="Only of this date or earlier.")] = None,
) -> Response:
    """Explanations and decisions one may see, the newest first. Reasons are told only to who may know them."""
    parts = service(request)
    with parts.database.reading() as session:
        within = reader.narrowed(session, unit)
        person = reader.employee_id(session, employee) if employee is not None else None
        reasons = reasons_of(reader, session)
        asked = Asked((status,) if status else (), person, covers=covers, ground=ground, from_on=from_, to_on=to)
        found = listing_explanations.explanations(session, within, reasons, asked, limit=page.limit, offset=page.offset)
        reader.saw(session, "explanations", (row["employee"] for row in found.rows), at=parts.now())
    return listed(Listed([as_told(row, reasons) for row in found.rows], found.total), page)


@router.get(
    "/requests", operation_id="listExplanationRequests", summary="Who was asked", response_model=ExplanationRequestList
)
def list_requests(
    request: Request,
    reader: Reading,
    page: Page,
    unit: UnitFilter = None,
    employee: EmployeeFilter = None,
    waiting: Annotated[bool, Query(description="Only what still waits for an answer.")] = False,
) -> Response:
    """Who was asked to explain what, the newest first."""
    parts = service(request)
    with parts.database.reading() as session:
        within = reader.narrowed(session, unit)
        person = reader.employee_id(session, employee) if employee is not None else None
        reasons = reasons_of(reader, session)
        found = listing_explanations.requests(
            session, within, employee_id=person, unanswered=waiting, limit=page.limit, offset=page.offset
        )
        reader.saw(session, "explanations", (row["employee"] for row in found.rows), at=parts.now())
    return listed(Listed([as_told(row, reasons) for row in found.rows], found.total), page)


@router.post(
    "/requests", operation_id="askForExplanations", summary="Ask for explanations", status_code=201,
    response_model=AskedFor,
)  # fmt: skip
def ask(request: Request, given: Asking, reader: Annotated[Reader, Depends(may("explanations.ask"))]) -> Response:
    """Ask people to explain; who was asked before is not asked again. One that is not found: nobody is asked."""
    parts = service(request)
    keys = [_key(text) for text in given.violations]
    with parts.database.writing() as session:
        by = Decider(reader.actor, reader.within)
        done = explanations.ask(
            session, by, keys, note=given.note, due_on=given.due_on, zone=parts.settings.timezone, at=parts.now()
        )
    said = {"asked": [str(key) for key in done.asked], "not_needed": [str(key) for key in done.not_needed]}
    return answer(said, 201)


@router.get("/{id}", operation_id="getExplanation", summary="One explanation", response_model=Explanation)
def get_explanation(request: Request, id: Number, reader: Reading) -> Response:
    """The explanation with all that happened to it; `ETag` names its version."""
    parts = service(request)
    with parts.database.reading() as session:
        row = listing_explanations.explanation(session, reader.within, id)
        told = _told(session, reader, row)
        reader.saw(session, "explanations", [listing_explanations.told(session, [row])[0]["employee"]], at=parts.now())
    return told


@router.get(
    "/{id}/attachments/{digest}", operation_id="getExplanationAttachment", summary="One attachment",
    response_class=Response, responses={200: {"content": {"application/octet-stream": {}}}},
)  # fmt: skip
def get_attachment(request: Request, id: Number, digest: Digest, reader: Reading) -> Response:
    """The bytes, to be saved and never shown in place. Not found also for who may not know reasons."""
    return attachment_of(request, reader, id, digest)


def attachment_of(request: Request, reader: Reader, number: int, digest: str) -> Response:
    """An attachment as a download, for whom reasons are."""
    parts = service(request)
    with parts.database.reading() as session:
        row = listing_explanations.explanation(session, reader.within, number)
        if not reasons_of(reader, session).sees(row.unit_id, row.employee_id):
            raise NotFound("attachment", digest)
        file = explanation_register.attachment(session, number, digest)
        content, media_type = file.content, file.media_type
        shown = listing_explanations.told(session, [row])[0]["employee"]
        reader.saw(session, "explanations", [shown], at=parts.now())
    name = f"giai-trinh-{number}-{digest[:8]}.{_ENDINGS[media_type]}"
    headers = {
        "Content-Disposition": f'attachment; filename="{name}"',
        "Content-Security-Policy": "sandbox; default-src 'none'",
    }
    return Response(content, media_type=media_type, headers=headers)


@router.post(
    "/{id}/attachments", operation_id="addExplanationAttachment", summary="Attach a file", response_model=Explanation,
    status_code=201, openapi_extra=_FILE,
)  # fmt: skip
async def attach(request: Request, id: Number, reader: Filing) -> Response:
    """A photograph (JPEG, PNG) or a PDF, while nobody decided."""
    return await run_sync(_attach, request, id, reader, await read_files(request, most=1))


async def read_files(request: Request, *, most: int) -> list[Sent]:
    """The files of a form that was sent, under the name `file`."""
    async with request.form(max_files=most, max_fields=20, max_part_size=1024 * 1024) as form:
        return await files_of(form)


async def files_of(form: FormData) -> list[Sent]:
    """The files a form holds under the name `file`; a field that was left empty is none."""
    return [
        Sent((each.filename or "")[:200], await each.read())
        for each in form.getlist("file")
        if isinstance(each, UploadFile) and (each.filename or each.size)
    ]


def _attach(request: Request, number: int, reader: Reader, sent: list[Sent]) -> Response:
    parts = service(request)
    with parts.database.writing() as session:
        row = _found(request, session, reader, number)
        check_theirs(session, row, Decider(reader.actor, reader.within))
        taken = attaching.check(sent)
        if not taken:
            raise Invalid("Send the file as `file` of a form (multipart/form-data).")
        attaching.attach(session, row, reader.actor, taken, at=parts.now())
        return _told(session, reader, row, 201)


@on_violations.post(
    "/{id}/explanations", operation_id="addExplanation", summary="Hand in an explanation", status_code=201,
    response_model=Explanation,
)  # fmt: skip
def add_explanation(request: Request, id: ViolationId, given: NewExplanation, reader: Filing) -> Response:
    """Of one's own violation; HR and heads enter a paper that was handed to them."""
    parts = service(request)
    with parts.database.writing() as session:
        row = explanations.hand_in(
            session, Decider(reader.actor, reader.within), _key(id), ground=given.ground, text=given.text,
            minutes=given.minutes, document=given.document,
            submitted_at=moment(given.submitted_at, parts.settings.timezone), zone=parts.settings.timezone,
            at=parts.now(),
        )  # fmt: skip
        return _told(session, reader, row, 201)


@on_violations.post(
    "/{id}/decision", operation_id="decideOnViolation", summary="Decide without an explanation", status_code=201,
    response_model=Explanation,
)  # fmt: skip
def decide_alone(
    request: Request,
    id: ViolationId,
    given: DecidingAlone,
    reader: Annotated[Reader, Depends(may("explanations.decide"))],
) -> Response:
    """Excuse a violation, or let it stand. Where an explanation waits, this is the decision on it."""
    parts = service(request)
    with parts.database.writing() as session:
        row = explanations.decide_alone(
            session, Decider(reader.actor, reader.within), _key(id), given.decision, minutes=given.minutes,
            reason=given.reason, zone=parts.settings.timezone, at=parts.now(),
        )  # fmt: skip
        return _told(session, reader, row, 201)


@router.post(
    "/{id}/confirmation", operation_id="confirmExplanation", summary="Confirm as the superior",
    response_model=Explanation, openapi_extra=_MATCH,
)  # fmt: skip
def confirm(
    request: Request, id: Number, given: Confirming, reader: Annotated[Reader, Depends(may("explanations.confirm"))]
) -> Response:
    """The direct superior says that it was so, or that it was not. Nobody their own."""
    parts = service(request)
    with parts.database.writing() as session:
        row = _found(request, session, reader, id)
        by = Decider(reader.actor, reader.within)
        explanations.confirm(session, row, by, given.confirmation, note=given.note, at=parts.now())
        return _told(session, reader, row)


@router.post(
    "/{id}/decision", operation_id="decideExplanation", summary="Decide", response_model=Explanation,
    openapi_extra=_MATCH,
)  # fmt: skip
def decide(
    request: Request,
    id: Number,
    given: DecidingOnExplanation,
    reader: Annotated[Reader, Depends(may("explanations.decide"))],
) -> Response:
    """All, a part, or none of it, with the reason, once. Nobody their own; a head's is decided one level up."""
    parts = service(request)
    with parts.database.writing() as session:
        row = _found(request, session, reader, id)
        explanations.decide(
            session, row, Decider(reader.actor, reader.within), given.decision, minutes=given.minutes, note=given.note,
            accepted_after_deadline=given.accepted_after_deadline, without_confirmation=given.without_confirmation,
            zone=parts.settings.timezone, at=parts.now(),
        )  # fmt: skip
        return _told(session, reader, row)


@router.post(
    "/{id}/withdrawal", operation_id="withdrawExplanation", summary="Take back", response_model=Explanation,
    openapi_extra=_MATCH,
)  # fmt: skip
def withdraw(request: Request, id: Number, given: TakingBack, reader: Filing) -> Response:
    """While nobody decided; whoever asked for it waits again."""
    parts = service(request)
    with parts.database.writing() as session:
        row = _found(request, session, reader, id)
        explanations.withdraw(session, row, Decider(reader.actor, reader.within), note=given.note, at=parts.now())
        return _told(session, reader, row)


def _key(text: str) -> ViolationKey:
    found = read_question_id(text)
    if found is None:
        raise NotFound("violation", text[:64])
    return found


def _found(request: Request, session: Session, reader: Reader, number: int) -> ExplanationRow:
    """An explanation the reader may see, held until the transaction ends. Raises NotFound, ChangedSince."""
    listing_explanations.explanation(session, reader.within, number)
    row = explanation_register.get(session, number)
    check_match(request, row.id, row.version, explanation_register.last_change(row))
    return row


def _told(session: Session, reader: Reader, row: ExplanationRow, status: int = 200) -> Response:
    session.flush()
    told = as_told(listing_explanations.told(session, [row])[0], reasons_of(reader, session))
    return tagged(answer(told, status), row.id, row.version)
