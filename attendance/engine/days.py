"""Who is employed on which date, under which plan, and on which terminals the person depends."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Protocol

import numpy as np

from attendance import clock
from attendance.engine.case import Case
from attendance.engine.columns import Days, Due, day_keys
from attendance.engine.reach import margin_days, needed_days
from attendance.engine.spans import EARLIEST, Ints, Small, key, place, within
from attendance.errors import NoVersionInForce
from attendance.facts import Assignment, SiteFact
from attendance.rules.policy import Policy
from attendance.rules.rulebook import DayPlan
from attendance.rules.schedule import REGIMES

DependSets = dict[tuple[int, ...], int]


class _OfDate(Protocol):
    @property
    def employee(self) -> str: ...

    @property
    def on(self) -> date: ...


def employed_days(
    case: Case, from_on: date, to_on: date, unruled: list[NoVersionInForce] | None = None
) -> tuple[Days, DependSets]:
    """Every person-day with an assignment around the dates asked for, and the sets of terminals they depend on.

    Raises NoVersionInForce for a date asked for that no version of the schedule covers, or puts it into `unruled`.
    """
    first, last = needed_days(case.duties, margin_days(case.rulebook.all_policies()), from_on, to_on)
    asked = clock.day_number(from_on), clock.day_number(to_on)
    # few assignments differ in unit, schedule and terminals: what follows from those is resolved once each
    kinds = [(a.unit, a.schedule, a.terminals) for a in case.assignments]
    one_of_kind = dict(zip(kinds, case.assignments, strict=True))
    of_kind, number = list(one_of_kind.values()), {kind: place for place, kind in enumerate(one_of_kind)}
    kind_of = np.array([number[kind] for kind in kinds], np.int64)
    offices: dict[tuple[str, str | None], int] = {}
    office_of = np.array([offices.setdefault((a.unit, a.schedule), len(offices)) for a in of_kind], np.int64)

    index, far = case.person_index, date.max.toordinal()
    person_of = np.array([index.get(a.employee, -1) for a in case.assignments], np.int32)
    begins = np.array([a.from_on.toordinal() for a in case.assignments], np.int64) - clock.EPOCH_ORDINAL
    ends = np.array([a.to_on.toordinal() if a.to_on else far for a in case.assignments], np.int64) - clock.EPOCH_ORDINAL
    lows, highs = np.maximum(begins, first), np.minimum(ends, last)
    mine = np.lexsort((lows, person_of))
    mine = mine[person_of[mine] >= 0]
    lengths = np.maximum(highs - lows + 1, 0)[mine]
    assignment = np.repeat(mine.astype(np.int32), lengths)
    day = np.repeat(lows[mine], lengths) + within(lengths)
    person = person_of[assignment]
    kind = kind_of[assignment]
    office = office_of[kind] if assignment.size else kind

    depends, depend_sets = _depends(case, of_kind, kind, day, (first, last))
    plan, plans = _plans(case, tuple(offices), office, day, (first, last), asked, unruled)
    policy, policies = _policies(case, tuple(offices), office, person, day)
    # the last element stands for a day without a plan
    count = np.array([*(len(p.sessions) for p in plans), 0], np.int64)[plan]
    regime = np.array([*(REGIMES.index(p.regime) for p in plans), 0], np.int8)[plan]
    days = Days(
        person=person,
        day=day,
        assignment=assignment,
        depends=depends,
        plan=plan,
        first=firsts_of(count),
        count=count,
        plans=plans,
        regime=regime,
        policy=policy,
        policies=policies,
        starts=person.searchsorted(np.arange(len(case.people) + 1, dtype=np.int32)),
        keys=day_keys(person, day),
    )
    return days, depend_sets


def _depends(
    case: Case, of_kind: Sequence[Assignment], kind: Ints, day: Ints, bounds: tuple[int, int]
) -> tuple[Small, DependSets]:
    """The terminals each person-day depends on: resolved once for each kind of assignment and stretch of the tree."""
    tree, sets = case.rulebook.tree, DependSets()
    begins = clock.from_day_number(bounds[0])
    turns = [begins, *(on for on in tree.turns if begins < on <= clock.from_day_number(bounds[1]))]
    table = np.empty((len(turns), len(of_kind)), np.int32)
    for row, on in enumerate(turns):
        for column, assignment in enumerate(of_kind):
            table[row, column] = sets.setdefault(case.terminals_of(assignment, on), len(sets))
    if not day.size:
        return np.zeros(0, np.int32), sets
    if len(turns) == 1:
        return table[0][kind], sets
    later = np.array([clock.day_number(on) for on in turns[1:]], np.int64)
    return table[later.searchsorted(day, "right"), kind], sets


def _plans(
    case: Case,
    offices: tuple[tuple[str, str | None], ...],
    office: Ints,
    day: Ints,
    bounds: tuple[int, int],
    asked: tuple[int, int],
    unruled: list[NoVersionInForce] | None,
) -> tuple[Small, tuple[DayPlan, ...]]:
    """The plan of each person-day: few distinct (office, date) pairs are resolved once each."""
    first, last = bounds
    width = last - first + 1
    pair = office * width + (day - first)
    plans: list[DayPlan] = []
    index = np.full(len(offices) * width, -1, np.int32)
    for wanted in np.flatnonzero(np.bincount(pair)).tolist():
        unit, own = offices[wanted // width]
        offset = wanted % width
        try:
            plan = case.rulebook.plan(unit, own, clock.from_day_number(first + offset))
        except NoVersionInForce as error:
            if asked[0] <= first + offset <= asked[1]:
                if unruled is None:
                    raise
                unruled.append(error)
            continue
        index[wanted] = len(plans)
        plans.append(plan)
    return index[pair], tuple(plans)


def _policies(
    case: Case, offices: tuple[tuple[str, str | None], ...], office: Ints, person: Small, day: Ints
) -> tuple[Small, tuple[Policy, ...]]:
    """The thresholds of each person-day: resolved once for each unit and stretch of time, and each person with own."""
    book = case.rulebook
    if not book.rules.versions or not day.size:
        return np.zeros(day.size, np.int32), (book.policy,)
    first, last = int(day.min()), int(day.max())
    epoch = np.array([book.epoch(clock.from_day_number(number)) for number in range(first, last + 1)], np.int64)
    own = np.full(len(case.people) + 1, -1, np.int64)
    for code in book.rules.persons & set(case.person_index):
        own[case.person_index[code]] = case.person_index[code]
    turns = int(epoch.max()) + 1
    key = (office * (len(case.people) + 1) + own[person] + 1) * turns + epoch[day - first]
    begins = np.flatnonzero(np.append(True, key[1:] != key[:-1]))  # the same holds of a person for many days
    _, firsts, index = np.unique(key[begins], return_index=True, return_inverse=True)
    policies: dict[Policy, int] = {}
    number_of = np.empty(firsts.size, np.int32)
    for number, row in enumerate(begins[firsts].tolist()):
        policy = book.policy_of(
            offices[int(office[row])][0], case.people[int(person[row])], clock.from_day_number(int(day[row]))
        )
        number_of[number] = policies.setdefault(policy, len(policies))
    return np.repeat(number_of[index], np.diff(np.append(begins, key.size))), tuple(policies)


def firsts_of(count: Ints) -> Ints:
    """Where each run of the given lengths begins."""
    return np.concatenate([[0], np.cumsum(count)[:-1]]) if count.size else count


def sessions_in(days: Days, due: Due, people: Ints, window: Ints) -> tuple[Ints, Ints]:
    """The sessions that share time with a window of a person: the place of the window, and the row of Due."""
    begins = key(days.person[due.day_row], due.start)
    order = None
    if (begins[1:] < begins[:-1]).any():  # hours after midnight of a version that ends, before those of the next
        order = np.argsort(begins, kind="stable")
        begins = begins[order]
    reach = 2 * clock.DAY_SECONDS  # a session is over two days after its start at the latest
    low = place(begins, key(people, np.maximum(window[:, 0] - reach, EARLIEST)), "left")
    high = place(begins, key(people, window[:, 1]), "left")
    many = np.where(people >= 0, high - low, 0)
    which = np.repeat(np.arange(people.size), many)
    session = low[which] + within(many)
    if order is not None:
        session = order[session]
    shared = (due.start[session] < window[which, 1]) & (due.end[session] > window[which, 0])
    return which[shared], session[shared]


def rows_of_facts(case: Case, days: Days, facts: Sequence[_OfDate]) -> Ints:
    """The row of each fact about a person and a date, -1 where that person is not employed then."""
    person = np.array([case.person_index.get(fact.employee, -1) for fact in facts], np.int64)
    day = np.array([fact.on.toordinal() for fact in facts], np.int64) - clock.EPOCH_ORDINAL
    return days.find_all(person, day)


def move_sites(case: Case, days: Days, due: Due, depend_sets: DependSets) -> None:
    """Site facts replace the terminals of the assignment for their date and session (§5), in place.

    Of two for the same session the one written first holds.
    """
    rows = rows_of_facts(case, days, case.site_facts).tolist()
    for fact, row in zip(reversed(case.site_facts), reversed(rows), strict=True):
        if row < 0:
            continue
        sites = tuple(sorted(case.site_index[code] for code in fact.terminals))
        depends = depend_sets.setdefault(sites, len(depend_sets))
        sessions = np.arange(int(days.first[row]), int(days.first[row] + days.count[row]))
        if _whole_day(fact):
            days.depends[row] = depends
            due.depends[sessions] = depends
        else:
            due.depends[[at for at in sessions if due.names[due.name[at]] == fact.session]] = depends


def _whole_day(fact: SiteFact) -> bool:
    return fact.session in (None, "all")
