"""Since when every fact of some people is known, for whoever asks what came after a lock."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from sqlmodel import col, or_

from attendance.engine.after_lock import Learned
from attendance.facts import Assignment, Enrolment
from attendance.store.known_rows import known_rows
from attendance.store.paper_reading import Asked, learned_papers
from attendance.store.tables import AssignmentRow, EnrolmentRow


def read_learned(asked: Asked) -> Iterator[Learned]:
    """Facts that speak of the dates asked for, with the instants at which they became known, or were taken back."""
    asked = replace(asked, withdrawn=True)
    yield from learned_papers(asked)
    held = known_rows(
        asked.session,
        AssignmentRow,
        asked.as_of,
        AssignmentRow.from_on <= asked.last,
        or_(col(AssignmentRow.to_on).is_(None), col(AssignmentRow.to_on) >= asked.first),
        *asked.theirs(AssignmentRow.employee_id),
        withdrawn=True,
    )
    for row in held:
        if row.employee_id in asked.people:
            served = Assignment(asked.people[row.employee_id], asked.units[row.unit_id], row.from_on, row.to_on)
            yield Learned(served, (row.recorded_at, row.withdrawn_at))
    for number in known_rows(
        asked.session, EnrolmentRow, asked.as_of, *asked.theirs(EnrolmentRow.employee_id), withdrawn=True
    ):
        if number.employee_id in asked.people:
            who, where = asked.people[number.employee_id], asked.terminals[number.terminal_id]
            enrolled = Enrolment(where, number.pin, who, number.from_on, number.to_on)
            yield Learned(enrolled, (number.recorded_at, number.withdrawn_at))
