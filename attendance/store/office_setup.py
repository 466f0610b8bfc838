"""How far the first set-up of an office has come: every query. What was filed says most of it itself."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlmodel import Session, col, select

from attendance.store.system_tables import OfficeSetupRow
from attendance.store.tables import CalendarEntryRow, EmployeeRow, ScheduleVersionRow, TerminalRow, UnitRow

_FILED: dict[str, Any] = {
    "office": UnitRow,
    "hours": ScheduleVersionRow,
    "calendar": CalendarEntryRow,
    "terminal": TerminalRow,
    "people": EmployeeRow,
}


def get(session: Session, *, to_change: bool = False) -> OfficeSetupRow | None:
    """The set-up that was begun in a browser; None: the office was set up by commands, or not at all."""
    return session.get(OfficeSetupRow, 1, with_for_update=to_change)


def begin(session: Session, at: datetime) -> None:
    if get(session) is None:
        session.add(OfficeSetupRow(begun_at=at, skipped=[]))
        session.flush()


def put(session: Session, row: OfficeSetupRow) -> None:
    session.add(row)
    session.flush()


def filed(session: Session) -> frozenset[str]:
    """The steps of which something stands in the database."""
    return frozenset(
        step for step, kind in _FILED.items() if session.exec(select(col(kind.id)).limit(1)).first() is not None
    )
