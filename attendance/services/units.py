"""What becomes of units: they begin, are called otherwise, move, change their hours, end, become part of others.

Each verb files what changes from a date on, marks the days it may judge otherwise, and leaves a trace. `expected`: the
version of the unit that whoever asks for it saw; ChangedMeanwhile where it is not that one any more.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from attendance.errors import ChangedMeanwhile, Invalid
from attendance.store import heads, office, registering, serving, tree_filing
from attendance.store.database import Session
from attendance.store.rulebook_reading import read_rulebook
from attendance.store.tables import EmployeeRow, ScheduleRow, TerminalRow, UnitRow
from attendance.store.trail import Actor, record
from attendance.store.tree import StoredTree, versions_of
from attendance.store.tree_marks import mark_moved
from attendance.store.tree_tables import PlaceRow, UnitVersionRow

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Changed:
    """A unit after a change: its new version number, and how many days wait to be judged again in all."""

    code: str
    version: int
    marked: int


@dataclass(frozen=True, slots=True)
class Ended(Changed):
    """`moved`: people who serve in the successor now. `to_move`: people who still have assignments after the end.

    `terminals`: those that stand in the unit; after a merger they are the successor's, else they are still to move.
    """

    moved: tuple[str, ...] = ()
    to_move: tuple[str, ...] = ()
    terminals: tuple[str, ...] = field(default=())


def add(
    session: Session,
    code: str,
    *,
    name: str = "",
    parent: str | None = None,
    schedule: str | None = None,
    from_on: date | None = None,
    to_on: date | None = None,
    document: str = "",
    actor: Actor,
    at: datetime,
) -> Changed:
    """A unit begins. Raises AlreadyExists, NotFound, Invalid."""
    tree_filing.lock_tree(session)
    tree_filing.check_dates(from_on, to_on)
    check_name(name or code)
    row = registering.add_unit(
        session, code, name=name, parent=parent, schedule=schedule, from_on=from_on, to_on=to_on, document=document,
        at=at,
    )  # fmt: skip
    told = {"code": code, "name": name or code, "parent": parent, "schedule": schedule}
    told |= {key: _iso(on) for key, on in (("from", from_on), ("to", to_on)) if on is not None}
    record(session, actor, "unit.added", kind="unit", key=code, why=document, after=told, at=at)
    return Changed(code, row.version, 0)


def rename(
    session: Session,
    code: str,
    name: str,
    *,
    on: date | None,
    document: str,
    actor: Actor,
    at: datetime,
    expected: int | None = None,
) -> Changed:
    """A unit is called otherwise from a date on; on dates before it keeps the name it had. It decides no verdict."""
    check_name(name)
    return _change(session, code, "renamed", on, document, actor, at, expected, name=name)


def move(
    session: Session,
    code: str,
    parent: str | None,
    *,
    on: date | None,
    document: str,
    actor: Actor,
    at: datetime,
    expected: int | None = None,
) -> Changed:
    """A unit stands under another one (None: at the top) from a date on, with all that is below it."""
    above = office.key(office.get(session, UnitRow, parent)) if parent is not None else None
    return _change(session, code, "moved", on, document, actor, at, expected, parent_id=above)


def work_by(
    session: Session,
    code: str,
    schedule: str | None,
    *,
    on: date | None,
    document: str,
    actor: Actor,
    at: datetime,
    expected: int | None = None,
) -> Changed:
    """People of a unit who have no hours of their own work by this schedule from a date on; None: by that of the unit
    above.
    """
    hours = office.key(office.get(session, ScheduleRow, schedule)) if schedule is not None else None
    return _change(session, code, "hours_changed", on, document, actor, at, expected, schedule_id=hours)


def end(
    session: Session,
    code: str,
    to_on: date | None,
    *,
    document: str,
    actor: Actor,
    at: datetime,
    expected: int | None = None,
) -> Ended:
    """A unit ends on a date; None: it goes on after all. Units below it must have been moved or have ended.

    People whose assignments go on are judged by the hours the unit had, until they are moved; they are listed.
    """

    def file(unit: UnitRow) -> Sequence[UnitVersionRow]:
        filed = tree_filing.end(session, unit, to_on, document, at)
        if to_on is not None:
            heads.end_terms(session, office.key(unit), to_on, at=at)
        return filed

    unit, changed = _filed(session, code, "ended" if to_on else "goes_on", to_on, document, actor, at, expected, file)
    return _ended(session, unit, changed, to_on, ())


def merge(
    session: Session,
    code: str,
    into: str,
    *,
    on: date,
    move_people: bool = False,
    document: str,
    actor: Actor,
    at: datetime,
    expected: int | None = None,
) -> Ended:
    """A unit becomes part of another: the last date of its own is the day before. From then on that one stands in its
    place, for hours, calendar, terminals and whoever leads; with `move_people` its people are assigned there too.
    """
    if code == into:
        raise Invalid(f"Unit {code} cannot become part of itself; name the unit it becomes part of.")
    tree_filing.check_dates(on)
    successor = office.get(session, UnitRow, into)
    moved: list[str] = []

    def file(unit: UnitRow) -> Sequence[UnitVersionRow]:
        filed = tree_filing.end(session, unit, on - _DAY, document, at, successor)
        heads.end_terms(session, office.key(unit), on - _DAY, at=at)
        return filed

    unit, changed = _filed(session, code, "merged", on, document, actor, at, expected, file)
    if move_people:
        staying = tree_filing.still_there(session, office.key(unit), on)
        moved += serving.move_all(session, staying, into, on=on, document=document, at=at)
    return _ended(session, unit, changed, on - _DAY, moved)


def add_place(
    session: Session,
    code: str,
    name: str,
    *,
    address: str = "",
    terminals: Sequence[str] = (),
    actor: Actor,
    at: datetime,
) -> PlaceRow:
    """Name a house in which people of a unit work, and say which of its terminals hang there.

    Said again of the same name, it adds terminals and corrects the address. Raises NotFound, and Invalid for a terminal
    that stands in another unit.
    """
    check_name(name)
    unit = office.get(session, UnitRow, code)
    known = [place for place in places_of(session, code, at.date()) if place.name == name]
    row = known[0] if known else PlaceRow(unit_id=office.key(unit), name=name, recorded_at=at)
    row.address = address or row.address
    session.add(row)
    session.flush()
    stored = StoredTree(session)
    for each in terminals:
        terminal = office.get(session, TerminalRow, each)
        stands = stored.tree.standing(stored.codes[terminal.unit_id], at.date())
        if stands != stored.tree.standing(code, at.date()):
            raise Invalid(f"Terminal {each} stands in unit {stands}, not in {code}; name a terminal of {code}.")
        terminal.place_id = row.id
        session.add(terminal)
    told = {"name": name, "address": row.address, "terminals": list(terminals)}
    record(session, actor, "unit.place_named", kind="unit", key=code, after=told, at=at)
    return row


def places_of(session: Session, code: str, on: date) -> list[PlaceRow]:
    """The houses of a unit on a date, with those of the units that had merged into it, as they were recorded."""
    unit = office.key(office.get(session, UnitRow, code))
    return tree_filing.places(session, StoredTree(session).merged_into(unit, on) | {unit})


def check_name(name: str) -> None:
    """Raises Invalid for what is no name."""
    if not name.strip() or not name.isprintable() or len(name) > 200:
        raise Invalid(f"{name[:60]!r} is not a name; write 1 to 200 letters, as in the decision.")


def _change(
    session: Session,
    code: str,
    act: str,
    on: date | None,
    document: str,
    actor: Actor,
    at: datetime,
    expected: int | None,
    **changed: int | str | None,
) -> Changed:
    def file(unit: UnitRow) -> Sequence[UnitVersionRow]:
        return tree_filing.change(session, unit, on, document, at, **changed)

    return _filed(session, code, act, on, document, actor, at, expected, file)[1]


def _filed(
    session: Session,
    code: str,
    act: str,
    on: date | None,
    document: str,
    actor: Actor,
    at: datetime,
    expected: int | None,
    file: Callable[[UnitRow], Sequence[UnitVersionRow]],
) -> tuple[UnitRow, Changed]:
    tree_filing.lock_tree(session)
    tree_filing.check_dates(on)
    unit = office.get(session, UnitRow, code)
    if expected is not None and expected != unit.version:
        raise ChangedMeanwhile(f"Unit {code}", expected, unit.version)
    before, book = _told(session, unit), read_rulebook(session)
    if not file(unit):
        raise Invalid(f"Unit {code} is so already on {on or 'all dates'}; nothing was filed.")
    unit.version += 1
    session.add(unit)
    session.flush()
    marked = mark_moved(session, code, book, read_rulebook(session), at)
    record(
        session, actor, f"unit.{act}", kind="unit", key=code, why=document, before=before, after=_told(session, unit),
        at=at,
    )  # fmt: skip
    return unit, Changed(code, unit.version, marked)


def _ended(session: Session, unit: UnitRow, changed: Changed, to_on: date | None, moved: Sequence[str]) -> Ended:
    staying: list[str] = []
    if to_on is not None:
        rows = tree_filing.still_there(session, office.key(unit), to_on + _DAY)
        staying = list(dict.fromkeys(office.code_of(session, EmployeeRow, row.employee_id) for row in rows))
    sites = [row.code for row in office.terminals(session) if row.unit_id == unit.id and row.in_use]
    return Ended(unit.code, changed.version, changed.marked, tuple(moved), tuple(staying), tuple(sites))


def _told(session: Session, unit: UnitRow) -> dict[str, Any]:
    """The versions of a unit as the trail keeps them."""
    return {"versions": history(session, unit)}


def history(session: Session, unit: UnitRow) -> list[dict[str, Any]]:
    """The versions of a unit by date, with codes in place of numbers and dates as ISO."""
    units = {row.id: row.code for row in office.units(session)}
    rows = versions_of(session, office.key(unit))
    hours = office.codes(session, ScheduleRow, {row.schedule_id for row in rows if row.schedule_id})
    return [
        {
            "name": row.name,
            "parent": units.get(row.parent_id),
            "schedule": hours.get(row.schedule_id or 0),
            "from": _iso(row.from_on),
            "to": _iso(row.to_on),
            "into": units.get(row.into_id),
            "document": row.document,
            "recorded_at": row.recorded_at.isoformat(),
        }
        for row in rows
    ]


def _iso(on: date | None) -> str | None:
    return on.isoformat() if on is not None else None
