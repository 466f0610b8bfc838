"""May this group be judged? Coverage and outages of the terminals a person depends on → settled, impaired.

A group is settled when both its sides are there and its last punch is at or after the required end, or when every
terminal the person depends on has been read completely from its required start to past its window.
"""

from __future__ import annotations

from datetime import datetime
from functools import reduce

import numpy as np

from attendance import clock
from attendance.engine.case import Case
from attendance.engine.columns import Coverable, Paired
from attendance.engine.expect import Expected
from attendance.engine.spans import EARLIEST, LATEST, Spans, intersection, union


def cover(case: Case, expected: Expected, paired: Paired) -> Coverable:
    groups, policy = expected.groups, case.rulebook.policy
    depends = groups.depends.astype(np.int64)
    read = _shared(case, expected, [(c.terminal, c.starts, c.until) for c in case.coverage])
    row = read.find(depends, groups.required_from)
    synced = (row >= 0) & (read.hi[row] > groups.window_hi) if len(read) else row >= 0
    both = (paired.count > 0) & ~paired.lone
    settled = synced | (both & (paired.last >= groups.required_to))

    dead = _shared(case, expected, [(o.terminal, o.starts, o.ends) for o in case.outages if o.mode == "dead"])
    has_in = both | paired.lone_is_in
    has_out = both | (paired.lone & ~paired.lone_is_in)
    late_in = has_in & ((paired.first - groups.required_from) // 60 > policy.late_grace_minutes)
    early_out = has_out & ((groups.required_to - paired.last) // 60 > policy.early_grace_minutes)
    # A missing punch leaves the required time alone to be covered; one that meets it leaves nothing to excuse.
    outage_start = np.where(
        has_in,
        late_in & dead.touches(depends, groups.required_from, paired.first),
        dead.covers(depends, groups.required_from),
    )
    outage_end = np.where(
        has_out,
        early_out & (dead.touches(depends, paired.last, groups.required_to) | dead.covers(depends, groups.required_to)),
        dead.covers(depends, groups.required_to),
    )
    return Coverable(
        settled=settled,
        outage=(outage_start | outage_end),
        outage_start=outage_start.astype(np.bool_),
        outage_end=outage_end.astype(np.bool_),
    )


def _shared(case: Case, expected: Expected, rows: list[tuple[str, datetime | None, datetime | None]]) -> Spans:
    """Spans in which every terminal of a set lies in one of its rows; owner = the set. An empty set has none."""
    by_site: dict[int, list[tuple[int, int]]] = {}
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
        for lo, hi in reduce(intersection, [union(by_site.get(site, [])) for site in sites])
    )
