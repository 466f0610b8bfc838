"""Cells that name something of the office: what is meant, or why nobody can tell."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from attendance.errors import Invalid
from attendance.services.imports.known import Names
from attendance.services.imports.taking import Taking, Values, day
from attendance.sheets import Row
from attendance.sheets.headers import fold
from attendance.store.registering import check_code


def find_unit(taking: Taking, row: Row, target: str) -> Values | None:
    """The unit a cell names; None where it names none, or where it was refused."""
    return _find(taking, row, target, taking.known.units, "unit")


def find_schedule(taking: Taking, row: Row, target: str) -> Values | None:
    return _find(taking, row, target, taking.known.schedules, "schedule")


def has_hours(taking: Taking, row: Row, schedule: Values | None, from_on: date, to_on: date | None) -> bool:
    """Whether a schedule says hours for every date from one on, up to today or an earlier last one; refused if not.

    Somebody who works by a schedule on a date on which it says nothing could not be judged, nor anybody with them.
    """
    if schedule is None:
        return True
    last = max(from_on, min(to_on or taking.today, taking.today))
    on = from_on
    for version in sorted(taking.known.hours.get(schedule["id"], ()), key=lambda each: each["from_on"] or date.min):
        if (version["from_on"] or date.min) > on:
            break
        if version["to_on"] is None or version["to_on"] >= last:
            return True
        on = max(on, version["to_on"] + timedelta(days=1))
    taking.refuse(row, "schedule", "no_hours_then", schedule=str(schedule["code"]), on=day(on))
    return False


def find_terminal(taking: Taking, row: Row, target: str) -> Values | None:
    """The terminal a cell names, the first of the office where it names none."""
    if row.values[target] is None:
        if taking.known.first_terminal is None:
            taking.refuse(row, target, "no_terminal")
        return taking.known.first_terminal
    return _find(taking, row, target, taking.known.terminals, "terminal")


def find_person(taking: Taking, row: Row, target: str) -> Values | None:
    """The person a row names by code, by a name that only one of them has, or by both, which must agree."""
    code, name = row.values[target], str(row.values.get("employee_name") or "")
    if code is None:
        named = taking.known.named(name)
        if len(named) == 1:
            return named[0]
        codes = ", ".join(str(each["code"]) for each in named[:5])
        taking.refuse(row, "employee_name", "ambiguous_person" if named else "unknown_name", codes=codes)
        return None
    found = taking.known.people.get(str(code))
    if found is None:
        taking.refuse(row, target, "unknown_person")
    elif name and fold(name) != fold(str(found["name"])):
        taking.refuse(row, "employee_name", "other_person", code=str(code), name=str(found["name"]))
        return None
    return found


def people_named(taking: Taking, rows: Sequence[Row]) -> set[int]:
    """Numbers of everybody the rows may be about, by code or by name."""
    found: set[int] = set()
    for row in rows:
        code = row.values["employee"]
        if code is None:
            found |= {each["id"] for each in taking.known.named(str(row.values.get("employee_name") or ""))}
        elif str(code) in taking.known.people:
            found.add(taking.known.people[str(code)]["id"])
    return found


def is_code(taking: Taking, row: Row, target: str) -> bool:
    """Whether a cell can be the code of something new; it is refused if not."""
    try:
        check_code("row", str(row.values[target]))
    except Invalid:
        taking.refuse(row, target, "no_code")
        return False
    return True


def _find(taking: Taking, row: Row, target: str, names: Names, kind: str) -> Values | None:
    text = row.values[target]
    if text is None:
        return None
    found = names.find(str(text))
    if len(found) == 1:
        return found[0]
    if found:
        taking.refuse(row, target, f"ambiguous_{kind}", codes=", ".join(str(each["code"]) for each in found[:5]))
    else:
        taking.refuse(row, target, f"unknown_{kind}")
    return None
