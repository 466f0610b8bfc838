"""From the database to the rules: hours, calendar and thresholds as known at a moment."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Session

from attendance.rules.calendar import Calendar, CalendarEntry
from attendance.rules.citation import Citation
from attendance.rules.kinds import is_kind
from attendance.rules.policy import checked
from attendance.rules.rulebook import Rulebook
from attendance.rules.schedule import WEEKDAYS, Schedule, ScheduleVersion, SessionHours, session_hours
from attendance.rules.scoped import RuleVersion, Scope
from attendance.store.questions import Question, codes, codes_of_people, core
from attendance.store.tables import (
    CalendarEntryRow,
    RuleVersionRow,
    ScheduleRow,
    ScheduleVersionRow,
    UnitRow,
)
from attendance.store.tree import read_units

_VERSIONS = Question(ScheduleVersionRow)
_ENTRIES = Question(CalendarEntryRow, core(CalendarEntryRow.status) == "confirmed")
_RULES = Question(RuleVersionRow)


def read_rulebook(session: Session, as_of: datetime | None = None) -> Rulebook:
    """Schedules, calendar and thresholds as recorded by `as_of` (None: now). What is only announced is not in it."""
    unit_codes = codes(session, UnitRow)
    schedules = codes(session, ScheduleRow)
    versions: dict[str, list[ScheduleVersion]] = {code: [] for code in schedules.values()}
    known = {"as_of": as_of}
    for row in _VERSIONS.ask(session, known):
        code = schedules[row.schedule_id]
        versions[code].append(version_of(row, code))
    entries = [entry_of(row, unit_codes.get(row.unit_id)) for row in _ENTRIES.ask(session, known)]
    return Rulebook(
        units=read_units(session, as_of),
        schedules={code: Schedule(code, tuple(listed)) for code, listed in versions.items()},
        calendar=Calendar(entries),
        rules=[rule for rule in read_rules(session, as_of) if not is_kind(rule.rule)],
    )


def read_rules(session: Session, as_of: datetime | None = None) -> list[RuleVersion]:
    """Every version of every threshold and of every kind of leave or exemption, as recorded by `as_of`."""
    rows = _RULES.ask(session, {"as_of": as_of})
    units = codes(session, UnitRow) if rows else {}
    named = {row.employee_id for row in rows if row.employee_id is not None}
    people = codes_of_people(session, named) if named else {}
    return [rule_of(row, Scope(row.scope, units.get(row.unit_id) or people.get(row.employee_id) or "")) for row in rows]


def rule_of(row: RuleVersionRow, scope: Scope) -> RuleVersion:
    return RuleVersion(
        rule=row.rule,
        value=row.value if is_kind(row.rule) else checked(row.rule, row.value),
        scope=scope,
        from_on=row.from_on,
        to_on=row.to_on,
        allows=frozenset(row.allows),
        document=row.document,
        article=row.article,
        recorded_at=row.recorded_at.replace(tzinfo=None),
    )


def entry_of(row: CalendarEntryRow, unit: str | None) -> CalendarEntry:
    return CalendarEntry(
        on=row.on,
        kind=row.kind,
        unit=unit,
        session=row.session,
        pair_on=row.pair_on,
        recorded_at=row.recorded_at.replace(tzinfo=None),
        citation=Citation("calendar", row.on, row.on, row.document),
    )


def version_of(row: ScheduleVersionRow, code: str) -> ScheduleVersion:
    return ScheduleVersion(
        regime=row.regime,
        sessions=_sessions(row.sessions),
        weekdays=frozenset(WEEKDAYS.index(day) for day in row.weekdays),
        by_weekday=tuple((WEEKDAYS.index(day), _sessions(listed)) for day, listed in row.by_weekday.items()),
        from_on=row.from_on,
        to_on=row.to_on,
        citation=Citation(f"schedule.{code}", row.from_on, row.to_on, row.document, row.article),
    )


def _sessions(listed: dict[str, list[str]]) -> tuple[SessionHours, ...]:
    hours = [session_hours(name, start, end) for name, (start, end) in listed.items()]
    return tuple(sorted(hours, key=lambda session: session.starts))
