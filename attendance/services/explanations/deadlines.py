"""Until when an explanation is in time: the end of that person's working day number N after the date (§6)."""

from __future__ import annotations

from datetime import date, timedelta

from attendance.errors import NoVersionInForce
from attendance.rules.calendar import WORKING_KINDS
from attendance.rules.rulebook import Rulebook
from attendance.store import office
from attendance.store.database import Session
from attendance.store.rulebook_reading import read_rulebook
from attendance.store.tables import AssignmentRow, EmployeeRow, ScheduleRow, UnitRow

LONGEST_SEARCH = 120  # days; a deadline further off is not told
_DAY = timedelta(days=1)


class Deadlines:
    """Deadlines of many questions by the rules known now, which are read once, when the first is asked for."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._rulebook: Rulebook | None = None
        self._known: dict[tuple[int, date], date | None] = {}

    def of(self, employee_id: int, on: date) -> date | None:
        """The last date on which an explanation of this day is in time; None: there is no deadline."""
        key = employee_id, on
        if key not in self._known:
            self._known[key] = self._find(employee_id, on)
        return self._known[key]

    def _find(self, employee_id: int, on: date) -> date | None:
        if self._rulebook is None:
            self._rulebook = read_rulebook(self._session)
        rows = office.assignments_between(self._session, on, on + LONGEST_SEARCH * _DAY, [employee_id])
        held = next((row for row in rows if _holds(row, on)), None)
        if held is None:
            return None
        unit = office.code_of(self._session, UnitRow, held.unit_id)
        person = office.code_of(self._session, EmployeeRow, employee_id)
        days = self._rulebook.policy_of(unit, person, on).explanation_deadline_workdays
        if days is None:
            return None
        last = on
        while days and last - on < LONGEST_SEARCH * _DAY:
            last += _DAY
            days -= self._works(self._rulebook, rows, last)
        return None if days else last

    def _works(self, rulebook: Rulebook, rows: list[AssignmentRow], on: date) -> bool:
        """Whether a date is a working day of the person; where no rule says so, nobody can say that it is."""
        held = next((row for row in rows if _holds(row, on)), None)
        if held is None:
            return False
        schedule = office.code_of(self._session, ScheduleRow, held.schedule_id) if held.schedule_id else None
        try:
            plan = rulebook.plan(office.code_of(self._session, UnitRow, held.unit_id), schedule, on)
        except NoVersionInForce:
            return False
        return plan.kind in WORKING_KINDS


def _holds(row: AssignmentRow, on: date) -> bool:
    return row.from_on <= on and (row.to_on is None or on <= row.to_on)
