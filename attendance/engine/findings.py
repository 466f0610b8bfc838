"""What an inspection found: an occurrence at a point of time without minutes; no credited minute changes (§5)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TypeVar

from attendance import clock
from attendance.engine.case import Case
from attendance.engine.expect import Expected, expect
from attendance.facts import Exemption, Inspection, Leave, Mission

WITH_REASON, NO_REASON = "absent_with_reason", "absent_no_reason"
APPROVED_LATER = "mission_approved_after_inspection"

Paper = TypeVar("Paper", Leave, Mission, Exemption)


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
        absent = [who for who in dict.fromkeys(visit.found_absent) if who in case.person_index]
        at_work = {who: at for who in absent if (at := _session_at(case, expected, visit, who)) is not None}
        if not at_work:
            continue
        before = _known_before(case, visit, tuple(at_work))
        then = expect(before, visit.at.date(), visit.at.date())
        for employee, session in at_work.items():
            row = int(expected.due.day_row[session])
            reason = _has_reason(before, then, visit, employee)
            found.setdefault(row, []).append(Finding(visit.at, WITH_REASON if reason else NO_REASON))
            if not reason and _mission_later(case, visit, employee):
                later.append((row, APPROVED_LATER))
    return found, later


def _known_before(case: Case, visit: Inspection, people: tuple[str, ...]) -> Case:
    """The same office with those of these people's papers that were approved before the visit."""

    def approved(papers: Iterable[Paper]) -> tuple[Paper, ...]:
        return tuple(p for p in papers if p.employee in people and _before(p.approved_at, visit))

    return replace(
        case,
        people=people,
        assignments=tuple(a for who in people for a in case.service.get(who, ())),
        duties=tuple(duty for duty in case.duties if duty.employee in people),
        leaves=approved(case.leaves),
        missions=approved(case.missions),
        exemptions=approved(case.exemptions),
    )


def _session_at(case: Case, expected: Expected, visit: Inspection, employee: str) -> int | None:
    """The session scheduled at that minute for a person of the unit, None where there is none."""
    days, due = expected.days, expected.due
    at = clock.instant_seconds(visit.at, case.zone)
    today = clock.day_number(visit.at.date())
    for row in range(*days.between(case.person_index.get(employee, -1), today - 2, today)):
        unit = case.assignments[days.assignment[row]].unit
        for session in range(int(days.first[row]), int(days.first[row] + days.count[row])):
            if due.start[session] <= at < due.end[session] and not due.taken[session]:
                return (
                    session
                    if visit.unit in case.rulebook.path(unit, clock.from_day_number(int(days.day[row])))
                    else None
                )
    return None


def _has_reason(before: Case, then: Expected, visit: Inspection, employee: str) -> bool:
    """Whether papers approved before the visit cover that minute, or the absence of that session."""
    session = _session_at(before, then, visit, employee)
    if session is None:
        return False
    due, at = then.due, clock.instant_seconds(visit.at, before.zone)
    free = any(low[session] <= at < high[session] for low, high in zip(due.free_from, due.free_to, strict=True))
    on = clock.from_day_number(int(then.days.day[due.day_row[session]]))
    return not free or any(
        paper.employee == employee
        and (paper.on, paper.covers, paper.decision) == (on, "absent", "approved")
        and paper.session in ("all", due.names[due.name[session]])
        and paper.decided_at is not None
        and _before(paper.decided_at, visit)
        for paper in before.explanations
    )


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
