"""What a question about presence asks beside a case: who served in some units on a date, duties with desks."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime

from sqlmodel import Session

from attendance.store.paper_reading import DUTIES, Asked
from attendance.store.paper_tables import DutyRow
from attendance.store.questions import Question, in_force, listed, values_of
from attendance.store.tables import AssignmentRow

_SERVING = Question(AssignmentRow, in_force(AssignmentRow.from_on, AssignmentRow.to_on), of=AssignmentRow.unit_id)


def serving(session: Session, unit_ids: Iterable[int], on: date, as_of: datetime | None) -> dict[int, int]:
    """The unit (number) of everybody who serves in one of these units on a date, by number, as known at a moment."""
    values = values_of(on, on, as_of) | {"people": listed(sorted(unit_ids))}
    return {row.employee_id: row.unit_id for row in _SERVING.ask(session, values)}


def duties_at(asked: Asked, at: datetime) -> Sequence[DutyRow]:
    """Approved duties of the people asked for that share a minute of wall time, in the order of recording."""
    return [row for row in asked.rows(DUTIES) if row.employee_id in asked.people and row.starts <= at < row.ends]
