"""Which punches stand for in and out of each group: windows × claims → in, out, lone, ignored.

Which count (§4): not annulled, of the right terminals, with a clock that was worth something; of these, repeats are
dropped over all terminals of a person, then each falls into the window it lies in.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from attendance.engine.case import Case
from attendance.engine.columns import INWARD, OUTWARD, Claims, Groups, Paired
from attendance.engine.expect import Expected
from attendance.engine.spans import Bools, Ints, Small, key, place
from attendance.engine.standing import calendar_days, day_of_claims
from attendance.engine.windows import CHECK_IN_ONLY
from attendance.rules.policy import Policy

NOWHERE = np.zeros(0, np.int64)


def pair(case: Case, expected: Expected, claims: Claims) -> Paired:
    """The in and out of every group, and what became of every claim, row by row of Groups and Claims."""
    window = _window_of(expected, claims)
    windows, groups = expected.windows, expected.groups
    off_site = np.zeros(claims.at.size, np.bool_)
    home_only = _rule_of_claims(case, expected, claims, window, lambda policy: policy.site_policy == "home_only")
    if np.any(home_only):
        off_site = _off_site(case, expected, claims, window) & (np.asarray(home_only) > 0)
    counts = ~(claims.annulled | claims.timeless | off_site)
    repeats = _rule_of_claims(case, expected, claims, window, lambda policy: policy.duplicate_window_seconds)
    if counts.all():
        kept = drop_repeats(claims.person, claims.at, repeats)
    else:
        kept, those = counts.copy(), np.flatnonzero(counts)
        within = repeats if isinstance(repeats, int) else repeats[those]
        kept[those] = drop_repeats(claims.person[those], claims.at[those], within)
    group_of = _of_window(windows.group, window)
    counted = np.flatnonzero(kept & (group_of >= 0))
    count, first, last, lone, lone_is_in = _sides(expected, claims, counted, group_of[counted])
    return Paired(
        count=count,
        first=np.where(first >= 0, claims.at[first], 0) if claims.at.size else count,
        last=_outs(claims, groups, first, last),
        first_claim=first,
        last_claim=last,
        lone=lone,
        lone_is_in=lone_is_in,
        due=_of_window(windows.due, window),
        kept=kept | ~counts,
        window=window,
        group=group_of,
        counts=counts,
        off_site=off_site,
    )


def _of_window(column: Ints, window: Ints) -> Ints:
    """A column of Windows for each claim, -1 where it lies in no window: the last element stands for that."""
    found: Ints = np.append(column, -1)[window]
    return found


def _outs(claims: Claims, groups: Groups, first: Ints, last: Ints) -> Ints:
    """The moment of each out; under check_in_only presence lasts from the first punch to the required end."""
    if not claims.at.size:
        return np.zeros(len(groups), np.int64)
    outs = np.where(last >= 0, claims.at[last], 0)
    here = (groups.regime == CHECK_IN_ONLY) & (first >= 0)
    return np.where(here, np.maximum(groups.stretch_to, claims.at[first]), outs)


def _sides(expected: Expected, claims: Claims, counted: Ints, group: Ints) -> tuple[Ints, Ints, Ints, Bools, Bools]:
    """Per group: how many punches, the claims that are in and out (-1 none), whether one is missing, which is there."""
    groups = expected.groups
    count, first, last = (np.full(len(groups), fill, np.int64) for fill in (0, -1, -1))
    lone, lone_is_in = np.zeros(len(groups), np.bool_), np.zeros(len(groups), np.bool_)
    if not counted.size:
        return count, first, last, lone, lone_is_in
    # Claims are sorted by person and time, windows too, so the punches of a group lie together.
    begins = np.flatnonzero(np.append(True, group[1:] != group[:-1]))
    ends = np.append(begins[1:], group.size) - 1
    here = group[begins]
    earliest, latest = claims.at[counted[begins]], claims.at[counted[ends]]
    required_from, required_to = groups.stretch_from[here], groups.stretch_to[here]
    repeat = expected.days.rule(
        lambda policy: policy.repeat_minutes * 60, lambda: expected.due.day_row[groups.first_due[here]]
    )
    one = (latest - earliest <= repeat) | (latest <= required_from) | (earliest >= required_to)
    # under check_in_only a punch is only ever the in, and no rule of lone punches holds
    paired = groups.regime[here] != CHECK_IN_ONLY
    one = one & paired
    came, left = begins, ends
    missing = one
    is_in = np.abs(earliest - required_from) < np.abs(required_to - latest)
    if claims.way.any():
        at, way = claims.at[counted], claims.way[counted]
        came, left = _directed(way, begins, ends, one)
        missing = one | (came < 0) | (left < 0) | (came == left)
        single = np.maximum(came, 0)
        is_in = np.where(came == left, np.abs(at[single] - required_from) < np.abs(required_to - at[single]), is_in)
        is_in = np.where(left < 0, True, np.where(came < 0, False, is_in))
        # where every punch is an out, nobody is asked for one under check_in_only: the first one shows who came
        instead = np.where(groups.regime[here] == CHECK_IN_ONLY, begins, ends)
        came, left = np.where(came < 0, instead, came), np.where(left < 0, begins, left)
        came, left = np.where(one, begins, came), np.where(one, ends, left)
    count[here] = ends - begins + 1
    first[here], last[here] = counted[came], counted[left]
    lone[here] = missing & paired
    lone_is_in[here] = missing & is_in & paired
    return count, first, last, lone, lone_is_in


def _directed(way: npt.NDArray[np.int8], begins: Ints, ends: Ints, one: Bools) -> tuple[Ints, Ints]:
    """Place of the first punch that is not an out and of the last that is not an in, -1 where that one is missing.

    An in after that out means the out is missing; an out before that in is evidence only. Punches that are `one` lone
    punch after all have a direction only where all of them have the same.
    """
    places = np.arange(way.size)
    came = np.minimum.reduceat(np.where(way == OUTWARD, way.size, places), begins)
    came = np.where(came <= ends, came, -1)
    left = np.where(way[ends] == INWARD, -1, ends)
    all_in = np.minimum.reduceat((way == INWARD).astype(np.int8), begins) > 0
    came = np.where(one & (came >= 0), begins, came)
    left = np.where(one & (left < 0) & ~all_in, ends, left)
    return came, left


def _rule_of_claims(
    case: Case, expected: Expected, claims: Claims, window: Ints, of: Callable[[Policy], int | bool]
) -> Ints | int:
    """The value of a rule of policy for each claim, by the date it stands on; of the office's base on no such date."""
    days = expected.days
    if len({of(policy) for policy in days.policies}) <= 1:
        return days.rule(of, NOWHERE)
    row = day_of_claims(case, expected, claims, window)
    values = np.asarray(days.rule(of, np.maximum(row, 0)))
    return np.where(row >= 0, values, int(of(case.rulebook.policy)))


