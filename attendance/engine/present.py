"""What may be said of everybody at one minute: seen, not seen, excused by a paper, not known, or not scheduled.

The session under way at the minute decides. What came after the end of that minute is not looked at.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import TypeVar

from attendance import clock
from attendance.engine import attending
from attendance.engine.attending import Seen, Standing, Standings
from attendance.engine.case import Case
from attendance.engine.papers import window_of
from attendance.errors import NoVersionInForce
from attendance.facts import Exemption, Explanation, Leave, Mission

SEEN, NOT_SEEN, EXCUSED, UNKNOWN, NOT_SCHEDULED = STATES = ("seen", "not_seen", "excused", "unknown", "not_scheduled")
"""What somebody is at the minute. `unknown`: a missing punch proves nothing, for the reason in `why`."""
NOT_READ = "not_read"
WHYS = (NOT_READ, attending.OUTAGE, attending.CLOCK, attending.NO_PUNCH)

Paper = Leave | Mission | Exemption | Explanation
Personal = TypeVar("Personal", Mission, Exemption, Explanation)
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Present:
    """One person at the minute. Moments are epoch seconds, 0 none; sites index the case's terminals, -1 none.

    `session` is the name of the one due, empty outside of all; `since` and `last` the first and last punch that may
    count, of what the session is judged with or, outside of all, of the date. `paper`: what excuses.
    """

    employee: str
    state: str = NOT_SCHEDULED
    session: str = ""
    starts: int = 0
    ends: int = 0
    since: int = 0
    since_site: int = -1
    last: int = 0
    last_site: int = -1
    late: int = 0
    paper: Paper | None = None
    why: str = ""
    read_to: int = 0


def present_at(case: Case, minute: datetime) -> tuple[list[Present], frozenset[int]]:
    """Everybody of the case at a minute of wall time, in the order of its people, and the terminals they depend on.

    Whose hours have no version in force is not scheduled.
    """
    unruled: list[NoVersionInForce] = []
    until = clock.instant_seconds(minute, case.zone) + 59
    telling = _Telling(attending.see(case, minute.date() - _DAY, minute.date(), until, unruled), minute)
    return [telling.person(place) for place in range(len(case.people))], telling.terminals()


class _Telling:
    def __init__(self, seen: Seen, minute: datetime) -> None:
        self._seen, self._case, self._minute = seen, seen.case, minute
        self._from = seen.until - 59
        self._standings = Standings(seen)
        self._midnight = clock.instant_seconds(datetime.combine(minute.date(), datetime.min.time()), seen.case.zone)
        self._rows = _days(seen, minute.date())
        self._missions = _by_employee(seen.case.missions)
        self._exemptions = _by_employee(seen.case.exemptions)
        self._explanations = _by_employee(seen.case.explanations)

    def terminals(self) -> frozenset[int]:
        expected = self._seen.expected
        sets = {int(expected.days.depends[rows[0]]) for rows in self._rows.values()}
        return frozenset(site for depends in sets for site in expected.depend_sets[depends])

    def person(self, place: int) -> Present:
        standing = self._standing(place)
        punches = list(attending.punched_between(self._seen, place, standing.since or self._midnight, self._seen.until))
        told = Present(standing.employee)
        if punches:
            first, last = punches[0], punches[-1]
            told = replace(told, since=first[0], since_site=first[1], last=last[0], last_site=last[1])
        return told if standing.session < 0 else self._at_work(told, standing)

    def _standing(self, place: int) -> Standing:
        found = (self._standings.running(row, self._from) for row in self._rows.get(place, ()))
        return next((each for each in found if each.session >= 0), Standing(self._case.people[place]))

    def _at_work(self, told: Present, standing: Standing) -> Present:
        due, session = self._seen.expected.due, standing.session
        told = replace(
            told,
            session=due.names[due.name[session]],
            starts=int(due.start[session]),
            ends=int(due.end[session]),
            read_to=standing.read_to,
        )
        paper = self._paper(standing)
        if paper is not None and not (isinstance(paper, Exemption) and standing.since):
            return replace(told, state=EXCUSED, paper=paper)
        if standing.since:
            return replace(told, state=SEEN, late=standing.late)
        explained = self._explained(told.session, standing)
        if explained is not None:
            return replace(told, state=EXCUSED, paper=explained)
        why = standing.doubt or (NOT_READ if standing.read_to < self._from else "")
        return replace(told, state=UNKNOWN if why else NOT_SEEN, why=why)

    def _paper(self, standing: Standing) -> Paper | None:
        """The paper by which somebody need not be there at the minute."""
        if standing.leave >= 0:
            return self._case.leaves[standing.leave]
        if attending.is_left(self._seen.expected.due, standing.session, self._from):
            return None
        for mission in self._missions.get(standing.employee, ()):
            if mission.starts <= self._minute < mission.ends:
                return mission
        on = self._work_date(standing)
        holding = (paper for paper in self._exemptions.get(standing.employee, ()) if self._may_cover(paper, on))
        return next(holding, None)

    def _may_cover(self, exemption: Exemption, on: date) -> bool:
        """Whether it is an exemption that can have taken the minute; that one has is known."""
        if exemption.minutes_per_day is not None:
            within = (exemption.from_on or on) <= on <= (exemption.to_on or on)
            return on in exemption.dates if exemption.dates else within
        starts, ends = window_of(exemption)
        return (starts is None or starts <= self._minute) and (ends is None or self._minute < ends)

    def _work_date(self, standing: Standing) -> date:
        expected = self._seen.expected
        return clock.from_day_number(int(expected.days.day[expected.due.day_row[standing.session]]))

    def _explained(self, session: str, standing: Standing) -> Explanation | None:
        """The approved explanation of an absence from this session, given ahead or since."""
        on = self._work_date(standing)
        for paper in self._explanations.get(standing.employee, ()):
            meant = (paper.on, paper.covers, paper.decision) == (on, "absent", "approved")
            if meant and paper.session in ("all", session):
                return paper
        return None


def _days(seen: Seen, on: date) -> dict[int, list[int]]:
    """The rows of Days of each person for a date, then for the one before: nights reach over midnight."""
    days, today = seen.expected.days, clock.day_number(on)
    found: dict[int, list[int]] = {}
    for wanted in (today, today - 1):
        for row in (days.day == wanted).nonzero()[0].tolist():
            found.setdefault(int(days.person[row]), []).append(row)
    return found


def _by_employee(papers: Iterable[Personal]) -> Mapping[str, list[Personal]]:
    found: dict[str, list[Personal]] = {}
    for paper in papers:
        found.setdefault(paper.employee, []).append(paper)
    return found
