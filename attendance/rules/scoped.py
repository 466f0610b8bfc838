"""Rules with a scope: nation → province → unit → person; the narrowest wins where the wider ones allow it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Any

from attendance.errors import Overlap
from attendance.rules.citation import Citation

SCOPES = ("nation", "province", "unit", "person")
NARROWER = frozenset(SCOPES[1:])


@dataclass(frozen=True, slots=True)
class Scope:
    """For whom a rule holds. `code`: the unit at whose top it holds (province, unit), or the person."""

    kind: str = "nation"
    code: str = ""

    def __str__(self) -> str:
        return f"{self.kind} {self.code}".strip()


NATION = Scope()


@dataclass(frozen=True, slots=True)
class RuleVersion:
    """What a rule says for a scope from `from_on` to `to_on`, both included, and the paper it was issued under.

    `allows`: the kinds of narrower scopes that may decide otherwise. An empty `document` is printed as an empty "issued
    under" line, never as law.
    """

    rule: str
    value: Any
    scope: Scope = NATION
    from_on: date | None = None
    to_on: date | None = None
    allows: frozenset[str] = NARROWER
    document: str = ""
    article: str = ""
    recorded_at: datetime | None = None

    def covers(self, on: date) -> bool:
        return (self.from_on is None or self.from_on <= on) and (self.to_on is None or on <= self.to_on)

    @property
    def citation(self) -> Citation:
        return Citation(self.rule, self.from_on, self.to_on, self.document, self.article)


@dataclass(frozen=True, slots=True)
class Step:
    """One scope that was asked on the way, what it says, and whether the wider ones let it decide."""

    version: RuleVersion
    taken: bool


@dataclass(frozen=True, slots=True)
class Resolved:
    """The version that holds, and the path on which it was found, widest scope first."""

    version: RuleVersion
    path: tuple[Step, ...]


class RuleSet:
    """Versions of rules by scope. Raises Overlap where two versions of one rule and scope hold on one date."""

    def __init__(self, versions: Iterable[RuleVersion] = ()) -> None:
        self.versions = tuple(versions)
        self._by_place: dict[tuple[str, str, str], list[RuleVersion]] = defaultdict(list)
        for version in self.versions:
            self._by_place[version.rule, version.scope.kind, version.scope.code].append(version)
        for listed in self._by_place.values():
            listed.sort(key=lambda version: version.from_on or date.min)
            for earlier, later in pairwise(listed):
                if earlier.covers(later.from_on or date.min):
                    raise Overlap(f"rule {later.rule} for {later.scope}", later.from_on or date.min)
        self.rules = frozenset(version.rule for version in self.versions)
        self.persons = frozenset(v.scope.code for v in self.versions if v.scope.kind == "person")
        self.turns = sorted(
            {v.from_on for v in self.versions if v.from_on}
            | {v.to_on + timedelta(days=1) for v in self.versions if v.to_on and v.to_on < date.max}
        )

    def resolve(self, rule: str, units: Sequence[str], person: str | None, on: date) -> Resolved | None:
        """What holds on a date for a person of the unit whose path down the tree is given, root first.

        None where no scope says anything: then the default of the rule holds.
        """
        places = [("nation", ""), *((kind, unit) for unit in units for kind in ("province", "unit"))]
        if person is not None:
            places.append(("person", person))
        held: RuleVersion | None = None
        path = []
        for kind, code in places:
            found = next((v for v in self._by_place.get((rule, kind, code), ()) if v.covers(on)), None)
            if found is not None:
                taken = held is None or kind in held.allows
                held = found if taken else held
                path.append(Step(found, taken))
        return Resolved(held, tuple(path)) if held is not None else None

    def overruled(
        self,
        version: RuleVersion,
        units: Callable[[date], Sequence[str]],
        person: str | None,
        moved: Iterable[date] = (),
    ) -> Resolved | None:
        """Where a wider scope does not let this version decide on some date of it: what holds then; else None.

        `units` answers for a date as for `resolve`: the path down the tree to where the version holds; `moved`: the
        dates from which on it answers otherwise.
        """
        first = version.from_on or date.min
        turns = [first, *(on for on in sorted({*self.turns, *moved}) if first < on and version.covers(on))]
        for on in turns:
            found = self.resolve(version.rule, units(on), person, on)
            if found is not None and any(step.version.scope == version.scope and not step.taken for step in found.path):
                return found
        return None
