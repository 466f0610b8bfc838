"""The first set-up, step by step in a browser: each step is filed whole or not at all, and may be left and resumed.

It begins with the first administrator who is made by the code of the console, and is shut for ever when every step was
done or put off. An office that was set up by commands has none.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Literal, get_args

from attendance.errors import Invalid, NotFound
from attendance.rules.shipped import shipped
from attendance.services import hours as hour_services
from attendance.services import units
from attendance.services.rules import adopt_within
from attendance.store import office, office_setup, registering
from attendance.store.database import Session
from attendance.store.trail import Actor, record

Step = Literal["office", "hours", "calendar", "terminal", "people"]
STEPS: tuple[Step, ...] = get_args(Step)
MAY_WAIT = frozenset({"calendar", "terminal", "people"})
"""Steps that may be put off: without a unit and its hours nothing else can begin."""
SCHEDULE, SCHEDULE_NAME = "HC", "Giờ hành chính"
WEEK = ("mon", "tue", "wed", "thu", "fri")
MOST_PARTS, MOST_NAME = 200, 200
_YEARS_AHEAD = 2


REASONS = ("name", "code", "parts", "twice", "hours", "season", "day")


class StepRefused(Invalid):
    """What was typed cannot be filed; `why` is one of REASONS, for the page that says it in the reader's language."""

    def __init__(self, why: str, sentence: str) -> None:
        super().__init__(sentence)
        self.why = why


@dataclass(frozen=True, slots=True)
class Progress:
    """`done` and `skipped` steps; `next` is the first that is neither, None: every one is settled."""

    done: frozenset[str]
    skipped: frozenset[str]

    @property
    def next(self) -> Step | None:
        return next((step for step in STEPS if step not in self.done and step not in self.skipped), None)


@dataclass(frozen=True, slots=True)
class Season:
    """Other hours between two days of every year, both included."""

    begins: tuple[int, int]
    ends: tuple[int, int]
    sessions: dict[str, list[str]] = field(default_factory=dict)


def progress(session: Session) -> Progress | None:
    """How far it is; None where there is none, or it is over."""
    row = office_setup.get(session)
    if row is None or row.finished_at is not None:
        return None
    return Progress(office_setup.filed(session), frozenset(row.skipped))


def check_open(session: Session) -> Progress:
    """Raises NotFound once it is over."""
    found = progress(session)
    if found is None:
        raise NotFound("page", "setup")
    return found


def name_office(session: Session, code: str, name: str, parts: Sequence[str], *, actor: Actor, at: datetime) -> None:
    """The first unit, the units below it by name, and the kinds of leave and exemption of the law.

    Raises Invalid, AlreadyExists; NotFound where the step was done before.
    """
    if "office" in check_open(session).done:
        raise NotFound("step", "office")
    if not name.strip():
        raise StepRefused("name", "The office has no name; write it as it stands on its documents.")
    named = [" ".join(part.split()) for part in parts if part.strip()]
    if len(named) > MOST_PARTS:
        raise StepRefused(
            "parts", f"{len(named)} units are too many for one form (at most {MOST_PARTS}); bring the rest in by sheet."
        )
    twice = next((part for part in named if named.count(part) > 1), None)
    if twice is not None:
        raise StepRefused("twice", f"{twice!r} stands there twice; each unit is named once.")
    for text in (name, *named):
        if not text.strip().isprintable() or len(text) > MOST_NAME:
            raise StepRefused("name", f"{text[:60]!r} is not a name; write 1 to {MOST_NAME} letters.")
    try:
        registering.check_code("unit", code)
    except Invalid as error:
        raise StepRefused("code", str(error)) from error
    if code.split() != [code]:  # what others would take it for begins at the space
        raise StepRefused("code", f"{code!r} has a space in it; a code is written in one piece.")
    units.add(session, code, name=name.strip(), actor=actor, at=at)
    for number, part in enumerate(named, 1):
        units.add(session, f"{code}{number:02}", name=part, parent=code, actor=actor, at=at)
    for kinds in ("leave", "exemptions"):
        adopt_within(session, shipped(kinds), at=at, actor=actor)


