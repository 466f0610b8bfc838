"""What an explanation is as a matter to be decided, and who stands above the person it is about."""

from __future__ import annotations

from datetime import datetime

from attendance import clock
from attendance.errors import NotFound
from attendance.services import access
from attendance.services.impartial import Decider, Matter
from attendance.store import explanation_register
from attendance.store.database import Session
from attendance.store.explanation_register import Question
from attendance.store.listing_keys import ViolationKey
from attendance.store.paper_tables import ExplanationRow
from attendance.store.superiors import Superiors, superiors


def matter(row: ExplanationRow) -> Matter:
    return Matter(f"Explanation {row.id}", row.unit_id, row.employee_id, row.author_id, row.author, row.on)


def matter_of(asked: Question) -> Matter:
    """A question nobody explained yet: it has no author."""
    return Matter(f"Violation {asked.key}", asked.unit_id, asked.key.employee_id, None, "", asked.key.on)


def above(session: Session, employee_id: int, unit_id: int | None, *, zone: str, at: datetime) -> Superiors:
    """Who may confirm and decide on explanations of a person who serves in a unit, as of today's tree."""
    roles = access.roles_that_may("explanations.confirm")
    return superiors(session, employee_id, unit_id, clock.today(at, zone), at, roles)


def asked(session: Session, by: Decider, key: ViolationKey) -> Question:
    """The question as it stands, of somebody `by` may act for. Raises NotFound."""
    found = explanation_register.question(session, key)
    if found is None or not by.within.sees(found.unit_id, key.employee_id):
        raise NotFound("violation", str(key), "It may have been settled since: look at the day.")
    return found
