"""What was known at a moment: from a scenario with the times of its papers to a case for the engine."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

import numpy as np

from attendance import clock
from attendance.engine.case import Case
from attendance.engine.columns import PunchColumns
from attendance.facts import Coverage, Explanation, Outage
from attendance.plausible import implausible
from attendance.rules.calendar import Calendar
from attendance.rules.rulebook import Rulebook
from attendance.rules.schedule import Schedule
from attendance.scenario.document import Scenario
from attendance.scenario.people_section import Punch


def is_known(at: datetime | None, as_of: datetime | None) -> bool:
    """Whether what became known at `at` (None: always was) is known at `as_of` (None: everything is)."""
    return as_of is None or at is None or at <= as_of


def case_at(scenario: Scenario, as_of: datetime | None) -> Case:
    """What was known at a moment (None: everything), as the engine takes it."""
    papers = scenario.papers
    schedules = {
        code: Schedule(code, tuple(v for v in schedule.versions if is_known(v.recorded_at, as_of)))
        for code, schedule in scenario.schedules.items()
    }
    calendar = Calendar(entry for entry in scenario.calendar if is_known(entry.recorded_at, as_of))
    return Case(
        zone=scenario.zone,
        rulebook=Rulebook(scenario.units, schedules, calendar, scenario.policy),
        people=scenario.people,
        sites=scenario.terminals,
        assignments=tuple(a for a in scenario.assignments if is_known(a.recorded_at, as_of)),
        enrolments=scenario.enrolments,
        punches=_punch_columns(scenario, as_of),
        coverage=tuple(_coverage(scenario, as_of)),
        leaves=tuple(leave for leave in papers.leaves if is_known(leave.approved_at, as_of)),
        missions=tuple(mission for mission in papers.missions if is_known(mission.approved_at, as_of)),
        outages=tuple(papers.outages),
        clock_offsets=tuple(papers.clock_offsets),
        exemptions=tuple(exemption for exemption in papers.exemptions if is_known(exemption.approved_at, as_of)),
        explanations=tuple(_explanations(papers.explanations, as_of)),
        annulments=tuple(
            paper for paper in papers.annulments if paper.decision == "approved" and is_known(paper.decided_at, as_of)
        ),
        duties=tuple(duty for duty in papers.duties if is_known(duty.approved_at, as_of)),
        overtime_orders=tuple(order for order in papers.overtime_orders if is_known(order.approved_at, as_of)),
        site_facts=tuple(fact for fact in papers.site_facts if is_known(fact.approved_at, as_of)),
        clock_invalids=tuple(papers.clock_invalids),
        inspections=tuple(visit for visit in papers.inspections if is_known(visit.at, as_of)),
        protections=tuple(papers.protections),
    )


def _coverage(scenario: Scenario, as_of: datetime | None) -> Iterable[Coverage]:
    """A terminal was read to the end of the case, or up to `as_of`; one that says when it was read, only then."""
    for terminal in scenario.terminals:
        mark = watermark(terminal.code, as_of, scenario.papers.outages) if as_of else None
        spans = scenario.coverage.get(terminal.code, (Coverage(terminal.code, None, None),))
        for span in spans:
            ends = [at for at in (span.until, mark) if at is not None]
            yield replace(span, until=min(ends, default=None))


def _explanations(papers: list[Explanation], as_of: datetime | None) -> Iterable[Explanation]:
    """Papers handed in or decided by then; one that was not decided yet has no decision."""
    for paper in papers:
        decided = paper.decision is not None and is_known(paper.decided_at, as_of)
        if decided:
            yield paper
        elif not paper.by_head and is_known(paper.submitted_at, as_of):
            yield replace(paper, decision=None, decided_at=None, accepted_after_deadline=False)


def received_at(scenario: Scenario, punch: Punch) -> datetime | None:
    """When a punch arrived; None where it has no date."""
    if punch.wall is None:
        return None
    return punch.received or arrival(punch.terminal, punch.wall, scenario.papers.outages)


def _punch_columns(scenario: Scenario, as_of: datetime | None) -> PunchColumns:
    sites = {site.code: index for index, site in enumerate(scenario.terminals)}
    pins: dict[str, int] = {}
    rows = []
    for sequence, punch in enumerate(scenario.punches):
        received = received_at(scenario, punch)
        if punch.wall is None or received is None:
            continue  # no such date: quarantined, shown nowhere in a verdict
        if is_known(received, as_of):
            pin = pins.setdefault(punch.pin, len(pins))
            site = sites[punch.terminal]
            rows.append(
                (
                    site,
                    pin,
                    clock.wall_seconds(punch.wall),
                    sequence,
                    punch.state,
                    clock.instant_seconds(received, scenario.zone),
                )
            )
    table = np.array(rows, np.int64).reshape(-1, 6)
    first_sane = np.array([clock.day_number(s.first_sane_on) * clock.DAY_SECONDS for s in scenario.terminals], np.int64)
    early, ahead = implausible(table[:, 2], table[:, 5], first_sane[table[:, 0]], scenario.zone)
    return PunchColumns(
        site=table[:, 0].astype(np.int32),
        pin=table[:, 1].astype(np.int32),
        wall=table[:, 2],
        sequence=table[:, 3],
        state=table[:, 4].astype(np.uint8),
        sane=~(early | ahead),
        pins=tuple(pins),
    )


def watermark(terminal: str, as_of: datetime, outages: Iterable[Outage]) -> datetime:
    """How far a terminal had been read at `as_of`: up to then, unless a broken line holds it at its beginning."""
    held = [o.starts for o in outages if o.terminal == terminal and o.mode == "network" and o.starts <= as_of < o.ends]
    return min([as_of, *held])


def arrival(terminal: str, wall: datetime, outages: Iterable[Outage]) -> datetime:
    """When a punch without `received_at` arrived: at once, or when the line it was made behind came back."""
    held = [o.ends for o in outages if o.terminal == terminal and o.mode == "network" and o.starts <= wall < o.ends]
    return max([wall, *held])
