"""Which days a change of the rules touches: those whose plan or thresholds are not what they were, and no others."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from datetime import date, datetime, time, timedelta

from sqlmodel import Session, col, select

from attendance.errors import Invalid, NotFound, NoVersionInForce
from attendance.rules.calendar import WORKING_KINDS
from attendance.rules.policy import Policy
from attendance.rules.rulebook import DayPlan, Rulebook
from attendance.rules.validity import Span
from attendance.store import dirty, office
from attendance.store.paper_tables import DutyRow
from attendance.store.registering import known_span
from attendance.store.tables import AssignmentRow, EmployeeRow, ScheduleRow, UnitRow

LOST = "lost"
_DAY = timedelta(days=1)
_FAR = 2 * _DAY
_MOST_DAYS_BACK = 400

Key = tuple[str, str | None, str | None]
"""Unit, own schedule, and the person where some rule is theirs alone."""


def mark_touched(session: Session, before: Rulebook, after: Rulebook, spans: list[Span], at: datetime) -> int:
    """Mark the (person, date) on which rules differ, with cause `rule` or `calendar`; answers how many.

    Raises Invalid where people who could be judged on a date no longer have hours on it.
    """
    found = touched(session, before, after, spans, at)
    for cause in ("rule", "calendar"):
        dirty.mark(session, [day for day in found if found[day] == cause], cause, at)
    return len(found)


def touched(
    session: Session, before: Rulebook, after: Rulebook, spans: list[Span], at: datetime
) -> dict[tuple[int, date], str]:
    """The (employee id, date) that `mark_touched` would mark, with their causes; nothing is written.

    `spans`: the dates of what is new. Raises Invalid as `mark_touched` does.
    """
    first, last = known_span(session, date.min, None, at)
    if first > last or not spans:
        return {}
    begin = max(first - _FAR, min(span[0] or date.min for span in spans))
    end = min(last + _FAR, max(span[1] or date.max for span in spans))
    rows = office.assignments_between(session, first, last)
    causes: dict[tuple[int, date], str] = {}
    reach = _reaches(session, begin, end)
    for key, mine in _by_key(session, rows, before, after).items():
        for on, cause in _changes(key, before, after, begin, end).items():
            for row in mine:
                if not _covers(row, on):
                    continue
                if cause == LOST and first <= on <= last:
                    raise Invalid(_lost(key, on))
                for day in _around(on, reach[row.employee_id], first, last):
                    if cause != "calendar" or (row.employee_id, day) not in causes:
                        # where both changed, the day is judged again for its rule
                        causes[row.employee_id, day] = "calendar" if cause == "calendar" else "rule"
    posts: dict[int, list[AssignmentRow]] = defaultdict(list)
    for row in rows:
        posts[row.employee_id].append(row)
    return {day: cause for day, cause in causes.items() if any(_covers(row, day[1]) for row in posts[day[0]])}


def _reaches(session: Session, begin: date, end: date) -> dict[int, timedelta]:
    """How far a change of one date bears on others, by employee: windows end in the middle to the neighbours, so on the
    dates beside it; on the second ones too, where a duty or a session that passes midnight joins dates (`touched`)."""
    if office.sessions_pass_midnight(session):
        return defaultdict(lambda: _FAR)
    low, high = (datetime.combine(on, time.min) for on in (begin - 2 * _FAR, end + 2 * _FAR))
    query = select(DutyRow.employee_id).where(
        col(DutyRow.withdrawn_at).is_(None), col(DutyRow.ends) >= low, col(DutyRow.starts) <= high
    )
    return defaultdict(lambda: _DAY, dict.fromkeys(session.exec(query), _FAR))


def _around(on: date, reach: timedelta, first: date, last: date) -> list[date]:
    return [day for n in range(-reach.days, reach.days + 1) if first <= (day := on + n * _DAY) <= last]


def _lost(key: Key, on: date) -> str:
    return (
        f"People of unit {key[0]} would have no hours on {on}, which they have now; add a version that covers this "
        "date. Nothing was filed."
    )


def _covers(row: AssignmentRow, on: date) -> bool:
    return row.from_on <= on and (row.to_on is None or on <= row.to_on)


def _by_key(
    session: Session, rows: list[AssignmentRow], before: Rulebook, after: Rulebook
) -> dict[Key, list[AssignmentRow]]:
    units = office.codes(session, UnitRow, {row.unit_id for row in rows})
    schedules = office.codes(session, ScheduleRow, {row.schedule_id for row in rows if row.schedule_id})
    own = before.rules.persons | after.rules.persons
    people = office.codes(session, EmployeeRow, {row.employee_id for row in rows}) if own else {}
    found: dict[Key, list[AssignmentRow]] = defaultdict(list)
    for row in rows:
        person = people.get(row.employee_id)
        schedule = schedules[row.schedule_id] if row.schedule_id else None
        found[units[row.unit_id], schedule, person if person in own else None].append(row)
    return found


def _changes(key: Key, before: Rulebook, after: Rulebook, begin: date, end: date) -> dict[date, str]:
    """The dates on which people of one kind are judged by other rules than before, and which kind of rule it is."""
    unit, schedule, person = key
    found: dict[date, str] = {}
    for on in (begin + timedelta(days=n) for n in range((end - begin).days + 1)):
        old, new = _plan(before, unit, schedule, on), _plan(after, unit, schedule, on)
        if old is not None and new is None:
            found[on] = LOST
            continue
        policies = before.policy_of(unit, person, on), after.policy_of(unit, person, on)
        if _of_days(policies[0]) != _of_days(policies[1]) or _hours(old) != _hours(new):
            found[on] = "rule"
        elif old != new:
            found[on] = "calendar"
        if old is not None and new is not None and (old.kind in WORKING_KINDS) != (new.kind in WORKING_KINDS):
            days = max((policy.explanation_deadline_workdays or 0 for policy in policies), default=0)
            for earlier in _due_over(before, after, unit, schedule, on, days):
                found.setdefault(earlier, "calendar")
    return found


def _due_over(before: Rulebook, after: Rulebook, unit: str, schedule: str | None, on: date, days: int) -> list[date]:
    """The dates before this one from which the deadline of an explanation is counted over it."""
    found: list[date] = []
    for back in range(1, _MOST_DAYS_BACK):
        if not days:
            break
        earlier = on - timedelta(days=back)
        found.append(earlier)
        plans = _plan(before, unit, schedule, earlier), _plan(after, unit, schedule, earlier)
        days -= all(plan is not None and plan.kind in WORKING_KINDS for plan in plans)
    return found


def _of_days(policy: Policy) -> Policy:
    """The thresholds that days are judged by; grades are of months."""
    return replace(policy, grade_thresholds=())


def _hours(plan: DayPlan | None) -> object:
    """What the schedule gives, whatever the calendar makes of it."""
    return plan and (plan.regime, plan.ordinary, plan.names, plan.citations[0])


def _plan(book: Rulebook, unit: str, schedule: str | None, on: date) -> DayPlan | None:
    try:
        return book.plan(unit, schedule, on)
    except (NoVersionInForce, Invalid, NotFound):
        return None
