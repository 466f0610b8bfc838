"""The account of one day: its verdict, what a drawing shows of it, and the statements that say how it came about.

One source for every face of the product: the page, the command line and the API print these statements, and nothing of
them is judged a second time. What decided is read from the tables of the judgement.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date

import numpy as np

from attendance import clock
from attendance.engine.after_lock import AFTER_LOCK
from attendance.engine.locks import MonthState
from attendance.engine.run import Judgement
from attendance.engine.verdict import DayVerdict, not_employed, verdicts
from attendance.errors import NoHours
from attendance.services.explain import (
    beside,
    conclusions,
    gaps,
    hours,
    ledger,
    pairs,
    papers,
    punches,
    quarantine,
    reading,
    rules,
)
from attendance.services.explain.conclusions import Session
from attendance.services.explain.look import DayLook
from attendance.services.explain.punches import UsedPunch
from attendance.services.explain.statements import Rule, Statement
from attendance.services.explain.takings import Taken, takings

NO_HOURS = "no_hours"
"""In place of the kind of a day that no hours are in force for."""

COVERS = {"mission": "mission", "window": "exemption", "minutes": "exemption"}


@dataclass(frozen=True, slots=True)
class DueSession:
    """A session of the day: instants of its own, of what is left required (None: nothing), and how it ended.

    `state` is judged, unverified, pending (a punch is missing), leave, mission, exempt, absent or stoppage;
    `covered` the stretches papers take of it, each with its kind.
    """

    name: str
    starts: int
    ends: int
    required_from: int | None
    required_to: int | None
    state: str
    covered: tuple[tuple[int, int, str], ...]


@dataclass(frozen=True, slots=True)
class PostLeft:
    """Where an occurrence of `left_post` lies, in instants; `place` among the day's occurrences."""

    place: int
    starts: int
    ends: int


@dataclass(frozen=True, slots=True)
class DayAccount:
    """`terminals` are indices of those the person depends on."""

    verdict: DayVerdict
    sessions: tuple[DueSession, ...] = ()
    punches: tuple[UsedPunch, ...] = ()
    posts_left: tuple[PostLeft, ...] = ()
    terminals: tuple[int, ...] = ()
    statements: tuple[Statement, ...] = ()


def account_of(
    judgement: Judgement, employee: str, on: date, *, month: MonthState | None = None, fact_after_lock: bool = False
) -> DayAccount:
    """Tells one day of a judgement. `month` is the state of its month, and whether a fact came after its lock."""
    found = (verdict for verdict in verdicts(judgement) if (verdict.employee, verdict.on) == (employee, on))
    verdict = next(found, None)
    person = judgement.case.person_index.get(employee, -1)
    row = judgement.expected.days.find(person, clock.day_number(on))
    if row >= 0 and judgement.expected.days.plan[row] < 0:
        return _without_hours(judgement, employee, on, row)
    if verdict is None or row < 0:
        statements = tuple(beside.of_no_day(judgement, employee, on))
        return DayAccount(not_employed(employee, on), statements=statements)
    if fact_after_lock:
        verdict = replace(verdict, flags=tuple(sorted({*verdict.flags, AFTER_LOCK})))
    look = DayLook(judgement, row)
    taken = takings(look)
    used = sorted([*punches.used(look), *quarantine.used(look)], key=lambda each: (each[0].at, each[0].row))
    return DayAccount(
        verdict=verdict,
        sessions=tuple(_session(look, session, taken[session]) for session in look.sessions),
        punches=tuple(punch for punch, _ in used),
        posts_left=tuple(_posts_left(look)),
        terminals=tuple(reading.terminals_of(look)),
        statements=(
            *hours.day(look, taken),
            *_sessions(look, verdict, taken),
            *(statement for _, statement in used),
            *reading.of_day(look),
            *papers.of_no_session(look),
            *beside.of_day(look, verdict, month),
            *rules.book(look, verdict),
            *ledger.of_day(look),
        ),
    )


def _without_hours(judgement: Judgement, employee: str, on: date, row: int) -> DayAccount:
    """Of a date on which no version of the person's hours is in force nothing can be concluded."""
    served = judgement.case.assignments[int(judgement.expected.days.assignment[row])]
    try:
        rule = f"schedule.{judgement.case.rulebook.schedule_of(served.unit, served.schedule, on).code}"
    except NoHours:
        rule = "schedule"
    told = Statement("day", "day.no_hours", {"rule": Rule(rule)})
    return DayAccount(DayVerdict(employee, on, served.unit, NO_HOURS), statements=(told,))


def _places(look: DayLook) -> dict[int, int]:
    """The place of each occurrence among the day's, by row of Violations."""
    due = look.judgement.violations.due
    rows = np.flatnonzero((due >= look.sessions.start) & (due < look.sessions.stop)).tolist()
    return {row: place for place, row in enumerate(rows)}


def _sessions(look: DayLook, verdict: DayVerdict, taken: dict[int, list[Taken]]) -> Iterator[Statement]:
    """All of a session, then all of the next."""
    places, due = _places(look), look.judgement.violations.due
    for at in look.sessions:
        session = Session(look, at, taken[at], places)
        found = [(place, verdict.violations[place]) for row, place in places.items() if due[row] == at]
        yield from hours.of_session(look, at, taken[at])
        yield from pairs.of_group(look, at)
        yield from reading.of_session(look, at)
        yield from conclusions.of_session(session)
        yield from papers.of_session(session)
        yield from rules.of_session(look, at, found)
        yield from ledger.of_session(session)


def _session(look: DayLook, at: int, taken: list[Taken]) -> DueSession:
    due = look.due
    required = due.required_to[at] > due.required_from[at]
    pieces = [(begin, end, COVERS[each.kind]) for each in taken for begin, end in each.pieces]
    if due.leave[at] >= 0:
        pieces = [(*look.whole(at), "leave")]
    return DueSession(
        name=look.name(at),
        starts=int(due.start[at]),
        ends=int(due.end[at]),
        required_from=int(due.required_from[at]) if required else None,
        required_to=int(due.required_to[at]) if required else None,
        state=_state(look, at),
        covered=tuple(sorted(pieces)),
    )


def _state(look: DayLook, at: int) -> str:
    due, evidence = look.due, look.evidence
    if due.taken[at]:
        return "stoppage"
    if due.leave[at] >= 0:
        return "leave"
    if look.group(at) < 0:
        return "mission" if due.covered[at] else "exempt"
    if look.is_exempt(at):
        return "exempt"
    if evidence.unverified[at] and look.judgement.decided.closed[at]:
        return "judged"
    if evidence.missing[at]:
        return "pending"
    if evidence.unverified[at]:
        return "unverified"
    return "judged" if evidence.judged[at] and evidence.present[at] else "absent"


def _posts_left(look: DayLook) -> Iterator[PostLeft]:
    places = _places(look)
    for at in (at for at in look.sessions if look.group(at) >= 0):
        rows = gaps.occurrences(look, at)
        counted = [gap for gap in gaps.gaps_of(look, at) if gap.minutes]
        for row, gap in zip(rows, counted, strict=False):
            yield PostLeft(places[row], *gap.cut)
