"""Presence as a value, and as the bytes that are frozen: nothing undated, no name, no reason stands in them.

A person is known by number and code, which stay for ever; a leave or exemption by nothing but that there is one.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

import orjson

from attendance import clock
from attendance.engine.present import STATES as STATES
from attendance.engine.present import WHYS as WHYS

FORMAT = "presence/1"
EXCUSES = ("leave", "mission", "exemption", "explanation")


@dataclass(frozen=True, slots=True)
class Hours:
    """The official hours of the unit on the date: kind of day, the session under way at the minute (None: outside
    working time), its start and end, and the version of the rule with its document.
    """

    kind: str
    session: str | None = None
    starts: datetime | None = None
    ends: datetime | None = None
    rule: str = ""
    from_on: date | None = None
    to_on: date | None = None
    document: str = ""

    @property
    def working(self) -> bool:
        """Whether the minute is working time."""
        return self.session is not None


@dataclass(frozen=True, slots=True)
class TerminalRead:
    """Until when a terminal had been read; None: never."""

    code: str
    read_to: datetime | None


@dataclass(frozen=True, slots=True)
class Excuse:
    """A paper by which somebody need not be there: one of EXCUSES. `code` and, but for a mission, `document` tell the
    reason. `approved_at` is wall time; None: valid without approval.
    """

    kind: str
    document: str = ""
    approved_at: datetime | None = None
    code: str = ""

    def masked(self) -> Excuse:
        """That there is such a paper; a mission keeps its document, which a visit checks."""
        return self if self.kind == "mission" else replace(self, document="", code="")


@dataclass(frozen=True, slots=True)
class Post:
    """A duty of the roster that somebody holds at the minute, and its desk."""

    code: str
    desk: str
    starts: datetime
    ends: datetime


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody at the minute. `starts` and `ends` are those of the `session` due; without one, not scheduled.

    `since` and `last` are the first and last punch that may count, of the session or, outside of all, of the date, with
    their terminals; they may be there whatever the state. `late`: whole minutes, 0 none or not concluded. `read_to`:
    until when all terminals of this person had been read without a gap.
    """

    number: int
    code: str
    unit: str
    state: str
    name: str = ""
    session: str = ""
    starts: datetime | None = None
    ends: datetime | None = None
    since: datetime | None = None
    since_at: str = ""
    last: datetime | None = None
    last_at: str = ""
    late: int = 0
    excuse: Excuse | None = None
    why: str = ""
    read_to: datetime | None = None
    posts: tuple[Post, ...] = ()


@dataclass(frozen=True, slots=True)
class Presence:
    """A unit and all below it at one minute `at` of wall time, as known at an instant (None: now).

    `unit_name` is that of the date as known then. People stand by unit in the order of the tree, then by code.
    """

    unit: str
    unit_name: str
    zone: str
    at: datetime
    known_at: datetime | None
    hours: Hours
    terminals: tuple[TerminalRead, ...]
    people: tuple[Person, ...]

    def counts(self) -> dict[str, int]:
        """How many people are in each of STATES, those `expected` (not `not_scheduled`), and the `total`."""
        found = Counter(person.state for person in self.people)
        scheduled = len(self.people) - found["not_scheduled"]
        return {state: found[state] for state in STATES} | {"expected": scheduled, "total": len(self.people)}

    def approved_after(self, person: Person) -> bool:
        """Whether what excuses somebody was approved at the minute or later."""
        approved = person.excuse.approved_at if person.excuse is not None else None
        return approved is not None and approved >= self.at

    def canonical(self) -> bytes:
        """The bytes that are frozen and hashed: the same presence gives the same bytes, on any machine."""
        return orjson.dumps(
            {
                "format": FORMAT,
                "unit": self.unit,
                "unit_name": self.unit_name,
                "zone": self.zone,
                "at": _moment(self.at),
                "known_at": self.known_at.astimezone(clock.UTC).isoformat() if self.known_at else None,
                "hours": {
                    "kind": self.hours.kind,
                    "session": self.hours.session,
                    "starts": _moment(self.hours.starts),
                    "ends": _moment(self.hours.ends),
                    "rule": self.hours.rule,
                    "from": self.hours.from_on.isoformat() if self.hours.from_on else None,
                    "to": self.hours.to_on.isoformat() if self.hours.to_on else None,
                    "document": self.hours.document,
                },
                "terminals": [{"code": each.code, "read_to": _moment(each.read_to)} for each in self.terminals],
                "people": [_person(each) for each in self.people],
            },
            option=orjson.OPT_SORT_KEYS,
        )

    @classmethod
    def from_canonical(cls, content: bytes) -> Presence:
        """What was frozen; names are empty. Raises KeyError or ValueError where the bytes are no such list."""
        read = orjson.loads(content)
        if read["format"] != FORMAT:
            raise ValueError(f"{read['format']!r} is not {FORMAT}")
        hours = read["hours"]
        return cls(
            unit=read["unit"],
            unit_name=read["unit_name"],
            zone=read["zone"],
            at=datetime.fromisoformat(read["at"]),
            known_at=datetime.fromisoformat(read["known_at"]) if read["known_at"] else None,
            hours=Hours(
                kind=hours["kind"],
                session=hours["session"],
                starts=_read(hours["starts"]),
                ends=_read(hours["ends"]),
                rule=hours["rule"],
                from_on=date.fromisoformat(hours["from"]) if hours["from"] else None,
                to_on=date.fromisoformat(hours["to"]) if hours["to"] else None,
                document=hours["document"],
            ),
            terminals=tuple(TerminalRead(each["code"], _read(each["read_to"])) for each in read["terminals"]),
            people=tuple(_read_person(each) for each in read["people"]),
        )


def _person(person: Person) -> dict[str, Any]:
    excuse = person.excuse.masked() if person.excuse is not None else None
    return {
        "number": person.number,
        "code": person.code,
        "unit": person.unit,
        "state": person.state,
        "session": person.session,
        "starts": _moment(person.starts),
        "ends": _moment(person.ends),
        "since": _moment(person.since),
        "since_at": person.since_at,
        "last": _moment(person.last),
        "last_at": person.last_at,
        "late": person.late,
        "excuse": {"kind": excuse.kind, "document": excuse.document, "approved_at": _moment(excuse.approved_at)}
        if excuse is not None
        else None,
        "why": person.why,
        "read_to": _moment(person.read_to),
        "posts": [
            {"code": post.code, "desk": post.desk, "starts": _moment(post.starts), "ends": _moment(post.ends)}
            for post in person.posts
        ],
    }


def _read_person(read: dict[str, Any]) -> Person:
    excuse = read["excuse"]
    return Person(
        number=read["number"],
        code=read["code"],
        unit=read["unit"],
        state=read["state"],
        session=read["session"],
        starts=_read(read["starts"]),
        ends=_read(read["ends"]),
        since=_read(read["since"]),
        since_at=read["since_at"],
        last=_read(read["last"]),
        last_at=read["last_at"],
        late=read["late"],
        excuse=Excuse(excuse["kind"], excuse["document"], _read(excuse["approved_at"])) if excuse else None,
        why=read["why"],
        read_to=_read(read["read_to"]),
        posts=tuple(
            Post(
                each["code"], each["desk"], datetime.fromisoformat(each["starts"]), datetime.fromisoformat(each["ends"])
            )
            for each in read["posts"]
        ),
    )


def _moment(wall: datetime | None) -> str | None:
    return wall.isoformat() if wall is not None else None


def _read(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text is not None else None
