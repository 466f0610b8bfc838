"""The facts beside what a citizen said: the roster of the desk, who was there at that minute, how far terminals were
read. They are shown to a person, and conclude nothing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from attendance import clock
from attendance.services.citizens import looking
from attendance.services.roster import filling
from attendance.services.roster.filling import Slot
from attendance.services.visiting.presence import Person, Presence, named, presence_at
from attendance.store import office
from attendance.store.citizen_tables import ObservationRow
from attendance.store.database import Session
from attendance.store.duties import RosterLine
from attendance.store.tables import UnitRow
from attendance.store.within import Within


@dataclass(frozen=True, slots=True)
class OnDuty:
    """Somebody on the roster of the desk then, and how they were at the minute; None: it is not known, or they are of
    another unit."""

    line: RosterLine
    person: Person | None


@dataclass(frozen=True, slots=True)
class Facts:
    """`presence`: of the unit at the minute as known at `known_at`; None: the minute is not known. `needed`: how many
    the desk had to be filled with then; None: no post says so."""

    known_at: datetime
    presence: Presence | None
    on_duty: tuple[OnDuty, ...]
    needed: int | None

    @property
    def missing(self) -> int:
        """How many fewer stood on the roster than were needed."""
        return max(0, (self.needed or 0) - len(self.on_duty))


def facts_of(session: Session, zone: str, row: ObservationRow, *, known_at: datetime) -> Facts:
    """The facts as known at a moment."""
    presence, people = None, {}
    if row.wall_time is not None:
        unit = office.code_of(session, UnitRow, row.unit_id)
        minute = clock.to_instant(row.wall_time, zone)
        presence = named(session, presence_at(session, zone, unit, minute, known_at=known_at))
        people = {person.number: person for person in presence.people}
    lines = looking.on_duty(session, row)
    return Facts(
        known_at, presence, tuple(OnDuty(line, people.get(line.employee_id)) for line in lines), _needed(session, row)
    )


def _needed(session: Session, row: ObservationRow) -> int | None:
    found = [
        slot for slot in filling.slots(session, Within(frozenset({row.unit_id})), row.on, row.on) if _at(slot, row)
    ]
    return sum(slot.needed for slot in found) if found else None


def _at(slot: Slot, row: ObservationRow) -> bool:
    if row.desk and slot.desk != row.desk:
        return False
    return row.wall_time is None or slot.starts <= row.wall_time < slot.ends
