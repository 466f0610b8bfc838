"""What was noted during visits: every query. Rows are added and read, and never changed here."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import func
from sqlalchemy.orm import defer
from sqlmodel import Session, col, select

from attendance.store.visit_mark_tables import VisitCheckItemRow, VisitCheckRow, VisitMarkRow, VisitPhotoRow
from attendance.store.visit_tables import TeamRow, VisitRow


def number_of(row: VisitRow | TeamRow) -> int:
    """The number of a stored row."""
    assert row.id is not None
    return row.id


def locked(session: Session, visit_id: int) -> VisitRow:
    """The visit as it is now, held until the transaction ends: it is begun, noted to and sealed by one at a time."""
    return session.get_one(VisitRow, visit_id, with_for_update=True, populate_existing=True)


def marks(session: Session, visit_id: int) -> list[VisitMarkRow]:
    """Every mark, in the order noted; of two of the same moment the one that came first."""
    table = VisitMarkRow
    query = select(table).where(col(table.visit_id) == visit_id)
    return list(session.exec(query.order_by(col(table.noted_at), col(table.received_at), col(table.id))))


def checks(session: Session, visit_id: int) -> list[VisitCheckRow]:
    """Every answer to the checklist, in the order noted."""
    table = VisitCheckRow
    query = select(table).where(col(table.visit_id) == visit_id)
    return list(session.exec(query.order_by(col(table.noted_at), col(table.received_at), col(table.id))))


def photos(session: Session, visit_id: int) -> list[VisitPhotoRow]:
    """Every photograph without its bytes, in the order noted."""
    table = VisitPhotoRow
    query = select(table).where(col(table.visit_id) == visit_id).options(defer(col(table.content)))  # type: ignore[arg-type]
    return list(session.exec(query.order_by(col(table.noted_at), col(table.id))))


def photo(session: Session, visit_id: int, digest: str) -> VisitPhotoRow | None:
    """A photograph of a visit with its bytes."""
    query = select(VisitPhotoRow).where(col(VisitPhotoRow.visit_id) == visit_id, col(VisitPhotoRow.digest) == digest)
    return session.exec(query.limit(1)).first()


def photo_count(session: Session, visit_id: int) -> int:
    query = select(func.count()).select_from(VisitPhotoRow).where(col(VisitPhotoRow.visit_id) == visit_id)
    return int(session.scalar(query) or 0)


def sent_before(session: Session, visit_id: int, client_ids: Collection[str]) -> set[str]:
    """Which of these ids of phones are taken already, as a mark, an answer or a photograph of this visit."""
    found: set[str] = set()
    for table in (VisitMarkRow, VisitCheckRow, VisitPhotoRow):
        query = select(col(table.client_id)).where(
            col(table.visit_id) == visit_id, col(table.client_id).in_(list(client_ids))
        )
        found.update(session.exec(query))
    return found


def add(session: Session, rows: Sequence[VisitMarkRow | VisitCheckRow | VisitPhotoRow | VisitCheckItemRow]) -> None:
    session.add_all(rows)
    session.flush()


def items(session: Session, team_id: int) -> list[VisitCheckItemRow]:
    """Every point a team ever had on its checklist, in the order of the list."""
    table = VisitCheckItemRow
    query = select(table).where(col(table.team_id) == team_id).order_by(col(table.place), col(table.id))
    return list(session.exec(query))


def end_item(session: Session, row: VisitCheckItemRow, by: str, at: datetime) -> None:
    row.ended_at, row.ended_by = at, by
    session.add(row)
    session.flush()


def with_content(session: Session, visit_id: int) -> set[int]:
    """Numbers of the photographs whose bytes were not destroyed."""
    table = VisitPhotoRow
    query = select(col(table.id)).where(col(table.visit_id) == visit_id, col(table.content) != b"")
    return {number for number in session.exec(query) if number is not None}
