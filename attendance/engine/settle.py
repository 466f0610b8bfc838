"""The ledger: every scheduled minute is credited, on leave, unverified or counted, exactly once, or it is our bug."""

from __future__ import annotations

import numpy as np

from attendance import clock
from attendance.engine.case import Case
from attendance.engine.columns import (
    ABSENT,
    CLOCK_CORRECTED,
    EARLY,
    LATE,
    NOT_SYNCED,
    OFF_SCHEDULE,
    OUTAGE,
    Claims,
    DayLedger,
    Paired,
    SessionLedger,
    Violations,
)
from attendance.engine.expect import Expected
from attendance.engine.judge import Evidence
from attendance.engine.spans import Ints
from attendance.errors import LedgerBroken


def settle(
    case: Case, expected: Expected, claims: Claims, paired: Paired, evidence: Evidence, violations: Violations
) -> tuple[SessionLedger, DayLedger]:
    sessions = _sessions(expected, paired, evidence, violations)
    _assert_balanced(case, expected, sessions)
    return sessions, _days(case, expected, claims, paired, evidence, sessions)


def _sessions(expected: Expected, paired: Paired, evidence: Evidence, violations: Violations) -> SessionLedger:
    due = expected.due
    length = (due.end - due.start) // 60
    free = due.uncovered() // 60
    on_leave = (due.leave >= 0) & ~due.taken
    scheduled = np.where(due.taken, 0, length)
    leave = np.where(on_leave, length, 0)
    counted = np.zeros(len(due), np.int64)
    np.add.at(counted, violations.due, violations.counted)

    group = np.maximum(evidence.group, 0)
    some = len(expected.groups) > 0
    first = paired.first[group] if some else due.start
    last = paired.last[group] if some else due.start
    before = (np.clip(first, due.start, due.end) - due.start) // 60
    after = (due.end - np.clip(last, due.start, due.end)) // 60
    attended = evidence.judged & evidence.present
    worked = np.where(attended, length - before - after, 0)
    unverified = np.where(evidence.unverified, free, 0)

    # What was not worked and yet is no loss: covered by a mission, or within grace.
    away = np.where(attended, before + after, np.where(evidence.unverified, 0, length))
    charged = np.zeros(len(due), np.int64)
    for kind, minutes in ((LATE, evidence.late), (EARLY, evidence.early), (ABSENT, evidence.away)):
        where = violations.due[violations.kind == kind]
        whole_absence = (kind == ABSENT) & attended[where]
        charged[where] += np.where(whole_absence, violations.minutes[violations.kind == kind], minutes[where])
    covered = np.where(evidence.unverified, length - free, away - charged)
    credited = np.where(due.taken | on_leave, 0, worked + covered)
    return SessionLedger(scheduled, worked, credited, leave, unverified, counted)


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


def _days(
    case: Case, expected: Expected, claims: Claims, paired: Paired, evidence: Evidence, sessions: SessionLedger
) -> DayLedger:
    days, due = expected.days, expected.due

    def total(minutes: Ints) -> Ints:
        summed = np.zeros(len(days), np.int64)
        np.add.at(summed, due.day_row, minutes)
        return summed

    flags = np.zeros(len(days), np.int32)

    def raise_flag(rows: Ints, flag: int) -> None:
        np.bitwise_or.at(flags, rows, flag)

    raise_flag(due.day_row[evidence.unsynced], NOT_SYNCED)
    raise_flag(due.day_row[evidence.outage], OUTAGE)
    home = day_of_claims(case, expected, claims, paired)
    employed = home >= 0
    raise_flag(home[employed & claims.corrected], CLOCK_CORRECTED)
    raise_flag(home[employed & paired.kept & (paired.due < 0)], OFF_SCHEDULE)
    duplicates = np.zeros(len(days), np.int64)
    np.add.at(duplicates, home[employed & ~paired.kept], 1)
    return DayLedger(
        scheduled=total(sessions.scheduled),
        worked=total(sessions.worked),
        credited=total(sessions.credited),
        leave=total(sessions.leave),
        unverified=total(sessions.unverified),
        counted=total(sessions.counted),
        flags=flags,
        duplicates=duplicates,
    )


def day_of_claims(case: Case, expected: Expected, claims: Claims, paired: Paired) -> Ints:
    """Row of Days on which each claim stands: that of the session in whose window it lies, else its calendar date."""
    days, due = expected.days, expected.due
    home = due.day_row[paired.due] if len(due) else paired.due.copy()
    outside = np.flatnonzero(paired.due < 0)
    day = clock.to_walls(claims.at[outside], case.zone) // clock.DAY_SECONDS
    keys = days.person.astype(np.int64) << 32 | (days.day & 0xFFFFFFFF)
    wanted = claims.person[outside].astype(np.int64) << 32 | (day & 0xFFFFFFFF)
    place = np.searchsorted(keys, wanted)
    bounded = np.minimum(place, max(len(days) - 1, 0))
    home[outside] = np.where((place < len(days)) & (keys[bounded] == wanted), bounded, -1) if len(days) else -1
    return home
