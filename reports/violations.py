"""*Vi phạm*: the list of violations as the page shows it, filtered and paged."""

from __future__ import annotations

from datetime import date

from attendance.store import listing_rulings, office
from attendance.store.database import Session
from attendance.store.within import Within
from reports.view import VIOLATION_TYPES, UnitOption, ViolationFilter, ViolationRow, ViolationsPage


def violations_page(
    session: Session,
    *,
    within: Within,
    visible: Within,
    unit: str,
    kind: str,
    from_on: date,
    to_on: date,
    page: int,
    page_size: int,
) -> ViolationsPage:
    """The violations `within` sees, newest first; the filter offers the units that are `visible` to the reader."""
    listed = listing_rulings.violations(
        session,
        within,
        from_on,
        to_on,
        type=kind if kind in VIOLATION_TYPES else None,
        limit=page_size,
        offset=(page - 1) * page_size,
        newest_first=True,
    )
    names = {row.code: row.name for row in office.units(session)}
    return ViolationsPage(
        rows=tuple(
            ViolationRow(
                id=row["id"],
                employee=row["employee"],
                name=row["name"],
                unit_name=names.get(row["unit"] or "", ""),
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
        units=tuple(
            UnitOption(row.code, row.name, depth)
            for row, depth in office.down_the_tree(office.units(session))
            if visible.names(row.id)
        ),
        filter=ViolationFilter(unit, kind, from_on, to_on),
    )
