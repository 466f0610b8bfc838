"""Was somebody there for their duty? Duties that hold × punches × coverage → kept, no show, away, or not known yet.

A duty is reported beside the ledger and changes no minute of it. What lies inside sessions is told by what was
concluded of those; what lies outside by the punches in its own window. Missing data is never a no-show.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from attendance.engine.columns import Ints
from attendance.engine.days import sessions_in
from attendance.engine.read_past import ReadPast
from attendance.engine.roster import moments_of, placed
from attendance.engine.run import Judgement
from attendance.engine.spans import rows_of
from attendance.facts import Duty

KEPT, NO_SHOW, AWAY, UNVERIFIED = "kept", "no_show", "away", "unverified"


@dataclass(frozen=True, slots=True)
class DutyPresence:
    """`kept`: a punch or a session shows the person there. `no_show`: the terminals were read past its window and
    nothing does. `away`: leave or a mission took all of its hours. `unverified`: nothing may be concluded (yet).
    """

    duty: Duty
    state: str


def presence_on_duty(judgement: Judgement) -> list[DutyPresence]:
    """Each duty that holds and starts on the dates judged, in the order written."""
    days = judgement.expected.days
    duties = judgement.expected.roster.duties
    people, rows = placed(judgement.case, days, duties)
    read = ReadPast(judgement)
    found = []
    for duty, person, row in zip(duties, people, rows, strict=True):
        if row >= 0 and judgement.from_on <= duty.starts.date() <= judgement.to_on:
            stretch = moments_of(judgement.case, duty)
            told = {*_of_sessions(judgement, person, stretch), *_of_parts(judgement, read, person, row, stretch)}
            state = next((state for state in (KEPT, UNVERIFIED, NO_SHOW, AWAY) if state in told), UNVERIFIED)
            found.append(DutyPresence(duty, state))
    return found


def _of_sessions(judgement: Judgement, person: int, stretch: tuple[int, int]) -> Iterator[str]:
    """What the sessions say that share time with a duty."""
    expected, evidence, paired = judgement.expected, judgement.evidence, judgement.paired
    due = expected.due
    _, sessions = sessions_in(expected.days, due, np.array([person]), np.array([stretch], np.int64))
    for session in sessions.tolist():
        group = int(due.group[session])
        if due.taken[session]:
            continue
        if due.leave[session] >= 0 or group < 0:
            yield AWAY
        elif evidence.missing[session]:
            yield KEPT  # a lone punch proves presence
        elif evidence.unverified[session]:
            yield UNVERIFIED
        elif evidence.nobody[session]:
            yield NO_SHOW
        elif evidence.judged[session] and paired.count[group] > 0:
            there = paired.first[group] < stretch[1] and paired.last[group] > stretch[0]
            yield KEPT if there else NO_SHOW
        else:
            yield KEPT  # no punch is asked for


def _of_parts(judgement: Judgement, read: ReadPast, person: int, row: int, stretch: tuple[int, int]) -> Iterator[str]:
    """What the punches say in the windows of the parts of a duty that lie outside sessions."""
    expected, claims, paired = judgement.expected, judgement.claims, judgement.paired
    windows = expected.windows
    low, high = rows_of(windows.person, person)
    parts: Ints = low + np.flatnonzero(
        (windows.due[low:high] < 0) & (windows.start[low:high] >= stretch[0]) & (windows.end[low:high] <= stretch[1])
    )
    first, last = rows_of(claims.person, person)
    punched = set(paired.window[first:last][paired.counts[first:last]].tolist())
    depends = int(expected.days.depends[row])
    for part in parts.tolist():
        if part in punched:
            yield KEPT
        elif read.may_conclude(depends, int(windows.start[part]), int(windows.end[part]), int(windows.hi[part])):
            yield NO_SHOW
        else:
            yield UNVERIFIED
