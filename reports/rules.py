"""*Quy chế*: every rule with its question, what holds for a unit on a date and why, and its other versions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from attendance.rules.policy import MEASURES, Measure
from attendance.services import rule_listing
from attendance.services.rule_listing import DEFAULT, RuleLine, Version
from attendance.store import office
from attendance.store.database import Session
from attendance.store.tables import UnitRow
from attendance.store.tree import StoredTree
from attendance.store.within import Within
from reports.view import UnitOption

ORIGINS = ("default", "own", "law", "shipped")
STATES = ("past", "now", "later")
DONE = ("adopted",)
ORDER = (
    "late_grace_minutes", "early_grace_minutes", "absent_over_minutes", "explanation_deadline_workdays",
    "missing_punch_refused", "track_mid_session", "site_policy", "repeat_minutes", "duplicate_window_seconds",
    "session_window_minutes", "clock_tolerance_seconds", "grade_thresholds",
)  # fmt: skip
"""As people ask for them: what touches a person first, what only terminals know of last."""
assert set(ORDER) == set(MEASURES)


@dataclass(frozen=True, slots=True)
class Card:
    """A rule: what holds (`line`), where that comes from, and every stored version of the scopes that were asked.

    `origin`: `own` of the office, `law` that is shipped with its document, `shipped` without one, or the `default`.
    """

    rule: str
    measure: Measure
    line: RuleLine
    origin: str
    versions: tuple[Version, ...]

    @property
    def coming(self) -> Version | None:
        """The next version that will hold, if one is filed."""
        return next((each for each in self.versions if each.state == "later"), None)


@dataclass(frozen=True, slots=True)
class Place:
    """The unit a page speaks of, those it could speak of, and the names of units its rules come from."""

    unit: str
    name: str
    units: tuple[UnitOption, ...]
    names: Mapping[str, str]

    def named(self, code: str) -> str:
        return self.names.get(code, code)


@dataclass(frozen=True, slots=True)
class RulesPage:
    """`hours` and `day`: the hours in force, and what the calendar decides of the date; None: nothing does.

    `done`, `days`: what was just put in force, and how many days of people are judged again for it.
    """

    place: Place
    on: date
    today: date
    cards: tuple[Card, ...]
    hours: RuleLine | None
    day: RuleLine | None
    leaves: tuple[Card, ...]
    exemptions: tuple[Card, ...]
    announced: int
    rulebook: str
    may_write: bool
    done: str = ""
    days: int = 0


def place_of(session: Session, unit: UnitRow, within: Within, on: date) -> Place:
    """A unit as a page names it. Units the reader may not name stand by their codes."""
    stored = StoredTree(session)
    path = [stored.codes[number] for number in stored.path(office.key(unit), on)]
    return Place(
        unit=unit.code,
        name=stored.name(unit.code, on),
        units=tuple(UnitOption(row.code, row.name, row.depth) for row in stored.shown(on, within)),
        names={code: stored.name(code, on) for code in path if within.names(stored.numbers[code])},
    )


def rules_page(session: Session, unit: UnitRow, on: date, today: date, *, within: Within, may_write: bool) -> RulesPage:
    """Everything in force for a unit a reader may see."""
    found = rule_listing.in_force(session, on, unit=unit.code)
    versions = rule_listing.versions(session, unit.code, on)
    lines = {line.rule: line for line in found.lines}

    def card(rule: str) -> Card:
        listed = tuple(versions.get(rule, ()))
        return Card(rule, MEASURES.get(rule, Measure("kind")), lines[rule], _origin(lines[rule], listed), listed)

    hours = next((line for line in found.lines if line.rule.startswith("schedule.")), None)
    return RulesPage(
        place=place_of(session, unit, within, on),
        on=on,
        today=today,
        cards=tuple(card(rule) for rule in ORDER),
        hours=hours,
        day=lines.get("calendar"),
        leaves=tuple(card(rule) for rule in lines if rule.startswith("leave.")),
        exemptions=tuple(card(rule) for rule in lines if rule.startswith("exemption.")),
        announced=len(found.announced),
        rulebook=found.rulebook,
        may_write=may_write,
    )


def _origin(line: RuleLine, versions: tuple[Version, ...]) -> str:
    if line.scope == DEFAULT:
        return "default"
    held = (each for each in versions if str(each.version.scope) == line.scope and each.version.from_on == line.from_on)
    if not any(each.shipped for each in held):
        return "own"
    return "law" if line.document else "shipped"
