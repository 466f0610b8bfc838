"""What was known at a moment: dated rows that were recorded by then and not taken back by then."""

from __future__ import annotations

from datetime import datetime
from typing import Any, TypeVar

from sqlmodel import Session, col, or_, select

from attendance.store.tables import CalendarEntryRow, RuleVersionRow, ScheduleVersionRow

RuleRow = TypeVar("RuleRow", CalendarEntryRow, RuleVersionRow, ScheduleVersionRow)


def known(session: Session, table: type[RuleRow], as_of: datetime | None, *conditions: Any) -> list[RuleRow]:
    """Rows known at `as_of` (None: now), in the order in which they were recorded."""
    query = select(table).where(*conditions)
    if as_of is None:
        query = query.where(col(table.withdrawn_at).is_(None))
    else:
        query = query.where(
            col(table.recorded_at) <= as_of, or_(col(table.withdrawn_at).is_(None), col(table.withdrawn_at) > as_of)
        )
    return list(session.exec(query.order_by(col(table.recorded_at), col(table.id))))
