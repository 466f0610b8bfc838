"""*Hôm nay*: who is in, who is late, who is away with a paper, and of whom nothing is known yet. Provisional always.

A live view says only what is already certain: a first punch after the required start is a late arrival, whatever comes
later; no punch is "not recorded" only where every terminal the person depends on has been read past the required start.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from datetime import date, datetime

import numpy as np
import numpy.typing as npt

from attendance import clock
from attendance.engine.run import Judgement, evaluate
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
    judgement = evaluate(read.case, on, on, unruled=[])  # whose unit has no hours yet: nothing is expected of them
    links = _links(session, read, on)
    names = people.names(session, read.employee_ids)
    standing = _standing(judgement, on, clock.instant_seconds(moment, zone))
    ids = dict(zip(read.case.people, read.employee_ids, strict=True))
    by_unit: dict[int, list[TodayPerson]] = {}
    for row in assigned:
        employee, name = names[row.employee_id]
        state, since, minutes, excuse, part = standing.get(employee, ("not_scheduled", None, None, None, ""))
        by_unit.setdefault(row.unit_id, []).append(
            TodayPerson(
                employee=employee,
                name=name,
                state=state,  # type: ignore[arg-type]
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
    terminals = None if within.is_all else _terminals(session, within, read, judgement)
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
        day_kind=_day_kind(judgement, on),
        only=state,
        unit=unit,
        opened=None if named else frozenset(opened),
    )


def _terminals(session: Session, within: Within, read: case_reading.ReadCase, judgement: Judgement) -> set[int]:
    """Those of the units that are seen, and those the reader's own day depends on."""
    found = office.terminals_of(session, set(within.places or ()))
    if within.employee is not None and within.employee in read.employee_ids:
        person = read.employee_ids.index(within.employee)
        days = judgement.expected.days
        for row in np.flatnonzero(days.person == person).tolist():
            found |= {read.terminal_ids[site] for site in judgement.expected.depend_sets[int(days.depends[row])]}
    return found


def _count(people_here: tuple[TodayPerson, ...]) -> dict[str, int]:
    found = Counter(person.state for person in people_here)
    return {state: found.get(state, 0) for state in PERSON_STATES}


def _day_kind(judgement: Judgement, on: date) -> str:
    """What kind of day it is for most people shown; a weekend where nobody is assigned."""
    days = judgement.expected.days
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


Standing = tuple[str, datetime | None, int | None, str | None, str]


def _standing(judgement: Judgement, on: date, moment: int) -> dict[str, Standing]:
    """Per person: state, since when, minutes late, which excuse, and the session it is said of.

    It is said of the session that began last; before the first one begins, of the first.
    """
    expected, paired, coverable = judgement.expected, judgement.paired, judgement.coverable
    days, due, groups = expected.days, expected.due, expected.groups
    latest = read_to(judgement)
    grace = judgement.case.rulebook.policy.late_grace_minutes
    missed = _missed(judgement)
    found: dict[str, Standing] = {}
    for row in np.flatnonzero(days.day == clock.day_number(on)).tolist():
        person = judgement.case.people[days.person[row]]
        sessions = range(int(days.first[row]), int(days.first[row] + days.count[row]))
        due_now = [at for at in sessions if not due.taken[at]]
        if not due_now:
            found[person] = ("not_scheduled", None, None, None, "")
            continue
        begun = [at for at in due_now if due.start[at] <= moment]
        at = begun[-1] if begun else due_now[0]
        name = due.names[due.name[at]]
        group = int(due.group[at])
        if due.leave[at] >= 0:
            found[person] = ("excused", None, None, "leave", name)
        elif group < 0 or (due.covered[at] and not due.free_from[0][at] <= moment < due.free_to[-1][at]):
            found[person] = ("excused", None, None, "mission", name)
        elif paired.count[group] and paired.first[group] <= moment:
            since = datetime.fromtimestamp(int(paired.first[group]), clock.UTC)
            arrived = not paired.lone[group] or paired.lone_is_in[group]
            first = int(groups.first_due[group])
            late = sum(int(missed[s]) for s in range(first, at + 1) if due.group[s] == group) // 60
            if arrived and late > grace and not coverable.outage_start[group]:
                found[person] = ("late", since, late, None, name)
            else:
                found[person] = ("present", since, None, None, name)
        elif coverable.outage[group] or latest[int(days.depends[row])] <= groups.required_from[group] + grace * 60:
            found[person] = ("unknown", None, None, None, name)
        else:
            found[person] = ("absent", None, None, None, name)
    return found


def _missed(judgement: Judgement) -> npt.NDArray[np.int64]:
    """Per session the required seconds before the first punch of what it is judged with; 0 where there is none."""
    due, first = judgement.expected.due, judgement.paired.first
    begun = np.where(due.group >= 0, first[due.group], due.start) if first.size else due.start
    return np.asarray(due.uncovered_before(np.clip(begun, due.start, due.end)), np.int64)


def read_to(judgement: Judgement) -> list[int]:
    """Per set of terminals the instant up to which all of them have been read."""
    case = judgement.case
    latest: dict[int, int] = {}
    for coverage in case.coverage:
        if coverage.until is not None:
            site = case.site_index[coverage.terminal]
            latest[site] = max(latest.get(site, 0), clock.instant_seconds(coverage.until, case.zone))
    return [min((latest.get(site, 0) for site in sites), default=0) for sites in judgement.expected.depend_sets]
