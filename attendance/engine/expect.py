"""What is due of each person on each date: assignments × calendar × schedules × papers → sessions with windows.

session      |=========================|
mission   ~~~~~~~~~|                            covers minutes, moves the required start
required           |===================|
window   |----------------------------------|   middle to the neighbours, at most the reach
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

import numpy as np
import numpy.typing as npt

from attendance import clock
from attendance.engine.case import Case
from attendance.engine.columns import Days, Due, Groups
from attendance.engine.spans import Bools, Ints, Small, union
from attendance.errors import NoVersionInForce
from attendance.facts import Assignment
from attendance.rules.rulebook import DayPlan
from attendance.rules.schedule import REGIMES

FIRST_LAST = REGIMES.index("first_last")
MARGIN_DAYS = 2  # neighbours of the first and last date asked for bound its windows


@dataclass(frozen=True, slots=True)
class Expected:
    days: Days
    due: Due
    groups: Groups
    depend_sets: tuple[tuple[int, ...], ...]


def expect(case: Case, from_on: date, to_on: date) -> Expected:
    """Everything due from `from_on - 2` to `to_on + 2`. Raises NoVersionInForce for a date asked for."""
    days, depend_sets = _days(case, from_on, to_on)
    due = _due(case, days)
    groups, due = _group(case, days, due)
    return Expected(days, due, groups, depend_sets)


def _days(case: Case, from_on: date, to_on: date) -> tuple[Days, tuple[tuple[int, ...], ...]]:
    first, last = clock.day_number(from_on) - MARGIN_DAYS, clock.day_number(to_on) + MARGIN_DAYS
    # few assignments differ in unit, schedule and terminals: what follows from those is resolved once each
    kinds: dict[tuple[str, str | None, tuple[str, ...]], int] = {}
    of_kind: list[Assignment] = []
    kind_of = np.empty(len(case.assignments), np.int64)
    for index, a in enumerate(case.assignments):
        kind_of[index] = number = kinds.setdefault((a.unit, a.schedule, a.terminals), len(kinds))
        if number == len(of_kind):
            of_kind.append(a)
    depend_sets: dict[tuple[int, ...], int] = {}
    depends_of = np.array([depend_sets.setdefault(case.terminals_of(a), len(depend_sets)) for a in of_kind], np.int32)
    offices: dict[tuple[str, str | None], int] = {}
    office_of = np.array([offices.setdefault((a.unit, a.schedule), len(offices)) for a in of_kind], np.int64)

    person_of = np.array([case.person_index.get(a.employee, -1) for a in case.assignments], np.int32)
    lows = np.maximum(np.array([clock.day_number(a.from_on) for a in case.assignments], np.int64), first)
    ends = [clock.day_number(a.to_on or date.max) for a in case.assignments]  # an open end is the far future
    highs = np.minimum(np.array(ends, np.int64), last)
    mine = np.lexsort((lows, person_of))
    mine = mine[person_of[mine] >= 0]
    lengths = np.maximum(highs - lows + 1, 0)[mine]
    assignment = np.repeat(mine, lengths).astype(np.int32)
    day = lows[assignment] + _within(lengths)
    kind = kind_of[assignment]

    plan, plans = _plans(case, tuple(offices), office_of[kind], day, (first, last))
    counts_of = np.array([len(p.sessions) for p in plans] or [0], np.int64)
    regime_of = np.array([REGIMES.index(p.regime) for p in plans] or [0], np.int8)
    count = np.where(plan >= 0, counts_of[plan], 0)
    first_session = np.concatenate([[0], np.cumsum(count)[:-1]]) if count.size else count
    days = Days(
        person=person_of[assignment],
        day=day,
        assignment=assignment,
        depends=depends_of[kind] if assignment.size else assignment,
        plan=plan,
        first=first_session,
        count=count,
        plans=plans,
        regime=regime_of[plan] if plan.size else plan.astype(np.int8),
    )
    return days, tuple(depend_sets)


def _plans(
    case: Case, offices: tuple[tuple[str, str | None], ...], office: Ints, day: Ints, bounds: tuple[int, int]
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
        except NoVersionInForce:
            if MARGIN_DAYS <= offset < width - MARGIN_DAYS:
                raise
            continue
        index[wanted] = len(plans)
        plans.append(plan)
    return index[pair], tuple(plans)


def _within(lengths: Ints) -> Ints:
    """0, 1, 2, … restarting for each run of the given lengths."""
    ends = np.cumsum(lengths)
    total = int(ends[-1]) if ends.size else 0
    return np.arange(total) - np.repeat(ends - lengths, lengths)


def _due(case: Case, days: Days) -> Due:
    """Sessions without windows or groups yet: hours, leave, and what missions leave uncovered."""
    names: dict[str, int] = {}
    table = [
        (
            names.setdefault(session.hours.name, len(names)),
            session.hours.starts * 60,
            session.hours.ends * 60,
            session.taken is not None,
        )
        for plan in days.plans
        for session in plan.sessions
    ]
    plan_first = np.concatenate([[0], np.cumsum([len(plan.sessions) for plan in days.plans])]).astype(np.int64)
    day_row = np.repeat(np.arange(len(days)), days.count)
    slot = plan_first[days.plan[day_row]] + _within(days.count)
    columns = np.array(table, np.int64).reshape(-1, 4)[slot]
    midnight = days.day[day_row] * clock.DAY_SECONDS
    start = clock.to_instants(midnight + columns[:, 1], case.zone)
    end = clock.to_instants(midnight + columns[:, 2], case.zone)
    taken = columns[:, 3].astype(np.bool_)
    name = columns[:, 0].astype(np.int16)
    leave = _leave(case, days, name, tuple(names))
    free_from, free_to, covered = _uncovered(case, days, start, end, taken | (leave >= 0))
    some = free_to[0] > free_from[0]
    required_to = free_to[0].copy()
    for begin, finish in zip(free_from[1:], free_to[1:], strict=True):
        required_to = np.where(finish > begin, finish, required_to)
    unset = np.zeros(start.size, np.int64)
    return Due(
        day_row=day_row.astype(np.int64),
        name=name,
        start=start,
        end=end,
        free_from=free_from,
        free_to=free_to,
        required_from=np.where(some, free_from[0], end),
        required_to=np.where(some, required_to, start),
        window_lo=unset,
        window_hi=unset - 1,
        leave=leave,
        taken=taken,
        covered=covered,
        group=unset - 1,
        names=tuple(names),
    )


def _leave(case: Case, days: Days, name: npt.NDArray[np.int16], names: tuple[str, ...]) -> Small:
    """Per session the leave that takes it whole, -1 where none."""
    taken = np.full(name.size, -1, np.int32)
    for index, leave in enumerate(case.leaves):
        row = find_day(days, case.person_index.get(leave.employee, -1), clock.day_number(leave.on))
        if row < 0:
            continue
        for session in range(int(days.first[row]), int(days.first[row] + days.count[row])):
            if leave.session == "all" or names[name[session]] == leave.session:
                taken[session] = index
    return taken


def find_day(days: Days, person: int, day: int) -> int:
    """The row of a person and date, -1 where the person is not employed then."""
    low, high = np.searchsorted(days.person, [person, person + 1])
    row = int(low + np.searchsorted(days.day[low:high], day))
    return row if row < high and days.day[row] == day else -1


def _uncovered(
    case: Case, days: Days, start: Ints, end: Ints, taken: Bools
) -> tuple[tuple[Ints, ...], tuple[Ints, ...], Bools]:
    """Stretches of each session that no mission covers; none where leave or the calendar takes it."""
    covers: dict[int, list[tuple[int, int]]] = {}
    for mission in case.missions:
        person = case.person_index.get(mission.employee)
        if person is None:
            continue
        away = (clock.instant_seconds(mission.starts, case.zone), clock.instant_seconds(mission.ends, case.zone))
        low, high = np.searchsorted(days.person, [person, person + 1])
        near = np.searchsorted(
            days.day[low:high], [clock.day_number(mission.starts.date()) - 1, clock.day_number(mission.ends.date()) + 1]
        )
        if low == high:
            continue
        until = low + near[1]
        first = int(days.first[min(low + near[0], high - 1)])
        last = (
            int(days.first[until] + days.count[until])
            if until < high
            else int(days.first[high - 1] + days.count[high - 1])
        )
        for session in range(first, last):
            if away[0] < end[session] and start[session] < away[1]:
                covers.setdefault(session, []).append(away)
    covered = np.zeros(start.size, np.bool_)
    whole_to = np.where(taken, start, end)
    froms, tos = [start.copy()], [whole_to]
    for session, spans in covers.items():
        covered[session] = True
        if taken[session]:
            continue
        free = _without(int(start[session]), int(end[session]), spans)
        while len(froms) < len(free):
            froms.append(start.copy())
            tos.append(start.copy())
        tos[0][session] = start[session]
        for layer, (begin, finish) in enumerate(free):
            froms[layer][session], tos[layer][session] = begin, finish
    return tuple(froms), tuple(tos), covered


def _without(start: int, end: int, spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """What is left of `[start, end)` outside the spans, in order."""
    free, at = [], start
    for begin, finish in union(spans):
        if begin > at:
            free.append((at, min(begin, end)))
        at = max(at, finish)
        if at >= end:
            break
    if at < end:
        free.append((at, end))
    return [(begin, finish) for begin, finish in free if begin < finish]


def _group(case: Case, days: Days, due: Due) -> tuple[Groups, Due]:
    """Windows between neighbours, and which sessions are judged together."""
    open_rows = np.flatnonzero(due.required_to > due.required_from)
    day_row = due.day_row[open_rows]
    person = days.person[day_row]
    start, end = due.start[open_rows], due.end[open_rows]
    reach = case.rulebook.policy.session_window_minutes * 60
    lo, hi = start - reach, end + reach
    same_person = person[1:] == person[:-1]
    middle = (end[:-1] + start[1:]) // 2
    hi[:-1] = np.where(same_person, np.minimum(hi[:-1], middle), hi[:-1])
    lo[1:] = np.where(same_person, np.maximum(lo[1:], middle + 1), lo[1:])

    first_last = days.regime[day_row] == FIRST_LAST
    same_day = day_row[1:] == day_row[:-1]
    joined = same_day & (first_last[1:] | (end[:-1] == start[1:]))
    begins = np.concatenate([[True], ~joined])[: open_rows.size]
    group = np.cumsum(begins) - 1
    firsts = np.flatnonzero(begins)
    lasts = np.append(firsts[1:] - 1, open_rows.size - 1) if firsts.size else firsts

    window_lo, window_hi, group_of = due.window_lo.copy(), due.window_hi.copy(), due.group.copy()
    window_lo[open_rows], window_hi[open_rows], group_of[open_rows] = lo, hi, group
    groups = Groups(
        first_due=open_rows[firsts],
        last_due=open_rows[lasts],
        required_from=due.required_from[open_rows[firsts]],
        required_to=due.required_to[open_rows[lasts]],
        window_hi=hi[lasts],
        depends=days.depends[day_row[firsts]],
        first_last=first_last[firsts],
    )
    return groups, replace(due, window_lo=window_lo, window_hi=window_hi, group=group_of)
