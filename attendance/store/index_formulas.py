"""Versions of the index's formula, and what was published, as stored."""

from __future__ import annotations

from sqlmodel import Session, col, or_, select

from attendance.errors import NotFound
from attendance.store.conduct_tables import FormulaRow, PublicationRow
from attendance.store.within import Within


def formulas(session: Session, within: Within | None = None) -> list[FormulaRow]:
    """Those that were not taken back, by date; `within`: of units that may be named, and of everywhere."""
    query = select(FormulaRow).where(col(FormulaRow.withdrawn_at).is_(None))
    if within is not None and (named := within.named(col(FormulaRow.unit_id))):
        query = query.where(or_(col(FormulaRow.unit_id).is_(None), *named))
    return list(session.exec(query.order_by(col(FormulaRow.from_on), col(FormulaRow.id))))


def formula(session: Session, number: int) -> FormulaRow:
    """Also one taken back since, which a publication may rest on. Raises NotFound."""
    found = session.get(FormulaRow, number)
    if found is None:
        raise NotFound("formula", str(number))
    return found


def publications(session: Session, within: Within) -> list[PublicationRow]:
    """Of units that are seen whole, the newest first."""
    query = select(PublicationRow).where(*within.rows(col(PublicationRow.unit_id)))
    return list(session.exec(query.order_by(col(PublicationRow.known_at).desc(), col(PublicationRow.id).desc())))


def publication(session: Session, within: Within, number: int) -> PublicationRow:
    """Raises NotFound for one that is not seen."""
    found = session.get(PublicationRow, number)
    if found is None or not within.sees(found.unit_id):
        raise NotFound("published index", str(number))
    return found
