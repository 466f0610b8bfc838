"""Which punches stand for in and out of each group: due × claims → first, last, lone, ignored."""

from __future__ import annotations

import numpy as np

from attendance.engine.case import Case
from attendance.engine.columns import Claims, Paired
from attendance.engine.expect import Expected
from attendance.engine.spans import Bools, Ints, key, place


def pair(case: Case, expected: Expected, claims: Claims) -> Paired:
    """Repeats are dropped over all terminals of a person, then each punch falls into the window it lies in."""
    policy = case.rulebook.policy
    kept = drop_repeats(claims, policy.duplicate_window_seconds)
    due_of = _window_of(expected, claims)
    due, groups = expected.due, expected.groups

    counted = np.flatnonzero(kept & (due_of >= 0))
    group = due.group[due_of[counted]]
    # Claims are sorted by person and time, windows too, so the punches of a group lie together.
    begins = np.flatnonzero(np.append(True, group[1:] != group[:-1])) if group.size else group
    ends = np.append(begins[1:], group.size) - 1 if group.size else group
    count, first, last, first_claim, last_claim = (np.full(len(groups), fill, np.int64) for fill in (0, 0, 0, -1, -1))
    at = claims.at[counted]
    present = group[begins] if group.size else group
    count[present] = ends - begins + 1
    first[present], last[present] = at[begins], at[ends]
    first_claim[present], last_claim[present] = counted[begins], counted[ends]

    lone = (count > 0) & (
        (last - first <= policy.repeat_minutes * 60) | (last <= groups.required_from) | (first >= groups.required_to)
    )
    nearer_start = np.abs(first - groups.required_from) < np.abs(groups.required_to - last)
    return Paired(
        count=count,
        first=first,
        last=last,
        first_claim=first_claim,
        last_claim=last_claim,
        lone=lone,
        lone_is_in=lone & nearer_start,
        due=due_of,
        kept=kept,
    )


def drop_repeats(claims: Claims, window_seconds: int) -> Bools:
    """False for a punch at most `window_seconds` after the last kept one of the same person.

    Kept punches form a chain: from each one to the first punch beyond its window. Chains restart wherever a person's
    punches lie further apart than the window, so all chains are followed side by side, one step a round.
    """
    kept = np.zeros(claims.at.size, np.bool_)
    if not kept.size:
        return kept
    apart = np.append(True, (np.diff(claims.person) != 0) | (np.diff(claims.at) > window_seconds))
    kept[apart] = True
    # only runs of several punches have anything to drop, and they are few
    crowded = np.flatnonzero(~apart | np.append(~apart[1:], False))
    at, person = claims.at[crowded], claims.person[crowded]
    keys = key(person, at)
    current = np.flatnonzero(apart[crowded])
    run_end = np.append(current[1:], crowded.size)[: current.size]
    while current.size:
        following = place(keys, key(person[current], at[current] + window_seconds), "right")
        inside = following < run_end
        current, run_end = following[inside], run_end[inside]
        kept[crowded[current]] = True
    return kept


def _window_of(expected: Expected, claims: Claims) -> Ints:
    """Row of the session in whose window each claim lies, -1 where it lies in none."""
    due, days = expected.due, expected.days
    rows = np.flatnonzero(due.group >= 0)
    if not rows.size or not claims.at.size:
        return np.full(claims.at.size, -1, np.int64)
    person = days.person[due.day_row[rows]]
    at = place(key(person, due.window_lo[rows]), key(claims.person, claims.at), "right") - 1
    row = rows[at]
    inside = (at >= 0) & (person[at] == claims.person) & (claims.at <= due.window_hi[row])
    return np.where(inside, row, -1)
