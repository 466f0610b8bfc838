"""Minutes of visits: written, sealed, annexed, printed; and what follows from them."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query, Request, Response

from api.annex_papers import annex_paper
from api.handing_out import handed_out
from api.http.answers import answer
from api.http.auth import came
from api.http.schemas.minutes import (
    AddAnnex,
    Annexes,
    FollowupAnswer,
    FollowupDecision,
    Followups,
    Minutes,
    SealMinutes,
    WrittenMinutes,
)
from api.http.scope import Reader, may
from api.http.service import service
from api.printing.minutes import drawing
from api.printing.signed_pdf import signed
from attendance.services import own_account
from attendance.services.impartial import Decider
from attendance.services.visiting import followups as following
from attendance.services.visiting import sealing
from attendance.services.visiting.entering import own_visit, teams_in_force
from attendance.services.visiting.minutes import keep_written
from attendance.services.visiting.reading import ShownVisit, shown_visit
from attendance.services.visiting.sealing import Sealing
from attendance.store import followups as stored
from attendance.store import minutes as kept
from attendance.store.database import Session
from attendance.store.followups import Followed
from attendance.store.minutes_tables import MinutesRow
from reports import visit_told

router = APIRouter(tags=["inspections"])
Key = Annotated[str, Path(max_length=32, description="Key of the visit.", examples=["k7mq2w9xtrbn4cps"])]
Number = Annotated[int, Path(ge=1, le=99, description="Of the conclusion in its minutes.", examples=[1])]
AnnexNumber = Annotated[int, Path(ge=1, le=9999, description="Of the annex in its minutes.", examples=[1])]
Reading = Annotated[Reader, Depends(may("visits.read"))]
Doing = Annotated[Reader, Depends(may("visits.do"))]
Answering = Annotated[Reader, Depends(may("visits.answer"))]
_PASSWORD = {"x-no-idempotency-key": "It asks for a password; sealing again is refused."}
MOST_FOLLOWUPS = 500


@router.get(
    "/inspections/{key}/minutes", operation_id="getMinutes", summary="Minutes of a visit", response_model=Minutes
)
def get_minutes(request: Request, reader: Reading, key: Key) -> Response:
    """Sealed ones for whoever reads visits of the unit; for the team, before, as they would be sealed now."""
    with service(request).database.reading() as session:
        return _told(request, session, reader, _shown(request, session, reader, key))


@router.put(
    "/inspections/{key}/minutes",
    operation_id="writeMinutes",
    summary="Write the text of minutes",
    response_model=Minutes,
)
def write_minutes(request: Request, reader: Doing, key: Key, given: WrittenMinutes) -> Response:
    """Takes the place of the text before. Answers 409 where another member wrote meanwhile, or they are sealed."""
    parts = service(request)
    with parts.database.writing() as session:
        visit = own_visit(session, reader.user.user_id, key, reader.today)
        keep_written(session, visit, given.written(), by=reader.actor, at=parts.now(), version=given.version)
        return _told(request, session, reader, _shown(request, session, reader, key))


@router.post(
    "/inspections/{key}/minutes",
    operation_id="sealMinutes",
    summary="Seal minutes",
    response_model=Minutes,
    status_code=201,
    openapi_extra=_PASSWORD,
)
def seal_minutes(request: Request, reader: Doing, key: Key, given: SealMinutes) -> Response:
    """By the head of the team, with their password once more and the signatures of both sides. From then on nothing in
    them changes. Those not found at work become findings of an inspection, without minutes."""
    parts = service(request)
    with parts.database.reading() as session:
        sealing.check_head(session, own_visit(session, reader.user.user_id, key, reader.today), reader.actor)
    own_account.prove(parts.accounts, reader.user, given.password, came(request, reader.user.name))
    signatures = [one.signature() for one in given.signatures]
    with parts.database.writing() as session:
        visit = own_visit(session, reader.user.user_id, key, reader.today)
        sealing.seal(
            session, parts.settings.timezone, visit, signatures, by=Sealing(reader.actor, parts.secret_key),
            draw=drawing(verify_address(request)), version=given.version, at=parts.now(),
        )  # fmt: skip
        return _told(request, session, reader, _shown(request, session, reader, key), 201)


@router.get(
    "/inspections/{key}/minutes.pdf",
    operation_id="getMinutesPdf",
    summary="Sealed minutes as PDF",
    response_class=Response,
    responses={
        200: {
            "content": {"application/pdf": {}},
            "description": "The PDF as it was sealed; the office's signature may stand behind it.",
        }
    },
)
def get_minutes_pdf(request: Request, reader: Reading, key: Key) -> Response:
    """In Vietnamese, A4, PDF/A-3, with its data and its seal inside: `attendance verify FILE` checks it anywhere."""
    with service(request).database.reading() as session:
        shown = _shown(request, session, reader, key)
        row = shown.sealed
        saw_minutes(request, session, reader, shown)
        return pdf_answer(request, reader, row.pdf, row.code)


@router.get(
    "/inspections/{key}/annexes", operation_id="listAnnexes", summary="Annexes to minutes", response_model=Annexes
)
def list_annexes(request: Request, reader: Reading, key: Key) -> Response:
    """In order; each holds the digest of what was sealed before it."""
    with service(request).database.reading() as session:
        return answer(visit_told.annexes(session, _shown(request, session, reader, key)))


@router.get(
    "/inspections/{key}/annexes/{number}.pdf",
    operation_id="getAnnexPdf",
    summary="An annex as PDF",
    response_class=Response,
    responses={200: {"content": {"application/pdf": {}}, "description": "Its data as it was sealed, and a seal."}},
)
def get_annex_pdf(request: Request, reader: Reading, key: Key, number: AnnexNumber) -> Response:
    """In Vietnamese, A4, PDF/A-3, with its data and a seal inside: `attendance verify FILE` checks it anywhere."""
    return annex_answer(request, reader, key, number)


@router.post(
    "/inspections/{key}/annexes",
    operation_id="addAnnex",
    summary="Add an annex to sealed minutes",
    response_model=Annexes,
    status_code=201,
    openapi_extra=_PASSWORD,
)
def add_annex(request: Request, reader: Doing, key: Key, given: AddAnnex) -> Response:
    """By the head of the team, signed as the minutes were."""
    parts = service(request)
    with parts.database.reading() as session:
        sealing.check_head(session, own_visit(session, reader.user.user_id, key, reader.today), reader.actor)
    own_account.prove(parts.accounts, reader.user, given.password, came(request, reader.user.name))
    signatures = [one.signature() for one in given.signatures]
    with parts.database.writing() as session:
        visit = own_visit(session, reader.user.user_id, key, reader.today)
        sealing.add_annex(
            session, parts.settings.timezone, visit, given.text, signatures,
            by=Sealing(reader.actor, parts.secret_key), at=parts.now(),
        )  # fmt: skip
        return answer(visit_told.annexes(session, _shown(request, session, reader, key)), 201)


@router.get("/followups", operation_id="listFollowups", summary="What follows from visits", response_model=Followups)
def list_followups(
    request: Request,
    reader: Reading,
    overdue: Annotated[bool, Query(description="Only those whose deadline passed without a report.")] = False,
) -> Response:
    """Conclusions of sealed minutes of the units you see and of your teams, open ones first, by deadline."""
    with service(request).database.reading() as session:
        teams = [team.id or 0 for team in teams_in_force(session, reader.user.user_id, reader.today)]
        found = stored.within(
            session, reader.within, teams, overdue_on=reader.today if overdue else None, limit=MOST_FOLLOWUPS
        )
        shown = following.overdue(found, reader.today) if overdue else found
        return _followups(request, session, shown, reader)


@router.get(
    "/inspections/{key}/followups",
    operation_id="listVisitFollowups",
    summary="What follows from a visit",
    response_model=Followups,
)
def list_visit_followups(request: Request, reader: Reading, key: Key) -> Response:
    """The conclusions of its minutes and what became of them."""
    with service(request).database.reading() as session:
        return _of_visit(request, session, reader, key)


@router.post(
    "/inspections/{key}/followups/{number}/answer",
    operation_id="answerFollowup",
    summary="Report on a conclusion",
    response_model=Followups,
)
def answer_followup(request: Request, reader: Answering, key: Key, number: Number, given: FollowupAnswer) -> Response:
    """The unit says what it did."""
    parts = service(request)
    with parts.database.writing() as session:
        row = answered_minutes(session, reader, key)
        following.answer(session, row, number, given.text, by=reader.actor, version=given.version, at=parts.now())
        return _of_visit(request, session, reader, key)


@router.post(
    "/inspections/{key}/followups/{number}/decision",
    operation_id="decideFollowup",
    summary="Say whether a conclusion is done",
    response_model=Followups,
)
def decide_followup(request: Request, reader: Reading, key: Key, number: Number, given: FollowupDecision) -> Response:
    """By the team, or by a leader responsible for the unit: never by the unit's own head or whoever reported."""
    parts = service(request)
    with parts.database.writing() as session:
        row = _shown(request, session, reader, key).sealed
        following.decide(
            session, row, number, given.act, given.note, by=decider(session, reader), today=reader.today,
            version=given.version, at=parts.now(),
        )  # fmt: skip
        return _of_visit(request, session, reader, key)


