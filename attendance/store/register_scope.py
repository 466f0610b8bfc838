"""Which rows a register is made of, as conditions on a table of rows by date, unit and person."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement

from attendance.store.listing import in_spread
from attendance.store.tree import Spread
from attendance.store.within import Within


@dataclass(frozen=True, slots=True)
class Chosen:
    """Rows of a span of dates, both included, that may be seen. `part`: only of units that belonged to it on the date;
    None: all. `employee_id`: only of this person."""

    within: Within
    from_on: date
    to_on: date
    part: Spread | None = None
    employee_id: int | None = None

    def rows(self, on: Any, unit: Any, employee: Any) -> list[ColumnElement[bool]]:
        """Conditions on a table's columns for date, unit and person."""
        found = [on.between(self.from_on, self.to_on), *self.within.rows(unit, employee)]
        if self.part is not None:
            found.append(in_spread(unit, on, self.part))
        if self.employee_id is not None:
            found.append(employee == self.employee_id)
        return found
