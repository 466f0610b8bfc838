"""Commitments that follow each other: one of January and the one signed in its place in July are one promise."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta

from attendance import clock
from attendance.services.commitments.clauses import Clause, read_clauses
from attendance.services.commitments.facts import Term
from attendance.store import commitments
from attendance.store.commitment_tables import COLLECTIVE, CommitmentRow
from attendance.store.database import Session
from attendance.store.tree import Spread, holds_in


class Chain:
    """A commitment with those signed before and after it by `at`, each holding until the next one does.

    A text holds from its first day, and never before the day on which it was signed. `first` and `last` are those of
    all; `signed_on`: when the first of them was signed. `spread`: of a collective, what it was made of.
    """

    def __init__(self, row: CommitmentRow, linked: Sequence[CommitmentRow], zone: str, at: datetime) -> None:
        self.row = row
        signed = [(each.signed_at, each) for each in linked if each.signed_at is not None and each.signed_at <= at]
        begun = sorted(
            ((max(each.from_on, clock.today(when, zone)), each.id or 0, each) for when, each in signed),
            key=lambda step: step[:2],
        )
        self.terms: list[Term] = []
        for place, (first, _, each) in enumerate(begun):
            follows = [later - timedelta(days=1) for later, _, _ in begun[place + 1 : place + 2]]
            last = min([each.to_on, *follows])
            if first <= last:
                self.terms.append(Term(first, last, read_clauses(each.clauses)))
        self.unsigned = Term(row.from_on, row.to_on, read_clauses(row.clauses))
        self.first = self.terms[0].from_on if self.terms else row.from_on
        self.last = self.terms[-1].to_on if self.terms else row.to_on
        self.signed_on = min((clock.today(when, zone) for when, _ in signed), default=None)
        self.spread: Spread = ()

    def has(self, kind: str) -> bool:
        return any(clause.kind == kind for term in self.terms for clause in term.clauses)

    def covers(self, on: date) -> bool:
        """Whether some text of it held on a date."""
        if len(self.terms) == 1:
            return self.first <= on <= self.last
        return any(term.from_on <= on <= term.to_on for term in self.terms)

    def clause(self, kind: str, on: date) -> Clause | None:
        """How a kind of clause read on a date."""
        held = next((term for term in self.terms if term.from_on <= on <= term.to_on), None)
        return next((each for each in held.clauses if each.kind == kind), None) if held is not None else None

    def owns(self, employee_id: int, unit_id: int | None, on: date) -> bool:
        """Whether something of a person, in a unit on a date, is of this commitment: a person's own goes with them to
        every unit, a collective's are those who served in it on the date."""
        if self.row.scope != COLLECTIVE:
            return employee_id == self.row.employee_id
        return unit_id is not None and holds_in(self.spread, unit_id, on)


def chains(session: Session, rows: Sequence[CommitmentRow], zone: str, at: datetime) -> Iterator[Chain]:
    """The chain of each of some commitments."""
    people = {row.employee_id for row in rows if row.scope != COLLECTIVE and row.employee_id is not None}
    units = {row.unit_id for row in rows if row.scope == COLLECTIVE}
    every = [
        *(commitments.of_people(session, people) if people else ()),
        *(commitments.of_units(session, units) if units else ()),
    ]
    by_number = {row.id: row for row in (*every, *rows)}
    first_of = {number: _first(row, by_number) for number, row in by_number.items()}
    members: dict[int | None, list[CommitmentRow]] = defaultdict(list)
    for number, row in by_number.items():
        if row.withdrawn_at is None:
            members[first_of[number]].append(row)
    for row in rows:
        yield Chain(row, members[first_of[row.id]], zone, at)


def _first(row: CommitmentRow, by_number: dict[int | None, CommitmentRow]) -> int | None:
    seen = {row.id}
    while row.replaces_id in by_number and row.replaces_id not in seen:
        row = by_number[row.replaces_id]
        seen.add(row.id)
    return row.id
