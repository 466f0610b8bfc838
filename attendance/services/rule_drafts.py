"""Rules as somebody writes them on a page, before they are in force: one threshold, one version of hours, one date.

A draft becomes a rule file, so that what is tried, what is said of it and what is adopted is one and the same thing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from attendance.errors import Invalid
from attendance.rules.calendar import ENTRY_KINDS, CalendarEntry
from attendance.rules.citation import Citation
from attendance.rules.overlay import overlay, placed, span_of
from attendance.rules.policy import MEASURES, NOTHING
from attendance.rules.rule_file import read_rule_file
from attendance.rules.rulebook import Rulebook
from attendance.rules.schedule import ScheduleVersion
from attendance.rules.scoped import NATION, RuleVersion, Scope
from attendance.rules.validity import Span, meet
from attendance.rules.written import RuleFile, WrittenEntry
from attendance.services import rules
from attendance.services.papers.handing_in import PAIRED
from attendance.services.rules import Adopted, refuse_overruled
from attendance.store import office, people
from attendance.store.database import Session
from attendance.store.month_events import states
from attendance.store.rule_marks import touched
from attendance.store.rulebook_reading import read_rulebook
from attendance.store.trail import Actor
from attendance.store.tree import StoredTree


@dataclass(frozen=True, slots=True)
class Threshold:
    """A value of one rule, for a unit and those below it, or (`unit` empty) for the whole tree."""

    rule: str
    value: Any
    unit: str = ""
    document: str = ""
    article: str = ""

    @property
    def written(self) -> dict[str, Any]:
        none = self.value is None and self.rule in MEASURES and MEASURES[self.rule].optional
        version = {"value": NOTHING if none else self.value, "document": self.document, "article": self.article}
        return {"rule": [{"id": self.rule, "versions": [version]}]}


@dataclass(frozen=True, slots=True)
class Hours:
    """A version of a schedule, which holds for the whole tree; a new code makes the schedule."""

    code: str
    sessions: Mapping[str, Sequence[str]]
    weekdays: Sequence[str]
    regime: str = "per_session"
    name: str = ""
    by_weekday: Mapping[str, Mapping[str, Sequence[str]]] = field(default_factory=dict)
    document: str = ""
    article: str = ""
    unit: str = ""

    @property
    def written(self) -> dict[str, Any]:
        version = {
            "regime": self.regime,
            "sessions": {name: list(times) for name, times in self.sessions.items()},
            "weekdays": list(self.weekdays),
            "by_weekday": {d: {n: list(t) for n, t in s.items()} for d, s in self.by_weekday.items()},
            "document": self.document,
            "article": self.article,
        }
        return {"schedule": [{"code": self.code, "name": self.name, "versions": [version]}]}


Draft = Threshold | Hours


@dataclass(frozen=True, slots=True)
class Effect:
    """What putting something in force would do to what is there already.

    `days`: of people, judged before, that will be judged again, from `first_on` to `last_on`; `locked`: how many of
    them lie in locked months, where nothing changes until the head reopens them; `makes_room`: versions of the same
    rule and scope that end or are cut on its dates.
    """

    days: int
    people: int
    locked: int
    first_on: date | None
    last_on: date | None
    makes_room: tuple[RuleVersion | ScheduleVersion, ...] = ()


def as_file(draft: Draft, from_on: date | None, to_on: date | None, zone: str) -> RuleFile:
    """The rule file of a draft that holds from one date to another (None: open). Raises Refused with each mistake."""
    written = draft.written
    (section,) = written.values()
    for version in section[0]["versions"]:
        version |= {name: on for name, on in (("from", from_on), ("to", to_on)) if on is not None}
    scope = {"unit": draft.unit} if draft.unit else {"nation": True}
    source = draft.rule if isinstance(draft, Threshold) else f"schedule.{draft.code}"
    return read_rule_file({"rules": 1, "scope": scope, **written}, source, zone)


def decision(
    on: date, kind: str, *, for_on: date | None = None, unit: str = "", part: str | None = None, document: str = ""
) -> RuleFile:
    """The rule file of a decision about a date, with the other half of a swap. Raises Invalid for no kind of day."""
    if kind not in ENTRY_KINDS:
        raise Invalid(f"{kind!r} is not a kind of day; write one of {', '.join(sorted(ENTRY_KINDS))}.")
    halves = [(on, kind, for_on)]
    if kind in PAIRED and for_on is not None:
        halves.append((for_on, PAIRED[kind], on))
    entries = (
        CalendarEntry(day, what, session=part, pair_on=other, citation=Citation("calendar", day, day, document))
        for day, what, other in halves
    )
    scope = Scope("unit", unit) if unit else NATION
    return RuleFile("calendar", scope=scope, entries=tuple(WrittenEntry("entry", entry) for entry in entries))


def effect(session: Session, file: RuleFile, today: date, at: datetime) -> Effect:
    """What adopting a file would have judged again up to today, without writing anything. Raises Refused, Invalid."""
    before = read_rulebook(session)
    scope = placed(file, before.tree, {code for code, _ in people.everybody(session)}, None)
    after = overlay(before, file, scope)
    refuse_overruled(session, after, file, scope)
    found = [day for day in touched(session, before, after, spans_of(file), at) if day[1] <= today]
    days = [on for _, on in found]
    return Effect(
        days=len(found),
        people=len({who for who, _ in found}),
        locked=_locked(session, found),
        first_on=min(days, default=None),
        last_on=max(days, default=None),
        makes_room=tuple(_in_the_way(before, file, scope)),
    )


def spans_of(file: RuleFile) -> list[Span]:
    """The dates of everything a file holds."""
    found = [span_of(written.value) for written in file.rules]
    found += [span_of(written.value) for schedule in file.schedules for written in schedule.versions]
    return found + [(written.entry.on, written.entry.on) for written in file.entries]


def adopt_draft(session: Session, draft: Draft, file: RuleFile, *, at: datetime, actor: Actor) -> Adopted:
    """Put the file of a draft in force, in the caller's transaction; what holds there at its scope makes room.

    Raises Invalid without a document, Refused.
    """
    if not draft.document.strip():
        raise Invalid("What is put in force rests on a document; write its number and date.")
    return rules.adopt_within(session, file, replace=True, at=at, actor=actor)


def _in_the_way(book: Rulebook, file: RuleFile, scope: Scope) -> list[RuleVersion | ScheduleVersion]:
    found: list[RuleVersion | ScheduleVersion] = []
    for written in file.rules:
        mine = written.value
        found += [
            version
            for version in book.rules.versions
            if (version.rule, version.scope) == (mine.rule, scope) and meet(span_of(version), span_of(mine))
        ]
    for schedule in file.schedules:
        stored = book.schedules[schedule.code].versions if schedule.code in book.schedules else ()
        spans = [span_of(written.value) for written in schedule.versions]
        found += [version for version in stored if any(meet(span_of(version), span) for span in spans)]
    return found


def _locked(session: Session, days: Sequence[tuple[int, date]]) -> int:
    """How many of these (employee id, date) lie in a locked month of the unit where that person serves."""
    locked = {key for key, state in states(session).items() if state.locked_at is not None}
    if not locked or not days:
        return 0
    first, last = min(on for _, on in days), max(on for _, on in days)
    posts: dict[int, list[Any]] = {}
    for row in office.assignments_between(session, first, last):
        posts.setdefault(row.employee_id, []).append(row)
    codes = StoredTree(session).codes
    return sum(
        any(
            row.from_on <= on and (row.to_on is None or on <= row.to_on) and (codes[row.unit_id], _month(on)) in locked
            for row in posts.get(who, ())
        )
        for who, on in days
    )


def _month(on: date) -> date:
    return on.replace(day=1)
