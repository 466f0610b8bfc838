"""Of whom a punch of today is missing, seen from the evening. Provisional: what is concluded follows at night.

Only where every terminal the person depends on was read since the session ended, and none of them was out of order:
what was not read is nobody's omission.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from attendance import clock
from attendance.engine.attending import read_to_of_sets
from attendance.engine.run import Judgement, evaluate
from attendance.engine.windows import CHECK_IN_ONLY, EXEMPT
from attendance.store import case_reading
from attendance.store.database import Session

PATIENCE = timedelta(minutes=30)
"""How long after the end of a session nobody is asked about it yet."""
Side = Literal["in", "out", "both"]


@dataclass(frozen=True, slots=True)
class MissingPunch:
    """The side of a session without a punch. `starts` and `ends` are what was required of it, on the wall."""

    session: str
    side: Side
    starts: datetime
    ends: datetime


def missing_today(
    session: Session, zone: str, now: datetime, employee_ids: Collection[int]
) -> dict[int, tuple[MissingPunch, ...]]:
    """Sessions of today with a missing punch, by number of the person; whoever misses none is left out."""
    if not employee_ids:
        return {}
    on = clock.today(now, zone)
    read = case_reading.read_case(session, zone, on, on, employee_ids=sorted(employee_ids))
    judgement = evaluate(read.case, on, on, unruled=[])
    found: dict[int, list[MissingPunch]] = {}
    for person, missing in _missing(judgement, clock.day_number(on), int(now.timestamp()), zone):
        found.setdefault(read.employee_ids[person], []).append(missing)
    return {number: tuple(each) for number, each in found.items()}


def _missing(judgement: Judgement, day: int, now: int, zone: str) -> list[tuple[int, MissingPunch]]:
    expected, coverable = judgement.expected, judgement.coverable
    days, due, groups = expected.days, expected.due, expected.groups
    latest = read_to_of_sets(judgement.case, expected)
    found = []
    for group in range(len(groups)):
        row = int(due.day_row[groups.first_due[group]])
        ended = int(groups.stretch_to[group]) + int(PATIENCE.total_seconds())
        regime = groups.regime[group]
        if days.day[row] != day or regime == EXEMPT or now < ended or latest[int(groups.depends[group])] < ended:
            continue
        if coverable.outage[group] or coverable.clock_start[group] or coverable.clock_end[group]:
            continue
        side = _side(judgement, group)
        if side is None or (side == "out" and regime == CHECK_IN_ONLY):
            continue
        at = int(groups.last_due[group] if side == "out" else groups.first_due[group])
        starts, ends = (
            clock.to_wall(datetime.fromtimestamp(int(moment[group]), clock.UTC), zone)
            for moment in (groups.required_from, groups.required_to)
        )
        found.append((int(days.person[row]), MissingPunch(due.names[due.name[at]], side, starts, ends)))
    return found


def _side(judgement: Judgement, group: int) -> Side | None:
    paired = judgement.paired
    if not paired.count[group]:
        return "both"
    if not paired.lone[group]:
        return None
    return "out" if paired.lone_is_in[group] else "in"
