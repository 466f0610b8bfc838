"""Where a row of the staff list puts somebody, and what becomes of where they served before."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from attendance.services.imports.lookups import has_hours
from attendance.services.imports.taking import Taking, Values, covers, day, meets
from attendance.sheets import Row
from attendance.store.tables import AssignmentRow

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Said:
    """What a row says of somebody's service; None: nothing."""

    unit: Values | None
    schedule: Values | None
    terminal: Values | None
    from_on: date | None
    to_on: date | None


@dataclass(slots=True)
class Change:
    """Assignments that get other values, and one that is new."""

    corrected: list[tuple[Values, dict[str, Any]]] = field(default_factory=list)
    new: dict[str, Any] | None = None

    def check_hours(self, taking: Taking, row: Row, schedule: Values | None) -> None:
        """Refuse the row where the hours it names are none on some date somebody would work by them."""
        spans = [(old["from_on"], changes.get("to_on", old["to_on"])) for old, changes in self.corrected[:1]]
        if self.new is not None:
            spans = [(self.new["from_on"], self.new["to_on"])]
        for from_on, to_on in spans:
            has_hours(taking, row, schedule, from_on, to_on)

    def file(self, taking: Taking, row: Row, employee_id: int) -> None:
        serving = taking.known.serving.setdefault(employee_id, [])
        for old, changes in self.corrected:
            serving.remove(old)
            serving.append(taking.replace(AssignmentRow, row, old, **changes))
        if self.new is not None:
            serving.append(taking.add(AssignmentRow, row, employee_id=employee_id, document="", **self.new))
        taking.settle(row, "changed")


def plan(taking: Taking, row: Row, person: Values | None, said: Said) -> Change | None:
    """What has to be filed so that the row is true; None: it is, or the row was refused."""
    serving = sorted(taking.known.serving.get(person["id"], ()), key=_begins) if person is not None else []
    if not serving:
        return _begin(taking, row, said, serving)
    if said.from_on is None:
        return _undated(taking, row, said, serving)
    begun = next((each for each in serving if each["from_on"] == said.from_on), None)
    if begun is not None:
        return _correct(taking, row, said, serving, begun)
    holder = next((each for each in serving if covers(each, said.from_on)), None)
    if holder is None:
        return _begin(taking, row, said, serving)
    if _same_place(said, holder):
        return _end(taking, row, said, serving, holder)
    return _move(taking, row, said, serving, holder)


def _begin(taking: Taking, row: Row, said: Said, serving: Sequence[Values]) -> Change | None:
    """A first assignment, or a further one on dates that none holds on."""
    from_on = said.from_on or taking.today
    if said.to_on is not None and said.to_on < from_on:
        taking.refuse(row, "to", "ends_before", begins=day(from_on))
        return None
    unit = said.unit or taking.known.first_unit
    if unit is None:
        taking.refuse(row, "unit", "no_unit")
        return None
    if _refuse_overlap(taking, row, serving, from_on, said.to_on):
        return None
    if _refuse_outside_life(taking, row, unit, from_on, said.to_on):
        return None
    return Change(new=_values(taking, said, unit, from_on, said.to_on))


def _undated(taking: Taking, row: Row, said: Said, serving: Sequence[Values]) -> Change | None:
    holder = next((each for each in serving if covers(each, taking.today)), serving[-1])
    if said.unit is not None and said.unit["id"] != holder["unit_id"]:
        taking.refuse(row, "from", "transfer_undated", unit=said.unit["code"], since=day(holder["from_on"]))
        return None
    if said.schedule is not None and said.schedule["id"] != holder["schedule_id"]:
        taking.refuse(row, "from", "schedule_undated", schedule=said.schedule["code"])
        return None
    return _end(taking, row, said, serving, holder)


