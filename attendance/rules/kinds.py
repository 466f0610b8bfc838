"""Kinds of leave and of statutory exemptions: what papers may name, how the sheet prints it, who pays, what limits it.

They are rules like others (`leave.P`, `exemption.nursing`): dated by their file, scoped, each with its document.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from attendance.rules.scoped import RuleVersion, Scope

PAYS = ("paid", "insurance", "unpaid")
PLACEMENTS = ("day_start", "day_end", "window")
LIMITS = ("days_per_month_at_least", "child_under_months", "pregnancy_from_month")


@dataclass(frozen=True, slots=True)
class LeaveKind:
    """`code` is what a paper names and the verdict shows, `symbol` what the official sheet prints.

    `pay`: the column of the sheet it is summed in (paid by time, by insurance, not).
    """

    code: str
    symbol: str
    vi: str
    en: str
    pay: str
    document: str = ""
    article: str = ""

    @property
    def rule(self) -> str:
        return f"leave.{self.code}"

    @property
    def value(self) -> dict[str, Any]:
        return {"symbol": self.symbol, "vi": self.vi, "en": self.en, "pay": self.pay}


@dataclass(frozen=True, slots=True)
class ExemptionKind:
    """`minutes_per_day` None: the paper says it. `placements`: where in the day it may be agreed to lie."""

    code: str
    vi: str
    en: str
    minutes_per_day: int | None
    placements: tuple[str, ...]
    limits: dict[str, int] = field(default_factory=dict)
    document: str = ""
    article: str = ""

    @property
    def rule(self) -> str:
        return f"exemption.{self.code}"

    @property
    def value(self) -> dict[str, Any]:
        return {
            "vi": self.vi,
            "en": self.en,
            "minutes_per_day": self.minutes_per_day,
            "placements": list(self.placements),
            "limits": self.limits,
        }


Kind = LeaveKind | ExemptionKind


def as_version(kind: Kind, scope: Scope) -> RuleVersion:
    """The kind as a rule of its scope that holds always."""
    return RuleVersion(kind.rule, kind.value, scope, document=kind.document, article=kind.article)


def is_kind(rule: str) -> bool:
    """Whether a rule is a kind of leave or exemption, which no day is judged by."""
    return rule.startswith(("leave.", "exemption."))
