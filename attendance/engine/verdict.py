"""From columns to verdicts: one plain value per person and date, with the fields every face of the product shows."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

import numpy as np

from attendance import clock
from attendance.engine.columns import ABSENT, COUNTED, FLAGS, MISSING_IN, MISSING_OUT, STATUSES, TYPES
from attendance.engine.findings import Finding, findings
from attendance.engine.overtime import OvertimeLine, overtime
from attendance.engine.roster import DutyLine, duty_lines
from attendance.engine.run import Judgement
from attendance.rules.citation import Citation
from attendance.rules.rulebook import DayPlan

CALENDAR_SIGNS = {"holiday": "L", "compensation": "NB", "swapped_off": "NX", "stoppage": "N"}


@dataclass(frozen=True, slots=True)
class Occurrence:
    """One violation of one session. `minutes` None: unknown until settled. Sums are whole minutes."""

    type: str
    session: str
    minutes: int | None
    excused_min: int
    counted_min: int
    status: str


@dataclass(frozen=True, slots=True)
class DayVerdict:
    """What is concluded of a person on a date. `scheduled = credited + leave + unverified + counted of violations`."""

    employee: str
    on: date
    unit: str | None
    day_kind: str
    scheduled_min: int = 0
    worked_min: int = 0
    credited_min: int = 0
    leave_min: int = 0
    unverified_min: int = 0
    violations: tuple[Occurrence, ...] = ()
    flags: tuple[str, ...] = ()
    symbols: tuple[tuple[str, str], ...] = ()
    citations: tuple[Citation, ...] = ()
    duties: tuple[DutyLine, ...] = ()
    overtime: tuple[OvertimeLine, ...] = ()
    findings: tuple[Finding, ...] = ()


def verdicts(judgement: Judgement) -> Iterator[DayVerdict]:
    """Verdicts of all days asked for on which somebody is employed, by person in the case's order, then date."""
    expected, case = judgement.expected, judgement.case
    days = expected.days
    first, last = clock.day_number(judgement.from_on), clock.day_number(judgement.to_on)
    by_day = _occurrences(judgement)
    signs = _session_signs(judgement)
    ledger = judgement.days
    orders = judgement.orders
    roster = duty_lines(case, expected.roster) if expected.roster.duties else {}
    extra = overtime(case, expected, judgement.claims, judgement.paired, judgement.evidence, orders) if orders else {}
    found, later = findings(case, expected) if case.inspections else ({}, [])
    notes: dict[int, set[str]] = defaultdict(set)
    for row, name in (*expected.notes, *later):
        notes[row].add(name)
    for row in np.flatnonzero((days.day >= first) & (days.day <= last)).tolist():
        plan = days.plans[days.plan[row]]
        employee, on = case.people[days.person[row]], clock.from_day_number(days.day[row])
        yield DayVerdict(
            employee=employee,
            on=on,
            unit=case.assignments[days.assignment[row]].unit,
            day_kind=plan.kind,
            scheduled_min=int(ledger.scheduled[row]),
            worked_min=int(ledger.worked[row]),
            credited_min=int(ledger.credited[row]),
            leave_min=int(ledger.leave[row]),
            unverified_min=int(ledger.unverified[row]),
            violations=tuple(by_day.get(row, ())),
            flags=_flags(
                int(ledger.flags[row]), int(ledger.duplicates[row]), int(ledger.annulled[row]), notes.get(row)
            ),
            symbols=_symbols(judgement, plan, row, signs),
            citations=(*plan.citations, *days.policies[days.policy[row]].citations),
            duties=tuple(roster.get((employee, on), ())),
            overtime=tuple(extra.get(row, ())),
            findings=tuple(found.get(row, ())),
        )


def not_employed(employee: str, on: date) -> DayVerdict:
    """The verdict of a date without an assignment: nothing is due and nothing is said."""
    return DayVerdict(employee, on, None, "not_employed", symbols=(("am", ""), ("pm", "")))


def _occurrences(judgement: Judgement) -> dict[int, list[Occurrence]]:
    due, violations = judgement.expected.due, judgement.violations
    by_day: dict[int, list[Occurrence]] = defaultdict(list)
    for row in range(len(violations)):
        session = int(violations.due[row])
        minutes = int(violations.minutes[row])
        by_day[int(due.day_row[session])].append(
            Occurrence(
                type=TYPES[violations.kind[row]],
                session=due.names[due.name[session]],
                minutes=None if minutes < 0 else minutes,
                excused_min=int(violations.excused[row]),
                counted_min=int(violations.counted[row]),
                status=STATUSES[violations.status[row]],
            )
        )
    return by_day


def _session_signs(judgement: Judgement) -> list[str]:
    """The sign of each session of Due on the sheet."""
    due, sessions = judgement.expected.due, judgement.sessions
    gone = judgement.violations
    refused = ((gone.kind == MISSING_IN) | (gone.kind == MISSING_OUT)) & (gone.status == COUNTED)
    absent = np.zeros(len(due), np.bool_)
    absent[gone.due[((gone.kind == ABSENT) | refused) & (gone.counted > 0)]] = True
    signs = np.full(len(due), "+", object)
    signs[due.covered & (due.group < 0)] = "CT"
    signs[absent] = "KP"
    signs[sessions.unverified > 0] = "?"
    for row in np.flatnonzero(due.leave >= 0).tolist():
        signs[row] = judgement.case.leaves[due.leave[row]].code
    result: list[str] = signs.tolist()
    return result


def _symbols(judgement: Judgement, plan: DayPlan, row: int, signs: list[str]) -> tuple[tuple[str, str], ...]:
    """The names the sheet shows; a duty that counts on a day off is a session of it, and the others are `-`."""
    days, due = judgement.expected.days, judgement.expected.due
    first, count = int(days.first[row]), int(days.count[row])
    blank = "-" if count else CALENDAR_SIGNS.get(plan.kind, "")
    shown = dict.fromkeys(plan.names, blank)
    for session in plan.sessions:
        if session.taken:
            shown[session.hours.name] = CALENDAR_SIGNS.get(session.taken, "")
    for at in range(first, first + count):
        if not due.taken[at]:
            shown[due.names[due.name[at]]] = signs[at]
    return tuple(shown.items())


def _flags(bits: int, duplicates: int, annulled: int, notes: set[str] | None) -> tuple[str, ...]:
    raised = {name for position, name in enumerate(FLAGS) if bits >> position & 1} | (notes or set())
    if duplicates:
        raised.add(f"duplicates_ignored:{duplicates}")
    if annulled:
        raised.add(f"punch_annulled:{annulled}")
    return tuple(sorted(raised))
