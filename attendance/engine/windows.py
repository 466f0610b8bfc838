"""In which window a punch falls, and what is judged together: due, duties → windows, groups.

session   |=======|              |=======|              duty   |=====|
window  ~~|-------------||----------------------------||--------------|~~    middle to the neighbours, at most the reach
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from attendance.engine.columns import Days, Due, Groups, Windows
from attendance.engine.days import DependSets
from attendance.engine.spans import Bools, Ints, Small, key, place
from attendance.rules.schedule import REGIMES

PER_SESSION, FIRST_LAST, CHECK_IN_ONLY, EXEMPT = (
    REGIMES.index(name) for name in ("per_session", "first_last", "check_in_only", "exempt")
)

Part = tuple[int, int, int, int]


@dataclass(frozen=True, slots=True)
class _Row:
    """What has a window, in order of person and time: sessions (`due` >= 0) and parts of duties."""

    person: Small
    start: Ints
    end: Ints
    due: Ints
    day_row: Ints

    def take(self, rows: Ints) -> _Row:
        return _Row(self.person[rows], self.start[rows], self.end[rows], self.due[rows], self.day_row[rows])


def set_windows(days: Days, due: Due, parts: list[Part], depend_sets: DependSets) -> tuple[Windows, Groups, Due]:
    """Windows by person and time, the groups of sessions judged together, and sessions that know both."""
    rows = _rows(days, due, parts)
    reach = days.rule(lambda policy: policy.session_window_minutes * 60, rows.day_row)
    lo, hi = rows.start - reach, rows.end + reach
    same_person = rows.person[1:] == rows.person[:-1]
    middle = (rows.end[:-1] + rows.start[1:]) >> 1
    np.minimum(hi[:-1], middle, out=hi[:-1], where=same_person)
    np.maximum(lo[1:], middle + 1, out=lo[1:], where=same_person)

    begins = np.concatenate([[True], ~_joined(days, due, rows, same_person)])[: rows.start.size]
    stretch = np.cumsum(begins) - 1
    group, first, last = _numbered(stretch, begins, rows.due)
    firsts = np.flatnonzero(begins)
    ends = np.append(firsts[1:] - 1, rows.start.size - 1) if firsts.size else firsts
    judged = firsts[group[firsts] >= 0], ends[group[ends] >= 0]
    groups = _groups(days, due, rows, hi, (first, last), judged, depend_sets)

    window_lo, window_hi, group_of = lo, hi, group
    if parts or rows.due.size != len(due):  # else every session has a window, in the same order
        window_lo, window_hi, group_of = due.window_lo.copy(), due.window_hi.copy(), due.group.copy()
        session = np.flatnonzero(rows.due >= 0)
        at = rows.due[session]
        window_lo[at], window_hi[at], group_of[at] = lo[session], hi[session], group[session]
    windows = Windows(
        person=rows.person,
        start=rows.start,
        end=rows.end,
        lo=lo,
        hi=hi,
        due=rows.due,
        day_row=rows.day_row,
        group=group,
    )
    return windows, groups, replace(due, window_lo=window_lo, window_hi=window_hi, group=group_of)


def _rows(days: Days, due: Due, parts: list[Part]) -> _Row:
    sessions = _Row(days.person[due.day_row], due.start, due.end, np.arange(len(due)), due.day_row)
    is_open = due.has_window
    if not is_open.all():
        sessions = sessions.take(np.flatnonzero(is_open))
    if not parts:
        return sessions
    person, start, end, day_row = np.array(sorted(parts), np.int64).reshape(-1, 4).T
    known = key(sessions.person, sessions.start)
    if (known[1:] < known[:-1]).any():  # hours after midnight of a version that ends, before those of the next
        order = np.argsort(known, kind="stable")
        sessions, known = sessions.take(order), known[order]
    both = _Row(
        np.append(sessions.person, person.astype(np.int32)),
        np.append(sessions.start, start),
        np.append(sessions.end, end),
        np.append(sessions.due, np.full(person.size, -1)),
        np.append(sessions.day_row, day_row),
    )
    return both.take(
        np.insert(np.arange(known.size), place(known, key(person, start), "right"), known.size + np.arange(person.size))
    )


def _joined(days: Days, due: Due, rows: _Row, same_person: Bools) -> Bools:
    """Whether each row is judged together with the one before it.

    Sessions of one date that touch, sessions of one date under a regime of the day, and whatever a duty touches, also
    one that counts as a session, and also on another date.
    """
    by_day = days.regime[rows.day_row] != PER_SESSION
    same_day = rows.day_row[1:] == rows.day_row[:-1]
    touching = rows.end[:-1] == rows.start[1:]
    joined: Bools = same_day & (by_day[1:] | touching)
    part = rows.due < 0
    duty = part | np.append(due.duty, False)[rows.due]  # the last element stands for -1
    near = np.flatnonzero(duty[1:] | duty[:-1])  # pairs of rows of which one is a duty
    if near.size:
        # a duty between two sessions of a date that is judged as a whole does not part them
        sessions = np.flatnonzero(~duty)
        before = place(sessions, near, "right") - 1
        after = place(sessions, near + 1, "left")
        known = (before >= 0) & (after < sessions.size)
        left, right = sessions[before[known]], sessions[after[known]]
        whole = np.zeros(near.size, np.bool_)
        whole[known] = (rows.day_row[left] == rows.day_row[right]) & by_day[left]
        meets = rows.end[near] >= rows.start[near + 1]  # a duty that counts may reach into the next day's session
        both = joined[near] & ~part[near] & ~part[near + 1]
        joined[near] = same_person[near] & (whole | meets | both)
    return joined


def _numbered(stretch: Ints, begins: Bools, due: Ints) -> tuple[Ints, Ints, Ints]:
    """Group of each row (-1: a duty that touches no session), and the first and last session row of each group."""
    if not due.size or int(due.min()) >= 0:
        firsts = np.flatnonzero(begins)
        lasts = np.append(firsts[1:] - 1, due.size - 1) if firsts.size else firsts
        return stretch, due[firsts], due[lasts]
    sessions = np.flatnonzero(due >= 0)
    numbers = stretch[sessions]  # ascending
    first_at = np.flatnonzero(np.append(True, numbers[1:] != numbers[:-1])[: numbers.size])
    with_sessions = numbers[first_at]
    last_at = np.append(first_at[1:], sessions.size) - 1
    number = np.full(int(begins.sum()), -1, np.int64)
    number[with_sessions] = np.arange(with_sessions.size)
    return number[stretch], due[sessions[first_at]], due[sessions[last_at]] if sessions.size else sessions


def _groups(
    days: Days,
    due: Due,
    rows: _Row,
    hi: Ints,
    outer: tuple[Ints, Ints],
    outer_rows: tuple[Ints, Ints],
    depend_sets: DependSets,
) -> Groups:
    first, last = outer
    first_row, last_row = outer_rows
    regime = days.regime[due.day_row[first]]
    required_from, required_to = due.required_from[first], due.required_to[last]
    # a duty at either end of a stretch is where presence begins or ends
    before, after = np.flatnonzero(rows.due[first_row] < 0), np.flatnonzero(rows.due[last_row] < 0)
    stretch_from, stretch_to = required_from.copy(), required_to.copy()
    stretch_from[before], stretch_to[after] = rows.start[first_row[before]], rows.end[last_row[after]]
    depends_first = due.depends[first]
    depends_last = depends_first if first is last else due.depends[last]
    return Groups(
        first_due=first,
        last_due=last,
        required_from=required_from,
        required_to=required_to,
        window_hi=hi[last_row],
        depends=_all_depends(due, first, last, depend_sets),
        first_last=regime == FIRST_LAST,
        regime=regime,
        stretch_from=stretch_from,
        stretch_to=stretch_to,
        depends_first=depends_first,
        depends_last=depends_last,
    )


def _all_depends(due: Due, first: Ints, last: Ints, depend_sets: DependSets) -> Small:
    """The set of all terminals of a group's sessions; they differ only where a site fact or transfer makes them."""
    depends = due.depends[first]
    several = np.flatnonzero(first != last)
    changes = np.cumsum(np.append(False, due.depends[1:] != due.depends[:-1])) if several.size else several
    for group in several[changes[first[several]] != changes[last[several]]].tolist():
        listed = tuple(depend_sets)
        sessions = due.depends[first[group] : last[group] + 1][due.has_window[first[group] : last[group] + 1]]
        union = tuple(sorted({site for number in set(sessions.tolist()) for site in listed[number]}))
        depends[group] = depend_sets.setdefault(union, len(depend_sets))
    return depends
