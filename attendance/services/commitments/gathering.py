"""From stored verdicts, explanations, locks and the roster to the facts that clauses are held against."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta

from attendance import clock
from attendance.services.commitments.chains import Chain
from attendance.services.commitments.duties_kept import duties_of
from attendance.services.commitments.facts import Answer, Days, Facts, Found, Occurred
from attendance.services.explanations.deadlines import Deadlines
from attendance.store import commitment_facts, month_events, office
from attendance.store.commitment_facts import StoredDay, StoredExplanation, StoredViolation
from attendance.store.commitment_tables import COLLECTIVE
from attendance.store.database import Session
from attendance.store.tables import AssignmentRow, UnitRow
from attendance.store.tree import StoredTree

_DAY = timedelta(days=1)
_MISSING = ("missing_in", "missing_out")


class Gathered:
    """What is known at `at` of all of some chains at once; `facts` picks what is of one of them."""

    def __init__(self, session: Session, zone: str, chains: Sequence[Chain], at: datetime) -> None:
        self._zone, self._today = zone, clock.today(at, zone)
        first = min(chain.first for chain in chains)
        last = max(first, min(max(chain.last for chain in chains), self._today))
        self._dates = (last - first).days + 1
        together = [chain for chain in chains if chain.row.scope == COLLECTIVE]
        if together:
            tree = StoredTree(session)
            for chain in together:
                chain.spread = tree.spread(chain.row.unit_id, chain.first, chain.last)
        people = {c.row.employee_id for c in chains if c.row.scope != COLLECTIVE and c.row.employee_id is not None}
        units = {unit for chain in together for _, _, parts in chain.spread for unit in parts}
        self._violations: list[StoredViolation] = []
        days: list[StoredDay] = []
        for whose, numbers in (("people", people), ("units", units)):
            if numbers:
                self._violations += commitment_facts.violations(session, whose, numbers, first, last, at)
                days += commitment_facts.days(session, whose, numbers, first, last, at)
        there = office.assignments_between(session, first, last, None if units else people)
        self._served = [row for row in there if row.employee_id in people or row.unit_id in units]
        everybody = people | {row.employee_id for row in self._served} | {day[0] for day in days}
        self._said = _by_question(commitment_facts.explanations(session, everybody, first, last, at))
        self._found = commitment_facts.found_absent(session, everybody, first, last, at)
        self._deadlines = Deadlines(session)
        self._deadlines.prepare([(number, on) for number in everybody for on in (first, last)])
        self._locked = {key for key, state in month_events.states(session, at).items() if state.locked_at is not None}
        self._units = office.codes(session, UnitRow, {row.unit_id for row in self._violations if row.unit_id})
        wants = [chain for chain in chains if chain.has("roster_kept")]
        self._duties = duties_of(session, zone, people, units, min(c.first for c in wants), last, at) if wants else []
        self._of_person: dict[int, list[StoredViolation]] = defaultdict(list)
        for row in self._violations:
            self._of_person[row.employee_id].append(row)
        self._served_by: dict[int, list[AssignmentRow]] = defaultdict(list)
        for served in self._served:
            self._served_by[served.employee_id].append(served)
        self._days_of: dict[int, dict[date, StoredDay]] = defaultdict(dict)
        for day in days:
            self._days_of[day[0]][day[2]] = day

    def facts(self, chain: Chain) -> Facts:
        """Everything that is of one commitment and happened while one of its texts held."""
        person = chain.row.employee_id if chain.row.scope != COLLECTIVE else None
        mine = self._of_person.get(person, []) if person is not None else self._violations
        seen: dict[tuple[int, date, str, str], Occurred] = {}
        for row in mine:
            if chain.covers(row.work_date) and chain.owns(row.employee_id, row.unit_id, row.work_date):
                seen[row.employee_id, row.work_date, row.session, row.type] = self._occurred(chain, row)
        return Facts(
            tuple(seen.values()),
            tuple(duty for duty in self._duties if chain.owns(duty.employee_id, duty.unit_id, duty.on)),
            tuple(Found(*found) for found in self._found if chain.owns(found[0], found[2], found[1])),
            self._counted(chain, person),
            chain.signed_on,
        )

    def _occurred(self, chain: Chain, row: StoredViolation) -> Occurred:
        who, on = row.employee_id, row.work_date
        due_on = self._deadlines.of(who, on)
        clause = chain.clause("missing_explained_within", on) if row.type in _MISSING else None
        explain_by = self._deadlines.after(who, on, clause.days or 0) if clause is not None else None
        key = who, on, row.type
        said = [each for each in self._said.get(key, ()) if each.session in (row.session, "all")]
        locked = row.unit_id is not None and (self._units[row.unit_id], on.replace(day=1)) in self._locked
        return Occurred(
            who, on, row.session, row.type, row.unit_id, row.minutes, row.excused_min, row.counted_min, row.status,
            self._answer(said, due_on), locked, due_on, explain_by,
        )  # fmt: skip

    def _answer(self, said: Sequence[StoredExplanation], due_on: date | None) -> Answer:
        handed_in = [
            clock.today(each.submitted_at, self._zone)
            for each in said
            if each.submitted_at is not None and not each.by_head
        ]
        waits = [each for each in said if each.decision is None]
        decided = [(each.decided_at, each.decision) for each in said if each.decided_at is not None]
        unasked = [each for each in said if each.by_head and each.decided_at is not None]
        return Answer(
            min(handed_in, default=None),
            bool(waits),
            due_on is not None
            and all(each.submitted_at and clock.today(each.submitted_at, self._zone) > due_on for each in waits),
            max(decided, key=lambda step: step[0])[1] if decided else None,
            any(each.decision == "approved" and each.accepted_after_deadline for each in said),
            min((clock.today(each.decided_at, self._zone) for each in unasked if each.decided_at), default=None),
        )

    def _counted(self, chain: Chain, person: int | None) -> tuple[Days, ...]:
        """Days that are over, by month. A working day on which somebody served and nobody judged is unknown too."""
        known: dict[tuple[int, int], int] = defaultdict(int)
        unknown: dict[tuple[int, int], int] = defaultdict(int)
        whose = [person] if person is not None else list({row.employee_id for row in self._served} | set(self._days_of))
        last = min(chain.last, self._today - _DAY)
        for number in whose:
            judged = self._days_of.get(number, {})
            for on, (_, unit_id, _, is_due, is_unknown) in judged.items():
                if not (is_due or is_unknown) or not chain.first <= on <= last:
                    continue
                if chain.covers(on) and chain.owns(number, unit_id, on):
                    (unknown if is_unknown else known)[on.year, on.month] += 1
            for on in self._unjudged(chain, number, judged):
                unknown[on.year, on.month] += 1
        months = sorted(known.keys() | unknown.keys())
        return tuple(Days(date(*month, 1), known.get(month, 0), unknown.get(month, 0)) for month in months)

    def _unjudged(self, chain: Chain, number: int, judged: Mapping[date, StoredDay]) -> Iterable[date]:
        for row in self._served_by.get(number, []):
            first, last = max(row.from_on, chain.first), min(row.to_on or date.max, chain.last, self._today - _DAY)
            span = (last - first).days + 1
            if span <= 0 or len(judged) == self._dates or sum(first <= on <= last for on in judged) == span:
                continue
            for day in range(span):
                on = first + day * _DAY
                mine = on not in judged and chain.covers(on) and chain.owns(number, row.unit_id, on)
                if mine and self._deadlines.is_workday(number, on):
                    yield on


def _by_question(said: Iterable[StoredExplanation]) -> dict[tuple[int, date, str], list[StoredExplanation]]:
    found: dict[tuple[int, date, str], list[StoredExplanation]] = defaultdict(list)
    for each in said:
        found[each.employee_id, each.on, each.covers].append(each)
    return found
