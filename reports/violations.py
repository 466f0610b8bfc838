"""*Vi phạm*: the list of violations as the page shows it, filtered and paged."""

from __future__ import annotations

from datetime import date

from attendance.store import listing_rulings, office
from attendance.store.database import Session
from attendance.store.listing import Listed, Within
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
    """Violations in the units `within`, newest first; the filter offers the units that are `visible` to the reader."""

    def part(limit: int, offset: int) -> Listed:
        chosen = kind if kind in VIOLATION_TYPES else None
        return listing_rulings.violations(session, within, from_on, to_on, type=chosen, limit=limit, offset=offset)

    # The list runs from old to new, as registers do; the page begins at its end.
    total = part(1, 0).total
    end = max(total - (page - 1) * page_size, 0)
    begin = max(end - page_size, 0)
    listed = part(end - begin, begin).rows[::-1] if end else []
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
            for row in listed
        ),
        total=total,
        page=page,
        page_size=page_size,
        units=tuple(
            UnitOption(row.code, row.name, depth)
            for row, depth in office.down_the_tree(office.units(session))
            if visible is None or row.id in visible
        ),
        filter=ViolationFilter(unit, kind, from_on, to_on),
    )
