"""From columns to verdicts: one plain value per person and date, with the fields every face of the product shows."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
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


def verdicts(judgement: Judgement, only: Iterable[tuple[str, date]] | None = None) -> Iterator[DayVerdict]:
    """Verdicts of all days asked for on which somebody is employed, by person in the case's order, then date.

    `only`: of these people and dates alone. A day without rules has none.
    """
    expected, case = judgement.expected, judgement.case
    days = expected.days
    first, last = clock.day_number(judgement.from_on), clock.day_number(judgement.to_on)
    by_day = _occurrences(judgement)
    ledger = judgement.days
    orders = judgement.orders
    roster = duty_lines(case, expected.roster) if expected.roster.duties else {}
    extra = overtime(case, expected, judgement.claims, judgement.paired, judgement.evidence, orders) if orders else {}
    found, later = findings(case, expected) if case.inspections else ({}, [])
    notes: dict[int, set[str]] = defaultdict(set)
    for row, name in (*expected.notes, *later):
        notes[row].add(name)
    if only is None:
        asked = np.flatnonzero((days.day >= first) & (days.day <= last) & (days.plan >= 0))
    else:
        wanted = [(case.person_index.get(who, -1), clock.day_number(on)) for who, on in only]
        asked = np.unique(days.find_all(*np.array(wanted, np.int64).reshape(-1, 2).T))
        asked = asked[asked >= 0]
        asked = asked[days.plan[asked] >= 0]
    dates = {day: clock.from_day_number(day) for day in range(first, last + 1)}
    units = [assignment.unit for assignment in case.assignments]
    shared = _Shared(judgement)
    minutes = (ledger.scheduled, ledger.worked, ledger.credited, ledger.leave, ledger.unverified)
    columns = (days.person, days.day, days.plan, days.policy, days.assignment, *minutes)
    flagged = (ledger.flags, ledger.duplicates, ledger.annulled)
    listed = zip(asked.tolist(), *(column[asked].tolist() for column in (*columns, *flagged)), strict=True)
    for row, person, day, plan, policy, assignment, scheduled, worked, credited, leave, unverified, *raised in listed:
        employee, on = case.people[person], dates[day]
        yield DayVerdict(
            employee,
            on,
            units[assignment],
            days.plans[plan].kind,
            scheduled,
            worked,
            credited,
            leave,
            unverified,
            by_day.get(row, ()),
            shared.flags((raised[0], raised[1], raised[2]), notes.get(row)),
            shared.symbols(row, plan),
            shared.citations(plan, policy),
            tuple(roster.get((employee, on), ())) if roster else (),
            tuple(extra.get(row, ())) if extra else (),
            tuple(found.get(row, ())) if found else (),
        )


def not_employed(employee: str, on: date) -> DayVerdict:
    """The verdict of a date without an assignment: nothing is due and nothing is said."""
    return DayVerdict(employee, on, None, "not_employed", symbols=(("am", ""), ("pm", "")))


def _occurrences(judgement: Judgement) -> dict[int, tuple[Occurrence, ...]]:
    """The violations of each row of Days, in their order; equal ones are the same value."""
    due, violations = judgement.expected.due, judgement.violations
    columns = (
        due.day_row[violations.due], violations.kind, due.name[violations.due], violations.minutes, violations.excused,
        violations.counted, violations.status,
    )  # fmt: skip
    known: dict[tuple[int, ...], Occurrence] = {}
    by_day: dict[int, list[Occurrence]] = {}
    for day_row, *content in zip(*(column.tolist() for column in columns), strict=True):
        occurrence = known.get(key := tuple(content))
        if occurrence is None:
            kind, name, minutes, excused, counted, status = content
            occurrence = known[key] = Occurrence(
                TYPES[kind], due.names[name], None if minutes < 0 else minutes, excused, counted, STATUSES[status]
            )
        by_day.setdefault(day_row, []).append(occurrence)
    same: dict[tuple[int, ...], tuple[Occurrence, ...]] = {}
    return {row: same.setdefault(tuple(map(id, listed)), tuple(listed)) for row, listed in by_day.items()}


class _Shared:
    """Parts of verdicts that thousands of days share: each is made once."""

    def __init__(self, judgement: Judgement) -> None:
        self._days, self._due = judgement.expected.days, judgement.expected.due
        self._signs = _session_signs(judgement)
        self._first, self._count = self._days.first.tolist(), self._days.count.tolist()
        self._taken = self._due.taken.tolist() if self._due.taken.any() else None
        self._named = judgement.expected.roster.duties != ()
        self._flags: dict[tuple[int, int, int], tuple[str, ...]] = {(0, 0, 0): ()}
        self._symbols: dict[tuple[int, tuple[str, ...]], tuple[tuple[str, str], ...]] = {}
        self._citations: dict[tuple[int, int], tuple[Citation, ...]] = {}

    def flags(self, raised: tuple[int, int, int], notes: set[str] | None) -> tuple[str, ...]:
        """`raised`: the bits, how many repeats were ignored, how many punches annulled."""
        if notes:
            return _flags(*raised, notes)
        found = self._flags.get(raised)
        if found is None:
            found = self._flags[raised] = _flags(*raised, None)
        return found

    def citations(self, plan: int, policy: int) -> tuple[Citation, ...]:
        found = self._citations.get((plan, policy))
        if found is None:
            days = self._days
            found = (*days.plans[plan].citations, *days.policies[policy].citations)
            found = self._citations[plan, policy] = self._same(found)
        return found

    def _same(self, cited: tuple[Citation, ...]) -> tuple[Citation, ...]:
        return next((known for known in self._citations.values() if known == cited), cited)

    def symbols(self, row: int, plan: int) -> tuple[tuple[str, str], ...]:
        """The names the sheet shows; a duty that counts on a day off is a session of it, and the others are `-`."""
        first = self._first[row]
        sessions = range(first, first + self._count[row])
        day = self._days.plans[plan]
        if self._named and len(sessions) != len(day.sessions):
            return self._written(day, [(self._due.names[self._due.name[at]], at) for at in sessions])
        key = plan, tuple(self._signs[first : sessions.stop])
        found = self._symbols.get(key)
        if found is None:
            found = self._written(day, [(self._due.names[self._due.name[at]], at) for at in sessions])
            self._symbols[key] = found
        return found

    def _written(self, plan: DayPlan, sessions: list[tuple[str, int]]) -> tuple[tuple[str, str], ...]:
        shown = dict.fromkeys(plan.names, "-" if sessions else CALENDAR_SIGNS.get(plan.kind, ""))
        for session in plan.sessions:
            if session.taken:
                shown[session.hours.name] = CALENDAR_SIGNS.get(session.taken, "")
        for name, at in sessions:
            if self._taken is None or not self._taken[at]:
                shown[name] = self._signs[at]
        return tuple(shown.items())


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


def _flags(bits: int, duplicates: int, annulled: int, notes: set[str] | None) -> tuple[str, ...]:
    raised = {name for position, name in enumerate(FLAGS) if bits >> position & 1} | (notes or set())
    if duplicates:
        raised.add(f"duplicates_ignored:{duplicates}")
    if annulled:
        raised.add(f"punch_annulled:{annulled}")
    return tuple(sorted(raised))