def verify_address(request: Request) -> str:
    """Where a code is looked up, as the QR code says it."""
    base = service(request).settings.public_url or str(request.base_url)
    return f"{base.rstrip('/')}/verify"


def decider(session: Session, reader: Reader) -> Decider:
    """Somebody with the units for which they answer for visits."""
    return Decider(reader.actor, reader.elsewhere(session, "visits.answer"))


def answered_minutes(session: Session, reader: Reader, key: str) -> MinutesRow:
    """Sealed minutes of a unit for which the reader answers. Raises NotFound."""
    return shown_visit(session, -1, reader.within, key, reader.today).sealed


def saw_minutes(request: Request, session: Session, reader: Reader, shown: ShownVisit) -> None:
    """Write down whom the reader is shown in sealed minutes."""
    if shown.minutes is not None:
        people = kept.people(session, shown.minutes.id)
        reader.saw_people(session, "minutes", people, at=service(request).now(), key=shown.visit.key)


def pdf_answer(request: Request, reader: Reader, pdf: bytes, code: str) -> Response:
    """A paper as it was sealed, and behind that the office's signature, if it has a certificate."""
    content = signed(pdf, service(request).settings)
    handed_out(request, reader, content, paper="minutes", rows=1, visit=code, format="pdf")
    headers = {"Content-Disposition": f'inline; filename="bien-ban-{code}.pdf"', "Cache-Control": "private, no-store"}
    return Response(content, media_type="application/pdf", headers=headers)


