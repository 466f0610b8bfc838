"""The sheet of a month as it stands: made of the rulings that are stored, which were judged before."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import date
from typing import Any

import orjson

from attendance.engine.period import QUESTION_MARK, MonthLine, sum_parts
from attendance.engine.plain import overtime_line
from attendance.engine.timesheet import (
    NO_DAY,
    NOT_JUDGED,
    Cell,
    CellBook,
    Line,
    Timesheet,
    dates_of,
    marks_of,
    most_common_kinds,
)
from attendance.engine.verdict import Occurrence
from attendance.rules.calendar import WORKING_KINDS
from attendance.rules.policy import Policy
from attendance.services import disclosure
from attendance.store import month_reading, office, people, rulebook_reading
from attendance.store.database import Session
from attendance.store.tables import UnitRow

Occurred = tuple[tuple[str, str], ...]
"""(type, status) of the violations of a day."""
_NO_OVERTIME = f"{month_reading.PART}[]"
Marked = dict[date, dict[str, list[Occurrence]]]


def standing_sheet(session: Session, unit: UnitRow, month: date, today: date) -> Timesheet:
    """The sheet of the rulings that stand. A date up to `today` on which somebody serves and nothing is concluded is
    NOT_JUDGED; later ones are NO_DAY, as there is nothing to say of them."""
    dates, unit_id = dates_of(month), office.key(unit)
    first, last = dates[0], dates[-1]
    book = CellBook()
    found = _violations(session, unit_id, first, last)
    places, overtime = _places(session, unit_id, first, last, book, found)
    served = month_reading.serving(session, unit_id, first, last)
    named = {each.employee_id: (each.employee, each.name) for each in served}
    gone = places.keys() - named.keys()
    named |= people.names(session, gone) if gone else {}
    for each in served:
        row = places.setdefault(each.employee_id, [NO_DAY] * len(dates))
        begin, end = max(each.from_on, first), min(each.to_on or last, last, today)
        for at in range((begin - first).days, (end - first).days + 1):
            if row[at] == NO_DAY:
                row[at] = NOT_JUDGED
    policy = rulebook_reading.read_rulebook(session).policy_of(unit.code, None, last)
    by_person: dict[int, list[Occurrence]] = {}
    for here in found.values():
        for employee, listed in here.items():
            by_person.setdefault(int(employee), []).extend(listed)
    lines = [
        Line(code, name, tuple(places[number]), _sums(book, places[number], by_person.get(number, []),
             overtime.get(number, []), policy))
        for number, (code, name) in sorted(named.items(), key=lambda item: item[1])
        if number in places
    ]  # fmt: skip
    kinds = most_common_kinds(book.cells, lines, dates)
    return Timesheet(unit.code, month, kinds, tuple(book.cells), tuple(lines))


def masked(sheet: Timesheet) -> Timesheet:
    """The sheet as whoever may not know reasons is shown it: one sign for every kind of leave."""
    cells = tuple(_masked(cell) for cell in sheet.cells)
    return replace(sheet, cells=cells)


def _masked(cell: Cell) -> Cell:
    signs = disclosure.signs(dict(cell.symbols), cell.kind, int(cell.leave))
    return replace(cell, symbols=tuple(signs.items()))


def _violations(session: Session, unit_id: int, first: date, last: date) -> Marked:
    """By date and person, whose number is text as in `month_reading.days`."""
    found: Marked = {}
    for row in month_reading.violations(session, unit_id, first, last):
        found.setdefault(row[1], {}).setdefault(str(row[0]), []).append(Occurrence(*row[2:]))
    return found


def _places(
    session: Session, unit_id: int, first: date, last: date, book: CellBook, found: Marked
) -> tuple[dict[int, list[int]], dict[int, list[Any]]]:
    """The place of the cell of every day of everybody; days of which the text is the same are taken apart once."""
    known: dict[tuple[str, Occurred], int] = {}
    first_day = first.toordinal()
    empty = [NO_DAY] * ((last - first).days + 1)
    places: dict[str, list[int]] = {}
    overtime: dict[int, list[Any]] = {}
    for on, listed in month_reading.days(session, unit_id, first, last):
        at, here = on.toordinal() - first_day, found.get(on, {})
        for text in listed:
            employee, _, rest = text.partition(month_reading.PART)
            row = places.get(employee)
            if row is None:
                row = places[employee] = empty.copy()
            marked = here.get(employee)
            key = rest, tuple([(v.type, v.status) for v in marked]) if marked is not None else ()
            place = known.get(key)
            if place is None or not rest.endswith(_NO_OVERTIME):
                kind, leave, symbols, extra = rest.split(month_reading.PART)
                place = known[key] = book.place(_cell(kind, symbols, leave == "1", key[1]))
                if extra != "[]":
                    overtime.setdefault(int(employee), []).extend(map(overtime_line, orjson.loads(extra)))
            row[at] = place
    return {int(employee): row for employee, row in places.items()}, overtime


def _cell(kind: str, symbols: str, leave: bool, violations: Occurred) -> Cell:
    pairs = tuple(orjson.loads(symbols).items())
    return Cell(kind, pairs, marks_of(pairs, violations), leave)


def _sums(
    book: CellBook, places: list[int], violations: list[Occurrence], overtime: list[Any], policy: Policy
) -> MonthLine:
    cells = [(book.cells[place], times) for place, times in Counter(places).items() if place >= 0]
    return sum_parts(
        sum(times for cell, times in cells if cell.kind in WORKING_KINDS),
        violations,
        overtime,
        is_open=any(sign == QUESTION_MARK for cell, _ in cells for _, sign in cell.symbols),
        policy=policy,
    )
