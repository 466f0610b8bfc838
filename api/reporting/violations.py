"""The register of violations in the catalogue: what `GET /violations` lists for a unit, a person and a span."""

from __future__ import annotations

from itertools import chain
from pathlib import Path

from api import registers
from api.reporting.entry import Asked, Entry, Format, Made
from attendance.errors import Invalid, NotFound
from attendance.store import listing, office
from attendance.store.database import Session
from attendance.store.listing_violations import Wanted
from attendance.store.tables import UnitRow
from attendance.store.tree import Spread, StoredTree
from reports.register import COLUMNS, TEXTS, frames
from reports.register_table import Column, Kind, Register, Value

_CODED = {"type": "violation", "status": "status", "session": "session"}


def _wanted(session: Session, asked: Asked) -> Wanted:
    if asked.from_on is None or asked.to_on is None:
        raise Invalid("The register of violations is that of a span of dates; name it.")
    part: Spread | None = None
    if asked.unit is not None:
        place = office.find(session, UnitRow, asked.unit)
        if place is None or not asked.within.names(place.id):
            raise NotFound("unit", asked.unit)
        part = StoredTree(session).spread(office.key(place), asked.from_on, asked.to_on)
    number = None
    if asked.employee is not None:
        number = listing.find_employee(session, asked.employee, asked.within)
        if number is None:
            raise NotFound("employee", asked.employee)
    return Wanted(asked.within, asked.from_on, asked.to_on, part=part, employee_id=number)


def _write(session: Session, asked: Asked, format: Format, path: Path) -> Made:
    people: set[int] = set()
    wanted = _wanted(session, asked)
    rows = registers.make(session, wanted, format, path, lang=asked.lang, saw=people.update)
    return Made(rows, frozenset(people))


def _preview(session: Session, asked: Asked) -> Register:
    people: set[int] = set()
    parts = frames(session, _wanted(session, asked), people.update)
    rows = chain.from_iterable(
        (tuple(_value(name, value) for name, value in zip(COLUMNS, row, strict=True)) for row in part.itertuples(False))
        for part in parts
    )
    return Register("violations", tuple(_column(name) for name in COLUMNS), rows, people)


def _column(name: str) -> Column:
    kind: Kind = "date" if name == "date" else "code" if name in _CODED else "text" if name in TEXTS else "integer"
    return Column(name, kind, words=_CODED.get(name, ""))


def _value(name: str, value: object) -> Value:
    if name in TEXTS or name == "date":
        return value  # type: ignore[return-value]
    return int(value) if isinstance(value, int) else None


ENTRIES = (
    Entry(
        key="violations",
        permission="attendance.read",
        needs=("span", "unit", "employee"),
        formats=("xlsx", "csv", "json"),
        write=_write,
        preview=_preview,
        is_long=True,
    ),
)
