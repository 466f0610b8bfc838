"""The judgement as one pure function: a case and two dates in, columns out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from attendance.engine.attribute import attribute
from attendance.engine.case import Case
from attendance.engine.columns import Claims, Coverable, DayLedger, Gaps, Paired, SessionLedger, Violations
from attendance.engine.cover import cover
from attendance.engine.decide import Decided, decide
from attendance.engine.expect import Expected, expect
from attendance.engine.inner import NO_GAPS, gaps
from attendance.engine.judge import Evidence, judge, weigh
from attendance.engine.overtime import OrderWindow, order_windows
from attendance.engine.pair import pair
from attendance.engine.settle import settle
from attendance.engine.tally import tally
from attendance.errors import NoVersionInForce


@dataclass(frozen=True, slots=True)
class Judgement:
    """Every intermediate table, so that a verdict can be explained by what decided it, not by a second run.

    `violations` are those after all papers.
    """

    case: Case
    from_on: date
    to_on: date
    expected: Expected
    claims: Claims
    paired: Paired
    coverable: Coverable
    evidence: Evidence
    violations: Violations
    sessions: SessionLedger
    days: DayLedger
    gaps: Gaps
    decided: Decided
    orders: tuple[OrderWindow, ...]


def evaluate(case: Case, from_on: date, to_on: date, *, unruled: list[NoVersionInForce] | None = None) -> Judgement:
    """Judge every person of the case on every date from `from_on` to `to_on`, both included.

    Raises NoVersionInForce where a date has no rule; with `unruled` these errors are put there, and the days are left
    out instead. Raises LedgerBroken where the minutes of a day do not add up.
    """
    expected = expect(case, from_on, to_on, unruled)
    claims = attribute(case)
    paired = pair(case, expected, claims)
    coverable = cover(case, expected, claims, paired)
    evidence = weigh(expected, paired, coverable)
    tracked = any(policy.track_mid_session for policy in expected.days.policies)
    inner = gaps(expected, claims, paired) if tracked else NO_GAPS
    decided = decide(case, expected, evidence, judge(evidence, inner))
    sessions = settle(case, expected, paired, evidence, inner, decided)
    orders = order_windows(case, expected) if case.overtime_orders else ()
    days = tally(case, expected, claims, paired, evidence, inner, decided, sessions, orders)
    return Judgement(
        case, from_on, to_on, expected, claims, paired, coverable, evidence, decided.violations, sessions, days, inner,
        decided, orders,
    )  # fmt: skip
