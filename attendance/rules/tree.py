"""The tree of units on every date: who was under whom, what a unit was called, and what became of it."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Container, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise

from attendance.errors import NotFound
from attendance.facts import Unit

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Fault:
    """Why units make no tree: which of the versions given (its place among them), on which date, and of what kind.

    `kind`: `overlap` (two versions hold on one date), `gap` (none holds between two of one unit), `outside_parent`
    (the unit above is not there for all of its life), `cycle`, `successor` (what it merges into does not go on).
    """

    place: int
    kind: str
    on: date


class Tree:
    """Versions of units by code. Every unit has a place on every date, so that nothing of the past hangs nowhere.

    Before its life a unit is where it began, after it where it ended, or, when it merged, the unit it merged into.
    Between two dates of `turns` nothing changes.
    """

    def __init__(self, units: Iterable[Unit]) -> None:
        by_code: dict[str, list[Unit]] = {}
        for unit in units:
            by_code.setdefault(unit.code, []).append(unit)
        self.versions: dict[str, tuple[Unit, ...]] = {
            code: tuple(sorted(listed, key=begin_of)) for code, listed in by_code.items()
        }
        self.turns = turns_of(self.units())
        self._steps: dict[tuple[str, int], tuple[Unit, ...]] = {}

    def units(self) -> list[Unit]:
        """All versions, by unit in the order given, each by date."""
        return [unit for listed in self.versions.values() for unit in listed]

    def epoch(self, on: date) -> int:
        """A number that is the same for dates between which the tree does not change."""
        return bisect_right(self.turns, on)

    def living(self, unit: str, on: date) -> Unit | None:
        """The version that holds on a date; None before the unit began and after it ended. Raises NotFound."""
        return next((version for version in self._versions(unit) if holds(version, on)), None)

    def steps(self, unit: str, on: date) -> tuple[Unit, ...]:
        """The unit, or what stands in its place, and those above it as they are on a date, nearest first.

        Raises NotFound where one of them is not known.
        """
        key = unit, self.epoch(on)
        found = self._steps.get(key)
        if found is None:
            found = self._steps[key] = tuple(self._climb(unit, on))
        return found

    def path(self, unit: str, on: date) -> tuple[str, ...]:
        """The codes of `steps`."""
        return tuple(step.code for step in self.steps(unit, on))

    def standing(self, unit: str, on: date) -> str:
        """The unit that stands in the place of this one on a date: itself, or after a merger the one it became."""
        return self.steps(unit, on)[0].code

    def below(self, unit: str, on: date) -> frozenset[str]:
        """The unit, all below it on a date, and all that had merged into one of these by then."""
        return frozenset(code for code in self.versions if unit in self.path(code, on)) | {unit}

    def merged_into(self, unit: str, on: date) -> frozenset[str]:
        """The units that had become this one by a date, also by way of others."""
        return frozenset(code for code in self.versions if code != unit and self.standing(code, on) == unit)

    def gathered(self, units: Sequence[str], on: date) -> dict[str, tuple[int, ...]]:
        """Things that stand in units (their places in the list), by the unit that they stand in on a date."""
        found: dict[str, list[int]] = {}
        for place, unit in enumerate(units):
            found.setdefault(self.standing(unit, on), []).append(place)
        return {unit: tuple(listed) for unit, listed in found.items()}

    def nearest(self, unit: str, on: date, among: Container[str]) -> str | None:
        """The first of these units that is met on the way up from a unit on a date."""
        return next((step for step in self.path(unit, on) if step in among), None)

    def stretches(self, from_on: date, to_on: date) -> list[tuple[date, date]]:
        """A span of dates, both included, cut where the tree changes."""
        begins = [from_on, *(turn for turn in self.turns if from_on < turn <= to_on)]
        return list(zip(begins, [*(turn - _DAY for turn in begins[1:]), to_on], strict=True))

    def _versions(self, unit: str) -> tuple[Unit, ...]:
        if unit not in self.versions:
            raise NotFound("unit", unit)
        return self.versions[unit]

    def _on(self, unit: str, on: date) -> Unit:
        versions = self._versions(unit)
        begun = [version for version in versions if begin_of(version) <= on]
        return begun[-1] if begun else versions[0]

    def _climb(self, unit: str, on: date) -> list[Unit]:
        found: list[Unit] = []
        seen: set[str] = set()
        at: str | None = unit
        while at is not None and at not in seen:
            seen.add(at)
            version = self._on(at, on)
            if version.into is not None and end_of(version) < on:
                at = version.into
            else:
                found.append(version)
                at = version.parent
        return found or [self._on(unit, on)]


def begin_of(unit: Unit) -> date:
    return unit.from_on or date.min


def end_of(unit: Unit) -> date:
    return unit.to_on or date.max


def holds(unit: Unit, on: date) -> bool:
    return begin_of(unit) <= on <= end_of(unit)


def turns_of(units: Iterable[Unit]) -> list[date]:
    """The dates from which on something of a tree is not as it was the day before."""
    listed = list(units)
    begun = {unit.from_on for unit in listed if unit.from_on}
    return sorted(begun | {unit.to_on + _DAY for unit in listed if unit.to_on and unit.to_on < date.max})


def fault_of(units: Sequence[Unit]) -> Fault | None:
    """The first reason why these versions make no tree on some date, None where they do. Codes named must be there."""
    places: dict[str, list[int]] = {}
    for place, unit in enumerate(units):
        places.setdefault(unit.code, []).append(place)
    for listed in places.values():
        for number, place in enumerate(listed):
            for other in listed[:number]:
                if begin_of(units[place]) <= end_of(units[other]) and begin_of(units[other]) <= end_of(units[place]):
                    return Fault(place, "overlap", max(begin_of(units[place]), begin_of(units[other])))
        listed.sort(key=lambda place: begin_of(units[place]))
        for earlier, later in pairwise(listed):
            if end_of(units[earlier]) + _DAY != begin_of(units[later]) or units[earlier].into:
                return Fault(later, "gap", end_of(units[earlier]) + _DAY)
    life = {code: (begin_of(units[listed[0]]), end_of(units[listed[-1]])) for code, listed in places.items()}
    for place, unit in enumerate(units):
        if unit.parent is not None:
            begins, ends = life[unit.parent]
            if begin_of(unit) < begins:
                return Fault(place, "outside_parent", begin_of(unit))
            if end_of(unit) > ends:
                return Fault(place, "outside_parent", ends + _DAY)
        if unit.into is not None:
            begins, ends = life[unit.into]
            if unit.to_on in (None, date.max) or not begins <= unit.to_on + _DAY <= ends:
                return Fault(place, "successor", end_of(unit))
    tree = Tree(units)
    for on in [date.min, *tree.turns]:
        for code in places:
            steps = tree.steps(code, on)
            if steps[-1].parent is not None:
                place = next(n for n in places[code] if n == places[code][-1] or end_of(units[n]) >= on)
                return Fault(place, "cycle", on)
    return None
