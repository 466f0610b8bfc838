"""The rules in force for a unit on a date, resolved through the tree: the kind of day and its sessions."""

from __future__ import annotations

import hashlib
import json
from bisect import bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import date
from functools import cached_property

from attendance.errors import NoHours, NotFound
from attendance.facts import Unit
from attendance.rules.calendar import NOTHING, WORKING_KINDS, Calendar, CalendarEntry, DayRuling
from attendance.rules.citation import Citation
from attendance.rules.policy import Policy, checked, resolved_policy
from attendance.rules.schedule import Schedule, ScheduleVersion, SessionHours
from attendance.rules.scoped import Resolved, RuleSet, RuleVersion
from attendance.rules.tree import Tree, begin_of


@dataclass(frozen=True, slots=True)
class PlannedSession:
    """A session of one date; `taken` is the calendar kind that takes it away alone, None when it is due."""

    hours: SessionHours
    taken: str | None = None


@dataclass(frozen=True, slots=True)
class DayPlan:
    """What is due of everybody under one schedule in one unit on one date, before anyone's papers.

    `names` are the sessions the sheet shows on that date; `citations` the hours, then the calendar entry if any;
    `ordinary` the hours the schedule has for the weekday, worked or not.
    """

    kind: str
    regime: str
    sessions: tuple[PlannedSession, ...]
    names: tuple[str, ...]
    citations: tuple[Citation, ...]
    ordinary: tuple[SessionHours, ...] = ()


class Rulebook:
    """Schedules, calendar and policy over a tree of units. Asking outside all versions raises NoVersionInForce.

    `policy` holds where no version of `rules` says otherwise.
    """

    def __init__(
        self,
        units: Iterable[Unit],
        schedules: Mapping[str, Schedule],
        calendar: Calendar | None = None,
        policy: Policy | None = None,
        rules: Iterable[RuleVersion] = (),
    ) -> None:
        self.tree = Tree(units)
        self.schedules = dict(schedules)
        self.calendar = calendar or Calendar()
        self.policy = policy or Policy()
        self.rules = RuleSet(rules)
        self._turns = sorted({*self.tree.turns, *self.rules.turns})
        self._plans: dict[tuple[str, str | None, date], DayPlan] = {}
        self._policies: dict[tuple[str, str | None, int], Policy] = {}

    def path(self, unit: str, on: date) -> tuple[str, ...]:
        """The unit and those above it on a date, nearest first; of one that merged, those of what it became."""
        return self.tree.path(unit, on)

    def epoch(self, on: date) -> int:
        """A number that is the same for dates between which neither the tree nor a version of a rule changes."""
        return bisect_right(self._turns, on)

    def schedule_of(self, unit: str, own: str | None, on: date) -> Schedule:
        """The person's own schedule, else that of the nearest unit up the tree of the date. Raises NoHours."""
        codes = (own, *(step.schedule for step in self.tree.steps(unit, on)))
        code = next((code for code in codes if code), None)
        if code is None:
            raise NoHours(unit, on)
        if code not in self.schedules:
            raise NotFound("schedule", code)
        return self.schedules[code]

    def plan(self, unit: str, own_schedule: str | None, on: date) -> DayPlan:
        key = (unit, own_schedule, on)
        found = self._plans.get(key)
        if found is None:
            found = self._plans[key] = self._resolve(unit, own_schedule, on)
        return found

    def _resolve(self, unit: str, own_schedule: str | None, on: date) -> DayPlan:
        version = self.schedule_of(unit, own_schedule, on).on(on)
        ruling = self.calendar.of(on, self.path(unit, on))
        return _plan(version, ruling, on)

    def traced(self, rule: str, unit: str, person: str | None, on: date) -> Resolved | None:
        """The version of a rule of policy that holds, with the path on which it was found; None: its default does."""
        return self.rules.resolve(rule, self.path(unit, on)[::-1], person, on)

    def policy_of(self, unit: str, person: str | None, on: date) -> Policy:
        """The thresholds in force for a person of a unit on a date; without a person those of the unit."""
        own = person if person in self.rules.persons else None
        key = (unit, own, self.epoch(on))
        found = self._policies.get(key)
        if found is None:
            traced = {rule: self.traced(rule, unit, own, on) for rule in self.rules.rules}
            found = resolved_policy(self.policy, {rule: held for rule, held in traced.items() if held is not None})
            self._policies[key] = found
        return found

    def all_policies(self) -> list[Policy]:
        """The base, and one for each version of a rule taken alone: every value a rule may have is in one of them."""
        return [
            self.policy,
            *(replace(self.policy, **{v.rule: checked(v.rule, v.value)}) for v in self.rules.versions),
        ]

    def content(self) -> dict[str, object]:
        """All rules as plain data, in a fixed order."""
        written = {
            "units": [_unit(unit) for unit in sorted(self.tree.units(), key=lambda unit: (unit.code, begin_of(unit)))],
            "schedules": {code: asdict(schedule) for code, schedule in sorted(self.schedules.items())},
            "calendar": [asdict(entry) for entry in self.calendar.entries()],
            "policy": asdict(self.policy),
            "rules": sorted((asdict(version) for version in self.rules.versions), key=str),
        }
        plain: dict[str, object] = json.loads(json.dumps(written, default=_plain))
        return plain

    @cached_property
    def fingerprint(self) -> str:
        """16 hex digits that change whenever any rule, version, document or calendar entry does."""
        text = json.dumps(self.content(), sort_keys=True, ensure_ascii=False)
        return hashlib.sha256(text.encode()).hexdigest()[:16]


