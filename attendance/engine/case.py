"""Everything the judgement may know: one case, from a database or from a file; the engine cannot tell which."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cached_property

from attendance.engine.columns import PunchColumns
from attendance.facts import (
    Annulment,
    Assignment,
    ClockInvalid,
    ClockOffset,
    Coverage,
    Duty,
    Enrolment,
    Exemption,
    Explanation,
    Inspection,
    Leave,
    Mission,
    Outage,
    OvertimeOrder,
    Protection,
    SiteFact,
    TerminalSite,
)
from attendance.rules.rulebook import Rulebook


@dataclass(frozen=True)
class Case:
    """Facts known at one moment and the rules in force. What was not known yet is simply not in it.

    `people` fixes the order of rows. Assignments of a person do not overlap; those without terminals depend on all
    terminals of the nearest unit up the tree of the date that has any. An explanation whose decision was not known yet
    has none.
    """

    zone: str
    rulebook: Rulebook
    people: tuple[str, ...]
    sites: tuple[TerminalSite, ...]
    assignments: tuple[Assignment, ...]
    enrolments: tuple[Enrolment, ...]
    punches: PunchColumns
    coverage: tuple[Coverage, ...]
    leaves: tuple[Leave, ...] = ()
    missions: tuple[Mission, ...] = ()
    outages: tuple[Outage, ...] = ()
    clock_offsets: tuple[ClockOffset, ...] = ()
    exemptions: tuple[Exemption, ...] = ()
    explanations: tuple[Explanation, ...] = ()
    annulments: tuple[Annulment, ...] = ()
    duties: tuple[Duty, ...] = ()
    overtime_orders: tuple[OvertimeOrder, ...] = ()
    site_facts: tuple[SiteFact, ...] = ()
    clock_invalids: tuple[ClockInvalid, ...] = ()
    inspections: tuple[Inspection, ...] = ()
    protections: tuple[Protection, ...] = ()

    @cached_property
    def person_index(self) -> dict[str, int]:
        return {code: index for index, code in enumerate(self.people)}

    @cached_property
    def service(self) -> dict[str, list[Assignment]]:
        """The assignments of each person, in the order written."""
        found: dict[str, list[Assignment]] = {}
        for assignment in self.assignments:
            found.setdefault(assignment.employee, []).append(assignment)
        return found

    @cached_property
    def site_index(self) -> dict[str, int]:
        return {site.code: index for index, site in enumerate(self.sites)}

    def terminals_of(self, assignment: Assignment, on: date) -> tuple[int, ...]:
        """Indices of the terminals a person depends on under an assignment on a date, ascending.

        The terminals of a unit are also those that stood in one that merged into it.
        """
        if assignment.terminals:
            return tuple(sorted(self.site_index[code] for code in assignment.terminals))
        tree = self.rulebook.tree
        here = self._standing(on)
        return here.get(tree.nearest(assignment.unit, on, here) or "", ())

    def _standing(self, on: date) -> dict[str, tuple[int, ...]]:
        """The terminals in use by the unit they stand in on a date."""
        tree = self.rulebook.tree
        turn = tree.epoch(on)
        if turn not in self._standings:
            used = [index for index, site in enumerate(self.sites) if site.in_use]
            gathered = tree.gathered([self.sites[index].unit for index in used], on)
            self._standings[turn] = {unit: tuple(used[at] for at in places) for unit, places in gathered.items()}
        return self._standings[turn]

    @cached_property
    def _standings(self) -> dict[int, dict[str, tuple[int, ...]]]:
        return {}
