"""A rulebook as it would be with a rule file in force: the file holds on its dates, what stood before on all others."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from attendance.errors import Invalid
from attendance.facts import Unit
from attendance.reading import Refusal, Refused
from attendance.rules.calendar import Calendar, CalendarEntry
from attendance.rules.kinds import is_kind
from attendance.rules.rulebook import Rulebook
from attendance.rules.schedule import Schedule, ScheduleVersion
from attendance.rules.scoped import NATION, RuleVersion, Scope
from attendance.rules.tree import Tree
from attendance.rules.validity import Span, cut_all
from attendance.rules.written import RuleFile, WrittenSchedule


def placed(file: RuleFile, tree: Tree, people: Iterable[str], at: str | None) -> Scope:
    """The scope of a file in this office: a province at a unit of its tree, a unit and a person by their codes.

    `at` names the unit where the file cannot: that of a province, or of a unit this office does not have. Raises
    Invalid where nobody can say.
    """
    kind, written, units = file.scope.kind, file.scope.code, tree.versions
    if at is not None and at not in units:
        raise Invalid(f"There is no unit with the code {at!r}; name one of this office with --unit.")
    if kind == "nation":
        return NATION
    if kind == "person":
        if written not in people:
            raise Invalid(
                f"There is no person with the code {written!r}, for whom {file.source} is; correct its scope."
            )
        return Scope(kind, written)
    if kind == "unit" and written in units:
        return Scope(kind, written)
    if at is not None:
        return Scope(kind, at)
    tops = [code for code, versions in units.items() if all(unit.parent is None for unit in versions)]
    if kind == "province" and len(tops) == 1:
        return Scope(kind, tops[0])
    raise Invalid(
        f"{file.source} is for the {kind} {written!r}; say with --unit at which unit of this office it holds."
    )


def overlay(book: Rulebook, file: RuleFile, at: Scope) -> Rulebook:
    """The rulebook with the file's rules at a scope. Raises Refused where its hours belong to no unit they are for."""
    return Rulebook(
        units=_units(book, file, at),
        schedules=_schedules(book, file),
        calendar=Calendar(_entries(book, file, at)),
        policy=book.policy,
        rules=_rules(book, file, at),
    )


def _rules(book: Rulebook, file: RuleFile, at: Scope) -> list[RuleVersion]:
    new = [replace(written.value, scope=at) for written in file.rules]
    kept: list[RuleVersion] = []
    for version in book.rules.versions:
        taken = [span_of(mine) for mine in new if (mine.rule, mine.scope) == (version.rule, version.scope)]
        kept += [replace(version, from_on=left[0], to_on=left[1]) for left in cut_all(span_of(version), taken)]
    return [version for version in (*kept, *new) if not is_kind(version.rule)]


def _schedules(book: Rulebook, file: RuleFile) -> dict[str, Schedule]:
    schedules = dict(book.schedules)
    for schedule in file.schedules:
        new = [written.value for written in schedule.versions]
        before = schedules[schedule.code].versions if schedule.code in schedules else ()
        kept = [piece for version in before for piece in pieces(version, map(span_of, new))]
        schedules[schedule.code] = Schedule(schedule.code, (*kept, *new))
    return schedules


def pieces(version: ScheduleVersion, taken: Iterable[Span]) -> list[ScheduleVersion]:
    """What is left of a version of hours where others take dates of it, each citing its own dates."""
    return [
        replace(
            version,
            from_on=begins,
            to_on=ends,
            citation=replace(version.citation, from_on=begins, to_on=ends),
        )
        for begins, ends in cut_all(span_of(version), taken)
    ]


def span_of(version: RuleVersion | ScheduleVersion) -> Span:
    return version.from_on, version.to_on


def _entries(book: Rulebook, file: RuleFile, at: Scope) -> list[CalendarEntry]:
    stored = book.calendar.entries()
    new = [entry for entry in decided(file, at) if not any(same_decision(entry, other) for other in stored)]
    taken = {(entry.on, entry.unit, entry.session) for entry in new}
    return [entry for entry in stored if (entry.on, entry.unit, entry.session) not in taken] + new


def decided(file: RuleFile, at: Scope) -> list[CalendarEntry]:
    """The file's entries that decide something, at their unit."""
    unit = at.code or None
    return [replace(written.entry, unit=unit) for written in file.entries if written.status == "confirmed"]


def same_decision(one: CalendarEntry, other: CalendarEntry) -> bool:
    """Whether two entries say the same of the same date under the same document, whenever they were recorded."""
    return (one.on, one.kind, one.unit, one.session, one.pair_on, one.citation.document) == (
        other.on, other.kind, other.unit, other.session, other.pair_on, other.citation.document,
    )  # fmt: skip


def _units(book: Rulebook, file: RuleFile, at: Scope) -> list[Unit]:
    schedule = own_schedule(book, file, at)
    return [
        replace(unit, schedule=schedule.code) if schedule is not None and unit.code == at.code else unit
        for unit in book.tree.units()
    ]


def own_schedule(book: Rulebook, file: RuleFile, at: Scope) -> WrittenSchedule | None:
    """The one schedule of a province's or unit's file, by which its unit then works.

    Raises Refused where the unit works by a schedule of another code: its history would be judged by the new one.
    """
    if at.kind not in ("province", "unit") or len(file.schedules) != 1:
        return None
    (schedule,) = file.schedules
    held = next((u.schedule for u in book.tree.versions[at.code] if u.schedule not in (None, schedule.code)), None)
    if held is not None:
        sentence = (
            f"unit {at.code} works by schedule {held}; file these hours under that code with --schedule {held}, or "
            "give the file the scope nation = true where they are for other people"
        )
        raise Refused([Refusal(f"{schedule.path}.code", "other_schedule", sentence)])
    return schedule
