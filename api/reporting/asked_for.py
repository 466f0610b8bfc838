"""For whom a paper of this folder is asked: the unit, the people, the dates, held against what is seen."""

from __future__ import annotations

from datetime import date, timedelta

from api.reporting.entry import Asked
from attendance.errors import Invalid, NotFound
from attendance.store import listing
from attendance.store.database import Session
from attendance.store.tree import Spread, StoredTree
from reports import monthly_statement
from reports.registers.asking import unit_number

_DAY = timedelta(days=1)


def the_unit(session: Session, asked: Asked) -> str:
    """The code of the unit asked for; left out, of the one at the top of what the reader sees. Raises NotFound for one
    they may not see, Invalid where none stands at the top alone."""
    if asked.unit is not None:
        unit_number(session, asked)
        return asked.unit
    tops = [row.code for row in StoredTree(session).shown(asked.today, asked.within) if row.depth == 0]
    if len(tops) != 1:
        raise Invalid("This paper is of one unit and those below it; name the unit.")
    return tops[0]


def over(asked: Asked) -> tuple[date, date]:
    """The dates asked for, as far as they are over: a day that is not is in no sum. Raises Invalid where none is."""
    last = min(asked.to_on or asked.today, asked.today - _DAY)
    first = asked.from_on or last.replace(day=1)
    if last < first:
        raise Invalid(f"No day from {first} is over yet; ask for earlier dates.")
    return first, last


def the_people(session: Session, asked: Asked, span: tuple[date, date]) -> tuple[list[int], Spread | None]:
    """Numbers of the people a statement is asked of, and the part of the tree it is of (None: wherever they served).
    An official who names nobody is asked about. Raises NotFound, and Invalid where nobody served there."""
    within = asked.within
    if asked.employee is not None:
        number = listing.find_employee(session, asked.employee, within) if asked.employee.isprintable() else None
        if number is None:
            raise NotFound("employee", asked.employee[:64])
        return [number], None
    if within.is_person and within.employee is not None:
        return [within.employee], None
    unit, stored = the_unit(session, asked), StoredTree(session)
    part = stored.spread(stored.numbers[unit], *span)
    found = monthly_statement.people_of(session, within, part, *span)
    if not found:
        raise Invalid(f"Nobody served in unit {unit} or below it from {span[0]} to {span[1]}.")
    return found, part
