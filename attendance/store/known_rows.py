"""Rows of a dated table as known at a moment: recorded by then, not withdrawn by then."""

from __future__ import annotations

from datetime import datetime
from typing import Any, TypeVar

from sqlmodel import Session, col, or_, select

from attendance.store.paper_tables import Filed
from attendance.store.tables import (
    AbsenceRow,
    AssignmentRow,
    CalendarEntryRow,
    EnrolmentRow,
    OutageRow,
    RuleVersionRow,
    ScheduleVersionRow,
)
from attendance.store.tree_tables import UnitHeadRow, UnitVersionRow

Dated = TypeVar(
    "Dated",
    bound=AssignmentRow
    | EnrolmentRow
    | ScheduleVersionRow
    | CalendarEntryRow
    | RuleVersionRow
    | UnitVersionRow
    | UnitHeadRow
    | AbsenceRow
    | OutageRow
    | Filed,
)


def known_rows(
    session: Session, table: type[Dated], as_of: datetime | None, *conditions: Any, withdrawn: bool = False
) -> list[Dated]:
    """Rows known at `as_of` (None: now), in the order of recording; `withdrawn`: also those that were taken back."""
    query = select(table).where(*conditions)
    if as_of is not None:
        query = query.where(col(table.recorded_at) <= as_of)
    if not withdrawn:
        gone = col(table.withdrawn_at)
        query = query.where(gone.is_(None) if as_of is None else or_(gone.is_(None), gone > as_of))
    number: Any = table.id  # type: ignore[attr-defined]
    return list(session.exec(query.order_by(col(table.recorded_at), col(number))))
