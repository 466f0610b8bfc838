"""Draws of units to visit: every query."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from sqlmodel import Session, col, select

from attendance.store.draw_tables import DrawRow, DrawVisitRow
from attendance.store.tables import UnitRow
from attendance.store.visit_tables import TeamRow, VisitRow


def add(session: Session, row: DrawRow, visit_ids: Sequence[int]) -> None:
    """Store a draw with the visits that came of it, in the order the units were taken."""
    session.add(row)
    session.flush()
    assert row.id is not None
    for place, visit_id in enumerate(visit_ids, 1):
        session.add(DrawVisitRow(draw_id=row.id, place=place, visit_id=visit_id))
    session.flush()


def find(session: Session, key: str) -> tuple[DrawRow, TeamRow] | None:
    query = select(DrawRow, TeamRow).join(TeamRow, col(TeamRow.id) == col(DrawRow.team_id)).where(DrawRow.key == key)
    return session.exec(query).one_or_none()


def every(session: Session) -> list[tuple[DrawRow, TeamRow]]:
    """Every draw with its team, the newest first."""
    query = select(DrawRow, TeamRow).join(TeamRow, col(TeamRow.id) == col(DrawRow.team_id))
    return list(session.exec(query.order_by(col(DrawRow.id).desc())))


def visits_of(session: Session, rows: Collection[DrawRow]) -> dict[int, list[tuple[VisitRow, str]]]:
    """The visits that came of draws, each with the code of its unit, in the order they were taken."""
    found: dict[int, list[tuple[VisitRow, str]]] = {row.id or 0: [] for row in rows}
    query = (
        select(DrawVisitRow.draw_id, VisitRow, UnitRow.code)
        .join(VisitRow, col(VisitRow.id) == col(DrawVisitRow.visit_id))
        .join(UnitRow, col(UnitRow.id) == col(VisitRow.unit_id))
        .where(col(DrawVisitRow.draw_id).in_(found))
        .order_by(col(DrawVisitRow.draw_id), col(DrawVisitRow.place))
    )
    for number, visit, code in session.exec(query):
        found[number].append((visit, code))
    return found
