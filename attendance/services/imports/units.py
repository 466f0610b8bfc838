"""Units and where they stand in the tree; the unit above may stand further down in the sheet.

What a sheet says of a unit holds from its `from` on, and always where it says no date. The units must make a tree on
every date, with what is stored already.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any

from attendance.facts import Unit
from attendance.rules.tree import begin_of, fault_of, holds
from attendance.services.imports import unit_writing
from attendance.services.imports.lookups import find_schedule, has_hours, is_code
from attendance.services.imports.taking import Taking, day
from attendance.sheets import Row
from attendance.sheets.headers import fold

_DAY = timedelta(days=1)


@dataclass(slots=True)
class Plan:
    """A unit of the sheet: its versions as stored and as they are to be, by date, and the rows that say so."""

    stored: tuple[Unit, ...]
    wanted: list[Unit] = field(default_factory=list)
    rows: list[Row] = field(default_factory=list)


def take(taking: Taking, rows: Sequence[Row]) -> None:
    plans = {code: Plan(versions, list(versions)) for code, versions in taking.known.tree.versions.items()}
    said = _said_codes(rows)
    seen: dict[tuple[object, ...], int] = {}
    for row in sorted(rows, key=lambda row: (row.values["from"] or date.min, row.number)):
        code = str(row.values["code"])
        is_code(taking, row, "code")
        key = (code, row.values["from"])
        if key in seen:
            taking.refuse(row, "code", "repeated", row=seen[key])
        seen.setdefault(key, row.number)
        parent = _parent(taking, row, said)
        schedule = find_schedule(taking, row, "schedule")
        from_on, to_on = row.values["from"], row.values["to"]
        if not taking.is_wrong(row):
            has_hours(taking, row, schedule, from_on or taking.today, to_on)  # type: ignore[arg-type]
        if code in plans and plans[code].stored and not taking.known.sees_unit(taking.known.number_of(code)):
            taking.refuse(row, "code", "code_taken")
        if not taking.is_wrong(row):
            plan = plans.setdefault(code, Plan(()))
            hours = str(schedule["code"]) if schedule is not None else None
            _say(taking, row, plan, code, parent, hours)
    _refuse_what_makes_no_tree(taking, plans)
    unit_writing.write(taking, {code: plan for code, plan in plans.items() if plan.rows})


def _say(taking: Taking, row: Row, plan: Plan, code: str, parent: str | None, hours: str | None) -> None:
    """Lay what a row says over the versions of its unit."""
    name, from_on, to_on = str(row.values["name"]), row.values["from"], row.values["to"]
    assert from_on is None or isinstance(from_on, date)
    assert to_on is None or isinstance(to_on, date)
    if from_on and to_on and to_on < from_on:
        taking.refuse(row, "to", "ends_before", begins=day(from_on))
        return
    if not plan.wanted:
        plan.wanted = [Unit(code, name, parent, hours, from_on, to_on)]
        plan.rows.append(row)
        return
    said: dict[str, Any] = (
        {"name": name} | ({"parent": parent} if parent else {}) | ({"schedule": hours} if hours else {})
    )
    on = from_on or taking.today
    at = next((n for n, version in enumerate(plan.wanted) if holds(version, on)), None)
    if at is None:
        at = 0 if on < begin_of(plan.wanted[0]) else len(plan.wanted) - 1
    held = plan.wanted[at]
    moves = any(getattr(held, field) != value for field, value in said.items() if field != "name")
    if from_on is None and moves:
        taking.refuse(row, "from", "move_undated")
        return
    changed = replace(held, **said)
    if changed != held:
        if from_on is None or begin_of(held) >= from_on or not moves:
            plan.wanted[at] = (
                changed if from_on is None or begin_of(held) <= from_on else replace(changed, from_on=from_on)
            )
        else:
            plan.wanted[at : at + 1] = [
                replace(held, to_on=from_on - _DAY, into=None), replace(changed, from_on=from_on)
            ]  # fmt: skip
    if to_on is not None and plan.wanted[-1].to_on != to_on:
        plan.wanted = [version for version in plan.wanted if begin_of(version) <= to_on]
        if not plan.wanted:
            taking.refuse(row, "to", "ends_before", begins=day(held.from_on))
            plan.wanted = list(plan.stored)
            return
        plan.wanted[-1] = replace(plan.wanted[-1], to_on=to_on, into=None)
    plan.rows.append(row)


def _said_codes(rows: Sequence[Row]) -> dict[str, str]:
    """Codes of the sheet by what may be written for them: the code itself, or the name."""
    found: dict[str, str] = {}
    for row in rows:
        code = str(row.values["code"])
        for text in (row.values["name"], code):
            found.setdefault(fold(str(text)), code)
        found[code] = code
    return found


def _parent(taking: Taking, row: Row, said: Mapping[str, str]) -> str | None:
    """The code of the unit above; None: the unit stands at the top, or as it stood."""
    text = row.values["parent"]
    if text is None:
        if taking.known.within.is_all or row.values["code"] in taking.known.tree.versions:
            return None
        if taking.known.first_unit is None:
            taking.refuse(row, "parent", "no_unit")
            return None
        return str(taking.known.first_unit["code"])
    found = taking.known.units.find(str(text))
    if len(found) == 1:
        return str(found[0]["code"])
    if len(found) > 1:
        taking.refuse(row, "parent", "ambiguous_unit", codes=", ".join(str(each["code"]) for each in found[:5]))
        return None
    code = said.get(str(text)) or said.get(fold(str(text)))
    if code is None or (code in taking.known.tree.versions and not found):
        taking.refuse(row, "parent", "unknown_parent")
        return None
    return code


def _refuse_what_makes_no_tree(taking: Taking, plans: dict[str, Plan]) -> None:
    """Each fault is put down to a row, what that row says is left away, and the rest is looked at again."""
    while True:
        _drop_without_parent(taking, plans)
        units = [unit for plan in plans.values() for unit in plan.wanted]
        fault = fault_of(units)
        if fault is None:
            return
        unit = units[fault.place]
        blamed = next(
            (code for code in (unit.code, unit.parent, unit.into) if code is not None and plans[code].rows),
            next((code for code, plan in plans.items() if plan.rows), None),
        )
        if blamed is None:
            return
        row = plans[blamed].rows[0]
        target = {"cycle": "parent", "outside_parent": "from"}.get(fault.kind, "from")
        taking.refuse(row, target, f"tree_{fault.kind}", unit=unit.code, above=unit.parent or "", on=day(fault.on))
        _leave_away(taking, plans, blamed)


def _drop_without_parent(taking: Taking, plans: dict[str, Plan]) -> None:
    """Units whose unit above was refused itself."""
    again = True
    while again:
        again = False
        for code, plan in list(plans.items()):
            if any(unit.parent is not None and not _is_there(plans, unit.parent) for unit in plan.wanted):
                for row in plan.rows:
                    taking.refuse(row, "parent", "unknown_parent")
                _leave_away(taking, plans, code)
                again = True


def _is_there(plans: Mapping[str, Plan], code: str) -> bool:
    return code in plans and bool(plans[code].wanted)


def _leave_away(taking: Taking, plans: dict[str, Plan], code: str) -> None:
    """A unit is as it was stored, or not there; its other rows cannot stand without the refused one."""
    plan = plans[code]
    for row in plan.rows:
        if not taking.is_wrong(row):
            taking.refuse(row, "code", "beside_a_wrong_row", schedule=code)
    plan.wanted, plan.rows = list(plan.stored), []
    if not plan.stored:
        del plans[code]
