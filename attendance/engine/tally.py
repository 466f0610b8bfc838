"""From sessions and punches to days: the sums of the ledger, and the flags that stand on each date."""

from __future__ import annotations

import numpy as np

from attendance.engine.case import Case
from attendance.engine.columns import (
    AFTER_DEADLINE,
    CLOCK_CORRECTED,
    CLOCK_INVALID,
    NOT_SYNCED,
    ODD_INNER,
    OFF_SCHEDULE,
    OFF_SITE,
    OUTAGE,
    Claims,
    DayLedger,
    Gaps,
    Paired,
    SessionLedger,
)
from attendance.engine.decide import Decided
from attendance.engine.expect import Expected
from attendance.engine.judge import Evidence
from attendance.engine.overtime import OrderWindow, in_order_windows
from attendance.engine.spans import Ints
from attendance.engine.standing import day_of_claims


def tally(
    case: Case,
    expected: Expected,
    claims: Claims,
    paired: Paired,
    evidence: Evidence,
    gaps: Gaps,
    decided: Decided,
    sessions: SessionLedger,
    orders: tuple[OrderWindow, ...],
) -> DayLedger:
    """Per row of Days the sums of its sessions, the bits of its flags, and how many punches were set aside."""
    days, due = expected.days, expected.due

    edges = np.append(days.first, len(due))  # the sessions of a day lie together, those of the next day follow

    def total(minutes: Ints) -> Ints:
        running = np.zeros(len(due) + 1, np.int64)
        np.cumsum(minutes, out=running[1:])
        sums: Ints = np.diff(running[edges])
        return sums

    flags = np.zeros(len(days), np.int32)

    def raise_flag(rows: Ints, flag: int) -> None:
        flags[rows] |= flag  # rows that come twice get the same bit twice

    raise_flag(due.day_row[np.flatnonzero(evidence.unsynced)], NOT_SYNCED)
    raise_flag(due.day_row[np.flatnonzero(evidence.outage)], OUTAGE)
    raise_flag(due.day_row[np.flatnonzero(evidence.clock_invalid)], CLOCK_INVALID)
    raise_flag(np.array(decided.late_days, np.int64), AFTER_DEADLINE)
    if gaps.odd.size:
        judged = np.zeros(len(expected.groups), np.bool_)
        judged[evidence.group[np.flatnonzero(evidence.judged)]] = True
        raise_flag(due.day_row[expected.groups.first_due[gaps.odd[judged[gaps.odd]]]], ODD_INNER)

    home = day_of_claims(case, expected, claims, paired.window)
    employed = home >= 0
    shown = employed & ~paired.off_site & ~claims.annulled
    outside = shown & paired.kept & (paired.window < 0)
    if orders and outside.any():
        outside &= ~in_order_windows(orders, claims)
    raise_flag(home[np.flatnonzero(employed & paired.off_site)], OFF_SITE)
    raise_flag(home[np.flatnonzero(shown & claims.corrected)], CLOCK_CORRECTED)
    raise_flag(home[np.flatnonzero(outside)], OFF_SCHEDULE)
    return DayLedger(
        scheduled=total(sessions.scheduled),
        worked=total(sessions.worked),
        credited=total(sessions.credited),
        leave=total(sessions.leave),
        unverified=total(sessions.unverified),
        counted=total(sessions.counted),
        flags=flags,
        duplicates=_count(home[np.flatnonzero(employed & ~paired.kept)], len(days)),
        annulled=_count(home[np.flatnonzero(employed & claims.annulled & ~paired.off_site)], len(days)),
    )


def _count(rows: Ints, size: int) -> Ints:
    return np.bincount(rows, minlength=size).astype(np.int64)
