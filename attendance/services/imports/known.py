"""What the office has, looked up by what people write: codes in any case, or the full names of units and schedules."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from attendance.rules.tree import Tree
from attendance.sheets.headers import fold
from attendance.store import import_reading
from attendance.store.database import Session
from attendance.store.import_reading import Office
from attendance.store.tables import AssignmentRow, ScheduleVersionRow
from attendance.store.tree import read_units
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


@dataclass(slots=True)
class Known:
    """The office as far as somebody may see it (`within`); what lies outside is as if it were not there.

    `taken`: codes of people outside, which cannot be given again. `serving`: standing assignments by person, `hours`:
    versions by schedule.
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
    hours: dict[int, list[Values]] = field(default_factory=dict)
    all_units: tuple[Values, ...] = ()
    all_terminals: tuple[Values, ...] = ()
    left_units: dict[str, Values] = field(default_factory=dict)
    tree: Tree = field(default_factory=lambda: Tree(()))
    _by_name: dict[str, list[Values]] = field(default_factory=dict)
    _depends: dict[tuple[str, int], set[str]] = field(default_factory=dict)

    def sees_unit(self, unit_id: int | None) -> bool:
        return self.within.sees(unit_id)

    def named(self, name: str) -> list[Values]:
        """The people of this name."""
        if not self._by_name:
            for person in self.people.values():
                self._by_name.setdefault(fold(str(person["name"])), []).append(person)
        return self._by_name.get(fold(name), [])

    def unit_code(self, unit_id: int) -> str:
        return str(self.unit_row(unit_id)["code"])

    def unit_row(self, unit_id: int) -> Values:
        return next(unit for unit in self.all_units if unit["id"] == unit_id)

    def number_of(self, code: str) -> int:
        """The number of a stored unit."""
        return next(int(unit["id"]) for unit in self.all_units if unit["code"] == code)

    def life(self, unit: Values) -> tuple[date | None, date | None]:
        """The first and last date of a unit; None: open."""
        versions = self.tree.versions[unit["code"]]
        return versions[0].from_on, versions[-1].to_on

    def depends_on(self, unit: Values, on: date) -> set[str]:
        """Codes of the terminals that people of a unit depend on: those in use of the nearest unit up the tree."""
        key = (str(unit["code"]), self.tree.epoch(on))
        if key not in self._depends:
            codes = {each["id"]: str(each["code"]) for each in self.all_units}
            sites: dict[str, set[str]] = {}
            for each in self.all_terminals:
                if each["in_use"]:
                    stands = self.tree.standing(codes[each["unit_id"]], on)
                    sites.setdefault(stands, set()).add(str(each["code"]))
            self._depends[key] = sites.get(self.tree.nearest(key[0], on, sites) or "", set())
        return self._depends[key]


def read_known(session: Session, within: Within, today: date) -> Known:
    """The office as it stands; units are called what they are called today, or were called last."""
    office: Office = import_reading.read_office(session)
    tree = Tree(read_units(session))
    names = {code: (tree.living(code, today) or versions[-1]).name for code, versions in tree.versions.items()}
    units = tuple(row | {"name": names.get(row["code"], "")} for row in office.units)
    there = [row for row in units if row["withdrawn_at"] is None]
    serving: dict[int, list[Values]] = {}
    for row in import_reading.standing(session, AssignmentRow):
        serving.setdefault(row["employee_id"], []).append(row)
    hours: dict[int, list[Values]] = {}
    for row in import_reading.standing(session, ScheduleVersionRow):
        hours.setdefault(row["schedule_id"], []).append(row)
    seen_units = [unit for unit in there if within.sees(unit["id"])]
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
        hours=hours,
        all_units=units,
        left_units={row["code"]: row for row in units if row["withdrawn_at"] is not None},
        tree=tree,
        all_terminals=office.terminals,
    )


def _is_inside(employee_id: int, serving: Iterable[Values], within: Within) -> bool:
    return within.is_all or any(within.sees(row["unit_id"], employee_id) for row in serving)