def _correct(taking: Taking, row: Row, said: Said, serving: Sequence[Values], begun: Values) -> Change | None:
    """The same assignment, by its first date, with other values."""
    changes: dict[str, Any] = {}
    if said.unit is not None and said.unit["id"] != begun["unit_id"]:
        changes["unit_id"] = said.unit["id"]
    if said.schedule is not None and said.schedule["id"] != begun["schedule_id"]:
        changes["schedule_id"] = said.schedule["id"]
    if said.to_on is not None and said.to_on != begun["to_on"]:
        changes["to_on"] = said.to_on
    if not changes or _refuse_outside(taking, row, begun):
        return None
    others = [each for each in serving if each is not begun]
    unit = said.unit or taking.known.unit_row(begun["unit_id"])
    if _refuse_outside_life(taking, row, unit, begun["from_on"], changes.get("to_on", begun["to_on"])):
        return None
    if _refuse_overlap(taking, row, others, begun["from_on"], changes.get("to_on", begun["to_on"])):
        return None
    return Change([(begun, changes)])


def _end(taking: Taking, row: Row, said: Said, serving: Sequence[Values], holder: Values) -> Change | None:
    if said.to_on is None or said.to_on == holder["to_on"]:
        return None
    if said.to_on < holder["from_on"]:
        taking.refuse(row, "to", "ends_before", begins=day(holder["from_on"]))
        return None
    others = [each for each in serving if each is not holder]
    if _refuse_outside(taking, row, holder) or _refuse_overlap(taking, row, others, holder["from_on"], said.to_on):
        return None
    return Change([(holder, {"to_on": said.to_on})])


def _move(taking: Taking, row: Row, said: Said, serving: Sequence[Values], holder: Values) -> Change | None:
    """From a date on in another unit, or by other hours; what held before ends the day before."""
    assert said.from_on is not None
    to_on = said.to_on or holder["to_on"]
    others = [each for each in serving if each is not holder]
    if _refuse_outside(taking, row, holder) or _refuse_overlap(taking, row, others, said.from_on, to_on):
        return None
    unit = said.unit or taking.known.unit_row(holder["unit_id"])
    if _refuse_outside_life(taking, row, unit, said.from_on, to_on):
        return None
    values = _values(taking, said, unit, said.from_on, to_on)
    if said.unit is None or said.unit["id"] == holder["unit_id"]:
        values["terminals"] = values["terminals"] or holder["terminals"]
    return Change([(holder, {"to_on": said.from_on - _DAY})], values)


def _values(taking: Taking, said: Said, unit: Values, from_on: date, to_on: date | None) -> dict[str, Any]:
    elsewhere = said.terminal is not None and said.terminal["code"] not in taking.known.depends_on(unit, from_on)
    return {
        "unit_id": unit["id"],
        "schedule_id": said.schedule["id"] if said.schedule is not None else None,
        "terminals": [said.terminal["code"]] if said.terminal is not None and elsewhere else [],
        "from_on": from_on,
        "to_on": to_on,
    }


def _same_place(said: Said, holder: Values) -> bool:
    same_unit = said.unit is None or said.unit["id"] == holder["unit_id"]
    return same_unit and (said.schedule is None or said.schedule["id"] == holder["schedule_id"])


def _refuse_overlap(taking: Taking, row: Row, others: Sequence[Values], from_on: date, to_on: date | None) -> bool:
    met = next((each for each in others if meets(each, from_on, to_on)), None)
    if met is None:
        return False
    span = {"begins": day(met["from_on"]), "ends": day(met["to_on"])}
    if taking.known.sees_unit(met["unit_id"]):
        taking.refuse(row, "from", "serves_already", unit=taking.known.unit_code(met["unit_id"]), **span)
    else:
        taking.refuse(row, "from", "serves_elsewhere", **span)
    return True


def _refuse_outside_life(taking: Taking, row: Row, unit: Values, from_on: date, to_on: date | None) -> bool:
    """Nobody serves in a unit before it began or after it ended."""
    begins, ends = taking.known.life(unit)
    if (begins or date.min) <= from_on and (to_on or date.max) <= (ends or date.max):
        return False
    taking.refuse(row, "from", "unit_not_there", unit=unit["code"], begins=day(begins), ends=day(ends))
    return True


def _refuse_outside(taking: Taking, row: Row, held: Values) -> bool:
    """Nobody ends what somebody else's part of the tree has filed."""
    if taking.known.sees_unit(held["unit_id"]):
        return False
    taking.refuse(row, "unit", "serves_elsewhere", begins=day(held["from_on"]), ends=day(held["to_on"]))
    return True


def _begins(row: Values) -> date:
    begins: date = row["from_on"]
    return begins
