"""What an inspection found: an occurrence at a point of time without minutes; no credited minute changes (§5)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from attendance import clock
from attendance.engine.case import Case
from attendance.engine.expect import Expected
from attendance.engine.papers import window_of
from attendance.facts import Inspection

WITH_REASON, NO_REASON = "absent_with_reason", "absent_no_reason"
APPROVED_LATER = "mission_approved_after_inspection"


@dataclass(frozen=True, slots=True)
class Finding:
    """Somebody was not found at work. `minutes` is never known."""

    at: datetime
    result: str
    minutes: None = None


def findings(case: Case, expected: Expected) -> tuple[dict[int, list[Finding]], list[tuple[int, str]]]:
    """The findings of each row of Days, by time, and flags for missions that were approved only after the visit.

    A finding needs a session scheduled at that minute, of a person of the inspected unit or one below it.
    """
    found: dict[int, list[Finding]] = {}
    later: list[tuple[int, str]] = []
    for visit in sorted(case.inspections, key=lambda visit: visit.at):
        for employee in dict.fromkeys(visit.found_absent):
            session = _session_at(case, expected, visit, employee)
            if session is None:
                continue
            row = int(expected.due.day_row[session])
            before = _has_reason(case, expected, visit, employee, session)
            found.setdefault(row, []).append(Finding(visit.at, WITH_REASON if before else NO_REASON))
            if not before and _mission_later(case, visit, employee):
                later.append((row, APPROVED_LATER))
    return found, later


def _session_at(case: Case, expected: Expected, visit: Inspection, employee: str) -> int | None:
    """The session scheduled at that minute for a person of the unit, None where there is none."""
    days, due = expected.days, expected.due
    at = clock.instant_seconds(visit.at, case.zone)
    today = clock.day_number(visit.at.date())
    for row in range(*days.between(case.person_index.get(employee, -1), today - 2, today)):
        unit = case.assignments[days.assignment[row]].unit
        for session in range(int(days.first[row]), int(days.first[row] + days.count[row])):
            if due.start[session] <= at < due.end[session] and not due.taken[session]:
                return session if visit.unit in case.rulebook.path(unit) else None
    return None


def _has_reason(case: Case, expected: Expected, visit: Inspection, employee: str, session: int) -> bool:
    """Whether leave, a mission or an exemption approved before the visit covers that minute."""
    due = expected.due
    leave = int(due.leave[session])
    if leave >= 0 and any(
        _before(other.approved_at, visit)
        for other in case.leaves
        if other.employee == employee
        and other.on == case.leaves[leave].on
        and other.session in ("all", due.names[due.name[session]])
    ):
        return True
    if any(
        _before(mission.approved_at, visit) and mission.starts <= visit.at < mission.ends
        for mission in case.missions
        if mission.employee == employee
    ):
        return True
    return _is_exempt(case, expected, visit, employee, session)


def _is_exempt(case: Case, expected: Expected, visit: Inspection, employee: str, session: int) -> bool:
    """Whether an exemption known before the visit holds at that minute."""
    due = expected.due
    at = clock.instant_seconds(visit.at, case.zone)
    windows = [e for e in case.exemptions if e.employee == employee and _before(e.approved_at, visit)]
    for exemption in windows:
        if exemption.minutes_per_day is None:
            starts, ends = window_of(exemption)
            if (starts is None or starts <= visit.at) and (ends is None or visit.at < ends):
                return True
    free = any(low[session] <= at < high[session] for low, high in zip(due.free_from, due.free_to, strict=True))
    away = [m for m in case.missions if m.employee == employee and m.starts <= visit.at < m.ends]
    in_minutes = any(exemption.minutes_per_day is not None for exemption in windows)
    return in_minutes and not free and not away and due.leave[session] < 0


def _mission_later(case: Case, visit: Inspection, employee: str) -> bool:
    """Whether a mission over that minute was approved at the visit or after it."""
    return any(
        mission.employee == employee
        and mission.starts <= visit.at < mission.ends
        and not _before(mission.approved_at, visit)
        for mission in case.missions
    )


def _before(approved_at: datetime | None, visit: Inspection) -> bool:
    return approved_at is None or approved_at - visit.at < timedelta(0)
