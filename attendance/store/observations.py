"""Observations of citizens, counters and scores of surveys: every query."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, update
from sqlmodel import Session, col, select

from attendance.errors import NotFound
from attendance.store.citizen_tables import (
    ANSWERED,
    FORM,
    FeedbackPointRow,
    ObservationRow,
    ObservationVisitRow,
    SurveyScoreRow,
)
from attendance.store.tables import UnitRow
from attendance.store.visit_tables import VisitRow
from attendance.store.within import Within


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which observations; empty or None: any. `visit_asked`: only those not answered yet on which a visit is wanted."""

    state: str = ""
    kind: str = ""
    channel: str = ""
    outcome: str = ""
    visit_asked: bool = False
    from_on: date | None = None
    to_on: date | None = None


def listed(
    session: Session, within: Within, wanted: Wanted, *, limit: int, offset: int = 0
) -> tuple[list[tuple[ObservationRow, str]], int]:
    """Observations that may be seen with the code of their unit, newest first; and how many there are."""
    table = ObservationRow
    query = (
        select(table, UnitRow.code)
        .join(UnitRow, col(UnitRow.id) == col(table.unit_id))
        .where(*within.rows(col(table.unit_id)), *_asked(wanted))
    )
    total = session.scalar(select(func.count()).select_from(query.subquery(name="found"))) or 0
    newest = (col(table.received_at).desc(), col(table.id).desc())
    return list(session.exec(query.order_by(*newest).limit(limit).offset(offset))), total


def by_state(session: Session, within: Within) -> dict[str, int]:
    """How many observations that may be seen stand in each state; states of none are left out."""
    table = ObservationRow
    query = select(table.state, func.count()).where(*within.rows(col(table.unit_id))).group_by(col(table.state))
    return dict(session.exec(query).all())


def get(session: Session, within: Within, number: int, *, change: bool = False) -> ObservationRow:
    """One observation that may be seen; to `change` it, held until the transaction ends. Raises NotFound."""
    query = select(ObservationRow).where(ObservationRow.id == number, *within.rows(col(ObservationRow.unit_id)))
    if change:
        query = query.with_for_update().execution_options(populate_existing=True)
    found = session.exec(query).first()
    if found is None:
        raise NotFound("observation", str(number))
    return found


def by_code(session: Session, digest: str, *, change: bool = False) -> ObservationRow | None:
    query = select(ObservationRow).where(ObservationRow.code_digest == digest)
    return session.exec(query.with_for_update() if change else query).first()


def add(session: Session, row: ObservationRow) -> ObservationRow:
    session.add(row)
    session.flush()
    return row


def sent(
    session: Session, since: datetime, *, sender: str | None = None, point_id: int | None = None, most: int
) -> list[datetime]:
    """When the last `most` forms came since a moment, newest first: of a sender, of a counter, or of all."""
    table = ObservationRow
    query = select(table.received_at).where(table.channel == FORM, table.received_at > since)
    if sender is not None:
        query = query.where(table.sender == sender)
    if point_id is not None:
        query = query.where(table.point_id == point_id)
    return list(session.exec(query.order_by(col(table.received_at).desc()).limit(most)))


def has_sender(session: Session, before: datetime) -> bool:
    """Whether it is still known of some form up to a moment where it came from."""
    table = ObservationRow
    query = select(table.id).where(table.sender != "", table.received_at <= before).limit(1)
    return session.exec(query).first() is not None


def forget_senders(session: Session, before: datetime) -> None:
    """Where forms came from is forgotten once no bound looks at it any more."""
    table = ObservationRow
    old = update(table).where(col(table.sender) != "", col(table.received_at) <= before)
    session.execute(old.values(sender=""))


# counters ------------------------------------------------------------------------------------------------------------


def point_by_token(session: Session, token: str, *, change: bool = False) -> FeedbackPointRow | None:
    """The counter a code leads to, unless it was revoked."""
    query = select(FeedbackPointRow).where(FeedbackPointRow.token == token, col(FeedbackPointRow.revoked_at).is_(None))
    return session.exec(query.with_for_update() if change else query).first()


