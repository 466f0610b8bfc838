"""What is due of each person on each date: assignments × calendar × schedules × roster × papers → sessions, windows.

session      |=========================|
mission   ~~~~~~~~~|                            covers minutes, moves the required start
required           |===================|
window   |----------------------------------|   middle to the neighbours, at most the reach
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

import numpy as np

from attendance import clock
from attendance.engine.case import Case
from attendance.engine.columns import Days, Due, Groups, Windows
from attendance.engine.days import employed_days, move_sites
from attendance.engine.papers import Notes, take_papers
from attendance.engine.roster import Roster, count_duties, outer_parts, review
from attendance.engine.windows import set_windows
from attendance.errors import NoVersionInForce


@dataclass(frozen=True, slots=True)
class Expected:
    """`notes` are flags named after a code, as (row of Days, name)."""

    days: Days
    due: Due
    groups: Groups
    depend_sets: tuple[tuple[int, ...], ...]
    windows: Windows
    roster: Roster
    notes: Notes


def expect(case: Case, from_on: date, to_on: date, unruled: list[NoVersionInForce] | None = None) -> Expected:
    """Everything due on the dates asked for, and as far around them as it matters.

    Raises NoVersionInForce for a date asked for, or lists it in `unruled`.
    """
    days, depend_sets = employed_days(case, from_on, to_on, unruled)
    due = _scheduled(case, days)
    roster = review(case) if case.duties else Roster()
    if roster.duties:
        days, due = count_duties(case, roster, days, due)
    if case.site_facts:
        move_sites(case, days, due, depend_sets)
    due, notes = take_papers(case, days, _unset(due))
    parts = outer_parts(case, roster, days, due) if roster.duties else []
    windows, groups, due = set_windows(days, due, parts, depend_sets)
    return Expected(days, due, groups, tuple(depend_sets), windows, roster, notes)


def _scheduled(case: Case, days: Days) -> Due:
    """The sessions of the plans, whole: no papers, windows or groups yet."""
    names: dict[str, int] = {}
    sessions = [session for plan in days.plans for session in plan.sessions]
    name = np.array([names.setdefault(session.hours.name, len(names)) for session in sessions], np.int16)
    starts = np.array([session.hours.starts * 60 for session in sessions], np.int64)
    ends = np.array([session.hours.ends * 60 for session in sessions], np.int64)
    taken = np.array([session.taken is not None for session in sessions], np.bool_)
    plan_first = np.cumsum([0, *(len(plan.sessions) for plan in days.plans)])
    day_row = np.repeat(np.arange(len(days)), days.count)
    slot = (plan_first[days.plan] - days.first)[day_row] + np.arange(day_row.size)
    midnight = (days.day * clock.DAY_SECONDS)[day_row]
    none = np.zeros(0, np.int64)
    return Due(
        day_row=day_row,
        name=name[slot],
        start=clock.to_instants(midnight + starts[slot], case.zone),
        end=clock.to_instants(midnight + ends[slot], case.zone),
        free_from=(),
        free_to=(),
        required_from=none,
        required_to=none,
        window_lo=none,
        window_hi=none,
        leave=none.astype(np.int32),
        taken=taken[slot],
        covered=none.astype(np.bool_),
        group=none,
        names=tuple(names),
        depends=days.depends[day_row],
        duty=np.zeros(day_row.size, np.bool_),
    )


def _unset(due: Due) -> Due:
    """The same sessions with room for windows and groups: none yet."""
    unset = np.zeros(len(due), np.int64)
    return replace(due, window_lo=unset, window_hi=unset - 1, group=unset - 1)
