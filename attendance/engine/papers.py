"""What papers take of the sessions: leave whole ones, missions and exemptions the minutes inside them (§3.5-7)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import numpy as np

from attendance import clock
from attendance.engine.case import Case
from attendance.engine.columns import Days, Due
from attendance.engine.spans import EARLIEST, LATEST, Bools, Ints, Small, without
from attendance.facts import Exemption

Notes = list[tuple[int, str]]
"""(row of Days, name) of flags that are not among FLAGS."""


@dataclass(frozen=True, slots=True)
class _Left:
    """What is left of the sessions that a paper touches: disjoint stretches in order of time, by row of Due."""

    due: Due
    free: dict[int, list[tuple[int, int]]]

    def of(self, session: int) -> list[tuple[int, int]]:
        own = [(int(self.due.start[session]), int(self.due.end[session]))]
        return self.free.get(session, own)


def take_papers(case: Case, days: Days, due: Due) -> tuple[Due, Notes]:
    """Leave first, then missions and windows of exemption, then exemptions in minutes of what those left."""
    due = replace(due, leave=_leave(case, days, due))
    gone = due.taken | (due.leave >= 0)
    notes: Notes = []
    left, covered = _cover(case, days, due, gone, notes)
    for exemption in case.exemptions:
        if exemption.minutes_per_day is not None:
            _exempt_minutes(case, days, left, gone, exemption)
    return _with_free(replace(due, covered=covered), left, gone), notes


def _leave(case: Case, days: Days, due: Due) -> Small:
    """Per session the leave that takes it whole, -1 where none; of two the one written first."""
    taken = np.full(len(due), -1, np.int32)
    for index, leave in enumerate(case.leaves):
        row = days.find(case.person_index.get(leave.employee, -1), clock.day_number(leave.on))
        if row < 0:
            continue
        for session in range(int(days.first[row]), int(days.first[row] + days.count[row])):
            if taken[session] < 0 and leave.session in ("all", due.names[due.name[session]]):
                taken[session] = index
    return taken


def _cover(case: Case, days: Days, due: Due, gone: Bools, notes: Notes) -> tuple[_Left, Bools]:
    """Missions and windows of exemption; also which sessions a mission covers some of."""
    covered = np.zeros(len(due), np.bool_)
    spans: dict[int, list[tuple[int, int]]] = {}
    for mission in case.missions:
        away = _moments(case, mission.starts, mission.ends)
        for session in _sessions_in(case, days, due, mission.employee, away):
            spans.setdefault(session, []).append(away)
            covered[session] = True
    for exemption in case.exemptions:
        if exemption.minutes_per_day is None:
            away = _moments(case, *window_of(exemption))
            for session in _sessions_in(case, days, due, exemption.employee, away):
                spans.setdefault(session, []).append(away)
                if not gone[session]:
                    notes.append((int(due.day_row[session]), exemption.code))
    free = {at: without(int(due.start[at]), int(due.end[at]), listed) for at, listed in spans.items()}
    return _Left(due, free), covered


def window_of(exemption: Exemption) -> tuple[datetime | None, datetime | None]:
    """From and to of an exemption without minutes; one written with dates includes both."""
    starts, ends = exemption.starts, exemption.ends
    if starts is None and exemption.from_on is not None:
        starts = datetime.combine(exemption.from_on, datetime.min.time())
    if ends is None and exemption.to_on is not None:
        ends = datetime.combine(exemption.to_on, datetime.min.time()) + timedelta(days=1)
    return starts, ends


def _moments(case: Case, starts: datetime | None, ends: datetime | None) -> tuple[int, int]:
    begin = clock.instant_seconds(starts, case.zone) if starts else EARLIEST + 1
    return begin, clock.instant_seconds(ends, case.zone) if ends else LATEST - 1


def _sessions_in(case: Case, days: Days, due: Due, employee: str, away: tuple[int, int]) -> list[int]:
    """Rows of the sessions of a person that share time with a window."""
    person = case.person_index.get(employee)
    if person is None:
        return []
    # a session lies at most two days after its date, and zones differ from UTC by less than one
    low, high = days.between(person, away[0] // clock.DAY_SECONDS - 3, away[1] // clock.DAY_SECONDS + 2)
    if low == high:
        return []
    rows = np.arange(int(days.first[low]), int(days.first[high - 1] + days.count[high - 1]))
    found: list[int] = rows[(due.start[rows] < away[1]) & (due.end[rows] > away[0])].tolist()
    return found


def _exempt_minutes(case: Case, days: Days, left: _Left, gone: Bools, exemption: Exemption) -> None:
    """So many of the first or last scheduled minutes that are left of each date, reaching into the next session."""
    person = case.person_index.get(exemption.employee)
    if person is None or exemption.minutes_per_day is None:
        return
    if exemption.dates:
        rows = [row for on in exemption.dates if (row := days.find(person, clock.day_number(on))) >= 0]
    else:
        first = clock.day_number(exemption.from_on) if exemption.from_on else EARLIEST
        last = clock.day_number(exemption.to_on) if exemption.to_on else LATEST
        rows = list(range(*days.between(person, first, last)))
    at_start = exemption.placement == "day_start"
    for row in rows:
        wanted = exemption.minutes_per_day * 60
        sessions = range(int(days.first[row]), int(days.first[row] + days.count[row]))
        for session in sessions if at_start else reversed(sessions):
            if wanted and not gone[session]:
                left.free[session], wanted = _shortened(left.of(session), wanted, at_start)


def _shortened(spans: list[tuple[int, int]], wanted: int, at_start: bool) -> tuple[list[tuple[int, int]], int]:
    """What is left of some stretches after taking seconds from one end, and the seconds still wanted."""
    kept = []
    for begin, finish in spans if at_start else reversed(spans):
        taken = min(wanted, finish - begin)
        wanted -= taken
        if begin + taken < finish:
            kept.append((begin + taken, finish) if at_start else (begin, finish - taken))
    return sorted(kept), wanted


def _with_free(due: Due, left: _Left, gone: Bools) -> Due:
    """The free stretches as columns, and the required times they leave."""
    froms: list[Ints] = [due.start.copy()]
    tos: list[Ints] = [np.where(gone, due.start, due.end)]
    for session, spans in left.free.items():
        if gone[session]:
            continue
        while len(froms) < len(spans):
            froms.append(due.start.copy())
            tos.append(due.start.copy())
        tos[0][session] = due.start[session]
        for layer, (low, high) in enumerate(spans):
            froms[layer][session], tos[layer][session] = low, high
    some = tos[0] > froms[0]
    required_to = tos[0].copy()
    for begin, finish in zip(froms[1:], tos[1:], strict=True):
        required_to = np.where(finish > begin, finish, required_to)
    return replace(
        due,
        free_from=tuple(froms),
        free_to=tuple(tos),
        required_from=np.where(some, froms[0], due.end),
        required_to=np.where(some, required_to, due.start),
    )
