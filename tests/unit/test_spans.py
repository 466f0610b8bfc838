"""Spans asked for many moments at once answer what looking at each alone would."""

from __future__ import annotations

import itertools

import numpy as np
from hypothesis import example, given
from hypothesis import strategies as st

from attendance.engine.spans import EARLIEST, LATEST, Spans, intersection, key, order_by_owner, union

_PAIR = st.tuples(st.integers(0, 60), st.integers(0, 60))
_PAIRS = st.lists(_PAIR, max_size=8)


def moments(spans: list[tuple[int, int]]) -> set[int]:
    return {moment for lo, hi in spans for moment in range(lo, hi)}


@st.composite
def disjoint(draw: st.DrawFn) -> list[tuple[int, int, int, int]]:
    """(owner, lo, hi, value) rows, disjoint for each owner."""
    rows = []
    for owner in draw(st.sets(st.integers(0, 4), max_size=4)):
        edges = sorted(draw(st.sets(st.integers(0, 60), max_size=8)))
        rows += [(owner, lo, hi, draw(st.integers(-5, 5))) for lo, hi in zip(edges[::2], edges[1::2], strict=False)]
    return draw(st.permutations(rows))


ASKED = st.lists(st.tuples(st.integers(0, 5), st.integers(-2, 62)), max_size=20)


@given(rows=disjoint(), asked=ASKED)
def test_a_moment_is_found_in_the_span_that_begins_at_or_before_it_and_has_not_ended(
    rows: list[tuple[int, int, int, int]], asked: list[tuple[int, int]]
) -> None:
    spans = Spans(rows)
    owner, moment = (np.array([pair[n] for pair in asked], np.int64) for n in (0, 1))
    found = spans.find(owner, moment)
    for row, (who, when) in zip(found.tolist(), asked, strict=True):
        true = [(lo, hi, value) for o, lo, hi, value in rows if o == who and lo <= when < hi]
        assert (row >= 0) == bool(true)
        if true:
            assert true == [(int(spans.lo[row]), int(spans.hi[row]), int(spans.value[row]))]
    assert spans.covers(owner, moment).tolist() == (found >= 0).tolist()


@given(
    rows=disjoint(), asked=st.lists(st.tuples(st.integers(0, 5), st.integers(0, 60), st.integers(0, 20)), max_size=20)
)
def test_a_stretch_is_touched_when_it_shares_more_than_a_point_or_its_start_is_covered(
    rows: list[tuple[int, int, int, int]], asked: list[tuple[int, int, int]]
) -> None:
    spans = Spans(rows)
    owner, start, length = (np.array([entry[n] for entry in asked], np.int64) for n in (0, 1, 2))
    touched = spans.touches(owner, start, start + length).tolist()
    for answer, (who, begin, size) in zip(touched, asked, strict=True):
        own = [(lo, hi) for o, lo, hi, _ in rows if o == who]
        shares = any(max(lo, begin) < min(hi, begin + size) for lo, hi in own)
        assert answer == (shares or any(lo <= begin < hi for lo, hi in own))


@given(
    rows=st.lists(st.tuples(st.integers(0, 2), st.integers(0, 60), st.integers(0, 60), st.integers(0, 9)), max_size=8)
)
def test_spans_of_an_owner_never_overlap_and_the_later_one_holds(rows: list[tuple[int, int, int, int]]) -> None:
    spans = Spans(rows)
    held = list(zip(spans.owner.tolist(), spans.lo.tolist(), spans.hi.tolist(), strict=True))
    assert all(before[0] != after[0] or before[2] <= after[1] for before, after in itertools.pairwise(held))
    for owner in range(3):
        assert {moment for who, lo, hi in held if who == owner for moment in range(lo, hi)} <= moments(
            [(lo, hi) for who, lo, hi, _ in rows if who == owner]
        )


def test_the_ends_of_time_sort_by_owner_first() -> None:
    owners = np.array([0, 0, 1, 1, 2**27 - 1], np.int64)
    times = np.array([EARLIEST, LATEST - 1, EARLIEST, LATEST - 1, LATEST - 1], np.int64)
    keys = key(owners, times)
    assert (np.diff(keys) > 0).all()


@given(pairs=_PAIRS)
def test_a_union_covers_the_same_moments_in_order_and_apart(pairs: list[tuple[int, int]]) -> None:
    merged = union(pairs)
    assert moments(merged) == moments(pairs)
    assert all(before[1] < after[0] for before, after in itertools.pairwise(merged))
    assert all(lo < hi for lo, hi in merged)


@given(left=_PAIRS, right=_PAIRS)
def test_an_intersection_holds_the_moments_of_both(left: list[tuple[int, int]], right: list[tuple[int, int]]) -> None:
    shared = intersection(union(left), union(right))
    assert moments(shared) == moments(left) & moments(right)


@example(rows=[(-1, 0), (-1, -1)], sort=False)  # punches of nobody alone
@given(rows=st.lists(st.tuples(st.integers(-1, 70_000), st.integers(-9, 9)), max_size=30), sort=st.booleans())
def test_ordering_by_owner_is_stable_and_by_time(rows: list[tuple[int, int]], sort: bool) -> None:
    if sort:
        rows = sorted(rows, key=lambda row: row[1])
    owner, moment = np.array([r[0] for r in rows], np.int32), np.array([r[1] for r in rows], np.int64)
    order = order_by_owner(owner, moment).tolist()
    assert order == sorted(range(len(rows)), key=lambda n: (rows[n][0], rows[n][1], n))
