"""*Vi phạm*: the list of violations as the page shows it, filtered and paged."""

from __future__ import annotations

from datetime import date

from attendance.store import listing_rulings
from attendance.store.database import Session
from attendance.store.tree import Spread, StoredTree
from attendance.store.within import Within
from reports.view import VIOLATION_TYPES, UnitOption, ViolationFilter, ViolationRow, ViolationsPage


def violations_page(
    session: Session,
    *,
    part: Spread | None,
    visible: Within,
    unit: str,
    kind: str,
    from_on: date,
    to_on: date,
    page: int,
    page_size: int,
) -> ViolationsPage:
    """Violations in the units that are `visible` to the reader, newest first, and of these only those of `part`.

    The filter offers the units there were on the last date.
    """
    stored = StoredTree(session)
    listed = listing_rulings.violations(
        session,
        visible,
        from_on,
        to_on,
        part=part,
        type=kind if kind in VIOLATION_TYPES else None,
        limit=page_size,
        offset=(page - 1) * page_size,
        newest_first=True,
    )
    return ViolationsPage(
        rows=tuple(
            ViolationRow(
                id=row["id"],
                employee=row["employee"],
                name=row["name"],
                unit_name=stored.name(row["unit"], row["date"]) if row["unit"] else "",
                day=row["date"],
                type=row["type"],
                session=row["session"],
                minutes=row["minutes"],
                counted_min=row["counted_min"],
                status=row["status"],
            )
            for row in listed.rows
        ),
        total=listed.total,
        page=page,
        page_size=page_size,
        units=tuple(UnitOption(row.code, row.name, row.depth) for row in stored.shown(to_on, visible)),
        filter=ViolationFilter(unit, kind, from_on, to_on),
    )
