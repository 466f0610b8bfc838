"""Gaps between inner punches: with `track_mid_session` each is a post that was left (§4).

punches   in     out   in     out   in       out
gap              |~~~~~|      |~~~~~|             cut to the sessions; breaks and credited stretches are not counted
"""

from __future__ import annotations

import numpy as np

from attendance.engine.columns import INWARD, OUTWARD, Claims, Due, Gaps, Paired
from attendance.engine.expect import Expected
from attendance.engine.spans import Ints, clipped, within
from attendance.engine.windows import FIRST_LAST, PER_SESSION

NO_ROWS = np.zeros(0, np.int64)
NO_GAPS = Gaps(NO_ROWS, NO_ROWS, NO_ROWS, NO_ROWS)


def gaps(expected: Expected, claims: Claims, paired: Paired) -> Gaps:
    """Every gap of a group with an in and an out, by session. An odd number of inner punches concludes nothing."""
    due, groups = expected.due, expected.groups
    asked = expected.days.rule(lambda policy: policy.track_mid_session, lambda: due.day_row[groups.first_due])
    measured = (groups.regime == PER_SESSION) | (groups.regime == FIRST_LAST)
    tracked = np.flatnonzero((np.asarray(asked) > 0) & (paired.count > 2) & ~paired.lone & measured)
    # few groups have more than two punches, and theirs lie together among the claims
    first = paired.first_claim[tracked] + 1
    many = np.maximum(paired.last_claim[tracked] - first, 0)
    group, inner = np.repeat(tracked, many), np.repeat(first, many) + within(many)
    between = paired.kept[inner] & paired.counts[inner] & (paired.group[inner] == group)
    inner, group = inner[between], group[between]
    if not inner.size:
        return NO_GAPS
    begins = np.flatnonzero(np.append(True, group[1:] != group[:-1]))
    lengths = np.diff(np.append(begins, group.size))
    place = within(lengths)
    # an inner out that is known to be an in does not show that anybody left
    contrary = claims.way[inner] == np.where(place % 2 == 0, INWARD, OUTWARD)
    pairs = (lengths % 2 == 0) & ~np.maximum.reduceat(contrary, begins)
    outs = np.flatnonzero(np.repeat(pairs, lengths) & (place % 2 == 0))
    rows, away, minutes = _cut(due, group[outs], expected, claims.at[inner[outs]], claims.at[inner[outs + 1]])
    return Gaps(rows, away, minutes, group[begins][~pairs])


def _cut(due: Due, group: Ints, expected: Expected, start: Ints, end: Ints) -> tuple[Ints, Ints, Ints]:
    """Each gap in each session of its group: row of Due, minutes in the session, minutes nothing covers."""
    first, last = expected.groups.first_due[group], expected.groups.last_due[group]
    many = last - first + 1
    rows = np.repeat(first, many) + within(many)
    start, end = np.repeat(start, many), np.repeat(end, many)
    begin, finish = clipped(start, due.start[rows], due.end[rows]), clipped(end, due.start[rows], due.end[rows])
    free = np.zeros(rows.size, np.int64)
    for low, high in zip(due.free_from, due.free_to, strict=True):
        free += np.maximum(np.minimum(finish, high[rows]) - np.maximum(begin, low[rows]), 0)
    inside = (due.group[rows] == np.repeat(group, many)) & (finish > begin)
    order = np.flatnonzero(inside)
    order = order[np.argsort(rows[order], kind="stable")]
    return rows[order], (finish - begin)[order] // 60, free[order] // 60
