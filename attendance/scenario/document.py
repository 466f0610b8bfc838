"""A case as it is written: facts with the moment each became known, rules, punches, and what is expected."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from attendance import clock
from attendance.errors import UnknownZone
from attendance.facts import Assignment, Coverage, Enrolment, TerminalSite, Unit
from attendance.reading import Node, Refusal, Refused
from attendance.rules.calendar import CalendarEntry
from attendance.rules.policy import Policy
from attendance.rules.schedule import Schedule
from attendance.scenario.expect_section import read_rows
from attendance.scenario.facts_section import Known, Papers, read_facts
from attendance.scenario.people_section import Punch, read_coverage, read_employees, read_punches, read_terminals
from attendance.scenario.rules_section import read_calendar, read_policy, read_schedules, read_units

KEYS = {
    "scenario", "id", "title", "source", "note", "timezone", "policy", "schedules", "calendar", "units", "terminals",
    "employees", "facts", "punches", "expect", "refuse",
}  # fmt: skip


@dataclass(frozen=True)
class Scenario:
    """One loaded case: rules, people, papers with the times they became known, punches, and what is expected.

    `coverage`: of terminals that were not read to the end of the case, the spans in which they were.
    """

    id: str
    title: str
    zone: str
    policy: Policy
    schedules: dict[str, Schedule]
    calendar: tuple[CalendarEntry, ...]
    units: tuple[Unit, ...]
    terminals: tuple[TerminalSite, ...]
    coverage: dict[str, tuple[Coverage, ...]]
    people: tuple[str, ...]
    assignments: tuple[Assignment, ...]
    enrolments: tuple[Enrolment, ...]
    papers: Papers
    punches: tuple[Punch, ...]
    expect: tuple[dict[str, Any], ...]


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
    units = read_units(root.child("units"), schedules)
    codes = tuple(dict.fromkeys(unit.code for unit in units))
    terminals = read_terminals(root.child("terminals"), units)
    coverage = read_coverage(root.child("terminals"), zone)
    people, assignments, enrolments = read_employees(root.child("employees"), units, schedules, terminals, zone)
    calendar = read_calendar(root.child("calendar"), set(codes), zone)
    known = Known(people, tuple(t.code for t in terminals), codes, zone)
    papers = read_facts(root.child("facts"), known)
    punches = read_punches(root.child("punches"), people, terminals, zone)
    rows = read_rows(root.child("expect"), people, codes, zone)
    if refusals:
        raise Refused(refusals)
    scenario = Scenario(
        id=root.child("id").text(),
        title=root.child("title").text(),
        zone=zone,
        policy=policy,
        schedules=schedules,
        calendar=calendar,
        units=units,
        terminals=terminals,
        coverage=coverage,
        people=people,
        assignments=assignments,
        enrolments=enrolments,
        papers=papers,
        punches=punches,
        expect=rows,
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