def annex_answer(request: Request, reader: Reader, key: str, number: int) -> Response:
    """The PDF of an annex to minutes the reader may read. Raises NotFound."""
    parts = service(request)
    with parts.database.reading() as session:
        row = _shown(request, session, reader, key).sealed
        session.expunge(row)
    pdf = annex_paper(parts.database, parts.secret_key, row, number, verify_address(request), parts.now())
    return pdf_answer(request, reader, pdf, f"{row.code}-phu-luc-{number}")


def _shown(request: Request, session: Session, reader: Reader, key: str) -> ShownVisit:
    return shown_visit(session, reader.user.user_id, reader.within, key, reader.today)


def _told(request: Request, session: Session, reader: Reader, shown: ShownVisit, status: int = 200) -> Response:
    parts = service(request)
    told, people = visit_told.minutes(session, parts.settings.timezone, shown, parts.now())
    reader.saw_people(session, "minutes", people, at=parts.now(), key=shown.visit.key)
    return answer(told, status)


def _of_visit(request: Request, session: Session, reader: Reader, key: str) -> Response:
    shown = _shown(request, session, reader, key)
    return _followups(request, session, stored.of_minutes(session, shown.sealed.id), reader)


def _followups(request: Request, session: Session, found: list[Followed], reader: Reader) -> Response:
    return answer(visit_told.followups(session, service(request).settings.timezone, found, reader.today))
