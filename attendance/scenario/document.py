"""A case as it is written: facts with the moment each became known, rules, punches, and what is expected."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from attendance import clock
from attendance.errors import UnknownZone
from attendance.facts import Assignment, ClockOffset, Enrolment, Leave, Mission, Outage, TerminalSite, Unit
from attendance.rules.calendar import CalendarEntry
from attendance.rules.policy import Policy
from attendance.rules.schedule import Schedule
from attendance.scenario.facts_section import Papers, read_facts
from attendance.scenario.people_section import Punch, read_employees, read_punches, read_terminals
from attendance.scenario.reading import Node, Refusal, Refused
from attendance.scenario.rules_section import read_calendar, read_policy, read_schedules, read_units

KEYS = {
    "scenario", "id", "title", "source", "note", "timezone", "policy", "schedules", "calendar", "units", "terminals",
    "employees", "facts", "punches", "expect", "refuse",
}  # fmt: skip


@dataclass(frozen=True)
class Scenario:
    """One loaded case. `unsupported` lists (path, what) this version cannot judge; such a case fails, honestly."""

    id: str
    title: str
    zone: str
    policy: Policy
    schedules: dict[str, Schedule]
    calendar: tuple[CalendarEntry, ...]
    units: tuple[Unit, ...]
    terminals: tuple[TerminalSite, ...]
    people: tuple[str, ...]
    assignments: tuple[Assignment, ...]
    enrolments: tuple[Enrolment, ...]
    papers: Papers
    punches: tuple[Punch, ...]
    expect: tuple[dict[str, Any], ...]
    unsupported: tuple[tuple[str, str], ...] = field(default=())

    @property
    def leaves(self) -> tuple[Leave, ...]:
        return self.papers.leaves

    @property
    def missions(self) -> tuple[Mission, ...]:
        return self.papers.missions

    @property
    def outages(self) -> tuple[Outage, ...]:
        return self.papers.outages

    @property
    def clock_offsets(self) -> tuple[ClockOffset, ...]:
        return self.papers.clock_offsets


def load(document: dict[str, Any]) -> tuple[Scenario, list[Refusal] | None]:
    """The case of a document, and the refusals it expects of itself (`refuse`), None where it expects rows.

    Raises Refused with every mistake found, each with its path.
    """
    refusals: list[Refusal] = []
    root = Node(document, "", refusals)
    root.keys(KEYS, {"scenario"})
    expected = _expected_refusals(root)
    if root.child("scenario").integer(1) != 1:
        root.child("scenario").refuse("unknown_kind", "only format version 1 is known")
    zone = _zone(root.child("timezone"))
    policy = read_policy(root.child("policy"))
    schedules = read_schedules(root.child("schedules"), zone)
    units = read_units(root.child("units"))
    codes = {unit.code for unit in units}
    _check_units(root.child("units"), units, schedules)
    terminals = read_terminals(root.child("terminals"), units)
    people, assignments, enrolments = read_employees(root.child("employees"), units, schedules, terminals, zone)
    calendar = read_calendar(root.child("calendar"), codes, zone)
    papers = read_facts(root.child("facts"), people, {t.code for t in terminals}, codes, zone)
    punches = read_punches(root.child("punches"), people, terminals, zone)
    rows = _rows(root.child("expect"))
    if refusals:
        raise Refused(refusals)
    unsupported = [*papers.unsupported, *_unsupported_rules(policy, schedules, terminals)]
    scenario = Scenario(
        id=root.child("id").text(),
        title=root.child("title").text(),
        zone=zone,
        policy=policy,
        schedules=schedules,
        calendar=calendar,
        units=units,
        terminals=terminals,
        people=people,
        assignments=assignments,
        enrolments=enrolments,
        papers=papers,
        punches=punches,
        expect=rows,
        unsupported=tuple(unsupported),
    )
    return scenario, expected


def expected_refusals(document: dict[str, Any]) -> set[tuple[str, str]] | None:
    """The (path, code) pairs a document says it is refused for, None where it says nothing of the kind."""
    listed = document.get("refuse")
    if not isinstance(listed, list):
        return None
    return {(str(entry.get("path")), str(entry.get("code"))) for entry in listed if isinstance(entry, dict)}


def _expected_refusals(root: Node) -> list[Refusal] | None:
    if "refuse" not in root:
        return None
    return [
        Refusal(entry.child("path").text(), entry.child("code").text(), "")
        for entry in root.child("refuse").each()
        if entry.keys({"path", "code"}, {"path", "code"})
    ]


def _zone(node: Node) -> str:
    name = node.text("Asia/Ho_Chi_Minh")
    try:
        clock.zone(name)
    except UnknownZone as error:
        node.refuse("unknown_reference", str(error))
        return "Asia/Ho_Chi_Minh"
    return name


def _check_units(node: Node, units: tuple[Unit, ...], schedules: dict[str, Schedule]) -> None:
    codes = {unit.code for unit in units}
    for entry, unit in zip(node.each(), units, strict=False):
        if unit.parent is not None and unit.parent not in codes:
            entry.child("parent").refuse("unknown_reference", f"there is no unit {unit.parent!r} in this case")
        if unit.schedule is not None and unit.schedule not in schedules:
            entry.child("schedule").refuse("unknown_reference", f"there is no schedule {unit.schedule!r} in this case")


def _unsupported_rules(
    policy: Policy, schedules: dict[str, Schedule], terminals: tuple[TerminalSite, ...]
) -> list[tuple[str, str]]:
    """Rules this version would have to ignore; a case that needs them fails rather than being judged without them."""
    found = []
    if policy.site_policy != "any":
        found.append(("policy.site_policy", policy.site_policy))
    if policy.track_mid_session:
        found.append(("policy.track_mid_session", "true"))
    found += [
        (f"schedules.{code}.regime", version.regime)
        for code, schedule in schedules.items()
        for version in schedule.versions
        if version.regime not in ("per_session", "first_last")
    ]
    found += [
        (f"terminals[{n}].direction", site.direction) for n, site in enumerate(terminals) if site.direction != "none"
    ]
    return found


def _rows(node: Node) -> tuple[dict[str, Any], ...]:
    """Rows to compare, with `date`, `month` (its first day) and `as_of` read; the rest stays as written."""
    rows = []
    for entry in node.each():
        if not isinstance(entry.value, dict):
            entry.refuse("wrong_type", "a mapping is expected here")
            continue
        row = dict(entry.value)
        if "date" in row:
            row["date"] = entry.child("date").day()
        if "month" in row:
            row["month"] = month_start(entry.child("month"))
        if "as_of" in row:
            row["as_of"] = _naive(entry.child("as_of"))
        if not {"date", "month", "roster_errors"} & {key for key in row if key in entry}:
            entry.refuse("wrong_type", "a row needs a date or a month")
        rows.append(row)
    return tuple(rows)


def month_start(node: Node) -> date | None:
    text = node.text()
    try:
        return date.fromisoformat(f"{text}-01")
    except ValueError:
        node.refuse("bad_date", f"{text!r} is not a month; write it as 2026-03")
        return None


def month_end(start: date) -> date:
    return (start.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)


def _naive(node: Node) -> datetime | None:
    moment = node.moment()
    return moment.replace(tzinfo=None) if moment else None