def _unit(unit: Unit) -> dict[str, object]:
    """A unit without dates is written as it was before units had any, so that its rulebook keeps its name."""
    dated = ("from_on", "to_on", "into")
    return {name: value for name, value in asdict(unit).items() if value is not None or name not in dated}


def _plain(value: object) -> object:
    return sorted(value) if isinstance(value, frozenset) else str(value)


def _plan(version: ScheduleVersion, ruling: DayRuling, on: date) -> DayPlan:
    """The day of a schedule version under what the calendar says of it."""
    named = on.weekday() in version.weekdays
    ordinary = version.sessions_of(on.weekday())
    kind = "workday" if named else "weekend"
    due = [PlannedSession(hours) for hours in ordinary] if named else []
    decided: tuple[CalendarEntry, ...] = ()
    if ruling is not NOTHING and ruling.whole is not None:
        decided = (ruling.whole,)
        kind = ruling.whole.kind
        due = []
        if kind in WORKING_KINDS:
            due = [PlannedSession(hours) for hours in _hours_under(version, ruling.whole, on)]
    elif ruling.sessions:
        decided = ruling.sessions
        kind, due = _apply_session_entries(version, ruling.sessions, on, kind, due)
    citations = (version.citation, *(entry.citation for entry in decided))
    due.sort(key=lambda session: session.hours.starts)
    return DayPlan(kind, version.regime, tuple(due), _shown_names(version), citations, ordinary)


def _hours_under(version: ScheduleVersion, entry: CalendarEntry, on: date) -> tuple[SessionHours, ...]:
    """The hours an entry brings: those of the weekday it stands for, else of its own."""
    follows = entry.pair_on if entry.kind == "swapped_work" and entry.pair_on else on
    return version.sessions_of(follows.weekday())


def _apply_session_entries(
    version: ScheduleVersion, entries: tuple[CalendarEntry, ...], on: date, kind: str, due: list[PlannedSession]
) -> tuple[str, list[PlannedSession]]:
    """Entries for single sessions: they take one away from a workday, or bring one to a day off."""
    for entry in entries:
        if entry.kind in WORKING_KINDS:
            brought = [hours for hours in _hours_under(version, entry, on) if hours.name == entry.session]
            due_already = any(session.hours.name == entry.session for session in due)
            if brought and (not due_already or entry.kind == "swapped_work"):
                due = [*(s for s in due if s.hours.name != entry.session), PlannedSession(brought[0])]
                kind = entry.kind if kind == "weekend" else kind
        else:
            due = [
                PlannedSession(session.hours, entry.kind) if session.hours.name == entry.session else session
                for session in due
            ]
    return kind, due


def _shown_names(version: ScheduleVersion) -> tuple[str, ...]:
    """The schedule's session names, and always am and pm if it has either."""
    names = list(version.names)
    if "am" in names or "pm" in names:
        names = ["am", "pm", *(name for name in names if name not in ("am", "pm"))]
    return tuple(names)
