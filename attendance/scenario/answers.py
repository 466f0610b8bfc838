"""What a scenario concludes at a moment: the engine's verdicts, locked days as known at the lock (§8)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta

from attendance import clock
from attendance.engine.locks import MonthState, month_states
from attendance.engine.period import Blocker, blockers
from attendance.engine.run import Judgement, evaluate
from attendance.engine.standing import day_of_claims
from attendance.engine.verdict import DayVerdict, not_employed, verdicts
from attendance.facts import Duty, Mission, OvertimeOrder
from attendance.scenario.document import Scenario
from attendance.scenario.known import case_at, is_known, received_at
from attendance.scenario.moments import month_dates

AFTER_LOCK = "fact_after_lock"
PersonDay = tuple[str, date]


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
                self._as_locked(found, unit, locked, state.locked_at, as_of)
        return found

    def blockers(self, unit: str, month: date, as_of: datetime | None) -> list[Blocker]:
        """The question marks of the whole unit in a month, as known then, by person and date."""
        found = self.on(month_dates(month), as_of)
        return [mark for key in sorted(found) if found[key].unit == unit for mark in blockers([found[key]])]

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
                yield papers.lock_paths[event], mark

    def _as_locked(
        self, found: dict[PersonDay, DayVerdict], unit: str, dates: list[date], at: datetime, as_of: datetime | None
    ) -> None:
        """Puts the verdicts known at the lock in the place of today's, flagged where a fact came after it."""
        later = set(self._facts_between(dates, at, as_of))
        then = self._judged(dates, at)
        joined = {key for key, verdict in found.items() if verdict.unit == unit and key[1] in set(dates)}
        for key in sorted(joined | {key for key, verdict in then.items() if verdict.unit == unit}):
            verdict = then.get(key) or not_employed(*key)
            if verdict.unit not in (unit, None):
                continue  # the lock of another unit speaks of that day
            flags = {*verdict.flags, AFTER_LOCK} if key in later else set(verdict.flags)
            found[key] = replace(verdict, flags=tuple(sorted(flags)))

    def _judged(self, dates: list[date], as_of: datetime | None) -> dict[PersonDay, DayVerdict]:
        known = self._open.setdefault(as_of, {})
        case = None
        for first, last in _runs([on for on in dates if on not in known]):
            case = case or case_at(self.scenario, as_of)
            judgement = evaluate(case, first, last)
            self._judgements.setdefault(as_of, []).append(judgement)
            known |= {first + timedelta(days=n): {} for n in range((last - first).days + 1)}
            for verdict in verdicts(judgement):
                known[verdict.on][verdict.employee] = verdict
        return {(employee, on): verdict for on in dates for employee, verdict in known[on].items()}

    def _facts_between(self, dates: list[date], at: datetime, as_of: datetime | None) -> Iterator[PersonDay]:
        """People and dates of which a fact became known after the lock, even one that would change nothing."""

        def came_after(*moments: datetime | None) -> bool:
            return any(m is not None and m > at and is_known(m, as_of) for m in moments)

        def touched(starts: datetime | None, ends: datetime | None) -> list[date]:
            midnight = datetime.min.time()
            return [
                on
                for on in dates
                if (starts is None or starts < datetime.combine(on, midnight) + timedelta(days=1))
                and (ends is None or ends > datetime.combine(on, midnight))
            ]

        def valid(from_on: date | None, to_on: date | None) -> list[date]:
            return [on for on in dates if (from_on is None or from_on <= on) and (to_on is None or on <= to_on)]

        papers = self.scenario.papers
        yield from ((leave.employee, leave.on) for leave in papers.leaves if came_after(leave.approved_at))
        yield from ((site.employee, site.on) for site in papers.site_facts if came_after(site.approved_at))
        for paper in papers.explanations:
            if came_after(paper.submitted_at, paper.decided_at if paper.decision else None):
                yield paper.employee, paper.on
        windows: list[Mission | OvertimeOrder | Duty] = [*papers.missions, *papers.overtime_orders, *papers.duties]
        for window in windows:
            if came_after(window.approved_at):
                yield from ((window.employee, on) for on in touched(window.starts, window.ends))
        for exemption in papers.exemptions:
            if came_after(exemption.approved_at):
                held = exemption.dates or valid(exemption.from_on, exemption.to_on)
                if exemption.minutes_per_day is None:
                    held = [on for on in held if on in touched(exemption.starts, exemption.ends)]
                yield from ((exemption.employee, on) for on in held)
        for annulment in papers.annulments:
            if came_after(annulment.decided_at):
                yield annulment.employee, annulment.at.date()
        for visit in papers.inspections:
            if came_after(visit.at):
                yield from ((employee, visit.at.date()) for employee in visit.found_absent)
        for assignment in self.scenario.assignments:
            if came_after(assignment.recorded_at):
                yield from ((assignment.employee, on) for on in valid(assignment.from_on, assignment.to_on))
        yield from self._punches_between(at, as_of)

    def _punches_between(self, at: datetime, as_of: datetime | None) -> Iterator[PersonDay]:
        """Whose punches arrived after the lock, and the dates they stand on."""
        late = {
            sequence
            for sequence, punch in enumerate(self.scenario.punches)
            if (received := received_at(self.scenario, punch)) is not None and received > at
        }
        for judgement in self._judgements.get(as_of, []) if late else []:
            claims, days = judgement.claims, judgement.expected.days
            home = day_of_claims(judgement.case, judgement.expected, claims, judgement.paired.window)
            for claim, row in enumerate(home.tolist()):
                if row >= 0 and int(judgement.case.punches.sequence[claims.source[claim]]) in late:
                    yield judgement.case.people[days.person[row]], clock.from_day_number(int(days.day[row]))


def _runs(dates: list[date]) -> Iterable[tuple[date, date]]:
    """Consecutive dates as (first, last)."""
    start = 0
    for index in range(len(dates)):
        if index + 1 == len(dates) or dates[index + 1] - dates[index] > timedelta(days=1):
            yield dates[start], dates[index]
            start = index + 1
