"""Why a day was judged as it was: the same judgement again, for one person and date, with all that decided it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

import numpy as np

from attendance import clock
from attendance.engine.columns import Ints
from attendance.engine.run import Judgement, evaluate
from attendance.engine.standing import day_of_claims
from attendance.engine.verdict import DayVerdict, not_employed, verdicts
from attendance.services.locked import hold_locked
from attendance.store import case_reading
from attendance.store.case_reading import ReadCase
from attendance.store.database import Session

USES = ("in", "out", "evidence", "ignored", "off_schedule")


@dataclass(frozen=True, slots=True)
class UsedPunch:
    """A punch of the day and what it was taken for. `row` is its place among the stored punches; `at` an instant."""

    row: int
    at: int
    use: str
    corrected: bool


@dataclass(frozen=True, slots=True)
class DueSession:
    """A session of the day: instants of its own, of what is left required (None: nothing), and how it ended.

    `state` is judged, unverified, pending (a punch is missing), leave, mission, absent or stoppage;
    `covered` the stretches missions cover.
    """

    name: str
    starts: int
    ends: int
    required_from: int | None
    required_to: int | None
    state: str
    covered: tuple[tuple[int, int, str], ...]


@dataclass(frozen=True, slots=True)
class Explanation:
    verdict: DayVerdict
    sessions: tuple[DueSession, ...]
    punches: tuple[UsedPunch, ...]
    terminals: tuple[int, ...]
    """Indices of the terminals the person depends on."""
    read: ReadCase


def explain_day(
    session: Session, zone: str, employee_id: int, on: date, *, as_of: datetime | None = None
) -> Explanation:
    """What is concluded of a person on a date with what is known at `as_of` (None: now), and from what.

    A locked day is shown as it was known at the lock, with its flag where something became known later.
    """
    read, judgement = _judged(session, zone, employee_id, on, as_of)
    open_days = [(employee_id, verdict) for verdict in verdicts(judgement)]
    parts = hold_locked(session, zone, open_days, judgement, read, [employee_id], as_of)
    held = next((part for part in parts if part.verdicts), None)
    if held is not None and held.locked_at is not None:
        read, judgement = _judged(session, zone, employee_id, on, held.locked_at)
    verdict = held.verdicts[0][1] if held else not_employed(read.case.people[0] if read.case.people else "", on)
    row = judgement.expected.days.find(0, clock.day_number(on))
    if row < 0:
        return Explanation(verdict, (), (), (), read)
    terminals = judgement.expected.depend_sets[int(judgement.expected.days.depends[row])]
    return Explanation(verdict, _sessions(judgement, row), _punches(judgement, row), terminals, read)


def _judged(
    session: Session, zone: str, employee_id: int, on: date, as_of: datetime | None
) -> tuple[ReadCase, Judgement]:
    read = case_reading.read_case(session, zone, on, on, employee_ids=[employee_id], as_of=as_of)
    return read, evaluate(read.case, on, on)


def _sessions(judgement: Judgement, day_row: int) -> tuple[DueSession, ...]:
    days, due, evidence = judgement.expected.days, judgement.expected.due, judgement.evidence
    first, count = int(days.first[day_row]), int(days.count[day_row])
    found = []
    for at in range(first, first + count):
        required = due.required_to[at] > due.required_from[at]
        found.append(
            DueSession(
                name=due.names[due.name[at]],
                starts=int(due.start[at]),
                ends=int(due.end[at]),
                required_from=int(due.required_from[at]) if required else None,
                required_to=int(due.required_to[at]) if required else None,
                state=_state(judgement, at, bool(evidence.unverified[at])),
                covered=_covered(judgement, at),
            )
        )
    return tuple(found)


def _state(judgement: Judgement, at: int, unverified: bool) -> str:
    due, evidence = judgement.expected.due, judgement.evidence
    if due.taken[at]:
        return "stoppage"
    if due.leave[at] >= 0:
        return "leave"
    if due.group[at] < 0:
        return "mission"
    if evidence.missing[at]:
        return "pending"
    if unverified:
        return "unverified"
    return "judged" if evidence.judged[at] and evidence.present[at] else "absent"


def _covered(judgement: Judgement, at: int) -> tuple[tuple[int, int, str], ...]:
    """What missions leave out of the free stretches, and leave as the whole session."""
    due = judgement.expected.due
    start, end = int(due.start[at]), int(due.end[at])
    if due.leave[at] >= 0:
        return ((start, end, "leave"),)
    if not due.covered[at]:
        return ()
    edges = [start]
    for begin, finish in zip(due.free_from, due.free_to, strict=True):
        if finish[at] > begin[at]:
            edges += [int(begin[at]), int(finish[at])]
    edges.append(end)
    return tuple((a, b, "mission") for a, b in zip(edges[::2], edges[1::2], strict=True) if b > a)


def _punches(judgement: Judgement, day_row: int) -> tuple[UsedPunch, ...]:
    claims, paired = judgement.claims, judgement.paired
    home: Ints = day_of_claims(judgement.case, judgement.expected, claims, paired.window)
    found = []
    for claim in np.flatnonzero(home == day_row).tolist():
        group = int(paired.group[claim])
        if not (paired.kept[claim] and paired.counts[claim]):
            use = "ignored"
        elif group < 0:
            use = "off_schedule" if paired.window[claim] < 0 else "evidence"
        elif claim == paired.first_claim[group] and (not paired.lone[group] or paired.lone_is_in[group]):
            use = "in"
        elif claim == paired.last_claim[group] and (not paired.lone[group] or not paired.lone_is_in[group]):
            use = "out"
        else:
            use = "evidence"
        found.append(UsedPunch(int(claims.source[claim]), int(claims.at[claim]), use, bool(claims.corrected[claim])))
    return tuple(found)
