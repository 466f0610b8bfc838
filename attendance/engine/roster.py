"""The roster: which duties hold, which are refused, which are sessions, and which parts of them have windows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

import numpy as np

from attendance import clock
from attendance.engine.case import Case
from attendance.engine.columns import Days, Due
from attendance.engine.days import firsts_of, sessions_in
from attendance.engine.night import night_seconds, night_spans
from attendance.engine.spans import without
from attendance.facts import Duty, OvertimeOrder, Protection
from attendance.rules.rulebook import DayPlan

NOT_EMPLOYED = "duty_not_employed"
NIGHT_FORBIDDEN = "night_duty_forbidden_pregnancy_m7"
NO_NIGHTS = "pregnancy_m7"


@dataclass(frozen=True, slots=True)
class RosterError:
    """A duty that is refused; it stands on the date the duty starts on."""

    employee: str
    on: date
    code: str


@dataclass(frozen=True, slots=True)
class DutyLine:
    """A duty as the roster has it, in whole minutes; it belongs to the date it starts on."""

    starts: datetime
    ends: datetime
    minutes: int
    night_min: int
    attributed_to: date


@dataclass(frozen=True, slots=True)
class Roster:
    """`duties` that hold, and the `errors` of those that do not, both in the order written."""

    duties: tuple[Duty, ...] = ()
    errors: tuple[RosterError, ...] = ()


def review(case: Case) -> Roster:
    """Refuses a duty of a person not employed on its date, and night duty under the protection `pregnancy_m7`."""
    held: list[Duty] = []
    errors: list[RosterError] = []
    sheltered: dict[str, list[Protection]] = {}
    for protection in case.protections:
        if protection.code == NO_NIGHTS:
            sheltered.setdefault(protection.employee, []).append(protection)
    for duty in case.duties:
        code = _refusal(case, duty, sheltered.get(duty.employee, ()))
        if code is None:
            held.append(duty)
        else:
            errors.append(RosterError(duty.employee, duty.starts.date(), code))
    return Roster(tuple(held), tuple(errors))


def _refusal(case: Case, duty: Duty, sheltered: Sequence[Protection]) -> str | None:
    on = duty.starts.date()
    if not any(_holds(a.from_on, a.to_on, on) for a in case.service.get(duty.employee, ())):
        return NOT_EMPLOYED
    for protection in sheltered:
        for begin, _ in night_spans(*moments_of(case, duty), case.zone):
            night = clock.to_wall(clock.from_wall_seconds(begin).replace(tzinfo=clock.UTC), case.zone).date()
            if _holds(protection.from_on, protection.to_on, night):
                return NIGHT_FORBIDDEN
    return None


def _holds(from_on: date | None, to_on: date | None, on: date) -> bool:
    return (from_on is None or from_on <= on) and (to_on is None or on <= to_on)


def moments_of(case: Case, duty: Duty | OvertimeOrder) -> tuple[int, int]:
    """Start and end of a duty or an order in epoch seconds."""
    return clock.instant_seconds(duty.starts, case.zone), clock.instant_seconds(duty.ends, case.zone)


def duty_lines(case: Case, roster: Roster) -> dict[tuple[str, date], list[DutyLine]]:
    """Every duty that holds by person and date, in order of time, also one that counts as a session."""
    found: dict[tuple[str, date], list[DutyLine]] = {}
    for duty in sorted(roster.duties, key=lambda duty: duty.starts):
        start, end = moments_of(case, duty)
        on = duty.starts.date()
        night = night_seconds(start, end, case.zone) // 60
        line = DutyLine(duty.starts, duty.ends, (end - start) // 60, night, on)
        found.setdefault((duty.employee, on), []).append(line)
    return found


def count_duties(case: Case, roster: Roster, days: Days, due: Due) -> tuple[Days, Due]:
    """Adds the sessions of duties that count as schedule on days that have none (§3.4), in order of time."""
    rows: list[int] = []
    names: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    for duty in sorted(roster.duties, key=lambda duty: duty.starts):
        row = days.find(case.person_index.get(duty.employee, -1), clock.day_number(duty.starts.date()))
        if not duty.counts_as_schedule or row < 0 or days.plan[row] < 0 or _has_sessions(days, due, row):
            continue
        start, end = moments_of(case, duty)
        taken = {name for at, name in zip(rows, names, strict=True) if at == row}
        rows.append(row)
        names.append(_name(case, days.plans[days.plan[row]], duty, taken))
        starts.append(start)
        ends.append(end)
    if not rows:
        return days, due
    known = {name: index for index, name in enumerate(due.names)}
    numbers = [known.setdefault(name, len(known)) for name in names]
    day_row = np.concatenate([due.day_row, np.array(rows, np.int64)])
    start_of = np.concatenate([due.start, np.array(starts, np.int64)])
    order = np.lexsort((start_of, day_row))
    count = days.count.copy()
    np.add.at(count, rows, 1)
    nobody = np.zeros(len(rows), np.int64)
    due = replace(
        due,
        day_row=day_row[order],
        name=np.concatenate([due.name, np.array(numbers, np.int16)])[order],
        start=start_of[order],
        end=np.concatenate([due.end, np.array(ends, np.int64)])[order],
        taken=np.concatenate([due.taken, nobody.astype(np.bool_)])[order],
        depends=np.concatenate([due.depends, days.depends[rows]])[order],
        duty=np.concatenate([due.duty, ~nobody.astype(np.bool_)])[order],
        names=tuple(known),
    )
    return replace(days, count=count, first=firsts_of(count)), due


def _has_sessions(days: Days, due: Due, row: int) -> bool:
    """Whether a session of the schedule is left on the date; those the calendar takes away alone are not."""
    return not bool(due.taken[int(days.first[row]) : int(days.first[row] + days.count[row])].all())


def _name(case: Case, plan: DayPlan, duty: Duty, taken: set[str]) -> str:
    """The session of the schedule it overlaps most, the earlier of two; `duty` where it overlaps none."""
    start, end = moments_of(case, duty)
    midnight = datetime(duty.starts.year, duty.starts.month, duty.starts.day)  # noqa: DTZ001 - wall time
    best, name = 0, "duty"
    for hours in plan.ordinary:
        low = clock.instant_seconds(midnight + timedelta(minutes=hours.starts), case.zone)
        high = clock.instant_seconds(midnight + timedelta(minutes=hours.ends), case.zone)
        shared = min(high, end) - max(low, start)
        if shared > best and hours.name not in taken:
            best, name = shared, hours.name
    return name


def outer_parts(case: Case, roster: Roster, days: Days, due: Due) -> list[tuple[int, int, int, int]]:
    """(person, start, end, day row) of the parts of duties outside sessions and outside duties written earlier."""
    found: list[tuple[int, int, int, int]] = []
    taken: dict[int, list[tuple[int, int]]] = {}
    people, rows = placed(case, days, roster.duties)
    stretches = [moments_of(case, duty) for duty in roster.duties]
    busy = sessions_near(days, due, people, stretches)
    for (start, end), near, person, row in zip(stretches, busy, people, rows, strict=True):
        if row >= 0:
            outside = without(start, end, near + taken.get(person, []))
            taken.setdefault(person, []).extend(outside)
            found += [(person, begin, finish, row) for begin, finish in outside]
    return found


def placed(case: Case, days: Days, facts: Sequence[Duty] | Sequence[OvertimeOrder]) -> tuple[list[int], list[int]]:
    """Whose each of some facts is, and the row of the date it starts on; -1 where there is none."""
    people = [case.person_index.get(fact.employee, -1) for fact in facts]
    on = [clock.day_number(fact.starts.date()) for fact in facts]
    return people, days.find_all(np.array(people, np.int64), np.array(on, np.int64)).tolist()


def sessions_near(
    days: Days, due: Due, people: list[int], stretches: list[tuple[int, int]]
) -> list[list[tuple[int, int]]]:
    """For each stretch of a person own start and end of the sessions that share time with it, whatever took them."""
    which, session = sessions_in(days, due, np.array(people, np.int64), np.array(stretches, np.int64).reshape(-1, 2))
    due_then = ~due.taken[session]
    which, session = which[due_then], session[due_then]
    near: list[list[tuple[int, int]]] = [[] for _ in people]
    for place, start, end in zip(which.tolist(), due.start[session].tolist(), due.end[session].tolist(), strict=True):
        near[place].append((start, end))
    return near
