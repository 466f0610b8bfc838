"""*Hôm nay*: who is in, who is late, who is away with a paper, and of whom nothing is known yet. Provisional always.

A live view says only what is already certain: a first punch after the required start is a late arrival, whatever comes
later; no punch is "not recorded" only where every terminal the person depends on has been read past the required start.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from datetime import date, datetime

import numpy as np

from attendance import clock
from attendance.engine.attending import Seen, Standing, Standings, see
from attendance.engine.expect import Expected
from attendance.store import case_reading, office, people, ruling_log, rulings
from attendance.store.database import Session
from attendance.store.listing_keys import violation_id
from attendance.store.tree import StoredTree
from attendance.store.within import EVERYTHING, Within
from reports.freshness import freshness
from reports.view import PERSON_STATES, TodayPage, TodayPerson, TodayUnit

NAMES_AT_ONCE = 200
"""So many names a page shows at once; of more, each unit brings its own when it is opened."""


def today_page(
    session: Session,
    zone: str,
    now: datetime,
    *,
    within: Within = EVERYTHING,
    alarms: bool = True,
    only: str | None = None,
    unit: str | None = None,
    opened: Collection[str] = (),
    demo: bool = False,
    day: date | None = None,
) -> TodayPage:
    """The board of a day (default: today) for whom a reader may see, down the tree of that day.

    `unit` says that `within` is narrowed to it. Where there are more than NAMES_AT_ONCE people to list, the page has
    the names of the units in `opened` alone; counts are always whole. Terminals are those the people shown depend on;
    without `alarms`, only until when each was read.
    """
    local = clock.to_wall(now, zone)
    on = day or local.date()
    moment = local if on == local.date() else datetime.combine(on, datetime.max.time()).replace(microsecond=0)
    assigned = [row for row in office.assignments_between(session, on, on) if within.sees(row.unit_id, row.employee_id)]
    read = case_reading.read_case(session, zone, on, on, employee_ids=[row.employee_id for row in assigned])
    until = clock.instant_seconds(moment, zone)
    seen = see(read.case, on, on, until, unruled=[])  # whose unit has no hours yet: nothing is expected of them
    links = _links(session, read, on)
    names = people.names(session, read.employee_ids)
    standing = _standing(seen, on)
    ids = dict(zip(read.case.people, read.employee_ids, strict=True))
    by_unit: dict[int, list[TodayPerson]] = {}
    for row in assigned:
        employee, name = names[row.employee_id]
        stands, since, minutes, excuse, part = standing.get(employee, ("not_scheduled", None, None, None, ""))
        by_unit.setdefault(row.unit_id, []).append(
            TodayPerson(
                employee=employee,
                name=name,
                state=stands,  # type: ignore[arg-type]
                since=clock.to_wall(since, zone) if since else None,
                minutes=minutes,
                excuse=excuse,  # type: ignore[arg-type]
                violation_id=links.get((ids[employee], part)),
                number=row.employee_id,
            )
        )
    stored = StoredTree(session)
    units = []
    for each in stored.shown(on, within):
        here = tuple(by_unit.pop(each.id, ()))
        units.append(TodayUnit(each.code, each.name, each.depth, here, _count(here)))
    for number, still_there in by_unit.items():  # a unit that has ended, with people who are still to move
        code, here = stored.codes[number], tuple(still_there)
        units.append(TodayUnit(code, stored.name(code, on), 0, here, _count(here)))
    everyone = tuple(person for each in units for person in each.people)
    terminals = None if within.is_all else _terminals(session, within, read, seen.expected)
    state = only if only in PERSON_STATES else None
    named = sum(state is None or person.state == state for person in everyone) <= NAMES_AT_ONCE
    return TodayPage(
        day=on,
        now=local.replace(second=0, microsecond=0),
        totals=_count(everyone),
        units=tuple(units),
        terminals=freshness(session, zone, now, terminals, alarms=alarms),
        demo=demo,
        provisional=True,
        day_kind=_day_kind(seen.expected, on),
        only=state,
        unit=unit,
        opened=None if named else frozenset(opened),
    )


def _terminals(session: Session, within: Within, read: case_reading.ReadCase, expected: Expected) -> set[int]:
    """Those of the units that are seen, and those the reader's own day depends on."""
    found = office.terminals_of(session, set(within.places or ()))
    if within.employee is not None and within.employee in read.employee_ids:
        person = read.employee_ids.index(within.employee)
        days = expected.days
        for row in np.flatnonzero(days.person == person).tolist():
            found |= {read.terminal_ids[site] for site in expected.depend_sets[int(days.depends[row])]}
    return found


def _count(people_here: tuple[TodayPerson, ...]) -> dict[str, int]:
    found = Counter(person.state for person in people_here)
    return {state: found.get(state, 0) for state in PERSON_STATES}


def _day_kind(expected: Expected, on: date) -> str:
    """What kind of day it is for most people shown; a weekend where nobody is assigned."""
    days = expected.days
    kinds = Counter(days.plans[plan].kind for plan in days.plan[days.day == clock.day_number(on)].tolist() if plan >= 0)
    return kinds.most_common(1)[0][0] if kinds else "weekend"


def _links(session: Session, read: case_reading.ReadCase, on: date) -> dict[tuple[int, str], str]:
    """The page of the violation already recorded for a person and session."""
    stored = ruling_log.newest(session, read.employee_ids, on, on)
    found: dict[tuple[int, str], str] = {}
    for listed in rulings.violations_of(session, (row.id for row in stored.values())).values():
        for row in listed:
            found.setdefault((row.employee_id, row.session), violation_id(row.employee_id, on, row.session, row.type))
    return found


Told = tuple[str, datetime | None, int | None, str | None, str]


def _standing(seen: Seen, on: date) -> dict[str, Told]:
    """Per person: state, since when, minutes late, which excuse, and the session it is said of."""
    standings, days = Standings(seen), seen.expected.days
    return {
        standing.employee: _told(standing, seen)
        for row in np.flatnonzero(days.day == clock.day_number(on)).tolist()
        for standing in (standings.begun(row),)
    }


def _told(standing: Standing, seen: Seen) -> Told:
    if standing.session < 0:
        return "not_scheduled", None, None, None, ""
    due = seen.expected.due
    name = due.names[due.name[standing.session]]
    if standing.leave >= 0 or standing.away:
        return "excused", None, None, "leave" if standing.leave >= 0 else "mission", name
    if standing.since:
        since = datetime.fromtimestamp(standing.since, clock.UTC)
        return ("late", since, standing.late, None, name) if standing.late else ("present", since, None, None, name)
    if standing.doubt or standing.read_to <= standing.required_from + standing.grace * 60:
        return "unknown", None, None, None, name
    return "absent", None, None, None, name
