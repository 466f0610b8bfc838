"""Whose sessions are left out of counts between units: of schedules that a formula names, and of who need not punch."""

from __future__ import annotations

from datetime import date, datetime
from functools import cache

from attendance.store import office, rulebook_reading
from attendance.store.database import Session
from attendance.store.tables import ScheduleRow
from attendance.store.tree import StoredTree

EXEMPT = "exempt"


class Schedules:
    """Whether who follows a schedule (None: that of their unit) is left out, and under which name that is told."""

    def __init__(self, session: Session, stored: StoredTree, excluded: set[str], as_of: datetime | None) -> None:
        self._book = rulebook_reading.read_rulebook(session, as_of)
        self._codes = stored.codes
        self._excluded = excluded
        self._names: dict[int, str] = {}
        self._session = session
        self.left_out = cache(self._left_out)

    def _left_out(self, unit_id: int | None, schedule_id: int | None, on: date) -> str:
        if unit_id is None:
            return ""
        if schedule_id is not None and schedule_id not in self._names:
            self._names[schedule_id] = office.code_of(self._session, ScheduleRow, schedule_id)
        own = self._names[schedule_id] if schedule_id is not None else None
        schedule = self._book.schedule_of(self._codes[unit_id], own, on)
        if schedule.code in self._excluded:
            return schedule.code
        return EXEMPT if schedule.on(on).regime == "exempt" else ""
