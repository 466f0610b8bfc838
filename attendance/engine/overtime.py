"""Overtime exists only by an approved order (§8): orders × punches × sessions → presence inside each order.

session  |=======|                     order   |------------|
punches  in                                  (no punch between)    out     runs from the order's start to the out
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import numpy as np

from attendance import clock
from attendance.engine.case import Case
from attendance.engine.columns import Claims, Paired
from attendance.engine.expect import Expected
from attendance.engine.judge import Evidence
from attendance.engine.night import night_spans
from attendance.engine.roster import moments_of, placed, sessions_near
from attendance.engine.spans import EARLIEST, LATEST, Bools, Ints, intersection, rows_of, within, without
from attendance.facts import OvertimeOrder

KINDS = {"weekend": "NN", "compensation": "NN", "swapped_off": "NN", "holiday": "NL"}


@dataclass(frozen=True, slots=True)
class OrderWindow:
    """An order, its `parts` outside sessions, and the window in which punches speak of it (both ends inside)."""

    order: OvertimeOrder
    person: int
    day_row: int
    parts: tuple[tuple[int, int], ...]
    lo: int
    hi: int


@dataclass(frozen=True, slots=True)
class OvertimeLine:
    """Presence counted under an order; `starts`, `ends` cut to the minute; `kind` NT, NN or NL by its start date."""

    starts: datetime
    ends: datetime
    minutes: int
    night_min: int
    kind: str


def order_windows(case: Case, expected: Expected) -> tuple[OrderWindow, ...]:
    """A window for every order of an employed person: as sessions have, with borders to sessions, duties, orders."""
    days, windows = expected.days, expected.windows
    people, rows = placed(case, days, case.overtime_orders)
    stretches = [moments_of(case, order) for order in case.overtime_orders]
    busy = sessions_near(days, expected.due, people, stretches)
    held = []
    for order, person, row, stretch, near in zip(case.overtime_orders, people, rows, stretches, busy, strict=True):
        if row >= 0 and (parts := without(*stretch, near)):
            held.append((order, person, row, tuple(parts)))
    found = []
    of_person: dict[int, list[tuple[tuple[int, int], ...]]] = {}
    for _, person, _, outside in held:
        of_person.setdefault(person, []).append(outside)
    for order, person, row, outside in held:
        reach = days.policies[days.policy[row]].session_window_minutes * 60
        start, end = outside[0][0], outside[-1][1]
        low, high = rows_of(windows.person, person)
        others = [other for other in of_person[person] if other is not outside]
        ended, begun = windows.end[low:high], windows.start[low:high]
        before = int(ended[ended <= start].max(initial=EARLIEST))
        after = int(begun[begun >= end].min(initial=LATEST))
        before = max([before, *(other[-1][1] for other in others if other[-1][1] <= start)])
        after = min([after, *(other[0][0] for other in others if other[0][0] >= end)])
        lo = max(start - reach, (before + start) // 2 + 1)
        hi = min(end + reach, (end + after) // 2)
        found.append(OrderWindow(order, person, row, outside, lo, hi))
    return tuple(found)


def in_order_windows(orders: tuple[OrderWindow, ...], claims: Claims) -> Bools:
    """Whether each claim lies in the window of an order of its person."""
    inside = np.zeros(claims.at.size, np.bool_)
    person = np.array([order.person for order in orders], claims.person.dtype)
    low, high = claims.person.searchsorted(person), claims.person.searchsorted(person, "right")
    order, claim = np.repeat(np.arange(len(orders)), high - low), np.repeat(low, high - low) + within(high - low)
    lo, hi = (np.array(bound, np.int64)[order] for bound in zip(*((o.lo, o.hi) for o in orders), strict=True))
    inside[claim[(claims.at[claim] >= lo) & (claims.at[claim] <= hi)]] = True
    return inside


def overtime(
    case: Case,
    expected: Expected,
    claims: Claims,
    paired: Paired,
    evidence: Evidence,
    orders: tuple[OrderWindow, ...],
) -> dict[int, list[OvertimeLine]]:
    """The lines of each row of Days, in order of time; an order without a counted minute gives none."""
    found: dict[int, list[OvertimeLine]] = {}
    for order in sorted(orders, key=lambda order: order.parts[0]):
        low, high = rows_of(claims.person, order.person)
        mine = np.arange(low, high)
        punches = claims.at[mine[paired.kept[mine] & paired.counts[mine]]]
        present = _presence(expected, paired, evidence, order, punches)
        counted = intersection(list(order.parts), [present]) if present else []
        seconds = sum(end - begin for begin, end in counted)
        if seconds < 60:
            continue
        night = sum(
            finish - begin
            for piece in counted
            for begin, finish in intersection([piece], night_spans(*piece, case.zone))
        )
        plan = expected.days.plans[expected.days.plan[order.day_row]]
        line = OvertimeLine(
            starts=_minute(case, counted[0][0]),
            ends=_minute(case, counted[-1][1]),
            minutes=seconds // 60,
            night_min=night // 60,
            kind=KINDS.get(plan.kind, "NT"),
        )
        found.setdefault(order.day_row, []).append(line)
    return found


def _minute(case: Case, moment: int) -> datetime:
    wall = clock.to_wall(clock.from_wall_seconds(moment).replace(tzinfo=clock.UTC), case.zone)
    return wall.replace(second=0)


def _presence(
    expected: Expected, paired: Paired, evidence: Evidence, order: OrderWindow, punches: Ints
) -> tuple[int, int] | None:
    """From the first to the last punch in the window, carried over from a session before or on to one after."""
    inside = punches[(punches >= order.lo) & (punches <= order.hi)]
    if not inside.size:
        return None
    first, last = int(inside[0]), int(inside[-1])
    begin, finish = first, last
    start, end = order.parts[0][0], order.parts[-1][1]
    windows = expected.windows
    low, high = rows_of(windows.person, order.person)
    sessions = np.flatnonzero(windows.due[low:high] >= 0) + low
    before = sessions[windows.end[sessions] <= start]
    after = sessions[windows.start[sessions] >= end]
    if before.size:
        at = before[-1]
        between = (punches >= windows.end[at]) & (punches < start)
        if evidence.present[windows.due[at]] and not between.any() and windows.lo[at] <= last <= windows.hi[at]:
            begin = start
    if after.size:
        at = after[0]
        came = int(paired.first[windows.group[at]])
        between = (punches > end) & (punches < windows.start[at])
        carried = not between.any() or start <= came <= end
        if evidence.present[windows.due[at]] and carried and windows.lo[at] <= first <= windows.hi[at]:
            finish = end
    return (begin, finish) if begin < finish else None
