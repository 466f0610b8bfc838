"""Who is where at a minute: expected, seen, not seen, excused, not known or not scheduled, as known at a moment.

The same minute asked as known at the same moment gives the same bytes for ever, whatever was filed since. So nothing
that has no date goes in: names of people and terminals stand beside it (`named`), as do present reasons.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TypeVar

from attendance import clock
from attendance.engine import attending
from attendance.engine.attending import Seen, Standing, Standings
from attendance.engine.papers import window_of
from attendance.errors import NoVersionInForce
from attendance.facts import Exemption, Explanation, Mission
from attendance.services.visiting.presence_record import (
    Excuse as Excuse,
)
from attendance.services.visiting.presence_record import (
    Hours as Hours,
)
from attendance.services.visiting.presence_record import (
    Person as Person,
)
from attendance.services.visiting.presence_record import (
    Post as Post,
)
from attendance.services.visiting.presence_record import (
    Presence as Presence,
)
from attendance.services.visiting.presence_record import (
    TerminalRead as TerminalRead,
)
from attendance.store import case_reading, office, people, presence_reading
from attendance.store.case_reading import ReadCase
from attendance.store.database import Session
from attendance.store.tables import UnitRow
from attendance.store.tree import StoredTree

_DAY = timedelta(days=1)
Paper = TypeVar("Paper", Mission, Exemption, Explanation)


def presence_at(session: Session, zone: str, unit: str, at: datetime, *, known_at: datetime | None) -> Presence:
    """Presence of a unit and all below it at the minute of an instant, as known at another (None: now).

    Punches count up to the end of that minute; people stand by unit as registered, then by code. Raises NotFound.
    """
    minute = clock.to_wall(at, zone).replace(second=0, microsecond=0)
    on = minute.date()
    stored = StoredTree(session, known_at)
    below = stored.below([office.key(office.get(session, UnitRow, unit))], on)
    serving = presence_reading.serving(session, below, on, known_at)
    read = case_reading.read_case(session, zone, on - _DAY, on, employee_ids=serving, as_of=known_at)
    unruled: list[NoVersionInForce] = []
    until = clock.instant_seconds(minute, zone) + 59
    seen = attending.see(read.case, on - _DAY, on, until, unruled)
    told = _Telling(session, read, seen, minute)
    order = {number: place for place, number in enumerate(stored.codes)}
    listed = sorted(
        (told.person(place, number, stored.codes[serving[number]]) for place, number in enumerate(read.employee_ids)),
        key=lambda person: (order[stored.numbers[person.unit]], person.code),
    )
    return Presence(
        unit=unit,
        unit_name=stored.name(unit, on),
        zone=zone,
        at=minute,
        known_at=known_at,
        hours=_hours(read, unit, minute),
        terminals=told.terminals(),
        people=tuple(listed),
    )


def named(session: Session, presence: Presence) -> Presence:
    """The same with the names people have at present: a name is no fact about a minute, and may have to be erased."""
    names = people.names(session, (person.number for person in presence.people))
    return replace(
        presence,
        people=tuple(replace(each, name=names.get(each.number, ("", ""))[1]) for each in presence.people),
    )


def thawed(session: Session, content: bytes) -> Presence:
    """A list that was frozen (`Presence.canonical`), with names."""
    return named(session, Presence.from_canonical(content))


class _Telling:
    """Turns standings into what is told of each person."""

    def __init__(self, session: Session, read: ReadCase, seen: Seen, minute: datetime) -> None:
        self._read, self._seen, self._minute = read, seen, minute
        self._zone = read.case.zone
        self._standings = Standings(seen)
        self._midnight = clock.instant_seconds(datetime.combine(minute.date(), datetime.min.time()), self._zone)
        self._names = people.names(session, read.employee_ids)
        self._posts: dict[int, list[Post]] = {}
        for row in presence_reading.duties_at(read.asked, minute):
            self._posts.setdefault(row.employee_id, []).append(Post(row.code, row.desk, row.starts, row.ends))
        self._rows = self._days()
        self._missions = _by_employee(read.case.missions)
        self._exemptions = _by_employee(read.case.exemptions)
        self._explanations = _by_employee(read.case.explanations)

    def _days(self) -> dict[int, list[int]]:
        """The rows of Days of each person for the date of the minute, then for the one before: nights reach over."""
        days, today = self._seen.expected.days, clock.day_number(self._minute.date())
        found: dict[int, list[int]] = {}
        for wanted in (today, today - 1):
            for row in (days.day == wanted).nonzero()[0].tolist():
                found.setdefault(int(days.person[row]), []).append(row)
        return found

    def terminals(self) -> tuple[TerminalRead, ...]:
        """Those that somebody depends on, by code."""
        case, latest = self._read.case, attending.read_to_of_sites(self._read.case)
        sets = self._seen.expected.depend_sets
        used = {site for person in self._rows for site in self._depends(person, sets)}
        return tuple(
            TerminalRead(case.sites[site].code, self._wall(latest.get(site, 0)))
            for site in sorted(used, key=lambda site: case.sites[site].code)
        )

    def _depends(self, person: int, sets: tuple[tuple[int, ...], ...]) -> tuple[int, ...]:
        return sets[int(self._seen.expected.days.depends[self._rows[person][0]])]

    def person(self, place: int, number: int, unit: str) -> Person:
        """`place` in the case's people."""
        standing = self._standing(place)
        code, name = self._names[number]
        seen = list(attending.punched_between(self._seen, place, standing.since or self._midnight, self._seen.until))
        told = Person(
            number=number,
            code=code,
            unit=unit,
            state="not_scheduled",
            name=name,
            since=self._wall(seen[0][0]) if seen else None,
            since_at=self._terminal(seen[0][1]) if seen else "",
            last=self._wall(seen[-1][0]) if seen else None,
            last_at=self._terminal(seen[-1][1]) if seen else "",
            posts=tuple(self._posts.get(number, ())),
        )
        return told if standing.session < 0 else self._at_work(told, standing)

    def _standing(self, place: int) -> Standing:
        found = [self._standings.running(row) for row in self._rows.get(place, ())]
        return next((each for each in found if each.session >= 0), Standing(self._read.case.people[place]))

    def _at_work(self, told: Person, standing: Standing) -> Person:
        due, session = self._seen.expected.due, standing.session
        told = replace(
            told,
            session=due.names[due.name[session]],
            starts=self._wall(int(due.start[session])),
            ends=self._wall(int(due.end[session])),
            read_to=self._wall(standing.read_to),
        )
        paper = self._paper(standing)
        if paper is not None and not (paper.kind == "exemption" and standing.since):
            return replace(told, state="excused", excuse=paper)
        if standing.since:
            return replace(told, state="seen", late=standing.late)
        if standing.doubt:
            return replace(told, state="unknown", why=standing.doubt)
        explained = self._explained(told, standing)
        if explained is not None:
            return replace(told, state="excused", excuse=explained)
        if standing.read_to < self._seen.until - 59:
            return replace(told, state="unknown", why="not_read")
        return replace(told, state="not_seen")

    def _paper(self, standing: Standing) -> Excuse | None:
        """The paper by which somebody need not be there at that minute."""
        case, due = self._read.case, self._seen.expected.due
        if standing.leave >= 0:
            leave = case.leaves[standing.leave]
            return Excuse("leave", leave.document, leave.approved_at, leave.code)
        if attending.is_left(due, standing.session, self._seen.until - 59):
            return None
        for mission in self._missions.get(standing.employee, ()):
            if mission.starts <= self._minute < mission.ends:
                return Excuse("mission", mission.document, mission.approved_at)
        for exemption in self._exemptions.get(standing.employee, ()):
            starts, ends = window_of(exemption)
            if exemption.minutes_per_day or (
                (starts is None or starts <= self._minute) and (ends is None or self._minute < ends)
            ):
                return Excuse("exemption", "", exemption.approved_at, exemption.code)
        return None

    def _explained(self, told: Person, standing: Standing) -> Excuse | None:
        """An absence that was accepted ahead of its time, or since."""
        due = self._seen.expected.due
        day = int(self._seen.expected.days.day[due.day_row[standing.session]])
        on = clock.from_day_number(day)
        for paper in self._explanations.get(standing.employee, ()):
            if (paper.on, paper.covers, paper.decision) == (on, "absent", "approved") and paper.session in (
                "all",
                told.session,
            ):
                return Excuse("explanation", "", paper.decided_at)
        return None

    def _terminal(self, site: int) -> str:
        return self._read.case.sites[site].code

    def _wall(self, moment: int) -> datetime | None:
        return clock.to_wall(datetime.fromtimestamp(moment, clock.UTC), self._zone) if moment else None


def _by_employee(papers: Iterable[Paper]) -> Mapping[str, list[Paper]]:
    found: dict[str, list[Paper]] = {}
    for paper in papers:
        found.setdefault(paper.employee, []).append(paper)
    return found


def _hours(read: ReadCase, unit: str, minute: datetime) -> Hours:
    """The hours of the unit at a minute: those of its date, or of the evening before where they reach over midnight."""
    today = Hours("no_hours")
    for on in (minute.date() - _DAY, minute.date()):
        try:
            plan = read.case.rulebook.plan(unit, None, on)
        except NoVersionInForce:
            continue
        hours = Hours(plan.kind)
        if plan.citations:
            cited = plan.citations[0]
            hours = replace(hours, rule=cited.rule, from_on=cited.from_on, to_on=cited.to_on, document=cited.document)
        midnight = datetime.combine(on, datetime.min.time())
        for each in plan.sessions:
            starts, ends = (midnight + timedelta(minutes=m) for m in (each.hours.starts, each.hours.ends))
            if each.taken is None and starts <= minute < ends:
                return replace(hours, session=each.hours.name, starts=starts, ends=ends)
        today = hours if on == minute.date() else today
    return today
