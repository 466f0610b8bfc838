"""Forms of units: every query."""

from __future__ import annotations

from collections.abc import Iterable

from sqlmodel import Session, col, select, update

from attendance.store.form_tables import SheetFormRow


def nearest(session: Session, path: Iterable[int]) -> SheetFormRow | None:
    """What was said last for the first of these units (nearest first) for which something is said, else for all."""
    rows = session.exec(
        select(SheetFormRow).where(col(SheetFormRow.withdrawn_at).is_(None)).order_by(col(SheetFormRow.id))
    )
    said = {row.unit_id: row for row in rows}
    return next((said[number] for number in (*path, None) if number in said), None)


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
