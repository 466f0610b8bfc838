"""The index by whole numbers against an obvious recount with fractions, and its ranks against looking at each pair."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from attendance.services.unit_index.arithmetic import (
    half_up,
    index_tenths,
    percent_tenths,
    ranks,
    standing_together,
    weighed,
)

TYPES = ("late", "early", "absent", "left_post", "missing_in", "missing_out")
COUNTS = st.dictionaries(st.sampled_from(TYPES), st.integers(0, 40))
WEIGHTS = st.dictionaries(st.sampled_from(TYPES), st.integers(0, 1000))


@given(COUNTS, WEIGHTS, st.integers(0, 900))
def test_the_index_is_what_the_page_says_it_is(times: dict[str, int], weights: dict[str, int], known: int) -> None:
    found = index_tenths(weighed(times, weights), known)
    if known == 0:
        assert found is None
        return
    lost = sum((Fraction(weights.get(kind, 0), 100) for kind, count in times.items() for _ in range(count)), Fraction())
    exact = max(Fraction(), 100 * (1 - lost / known))
    as_written = (Decimal(exact.numerator) / Decimal(exact.denominator)).quantize(Decimal("0.1"), ROUND_HALF_UP)
    assert found == int(as_written * 10)


@given(st.integers(0, 10**9), st.integers(1, 10**6))
def test_a_half_goes_up(numerator: int, denominator: int) -> None:
    exact = Fraction(numerator, denominator)
    assert half_up(numerator, denominator) == (exact + Fraction(1, 2)).__floor__()


def test_the_examples_of_the_domain() -> None:
    assert percent_tenths(64, 70) == 914, "64/70 is 91.43 %, which a seed printed as 91.5"
    assert Decimal("91.4") == (Decimal(6400) / 70).quantize(Decimal("0.1"), ROUND_HALF_UP)
    assert index_tenths(0, 10) == 1000
    assert index_tenths(100, 2000) == 1000, "99.95 goes up"
    assert index_tenths(10**9, 10) == 0


@given(st.dictionaries(st.text(max_size=3), st.integers(0, 20), max_size=12))
def test_equal_figures_share_a_rank_and_the_next_counts_them_all(values: dict[str, int]) -> None:
    found = ranks(values)
    for name, value in values.items():
        assert found[name] == 1 + sum(other > value for other in values.values())


def test_ties_read_one_two_two_four() -> None:
    assert ranks({"a": 990, "b": 980, "c": 980, "d": 970}) == {"a": 1, "b": 2, "c": 2, "d": 4}


@given(st.dictionaries(st.integers(0, 30), st.integers(1, 12), max_size=9), st.integers(5, 8))
def test_no_figure_tells_of_fewer_people_than_allowed(people: dict[int, int], fewest: int) -> None:
    together = standing_together(people, fewest)
    assert all(people[part] >= fewest for part in people if part not in together)
    assert all(part in together for part in people if people[part] < fewest)
    if together and together != frozenset(people):
        assert sum(people[part] for part in together) >= fewest
