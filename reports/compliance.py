"""*Tỷ lệ chấp hành giờ làm việc* of a unit and of those below it, each figure with the list behind it. Frozen values.

Units stand in the order of the tree and are not ranked. One of few people is marked: its figure says little.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache

from attendance.store.database import Session
from attendance.store.tree import Spread, StoredTree, UnitOn
from attendance.store.within import Within
from reports.charts import FEWEST_PEOPLE
from reports.counted import Cell, Counted, Figures, check_sums, counted, summed
from reports.view import UnitOption

NOTHING = Figures()


@dataclass(frozen=True, slots=True)
class UnitLine:
    """A unit with all below it, `depth` below the one asked for; `has_below`: there are units below it."""

    code: str
    name: str
    depth: int
    parent: str
    figures: Figures
    has_below: bool = False

    @property
    def is_small(self) -> bool:
        return self.figures.people < FEWEST_PEOPLE


@dataclass(frozen=True, slots=True)
class Compliance:
    """`unit` empty: all that the reader sees. `lines`: the unit itself and every one below it, in the order of the
    tree; `own`: of people of the unit itself. `left_out`: due sessions of people who need not punch. `above`: the units
    above that may be seen, from the top.
    """

    unit: str
    name: str
    from_on: date
    to_on: date
    whole: Figures
    lines: tuple[UnitLine, ...]
    left_out: int
    own: Figures = NOTHING
    units_offered: tuple[UnitOption, ...] = ()
    above: tuple[UnitOption, ...] = ()

    @property
    def below(self) -> tuple[UnitLine, ...]:
        """The units right below the one asked for; before them, where there are some, its own people without a code."""
        found = tuple(line for line in self.lines if line.depth == (1 if self.unit else 0))
        return (UnitLine("", self.name, 1, self.unit, self.own), *found) if found and self.own.due else found


def compliance(
    session: Session, within: Within, *, unit: str, part: Spread | None, from_on: date, to_on: date
) -> Compliance:
    """Counts of a span, both ends included, in the rows that are `within`; of a unit by what it was on each date.
    Raises SumsDiffer."""
    stored = StoredTree(session)
    found = counted(session, stored, within, part, from_on, to_on)
    shown = stored.shown(to_on, within)
    lines = unit_lines(stored, found, shown, unit)
    offered = tuple(UnitOption(row.code, row.name, row.depth) for row in shown)
    return Compliance(
        unit=unit,
        name=stored.name(unit, to_on) if unit else "",
        from_on=from_on,
        to_on=to_on,
        whole=summed(found.cells),
        lines=lines,
        left_out=found.left_out,
        own=_own(stored, found.cells, unit),
        units_offered=offered,
        above=_above(shown, unit),
    )


def unit_lines(stored: StoredTree, found: Counted, shown: Sequence[UnitOn], unit: str) -> tuple[UnitLine, ...]:
    """A line for each unit of a part of the tree (`unit` empty: of all of it), with what is below it by the tree of
    each date. Raises SumsDiffer where the lines at the top have not all that the cells have."""
    rows = _part(shown, unit)
    cells = _by_unit(stored, found.cells)
    base = rows[0].depth if rows else 0
    parents = {row.parent for row in rows}
    lines = tuple(
        UnitLine(
            row.code, row.name, row.depth - base, row.parent or "", summed(cells.get(row.code, ())), row.code in parents
        )
        for row in rows
    )
    if unit:
        check_sums(lines[0].figures if lines else Figures(), summed(found.cells), f"figures of {unit}")
    return lines


def _part(shown: Sequence[UnitOn], unit: str) -> list[UnitOn]:
    """A unit and those below it, as they are shown; all of them where none is named."""
    if not unit:
        return list(shown)
    found: list[UnitOn] = []
    for row in shown:
        if row.code == unit or (found and row.depth > found[0].depth):
            found.append(row)
        elif found:
            break
    return found


def _by_unit(stored: StoredTree, cells: Sequence[Cell]) -> dict[str, list[Cell]]:
    """By code of each unit that a cell's unit belonged to on its date, itself with them."""
    path = cache(stored.path)
    found: dict[str, list[Cell]] = defaultdict(list)
    for cell in cells:
        if cell.unit_id is not None:
            for number in dict.fromkeys((cell.unit_id, *path(cell.unit_id, cell.on))):
                found[stored.codes[number]].append(cell)
    return found


def _own(stored: StoredTree, cells: Sequence[Cell], unit: str) -> Figures:
    """Of those who serve in a unit itself, or in one that has become it."""
    if not unit:
        return NOTHING
    number = stored.numbers[unit]
    nearest = cache(lambda of, on: stored.path(of, on)[0])
    return summed(cell for cell in cells if cell.unit_id is not None and nearest(cell.unit_id, cell.on) == number)


def _above(shown: Sequence[UnitOn], unit: str) -> tuple[UnitOption, ...]:
    by_code = {row.code: row for row in shown}
    found: list[UnitOption] = []
    row = by_code.get(unit)
    while row is not None and row.parent is not None:
        row = by_code[row.parent]
        found.insert(0, UnitOption(row.code, row.name, row.depth))
    return tuple(found)
