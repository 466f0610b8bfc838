"""The rule book over columns: one short function per kind of violation, each says in which sessions it stands.

    required     |==========================|
    punches          ^in               ^out
    late         |~~~|
    early                              |~~~~|

Minutes are whole, and an incomplete minute never counts against the person. They are minutes of the session between
the required time and the punch that nothing covers.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from attendance.engine.columns import (
    ABSENT,
    COUNTED,
    EARLY,
    LATE,
    LEFT_POST,
    MISSING_IN,
    MISSING_OUT,
    PENDING,
    TYPES,
    Coverable,
    Gaps,
    Paired,
    Violations,
)
from attendance.engine.expect import Expected
from attendance.engine.spans import Bools, Ints, clipped
from attendance.engine.windows import EXEMPT

NEVER = 1 << 40  # minutes no session has


@dataclass(frozen=True)
class Evidence:
    """What the judges look at, one row per session of Due.

    `judged`: both punches are there and nothing stands in the way; then `present`, `late`, `early` hold (minutes of the
    session lost at either side, before grace) and `away` its uncovered minutes. `unverified`: nothing may be concluded;
    `outage`, `clock_invalid`, `unsynced` say why, else a punch is missing (`missing`). `group` is the row in Groups, -1
    for a session without one. `late_grace`, `early_grace`, `absent_over` are the thresholds, in minutes, one for all
    sessions where they agree.
    """

    group: Ints
    judged: Bools
    nobody: Bools
    unverified: Bools
    outage: Bools
    unsynced: Bools
    present: Bools
    late: Ints
    early: Ints
    away: Ints
    missing: Bools
    missing_in_at: Bools
    missing_out_at: Bools
    clock_invalid: Bools
    late_grace: Ints | int = 0
    early_grace: Ints | int = 0
    absent_over: Ints | int = NEVER

    @cached_property
    def lost(self) -> Ints:
        """Minutes of each session lost by late and early beyond grace together."""
        return self.late * (self.late > self.late_grace) + self.early * (self.early > self.early_grace)

    @cached_property
    def lost_too_much(self) -> Bools:
        """Whether those together make the session one absence (`absent_over_minutes`)."""
        limit = self.absent_over
        if isinstance(limit, int) and limit == NEVER:
            return np.zeros(self.away.size, np.bool_)
        return self.judged & self.present & (self.lost > limit)


Judge = Callable[[Evidence], tuple[Bools, Ints]]


def arrived_late(evidence: Evidence) -> tuple[Bools, Ints]:
    """In after the required start, beyond grace: the whole delay."""
    late = evidence.judged & evidence.present & (evidence.late > evidence.late_grace)
    return late & ~evidence.lost_too_much, evidence.late


def left_early(evidence: Evidence) -> tuple[Bools, Ints]:
    """Out before the required end, beyond grace: the whole remainder."""
    early = evidence.judged & evidence.present & (evidence.early > evidence.early_grace)
    return early & ~evidence.lost_too_much, evidence.early


def was_absent(evidence: Evidence) -> tuple[Bools, Ints]:
    """No punch in the session and the terminals were read, or all of it lies outside first in and last out."""
    gone = evidence.nobody | (evidence.judged & ~evidence.present)
    together = evidence.lost_too_much
    minutes = np.where(together, evidence.lost, evidence.away) if together.any() else evidence.away
    return (gone & (evidence.away > 0)) | together, minutes


def missed_in(evidence: Evidence) -> tuple[Bools, Ints]:
    """A lone punch stands for out: the minutes are unknown until it is settled."""
    return evidence.missing_in_at, np.full(evidence.away.size, -1, np.int64)


def missed_out(evidence: Evidence) -> tuple[Bools, Ints]:
    """A lone punch stands for in: the minutes are unknown until it is settled."""
    return evidence.missing_out_at, np.full(evidence.away.size, -1, np.int64)


JUDGES: tuple[tuple[int, Judge], ...] = (
    (LATE, arrived_late),
    (EARLY, left_early),
    (ABSENT, was_absent),
    (MISSING_IN, missed_in),
    (MISSING_OUT, missed_out),
)


def _no_evidence(group: Ints) -> Evidence:
    """Of days on which nobody has to be anywhere."""
    nothing, none = np.zeros(group.size, np.bool_), np.zeros(group.size, np.int64)
    return Evidence(
        group=group,
        judged=nothing,
        nobody=nothing,
        unverified=nothing,
        outage=nothing,
        unsynced=nothing,
        present=nothing,
        late=none,
        early=none,
        away=none,
        missing=nothing,
        missing_in_at=nothing,
        missing_out_at=nothing,
        clock_invalid=nothing,
    )


def weigh(expected: Expected, paired: Paired, coverable: Coverable) -> Evidence:
    """Spread what is known of groups over their sessions."""
    due, groups = expected.due, expected.groups
    group = due.group
    if not len(groups):
        return _no_evidence(group)
    first, last = paired.first[group], paired.last[group]
    some, asked = paired.count > 0, groups.regime != EXEMPT  # of the exempt nothing is asked
    required = (group >= 0) & asked[group]
    both = required & (some & ~paired.lone)[group]
    settled = required & coverable.settled[group]
    present = both & (due.end > first) & (due.start < last)
    late = due.uncovered_before(clipped(first, due.start, due.end)) // 60
    uncovered = due.uncovered()
    early = (uncovered - due.uncovered_before(clipped(last, due.start, due.end))) // 60
    outage = settled & _blocked(expected, paired, present, coverable.outage_start, coverable.outage_end)
    clock_invalid = settled & _doubtful(expected, paired, present, coverable)
    blind = outage | clock_invalid
    unsynced = required & ~settled
    clear = settled & ~blind
    missing = clear & paired.lone[group]
    alone = np.flatnonzero(missing)
    side_is_in = paired.lone_is_in[group[alone]]
    return Evidence(
        group=group,
        judged=both & clear,
        nobody=clear & ~some[group],
        unverified=blind | unsynced | missing,
        outage=outage,
        unsynced=unsynced,
        present=present,
        late=late,
        early=early,
        away=uncovered // 60,
        missing=missing,
        missing_in_at=_only(alone[~side_is_in & (alone == groups.first_due[group[alone]])], len(due)),
        missing_out_at=_only(alone[side_is_in & (alone == groups.last_due[group[alone]])], len(due)),
        clock_invalid=clock_invalid,
        late_grace=expected.days.rule(lambda policy: policy.late_grace_minutes, due.day_row),
        early_grace=expected.days.rule(lambda policy: policy.early_grace_minutes, due.day_row),
        absent_over=expected.days.rule(
            lambda policy: NEVER if policy.absent_over_minutes is None else policy.absent_over_minutes, due.day_row
        ),
    )


def _only(rows: Ints, size: int) -> Bools:
    found = np.zeros(size, np.bool_)
    found[rows] = True
    return found


def _blocked(expected: Expected, paired: Paired, present: Bools, at_start: Bools, at_end: Bools) -> Bools:
    """Sessions about which nothing can be concluded because of what stands in the way of a group's start or end.

    With two punches only the sessions up to the first one attended (at the start), or from the last one attended (at
    the end); else all that is judged together.
    """
    due, groups = expected.due, expected.groups
    if not (at_start.any() or at_end.any()):
        return np.zeros(len(due), np.bool_)
    rows = np.flatnonzero((at_start | at_end)[due.group] & (due.group >= 0))
    attended = rows[present[rows]]
    first_present, last_present = groups.last_due.copy(), groups.first_due.copy()
    last_present[due.group[attended]] = attended
    first_present[due.group[attended[::-1]]] = attended[::-1]
    group = due.group[rows]
    whole = (paired.count[group] == 0) | paired.lone[group]
    start = at_start[group] & (whole | (rows <= first_present[group]))
    end = at_end[group] & (whole | (rows >= last_present[group]))
    return _only(rows[start | end], len(due))


def _doubtful(expected: Expected, paired: Paired, present: Bools, coverable: Coverable) -> Bools:
    """Sessions about which a clock without worth lets nothing be concluded: those with a punch made under it.

    Without two other punches all that is judged together.
    """
    blocked = _blocked(expected, paired, present, coverable.clock_start, coverable.clock_end)
    if not coverable.clock_at.any():
        return blocked
    group = expected.due.group
    alone = np.zeros(len(expected.groups), np.bool_)
    alone[group[coverable.clock_at]] = True
    alone &= (paired.count == 0) | paired.lone
    found: Bools = blocked | coverable.clock_at | (alone[group] & (group >= 0))
    return found


def judge(evidence: Evidence, gaps: Gaps) -> Violations:
    """Every violation, by session, then kind in the order of TYPES."""
    left = evidence.judged[gaps.due] & evidence.present[gaps.due] & (gaps.minutes > 0)
    rows, kinds = [gaps.due[left]], [np.full(int(left.sum()), LEFT_POST, np.int8)]
    minutes = [gaps.minutes[left]]
    for kind, concludes in JUDGES:
        where, amount = concludes(evidence)
        found = np.flatnonzero(where)
        rows.append(found)
        kinds.append(np.full(found.size, kind, np.int8))
        minutes.append(amount[found])
    due, kind_of, amounts = np.concatenate(rows), np.concatenate(kinds), np.concatenate(minutes)
    order = np.argsort(due * len(TYPES) + kind_of, kind="stable")
    due, kind_of, amounts = due[order], kind_of[order], amounts[order]
    unknown = amounts < 0
    return Violations(
        due=due,
        kind=kind_of,
        minutes=amounts,
        excused=np.zeros(due.size, np.int64),
        counted=np.where(unknown, 0, amounts),
        status=np.where(unknown, PENDING, COUNTED).astype(np.int8),
    )
