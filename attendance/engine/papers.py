"""What papers take of the sessions: leave whole ones, missions and exemptions the minutes inside them (§3.5-7)."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import numpy as np

from attendance import clock
from attendance.engine.case import Case
from attendance.engine.columns import Days, Due
from attendance.engine.spans import EARLIEST, LATEST, Bools, Ints, Small, key, place, without
from attendance.facts import Exemption

Notes = list[tuple[int, str]]
"""(row of Days, name) of flags that are not among FLAGS."""


class _Left:
    """What is left of the sessions that a paper touches: disjoint stretches in order of time, by row of Due."""

    def __init__(self, due: Due, free: dict[int, list[tuple[int, int]]]) -> None:
        self.due, self.free = due, free
        self._starts, self._ends = due.start.data, due.end.data

    def of(self, session: int) -> list[tuple[int, int]]:
        return self.free.get(session) or (
            [] if session in self.free else [(self._starts[session], self._ends[session])]
        )


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
    windows = [
        *((mission.employee, mission.starts, mission.ends, None) for mission in case.missions),
        *((e.employee, *window_of(e), e.code) for e in case.exemptions if e.minutes_per_day is None),
    ]
    away = [_moments(case, starts, ends) for _, starts, ends, _ in windows]
    sessions = _sessions_in(days, due, [case.person_index.get(who, -1) for who, *_ in windows], away)
    for (_, _, _, code), span, touched in zip(windows, away, sessions, strict=True):
        for session in touched:
            spans.setdefault(session, []).append(span)
            if code is None:
                covered[session] = True
            elif not gone[session]:
                notes.append((int(due.day_row[session]), code))
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


def _sessions_in(days: Days, due: Due, people: list[int], spans: list[tuple[int, int]]) -> list[list[int]]:
    """For each person and window the rows of the sessions that share time with it."""
    if not spans:
        return []
    who, window = np.array(people, np.int64), np.array(spans, np.int64)
    begins = key(days.person[due.day_row], due.start)
    order = np.arange(len(due))
    if (begins[1:] < begins[:-1]).any():  # hours after midnight of a version that ends, before those of the next
        order = np.argsort(begins, kind="stable")
        begins = begins[order]
    reach = 2 * clock.DAY_SECONDS  # a session is over two days after its start at the latest
    low = place(begins, key(who, np.maximum(window[:, 0] - reach, EARLIEST)), "left").tolist()
    high = place(begins, key(who, window[:, 1]), "left").tolist()
    starts, ends, rows = due.start.data, due.end.data, order.data
    return [
        [row for row in rows[a:b] if starts[row] < finish and ends[row] > begin] if person >= 0 else []
        for person, (begin, finish), a, b in zip(people, spans, low, high, strict=True)
    ]


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
    firsts, counts = days.first.data, days.count.data
    for row in rows:
        wanted = exemption.minutes_per_day * 60
        sessions = range(firsts[row], firsts[row] + counts[row])
        for session in sessions if at_start else reversed(sessions):
            if not gone[session]:
                left.free[session], wanted = _shortened(left.of(session), wanted, at_start)
                if not wanted:
                    break


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
