"""What a scenario concludes at a moment: the engine's verdicts, locked days as known at the lock (§8)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta

import numpy as np

from attendance.engine.after_lock import Learned, PersonDay, as_locked, days_of_punches, learned_between
from attendance.engine.case import Case
from attendance.engine.locks import MonthState, month_states
from attendance.engine.period import Blocker, blockers
from attendance.engine.roster import RosterError, review
from attendance.engine.run import Judgement, evaluate
from attendance.engine.verdict import DayVerdict, verdicts
from attendance.errors import NoVersionInForce
from attendance.facts import Duty, Exemption, Leave, Mission, OvertimeOrder, SiteFact
from attendance.scenario.document import Scenario
from attendance.scenario.known import case_at, received_at
from attendance.scenario.moments import month_dates


class Answers:
    """Verdicts of one scenario; each moment and date is judged once."""

    def __init__(self, scenario: Scenario) -> None:
        self.scenario = scenario
        self._open: dict[datetime | None, dict[date, dict[str, DayVerdict]]] = {}
        self._judgements: dict[datetime | None, list[Judgement]] = {}

    def states(self, as_of: datetime | None) -> dict[tuple[str, date], MonthState]:
        """Which months of which units are locked at a moment."""
        return month_states(self.scenario.papers.month_events, as_of)

    def on(self, dates: Iterable[date], as_of: datetime | None) -> dict[PersonDay, DayVerdict]:
        """The verdicts of everybody employed on some dates, as known at `as_of` (None: everything)."""
        asked = sorted(set(dates))
        found = self._judged(asked, as_of)
        for (unit, month), state in self.states(as_of).items():
            locked = [on for on in asked if on.replace(day=1) == month]
            if locked and state.locked_at is not None:
                then = self._judged(locked, state.locked_at)
                later = self._learned_later(locked, state.locked_at, as_of)
                found |= as_locked(found, then, unit, locked, later)
        return found

    def blockers(self, unit: str, month: date, as_of: datetime | None) -> list[Blocker]:
        """The question marks of the whole unit in a month, as known then, by person and date."""
        found = self.on(month_dates(month), as_of)
        return [mark for key in sorted(found) if found[key].unit == unit for mark in blockers([found[key]])]

    def version(self, unit: str, month: date, as_of: datetime | None) -> int:
        """How often the month was reopened, plus one."""
        return self.states(as_of).get((unit, month), MonthState()).version

    def roster_errors(self, as_of: datetime | None) -> tuple[RosterError, ...]:
        """The duties that are refused, as known then."""
        return review(case_at(self.scenario, as_of)).errors

    def marks_at_locks(self) -> Iterator[tuple[str, Blocker]]:
        """The path of every lock that finds a question mark in its month, with the first one it finds."""
        papers = self.scenario.papers
        for event in papers.month_events:
            before = month_states([e for e in papers.month_events if e is not event], event.at)
            state = before.get((event.unit, event.month), MonthState())
            if event.reopened or state.locked_at is not None:
                continue
            open_days = self._judged(month_dates(event.month), event.at)
            mine = (verdict for verdict in open_days.values() if verdict.unit == event.unit)
            mark = next(iter(blockers(mine)), None)
            if mark is not None:
                yield papers.path_of(event), mark

    def _judged(self, dates: list[date], as_of: datetime | None) -> dict[PersonDay, DayVerdict]:
        known = self._open.setdefault(as_of, {})
        case = None
        for first, last in _runs([on for on in dates if on not in known]):
            case = case or case_at(self.scenario, as_of)
            unruled: list[NoVersionInForce] = []
            judgement = evaluate(case, first, last, unruled=unruled)
            self._judgements.setdefault(as_of, []).append(judgement)
            known |= {first + timedelta(days=n): {} for n in range((last - first).days + 1)}
            for verdict in verdicts(judgement):
                known[verdict.on][verdict.employee] = verdict
            if unruled:
                self._raise_where_asked(case, first, last, known)
        return {(employee, on): verdict for on in dates for employee, verdict in known[on].items()}

    def _raise_where_asked(self, case: Case, first: date, last: date, known: dict[date, dict[str, DayVerdict]]) -> None:
        """Raises NoVersionInForce where a row asks about a day that has no hours; others may lack them unasked."""
        rows = self.scenario.expect
        asked = {(row.get("employee") or self.scenario.people[0], row["date"]) for row in rows if "date" in row}
        months = {row["month"] for row in rows if "month" in row}
        months |= {event.month for event in self.scenario.papers.month_events}
        for served in case.assignments:
            for on in (first + timedelta(days=n) for n in range((last - first).days + 1)):
                held = served.from_on <= on and (served.to_on is None or on <= served.to_on)
                wanted = (served.employee, on) in asked or on.replace(day=1) in months
                if held and wanted and served.employee not in known[on]:
                    case.rulebook.plan(served.unit, served.schedule, on)

    def _learned_later(self, dates: list[date], at: datetime, as_of: datetime | None) -> set[PersonDay]:
        """People and dates of which a fact became known after the lock."""
        arrived_later = {
            sequence
            for sequence, punch in enumerate(self.scenario.punches)
            if (received := received_at(self.scenario, punch)) is not None and received > at
        }
        judgements = self._judgements.get(as_of, [])
        found = learned_between(_learned(self.scenario), dates, at, as_of, judgements)
        for judgement in judgements:
            chosen = np.isin(judgement.case.punches.sequence, sorted(arrived_later))
            found.update(days_of_punches(judgement, chosen))
        return found


def _learned(scenario: Scenario) -> Iterator[Learned]:
    """Every fact of a person with the moments the case gives it."""
    papers = scenario.papers
    approved: list[Leave | Mission | Exemption | Duty | OvertimeOrder | SiteFact] = [
        *papers.leaves, *papers.missions, *papers.exemptions, *papers.duties, *papers.overtime_orders,
        *papers.site_facts,
    ]  # fmt: skip
    yield from (Learned(paper, (paper.approved_at,)) for paper in approved)
    for paper in papers.explanations:
        yield Learned(paper, (paper.submitted_at, paper.decided_at if paper.decision else None))
    yield from (Learned(paper, (paper.decided_at,)) for paper in papers.annulments if paper.decision)
    yield from (Learned(visit, (visit.at,)) for visit in papers.inspections)
    yield from (Learned(assignment, (assignment.recorded_at,)) for assignment in scenario.assignments)


def _runs(dates: list[date]) -> Iterable[tuple[date, date]]:
    """Consecutive dates as (first, last)."""
    start = 0
    for index in range(len(dates)):
        if index + 1 == len(dates) or dates[index + 1] - dates[index] > timedelta(days=1):
            yield dates[start], dates[index]
            start = index + 1
