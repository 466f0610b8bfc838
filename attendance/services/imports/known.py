"""What the office has, looked up by what people write: codes in any case, or the full names of units and schedules."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from attendance.sheets.headers import fold
from attendance.store import import_reading
from attendance.store.database import Session
from attendance.store.import_reading import Office
from attendance.store.tables import AssignmentRow
from attendance.store.within import Within

Values = dict[str, Any]


class Names:
    """Rows found by code, else by code in other letters, else by a name that only one of them has."""

    def __init__(self, rows: Iterable[Values]) -> None:
        self._by_code: dict[str, Values] = {}
        self._folded: dict[str, list[Values]] = {}
        for row in rows:
            self.learn(row)

    def learn(self, row: Values) -> None:
        self._by_code[row["code"]] = row
        for text in dict.fromkeys((fold(row["code"]), fold(row["name"] or ""))):
            if text:
                self._folded.setdefault(text, []).append(row)

    def find(self, text: str) -> tuple[Values, ...]:
        """The row that is meant; none; or several that could be."""
        found = self._by_code.get(text)
        return (found,) if found is not None else tuple(self._folded.get(fold(text), ()))

    def has_code(self, code: str) -> bool:
        return code in self._by_code


@dataclass(slots=True)
class Known:
    """The office as far as somebody may see it (`within`); what lies outside is as if it were not there.

    `taken`: codes of people outside, which cannot be given again. `serving`: standing assignments by person.
    """

    within: Within
    units: Names
    schedules: Names
    terminals: Names
    people: dict[str, Values]
    first_unit: Values | None
    first_terminal: Values | None
    taken: frozenset[str] = frozenset()
    left_behind: dict[str, Values] = field(default_factory=dict)
    lost_schedules: dict[str, Values] = field(default_factory=dict)
    serving: dict[int, list[Values]] = field(default_factory=dict)
    all_units: tuple[Values, ...] = ()
    all_terminals: tuple[Values, ...] = ()

    def sees_unit(self, unit_id: int | None) -> bool:
        return self.within.sees(unit_id)

    def unit_code(self, unit_id: int) -> str:
        return next((str(unit["code"]) for unit in self.all_units if unit["id"] == unit_id), "")

    def depends_on(self, unit_id: int) -> set[str]:
        """Codes of the terminals that people of a unit depend on: those in use of the nearest unit up the tree."""
        parents = {unit["id"]: unit["parent_id"] for unit in self.all_units}
        step: int | None = unit_id
        seen: set[int] = set()
        while step is not None and step not in seen:
            seen.add(step)
            here = {str(t["code"]) for t in self.all_terminals if t["unit_id"] == step and t["in_use"]}
            if here:
                return here
            step = parents.get(step)
        return set()


def read_known(session: Session, within: Within) -> Known:
    office: Office = import_reading.read_office(session)
    serving: dict[int, list[Values]] = {}
    for row in import_reading.standing(session, AssignmentRow):
        serving.setdefault(row["employee_id"], []).append(row)
    seen_units = [unit for unit in office.units if within.sees(unit["id"])]
    seen_terminals = [row for row in office.terminals if within.sees(row["unit_id"])]
    standing = [row for row in office.people if row["withdrawn_at"] is None]
    inside = [row for row in standing if _is_inside(row["id"], serving.get(row["id"], ()), within)]
    visible = {row["code"] for row in inside}
    return Known(
        within=within,
        units=Names(seen_units),
        schedules=Names(row for row in office.schedules if row["withdrawn_at"] is None),
        terminals=Names(seen_terminals),
        people={row["code"]: row for row in inside},
        first_unit=seen_units[0] if seen_units else None,
        first_terminal=seen_terminals[0] if seen_terminals else None,
        taken=frozenset(row["code"] for row in standing if row["code"] not in visible),
        left_behind={row["code"]: row for row in office.people if row["withdrawn_at"] is not None},
        lost_schedules={row["code"]: row for row in office.schedules if row["withdrawn_at"] is not None},
        serving=serving,
        all_units=office.units,
        all_terminals=office.terminals,
    )


def _is_inside(employee_id: int, serving: Iterable[Values], within: Within) -> bool:
    return within.is_all or any(within.sees(row["unit_id"], employee_id) for row in serving)
