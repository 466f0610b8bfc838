"""The judgement as one pure function: a case and two dates in, columns out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from attendance.engine.attribute import attribute
from attendance.engine.case import Case
from attendance.engine.columns import Claims, Coverable, DayLedger, Paired, SessionLedger, Violations
from attendance.engine.cover import cover
from attendance.engine.expect import Expected, expect
from attendance.engine.judge import Evidence, judge, weigh
from attendance.engine.pair import pair
from attendance.engine.settle import settle


@dataclass(frozen=True, slots=True)
class Judgement:
    """Every intermediate table, so that a verdict can be explained by what decided it, not by a second run."""

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


def evaluate(case: Case, from_on: date, to_on: date) -> Judgement:
    """Judge every person of the case on every date from `from_on` to `to_on`, both included.

    Raises NoVersionInForce where a date has no rule, LedgerBroken where the minutes of a day do not add up.
    """
    expected = expect(case, from_on, to_on)
    claims = attribute(case)
    paired = pair(case, expected, claims)
    coverable = cover(case, expected, paired)
    evidence = weigh(case, expected, paired, coverable)
    violations = judge(evidence)
    sessions, days = settle(case, expected, claims, paired, evidence, violations)
    return Judgement(case, from_on, to_on, expected, claims, paired, coverable, evidence, violations, sessions, days)
