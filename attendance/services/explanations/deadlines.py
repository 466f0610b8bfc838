"""Until when an explanation is in time: the end of that person's working day number N after the date (§6)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta

from attendance.errors import NoVersionInForce
from attendance.rules.calendar import WORKING_KINDS
from attendance.rules.rulebook import Rulebook
from attendance.store import office
from attendance.store.database import Session
from attendance.store.questions import codes, codes_of_people
from attendance.store.rulebook_reading import read_rulebook
from attendance.store.tables import AssignmentRow, ScheduleRow, UnitRow

LONGEST_SEARCH = 120  # days; a deadline further off is not told
_DAY = timedelta(days=1)


class Deadlines:
    """Deadlines of many questions by the rules known now, which are read once, when the first is asked for.

    Whoever asks about many says so first, in `prepare`: what is asked of the database then does not grow with them.
    """

    def __init__(self, session: Session) -> None:
        self._session = session
        self._rulebook: Rulebook | None = None
        self._units: dict[int | None, str] = {}
        self._schedules: dict[int | None, str] = {}
        self._people: dict[int | None, str] = {}
        self._served: dict[int, list[AssignmentRow]] = {}
        self._from = self._until = date.max
        self._known: dict[tuple[int, date], date | None] = {}

    def prepare(self, questions: Iterable[tuple[int, date]]) -> None:
        """Read what the deadlines of these people (numbers) and dates rest on."""
        asked = list(questions)
        if not asked:
            return
        if self._rulebook is None:
            self._rulebook = read_rulebook(self._session)
            self._units, self._schedules = codes(self._session, UnitRow), codes(self._session, ScheduleRow)
        numbers = {number for number, _ in asked}
        self._people |= codes_of_people(self._session, numbers)
        self._from = min(on for _, on in asked)
        self._until = min(max(on for _, on in asked), date.max - LONGEST_SEARCH * _DAY) + LONGEST_SEARCH * _DAY
        self._served = {number: [] for number in numbers}
        for row in office.assignments_between(self._session, self._from, self._until, numbers):
            self._served[row.employee_id].append(row)

    def of(self, employee_id: int, on: date) -> date | None:
        """The last date on which an explanation of this day is in time; None: there is no deadline."""
        key = employee_id, on
        if key not in self._known:
            prepared = employee_id in self._served and self._from <= on <= self._until - LONGEST_SEARCH * _DAY
            if not prepared:
                self.prepare([key])
            self._known[key] = self._find(self._served[employee_id], self._people.get(employee_id), on)
        return self._known[key]

    def after(self, employee_id: int, on: date, days: int) -> date | None:
        """The working day number `days` of a person after a date that was prepared; None: it is not known."""
        return self._workday(self._served.get(employee_id, []), on, days)

    def is_workday(self, employee_id: int, on: date) -> bool:
        """Whether a date that was prepared is a working day of a person, as far as anybody can say."""
        rows = self._served.get(employee_id, [])
        return self._rulebook is not None and self._works(self._rulebook, rows, on)

    def _find(self, rows: list[AssignmentRow], person: str | None, on: date) -> date | None:
        held = next((row for row in rows if _holds(row, on)), None)
        if held is None or self._rulebook is None:
            return None
        days = self._rulebook.policy_of(self._units[held.unit_id], person, on).explanation_deadline_workdays
        return None if days is None else self._workday(rows, on, days)

    def _workday(self, rows: list[AssignmentRow], on: date, days: int) -> date | None:
        if self._rulebook is None:
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
        try:
            plan = rulebook.plan(self._units[held.unit_id], self._schedules.get(held.schedule_id), on)
        except NoVersionInForce:
            return False
        return plan.kind in WORKING_KINDS


def _holds(row: AssignmentRow, on: date) -> bool:
    return row.from_on <= on and (row.to_on is None or on <= row.to_on)
