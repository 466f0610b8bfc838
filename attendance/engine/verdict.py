"""From columns to verdicts: one plain value per person and date, with the fields every face of the product shows."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

import numpy as np

from attendance import clock
from attendance.engine.columns import ABSENT, FLAGS, STATUSES, TYPES
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


def verdicts(judgement: Judgement) -> Iterator[DayVerdict]:
    """Verdicts of all days asked for on which somebody is employed, by person in the case's order, then date."""
    expected, case = judgement.expected, judgement.case
    days = expected.days
    first, last = clock.day_number(judgement.from_on), clock.day_number(judgement.to_on)
    by_day = _occurrences(judgement)
    signs = _session_signs(judgement)
    ledger = judgement.days
    for row in np.flatnonzero((days.day >= first) & (days.day <= last)).tolist():
        plan = days.plans[days.plan[row]]
        yield DayVerdict(
            employee=case.people[days.person[row]],
            on=clock.from_day_number(days.day[row]),
            unit=case.assignments[days.assignment[row]].unit,
            day_kind=plan.kind,
            scheduled_min=int(ledger.scheduled[row]),
            worked_min=int(ledger.worked[row]),
            credited_min=int(ledger.credited[row]),
            leave_min=int(ledger.leave[row]),
            unverified_min=int(ledger.unverified[row]),
            violations=tuple(by_day.get(row, ())),
            flags=_flags(int(ledger.flags[row]), int(ledger.duplicates[row])),
            symbols=_symbols(plan, int(days.first[row]), signs),
            citations=(*plan.citations, case.rulebook.policy.citation),
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
    due, evidence, sessions = judgement.expected.due, judgement.evidence, judgement.sessions
    absent = np.zeros(len(due), np.bool_)
    gone = judgement.violations
    absent[gone.due[(gone.kind == ABSENT) & (gone.counted > 0)]] = True
    signs = np.full(len(due), "+", object)
    signs[due.covered & (due.group < 0)] = "CT"
    signs[absent] = "KP"
    signs[evidence.unverified & (sessions.unverified > 0)] = "?"
    for row in np.flatnonzero(due.leave >= 0).tolist():
        signs[row] = judgement.case.leaves[due.leave[row]].code
    result: list[str] = signs.tolist()
    return result


def _symbols(plan: DayPlan, first: int, signs: list[str]) -> tuple[tuple[str, str], ...]:
    shown = dict.fromkeys(plan.names, "")
    if plan.kind in CALENDAR_SIGNS:
        return tuple((name, CALENDAR_SIGNS[plan.kind]) for name in shown)
    if plan.sessions:
        shown = dict.fromkeys(shown, "-")
    for offset, session in enumerate(plan.sessions):
        shown[session.hours.name] = CALENDAR_SIGNS[session.taken] if session.taken else signs[first + offset]
    return tuple(shown.items())


def _flags(bits: int, duplicates: int) -> tuple[str, ...]:
    raised = [name for position, name in enumerate(FLAGS) if bits >> position & 1]
    if duplicates:
        raised.append(f"duplicates_ignored:{duplicates}")
    return tuple(sorted(raised))
