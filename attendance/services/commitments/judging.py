"""Facts against clauses: kept, at risk, broken, or nothing to say yet, each with its list. Pure: no store, no clock.

What counts and what does not is written in decision 43, with an example.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date

from attendance import clock
from attendance.services.commitments.clauses import Clause
from attendance.services.commitments.facts import Days, Facts, Occurred, Term

KEPT, AT_RISK, BROKEN, OPEN = STATES = ("kept", "at_risk", "broken", "open")
"""`open`: nothing is known yet, or the clause is of a kind that nobody counts."""
YES, MAYBE, NO = COUNTING = ("yes", "maybe", "no")
"""Whether an item counts against the clause; `maybe`: a decision or an open deadline stands before it."""
WHY = (
    "counted", "partly_excused", "refused", "explained_late", "waiting", "may_explain", "excused", "inspection",
    "in_time", "accepted_late", "settled", "handed_in_late", "not_explained", "no_deadline",
    "duty_kept", "duty_no_show", "duty_away", "duty_unknown", "duty_open",
)  # fmt: skip
_MISSING = ("missing_in", "missing_out")


@dataclass(frozen=True, slots=True)
class Item:
    """A line of the list behind a figure. `kind`: type of violation, `duty`, or `inspection`; `why` one of WHY.

    `until`: the deadline this turns on, where there is one. `breaks`: with this one the clause was broken.
    """

    on: date
    employee_id: int
    unit_id: int | None
    kind: str
    counts: str
    why: str
    session: str = ""
    minutes: int | None = None
    counted_min: int = 0
    status: str = ""
    until: date | None = None
    breaks: bool = False


@dataclass(frozen=True, slots=True)
class MonthCount:
    """`n` late and early that count in a month, `maybe` that may yet, under the limit in force at its end or today."""

    month: date
    state: str
    n: int
    maybe: int
    limit: int


@dataclass(frozen=True, slots=True)
class ClauseProgress:
    """How a clause stands.

    `n` of `of`: late and early in the month that speaks most against it, of its limit; sessions, of none; missing
    punches explained in time, of those due; duties kept, of those known. `of` None: nothing is counted. `maybe`: items
    that are not decided. `clause` is as it read last.
    """

    clause: Clause
    state: str
    n: int = 0
    of: int | None = None
    maybe: int = 0
    items: tuple[Item, ...] = ()
    months: tuple[MonthCount, ...] = ()


@dataclass(frozen=True, slots=True)
class Judged:
    """All clauses in the order of the last text, then those that only an earlier one had."""

    state: str
    clauses: tuple[ClauseProgress, ...]
    known_days: int = 0
    unknown_days: int = 0


def judge_clauses(clauses: Sequence[Clause], facts: Facts, from_on: date, to_on: date, today: date) -> Judged:
    """The judgement of one text that held from one date to another."""
    return judge_terms([Term(from_on, to_on, tuple(clauses))], facts, today)


def judge_terms(terms: Sequence[Term], facts: Facts, today: date) -> Judged:
    """The judgement of texts that followed each other without sharing a day, each holding for what happened on its
    days. A month in which the limit changed is one month: each occurrence stands under the limit of its own date."""
    texts: dict[str, Clause] = {}
    for term in reversed(terms):
        for clause in term.clauses:
            texts.setdefault(clause.kind if clause.is_measured else f"text {clause.id}", clause)
    days = [each for each in facts.days if each.month <= today]
    told = tuple(_judge(clause, terms, facts, days, today) for clause in texts.values())
    return Judged(
        worst(each.state for each in told),
        told,
        sum(each.known for each in days),
        sum(each.unknown for each in days),
    )


def worst(states: Iterable[str]) -> str:
    """What several clauses come to together: what is open says nothing."""
    found = set(states)
    return next((state for state in (BROKEN, AT_RISK, KEPT) if state in found), OPEN)


def _judge(clause: Clause, terms: Sequence[Term], facts: Facts, days: Sequence[Days], today: date) -> ClauseProgress:
    held = _Held(clause.kind, terms)
    known = sum(each.known for each in days)
    match clause.kind:
        case "late_early_per_month":
            return _late_and_early(clause, held, facts, days, today)
        case "no_unexcused_session":
            return _sessions(clause, held, facts, known, today)
        case "missing_explained_within":
            return _missing(clause, held, facts, known, today)
        case "roster_kept":
            return _roster(clause, held, facts, today)
        case "signed_before":
            return _signed(clause, facts, today)
    return ClauseProgress(clause, OPEN)


class _Held:
    """On which days a kind of clause held, and how it read then."""

    def __init__(self, kind: str, terms: Sequence[Term]) -> None:
        self.stretches = [
            (term.from_on, term.to_on, clause) for term in terms for clause in term.clauses if clause.kind == kind
        ]

    def at(self, on: date) -> Clause | None:
        return next((clause for first, last, clause in self.stretches if first <= on <= last), None)

    def last_day_in(self, month: date) -> date:
        return max(min(last, clock.month_end(month)) for first, last, _ in self.stretches if _meets(first, last, month))

    def limits_between(self, first: date, last: date) -> list[int]:
        """The limits in force on some day of a span."""
        return [
            clause.limit or 0 for begins, ends, clause in self.stretches if begins <= last and ends >= first <= last
        ]

    def months(self, today: date) -> list[date]:
        """The months that have begun and in which it held on some day that has come."""
        found = set()
        for first, last, _ in self.stretches:
            month = first.replace(day=1)
            while month <= min(last, today) and first <= today:
                found.add(month)
                month = _next(month)
        return sorted(found)


def _meets(first: date, last: date, month: date) -> bool:
    return first <= clock.month_end(month) and last >= month


def _next(month: date) -> date:
    return month.replace(year=month.year + 1, month=1) if month.month == 12 else month.replace(month=month.month + 1)


def standing(occurred: Occurred, today: date) -> tuple[str, str]:
    """Whether something with minutes counts (YES, MAYBE, NO), and why."""
    answer = occurred.answer
    if occurred.status == "excused":
        return NO, "excused"
    if answer.is_open and not occurred.locked:
        return (YES, "explained_late") if answer.open_late else (MAYBE, "waiting")
    if occurred.status == "partly_excused":
        return YES, "partly_excused"
    if answer.decision == "refused":
        return YES, "refused"
    if answer.decision == "approved":  # and yet it counts: it came too late
        return YES, "explained_late"
    if not occurred.locked and occurred.due_on is not None and today <= occurred.due_on:
        return MAYBE, "may_explain"
    return YES, "counted"


def _item(occurred: Occurred, counts: str, why: str, until: date | None = None) -> Item:
    return Item(
        occurred.on, occurred.employee_id, occurred.unit_id, occurred.type, counts, why, occurred.session,
        occurred.minutes, occurred.counted_min, occurred.status, until,
    )  # fmt: skip


def _of_types(facts: Facts, held: _Held, types: Iterable[str], today: date) -> list[Occurred]:
    wanted = set(types)
    found = [each for each in facts.occurrences if each.type in wanted and each.on <= today and held.at(each.on)]
    return sorted(found, key=lambda each: (each.on, each.employee_id, each.session, each.type))


def _late_and_early(clause: Clause, held: _Held, facts: Facts, days: Sequence[Days], today: date) -> ClauseProgress:
    known = {each.month for each in days if each.known}
    items: list[Item] = []
    months: list[MonthCount] = []
    by_month: dict[date, list[Occurred]] = {}
    for each in _of_types(facts, held, ("late", "early"), today):
        by_month.setdefault(each.on.replace(day=1), []).append(each)
    for month in held.months(today):
        counted, items_here = _month(held, month, by_month.get(month, []), month in known, today)
        months.append(counted)
        items += items_here
    if not months:
        return ClauseProgress(clause, OPEN, 0, clause.limit)
    # of equal ones the last
    order = {OPEN: 0, KEPT: 1, AT_RISK: 2, BROKEN: 3}
    worst_month = max(months, key=lambda each: (order[each.state], each.n - each.limit, each.maybe, each.month))
    return ClauseProgress(
        clause,
        worst(each.state for each in months),
        worst_month.n,
        worst_month.limit,
        sum(each.maybe for each in months),
        tuple(items),
        tuple(months),
    )


def _month(
    held: _Held, month: date, occurred: Sequence[Occurred], is_known: bool, today: date
) -> tuple[MonthCount, list[Item]]:
    items = []
    n = maybe = 0
    broken = threatened = False
    for each in occurred:
        counts, why = standing(each, today)
        n, maybe = n + (counts == YES), maybe + (counts == MAYBE)
        limit = _limit(held, each.on)
        breaks = counts == YES and n > limit
        broken |= breaks
        threatened |= counts != NO and n + maybe > limit
        item = _item(each, counts, why, each.due_on if counts == MAYBE else None)
        items.append(replace(item, breaks=breaks))
    end = held.last_day_in(month)
    limit = _limit(held, min(end, today)) if held.at(min(end, today)) else _limit(held, end)
    ahead = held.limits_between(today, end)
    full = n + maybe > 0 and any(n + maybe + 1 > each for each in ahead)
    state = BROKEN if broken else AT_RISK if threatened or full else KEPT if is_known or items else OPEN
    return MonthCount(month, state, n, maybe, limit), items


def _limit(held: _Held, on: date) -> int:
    clause = held.at(on)
    return clause.limit or 0 if clause is not None else 0


def _sessions(clause: Clause, held: _Held, facts: Facts, known: int, today: date) -> ClauseProgress:
    """Sessions missed: `absent`, and missing punches that the office's rule counts as a session once refused."""
    items = []
    for each in _of_types(facts, held, ("absent", *_MISSING), today):
        if each.type in _MISSING and not each.counted_min:
            continue
        counts, why = standing(each, today)
        items.append(replace(_item(each, counts, why, each.due_on if counts == MAYBE else None), breaks=counts == YES))
    n, maybe = (sum(item.counts == how for item in items) for how in (YES, MAYBE))
    items += [
        Item(found.on, found.employee_id, found.unit_id, "inspection", NO, "inspection")
        for found in facts.findings
        if found.on <= today and held.at(found.on)
    ]
    items.sort(key=lambda item: (item.on, item.employee_id, item.session, item.kind))
    state = BROKEN if n else AT_RISK if maybe else KEPT if known or items else OPEN
    return ClauseProgress(clause, state, n, 0, maybe, tuple(items))


