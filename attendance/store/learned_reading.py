"""Since when every fact of some people is known, for whoever asks what came after a lock."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from attendance.engine.after_lock import Learned
from attendance.facts import Assignment, Enrolment
from attendance.store.paper_reading import Asked, learned_papers
from attendance.store.questions import ASSIGNMENTS, ENROLMENTS


def read_learned(asked: Asked) -> Iterator[Learned]:
    """Facts that speak of the dates asked for, with the instants at which they became known, or were taken back."""
    asked = replace(asked, withdrawn=True)
    yield from learned_papers(asked)
    for row in asked.rows(ASSIGNMENTS):
        if row.employee_id in asked.people:
            served = Assignment(asked.people[row.employee_id], asked.units[row.unit_id], row.from_on, row.to_on)
            yield Learned(served, (row.recorded_at, row.withdrawn_at))
    for number in asked.rows(ENROLMENTS):
        if number.employee_id in asked.people:
            who, where = asked.people[number.employee_id], asked.terminals[number.terminal_id]
            enrolled = Enrolment(where, number.pin, who, number.from_on, number.to_on)
            yield Learned(enrolled, (number.recorded_at, number.withdrawn_at))
