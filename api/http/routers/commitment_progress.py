"""How commitments stand by the facts, and their reviews."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Path, Query, Request
from fastapi.responses import Response

from api.http.answers import answer, listed
from api.http.params import Page, UnitFilter, moment
from api.http.schemas.commitment_progress import ProgressListTold, ProgressTold, Reviewing, ReviewTold
from api.http.scope import Reader, may
from api.http.service import service
from api.pages.names import name_key
from attendance import clock
from attendance.errors import Invalid
from attendance.services.commitments import reviewing
from attendance.services.commitments.reading import seen
from attendance.services.impartial import Decider
from attendance.store.database import Session
from attendance.store.listing import Listed
from reports.commitments import (
    ProgressFilter,
    ProgressView,
    ReviewView,
    Summary,
    progress_list,
    progress_view,
    review_view,
)

router = APIRouter(prefix="/commitments", tags=["commitments"])

Reading = Annotated[Reader, Depends(may("commitments.read"))]
Deciding = Annotated[Reader, Depends(may("commitments.review"))]
Number = Annotated[int, Path(ge=1, le=2**31 - 1, description="Number of the commitment.", examples=[31])]
VIEW = "commitment_progress"


@router.get(
    "/progress", operation_id="listCommitmentProgress", summary="How the commitments of a unit stand",
    response_model=ProgressListTold,
)  # fmt: skip
def list_progress(
    request: Request,
    reader: Reading,
    page: Page,
    unit: UnitFilter = None,
    year: Annotated[int | None, Query(ge=2000, le=2999, description="Default: this one.", examples=[2026])] = None,
    state: Annotated[
        Literal["kept", "at_risk", "broken", "open", "leaders"] | None,
        Query(description="Only these; kept is the list of all who kept every clause so far."),
    ] = None,
) -> Response:
    """Signed ones of a year, leaders on the same list."""
    parts = service(request)
    with parts.database.reading() as session:
        if unit is not None:
            reader.unit(session, unit)
        asked = ProgressFilter(year or reader.today.year, unit or "", state or "")
        found = progress_list(
            session, parts.settings.timezone, reader.within, asked, parts.now(), key=name_key, size=1_000_000
        )
        lines = found.lines[page.offset : page.offset + page.limit]
        reader.saw(session, VIEW, (line.employee for line in lines), at=parts.now())
    return listed(Listed([_summary(line) for line in lines], found.total), page)


@router.get(
    "/{id}/progress", operation_id="getCommitmentProgress", summary="How a commitment stands",
    response_model=ProgressTold,
)  # fmt: skip
def get_progress(
    request: Request,
    reader: Reading,
    id: Number,
    as_of: Annotated[
        str | None,
        Query(max_length=40, description="As known at this moment, ISO 8601. Default: now.",
              examples=["2026-11-20T17:00:00+07:00"]),
    ] = None,
) -> Response:  # fmt: skip
    """Each clause with the list behind its figure; with all signed texts that followed each other."""
    parts = service(request)
    zone, now = parts.settings.timezone, parts.now()
    at = moment(as_of, zone) or now
    if at > now:
        raise Invalid("What will be known is not known yet; give a moment that has passed.")
    with parts.database.reading() as session:
        row = seen(session, reader.within, id, reader.today)
        view = progress_view(session, zone, row, reader.elsewhere(session, "attendance.read"), at, now)
        reader.saw(session, VIEW, view.shown, at=now, key=str(id))
    return answer(_told(request, view))


@router.get(
    "/{id}/review", operation_id="getCommitmentReview", summary="The review of a commitment",
    response_model=ReviewTold,
)  # fmt: skip
def get_review(request: Request, reader: Reading, id: Number) -> Response:
    """The facts as they were when it was reviewed; before that, as they are now."""
    parts = service(request)
    with parts.database.reading() as session:
        seen(session, reader.within, id, reader.today)
        return _review(request, session, reader, id)


@router.post(
    "/{id}/review", operation_id="reviewCommitment", summary="Review a commitment", response_model=ReviewTold,
    status_code=201,
)  # fmt: skip
def review(request: Request, reader: Deciding, id: Number, given: Reviewing) -> Response:
    """What a person concludes after its last day, under the facts they saw: once and for good. Nobody reviews their
    own. Answers 409 where it is not time, was reviewed, or the facts are others by now."""
    parts = service(request)
    with parts.database.writing() as session:
        seen(session, reader.within, id, reader.today)
        reviewing.review(
            session, parts.settings.timezone, id, Decider(reader.actor, reader.within), outcome=given.outcome,
            remark=given.remark, seen=given.facts_digest, at=parts.now(),
        )  # fmt: skip
        return _review(request, session, reader, id, 201)


def _review(request: Request, session: Session, reader: Reader, number: int, status: int = 200) -> Response:
    parts = service(request)
    row = seen(session, reader.within, number, reader.today)
    zone = parts.settings.timezone
    view: ReviewView = review_view(session, zone, row, reader.elsewhere(session, "attendance.read"), None, parts.now())
    reader.saw(session, VIEW, view.progress.shown, at=parts.now(), key=str(number))
    at = view.reviewed_at
    content = {
        "facts": _told(request, view.progress),
        "facts_digest": view.digest,
        "obstacle": view.obstacle or None,
        "outcome": view.outcome or None,
        "remark": view.remark or None,
        "reviewed_by": view.reviewed_by or None,
        "reviewed_at": clock.local_iso(at, zone) if at is not None else None,
        "digest": view.review_digest or None,
        "holds": view.holds,
        "moved_on": view.moved_on,
    }
    return answer(content, status)


def _told(request: Request, view: ProgressView) -> dict[str, Any]:
    zone = service(request).settings.timezone
    return view.facts | {"known_at": clock.local_iso(view.known_at, zone), "is_over": view.is_over}


def _summary(line: Summary) -> dict[str, Any]:
    return {
        "commitment": line.number,
        "employee": line.employee or None,
        "name": line.name,
        "unit": line.unit,
        "post": line.post or None,
        "state": line.state,
        "known_days": line.known_days,
        "unknown_days": line.unknown_days,
        "is_over": line.is_over,
        "outcome": line.outcome or None,
        "clauses": [asdict(figure) for figure in line.clauses],
    }
