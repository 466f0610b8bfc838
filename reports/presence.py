"""Presence at a minute as a reader may see it: for the API, the command, and the page that compares then with now."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from attendance import clock
from attendance.services.terminal_health import terminals_health
from attendance.services.visiting.presence import Hours, Person, Presence, presence_at
from attendance.services.visiting.presence_compared import MARKS, Pair, compare
from attendance.store import office
from attendance.store.database import Session
from attendance.store.tables import TerminalRow
from attendance.store.tree import StoredTree
from attendance.store.within import EVERYTHING, Within

LINES_AT_ONCE = 100
SHOWN_STATES = ("seen", "late", "not_seen", "excused", "unknown", "not_scheduled")
"""The states of a list, and `late`: those of the seen who came after the required start."""
_ATTENTION = ("not_seen", "unknown", "late", "excused", "seen", "not_scheduled")


@dataclass(frozen=True, slots=True)
class Scope:
    """Which people a reader may see, and of whom the reasons."""

    within: Within = EVERYTHING
    reasons: Within = EVERYTHING


@dataclass(frozen=True, slots=True)
class TerminalThenNow:
    """Until when a terminal had been read as known at two moments, in wall time; None: never."""

    code: str
    name: str
    then: datetime | None
    now: datetime | None


@dataclass(frozen=True, slots=True)
class PresencePage:
    """A unit at minute `at`, as known at `known_at` beside what is known now; all moments are wall time.

    `is_now`: nothing lies between the two, so one list is shown. `then` and `now` count everybody the reader may see,
    `marks` what differs. `lines` are those of `page`, chosen by `state`: one of SHOWN_STATES, `differs`, or empty.
    """

    unit: str
    unit_name: str
    at: datetime
    known_at: datetime
    is_now: bool
    hours: Hours
    then: Mapping[str, int]
    now: Mapping[str, int]
    marks: Mapping[str, int]
    differing: int
    lines: tuple[Pair, ...]
    units: Mapping[str, str]
    terminals: tuple[TerminalThenNow, ...]
    terminal_names: Mapping[str, str]
    state: str
    page: int
    pages: int

    def is_after(self, person: Person) -> bool:
        """Whether what excuses somebody was approved at the minute or later."""
        approved = person.excuse.approved_at if person.excuse is not None else None
        return approved is not None and approved >= self.at


def visible(session: Session, presence: Presence, scope: Scope) -> Presence:
    """The people a reader may see, with reasons only of those whose reasons they may know."""
    if scope.within.is_all and scope.reasons.is_all:
        return presence
    numbers = StoredTree(session).numbers
    return replace(
        presence,
        people=tuple(
            _told(person, scope.reasons.sees(numbers.get(person.unit), person.number))
            for person in presence.people
            if scope.within.sees(numbers.get(person.unit), person.number)
        ),
    )


def _told(person: Person, reasons: bool) -> Person:
    return person if reasons or person.excuse is None else replace(person, excuse=person.excuse.masked())


def shown_state(person: Person) -> str:
    """One of SHOWN_STATES."""
    return "late" if person.state == "seen" and person.late else person.state


def presence_page(
    session: Session,
    zone: str,
    unit: str,
    at: datetime,
    known_at: datetime,
    now: datetime,
    *,
    scope: Scope,
    by_name: Callable[[str], Any],
    state: str = "",
    page: int = 1,
) -> PresencePage:
    """A unit at a minute of wall time as known at the end of another one, beside what is known `now` (an instant).

    Inside each unit those who need a look come first, then by name as `by_name` puts names in order. Raises NotFound.
    """
    instant = clock.to_instant(at, zone)
    known = clock.to_instant(known_at, zone) + timedelta(seconds=59)
    is_now = known >= now
    present = presence_at(session, zone, unit, instant, known_at=None)
    past = present if is_now else presence_at(session, zone, unit, instant, known_at=known)
    pairs = compare(visible(session, past, scope), visible(session, present, scope))
    units = {code: place for place, code in enumerate(dict.fromkeys(pair.either.unit for pair in pairs))}
    wanted = sorted(
        (pair for pair in pairs if _is_wanted(pair, state)),
        key=lambda pair: (
            units[pair.either.unit], _ATTENTION.index(shown_state(pair.either)), by_name(pair.either.name),
        ),
    )  # fmt: skip
    pages = max(1, -(-len(wanted) // LINES_AT_ONCE))
    page = min(max(page, 1), pages)
    stored, names = StoredTree(session), {row.code: row.name for row in office.terminals(session)}
    return PresencePage(
        unit=unit,
        unit_name=present.unit_name,
        at=at,
        known_at=known_at,
        is_now=is_now,
        hours=present.hours,
        then=_count(pair.then for pair in pairs),
        now=_count(pair.now for pair in pairs),
        marks=_marks(pairs),
        differing=sum(bool(pair.marks) for pair in pairs),
        lines=tuple(wanted[(page - 1) * LINES_AT_ONCE : page * LINES_AT_ONCE]),
        units={code: stored.name(code, at.date()) for code in units},
        terminals=_terminals(past, present, names),
        terminal_names=names,
        state=state,
        page=page,
        pages=pages,
    )


def _is_wanted(pair: Pair, state: str) -> bool:
    if state == "differs":
        return bool(pair.marks)
    both = [person for person in (pair.then, pair.now) if person is not None]
    return not state or state in {name for person in both for name in (person.state, shown_state(person))}


def _count(listed: Iterable[Person | None]) -> dict[str, int]:
    found = Counter(shown_state(person) for person in listed if person is not None)
    counts = {state: found[state] for state in SHOWN_STATES} | {"seen": found["seen"] + found["late"]}
    return counts | {"expected": found.total() - found["not_scheduled"], "total": found.total()}


def _marks(pairs: Iterable[Pair]) -> dict[str, int]:
    found = Counter(mark for pair in pairs for mark in pair.marks)
    return {mark: found[mark] for mark in MARKS if found[mark]}


def _terminals(past: Presence, present: Presence, names: Mapping[str, str]) -> tuple[TerminalThenNow, ...]:
    then = {each.code: each.read_to for each in past.terminals}
    now = {each.code: each.read_to for each in present.terminals}
    return tuple(
        TerminalThenNow(code, names.get(code, code), then.get(code), now.get(code)) for code in sorted(then | now)
    )


def as_json(session: Session, presence: Presence, now: datetime) -> dict[str, Any]:
    """Presence as the API and the command answer it; times with the offset they have in the office."""
    zone = presence.zone
    names = {row.code: row for row in office.terminals(session)}
    hours = presence.hours
    return {
        "unit": presence.unit,
        "name": presence.unit_name,
        "at": _iso(presence.at, zone),
        "known_at": _iso(clock.to_wall(presence.known_at, zone), zone) if presence.known_at else None,
        "working": hours.working,
        "hours": {
            "day_kind": hours.kind,
            "session": hours.session,
            "starts": _iso(hours.starts, zone),
            "ends": _iso(hours.ends, zone),
            "rule": hours.rule or None,
            "from": hours.from_on.isoformat() if hours.from_on else None,
            "to": hours.to_on.isoformat() if hours.to_on else None,
            "document": hours.document,
        },
        "counts": presence.counts(),
        "terminals": _freshness(session, presence, names, now),
        "people": [_person(presence, person) for person in presence.people],
    }


def _freshness(
    session: Session, presence: Presence, rows: Mapping[str, TerminalRow], now: datetime
) -> list[dict[str, Any]]:
    """How far each terminal had been read as known then; `state` is that of now, and told of now alone."""
    zone, states = presence.zone, {}
    if presence.known_at is None:
        wanted = [office.key(rows[each.code]) for each in presence.terminals]
        states = {each.facts.code: each.state for each in terminals_health(session, zone, now, wanted)}
    return [
        {
            "code": each.code,
            "name": rows[each.code].name,
            "read_to": _iso(each.read_to, zone),
            "state": states.get(each.code),
        }
        for each in presence.terminals
    ]


def _person(presence: Presence, person: Person) -> dict[str, Any]:
    zone, excuse = presence.zone, person.excuse
    return {
        "employee": person.code,
        "name": person.name,
        "unit": person.unit,
        "state": person.state,
        "session": person.session or None,
        "since": _iso(person.since, zone),
        "since_terminal": person.since_at or None,
        "last": _iso(person.last, zone),
        "last_terminal": person.last_at or None,
        "late_min": person.late,
        "why": person.why or None,
        "read_to": _iso(person.read_to, zone),
        "excuse": None
        if excuse is None
        else {
            "kind": excuse.kind,
            "code": excuse.code,
            "document": excuse.document,
            "approved_at": _iso(excuse.approved_at, zone),
            "approved_after": presence.approved_after(person),
        },
        "duties": [
            {"code": each.code, "desk": each.desk, "starts": _iso(each.starts, zone), "ends": _iso(each.ends, zone)}
            for each in person.posts
        ],
    }


def _iso(wall: datetime | None, zone: str) -> str | None:
    return clock.local_iso(wall, zone) if wall is not None else None
