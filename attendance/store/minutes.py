"""Minutes of visits: drafts, sealed ones, annexes. What is sealed is written once."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any, NamedTuple

import zstandard
from sqlmodel import Session, col, select

from attendance.store.minutes_tables import AnnexRow, MinutesDraftRow, MinutesPersonRow, MinutesRow
from attendance.store.tables import UnitRow
from attendance.store.visit_tables import TeamMemberRow, VisitRow
from attendance.store.within import Within

_LEVEL = 9


class Named(NamedTuple):
    """Sealed minutes that name a person on a date."""

    visit: str
    number: str
    code: str
    found: str
    wall_time: datetime
    unit_id: int


_NAMED = (
    VisitRow.key, MinutesRow.number, MinutesRow.code, MinutesPersonRow.found, VisitRow.wall_time, MinutesRow.unit_id,
)  # fmt: skip


def draft(session: Session, visit_id: int) -> MinutesDraftRow | None:
    return session.get(MinutesDraftRow, visit_id)


def keep_draft(
    session: Session, visit_id: int, written: dict[str, Any], *, by: str, at: datetime, version: int | None
) -> MinutesDraftRow | None:
    """Keep what was written; None: somebody else wrote since `version`, and nothing was kept."""
    row = session.get(MinutesDraftRow, visit_id, with_for_update=True)
    if row is None:
        row = MinutesDraftRow(visit_id=visit_id, written=written, written_by=by, written_at=at)
    elif version is not None and version != row.version:
        return None
    else:
        row.written, row.written_by, row.written_at, row.version = written, by, at, row.version + 1
    session.add(row)
    session.flush()
    return row


def hold(session: Session, visit_id: int) -> VisitRow:
    """The visit, which nobody else changes until the transaction ends."""
    return session.get_one(VisitRow, visit_id, with_for_update=True, populate_existing=True)


def keep(session: Session, row: MinutesRow, found: dict[int, str]) -> MinutesRow:
    """Store sealed minutes with how each person (number) was found."""
    session.add(row)
    session.flush()
    assert row.id is not None
    session.add_all(MinutesPersonRow(minutes_id=row.id, employee_id=who, found=how) for who, how in found.items())
    session.flush()
    return row


def of_visit(session: Session, visit_id: int | None) -> MinutesRow | None:
    return session.exec(select(MinutesRow).where(MinutesRow.visit_id == visit_id)).first()


def sealed_within(session: Session, key: str, within: Within) -> tuple[VisitRow, MinutesRow] | None:
    """A visit by its key with its sealed minutes, of a unit a reader sees: one statement, whatever is there."""
    query = (
        select(VisitRow, MinutesRow)
        .join(MinutesRow, col(MinutesRow.visit_id) == col(VisitRow.id))
        .where(col(VisitRow.key) == key, *within.rows(col(MinutesRow.unit_id)))
    )
    found = session.exec(query).first()
    return (found[0], found[1]) if found is not None else None


def people(session: Session, minutes_id: int | None) -> list[int]:
    """Numbers of those who are on the list of sealed minutes."""
    return list(session.exec(select(MinutesPersonRow.employee_id).where(MinutesPersonRow.minutes_id == minutes_id)))


def of_code(session: Session, code: str) -> MinutesRow | None:
    return session.exec(select(MinutesRow).where(MinutesRow.code == code)).first()


def visit_of(session: Session, row: MinutesRow) -> VisitRow:
    return session.get_one(VisitRow, row.visit_id)


def unit_of(session: Session, row: MinutesRow | VisitRow) -> UnitRow:
    return session.get_one(UnitRow, row.unit_id)


def naming(session: Session, employee_id: int, low: datetime, high: datetime) -> list[Named]:
    """Sealed minutes of visits in a span of wall time (`high` excluded) that name a person, by time."""
    query = (
        select(*(col(each) for each in _NAMED))
        .select_from(MinutesPersonRow)
        .join(MinutesRow, col(MinutesRow.id) == col(MinutesPersonRow.minutes_id))
        .join(VisitRow, col(VisitRow.id) == col(MinutesRow.visit_id))
        .where(
            MinutesPersonRow.employee_id == employee_id,
            col(VisitRow.wall_time) >= low,
            col(VisitRow.wall_time) < high,
        )
        .order_by(col(VisitRow.wall_time))
    )
    return [Named(*row) for row in session.execute(query)]


def every(session: Session) -> Iterator[tuple[MinutesRow, VisitRow]]:
    """All sealed minutes with their visits, the oldest first, a few at a time."""
    query = (
        select(MinutesRow, VisitRow)
        .join(VisitRow, col(VisitRow.id) == col(MinutesRow.visit_id))
        .order_by(col(MinutesRow.id))
    )
    yield from session.exec(query.execution_options(yield_per=20))


def annexes(session: Session, minutes_id: int | None) -> list[AnnexRow]:
    """The annexes to minutes, in order."""
    return list(session.exec(select(AnnexRow).where(AnnexRow.minutes_id == minutes_id).order_by(col(AnnexRow.number))))


def annex(session: Session, minutes_id: int | None, number: int) -> AnnexRow | None:
    query = select(AnnexRow).where(AnnexRow.minutes_id == minutes_id, AnnexRow.number == number)
    return session.exec(query).first()


def keep_annex(session: Session, row: AnnexRow) -> AnnexRow:
    session.add(row)
    session.flush()
    return row


def members(session: Session, team_id: int) -> list[TeamMemberRow]:
    """Who is in a team now: the head first, then as they joined."""
    query = select(TeamMemberRow).where(TeamMemberRow.team_id == team_id, col(TeamMemberRow.left_at).is_(None))
    return sorted(session.exec(query), key=lambda one: (one.part != "head", one.id or 0))


def pack(content: bytes) -> bytes:
    return zstandard.ZstdCompressor(level=_LEVEL).compress(content)


def unpack(packed: bytes) -> bytes:
    """The canonical JSON byte by byte as it was digested. Raises zstandard.ZstdError for damaged bytes."""
    return zstandard.ZstdDecompressor().decompress(packed)