def drop_repeats(person: Small, at: Ints, window_seconds: Ints | int) -> Bools:
    """False for a punch at most `window_seconds` (of all, or of each kept one) after the last kept one of the person.

    Punches are sorted by person and time. Kept punches form a chain: from each one to the first punch beyond its
    window. Chains restart wherever a person's punches lie further apart than the window, so all chains are followed
    side by side, one step a round.
    """
    kept = np.zeros(at.size, np.bool_)
    if not kept.size:
        return kept
    seconds = np.broadcast_to(np.asarray(window_seconds, np.int64), at.shape)
    apart = np.append(True, (np.diff(person) != 0) | (np.diff(at) > seconds.max()))
    kept[apart] = True
    # only runs of several punches have anything to drop, and they are few
    crowded = np.flatnonzero(~apart | np.append(~apart[1:], False))
    at, person, seconds = at[crowded], person[crowded], seconds[crowded]
    keys = key(person, at)
    current = np.flatnonzero(apart[crowded])
    run_end = np.append(current[1:], crowded.size)[: current.size]
    while current.size:
        following = place(keys, key(person[current], at[current] + seconds[current]), "right")
        inside = following < run_end
        current, run_end = following[inside], run_end[inside]
        kept[crowded[current]] = True
    return kept


def _window_of(expected: Expected, claims: Claims) -> Ints:
    """Row of the window each claim lies in, -1 where it lies in none."""
    windows = expected.windows
    if not len(windows) or not claims.at.size:
        return np.full(claims.at.size, -1, np.int64)
    at = place(key(windows.person, windows.lo), key(claims.person, claims.at), "right") - 1
    inside = (at >= 0) & (windows.person[at] == claims.person) & (claims.at <= windows.hi[at])
    return np.where(inside, at, -1)


def _off_site(case: Case, expected: Expected, claims: Claims, window: Ints) -> Bools:
    """Punches of terminals that are not the person's for that date and session (§4, `home_only`).

    In the window of a session those of the session, else those of the date; on a date without an assignment, all.
    """
    days, due, windows = expected.days, expected.due, expected.windows
    width = max(len(case.sites), 1)
    # by set of terminals and terminal; the last set is that of nobody, to whom every terminal is foreign
    elsewhere = np.ones((len(expected.depend_sets) + 1, width), np.bool_)
    for number, sites in enumerate(expected.depend_sets):
        elsewhere[number, list(sites)] = False
    nobody = len(expected.depend_sets)
    of_day = np.append(days.depends, nobody).astype(np.int64)
    of_window = of_day[windows.day_row]
    session = np.flatnonzero(windows.due >= 0)
    of_window[session] = due.depends[windows.due[session]]
    depends = np.append(of_window, nobody)[window]
    outside = np.flatnonzero(window < 0)
    depends[outside] = of_day[calendar_days(case, expected, claims, outside)]
    depends *= width
    depends += claims.site
    found: Bools = elsewhere.ravel()[depends]
    return found
