"""Positive lists: who had no counted occurrence in a period of which enough is known, and who kept every duty."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from attendance.services.conduct.counting import ENOUGH_KNOWN
from attendance.services.periods import Span
from attendance.services.roster import filling
from attendance.services.unit_index.schedules import Schedules
from attendance.store import counted_sessions, people
from attendance.store.database import Session
from attendance.store.tree import Spread, StoredTree
from attendance.store.within import Within

FEWEST_SESSIONS = 40
"""Known sessions below which a period without an occurrence says little: about a month of days of two sessions."""


@dataclass(frozen=True, slots=True)
class Person:
    """Sessions known of those due in the period; `unit`: the code of the one most of them were in."""

    employee_id: int
    employee: str
    name: str
    unit: str
    known: int
    due: int


@dataclass(frozen=True, slots=True)
class OnDuty:
    """Duties kept, of those that are over and known; `unknown`: those of which nothing may be concluded."""

    employee: str
    name: str
    unit: str
    kept: int
    over: int
    unknown: int


@dataclass(frozen=True, slots=True)
class Good:
    """`without`: nobody there has a counted occurrence. `unsure`: the same, of whom too little is known to say so.
    `counted`: how many people were looked at; who need not punch is none of them."""

    without: tuple[Person, ...]
    unsure: tuple[Person, ...]
    counted: int


def without_occurrence(session: Session, within: Within, part: Spread | None, span: Span) -> Good:
    """In no order: who lists them puts them by given name."""
    stored = StoredTree(session)
    schedules = Schedules(session, stored, set(), None)
    sums: dict[int, dict[int, list[int]]] = defaultdict(dict)
    for row in counted_sessions.of_people(session, within, part, *span):
        if row.unit_id is not None and row.due and not schedules.left_out(row.unit_id, row.schedule_id, row.last_on):
            held = sums[row.employee_id].setdefault(row.unit_id, [0, 0])
            held[0] += row.known
            held[1] += row.due
    occurred = counted_sessions.sums_of_people(session, within, part, *span)
    clean = [person for person in sums if person not in occurred or not occurred[person]["counted"]]
    names = people.names(session, clean)
    found = [
        Person(
            person,
            *names[person],
            stored.codes[max(sums[person], key=lambda unit: sums[person][unit][1])],
            sum(known for known, _ in sums[person].values()),
            sum(due for _, due in sums[person].values()),
        )
        for person in clean
    ]
    return Good(
        tuple(each for each in found if is_enough(each.known, each.due)),
        tuple(each for each in found if not is_enough(each.known, each.due)),
        len(sums),
    )


def is_enough(known: int, due: int) -> bool:
    """Whether so much is known of somebody's period that its silence says something."""
    return known >= FEWEST_SESSIONS and known * 100 >= due * ENOUGH_KNOWN


def duties_kept(session: Session, zone: str, within: Within, span: Span, *, now: datetime) -> list[OnDuty]:
    """Who had duties that are over and known, and kept each of them. `now`: wall time."""
    return [each for each in duties_of(session, zone, within, span, now=now) if each.over and each.kept == each.over]


def duties_of(session: Session, zone: str, within: Within, span: Span, *, now: datetime) -> list[OnDuty]:
    """Everybody with duties in a span, and how many of them they kept. `now`: wall time."""
    by_person: dict[str, list[filling.Held]] = defaultdict(list)
    for held in filling.held(session, zone, within, *span, now=now):
        by_person[held.line.employee].append(held)
    return [_counted(listed) for listed in by_person.values()]


def _counted(listed: Sequence[filling.Held]) -> OnDuty:
    states = [held.state for held in listed]
    line = listed[-1].line
    kept = states.count("kept")
    return OnDuty(
        line.employee, line.name, line.unit or "", kept, kept + states.count("no_show"), states.count("unverified")
    )
