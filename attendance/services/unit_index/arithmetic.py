"""The arithmetic of the index: whole numbers in, tenths out, rounded half up. Pure: anybody can do it again by hand.

    index = 100 × (1 − Σ (occurrences × weight) ÷ known person-sessions), never below 0

A weight is in hundredths: 100 is as much as one person-session. What is not known stands in neither number.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from typing import TypeVar

Named = TypeVar("Named", bound=Hashable)
Part = TypeVar("Part", bound=Hashable)


def weighed(times: Mapping[str, int], weights: Mapping[str, int]) -> int:
    """Hundredths of a person-session that occurrences weigh together."""
    return sum(count * weights.get(kind, 0) for kind, count in times.items())


def index_tenths(lost: int, known: int) -> int | None:
    """The index in tenths (979 is 97.9) of `lost` hundredths over known person-sessions; None: nothing is known."""
    if known <= 0:
        return None
    return max(0, half_up(10 * (100 * known - lost), known))


def percent_tenths(part: int, whole: int) -> int | None:
    """A percentage in tenths, rounded half up; None of nothing."""
    return half_up(1000 * part, whole) if whole > 0 else None


def half_up(numerator: int, denominator: int) -> int:
    """The whole number nearest to a fraction, a half going up."""
    return (2 * numerator + denominator) // (2 * denominator)


def ranks(values: Mapping[Named, int]) -> dict[Named, int]:
    """1 for the highest; equal ones share a rank, and the next one counts them all: 1, 2, 2, 4."""
    ordered = sorted(values.values(), reverse=True)
    return {name: ordered.index(value) + 1 for name, value in values.items()}


def standing_together(people: Mapping[Part, int], fewest: int) -> frozenset[Part]:
    """Which parts have no figure of their own: those with fewer people, and where all of these are still fewer, the
    next smallest with them, so that no figure tells of a handful."""
    small = {part for part, count in people.items() if count < fewest}
    rest: Sequence[Part] = sorted((part for part in people if part not in small), key=lambda part: people[part])
    while small and rest and sum(people[part] for part in small) < fewest:
        small.add(rest[0])
        rest = rest[1:]
    return frozenset(small)
