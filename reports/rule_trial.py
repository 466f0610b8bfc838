"""*Thử trước khi áp dụng*: a draft with what it would change on a past span, and what putting it in force would do."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from attendance.rules.policy import Measure
from attendance.rules.schedule import ScheduleVersion
from attendance.services.rule_drafts import Draft, Effect
from attendance.services.rule_listing import RuleLine
from attendance.services.what_if import Change, WhatIf
from attendance.store.database import Session
from attendance.store.tree import StoredTree
from attendance.store.within import Within
from reports.charts import FEWEST_PEOPLE
from reports.rules import Place

HOURS = "hours"
MOST_DAYS = 70_000
"""Of people, judged twice while somebody waits: two thousand people's month, about two seconds of work."""
MOST_SHOWN = 300
LONGEST_SPAN = 92
FIELDS = (
    "day_kind", "flags", "scheduled_min", "worked_min", "credited_min", "leave_min", "unverified_min", "duties",
    "overtime", "findings",
)  # fmt: skip
"""What may differ of a day no session of which does."""
PROBLEMS = (
    "no_date", "no_first", "backwards", "future", "too_long", "too_much", "value", "hours", "gap", "overruled",
    "not_whole", "no_document", "no_rule", "no_code", "changed", "refused",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Trial:
    """What a draft would change: `kinds` counts violations by type (before, after) of what differs.

    `changes` are those the reader may see, `more` how many of them are not listed, `hidden` how many they may not see.
    `too_few`: there may be more, of so few people the reader may not see that no number has them in it.
    """

    days: int
    locked: int
    total: int
    people: int
    kinds: tuple[tuple[str, int, int], ...]
    changes: tuple[Change, ...]
    more: int
    hidden: int
    too_few: bool = False


@dataclass(frozen=True, slots=True)
class TryPage:
    """A draft as it is written. `fields`: the values of its form by name, as typed; `pairs`: the same for an address.

    `held`: what is in force for the unit today, None for hours; `version`: the hours in force that a form begins with;
    `rulebook`: the fingerprint of all rules as they stand; `amounts`: the numbers of the sentence of a problem.
    """

    place: Place
    rule: str
    measure: Measure
    fields: Mapping[str, str]
    rows: tuple[tuple[str, str, str, str], ...]
    weekdays: frozenset[str]
    pairs: tuple[tuple[str, str], ...]
    today: date
    held: RuleLine | None = None
    schedules: tuple[tuple[str, str], ...] = ()
    draft: Draft | None = None
    version: ScheduleVersion | None = None
    first: date | None = None
    last: date | None = None
    trial: Trial | None = None
    effect: Effect | None = None
    from_on: date | None = None
    to_on: date | None = None
    is_whole: bool = False
    rulebook: str = ""
    problem: str = ""
    amounts: Mapping[str, int] = field(default_factory=dict)


def trial_of(session: Session, found: WhatIf, within: Within, own: str) -> Trial:
    """What a reader is told of a comparison. `own`: the code of the person behind the account.

    Conclusions about people they may not see are counted where they are about FEWEST_PEOPLE at least. Where they are
    not, whether there are any is not told either: of a unit of one, that would tell of that one.
    """
    numbers = StoredTree(session).numbers
    seen = [change for change in found.changes if _sees(within, numbers, change, own)]
    seen.sort(key=lambda change: (change.on, change.employee, change.session or ""))
    unseen = [change for change in found.changes if not _sees(within, numbers, change, own)]
    too_few = len({change.employee for change in unseen}) < FEWEST_PEOPLE
    counted = seen if too_few else found.changes
    return Trial(
        days=found.days,
        locked=found.locked,
        total=len(counted),
        people=len({change.employee for change in counted}),
        kinds=_kinds(counted),
        changes=tuple(seen[:MOST_SHOWN]),
        more=max(0, len(seen) - MOST_SHOWN),
        hidden=len(counted) - len(seen),
        too_few=too_few and not all(within.sees(numbers.get(unit)) for unit in found.units),
    )


def _sees(within: Within, numbers: Mapping[str, int], change: Change, own: str) -> bool:
    return within.sees(numbers.get(change.unit)) or (within.employee is not None and change.employee == own)


def _kinds(changes: Sequence[Change]) -> tuple[tuple[str, int, int], ...]:
    before = Counter(kind for change in changes for kind in _types(change.before))
    after = Counter(kind for change in changes for kind in _types(change.after))
    return tuple((kind, before[kind], after[kind]) for kind in sorted(before | after) if before[kind] != after[kind])


def _types(side: Mapping[str, Any]) -> list[str]:
    return [violation["type"] for violation in side.get("violations", ())]
