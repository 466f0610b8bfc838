"""Whose minutes somebody may read: their own team's at any time, others' once they are sealed and of units they see."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from attendance.errors import NotFound
from attendance.services.visiting.entering import own_visit
from attendance.store import minutes as stored
from attendance.store.database import Session
from attendance.store.minutes_tables import MinutesRow
from attendance.store.visit_tables import VisitRow
from attendance.store.within import Within


@dataclass(frozen=True, slots=True)
class ShownVisit:
    """A visit with its minutes, None while they are not sealed. `is_own`: of a team the reader is in."""

    visit: VisitRow
    minutes: MinutesRow | None
    is_own: bool

    @property
    def sealed(self) -> MinutesRow:
        """Raises NotFound while they are not sealed."""
        if self.minutes is None:
            raise NotFound("sealed minutes of visit", self.visit.key, "They are there once both sides have signed.")
        return self.minutes


def shown_visit(session: Session, user_id: int, within: Within, key: str, on: date) -> ShownVisit:
    """A visit that a reader may know of. Raises NotFound for any other, there or not."""
    try:
        visit = own_visit(session, user_id, key, on)
        return ShownVisit(visit, stored.of_visit(session, visit.id), is_own=True)
    except NotFound:
        found = stored.sealed_within(session, key, within)
        if found is None:
            raise
        return ShownVisit(*found, is_own=False)
