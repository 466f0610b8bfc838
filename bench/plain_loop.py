"""The rules as a plain loop: one person after the other, one day after the other, one punch after the other.

Written as one would write it without columns: on datetimes, the natural way, or on integers, the quicker one. It is
given the same facts as the engine and answers the same: a row of the ledger per person and date, and the list of
violations. Windows are worked out per person, because the neighbours of a session are those of that person; the hours
of an office on a date and the shift of its zone are looked up once and kept.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

from attendance import clock
from attendance.engine.case import Case

MARGIN_DAYS = 2

Punch = tuple[int, int, int]  # terminal, index of the number, wall seconds
DayRow = tuple[int, int, int, int, int, int, int, int, int]
"""person, day, scheduled, worked, credited, unverified, counted, ignored repeats, punches outside every window"""
Violation = tuple[int, int, str, str, int | None]
"""person, day, session, type, minutes"""


class Integers:
    """Moments as epoch seconds."""

    second: Any = 1
    first: Any = -(1 << 40)
    last: Any = 1 << 40

    def __init__(self, zone: str) -> None:
        self.zone = zone
        self.shifts: dict[int, int] = {}

    def instant(self, wall: int) -> Any:
        """The moment of wall seconds; the zones measured change their clocks at midnight if at all."""
        day = wall // clock.DAY_SECONDS
        if day not in self.shifts:
            self.shifts[day] = clock.instant_seconds(clock.from_wall_seconds(wall), self.zone) - wall
        return wall + self.shifts[day]

    def day_of(self, at: Any) -> int:
        return int(at - next(iter(self.shifts.values()))) // clock.DAY_SECONDS


class Datetimes(Integers):
    """Moments as datetimes in UTC."""

    second = timedelta(seconds=1)
    first = datetime(1, 1, 3, tzinfo=UTC)
    last = datetime(9999, 12, 29, tzinfo=UTC)

    def instant(self, wall: int) -> Any:
        return datetime.fromtimestamp(super().instant(wall), UTC)

    def day_of(self, at: Any) -> int:
        return super().day_of(int(at.timestamp()))


def judge_all(
    case: Case, punches: Sequence[Punch], from_on: date, to_on: date, moments: type[Integers] = Datetimes
) -> tuple[list[DayRow], list[Violation]]:
    """What the engine concludes under `per_session`, for an office without papers, outages and wrong clocks."""
    policy = case.rulebook.policy
    kind = moments(case.zone)
    instant, day_of, second, minute = kind.instant, kind.day_of, kind.second, 60 * kind.second

    def bound(on: date | None, days: int, otherwise: Any) -> Any:
        return otherwise if on is None else instant((clock.day_number(on) + days) * clock.DAY_SECONDS)

    enrolled: dict[tuple[int, str], list[tuple[Any, Any, int]]] = {}
    for e in case.enrolments:
        span = (bound(e.from_on, 0, kind.first), bound(e.to_on, 1, kind.last), case.person_index[e.employee])
        enrolled.setdefault((case.site_index[e.terminal], e.pin), []).append(span)
    mine: list[list[Any]] = [[] for _ in case.people]
    pins = case.punches.pins
    for site, pin, wall in punches:
        at = instant(wall)
        for begins, ends, person in enrolled.get((site, pins[pin]), ()):
            if begins <= at < ends:
                mine[person].append(at)
                break

    read_from, read_until = [kind.last] * len(case.sites), [kind.first] * len(case.sites)
    for c in case.coverage:
        site = case.site_index[c.terminal]
        read_from[site] = kind.first if c.starts is None else instant(clock.wall_seconds(c.starts))
        read_until[site] = kind.last if c.until is None else instant(clock.wall_seconds(c.until))

    asked_from, asked_to = clock.day_number(from_on), clock.day_number(to_on)
    hours: dict[tuple[str, str | None, int], list[tuple[str, Any, Any]]] = {}
    days: list[DayRow] = []
    violations: list[Violation] = []
    for assignment in case.assignments:
        person = case.person_index[assignment.employee]
        unit, schedule = assignment.unit, assignment.schedule
        depends = case.terminals_of(assignment, from_on)
        complete_from = max(read_from[site] for site in depends)
        complete_to = min(read_until[site] for site in depends)

        kept: list[Any] = []
        repeats: dict[int, int] = {}
        last_kept = kind.first
        for at in sorted(mine[person]):
            if at - last_kept > policy.duplicate_window_seconds * second:
                kept.append(at)
                last_kept = at
            else:
                day = day_of(at)
                repeats[day] = repeats.get(day, 0) + 1

        # the sessions due, and two days more at either side as neighbours
        first = max(asked_from - MARGIN_DAYS, clock.day_number(assignment.from_on))
        last = min(asked_to + MARGIN_DAYS, clock.day_number(assignment.to_on or date.max))
        due: list[tuple[int, str, Any, Any]] = []
        for day in range(first, last + 1):
            sessions = hours.get((unit, schedule, day))
            if sessions is None:
                midnight = day * clock.DAY_SECONDS
                sessions = hours[unit, schedule, day] = [
                    (s.hours.name, instant(midnight + s.hours.starts * 60), instant(midnight + s.hours.ends * 60))
                    for s in case.rulebook.plan(unit, schedule, clock.from_day_number(day)).sessions
                ]
            for name, start, end in sessions:
                due.append((day, name, start, end))

        reach = policy.session_window_minutes * minute
        place, many = 0, len(kept)
        ledger = {day: [0, 0, 0, 0, 0, repeats.get(day, 0), 0] for day in range(asked_from, asked_to + 1)}
        for n, (day, name, start, end) in enumerate(due):
            window_from, window_to = start - reach, end + reach
            if n:
                window_from = max(window_from, due[n - 1][3] + (start - due[n - 1][3]) // 2 + second)
            if n + 1 < len(due):
                window_to = min(window_to, end + (due[n + 1][2] - end) // 2)
            while place < many and kept[place] < window_from:
                outside = day_of(kept[place])
                if outside in ledger:
                    ledger[outside][6] += 1
                place += 1
            begin = place
            while place < many and kept[place] <= window_to:
                place += 1
            if not asked_from <= day <= asked_to:
                continue
            row = ledger[day]
            length = (end - start) // minute
            row[0] += length
            synced = complete_from <= start and complete_to > window_to
            if place == begin:
                if synced:
                    row[4] += length
                    violations.append((person, day, name, "absent", length))
                else:
                    row[3] += length
                continue
            came, went = kept[begin], kept[place - 1]
            lone = went - came <= policy.repeat_minutes * minute or went <= start or came >= end
            if lone or not (synced or went >= end):
                row[3] += length
                if lone and synced:
                    side = "missing_out" if abs(came - start) < abs(end - went) else "missing_in"
                    violations.append((person, day, name, side, None))
                continue
            late, early = (max(came, start) - start) // minute, (end - min(went, end)) // minute
            row[1] += length - late - early
            row[2] += length - late - early
            if late > policy.late_grace_minutes:
                row[4] += late
                violations.append((person, day, name, "late", late))
            else:
                row[2] += late
            if early > policy.early_grace_minutes:
                row[4] += early
                violations.append((person, day, name, "early", early))
            else:
                row[2] += early
        for at in kept[place:]:
            outside = day_of(at)
            if outside in ledger:
                ledger[outside][6] += 1
        for day, row in ledger.items():
            scheduled, worked, credited, unverified, counted, ignored, outside = row
            assert scheduled == credited + unverified + counted
            days.append((person, day, scheduled, worked, credited, unverified, counted, ignored, outside))
    return days, violations
