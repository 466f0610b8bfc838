"""Forms of units: every query."""

from __future__ import annotations

from sqlmodel import Session, col, select, update

from attendance.store.form_tables import SheetFormRow


def said(session: Session) -> dict[int | None, SheetFormRow]:
    """What holds now by the number of the unit it was said of (None: of the whole tree)."""
    rows = session.exec(
        select(SheetFormRow).where(col(SheetFormRow.withdrawn_at).is_(None)).order_by(col(SheetFormRow.id))
    )
    return {row.unit_id: row for row in rows}


def history(session: Session, unit_id: int | None) -> list[SheetFormRow]:
    """All that was said of a unit itself (None: of the whole tree), the newest first."""
    unit = col(SheetFormRow.unit_id)
    query = select(SheetFormRow).where(unit.is_(None) if unit_id is None else unit == unit_id)
    return list(session.exec(query.order_by(col(SheetFormRow.id).desc())))


def say(session: Session, row: SheetFormRow) -> SheetFormRow:
    """File what is said of a unit from now on; what was said of it before is kept as withdrawn."""
    before = update(SheetFormRow).where(col(SheetFormRow.withdrawn_at).is_(None))
    unit = col(SheetFormRow.unit_id)
    session.execute(
        before.where(unit.is_(None) if row.unit_id is None else unit == row.unit_id).values(
            withdrawn_at=row.recorded_at
        )
    )
    session.add(row)
    session.flush()
    return row