def set_hours(
    session: Session,
    sessions: dict[str, list[str]],
    season: Season | None,
    document: str,
    *,
    today: date,
    actor: Actor,
    at: datetime,
) -> None:
    """The hours of the whole office, Monday to Friday, and those of a season of this year and the next.

    Raises Invalid, Overlap; NotFound where the step was done before, or the office has no name yet.
    """
    found = check_open(session)
    if "hours" in found.done or "office" not in found.done:
        raise NotFound("step", "hours")
    for times in (sessions, season.sessions if season is not None else {}):
        _check(times)
    for begins, ends, times in _versions(sessions, season, today):
        hour_services.add_version(
            session, actor, SCHEDULE, name=SCHEDULE_NAME, sessions=times, weekdays=WEEK, from_on=begins, to_on=ends,
            document=document.strip(), at=at,
        )  # fmt: skip
    top = office.first_unit(session)
    units.work_by(session, top, SCHEDULE, on=None, document=document.strip(), actor=actor, at=at)


def _check(sessions: dict[str, list[str]]) -> None:
    """One after the other within one day: an office that works into the night says so on the page of its hours."""
    moments = [moment for times in sessions.values() for moment in times]
    if any(later <= earlier for earlier, later in pairwise(moments)):
        raise StepRefused("hours", "The hours do not follow one another; begin and end each session in its order.")


def _versions(
    sessions: dict[str, list[str]], season: Season | None, today: date
) -> list[tuple[date | None, date | None, dict[str, list[str]]]]:
    if season is None:
        return [(None, None, sessions)]
    found: list[tuple[date | None, date | None, dict[str, list[str]]]] = []
    free: date | None = None
    for year in range(today.year, today.year + _YEARS_AHEAD):
        begins, ends = _day(year, season.begins), _day(year, season.ends)
        if ends < begins:
            raise StepRefused("season", "The season ends before it begins; give its first day, then its last.")
        if free is None or free < begins:
            found.append((free, begins - timedelta(days=1), sessions))
        found.append((begins, ends, season.sessions))
        free = ends + timedelta(days=1)
    return [*found, (free, None, sessions)]


def _day(year: int, on: tuple[int, int]) -> date:
    try:
        return date(year, on[1], on[0])
    except ValueError:
        raise StepRefused("day", f"{on[0]}/{on[1]} is no day of a year; write a day and a month, as 15/4.") from None


def take_calendar(session: Session, *, actor: Actor, at: datetime) -> int:
    """The public holidays and swaps that are shipped; answers how many decide something. Raises NotFound."""
    if "calendar" in check_open(session).done:
        raise NotFound("step", "calendar")
    adopted = adopt_within(session, shipped("calendar"), at=at, actor=actor)
    return adopted.filed - adopted.announced


def put_off(session: Session, step: str, *, actor: Actor, at: datetime) -> None:
    """Go on without a step. Raises NotFound for one that cannot wait."""
    check_open(session)
    if step not in MAY_WAIT:
        raise NotFound("step", step[:16])
    row = office_setup.get(session, to_change=True)
    if row is not None and step not in row.skipped:
        row.skipped = [*row.skipped, step]
        office_setup.put(session, row)
        record(session, actor, "setup.put_off", kind="setup", key=step, at=at)


def close_if_settled(session: Session, *, actor: Actor, at: datetime) -> bool:
    """Shut it for ever when nothing is left to do; answers whether that is so."""
    found = progress(session)
    if found is None or found.next is not None:
        return found is None
    row = office_setup.get(session, to_change=True)
    if row is not None and row.finished_at is None:
        row.finished_at = at
        office_setup.put(session, row)
        record(session, actor, "setup.finished", kind="setup", key="", after={"skipped": sorted(found.skipped)}, at=at)
    return True
