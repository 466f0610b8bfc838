"""What a register is asked with, checked: which rows it is of, and people in the order a Vietnamese list has."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any, Protocol, TypeVar

from attendance.errors import Invalid, NotFound
from attendance.services.access import Permission
from attendance.store import listing, office, people
from attendance.store.database import Session
from attendance.store.register_scope import Chosen
from attendance.store.tables import UnitRow
from attendance.store.tree import Spread, StoredTree
from attendance.store.within import Within

LONGEST_DAYS = 731
PIECE = 200
"""The rows of so many people are held at once, so that a register of any length takes the same memory."""
NameKey = Callable[[str], Any]
Line = TypeVar("Line")


class Asked(Protocol):
    """A register as one reader asks for it; `api.reporting.entry` says what each means."""

    @property
    def within(self) -> Within: ...
    @property
    def elsewhere(self) -> Callable[[Permission], Within]: ...
    @property
    def zone(self) -> str: ...
    @property
    def today(self) -> date: ...
    @property
    def at(self) -> datetime: ...
    @property
    def unit(self) -> str | None: ...
    @property
    def employee(self) -> str | None: ...
    @property
    def from_on(self) -> date | None: ...
    @property
    def to_on(self) -> date | None: ...
    @property
    def others(self) -> Mapping[str, str]: ...


def span(asked: Asked) -> tuple[date, date]:
    """The dates asked for, both included; left out: from the first of the month of the last one, until today.

    Raises Invalid for dates the wrong way round or more than two years.
    """
    to_on = asked.to_on or (max(asked.today, asked.from_on) if asked.from_on else asked.today)
    from_on = asked.from_on or to_on.replace(day=1)
    if to_on < from_on:
        raise Invalid(f"The last date {to_on} lies before the first, {from_on}; swap them.")
    if (to_on - from_on).days >= LONGEST_DAYS:
        raise Invalid(f"A register is of {LONGEST_DAYS} days at most; ask for fewer at a time.")
    return from_on, to_on


def chosen(session: Session, asked: Asked) -> Chosen:
    """The rows asked for. Raises NotFound for a unit or person the reader may not see, and as `span` does."""
    from_on, to_on = span(asked)
    part: Spread | None = None
    if (number := unit_number(session, asked)) is not None:
        part = StoredTree(session).spread(number, from_on, to_on)
    person = None
    if asked.employee is not None:
        person = listing.find_employee(session, asked.employee, asked.within) if asked.employee.isprintable() else None
        if person is None:
            raise NotFound("employee", asked.employee[:64])
    return Chosen(asked.within, from_on, to_on, part, person)


def unit_number(session: Session, asked: Asked) -> int | None:
    """The unit asked for, None where none is. Raises NotFound for one the reader may not see."""
    if asked.unit is None:
        return None
    row = office.find(session, UnitRow, asked.unit) if asked.unit.isprintable() else None
    if row is None or not asked.within.names(row.id):
        raise NotFound("unit", asked.unit[:64])
    return row.id


def below_now(session: Session, asked: Asked) -> Within:
    """The rows the reader sees, of the unit asked for and those below it today."""
    number = unit_number(session, asked)
    if number is None:
        return asked.within
    return asked.within.narrowed(StoredTree(session).below([number], asked.today))


def by_given_name(
    session: Session, numbers: Iterable[int], key: NameKey, read: Callable[[Sequence[int]], Iterable[tuple[int, Line]]]
) -> Iterator[tuple[int, str, str, list[Line]]]:
    """Number, code and name of each of these people by given name, with their lines in the order `read` has them.

    `read` is asked for the lines of at most PIECE people at a time, each with the number of the person it is of.
    """
    named = people.names(session, numbers)
    order = sorted(named, key=lambda number: (key(named[number][1]), named[number][0]))
    for begin in range(0, len(order), PIECE):
        piece = order[begin : begin + PIECE]
        lines: dict[int, list[Line]] = {number: [] for number in piece}
        for number, line in read(piece):
            lines[number].append(line)
        for number in piece:
            yield number, *named[number], lines[number]
