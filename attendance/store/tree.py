"""The tree as stored: which units there were on a date, under whom, and whose rows belong to whom.

Who may see a row follows the tree of today; to which unit a row is counted follows the tree of the row's own date.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlmodel import Session, col, select

from attendance.facts import Unit
from attendance.rules.tree import Tree
from attendance.store import office
from attendance.store.questions import Question, codes
from attendance.store.tables import ScheduleRow, TerminalRow, UnitRow
from attendance.store.tree_tables import UnitVersionRow
from attendance.store.within import EVERYTHING, Within

Spread = tuple[tuple[date, date, frozenset[int]], ...]
"""Numbers of units by stretch of dates, both ends included: what a unit was made of on each date of a span."""

_VERSIONS = Question(UnitVersionRow)


@dataclass(frozen=True, slots=True)
class UnitOn:
    """A unit as it was on a date, `depth` below the top of what is shown. `from_on` and `to_on` are of its life."""

    id: int
    code: str
    name: str
    parent: str | None
    schedule: str | None
    from_on: date | None
    to_on: date | None
    depth: int


def read_units(session: Session, as_of: datetime | None = None) -> list[Unit]:
    """Every version of every unit as known at a moment (None: now), units in the order they were registered.

    A unit of which nothing was known yet is there without name, hours and unit above.
    """
    unit_codes, schedules = codes(session, UnitRow), codes(session, ScheduleRow)
    found: dict[int | None, list[Unit]] = {number: [] for number in sorted(unit_codes, key=lambda n: n or 0)}
    for row in _VERSIONS.ask(session, {"as_of": as_of}):
        found[row.unit_id].append(
            Unit(
                code=unit_codes[row.unit_id],
                name=row.name,
                parent=unit_codes.get(row.parent_id),
                schedule=schedules.get(row.schedule_id),
                from_on=row.from_on,
                to_on=row.to_on,
                into=unit_codes.get(row.into_id),
            )
        )
    return [unit for number, listed in found.items() for unit in listed or [Unit(unit_codes[number])]]


class StoredTree:
    """The tree with the numbers that rows of the database have for its units."""

    def __init__(self, session: Session, as_of: datetime | None = None) -> None:
        self.tree = Tree(read_units(session, as_of))
        self.codes = {number: code for number, code in codes(session, UnitRow).items() if number is not None}
        self.numbers = {code: number for number, code in self.codes.items()}

    def below(self, unit_ids: Iterable[int], on: date) -> frozenset[int]:
        """Numbers of these units, of all below them on a date, and of all that had merged into one of these."""
        tops = {self.codes[number] for number in unit_ids}
        tree = self.tree
        found = {code for code in tree.versions if not tops.isdisjoint(tree.path(code, on))}
        return frozenset(self.numbers[code] for code in found | tops)

    def above(self, unit_ids: Iterable[int], from_on: date, to_on: date) -> frozenset[int]:
        """Numbers of the units that stood above one of these on some date of a span."""
        begins = [begin for begin, _ in self.tree.stretches(from_on, to_on)]
        paths = (self.tree.path(self.codes[number], on) for number in unit_ids for on in begins)
        return frozenset(self.numbers[code] for path in paths for code in path)

    def spread(self, unit_id: int, from_on: date, to_on: date) -> Spread:
        """The units that belonged to this one, by stretch of a span of dates."""
        return tuple((first, last, self.below([unit_id], first)) for first, last in self.tree.stretches(from_on, to_on))

    def path(self, unit_id: int, on: date) -> tuple[int, ...]:
        """Numbers of the unit and those above it on a date, nearest first; of one that merged, those of what it became.

        With a unit's number first and its own head asked for there, the next ones are those a level up.
        """
        return tuple(self.numbers[code] for code in self.tree.path(self.codes[unit_id], on))

    def merged_into(self, unit_id: int, on: date) -> frozenset[int]:
        """Numbers of the units that had become this one by a date."""
        return frozenset(self.numbers[code] for code in self.tree.merged_into(self.codes[unit_id], on))

    def name(self, code: str, on: date) -> str:
        """What a unit was called on a date, or nearest to it; a merged one by the name it had."""
        versions = self.tree.versions[code]
        begun = [version for version in versions if version.from_on is None or version.from_on <= on]
        return (begun or versions)[-1 if begun else 0].name

    def shown(self, on: date, within: Within = EVERYTHING) -> list[UnitOn]:
        """The units there were on a date among those that may be seen, each before those below it, as registered.

        One whose unit above may not be seen stands at the top.
        """
        living = {code: unit for code in self.tree.versions if (unit := self.tree.living(code, on)) is not None}
        seen = {code for code in living if within.names(self.numbers[code])}
        children: dict[str | None, list[str]] = {}
        for code in living:
            if code not in seen:
                continue
            parent = living[code].parent
            children.setdefault(parent if parent in seen else None, []).append(code)
        found: list[UnitOn] = []
        waiting = [(code, 0) for code in reversed(children.get(None, []))]
        while waiting:
            code, depth = waiting.pop()
            unit, versions = living[code], self.tree.versions[code]
            parent = unit.parent if unit.parent in seen else None
            life = versions[0].from_on, versions[-1].to_on
            found.append(UnitOn(self.numbers[code], code, unit.name, parent, unit.schedule, *life, depth))
            waiting.extend((below, depth + 1) for below in reversed(children.get(code, [])))
        return found

    def depending(self, site: TerminalRow, sites: Iterable[TerminalRow], on: date) -> frozenset[int]:
        """Numbers of the units whose people depend on a terminal on a date unless their assignment says otherwise.

        Those are the units for which the nearest up the tree that has terminals in use has this one among them.
        """
        tree = self.tree
        here = tree.standing(self.codes[site.unit_id], on)
        used = {tree.standing(self.codes[row.unit_id], on) for row in sites if row.in_use} | {here}
        return frozenset(self.numbers[code] for code in tree.versions if tree.nearest(code, on, used) == here)


def units_below(session: Session, code: str, on: date) -> frozenset[int]:
    """Numbers of the unit with this code, all below it on a date and all merged into one of these. Raises NotFound."""
    return StoredTree(session).below([office.key(office.get(session, UnitRow, code))], on)


def spread_of(session: Session, code: str, from_on: date, to_on: date) -> Spread:
    """What a unit was made of on each date of a span. Raises NotFound."""
    return StoredTree(session).spread(office.key(office.get(session, UnitRow, code)), from_on, to_on)


def depending(session: Session, site: TerminalRow, from_on: date, to_on: date) -> Spread:
    """The units whose people depend on a terminal unless their assignment says otherwise, by stretch of dates."""
    stored, sites = StoredTree(session), office.terminals(session)
    stretches = stored.tree.stretches(from_on, to_on)
    return tuple((first, last, stored.depending(site, sites, first)) for first, last in stretches)


def holds_in(spread: Spread, unit_id: int, on: date) -> bool:
    """Whether a row of this unit and date is one of the spread's."""
    return any(first <= on <= last and unit_id in units for first, last, units in spread)


def meets(spread: Spread, unit_id: int, from_on: date, to_on: date | None) -> bool:
    """Whether something of this unit that holds from one date to another (None: open) holds on dates of the spread."""
    return any(
        unit_id in units and from_on <= last and (to_on is None or first <= to_on) for first, last, units in spread
    )


def versions_of(session: Session, unit_id: int, *, withdrawn: bool = False) -> list[UnitVersionRow]:
    """The versions of a unit by date; `withdrawn`: also those taken back, in the order of recording."""
    query = select(UnitVersionRow).where(UnitVersionRow.unit_id == unit_id)
    if withdrawn:
        return list(session.exec(query.order_by(col(UnitVersionRow.recorded_at), col(UnitVersionRow.id))))
    rows = session.exec(query.where(col(UnitVersionRow.withdrawn_at).is_(None)))
    return sorted(rows, key=lambda row: row.from_on or date.min)


def again(row: UnitVersionRow, at: datetime, **changed: Any) -> UnitVersionRow:
    """The same version filed anew with something changed."""
    kept = row.model_dump(exclude={"id", "recorded_at", "withdrawn_at", *changed})
    return UnitVersionRow(**kept, **changed, recorded_at=at)
