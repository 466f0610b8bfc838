"""Versions of units as rows of the store: those that are no longer wanted end, those that are new are added."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from attendance.facts import Unit
from attendance.rules.tree import holds
from attendance.services.imports.taking import State, Taking, Values, day
from attendance.store import import_reading
from attendance.store.tables import UnitRow
from attendance.store.tree_tables import UnitVersionRow

if TYPE_CHECKING:
    from attendance.services.imports.units import Plan


def write(taking: Taking, plans: Mapping[str, Plan]) -> None:
    """File what the sheet says of each unit. Somebody who still serves where a unit ends is a wrong cell."""
    for plan in plans.values():
        _refuse_if_people_stay(taking, plan)
    good = {code: plan for code, plan in plans.items() if not any(taking.is_wrong(row) for row in plan.rows)}
    numbers = {code: _number(taking, code, plan) for code, plan in good.items()}
    standing: dict[int, list[Values]] = {}
    for stored in import_reading.standing(taking.session, UnitVersionRow):
        standing.setdefault(stored["unit_id"], []).append(stored)
    for code, plan in good.items():
        _write_versions(taking, plan, numbers[code], standing.get(numbers[code], []), numbers)


def _number(taking: Taking, code: str, plan: Plan) -> int:
    """The number of a unit; a new one gets its own, one that an undone import left behind has its old one again."""
    if plan.stored:
        return taking.known.number_of(code)
    again = taking.known.left_units.get(code)
    if again is None:
        number: int = taking.add(UnitRow, plan.rows[0], code=code, version=1)["id"]
        return number
    taking.pen.change(UnitRow, again["id"], plan.rows[0].number, "withdrawn_at", again["withdrawn_at"], None)
    found: int = again["id"]
    return found


def _write_versions(
    taking: Taking, plan: Plan, number: int, standing: Sequence[Values], numbers: Mapping[str, int]
) -> None:
    state: State = "new" if not plan.stored else "changed" if list(plan.stored) != plan.wanted else "unchanged"
    for row in plan.rows:
        taking.settle(row, state)
    if state == "unchanged":
        return
    kept = [unit for unit in plan.wanted if unit in plan.stored]
    by_begin = {each["from_on"]: each for each in standing}
    for unit in plan.stored:
        if unit not in kept and unit.from_on in by_begin:
            taking.end(UnitVersionRow, plan.rows[-1], by_begin[unit.from_on])
    for unit in plan.wanted:
        if unit not in kept:
            values = _values(taking, unit, number, numbers)
            taking.add(UnitVersionRow, plan.rows[-1], document=_document(by_begin, unit), **values)
    if plan.stored:
        version = taking.known.unit_row(number)["version"]
        taking.pen.change(UnitRow, number, plan.rows[-1].number, "version", version, version + 1)


def _values(taking: Taking, unit: Unit, number: int, numbers: Mapping[str, int]) -> Values:
    def of(code: str | None) -> int | None:
        return None if code is None else numbers.get(code) or taking.known.number_of(code)

    hours = taking.known.schedules.find(unit.schedule) if unit.schedule is not None else ()
    return {
        "unit_id": number,
        "name": unit.name,
        "parent_id": of(unit.parent),
        "schedule_id": hours[0]["id"] if hours else None,
        "from_on": unit.from_on,
        "to_on": unit.to_on,
        "into_id": of(unit.into),
    }


def _document(stored: Mapping[object, Values], unit: Unit) -> str:
    held = stored.get(unit.from_on)
    return str(held["document"]) if held is not None else ""


def _refuse_if_people_stay(taking: Taking, plan: Plan) -> None:
    """People who serve in a unit on a date on which it would be there no longer, or not yet."""
    if not plan.stored:
        return
    number = taking.known.number_of(plan.wanted[0].code)
    begins, ends = plan.wanted[0].from_on, plan.wanted[-1].to_on
    for serving in taking.known.serving.values():
        for each in serving:
            if each["unit_id"] != number:
                continue
            outside = (begins is not None and each["from_on"] < begins) or (
                ends is not None and (each["to_on"] is None or each["to_on"] > ends)
            )
            was_inside = any(holds(unit, each["from_on"]) for unit in plan.stored)
            if outside and was_inside:
                taking.refuse(plan.rows[-1], "to" if ends is not None else "from", "people_stay", ends=day(ends))
                return
