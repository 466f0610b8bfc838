"""Which rows somebody may see, as one value that every list, count and look-up is limited by."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import ColumnElement, and_, false, or_


@dataclass(frozen=True, slots=True)
class Within:
    """Rows of these units (numbers; None: every unit), and rows of this person wherever they served.

    `served`: the units that person serves or served in, which may be named and are nobody else's rows. `only`: a
    filter on top: nothing outside of these units. Nothing given: no rows at all.
    """

    units: frozenset[int] | None = frozenset()
    employee: int | None = None
    served: frozenset[int] = frozenset()
    only: frozenset[int] | None = None

    @property
    def is_all(self) -> bool:
        """Whether nothing is outside."""
        return self.units is None and self.only is None

    @property
    def is_person(self) -> bool:
        """Whether there is nothing but one person's own rows to see."""
        return self.units is not None and not self.units

    @property
    def places(self) -> frozenset[int] | None:
        """The units whose things (terminals, sites) are inside; None: every unit."""
        if self.units is None or self.only is None:
            return self.only if self.units is None else self.units
        return self.units & self.only

    def narrowed(self, units: frozenset[int]) -> Within:
        """The same, of these units alone."""
        return replace(self, only=units if self.only is None else self.only & units)

    def joined(self, other: Within) -> Within:
        """What is inside of this or of another one, of whose `only` the two have the same."""
        units = None if self.units is None or other.units is None else self.units | other.units
        employee = self.employee if self.employee is not None else other.employee
        return replace(self, units=units, employee=employee, served=self.served | other.served)

    def sees(self, unit_id: int | None, employee_id: int | None = None) -> bool:
        """Whether a row of this unit and person is inside. A row of no unit is inside for who sees everything."""
        if self.only is not None and unit_id not in self.only:
            return False
        own = self.employee is not None and employee_id == self.employee
        return self.units is None or unit_id in self.units or own

    def names(self, unit_id: int | None) -> bool:
        """Whether this unit itself may be named, and what it decided for everybody in it be told."""
        if self.only is not None and unit_id not in self.only:
            return False
        return self.units is None or unit_id in self.units or unit_id in self.served

    def rows(self, unit: Any, employee: Any = None) -> list[ColumnElement[bool]]:
        """Conditions on a row's columns for unit and person; without a column for the person, its units alone."""
        found: list[ColumnElement[bool]] = []
        if self.only is not None:
            found.append(unit.in_(self.only))
        if self.units is not None:
            own = employee == self.employee if employee is not None and self.employee is not None else false()
            found.append(or_(unit.in_(self.units), own))
        return found

    def named(self, unit: Any) -> list[ColumnElement[bool]]:
        """Conditions on the column of a unit that may be named."""
        found: list[ColumnElement[bool]] = []
        if self.only is not None:
            found.append(unit.in_(self.only))
        if self.units is not None:
            found.append(unit.in_(self.units | self.served))
        return [and_(*found)] if found else []


EVERYTHING = Within(units=None)
NOTHING = Within()
