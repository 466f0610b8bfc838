"""What papers take of the sessions: leave whole ones, missions and exemptions the minutes inside them (§3.5-7)."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import numpy as np

from attendance import clock
from attendance.engine.case import Case
from attendance.engine.columns import Days, Due
from attendance.engine.days import rows_of_facts, sessions_in
from attendance.engine.spans import EARLIEST, LATEST, Bools, Ints, Small, within, without
from attendance.facts import Exemption

_ALL, _NONE = -1, -2  # in the place of a number of a session's name
Notes = list[tuple[int, str]]
"""(row of Days, name) of flags that are not among FLAGS."""


class _Left:
    """What is left of each session: one stretch `low..high`, empty where they are equal; of a session that a paper left
    several of, or that several papers touch, the stretches in order of time are in `parts`, by row of Due.
    """

    def __init__(self, due: Due) -> None:
        self.low, self.high = due.start.copy(), due.end.copy()
        self.parts: dict[int, list[tuple[int, int]]] = {}
        self.parted = np.zeros(len(due), np.bool_)

    def put(self, session: int, stretches: list[tuple[int, int]]) -> None:
        self.parts[session] = stretches
        self.parted[session] = True


def take_papers(case: Case, days: Days, due: Due) -> tuple[Due, Notes]:
    """Leave first, then missions and windows of exemption, then exemptions in minutes of what those left."""
    due = replace(due, leave=_leave(case, days, due))
    gone = due.taken | (due.leave >= 0)
    notes: Notes = []
    left = _Left(due)
    covered = _cover(case, days, due, left, gone, notes)
    _exempt_minutes(case, days, left, gone)
    return _with_free(replace(due, covered=covered), left, gone), notes


def _leave(case: Case, days: Days, due: Due) -> Small:
    """Per session the leave that takes it whole, -1 where none; of two the one written first."""
    taken = np.full(len(due), -1, np.int32)
    if not case.leaves:
        return taken
    names = {"all": _ALL} | {name: number for number, name in enumerate(due.names)}
    meant = np.array([names.get(leave.session, _NONE) for leave in case.leaves], np.int64)
    rows = rows_of_facts(case, days, case.leaves)
    written = np.flatnonzero(rows >= 0)[::-1]  # the first one last, for the last one written down stays
    place, session = days.sessions_of(rows[written])
    leave = written[place]
    takes = (meant[leave] == _ALL) | (meant[leave] == due.name[session])
    taken[session[takes]] = leave[takes]
    return taken


def _cover(case: Case, days: Days, due: Due, left: _Left, gone: Bools, notes: Notes) -> Bools:
    """Missions and windows of exemption; answers which sessions a mission covers some of."""
    covered = np.zeros(len(due), np.bool_)
    windows = [
        *((mission.employee, mission.starts, mission.ends, None) for mission in case.missions),
        *((e.employee, *window_of(e), e.code) for e in case.exemptions if e.minutes_per_day is None),
    ]
    if not windows:
        return covered
    people = np.array([case.person_index.get(who, -1) for who, *_ in windows], np.int64)
    away = np.array([_moments(case, starts, ends) for _, starts, ends, _ in windows], np.int64)
    place, session = sessions_in(days, due, people, away)
    covered[session[place < len(case.missions)]] = True
    exempted = np.flatnonzero((place >= len(case.missions)) & ~gone[session])
    codes = [windows[at][3] or "" for at in place[exempted].tolist()]
    notes += zip(due.day_row[session[exempted]].tolist(), codes, strict=True)

    begin, finish = away[place, 0], away[place, 1]
    before, after = begin > due.start[session], finish < due.end[session]
    alone = np.bincount(session, minlength=len(due))[session] == 1
    simple = np.flatnonzero(alone & ~(before & after))
    at = session[simple]
    # what is left lies before the window or after it, or nowhere
    left.high[at] = np.where(after[simple], due.end[at], np.where(before[simple], begin[simple], due.start[at]))
    left.low[at] = np.where(after[simple], finish[simple], due.start[at])
    spans: dict[int, list[tuple[int, int]]] = {}
    for row in np.flatnonzero(~alone | (before & after)).tolist():
        spans.setdefault(int(session[row]), []).append((int(begin[row]), int(finish[row])))
    for row, listed in spans.items():
        left.put(row, without(int(due.start[row]), int(due.end[row]), listed))
    return covered


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


def _exempt_minutes(case: Case, days: Days, left: _Left, gone: Bools) -> None:
    """So many of the first or last scheduled minutes that are left of each date, reaching into the next session."""
    parts = [(rows, e) for e in case.exemptions if e.minutes_per_day and (rows := _dates(case, days, e)).size]
    if not parts:
        return
    many = [rows.size for rows, _ in parts]
    row = np.concatenate([rows for rows, _ in parts])
    wanted = np.repeat([(e.minutes_per_day or 0) * 60 for _, e in parts], many)
    at_start = np.repeat([e.placement == "day_start" for _, e in parts], many)
    # two of one date follow each other in the order written, and each date has sessions of its own
    order = np.argsort(row, kind="stable")
    again = np.empty(row.size, np.int64)
    again[order] = within(np.diff(np.append(np.flatnonzero(np.diff(row[order], prepend=-1)), row.size)))
    for turn in range(int(again.max()) + 1):
        now = np.flatnonzero(again == turn)
        _shorten(days, left, gone, row[now], wanted[now], at_start[now])


def _dates(case: Case, days: Days, exemption: Exemption) -> Ints:
    """The rows of Days an exemption in minutes speaks of."""
    person = case.person_index.get(exemption.employee, -1)
    if exemption.dates:
        rows = [row for on in exemption.dates if (row := days.find(person, clock.day_number(on))) >= 0]
        return np.array(rows, np.int64)
    first = clock.day_number(exemption.from_on) if exemption.from_on else EARLIEST
    last = clock.day_number(exemption.to_on) if exemption.to_on else LATEST
    return np.arange(*days.between(person, first, last))


def _shorten(days: Days, left: _Left, gone: Bools, row: Ints, wanted: Ints, at_start: Bools) -> None:
    """Takes seconds from the outer end of what is left of some dates, session by session inwards."""
    count = days.count[row]
    for step in range(int(count.max(initial=0))):
        on = np.flatnonzero((wanted > 0) & (count > step))
        session = days.first[row[on]] + np.where(at_start[on], step, count[on] - 1 - step)
        on, session = on[~gone[session]], session[~gone[session]]
        taken = np.minimum(wanted[on], left.high[session] - left.low[session])
        single = ~left.parted[session]
        front, back = np.flatnonzero(single & at_start[on]), np.flatnonzero(single & ~at_start[on])
        left.low[session[front]] += taken[front]
        left.high[session[back]] -= taken[back]
        wanted[on[single]] -= taken[single]
        for at in np.flatnonzero(~single).tolist():
            held = left.parts[int(session[at])]
            kept, wanted[on[at]] = _shortened(held, int(wanted[on[at]]), bool(at_start[on[at]]))
            left.put(int(session[at]), kept)


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
    nothing = gone | left.parted | (left.low >= left.high)
    froms: list[Ints] = [np.where(nothing, due.start, left.low)]
    tos: list[Ints] = [np.where(nothing, due.start, left.high)]
    for session, spans in left.parts.items():
        if gone[session]:
            continue
        while len(froms) < len(spans):
            froms.append(due.start.copy())
            tos.append(due.start.copy())
        for layer, (low, high) in enumerate(spans):
            froms[layer][session], tos[layer][session] = low, high
    some = tos[0] > froms[0]
    required_to = tos[0].copy()
    for begin, finish in zip(froms[1:], tos[1:], strict=True):
        np.copyto(required_to, finish, where=finish > begin)
    return replace(
        due,
        free_from=tuple(froms),
        free_to=tuple(tos),
        required_from=np.where(some, froms[0], due.end),
        required_to=np.where(some, required_to, due.start),
    )