def _missing(clause: Clause, held: _Held, facts: Facts, known: int, today: date) -> ClauseProgress:
    items = []
    for each in _of_types(facts, held, _MISSING, today):
        counts, why = explained(each, today)
        items.append(replace(_item(each, counts, why, each.explain_by), breaks=counts == YES))
    missed = sum(item.counts == YES for item in items)
    in_time = sum(item.why in ("in_time", "accepted_late") for item in items)
    maybe = sum(item.counts == MAYBE for item in items)
    state = BROKEN if missed else AT_RISK if maybe else KEPT if known or items else OPEN
    return ClauseProgress(clause, state, in_time, in_time + missed, maybe, tuple(items))


def explained(occurred: Occurred, today: date) -> tuple[str, str]:
    """Whether a missing punch counts against whoever had to explain it within so many days, and why.

    Handing in is what was promised: what is decided later changes nothing of it. Nothing is due of what the head
    settled within the time, or ever accepted unasked.
    """
    answer, until = occurred.answer, occurred.explain_by
    if until is None:
        return NO, "no_deadline"
    if answer.handed_in_on is not None and answer.handed_in_on <= until:
        return NO, "in_time"
    if answer.accepted_after:
        return NO, "accepted_late"
    if answer.by_head_on is not None and (answer.by_head_on <= until or answer.decision == "approved"):
        return NO, "settled"
    if answer.handed_in_on is not None:
        return YES, "handed_in_late"
    return (MAYBE, "may_explain") if today <= until else (YES, "not_explained")


