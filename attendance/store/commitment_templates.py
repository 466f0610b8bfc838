"""Templates of commitments: every query."""

from __future__ import annotations

from collections.abc import Collection

from sqlmodel import Session, col, or_, select

from attendance.errors import NotFound
from attendance.store.commitment_tables import CommitmentTemplateRow

_ROW = CommitmentTemplateRow


def newest(session: Session, code: str, units: Collection[int] | None = None) -> CommitmentTemplateRow | None:
    """The newest version of a template, also of one nobody is asked by any more; `units`: if it is for all, or for one
    of these (None: any)."""
    query = select(_ROW).where(_ROW.code == code).order_by(col(_ROW.version).desc()).limit(1)
    if units is not None:
        query = query.where(or_(col(_ROW.unit_id).is_(None), col(_ROW.unit_id).in_(units)))
    return session.exec(query).one_or_none()


def get(session: Session, number: int) -> CommitmentTemplateRow:
    """A version by its number. Raises NotFound."""
    row = session.get(_ROW, number)
    if row is None:
        raise NotFound("template of a commitment", str(number))
    return row


def by_number(session: Session, numbers: Collection[int]) -> dict[int, CommitmentTemplateRow]:
    return {row.id or 0: row for row in session.exec(select(_ROW).where(col(_ROW.id).in_(set(numbers))))}


def in_use(session: Session, units: Collection[int] | None) -> list[CommitmentTemplateRow]:
    """The newest version of each template that people may be asked by, by code; `units`: those for all, and of these
    units alone (None: every one)."""
    query = select(_ROW).order_by(col(_ROW.code), col(_ROW.version))
    if units is not None:
        query = query.where(or_(col(_ROW.unit_id).is_(None), col(_ROW.unit_id).in_(set(units))))
    found = {row.code: row for row in session.exec(query)}
    return [row for row in found.values() if row.withdrawn_at is None]


def versions(session: Session, code: str) -> list[CommitmentTemplateRow]:
    """Every version of a template, the newest first."""
    return list(session.exec(select(_ROW).where(_ROW.code == code).order_by(col(_ROW.version).desc())))
