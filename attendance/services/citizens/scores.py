"""Scores of surveys among citizens: one number per unit and quarter with n, shown beside figures, mixed into none."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date, datetime

from attendance.services.citizens.intake import MOST_LINE
from attendance.services.citizens.problems import NotSaid
from attendance.services.citizens.wording import clean
from attendance.store import observations, office
from attendance.store.citizen_tables import SurveyScoreRow
from attendance.store.database import Session
from attendance.store.tables import UnitRow
from attendance.store.trail import Actor, record

MOST_SCALE = 1000
MOST_PEOPLE = 10_000_000


@dataclass(frozen=True, slots=True)
class Score:
    """`score` out of `scale`, as the survey has it; `n` people answered; `document`: where it is published."""

    year: int
    quarter: int
    score: float
    scale: float
    n: int
    document: str


def add_score(session: Session, by: Actor, unit: UnitRow, given: Score, *, today: date, at: datetime) -> SurveyScoreRow:
    """File a score; it takes the place of the one before for this unit and quarter. Raises NotSaid."""
    if not 1 <= given.quarter <= 4 or not 2000 <= given.year <= today.year:
        raise NotSaid("quarter", "Write a year from 2000 to this one and a quarter from 1 to 4.")
    if date(given.year, 3 * given.quarter - 2, 1) > today:
        raise NotSaid("quarter", f"Quarter {given.quarter} of {given.year} has not begun.")
    if not (math.isfinite(given.score) and 0 < given.scale <= MOST_SCALE and 0 <= given.score <= given.scale):
        raise NotSaid("score", f"A score lies from 0 to its scale, which is {MOST_SCALE} at most.")
    if not 1 <= given.n <= MOST_PEOPLE:
        raise NotSaid("people", "Write how many people answered; a score without it says nothing.")
    document = clean(given.document, MOST_LINE, lines=False)
    if not document:
        raise NotSaid("document", "Name the document or page the score is from.")
    row = observations.add_score(
        session,
        SurveyScoreRow(
            unit_id=office.key(unit), year=given.year, quarter=given.quarter, score=given.score, scale=given.scale,
            n=given.n, document=document, recorded_by=by.name, recorded_by_id=by.user_id, recorded_at=at,
        ),
    )  # fmt: skip
    after = {"unit": unit.code, "date": f"{given.year}-Q{given.quarter}", "document": document}
    record(session, by, "survey_score.recorded", kind="survey_score", key=str(row.id), after=after, at=at)
    return row
