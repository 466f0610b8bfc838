"""Who leads which unit, as far as it decides who may sign for whom."""

from __future__ import annotations

from datetime import date, datetime, time

from sqlmodel import Session, col, or_, select

from attendance import clock
from attendance.store.access_tables import GrantRow
from attendance.store.tables import UnitRow, UserRow


def units_led_by(session: Session, employee_id: int, on: date) -> list[int]:
    """Numbers of the units of which a person holds the grant of a head on a date."""
    begins = datetime.combine(on, time(), clock.UTC)
    query = (
        select(GrantRow.unit_id)
        .join(UserRow, col(UserRow.id) == col(GrantRow.user_id))
        .where(
            UserRow.employee_id == employee_id,
            GrantRow.role == "head",
            col(GrantRow.unit_id).is_not(None),
            col(GrantRow.revoked_at).is_(None),
            or_(col(GrantRow.ends_at).is_(None), col(GrantRow.ends_at) >= begins),
        )
    )
    return sorted({unit for unit in session.exec(query) if unit is not None})


def unit_above(session: Session, unit_id: int, on: date) -> int | None:
    """The number of the unit above one; None at the top."""
    return session.get_one(UnitRow, unit_id).parent_id
