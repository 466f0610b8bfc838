"""Who is where at a minute: expected, seen, not seen, excused, not known or not scheduled, as known at a moment.

The same minute asked as known at the same moment gives the same bytes for ever, whatever was filed since. So nothing
that has no date goes in: names of people and terminals stand beside it (`named`), as do present reasons.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from attendance import clock
from attendance.engine import attending
from attendance.engine.present import Paper, Present, present_at
from attendance.errors import NoVersionInForce
from attendance.facts import Exemption, Leave, Mission
from attendance.services.visiting.presence_record import Excuse, Hours, Person, Post, Presence, TerminalRead
from attendance.store import case_reading, office, people, presence_reading
from attendance.store.case_reading import ReadCase
from attendance.store.database import Session
from attendance.store.tables import UnitRow
from attendance.store.tree import StoredTree

__all__ = ["Excuse", "Hours", "Person", "Post", "Presence", "TerminalRead", "named", "presence_at", "thawed"]

_DAY = timedelta(days=1)


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
    told, depended = present_at(read.case, minute)
    names = people.names(session, read.employee_ids)
    posts: dict[int, list[Post]] = {}
    for row in presence_reading.duties_at(read.asked, minute):
        posts.setdefault(row.employee_id, []).append(Post(row.code, row.desk, row.starts, row.ends))
    order = {number: place for place, number in enumerate(stored.codes)}
    listed = [
        _person(read, each, number, stored.codes[serving[number]], names[number][1], tuple(posts.get(number, ())))
        for number, each in zip(read.employee_ids, told, strict=True)
    ]
    return Presence(
        unit=unit,
        unit_name=stored.name(unit, on),
        zone=zone,
        at=minute,
        known_at=known_at,
        hours=_hours(read, unit, minute),
        terminals=_terminals(read, depended),
        people=tuple(sorted(listed, key=lambda person: (order[stored.numbers[person.unit]], person.code))),
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


def _person(read: ReadCase, told: Present, number: int, unit: str, name: str, posts: tuple[Post, ...]) -> Person:
    zone = read.case.zone
    return Person(
        number=number,
        code=told.employee,
        unit=unit,
        state=told.state,
        name=name,
        session=told.session,
        starts=_wall(told.starts, zone),
        ends=_wall(told.ends, zone),
        since=_wall(told.since, zone),
        since_at=_terminal(read, told.since_site),
        last=_wall(told.last, zone),
        last_at=_terminal(read, told.last_site),
        late=told.late,
        excuse=_excuse(told.paper) if told.paper is not None else None,
        why=told.why,
        read_to=_wall(told.read_to, zone),
        posts=posts,
    )


def _excuse(paper: Paper) -> Excuse:
    if isinstance(paper, Leave):
        return Excuse("leave", paper.document, paper.approved_at, paper.code)
    if isinstance(paper, Mission):
        return Excuse("mission", paper.document, paper.approved_at)
    if isinstance(paper, Exemption):
        return Excuse("exemption", "", paper.approved_at, paper.code)
    return Excuse("explanation", "", paper.decided_at)


def _terminals(read: ReadCase, depended: frozenset[int]) -> tuple[TerminalRead, ...]:
    """Those that somebody depends on, by code."""
    sites, latest = read.case.sites, attending.read_to_of_sites(read.case)
    found = (TerminalRead(sites[site].code, _wall(latest.get(site, 0), read.case.zone)) for site in depended)
    return tuple(sorted(found, key=lambda each: each.code))


def _terminal(read: ReadCase, site: int) -> str:
    return read.case.sites[site].code if site >= 0 else ""


def _wall(moment: int, zone: str) -> datetime | None:
    return clock.to_wall(datetime.fromtimestamp(moment, clock.UTC), zone) if moment else None


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
