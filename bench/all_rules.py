"""The same office with every rule on: thresholds that differ, and every kind of paper as often as offices file them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, time, timedelta

import numpy as np

from attendance import clock
from attendance.engine.case import Case
from attendance.facts import (
    Annulment,
    ClockInvalid,
    ClockOffset,
    Duty,
    Exemption,
    Explanation,
    Inspection,
    Leave,
    Mission,
    Outage,
    OvertimeOrder,
    Protection,
    SiteFact,
)
from attendance.rules.policy import Policy
from attendance.rules.rulebook import Rulebook
from attendance.rules.scoped import RuleVersion, Scope
from bench.office import FROM_ON, PEOPLE_PER_TERMINAL, workdays

POLICY = Policy(
    late_grace_minutes=2, early_grace_minutes=2, site_policy="home_only", track_mid_session=True,
    explanation_deadline_workdays=3, missing_punch_refused="session", absent_over_minutes=180,
)  # fmt: skip
# papers a month for a hundred people
LEAVES, MISSIONS, NURSING, WINDOWS, EXPLANATIONS, ANNULMENTS, DUTIES, ORDERS, SITES = 25, 20, 3, 2, 25, 1, 5, 5, 2
COVERS = ("late", "early", "absent", "missing_in", "missing_out")


def with_all_rules(case: Case, seed: int = 11) -> Case:
    """The case with thresholds of its own, one unit in fifty under another grace, and a month's papers of each unit."""
    rng = np.random.default_rng(seed)
    days = [clock.from_day_number(day) for day in workdays().tolist()]
    units = range(len(case.sites))

    def drawn(count: int) -> Iterator[tuple[str, date]]:
        for unit in units:
            people = min(PEOPLE_PER_TERMINAL, len(case.people) - unit * PEOPLE_PER_TERMINAL)
            for _ in range(round(count * people / PEOPLE_PER_TERMINAL)):
                person = unit * PEOPLE_PER_TERMINAL + int(rng.integers(people))
                yield case.people[person], days[int(rng.integers(len(days)))]

    def at(on: date, hour: int, minute: int = 0) -> datetime:
        return datetime.combine(on, time(hour, minute))

    clocks = [(site.code, int(rng.integers(-300, 300))) for site in case.sites]
    other = [Scope("unit", f"U{unit}") for unit in units if unit % 50 == 7]
    return replace(
        case,
        rulebook=Rulebook(
            case.rulebook.tree.units(), case.rulebook.schedules, None, POLICY,
            [RuleVersion("late_grace_minutes", 5, scope, FROM_ON + timedelta(days=9)) for scope in other],
        ),
        leaves=tuple(Leave(who, "P", on, ("am", "pm", "all")[n % 3]) for n, (who, on) in enumerate(drawn(LEAVES))),
        missions=tuple(Mission(who, at(on, 7), at(on, 7 + n % 9, 30)) for n, (who, on) in enumerate(drawn(MISSIONS))),
        exemptions=(
            *(Exemption(who, "nursing", 60, "day_end", FROM_ON) for who, _ in drawn(NURSING)),
            *(Exemption(who, "union", starts=at(on, 14), ends=at(on, 15)) for who, on in drawn(WINDOWS)),
        ),
        explanations=tuple(
            Explanation(
                who, on, ("am", "pm")[n % 2], COVERS[n % 5], 30, at(on + timedelta(days=n % 6), 9),
                ("approved", "refused")[n % 4 == 0], at(on + timedelta(days=7), 9),
            )
            for n, (who, on) in enumerate(drawn(EXPLANATIONS))
        ),
        annulments=tuple(
            Annulment(who, f"T{int(who[1:]) // PEOPLE_PER_TERMINAL}", at(on, 7, 30)) for who, on in drawn(ANNULMENTS)
        ),
        duties=tuple(
            Duty(who, "night", at(on, 17), at(on + timedelta(days=1), 7), counts_as_schedule=n % 3 == 0)
            for n, (who, on) in enumerate(drawn(DUTIES))
        ),
        overtime_orders=tuple(OvertimeOrder(who, at(on, 17), at(on, 20)) for who, on in drawn(ORDERS)),
        site_facts=tuple(SiteFact(who, on, "pm", ("T0",)) for who, on in drawn(SITES)),
        clock_offsets=tuple(ClockOffset(terminal, None, None, seconds) for terminal, seconds in clocks),
        clock_invalids=tuple(
            ClockInvalid(f"T{unit}", at(days[5], 6), at(days[5], 9)) for unit in units if unit % 40 == 3
        ),
        outages=tuple(
            Outage(f"T{unit}", "dead", at(days[unit % 20], 6), at(days[unit % 20], 12))
            for unit in units
            if unit % 20 == 5
        ),
        inspections=tuple(
            Inspection(f"U{unit}", at(days[3], 7, 45), case.people[unit * PEOPLE_PER_TERMINAL :][:5])
            for unit in units
            if unit % 10 == 2
        ),
        protections=tuple(Protection(who, "pregnancy_m7", FROM_ON) for who, _ in drawn(1)),
    )  # fmt: skip
