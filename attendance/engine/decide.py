"""What papers and decisions make of violations and question marks (§6): explanations × violations → excused, settled.

Papers are few, so they are looked at one by one; a violation keeps its minutes for ever, whatever is decided.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import numpy as np

from attendance.engine.case import Case
from attendance.engine.columns import (
    COUNTED,
    EXCUSED,
    MISSING_IN,
    MISSING_OUT,
    PARTLY_EXCUSED,
    TYPES,
    Violations,
)
from attendance.engine.days import rows_of_facts
from attendance.engine.expect import Expected
from attendance.engine.judge import Evidence
from attendance.engine.spans import Bools, Ints
from attendance.errors import NoVersionInForce
from attendance.facts import Assignment, Explanation
from attendance.rules.calendar import WORKING_KINDS

UNVERIFIED = "unverified"
_DAY = timedelta(days=1)
MISSING = (MISSING_IN, MISSING_OUT)


@dataclass(frozen=True, slots=True)
class Decided:
    """Violations after all papers, and per session of Due what became of its question mark.

    `excused` minutes of violations that approved papers credit; `closed`: its unverified minutes are settled, and of
    them `against` are counted, the rest credited. `late_days`: rows of Days with a paper after the deadline.
    """

    violations: Violations
    excused: Ints
    closed: Bools
    against: Ints
    late_days: tuple[int, ...] = ()


def decide(case: Case, expected: Expected, evidence: Evidence, violations: Violations) -> Decided:
    """Applies every decided paper that counts; of two about the same question the one decided last."""
    sessions = len(expected.due)
    none = np.zeros(sessions, np.int64)
    decided = Decided(violations, none, np.zeros(sessions, np.bool_), none)
    if not case.explanations:
        return decided
    decided = Decided(
        replace(
            violations,
            excused=violations.excused.copy(),
            counted=violations.counted.copy(),
            status=violations.status.copy(),
        ),
        none.copy(),
        np.zeros(sessions, np.bool_),
        none.copy(),
    )
    papers, late_days = _papers(case, expected)
    asked = np.array([session for session, _ in papers], np.int64)
    begins = violations.due.searchsorted(asked).tolist()
    finish = violations.due.searchsorted(asked, "right").tolist()
    for ((session, covers), paper), low, high in zip(papers.items(), begins, finish, strict=True):
        if covers == UNVERIFIED:
            if paper.decision == "approved":
                _credit_unverified(evidence, decided, session)
            continue
        if low == high:
            continue  # there is nothing to be explained
        kind = TYPES.index(covers)
        rows = low + np.flatnonzero(violations.kind[low:high] == kind)
        if kind in MISSING:
            for row in rows.tolist():
                _close_missing(expected, evidence, decided, row, paper)
        elif paper.decision == "approved":
            _excuse(decided, rows, session, paper)
    return replace(decided, late_days=late_days)


def _papers(case: Case, expected: Expected) -> tuple[dict[tuple[int, str], Explanation], tuple[int, ...]]:
    """The paper that decides each question, by (row of Due, what it covers), and the days with a late one."""
    due, days = expected.due, expected.days
    if not len(days):
        return {}, ()
    found: dict[tuple[int, str], Explanation] = {}
    late_days = []
    papers = sorted(case.explanations, key=lambda paper: paper.decided_at or datetime.min)  # noqa: DTZ901
    rows = rows_of_facts(case, days, papers)
    columns = (rows, days.policy[rows], days.first[rows], days.count[rows])
    for paper, day_row, policy, first, count in zip(papers, *(column.tolist() for column in columns), strict=True):
        if day_row < 0:
            continue
        late = is_late(case, paper, days.policies[policy].explanation_deadline_workdays)
        if late:
            late_days.append(day_row)
        if paper.decision is None or (late and not paper.accepted_after_deadline):
            continue
        for session in range(first, first + count):
            if paper.session == "all" or paper.session == due.names[due.name[session]]:
                found[session, paper.covers] = paper
    return found, tuple(late_days)


def is_late(case: Case, paper: Explanation, days: int | None) -> bool:
    """Whether it was handed in after the end of that person's working day number `days` after the date."""
    if days is None or paper.submitted_at is None or paper.by_head:
        return False
    on, submitted = paper.on, paper.submitted_at.date()
    if (submitted - on).days <= days:
        return False  # there are no more working days than days
    mine = case.service.get(paper.employee, ())
    held: Assignment | None = None
    while days and on < submitted:
        on += _DAY
        if held is None or not held.holds(on):
            held = next((a for a in mine if a.holds(on)), None)
        try:
            days -= held is not None and case.rulebook.plan(held.unit, held.schedule, on).kind in WORKING_KINDS
        except NoVersionInForce:
            continue  # nobody can say that it is a working day
    return days == 0 and submitted > on


def _credit_unverified(evidence: Evidence, decided: Decided, session: int) -> None:
    """Minutes without a violation, after an outage or an invalid clock; not those of a terminal that was not read."""
    if evidence.outage[session] or evidence.clock_invalid[session]:
        decided.closed[session] = True


def _close_missing(expected: Expected, evidence: Evidence, decided: Decided, row: int, paper: Explanation) -> None:
    """The paper about one missing punch settles all sessions it left unverified.

    Approved, or refused where a punch is proof of presence, their minutes are credited; refused with `session`, those
    of the session it stands in are counted.
    """
    violations = decided.violations
    session = int(violations.due[row])
    group = evidence.group[session]
    refused = paper.decision == "refused"
    together = np.arange(expected.groups.first_due[group], expected.groups.last_due[group] + 1)
    decided.closed[together[evidence.missing[together] & (evidence.group[together] == group)]] = True
    violations.status[row] = COUNTED if refused else EXCUSED
    policy = expected.days.policies[expected.days.policy[expected.due.day_row[session]]]
    if refused and policy.missing_punch_refused == "session":
        decided.against[session] = violations.counted[row] = evidence.away[session]


def _excuse(decided: Decided, rows: Ints, session: int, paper: Explanation) -> None:
    """`excused = min(minutes, approved)`, the rest counted; without minutes all of them."""
    violations = decided.violations
    given = paper.minutes
    for row in rows.tolist():
        minutes = int(violations.minutes[row])
        excused = minutes if given is None else min(minutes, given)
        given = None if given is None else given - excused
        violations.excused[row], violations.counted[row] = excused, minutes - excused
        if excused:
            violations.status[row] = PARTLY_EXCUSED if minutes - excused else EXCUSED
        decided.excused[session] += excused
