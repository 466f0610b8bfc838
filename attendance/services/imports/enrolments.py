"""Numbers on terminals, of people who are known already."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from attendance.services.imports import enrolling
from attendance.services.imports.lookups import find_person, find_terminal
from attendance.services.imports.taking import Taking, day
from attendance.sheets import Row


def take(taking: Taking, rows: Sequence[Row]) -> None:
    """Rows that end a number come before those that give it to somebody else."""
    numbers = enrolling.read_numbers(taking)
    seen: dict[tuple[object, ...], int] = {}
    for row in sorted(rows, key=lambda row: (row.values["from"] or date.min, row.values["to"] is None, row.number)):
        terminal, person = find_terminal(taking, row, "terminal"), find_person(taking, row, "employee")
        from_on, to_on = row.values["from"], row.values["to"]
        assert from_on is None or isinstance(from_on, date)
        assert to_on is None or isinstance(to_on, date)
        if from_on and to_on and to_on < from_on:
            taking.refuse(row, "to", "ends_before", begins=day(from_on))
        pin = str(row.values["pin"])
        if terminal is None or person is None or taking.is_wrong(row):
            continue
        key = (terminal["id"], pin, person["id"], from_on, to_on)
        if key in seen:
            taking.refuse(row, "pin", "repeated", row=seen[key])
            continue
        seen[key] = row.number
        wanted = numbers.check(
            taking, row, terminal, pin, person["id"], since=taking.today, from_on=from_on, to_on=to_on
        )
        if wanted is not None:
            numbers.file(taking, row, wanted, person["id"])
        elif not taking.is_wrong(row):
            taking.settle(row, "unchanged")
