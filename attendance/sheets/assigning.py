"""Columns and targets brought together: each once, and so that the whole fits best, not just the best pair."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from attendance.sheets.headers import Why

STRONG = 0.9


class Offer(NamedTuple):
    """A column (0-based) that may be a target, how surely, and why."""

    score: float
    at: int
    target: str
    why: Why


def assign(offers: Sequence[Offer], order: Mapping[str, int]) -> dict[str, Offer]:
    """The offer taken for each target. `order`: which target is wanted first when all else is equal."""
    strong = {at: sum(1 for one in offers if one.at == at and one.score > STRONG) for at in {one.at for one in offers}}
    taken: dict[str, Offer] = {}
    used: set[int] = set()
    for offer in sorted(offers, key=lambda one: (-one.score, strong[one.at], order[one.target], one.at)):
        if offer.at not in used and offer.target not in taken:
            taken[offer.target] = offer
            used.add(offer.at)
    while (better := _better(offers, taken, used)) is not None:
        held, moved, brought = better
        del taken[held.target]
        taken[moved.target], taken[brought.target] = moved, brought
        used.add(brought.at)
    return taken


def _better(offers: Sequence[Offer], taken: Mapping[str, Offer], used: set[int]) -> tuple[Offer, Offer, Offer] | None:
    """A column that can move to another target, so that a column left out can have its place, and all fits better."""
    for brought in offers:
        held = taken.get(brought.target)
        if brought.at in used or held is None:
            continue
        for moved in offers:
            free = moved.at == held.at and moved.target not in taken
            if free and moved.score + brought.score > held.score + 1e-9:
                return held, moved, brought
    return None


def rivals(offers: Sequence[Offer], taken: Mapping[str, Offer]) -> dict[str, list[int]]:
    """Columns left out that would have done as well, by target."""
    used = {offer.at for offer in taken.values()}
    found: dict[str, list[int]] = {}
    for offer in offers:
        if offer.at not in used and abs(offer.score - taken[offer.target].score) < 0.05:
            found.setdefault(offer.target, []).append(offer.at)
    return found