def _roster(clause: Clause, held: _Held, facts: Facts, today: date) -> ClauseProgress:
    absent: dict[tuple[int, date], set[str]] = {}
    for each in facts.occurrences:
        if each.type == "absent":
            absent.setdefault((each.employee_id, each.on), set()).add(standing(each, today)[0])
    items = []
    for duty in sorted(facts.duties, key=lambda duty: (duty.on, duty.employee_id, duty.kind)):
        if duty.on > today or not held.at(duty.on):
            continue
        counts, why = NO, f"duty_{duty.state}"
        if duty.state == "unverified":
            why = "duty_unknown"
        elif duty.state == "no_show":
            counts, why = _no_show(absent.get((duty.employee_id, duty.on), set()))
        items.append(
            Item(duty.on, duty.employee_id, duty.unit_id, "duty", counts, why, session=duty.kind, breaks=counts == YES)
        )
    missed, maybe = (sum(item.counts == how for item in items) for how in (YES, MAYBE))
    kept = sum(item.why == "duty_kept" for item in items)
    state = BROKEN if missed else AT_RISK if maybe else KEPT if kept else OPEN
    return ClauseProgress(clause, state, kept, kept + missed, maybe, tuple(items))


def _no_show(absences: set[str]) -> tuple[str, str]:
    """A duty missed in a session whose absence was excused is excused with it: nobody explains one thing twice."""
    if absences == {NO}:
        return NO, "excused"
    if absences and YES not in absences:
        return MAYBE, "waiting"
    return YES, "duty_no_show"


def _signed(clause: Clause, facts: Facts, today: date) -> ClauseProgress:
    assert clause.on is not None
    if facts.signed_on is not None:
        kept = facts.signed_on <= clause.on
        return ClauseProgress(clause, KEPT if kept else BROKEN, int(kept), 1)
    return ClauseProgress(clause, OPEN if today <= clause.on else BROKEN, 0, 1)
