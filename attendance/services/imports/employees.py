"""People: who they are, where they serve since when, and under which number a terminal knows them.

A row of somebody known says only what it says: an empty cell leaves what is stored. Another unit from a date on is a
transfer; without a date it is refused, because nobody can tell from when it holds.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from attendance.services.imports import enrolling
from attendance.services.imports.enrolling import Numbers
from attendance.services.imports.lookups import find_schedule, find_terminal, find_unit, is_code
from attendance.services.imports.serving import Said, plan
from attendance.services.imports.taking import Taking, Values, day
from attendance.sheets import Row
from attendance.store.tables import EmployeeRow


def take(taking: Taking, rows: Sequence[Row]) -> None:
    numbers = enrolling.read_numbers(taking)
    seen: dict[tuple[object, ...], int] = {}
    names: dict[str, tuple[str, int]] = {}
    for row in sorted(rows, key=lambda row: (row.values["from"] or date.min, row.number)):
        _take_row(taking, row, numbers, seen, names)


def _take_row(
    taking: Taking,
    row: Row,
    numbers: Numbers,
    seen: dict[tuple[object, ...], int],
    names: dict[str, tuple[str, int]],
) -> None:
    code, name = str(row.values["code"]), row.values["name"]
    from_on, to_on = _date(row, "from"), _date(row, "to")
    is_code(taking, row, "code")
    key = (code, from_on, row.values["terminal"], row.values["pin"])
    if key in seen:
        taking.refuse(row, "code", "repeated", row=seen[key])
    seen.setdefault(key, row.number)
    if name is not None and code in names and names[code][0] != name:
        taking.refuse(row, "name", "other_name", name=names[code][0], row=names[code][1])
    elif name is not None:
        names.setdefault(code, (str(name), row.number))
    if code in taking.known.taken:
        taking.refuse(row, "code", "code_taken")
    unit = find_unit(taking, row, "unit")
    schedule = find_schedule(taking, row, "schedule")
    terminal = find_terminal(taking, row, "terminal") if row.values["terminal"] or row.values["pin"] else None
    if row.values["terminal"] is not None and row.values["pin"] is None:
        taking.refuse(row, "pin", "number_missing")
    if from_on and to_on and to_on < from_on:
        taking.refuse(row, "to", "ends_before", begins=day(from_on))
    person = taking.known.people.get(code)
    pin = str(row.values["pin"]) if row.values["pin"] is not None else None
    said = Said(unit, schedule, terminal, from_on, to_on)
    change = None if taking.is_wrong(row) else plan(taking, row, person, said)
    enrolment = None
    if terminal is not None and pin is not None and not taking.is_wrong(row):
        known_as = person["id"] if person is not None else None
        enrolment = numbers.check(taking, row, terminal, pin, known_as, since=from_on or taking.today)
    if change is not None:
        change.check_hours(taking, row, schedule)
    if taking.is_wrong(row):
        return
    taking.settle(row, "unchanged")
    person = _file_person(taking, row, code, str(name or ""), person)
    if change is not None:
        change.file(taking, row, person["id"])
    if enrolment is not None:
        numbers.file(taking, row, enrolment, person["id"])


def _date(row: Row, name: str) -> date | None:
    value = row.values[name]
    return value if isinstance(value, date) else None


def _file_person(taking: Taking, row: Row, code: str, name: str, person: Values | None) -> Values:
    if person is None:
        again = taking.known.left_behind.pop(code, None)
        if again is not None:
            taking.pen.change(EmployeeRow, again["id"], row.number, "withdrawn_at", again["withdrawn_at"], None)
            person = again | {"withdrawn_at": None}
        else:
            person = taking.add(EmployeeRow, row, code=code, name=name or code)
        taking.known.people[code] = person
        taking.settle(row, "new")
    if name and person["name"] != name:
        taking.pen.change(EmployeeRow, person["id"], row.number, "name", person["name"], name)
        person["name"] = name
        taking.settle(row, "changed")
    return person
