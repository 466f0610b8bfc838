"""The notice of hours and rules for the wall of a unit: one sheet of A4, with the documents it rests on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from attendance.errors import AttendanceError
from attendance.rules.policy import Policy
from attendance.rules.rulebook import Rulebook
from attendance.services.personal.kinds import terms
from attendance.store import heads, office
from attendance.store.database import Session
from attendance.store.rulebook_reading import read_rulebook
from attendance.store.tables import UnitRow
from attendance.store.tree import StoredTree
from attendance.store.within import Within
from reports.decided_days import Decision, decisions
from reports.rules import Place, place_of
from reports.schedules import DayHours, week_of

AHEAD, MOST_SEASONS, MOST_DECISIONS = timedelta(days=365), 3, 12
RULES = (
    "late_grace_minutes", "early_grace_minutes", "absent_over_minutes", "missing_punch_refused",
    "explanation_deadline_workdays",
)  # fmt: skip
"""Those a person at the door needs to know of; each is said in a sentence with its document."""


@dataclass(frozen=True, slots=True)
class WallHours:
    """Hours in force from one date to another, with the document they rest on (empty: none is known)."""

    from_on: date | None
    to_on: date | None
    regime: str
    days: tuple[DayHours, ...]
    document: str
    article: str
    holds_now: bool


@dataclass(frozen=True, slots=True)
class Cited:
    """A document and place in it; empty where it is not known under which a rule was issued."""

    document: str
    article: str


@dataclass(frozen=True, slots=True)
class WallPage:
    """`above`: the name of the unit above; `cited`: by rule, what it rests on; `documents`: each once, as told.

    `undocumented`: something told rests on no document that is known. `heads`: who leads the unit; `contact`: where the
    office says questions go, empty where it said nothing.
    """

    place: Place
    above: str
    on: date
    hours: tuple[WallHours, ...]
    ahead: tuple[Decision, ...]
    ahead_until: date
    policy: Policy
    cited: dict[str, Cited]
    documents: tuple[str, ...]
    undocumented: bool
    heads: tuple[str, ...]
    contact: str


def wall_page(session: Session, unit: UnitRow, on: date, *, within: Within) -> WallPage:
    """What holds for everybody in a unit on a date; rules of single persons are not on a wall."""
    book, stored = read_rulebook(session), StoredTree(session)
    path = stored.path(office.key(unit), on)
    until = date(on.year, 12, 31) if on.month <= 9 else on + AHEAD
    ahead = [
        each
        for each in decisions(book, unit.code, on, until)
        if not each.overruled and each.kind not in ("workday", "weekend")
    ][:MOST_DECISIONS]
    hours = _hours(book, unit.code, on)
    cited = {rule: _cited(book, rule, unit.code, on) for rule in RULES}
    told = [*(each.document for each in hours), *(each.document for each in ahead)]
    told += [each.document for rule, each in cited.items() if rule_is_set(book, rule, unit.code, on)]
    return WallPage(
        place=place_of(session, unit, within, on),
        above=stored.name(stored.codes[path[1]], on) if len(path) > 1 else "",
        on=on,
        hours=hours,
        ahead=tuple(ahead),
        ahead_until=until,
        policy=book.policy_of(unit.code, None, on),
        cited=cited,
        documents=tuple(dict.fromkeys(text for text in told if text)),
        undocumented=not all(told),
        heads=tuple(heading.name for heading in heads.leading_on(session, on).get(office.key(unit), ())),
        contact=terms(session, on).office.contact,
    )


def rule_is_set(book: Rulebook, rule: str, unit: str, on: date) -> bool:
    """Whether the office decided this rule itself; else the program's default holds, which has no document."""
    return book.traced(rule, unit, None, on) is not None


def _cited(book: Rulebook, rule: str, unit: str, on: date) -> Cited:
    held = book.traced(rule, unit, None, on)
    return Cited(held.version.document, held.version.article) if held is not None else Cited("", "")


def _hours(book: Rulebook, unit: str, on: date) -> tuple[WallHours, ...]:
    """The version in force and the next ones within a year. Empty where the unit has no hours on the date."""
    try:
        versions = book.schedule_of(unit, None, on).versions
    except AttendanceError:
        return ()
    listed = sorted(versions, key=lambda each: each.from_on or date.min)
    wanted = [
        each
        for each in listed
        if (each.to_on is None or each.to_on >= on) and (each.from_on is None or each.from_on <= on + AHEAD)
    ]
    return tuple(
        WallHours(
            each.from_on, each.to_on, each.regime, week_of(each), each.citation.document, each.citation.article,
            each.covers(on),
        )
        for each in wanted[:MOST_SEASONS]
    )  # fmt: skip
