"""The cells of one column become values of its type, with what the whole column shows about them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from attendance.sheets import choices, dates, plain, times
from attendance.sheets.book import Broken, Cell, Sheet
from attendance.sheets.dates import Sense
from attendance.sheets.kinds import Column, Kind
from attendance.sheets.plain import shown
from attendance.sheets.problems import Problem
from attendance.sheets.rows import Value

_POINT_ZERO = re.compile(r"\d+\.0")
_NUMERIC = re.compile(r"\d+(?:\.\d+)?")


@dataclass(frozen=True, slots=True)
class Typist:
    """Values of one column. `point_zero`: all its numbers are text such as `101.0`; `zeros`: codes of that many digits
    begin with zeros, so that a shorter number among them has lost its own. `kind_of_absence`: takes words of codes."""

    column: Column
    sense: Sense = field(default_factory=Sense)
    point_zero: bool = False
    zeros: int = 0

    def value(self, value: Cell) -> Value:
        """Raises Problem. Value and type as in `Row.values`; `hours` gives a pair of times."""
        column = self.column
        if isinstance(value, Broken):
            raise Problem("broken_formula", value=value.shown)
        if isinstance(value, str):
            plain.refuse_formula(value)
        if column.name == "hours":
            if not isinstance(value, str):
                raise Problem("not_a_time_span", value=shown(value))
            return times.span_of_text(value)
        if column.type == "date":
            return dates.of_cell(value, self.sense, shown(value))
        if column.type in ("moment", "span"):
            return dates.span_of_cell(value, self.sense, shown(value))
        if column.type == "time":
            return times.of_cell(value, shown(value))
        if column.type == "weekdays":
            return plain.weekdays(value)
        if column.type == "yes_no":
            return plain.yes_no(value)
        if column.type == "choice":
            return self._choice(value)
        if column.name == "days":
            return _days(value)
        if column.type == "text":
            return plain.text(value, column)
        return self._code(value)

    def _choice(self, value: Cell) -> str:
        return plain.choice(value, self.column, self.column.choices).value

    def _code(self, value: Cell) -> str:
        if isinstance(value, str) and self.point_zero and _POINT_ZERO.fullmatch(value):
            value = value.removesuffix(".0")
        found = plain.number(value, self.column) if self.column.type == "number" else plain.code(value, self.column)
        if self.zeros and not isinstance(value, str) and len(found) < self.zeros:
            raise Problem("zeros_lost", value=found, digits=self.zeros)
        if self.column.type == "code" and isinstance(value, str) and _POINT_ZERO.fullmatch(value):
            raise Problem("not_a_code", value=value)
        return found


class KindOfAbsence(Typist):
    """The column `kind` of absences, where people write the kind of leave itself: `Nghỉ phép`, `Ô`."""

    def _choice(self, value: Cell) -> str:
        said = shown(value)
        found = plain.meant(said, self.column.choices)
        code = plain.meant(said, choices.ABSENCE_CODES)
        if found is not None or code is None:
            return plain.choice(value, self.column, self.column.choices).value
        return code.value


def typist(kind: Kind, target: str) -> type[Typist]:
    return KindOfAbsence if kind.name == "absences" and target == "kind" else Typist


def typists(
    kind: Kind, columns: Mapping[str, int], sheet: Sheet, first: int, senses: Mapping[int, Sense]
) -> dict[str, Typist]:
    """For every mapped target (`columns`: 0-based) the one that reads its cells."""
    found: dict[str, Typist] = {}
    for target, at in columns.items():
        column = kind.column(target)
        point_zero, zeros = False, 0
        if column.type in ("code", "number"):
            cells = [row[at] for row in sheet.grid[first:] if at < len(row)]
            point_zero, zeros = _point_zero(cells), _zeros(cells)
        found[target] = typist(kind, target)(column, senses.get(at, Sense()), point_zero, zeros)
    return found


def _point_zero(cells: list[Cell]) -> bool:
    numeric = [cell for cell in cells if isinstance(cell, str) and _NUMERIC.fullmatch(cell)]
    return bool(numeric) and all(_POINT_ZERO.fullmatch(cell) for cell in numeric)


def _zeros(cells: list[Cell]) -> int:
    """The one length of the codes that begin with zeros; 0 where there are none or they differ."""
    lengths = {len(cell) for cell in cells if isinstance(cell, str) and cell.isdigit() and cell.startswith("0")}
    return lengths.pop() if len(lengths) == 1 else 0


def _days(value: Cell) -> str:
    if isinstance(value, (date, Broken)):
        raise Problem("not_a_number", value=shown(value))
    return shown(value)
