"""Clauses judged the slow and obvious way: day by day, and every way in which what is undecided may be decided."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import product

from attendance.services.commitments.clauses import Clause
from attendance.services.commitments.facts import Facts, Occurred, Term

DAY = timedelta(days=1)


def state_of(kind: str, terms: list[Term], facts: Facts, today: date) -> str:
    """kept, at_risk, broken or open."""
    if kind == "late_early_per_month":
        months = {(on.year, on.month) for on in days_of(kind, terms) if on <= today}
        return worst([month_of(month, terms, facts, today) for month in months])
    if kind == "no_unexcused_session":
        return settled([open_to(each, today) for each in counted_sessions(terms, facts, today)], facts, today)
    if kind == "missing_explained_within":
        missing = [
            each
            for each in facts.occurrences
            if each.type in ("missing_in", "missing_out") and rule(kind, terms, each.on) and each.on <= today
        ]
        return settled([owed(each, today) for each in missing], facts, today)
    raise AssertionError(kind)


def rule(kind: str, terms: list[Term], on: date) -> Clause | None:
    for term in terms:
        if term.from_on <= on <= term.to_on:
            for clause in term.clauses:
                if clause.kind == kind:
                    return clause
    return None


def days_of(kind: str, terms: list[Term]) -> list[date]:
    found, on = [], min(term.from_on for term in terms)
    while on <= max(term.to_on for term in terms):
        if rule(kind, terms, on):
            found.append(on)
        on += DAY
    return found


def month_of(month: tuple[int, int], terms: list[Term], facts: Facts, today: date) -> str:
    kind = "late_early_per_month"
    happened = [
        each
        for each in facts.occurrences
        if each.type in ("late", "early")
        and (each.on.year, each.on.month) == month
        and rule(kind, terms, each.on)
        and each.on <= today
    ]
    may = [open_to(each, today) for each in happened]
    ends = [breaks(list(zip(happened, way, strict=True)), terms, []) for way in product(*may)]
    if all(ends):
        return "broken"
    if any(ends):
        return "at_risk"
    still = [on for on in days_of(kind, terms) if (on.year, on.month) == month and on >= today]
    every = [(each, True in ways) for each, ways in zip(happened, may, strict=True)]
    if any(counts for _, counts in every) and any(breaks(every, terms, [on]) for on in still):
        return "at_risk"
    known = any(each.known for each in facts.days if (each.month.year, each.month.month) == month)
    return "kept" if known or happened else "open"


def breaks(decided: list[tuple[Occurred, bool]], terms: list[Term], one_more: list[date]) -> bool:
    """Whether on some date more had happened in the month than was allowed on that date."""
    dates = sorted([each.on for each, counts in decided if counts] + one_more)
    for number, on in enumerate(dates, 1):
        clause = rule("late_early_per_month", terms, on)
        if clause is not None and number > (clause.limit or 0):
            return True
    return False


def open_to(each: Occurred, today: date) -> set[bool]:
    """In which ways it may end: {True} it counts, {False} it does not, both where nobody can say yet."""
    if each.status == "excused":
        return {False}
    waits = each.answer.is_open and not each.answer.open_late
    nothing_said = not each.answer.is_open and each.answer.decision is None and each.status != "partly_excused"
    time_left = nothing_said and each.due_on is not None and each.due_on >= today
    if not each.locked and (waits or time_left):
        return {True, False}
    return {True}


def counted_sessions(terms: list[Term], facts: Facts, today: date) -> list[Occurred]:
    return [
        each
        for each in facts.occurrences
        if (each.type == "absent" or (each.type.startswith("missing") and each.counted_min > 0))
        and rule("no_unexcused_session", terms, each.on)
        and each.on <= today
    ]


def owed(each: Occurred, today: date) -> set[bool]:
    answer, until = each.answer, each.explain_by
    if until is None:
        return {False}
    said = [on for on in (answer.handed_in_on,) if on is not None]
    if any(on <= until for on in said) or answer.accepted_after:
        return {False}
    if answer.by_head_on is not None and (answer.decision == "approved" or answer.by_head_on <= until):
        return {False}
    return {True, False} if today <= until and not said else {True}


def settled(ways: list[set[bool]], facts: Facts, today: date) -> str:
    if {True} in ways:
        return "broken"
    if {True, False} in ways:
        return "at_risk"
    months = [each for each in facts.days if each.month <= today]
    return "kept" if ways or sum(each.known for each in months) else "open"


def worst(states: list[str]) -> str:
    for state in ("broken", "at_risk", "kept"):
        if state in states:
            return state
    return "open"