def points(session: Session, within: Within) -> list[tuple[FeedbackPointRow, str, int]]:
    """Counters that may be seen, by unit and name, revoked ones last; with the unit's code and what came by each."""
    table = FeedbackPointRow
    came = select(func.count()).where(col(ObservationRow.point_id) == col(table.id)).correlate(table).scalar_subquery()
    query = (
        select(table, UnitRow.code, came)
        .join(UnitRow, col(UnitRow.id) == col(table.unit_id))
        .where(*within.rows(col(table.unit_id)))
        .order_by(col(table.revoked_at).is_not(None), col(UnitRow.code), col(table.name), col(table.id))
    )
    return list(session.exec(query))


def point(session: Session, within: Within, number: int, *, change: bool = False) -> FeedbackPointRow:
    """One counter that may be seen. Raises NotFound."""
    query = select(FeedbackPointRow).where(FeedbackPointRow.id == number, *within.rows(col(FeedbackPointRow.unit_id)))
    found = session.exec(query.with_for_update() if change else query).first()
    if found is None:
        raise NotFound("counter", str(number))
    return found


def point_names(session: Session, numbers: Collection[int]) -> dict[int, str]:
    query = select(FeedbackPointRow.id, FeedbackPointRow.name).where(col(FeedbackPointRow.id).in_(set(numbers)))
    return {number: name for number, name in session.exec(query) if number is not None}


# visits --------------------------------------------------------------------------------------------------------------


def link_visit(session: Session, observation_id: int, visit_id: int, at: datetime) -> None:
    session.add(ObservationVisitRow(observation_id=observation_id, visit_id=visit_id, opened_at=at))
    session.flush()


def visits_on(session: Session, observation_id: int, team_ids: Collection[int]) -> list[VisitRow]:
    """Visits planned on an observation by one of these teams: nobody else is told of them."""
    query = (
        select(VisitRow)
        .join(ObservationVisitRow, col(ObservationVisitRow.visit_id) == col(VisitRow.id))
        .where(ObservationVisitRow.observation_id == observation_id, col(VisitRow.team_id).in_(set(team_ids)))
        .order_by(col(VisitRow.id))
    )
    return list(session.exec(query))


# surveys -------------------------------------------------------------------------------------------------------------


def add_score(session: Session, row: SurveyScoreRow) -> SurveyScoreRow:
    """File a score; the one that stood for the same unit and quarter is replaced, and kept."""
    table = SurveyScoreRow
    same = (col(table.unit_id) == row.unit_id, col(table.year) == row.year, col(table.quarter) == row.quarter)
    before = update(table).where(*same, col(table.replaced_at).is_(None))
    session.execute(before.values(replaced_at=row.recorded_at))
    session.add(row)
    session.flush()
    return row


def scores(
    session: Session, within: Within, *, year: int | None = None, limit: int, offset: int = 0
) -> tuple[list[tuple[SurveyScoreRow, str]], int]:
    """Scores that stand, with the code of their unit, the newest quarter first; and how many there are."""
    table = SurveyScoreRow
    query = (
        select(table, UnitRow.code)
        .join(UnitRow, col(UnitRow.id) == col(table.unit_id))
        .where(col(table.replaced_at).is_(None), *within.rows(col(table.unit_id)))
    )
    if year is not None:
        query = query.where(table.year == year)
    total = session.scalar(select(func.count()).select_from(query.subquery(name="found"))) or 0
    newest = (col(table.year).desc(), col(table.quarter).desc(), col(UnitRow.code))
    return list(session.exec(query.order_by(*newest).limit(limit).offset(offset))), total


def _asked(wanted: Wanted) -> list[Any]:
    table = ObservationRow
    found: list[Any] = [
        getattr(table, name) == value
        for name in ("state", "kind", "channel", "outcome")
        if (value := getattr(wanted, name))
    ]
    if wanted.visit_asked:
        found += [col(table.visit_asked_at).is_not(None), table.state != ANSWERED]
    if wanted.from_on is not None:
        found.append(table.on >= wanted.from_on)
    if wanted.to_on is not None:
        found.append(table.on <= wanted.to_on)
    return found
