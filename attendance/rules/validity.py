"""Spans of dates with both ends included, None open: whether two meet, what lies between, what is left of one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, timedelta

from attendance.reading import Node

Span = tuple[date | None, date | None]

_DAY = timedelta(days=1)


def meet(one: Span, other: Span) -> bool:
    """Whether two spans share a date."""
    starts_after = one[1] is not None and other[0] is not None and other[0] > one[1]
    ends_before = other[1] is not None and one[0] is not None and other[1] < one[0]
    return not (starts_after or ends_before)


def within(span: Span, on: date) -> bool:
    return meet(span, (on, on))


def gaps(spans: Iterable[Span]) -> list[tuple[date, date]]:
    """The dates between one span and the next that none of them covers, first and last included."""
    found = []
    reached: date | None = None
    for begins, ends in sorted(spans, key=lambda span: span[0] or date.min):
        if reached is not None and begins is not None and begins > reached + _DAY:
            found.append((reached + _DAY, begins - _DAY))
        if ends is None or ends == date.max:
            break
        reached = max(reached or ends, ends)
    return found


def cut(span: Span, taken: Span) -> list[Span]:
    """What is left of a span where another takes its dates: nothing, one piece or two."""
    if not meet(span, taken):
        return [span]
    left: list[Span] = []
    if taken[0] is not None and taken[0] > date.min and (span[0] is None or span[0] < taken[0]):
        left.append((span[0], taken[0] - _DAY))
    if taken[1] is not None and taken[1] < date.max and (span[1] is None or span[1] > taken[1]):
        left.append((taken[1] + _DAY, span[1]))
    return left


def cut_all(span: Span, taken: Iterable[Span]) -> list[Span]:
    """What is left of a span where several others take their dates."""
    left = [span]
    for each in taken:
        left = [piece for part in left for piece in cut(part, each)]
    return left


def refuse_overlaps(written: Sequence[tuple[Node, Span]]) -> None:
    """Of two versions that hold on one date the one written later is refused, once."""
    for later, (node, span) in enumerate(written):
        if any(meet(span, earlier) for _, earlier in written[:later]):
            node.refuse("overlap", "this version holds on dates of an earlier one; end that one before")


def words(span: Span) -> str:
    """As a sentence of the core says it: `2026-04-16 to 2026-10-15`, `from 2026-04-16`, `always`."""
    begins, ends = span
    if begins is None and ends is None:
        return "always"
    if ends is None:
        return f"from {begins}"
    return f"up to {ends}" if begins is None else f"{begins} to {ends}"
