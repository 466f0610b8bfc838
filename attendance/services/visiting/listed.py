"""The list of a visit as minutes need it: presence at the minute of arrival, without any kind of leave."""

from __future__ import annotations

from dataclasses import dataclass

from attendance import clock
from attendance.engine.attending import NO_PUNCH
from attendance.services.visiting.figures import Listed
from attendance.services.visiting.presence_record import Person, Presence

MISSION, APPROVED = PAPERS = ("mission", "approved")
"""What minutes say of a paper: a mission with its document, which is what a visit checks, or that one was approved."""


@dataclass(frozen=True, slots=True)
class TheList:
    """`hours`: document of the hours in force. `working`: it was working time for somebody on the list."""

    unit_name: str
    hours: str
    people: tuple[Listed, ...]

    @property
    def working(self) -> bool:
        return any(one.state != "not_scheduled" for one in self.people)


def of_presence(presence: Presence) -> TheList:
    """The list; names are those the presence bears."""
    people = tuple(_person(one, presence.zone) for one in presence.people)
    return TheList(presence.unit_name, presence.hours.document, people)


def _person(one: Person, zone: str) -> Listed:
    excuse = one.excuse
    is_mission = excuse is not None and excuse.kind == MISSION
    return Listed(
        number=one.number,
        employee=one.code,
        name=one.name,
        unit=one.unit,
        state=one.state,
        exempt=one.why == NO_PUNCH,
        since=one.since,
        late=one.late,
        paper="" if excuse is None else MISSION if is_mission else APPROVED,
        document=excuse.document if excuse is not None and is_mission else "",
        approved_at=clock.to_instant(excuse.approved_at, zone) if excuse and excuse.approved_at else None,
    )
