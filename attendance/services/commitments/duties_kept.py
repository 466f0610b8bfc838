"""Which duties of the roster were kept, judged a stretch of dates at a time so that quiet months cost nothing."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from datetime import date, datetime

from attendance import clock
from attendance.errors import NoVersionInForce
from attendance.services.commitments.facts import OnDuty
from attendance.services.roster import filling
from attendance.services.roster.filling import Held
from attendance.store import duties
from attendance.store.database import Session
from attendance.store.duties import RosterLine
from attendance.store.within import EVERYTHING

PERSON_DAYS = 2_000
"""So many are judged at once: of few people a whole year, of many a month, which is what the engine does best."""
SHORTEST_STRETCH, QUIET = 35, 45  # days
_STATES = {"unverified": "unverified", "kept": "kept", "no_show": "no_show", "open": "open"}


def duties_of(
    session: Session,
    zone: str,
    people: Collection[int],
    units: Collection[int],
    from_on: date,
    to_on: date,
    at: datetime,
) -> list[OnDuty]:
    """Approved duties that start on these dates, of these people or on the roster of these units, as known at `at`.

    One that leave or a mission took, or that could not be held by law, is `away`.
    """
    listed = [
        line
        for line in duties.lines(session, EVERYTHING, from_on, to_on)
        if line.status == "approved" and (line.employee_id in people or line.unit_id in units)
    ]
    return [
        OnDuty(
            held.line.employee_id, held.line.starts.date(), held.line.kind, held.line.unit_id,
            _STATES.get(held.state, "away"),
        )
        for stretch in _stretches(listed)
        for held in _judged(session, zone, stretch, at)
    ]  # fmt: skip


def _stretches(listed: Sequence[RosterLine]) -> Iterator[list[RosterLine]]:
    longest = max(SHORTEST_STRETCH, PERSON_DAYS // max(1, len(duties.people_on_duty(listed))))
    part: list[RosterLine] = []
    for line in sorted(listed, key=lambda line: line.starts):
        on = line.starts.date()
        begun = part[0].starts.date() if part else on
        if part and ((on - begun).days >= longest or (on - part[-1].starts.date()).days > QUIET):
            yield part
            part = []
        part.append(line)
    if part:
        yield part


def _judged(session: Session, zone: str, lines: Sequence[RosterLine], at: datetime) -> list[Held]:
    first, last = lines[0].starts.date(), lines[-1].starts.date()
    try:
        return filling.standing(session, zone, lines, first, last, now=clock.to_wall(at, zone), as_of=at)
    except NoVersionInForce:
        return [Held(line, "unverified") for line in lines]
