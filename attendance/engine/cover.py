"""May this group be judged? Coverage, outages and clocks of the terminals a person depends on → settled, impaired.

A group is settled when both its sides are there and its last punch is at or after the required end, or when every
terminal the person depends on has been read completely from its required start to past its window.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import reduce

import numpy as np

from attendance import clock
from attendance.engine.case import Case
from attendance.engine.columns import Claims, Coverable, Paired
from attendance.engine.expect import Expected
from attendance.engine.spans import EARLIEST, LATEST, Bools, Ints, Spans, intersection, union, within
from attendance.engine.windows import CHECK_IN_ONLY, EXEMPT

Moments = list[tuple[int, int]]


def cover(case: Case, expected: Expected, claims: Claims, paired: Paired) -> Coverable:
    """What may be concluded of each group, row by row of Groups; nothing stands in the way of the regime `exempt`."""
    groups = expected.groups
    depends = groups.depends.astype(np.int64)
    read = spans_of_sets(case, expected, [(c.terminal, c.starts, c.until) for c in case.coverage], all_of)
    row = read.find(depends, groups.required_from)
    synced = (row >= 0) & (read.hi[row] > groups.window_hi) if len(read) else row >= 0
    both = (paired.count > 0) & ~paired.lone
    exempt = groups.regime == EXEMPT
    settled = synced | (both & (paired.last >= groups.stretch_to)) | exempt

    outage_start, outage_end, clock_start, clock_end = (np.zeros(len(groups), np.bool_) for _ in range(4))
    clock_at = np.zeros(len(expected.due), np.bool_)
    dead = spans_of_sets(
        case, expected, [(o.terminal, o.starts, o.ends) for o in case.outages if o.mode == "dead"], all_of
    )
    # few groups depend on a terminal that was ever out of order
    rows = np.flatnonzero((dead.has(groups.depends_first) | dead.has(groups.depends_last)) & ~exempt)
    if rows.size:
        outage_start[rows], outage_end[rows] = _outages(expected, paired, dead, rows, both[rows])
    if case.clock_invalids and len(groups):
        clock_start, clock_end, clock_at = _doubtful(case, expected, claims, paired)
        concerned = clock_start | clock_end
        concerned[expected.due.group[clock_at]] = True
        rows = np.flatnonzero(concerned & both)
        late_in, early_out = _unmet(expected, paired, rows)
        met = exempt.copy()
        met[rows] |= ~late_in & ~early_out  # other punches meet both requirements
        clock_start &= ~met
        clock_end &= ~met
        clock_at &= ~met[expected.due.group]
    return Coverable(settled, outage_start, outage_end, clock_start, clock_end, clock_at)


def _outages(expected: Expected, paired: Paired, dead: Spans, rows: Ints, both: Bools) -> tuple[Bools, Bools]:
    """Whether a dead terminal excuses the in and the out of some groups.

    A missing punch leaves the required time alone to be covered; one that meets it leaves nothing to excuse.
    """
    groups = expected.groups
    lone_in = paired.lone[rows] & paired.lone_is_in[rows]
    lone_out = paired.lone[rows] & ~paired.lone_is_in[rows]
    late_in, early_out = _unmet(expected, paired, rows)
    first, last = groups.depends_first[rows].astype(np.int64), groups.depends_last[rows].astype(np.int64)
    came, left = paired.first[rows], paired.last[rows]
    required_from, required_to = groups.required_from[rows], groups.required_to[rows]
    start = np.where(
        both | lone_in,
        late_in & dead.touches(first, required_from, came),
        dead.covers(first, groups.stretch_from[rows]),
    )
    end = np.where(
        both | lone_out,
        early_out & (dead.touches(last, left, required_to) | dead.covers(last, required_to)),
        dead.covers(last, groups.stretch_to[rows]) & (groups.regime[rows] != CHECK_IN_ONLY),
    )
    return start, end


def _unmet(expected: Expected, paired: Paired, rows: Ints) -> tuple[Bools, Bools]:
    """Where in some groups an in that is there is late, and an out that is there is early, beyond grace."""
    due, groups, days = expected.due, expected.groups, expected.days
    late_grace = days.rule(lambda policy: policy.late_grace_minutes, due.day_row[groups.first_due[rows]])
    early_grace = days.rule(lambda policy: policy.early_grace_minutes, due.day_row[groups.last_due[rows]])
    came, left = paired.first[rows], paired.last[rows]
    # beyond the other required time a mission covers the minutes, or there are none
    late = (np.minimum(came, groups.required_to[rows]) - groups.required_from[rows]) // 60 > late_grace
    early = (groups.required_to[rows] - np.maximum(left, groups.required_from[rows])) // 60 > early_grace
    if len(due.free_from) > 1 or (groups.first_due != groups.last_due).any():
        # breaks and covered stretches between the required time and the punch are no minutes of delay
        late &= _lost(expected, rows, groups.required_from[rows], came) > late_grace
        early &= _lost(expected, rows, left, groups.required_to[rows]) > early_grace
    single = paired.lone[rows]
    has_in = (paired.count[rows] > 0) & (~single | paired.lone_is_in[rows])
    has_out = (paired.count[rows] > 0) & (~single | ~paired.lone_is_in[rows])
    return has_in & late, has_out & early


def _lost(expected: Expected, rows: Ints, start: Ints, end: Ints) -> Ints:
    """Whole uncovered minutes of the sessions of some groups between two moments."""
    due, groups = expected.due, expected.groups
    many = groups.last_due[rows] - groups.first_due[rows] + 1
    of_row = np.repeat(np.arange(rows.size), many)
    sessions = np.repeat(groups.first_due[rows], many) + within(many)
    mine = due.group[sessions] == rows[of_row]
    of_row, sessions = of_row[mine], sessions[mine]
    seconds = np.zeros(sessions.size, np.int64)
    for low, high in zip(due.free_from, due.free_to, strict=True):
        seconds += np.maximum(np.minimum(end[of_row], high[sessions]) - np.maximum(start[of_row], low[sessions]), 0)
    return np.bincount(of_row, seconds, rows.size).astype(np.int64) // 60


def _doubtful(case: Case, expected: Expected, claims: Claims, paired: Paired) -> tuple[Bools, Bools, Bools]:
    """Groups with an invalid clock at their required start, at their end, and sessions with a punch under one (§5)."""
    groups = expected.groups
    invalid = spans_of_sets(case, expected, [(c.terminal, c.starts, c.ends) for c in case.clock_invalids], any_of)
    start, end = np.zeros(len(groups), np.bool_), np.zeros(len(groups), np.bool_)
    rows = np.flatnonzero(invalid.has(groups.depends_first))
    start[rows] = invalid.covers(groups.depends_first[rows].astype(np.int64), groups.stretch_from[rows])
    rows = np.flatnonzero(invalid.has(groups.depends_last) & (groups.regime != CHECK_IN_ONLY))
    end[rows] = invalid.covers(groups.depends_last[rows].astype(np.int64), groups.stretch_to[rows])
    under = np.flatnonzero(claims.timeless & ~claims.annulled & ~paired.off_site & (paired.group >= 0))
    sessions = np.zeros(len(expected.due), np.bool_)
    in_session = paired.due[under] >= 0
    sessions[paired.due[under[in_session]]] = True
    # in the window of a duty at an end of a stretch it speaks of that end, of another only where a punch is missing
    group, window = expected.windows.group, paired.window[under[~in_session]]
    edges = np.append(group, -2)  # the last element stands before the first row and after the last
    start[group[window[edges[window - 1] != group[window]]]] = True
    end[group[window[edges[window + 1] != group[window]]]] = True
    start[group[window]] |= ((paired.count == 0) | paired.lone)[group[window]]
    return start, end, sessions


def all_of(parts: list[Moments]) -> Moments:
    return reduce(intersection, parts)


def any_of(parts: list[Moments]) -> Moments:
    return union(span for part in parts for span in part)


def spans_of_sets(
    case: Case,
    expected: Expected,
    rows: list[tuple[str, datetime | None, datetime | None]],
    shared: Callable[[list[Moments]], Moments],
) -> Spans:
    """Spans in which the terminals of a set lie in one of its rows; owner = the set. An empty set has none."""
    by_site: dict[int, Moments] = {}
    wanted = {site for sites in expected.depend_sets for site in sites}
    for terminal, starts, ends in rows:
        site = case.site_index.get(terminal)
        if site in wanted:
            begin = clock.instant_seconds(starts, case.zone) if starts else EARLIEST + 1
            finish = clock.instant_seconds(ends, case.zone) if ends else LATEST - 1
            by_site.setdefault(site, []).append((begin, finish))
    return Spans(
        (owner, lo, hi, 0)
        for owner, sites in enumerate(expected.depend_sets)
        if sites
        for lo, hi in shared([union(by_site.get(site, [])) for site in sites])
    )
