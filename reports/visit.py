"""One visit as its team sees it on a phone: the frozen list with what was noted, terminals, desks, checklist."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from attendance import clock
from attendance.services.roster import filling
from attendance.services.roster.filling import Slot
from attendance.services.visiting import checklist, marking
from attendance.services.visiting.beginning import frozen_bytes
from attendance.services.visiting.checklist import Point
from attendance.services.visiting.presence import thawed
from attendance.services.visiting.presence_record import Hours, Person, Presence, TerminalRead
from attendance.store import office
from attendance.store.database import Session
from attendance.store.tables import UnitRow
from attendance.store.tree import StoredTree
from attendance.store.visit_tables import TeamRow, VisitRow
from attendance.store.within import Within

PERSON_STATES = ("not_seen", "unknown", "seen", "excused", "not_scheduled")
"""In the order in which a team wants to see them."""


@dataclass(frozen=True, slots=True)
class ListedPerson:
    """Somebody on the frozen list. `terminal`: where first seen; `behind`: terminals that were not read far enough."""

    told: Person
    unit_name: str
    terminal: str
    behind: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Desk:
    """A post that must be filled at the minute of arrival, who holds it by the roster, and what was known of them."""

    kind: str
    desk: str
    starts: datetime
    ends: datetime
    missing: int
    holders: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class ReadTerminal:
    """A terminal people of the unit depend on; `behind`: it was not read up to the minute of arrival."""

    code: str
    name: str
    read_to: datetime | None
    behind: bool = False


@dataclass(frozen=True, slots=True)
class VisitPage:
    """A visit; the list and what hangs on it only once it began. Moments are wall time.

    `state`: planned, begun, ended, sealed, dropped. `noted`: what holds now, as the page's script knows it.
    """

    key: str
    state: str
    kind: str
    unit: str
    unit_name: str
    team: str
    document: str
    terminals: tuple[ReadTerminal, ...]
    begun_at: datetime | None = None
    known_at: datetime | None = None
    ended_at: datetime | None = None
    hours: Hours | None = None
    counts: Mapping[str, int] | None = None
    people: tuple[ListedPerson, ...] = ()
    desks: tuple[Desk, ...] = ()
    points: tuple[Point, ...] = ()
    noted: Mapping[str, Any] | None = None
    photos: tuple[tuple[marking.Photo, datetime], ...] = ()
    late: int = 0


def visit_page(
    session: Session, zone: str, now: datetime, visit: VisitRow, ready: tuple[list[str], list[str]]
) -> VisitPage:
    """A visit for its own team. `ready`: codes of terminals that would be read and of those that cannot, before."""
    unit = session.get_one(UnitRow, visit.unit_id)
    team = session.get_one(TeamRow, visit.team_id)
    names = {row.code: row.name or row.code for row in office.terminals(session)}
    on = clock.today(visit.begun_at or now, zone)
    told: dict[str, Any] = {
        "key": visit.key, "state": visit.state, "kind": visit.kind, "unit": unit.code,
        "unit_name": StoredTree(session).name(unit.code, on), "team": team.name, "document": team.document,
        "points": tuple(checklist.points(session, visit, at=now)),
    }  # fmt: skip
    if visit.frozen is None or visit.begun_at is None:
        terminals = [ReadTerminal(code, names.get(code, code), None) for code in ready[0]]
        terminals += [ReadTerminal(code, names.get(code, code), None, behind=True) for code in ready[1]]
        return VisitPage(**told, terminals=tuple(terminals))
    presence = thawed(session, frozen_bytes(visit))
    behind = [each for each in presence.terminals if each.read_to is None or each.read_to < presence.at]
    return VisitPage(
        **told,
        terminals=tuple(
            ReadTerminal(each.code, names.get(each.code, each.code), each.read_to, each in behind)
            for each in presence.terminals
        ),
        begun_at=clock.to_wall(visit.begun_at, zone),
        known_at=clock.to_wall(visit.known_at, zone) if visit.known_at else None,
        ended_at=clock.to_wall(visit.ended_at, zone) if visit.ended_at else None,
        hours=presence.hours,
        counts=presence.counts(),
        people=_people(session, presence, behind, names),
        desks=_desks(session, visit, presence),
        noted=noted(session, visit),
        photos=tuple((each, clock.to_wall(each.noted_at, zone)) for each in marking.photos(session, visit)),
        late=len(marking.late_marks(session, visit)),
    )


def noted(session: Session, visit: VisitRow) -> dict[str, Any]:
    """What holds of a visit now, for phones: marks by person, answers by point and person. Names of nobody listed."""
    return {
        "state": visit.state,
        "marks": {each.employee: _mark(each) for each in marking.marks(session, visit)},
        "checks": {f"{each.item}/{each.employee}": each.answer for each in marking.checks(session, visit)},
    }


def _mark(mark: marking.Mark) -> dict[str, Any]:
    other = mark.disputed
    return {
        "mark": mark.mark,
        "note": mark.note,
        "by": mark.by,
        "at": mark.noted_at.isoformat(),
        "disputed": {"mark": other.mark, "by": other.by} if other is not None else None,
    }


def _people(
    session: Session, presence: Presence, behind: list[TerminalRead], terminals: Mapping[str, str]
) -> tuple[ListedPerson, ...]:
    stored = StoredTree(session)
    units = {person.unit: stored.name(person.unit, presence.at.date()) for person in presence.people}
    found = []
    for person in presence.people:
        waits = [each for each in behind if each.read_to is None or each.read_to == person.read_to] or behind
        shown = waits if person.state == "unknown" and person.why == "not_read" else []
        found.append(
            ListedPerson(
                person,
                units[person.unit],
                terminals.get(person.since_at, person.since_at),
                tuple(terminals.get(each.code, each.code) for each in shown),
            )
        )
    return tuple(found)


def _desks(session: Session, visit: VisitRow, presence: Presence) -> tuple[Desk, ...]:
    """Posts to be filled at the minute of arrival in the unit and below it, with who holds them by the frozen list."""
    on = presence.at.date()
    places = StoredTree(session).below([visit.unit_id], on)
    wanted = filling.slots(session, Within(frozenset(places)), on - timedelta(days=1), on)
    return tuple(desk_at(slot, presence) for slot in wanted if slot.starts <= presence.at < slot.ends)


def desk_at(slot: Slot, presence: Presence) -> Desk:
    """A post with those who hold it by the frozen list: of its own unit, since desks of others bear the same names."""
    holders = tuple(
        (person.name or person.code, person.state)
        for person in presence.people
        if person.unit == slot.unit and any(post.desk == slot.desk and post.code == slot.kind for post in person.posts)
    )
    return Desk(slot.kind, slot.desk, slot.starts, slot.ends, max(0, slot.needed - len(holders)), holders)
