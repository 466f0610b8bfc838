"""Counters whose printed code leads citizens to a form, and scores of surveys: beside observations, mixed into none."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query, Request, Response

from api.http.answers import answer, listed
from api.http.params import Page, UnitFilter
from api.http.routers.observations import observed_by, seen_unit
from api.http.schemas.observations import (
    FeedbackPoint,
    FeedbackPointList,
    NewFeedbackPoint,
    NewSurveyScore,
    SurveyScore,
    SurveyScoreList,
)
from api.http.scope import Reader, may
from api.http.service import service
from attendance.services.citizens import points, scores
from attendance.services.citizens.scores import Score
from attendance.store import observations
from attendance.store.citizen_tables import FeedbackPointRow, SurveyScoreRow
from attendance.store.listing import Listed
from attendance.store.tree import StoredTree

router = APIRouter(prefix="/feedback-points", tags=["observations"])
surveys = APIRouter(prefix="/survey-scores", tags=["observations"])
ROUTERS = (router, surveys)
Reading = Annotated[Reader, Depends(may("observations.read"))]
Taking = Annotated[Reader, Depends(may("observations.take"))]
Number = Annotated[int, Path(ge=1, le=2**31 - 1, description="Number of the counter.", examples=[3])]


@router.get("", operation_id="listFeedbackPoints", summary="Counters with a code", response_model=FeedbackPointList)
def list_points(request: Request, reader: Reading, page: Page, unit: UnitFilter = None) -> Response:
    """Those of units one sees, by unit and name; revoked ones last."""
    with service(request).database.reading() as session:
        found = observations.points(session, observed_by(reader, session, unit))
        part = found[page.offset : page.offset + page.limit]
        told = [_told(row, code, came) for row, code, came in part]
    return listed(Listed(told, len(found)), page)


@router.post(
    "", operation_id="addFeedbackPoint", summary="Set a counter up", status_code=201, response_model=FeedbackPoint
)
def add_point(request: Request, given: NewFeedbackPoint, reader: Taking) -> Response:
    """A counter with a code of its own; its sheet is printed from the pages."""
    parts = service(request)
    with parts.database.writing() as session:
        unit = seen_unit(reader, session, given.unit)
        row = points.add_point(session, reader.actor, unit, given.name, given.desk, at=parts.now())
        return answer(_told(row, unit.code, 0), 201)


@router.post("/{id}/renew", operation_id="renewFeedbackPoint", summary="Another code", response_model=FeedbackPoint)
def renew_point(request: Request, id: Number, reader: Taking) -> Response:
    """Sheets printed before lead nowhere from now on; a revoked counter takes forms again."""
    parts = service(request)
    with parts.database.writing() as session:
        row = observations.point(session, observed_by(reader, session), id, change=True)
        points.renew(session, reader.actor, row, at=parts.now())
        return answer(_told(row, StoredTree(session).codes[row.unit_id], None))


@router.post("/{id}/revoke", operation_id="revokeFeedbackPoint", summary="Revoke", response_model=FeedbackPoint)
def revoke_point(request: Request, id: Number, reader: Taking) -> Response:
    """Its code leads nowhere; what came by it stays."""
    parts = service(request)
    with parts.database.writing() as session:
        row = observations.point(session, observed_by(reader, session), id, change=True)
        points.revoke(session, reader.actor, row, at=parts.now())
        return answer(_told(row, StoredTree(session).codes[row.unit_id], None))


@surveys.get("", operation_id="listSurveyScores", summary="Scores of surveys", response_model=SurveyScoreList)
def list_scores(
    request: Request,
    reader: Reading,
    page: Page,
    unit: UnitFilter = None,
    year: Annotated[int | None, Query(ge=2000, le=2100, description="Only of this year.")] = None,
) -> Response:
    """One number per unit and quarter, with n; shown beside figures of attendance, mixed into none."""
    with service(request).database.reading() as session:
        within = observed_by(reader, session, unit)
        rows, total = observations.scores(session, within, year=year, limit=page.limit, offset=page.offset)
        told = [_score(row, code) for row, code in rows]
    return listed(Listed(told, total), page)


@surveys.post("", operation_id="addSurveyScore", summary="Enter a score", status_code=201, response_model=SurveyScore)
def add_score(request: Request, given: NewSurveyScore, reader: Taking) -> Response:
    """Another one for the same quarter takes the place of the one before, which is kept."""
    parts = service(request)
    with parts.database.writing() as session:
        unit = seen_unit(reader, session, given.unit)
        new = Score(given.year, given.quarter, given.score, given.scale, given.n, given.document)
        row = scores.add_score(session, reader.actor, unit, new, today=parts.today(), at=parts.now())
        return answer(_score(row, unit.code), 201)


def _told(row: FeedbackPointRow, unit: str, came: int | None) -> dict[str, Any]:
    found = {
        "id": row.id, "unit": unit, "name": row.name, "desk": row.desk, "path": f"/gop-y/{row.token}",
        "revoked_at": row.revoked_at,
    }  # fmt: skip
    return found | {"came": came}


def _score(row: SurveyScoreRow, unit: str) -> dict[str, Any]:
    return {
        "unit": unit, "year": row.year, "quarter": row.quarter, "score": row.score, "scale": row.scale, "n": row.n,
        "document": row.document,
    }  # fmt: skip
