"""The ledger: every scheduled minute is credited, on leave, unverified or counted, exactly once, or it is our bug."""

from __future__ import annotations

import numpy as np

from attendance import clock
from attendance.engine.case import Case
from attendance.engine.columns import Gaps, Paired, SessionLedger, Violations
from attendance.engine.decide import Decided
from attendance.engine.expect import Expected
from attendance.engine.judge import Evidence
from attendance.engine.spans import Bools, Ints, clipped
from attendance.engine.windows import CHECK_IN_ONLY
from attendance.errors import LedgerBroken


def settle(
    case: Case, expected: Expected, paired: Paired, evidence: Evidence, gaps: Gaps, decided: Decided
) -> SessionLedger:
    """The minutes of every session of Due. Raises LedgerBroken, naming the day, where they do not add up."""
    sessions = _sessions(expected, paired, evidence, gaps, decided)
    _assert_balanced(case, expected, sessions)
    return sessions


def _sessions(expected: Expected, paired: Paired, evidence: Evidence, gaps: Gaps, decided: Decided) -> SessionLedger:
    due, violations = expected.due, decided.violations
    length = (due.end - due.start) // 60
    free = evidence.away
    on_leave = (due.leave >= 0) & ~due.taken
    scheduled = length * ~due.taken
    leave = length * on_leave
    counted = np.zeros(len(due), np.int64)
    np.add.at(counted, violations.due, violations.counted)

    attended = evidence.judged & evidence.present
    away = _not_there(expected, paired, evidence, gaps, attended, np.flatnonzero(attended & (free != length)))
    worked = (length - away) * (attended & ~_unmeasured(expected, evidence))
    unverified = free * (evidence.unverified & ~decided.closed)

    # What was not worked and yet is no loss: covered by a mission or exemption, within grace, by regime.
    lost = np.where(evidence.unverified, free, _charged(violations, len(due)))
    covered = length - worked - lost
    closed = (free - decided.against) * (evidence.unverified & decided.closed)
    credited = (worked + covered + decided.excused + closed) * ~(due.taken | on_leave)
    return SessionLedger(scheduled, worked, credited, leave, unverified, counted)


def _not_there(
    expected: Expected, paired: Paired, evidence: Evidence, gaps: Gaps, attended: Bools, partly: Ints
) -> Ints:
    """Whole minutes of each attended session before the in, after the out and in gaps between.

    They are the minutes late and early, but where something covers some of a session (`partly`).
    """
    due, group = expected.due, evidence.group[partly]
    start, end = due.start[partly], due.end[partly]
    away = (evidence.late + evidence.early) * attended
    away[partly] = (clipped(paired.first[group], start, end) - start) // 60
    away[partly] += (end - clipped(paired.last[group], start, end)) // 60
    if gaps.due.size:
        np.add.at(away, gaps.due, gaps.away * attended[gaps.due])
    return away


def _unmeasured(expected: Expected, evidence: Evidence) -> Bools:
    """Sessions under check_in_only: nobody measures how long the person stayed, so nothing is worked."""
    regime = expected.groups.regime
    if not (regime == CHECK_IN_ONLY).any():
        return np.zeros(evidence.group.size, np.bool_)
    measured: Bools = (evidence.group >= 0) & (regime[evidence.group] == CHECK_IN_ONLY)
    return measured


def _charged(violations: Violations, sessions: int) -> Ints:
    """Minutes of each session that its violations are about, before any paper."""
    charged = np.zeros(sessions, np.int64)
    np.add.at(charged, violations.due, np.maximum(violations.minutes, 0))
    return charged


def _assert_balanced(case: Case, expected: Expected, ledger: SessionLedger) -> None:
    parts = ledger.credited + ledger.leave + ledger.unverified + ledger.counted
    wrong = (
        (ledger.scheduled != parts) | (ledger.credited < 0) | (ledger.worked < 0) | (ledger.worked > ledger.credited)
    )
    if wrong.any():
        row = int(np.flatnonzero(wrong)[0])
        day = int(expected.due.day_row[row])
        names = ("scheduled", "worked", "credited", "leave", "unverified", "counted")
        amounts = ", ".join(f"{name} {int(getattr(ledger, name)[row])}" for name in names)
        raise LedgerBroken(
            case.people[int(expected.days.person[day])], clock.from_day_number(int(expected.days.day[day])), amounts
        )
