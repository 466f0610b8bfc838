"""What holds of a locked day (§8): the verdict known at the lock, flagged where a fact of it became known later."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

import numpy as np

from attendance import clock
from attendance.engine.run import Judgement
from attendance.engine.spans import Bools
from attendance.engine.standing import day_of_claims
from attendance.engine.verdict import DayVerdict, not_employed
from attendance.facts import (
    Annulment,
    Assignment,
    Duty,
    Enrolment,
    Exemption,
    Explanation,
    Inspection,
    Leave,
    Mission,
    OvertimeOrder,
    SiteFact,
)

AFTER_LOCK = "fact_after_lock"
PersonDay = tuple[str, date]
Personal = (
    Leave
    | Mission
    | Exemption
    | Explanation
    | Annulment
    | Duty
    | OvertimeOrder
    | SiteFact
    | Inspection
    | Assignment
    | Enrolment
)
"""Facts of a person and a date. What is said of a terminal or of the calendar is none."""


@dataclass(frozen=True, slots=True)
class Learned:
    """A fact and the moments at which something of it became known (None: always was), all of one kind of clock."""

    fact: Personal
    moments: tuple[datetime | None, ...]

    def came_between(self, after: datetime, until: datetime | None) -> bool:
        return any(at is not None and at > after and (until is None or at <= until) for at in self.moments)


def learned_between(
    facts: Iterable[Learned],
    dates: Sequence[date],
    after: datetime,
    until: datetime | None,
    judgements: Iterable[Judgement],
) -> set[PersonDay]:
    """People and dates (of those asked for) of which a fact became known after a moment, up to another (None: ever).

    Also a fact that would change nothing. `judgements` say to which dates hours after midnight belong.
    """
    asked = set(dates)
    late = [item.fact for item in facts if item.came_between(after, until)]
    found = {key for fact in late for key in _days_of(fact, dates)}
    for judgement in judgements if late else ():
        found.update(_days_of_sessions(judgement, late))
        found.update(_days_of_annulled(judgement, [fact for fact in late if isinstance(fact, Annulment)]))
    return {key for key in found if key[1] in asked}


def _days_of_sessions(judgement: Judgement, facts: Iterable[Personal]) -> Iterator[PersonDay]:
    """The dates of the sessions that share time with a window, which a session begun the evening before may do."""
    case, days, due = judgement.case, judgement.expected.days, judgement.expected.due
    for fact in facts:
        if not isinstance(fact, Mission | OvertimeOrder | Duty) or fact.employee not in case.person_index:
            continue
        begin, end = (clock.instant_seconds(moment, case.zone) for moment in (fact.starts, fact.ends))
        day = clock.day_number(fact.starts.date())
        low, high = days.between(case.person_index[fact.employee], day - 2, day - 1)
        for row in range(low, high):
            sessions = slice(int(days.first[row]), int(days.first[row] + days.count[row]))
            if ((due.start[sessions] < end) & (due.end[sessions] > begin)).any():
                yield fact.employee, clock.from_day_number(int(days.day[row]))


def _days_of_annulled(judgement: Judgement, papers: Sequence[Annulment]) -> Iterator[PersonDay]:
    """The dates on which the punches stand that some papers speak of."""
    if not papers:
        return
    case = judgement.case
    named = {(paper.employee, paper.terminal, clock.wall_seconds(paper.at)) for paper in papers}
    days, claims, punches = judgement.expected.days, judgement.claims, case.punches
    home = day_of_claims(case, judgement.expected, claims, judgement.paired.window)
    for claim, row in enumerate(home.tolist()):
        source = int(claims.source[claim])
        who, site = case.people[int(claims.person[claim])], case.sites[int(punches.site[source])].code
        if row >= 0 and (who, site, int(punches.wall[source])) in named:
            yield who, clock.from_day_number(int(days.day[row]))


def _days_of(fact: Personal, dates: Sequence[date]) -> Iterator[PersonDay]:
    """The person and dates a fact speaks of."""
    if isinstance(fact, Leave | Explanation | SiteFact):
        yield fact.employee, fact.on
    elif isinstance(fact, Mission | OvertimeOrder | Duty):
        yield from ((fact.employee, on) for on in dates if _touches(fact.starts, fact.ends, on))
    elif isinstance(fact, Assignment | Enrolment):
        yield from ((fact.employee, on) for on in dates if _holds(fact.from_on, fact.to_on, on))
    elif isinstance(fact, Exemption):
        for on in fact.dates or (on for on in dates if _holds(fact.from_on, fact.to_on, on)):
            if fact.minutes_per_day is not None or _touches(fact.starts, fact.ends, on):
                yield fact.employee, on
    elif isinstance(fact, Inspection):
        yield from ((employee, fact.at.date()) for employee in fact.found_absent)


def _touches(starts: datetime | None, ends: datetime | None, on: date) -> bool:
    midnight = datetime.combine(on, datetime.min.time())
    return (starts is None or starts < midnight + timedelta(days=1)) and (ends is None or ends > midnight)


def _holds(from_on: date | None, to_on: date | None, on: date) -> bool:
    return (from_on is None or from_on <= on) and (to_on is None or on <= to_on)


def days_of_punches(judgement: Judgement, chosen: Bools) -> Iterator[PersonDay]:
    """Whose the chosen rows of the case's punches are, and the dates they stand on."""
    if not chosen.any():
        return
    case, days, claims = judgement.case, judgement.expected.days, judgement.claims
    home = day_of_claims(case, judgement.expected, claims, judgement.paired.window)
    for row in np.unique(home[chosen[claims.source] & (home >= 0)]).tolist():
        yield case.people[days.person[row]], clock.from_day_number(int(days.day[row]))


def as_locked(
    now: Mapping[PersonDay, DayVerdict],
    then: Mapping[PersonDay, DayVerdict],
    unit: str,
    dates: Iterable[date],
    later: set[PersonDay],
) -> dict[PersonDay, DayVerdict]:
    """The verdicts that hold on the locked dates of a unit, in the place of those of today.

    `then` is what was known at the lock; `later` of whom and when a fact became known after it. A day on which another
    unit is locked, or was, is left to that one.
    """
    locked = set(dates)
    mine = {key for key, verdict in now.items() if verdict.unit == unit and key[1] in locked}
    mine |= {key for key, verdict in then.items() if verdict.unit == unit and key[1] in locked}
    held: dict[PersonDay, DayVerdict] = {}
    for key in sorted(mine):
        verdict = then.get(key) or not_employed(*key)
        if verdict.unit in (unit, None):
            flags = {*verdict.flags, AFTER_LOCK} if key in later else set(verdict.flags)
            held[key] = replace(verdict, flags=tuple(sorted(flags)))
    return held
