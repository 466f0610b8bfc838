"""Which rules are in force for a unit or a person on a date, each with its value, source and path."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Any

from attendance.errors import NoHours, NoVersionInForce
from attendance.rules.calendar import CalendarEntry
from attendance.rules.kinds import is_kind
from attendance.rules.policy import MEASURES
from attendance.rules.rulebook import Rulebook
from attendance.rules.schedule import WEEKDAYS, ScheduleVersion, SessionHours, times_of
from attendance.rules.scoped import Resolved, RuleSet, RuleVersion
from attendance.rules.shipped import NAMES, shipped
from attendance.rules.trace import TraceStep, trace_of
from attendance.rules.validity import Span
from attendance.store import calendar_filing, office
from attendance.store.database import Session
from attendance.store.rulebook_reading import read_rulebook, read_rules
from attendance.store.tables import EmployeeRow

DEFAULT = "default"


@dataclass(frozen=True, slots=True)
class RuleLine:
    """A rule in force. `scope` is that of the version that holds, `default` where none says anything.

    `path`: every scope that was asked, widest first, with what it says and whether it was let decide.
    """

    rule: str
    value: Any
    scope: str
    from_on: date | None = None
    to_on: date | None = None
    document: str = ""
    article: str = ""
    path: tuple[TraceStep, ...] = ()


@dataclass(frozen=True, slots=True)
class InForce:
    """`announced`: decisions about dates that decide nothing until they are confirmed."""

    unit: str
    on: date
    lines: tuple[RuleLine, ...]
    announced: tuple[CalendarEntry, ...]
    rulebook: str


def in_force(
    session: Session, on: date, *, unit: str | None = None, person: str | None = None, as_of: datetime | None = None
) -> InForce:
    """Every rule for a unit (None: the first) and, if named, a person on a date. Raises NotFound."""
    unit = unit or office.first_unit(session)
    if person is not None:
        office.get(session, EmployeeRow, person)
    book = read_rulebook(session, as_of)
    path = book.path(unit, on)[::-1]
    lines = [*_hours(book, unit, on), *_calendar(book, unit, on)]
    lines += [_line(rule, book.traced(rule, unit, person, on), getattr(book.policy, rule)) for rule in MEASURES]
    kinds = RuleSet(version for version in read_rules(session, as_of) if is_kind(version.rule))
    for rule in sorted(kinds.rules):
        held = kinds.resolve(rule, path, person, on)
        if held is not None:
            lines.append(_line(rule, held, None))
    return InForce(unit, on, tuple(lines), tuple(calendar_filing.announced(session)), book.fingerprint)


def _line(rule: str, held: Resolved | None, default: Any) -> RuleLine:
    if held is None:
        return RuleLine(rule, default, DEFAULT)
    version = held.version
    return RuleLine(
        rule=rule,
        value=version.value,
        scope=str(version.scope),
        from_on=version.from_on,
        to_on=version.to_on,
        document=version.document,
        article=version.article,
        path=trace_of(held),
    )


def _hours(book: Rulebook, unit: str, on: date) -> Iterable[RuleLine]:
    try:
        schedule = book.schedule_of(unit, None, on)
    except NoHours:
        return
    giver = next(step.code for step in book.tree.steps(unit, on) if step.schedule)
    try:
        version = schedule.on(on)
    except NoVersionInForce:
        yield RuleLine(f"schedule.{schedule.code}", None, f"unit {giver}")
        return
    cited = version.citation
    yield RuleLine(
        rule=cited.rule,
        value=hours_of(version),
        scope=f"unit {giver}",
        from_on=version.from_on,
        to_on=version.to_on,
        document=cited.document,
        article=cited.article,
    )


def _calendar(book: Rulebook, unit: str, on: date) -> Iterable[RuleLine]:
    ruling = book.calendar.of(on, book.path(unit, on))
    for entry in (ruling.whole,) if ruling.whole else ruling.sessions:
        span: Span = (entry.on, entry.on)
        value = {"kind": entry.kind, "for": entry.pair_on and entry.pair_on.isoformat(), "session": entry.session}
        scope = f"unit {entry.unit}" if entry.unit else "nation"
        yield RuleLine("calendar", value, scope, *span, document=entry.citation.document)


def hours_of(version: ScheduleVersion) -> dict[str, Any]:
    """A version of hours as rule files write it."""
    return {
        "regime": version.regime,
        "sessions": _sessions(version.sessions),
        "weekdays": [WEEKDAYS[day] for day in sorted(version.weekdays)],
        "by_weekday": {WEEKDAYS[day]: _sessions(listed) for day, listed in version.by_weekday},
    }


def _sessions(listed: Iterable[SessionHours]) -> dict[str, list[str]]:
    return {hours.name: times_of(hours) for hours in listed}


@dataclass(frozen=True, slots=True)
class Version:
    """A stored version of a rule. `state` on the date asked for: `past`, `now`, `later`; `shipped`: it stands word for
    word in a rule file of the package."""

    version: RuleVersion
    state: str
    shipped: bool


def versions(session: Session, unit: str, on: date) -> dict[str, list[Version]]:
    """By rule, every stored version of the scopes a unit is asked through on a date, by first date, widest scope first.

    Versions of single persons are left out.
    """
    path = read_rulebook(session).path(unit, on)[::-1]
    places = [("nation", ""), *((kind, code) for code in path for kind in ("province", "unit"))]
    known = _shipped_versions()
    found: dict[str, list[Version]] = {}
    for version in read_rules(session):
        if (version.scope.kind, version.scope.code) in places:
            is_shipped = (version.rule, str(version.value), version.document, version.article) in known
            found.setdefault(version.rule, []).append(Version(version, state_on(version, on), is_shipped))
    for listed in found.values():
        listed.sort(
            key=lambda each: (
                each.version.from_on or date.min,
                places.index((each.version.scope.kind, each.version.scope.code)),
            )
        )
    return found


def state_on(version: RuleVersion | ScheduleVersion, on: date) -> str:
    """Whether a version holds on a date (`now`), did before (`past`) or will (`later`)."""
    if version.from_on is not None and version.from_on > on:
        return "later"
    return "past" if version.to_on is not None and version.to_on < on else "now"


@cache
def _shipped_versions() -> frozenset[tuple[str, str, str, str]]:
    files = [shipped(name) for name in NAMES]
    return frozenset(
        (w.value.rule, str(w.value.value), w.value.document, w.value.article) for file in files for w in file.versions()
    )
