"""The office's own thresholds: how a late minute becomes a counted one. Values are whole minutes unless named else."""

from __future__ import annotations

from dataclasses import dataclass, field, fields, replace
from itertools import pairwise
from typing import Any

from attendance.errors import Invalid
from attendance.rules.citation import Citation
from attendance.rules.legal_forms import refuse_legal_form
from attendance.rules.scoped import Resolved

MOST_OCCURRENCES = 100_000

Grades = tuple[tuple[str, int, int | None], ...]


@dataclass(frozen=True, slots=True)
class Policy:
    """Defaults are those of the contract: no grace, 60 s between repeats, nothing rounded.

    `cited`: the versions of rules that say otherwise, in the order of the fields.
    """

    late_grace_minutes: int = 0
    early_grace_minutes: int = 0
    duplicate_window_seconds: int = 60
    clock_tolerance_seconds: int = 60
    session_window_minutes: int = 360
    repeat_minutes: int = 15
    site_policy: str = "any"
    track_mid_session: bool = False
    explanation_deadline_workdays: int | None = None
    missing_punch_refused: str = "none"
    absent_over_minutes: int | None = None
    grade_thresholds: Grades = (
        ("A", 0, 2),
        ("B", 3, 4),
        ("C", 5, 6),
        ("D", 7, None),
    )
    citation: Citation = field(default=Citation("policy"))
    cited: tuple[Citation, ...] = ()

    @property
    def citations(self) -> tuple[Citation, ...]:
        """What a day's verdict rests on: the defaults, and every version that says otherwise."""
        return (self.citation, *self.cited)


@dataclass(frozen=True, slots=True)
class Measure:
    """What the value of a rule may be: whole numbers of `unit` up to `high`, or one of `choices`."""

    unit: str
    high: int = 100_000
    optional: bool = False
    choices: tuple[str, ...] = ()


MEASURES: dict[str, Measure] = {
    "late_grace_minutes": Measure("minutes"),
    "early_grace_minutes": Measure("minutes"),
    "duplicate_window_seconds": Measure("seconds"),
    "clock_tolerance_seconds": Measure("seconds"),
    "session_window_minutes": Measure("minutes"),
    "repeat_minutes": Measure("minutes"),
    "site_policy": Measure("choice", choices=("any", "home_only")),
    "track_mid_session": Measure("yes or no"),
    "explanation_deadline_workdays": Measure("workdays", optional=True),
    "missing_punch_refused": Measure("choice", choices=("none", "session")),
    "absent_over_minutes": Measure("minutes", optional=True),
    "grade_thresholds": Measure("occurrences"),
}
NOTHING = "none"
"""How a rule file, whose format has no null, writes that an optional threshold does not hold."""
OF_MONTHS = frozenset({"grade_thresholds"})
"""Rules about months: no day rests on them."""


def checked(rule: str, value: Any) -> Any:
    """The value as Policy holds it. Raises Invalid naming the rule, the value and what is expected."""
    measure = MEASURES.get(rule)
    if measure is None:
        raise Invalid(f"There is no rule {rule!r}; write one of {', '.join(sorted(MEASURES))}.")
    if measure.choices:
        if value not in measure.choices:
            raise Invalid(f"{rule} cannot be {value!r}; write {' or '.join(measure.choices)}.")
    elif measure.unit == "yes or no":
        if not isinstance(value, bool):
            raise Invalid(f"{rule} cannot be {value!r}; write true or false.")
    elif measure.unit == "occurrences":
        return _grades(value)
    elif value is None and measure.optional:
        return None
    elif isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= measure.high:
        raise Invalid(f"{rule} cannot be {value!r}; write whole {measure.unit} from 0 to {measure.high}.")
    return value


def _grades(value: Any) -> Grades:
    """Grades from `{A: [0, 2], D: [7, null]}` or rows of (grade, low, high)."""
    sentence = f"grade_thresholds cannot be {value!r}; write for example A = [0, 2] up to the last one as [7]."
    try:
        rows = [(name, *bounds) for name, bounds in value.items()] if isinstance(value, dict) else list(value)
        grades = tuple((str(row[0]), row[1], row[2] if len(row) > 2 else None) for row in rows)
    except (TypeError, IndexError, KeyError) as error:
        raise Invalid(sentence) from error
    bounds = [(low, MOST_OCCURRENCES if high is None else high) for _, low, high in grades]
    if not bounds or not all(_is_count(low) and _is_count(high) and low <= high for low, high in bounds):
        raise Invalid(sentence)
    for (_, reached), (begins, _) in pairwise(sorted(bounds)):
        if begins <= reached:
            raise Invalid(f"grade_thresholds cannot be {value!r}; {begins} belongs to two grades, let it be one.")
    for name, *_ in grades:
        refuse_legal_form(f"The grade {name!r}", name)
    return grades


def _is_count(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= MOST_OCCURRENCES


def resolved_policy(base: Policy, found: dict[str, Resolved]) -> Policy:
    """The base with what the versions in force say otherwise, and their citations."""
    if not found:
        return base
    order = [f.name for f in fields(Policy) if f.name in found]
    values = {name: checked(name, found[name].version.value) for name in order}
    cited = tuple(found[name].version.citation for name in order if name not in OF_MONTHS)
    return replace(base, **values, cited=cited)
