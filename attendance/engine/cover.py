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
from attendance.engine.spans import EARLIEST, LATEST, Bools, Ints, Spans, intersection, union
from attendance.engine.windows import CHECK_IN_ONLY, EXEMPT

Moments = list[tuple[int, int]]


def cover(case: Case, expected: Expected, claims: Claims, paired: Paired) -> Coverable:
    """What may be concluded of each group, row by row of Groups; nothing stands in the way of the regime `exempt`."""
    groups = expected.groups
    depends = groups.depends.astype(np.int64)
    read = _spans(case, expected, [(c.terminal, c.starts, c.until) for c in case.coverage], _all_of)
    row = read.find(depends, groups.required_from)
    synced = (row >= 0) & (read.hi[row] > groups.window_hi) if len(read) else row >= 0
    both = (paired.count > 0) & ~paired.lone
    exempt = groups.regime == EXEMPT
    settled = synced | (both & (paired.last >= groups.stretch_to)) | exempt

    nowhere = np.zeros(len(groups), np.bool_)
    if not case.clock_invalids and all(outage.mode != "dead" for outage in case.outages):
        return Coverable(settled, nowhere, nowhere, nowhere, nowhere)

    has_in = both | paired.lone_is_in
    has_out = both | (paired.lone & ~paired.lone_is_in)
    late_in, early_out = _unmet(expected, paired, has_in, has_out)
    dead = _spans(case, expected, [(o.terminal, o.starts, o.ends) for o in case.outages if o.mode == "dead"], _all_of)
    # A missing punch leaves the required time alone to be covered; one that meets it leaves nothing to excuse.
    at_first, at_last = groups.depends_first.astype(np.int64), groups.depends_last.astype(np.int64)
    outage_start = ~exempt & np.where(
        has_in,
        late_in & dead.touches(at_first, groups.required_from, paired.first),
        dead.covers(at_first, groups.stretch_from),
    )
    outage_end = ~exempt & np.where(
        has_out,
        early_out & (dead.touches(at_last, paired.last, groups.required_to) | dead.covers(at_last, groups.required_to)),
        dead.covers(at_last, groups.stretch_to) & (groups.regime != CHECK_IN_ONLY),
    )
    clock_invalid = nowhere
    if case.clock_invalids:
        met = both & ~late_in & ~early_out
        clock_invalid = _doubtful(case, expected, claims, paired) & ~met & ~exempt
    return Coverable(settled, outage_start | outage_end, outage_start, outage_end, clock_invalid)


def _unmet(expected: Expected, paired: Paired, has_in: Bools, has_out: Bools) -> tuple[Bools, Bools]:
    """Where the in is late, and where the out is early, beyond grace."""
    due, groups, days = expected.due, expected.groups, expected.days
    late_grace = days.rule(lambda policy: policy.late_grace_minutes, due.day_row[groups.first_due])
    early_grace = days.rule(lambda policy: policy.early_grace_minutes, due.day_row[groups.last_due])
    late = (paired.first - groups.required_from) // 60 > late_grace
    early = (groups.required_to - paired.last) // 60 > early_grace
    if len(due.free_from) > 1 or (groups.first_due != groups.last_due).any():
        # breaks and covered stretches between the required time and the punch are no minutes of delay
        late &= _lost(expected, groups.required_from, paired.first) > late_grace
        early &= _lost(expected, paired.last, groups.required_to) > early_grace
    return has_in & late, has_out & early


def _lost(expected: Expected, start: Ints, end: Ints) -> Ints:
    """Whole uncovered minutes of each group's sessions between two moments."""
    due, groups = expected.due, expected.groups
    known = np.flatnonzero(due.group >= 0)
    group = due.group[known]
    seconds = np.zeros(known.size, np.int64)
    for low, high in zip(due.free_from, due.free_to, strict=True):
        seconds += np.maximum(np.minimum(end[group], high[known]) - np.maximum(start[group], low[known]), 0)
    lost = np.zeros(len(groups), np.int64)
    np.add.at(lost, group, seconds)
    return lost // 60


def _doubtful(case: Case, expected: Expected, claims: Claims, paired: Paired) -> Bools:
    """Groups with a punch under an invalid clock in a window, or with such a clock at a required time (§5)."""
    groups = expected.groups
    found = np.zeros(len(groups), np.bool_)
    under = paired.group[claims.timeless & ~claims.annulled & ~paired.off_site]
    found[under[under >= 0]] = True
    invalid = _spans(case, expected, [(c.terminal, c.starts, c.ends) for c in case.clock_invalids], _any_of)
    found |= invalid.covers(groups.depends_first.astype(np.int64), groups.stretch_from)
    found |= invalid.covers(groups.depends_last.astype(np.int64), groups.stretch_to) & (groups.regime != CHECK_IN_ONLY)
    return found


def _all_of(parts: list[Moments]) -> Moments:
    return reduce(intersection, parts)


def _any_of(parts: list[Moments]) -> Moments:
    return union(span for part in parts for span in part)


def _spans(
    case: Case,
    expected: Expected,
    rows: list[tuple[str, datetime | None, datetime | None]],
    shared: Callable[[list[Moments]], Moments],
) -> Spans:
    """Spans in which the terminals of a set lie in one of its rows; owner = the set. An empty set has none."""
    by_site: dict[int, Moments] = {}
    for terminal, starts, ends in rows:
        site = case.site_index.get(terminal)
        if site is not None:
            begin = clock.instant_seconds(starts, case.zone) if starts else EARLIEST + 1
            finish = clock.instant_seconds(ends, case.zone) if ends else LATEST - 1
            by_site.setdefault(site, []).append((begin, finish))
    return Spans(
        (owner, lo, hi, 0)
        for owner, sites in enumerate(expected.depend_sets)
        if sites
        for lo, hi in shared([union(by_site.get(site, [])) for site in sites])
    )
