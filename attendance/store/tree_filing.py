"""Filing versions of units. Whatever is filed, the units make a tree on every date, or nothing is filed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta

from sqlmodel import Session, col, select

from attendance.errors import Invalid
from attendance.facts import Unit
from attendance.rules.tree import Fault, Tree, begin_of, end_of, fault_of
from attendance.rules.validity import words
from attendance.store import office
from attendance.store.tables import AssignmentRow, UnitRow
from attendance.store.tree import again, read_units, versions_of
from attendance.store.tree_tables import PlaceRow, UnitVersionRow

_DAY = timedelta(days=1)
_EARLIEST, _LATEST = date(1900, 1, 1), date(2999, 12, 31)


def check_dates(*dates: date | None) -> None:
    """Raises Invalid for a date that can only be a slip, such as a year without its century."""
    for on in dates:
        if on is not None and not _EARLIEST <= on <= _LATEST:
            raise Invalid(f"{on} cannot be meant; write a date from {_EARLIEST} to {_LATEST}.")


def lock_tree(session: Session) -> None:
    """Let nobody else change the tree until the end of the transaction: two moves that fit alone may make a circle."""
    session.exec(select(UnitRow.id).order_by(col(UnitRow.id)).with_for_update()).all()


def file_versions(
    session: Session, new: Sequence[UnitVersionRow], gone: Iterable[UnitVersionRow] = (), *, at: datetime | None = None
) -> None:
    """File versions, and withdraw others at a moment. Raises Invalid where the units then make no tree."""
    for row in gone:
        row.withdrawn_at = at
        session.add(row)
    session.add_all(new)
    session.flush()
    units = read_units(session)
    fault = fault_of(units)
    if fault is not None:
        raise Invalid(f"{_sentence(units, fault)} Nothing was filed.")


def change(
    session: Session, unit: UnitRow, on: date | None, document: str, at: datetime, **changed: int | str | None
) -> list[UnitVersionRow]:
    """Let fields of a unit be others from a date on (None: always), up to where one was to become another anyway.

    Answers what was filed; nothing where all was so already. Raises Invalid where the unit is not there on that date.
    """
    first = on or date.min
    rows = versions_of(session, office.key(unit))
    meant = [row for row in rows if (row.to_on or date.max) >= first]
    if not meant or (meant[0] is rows[0] and (rows[0].from_on or date.min) > first):
        raise Invalid(f"Unit {unit.code} is there {_life(rows)}, not on {on}; give a date of its life.")
    before = {field: getattr(meant[0], field) for field in changed}
    new: list[UnitVersionRow] = []
    gone: list[UnitVersionRow] = []
    for row in meant:
        if {field: getattr(row, field) for field in changed} != before or before == changed:
            break
        gone.append(row)
        if (row.from_on or date.min) < first:
            new.append(again(row, at, to_on=first - _DAY, into_id=None))
            new.append(again(row, at, from_on=on, document=document, **changed))
        else:
            new.append(again(row, at, document=document, **changed))
    file_versions(session, new, gone, at=at)
    return new


def end(
    session: Session, unit: UnitRow, to_on: date | None, document: str, at: datetime, into: UnitRow | None = None
) -> list[UnitVersionRow]:
    """Let a unit end on a date, by becoming another or for good; None: it goes on. Answers what was filed."""
    rows = versions_of(session, office.key(unit))
    last = to_on or date.max
    if last < (rows[0].from_on or date.min):
        raise Invalid(f"Unit {unit.code} is there {_life(rows)} and cannot end on {to_on}; give a date of its life.")
    kept = [row for row in rows if (row.from_on or date.min) <= last]
    new = again(
        kept[-1], at, to_on=to_on, into_id=office.key(into) if into else None, document=document or kept[-1].document
    )
    file_versions(session, [new], [kept[-1], *rows[len(kept) :]], at=at)
    return [new]


def check_life(session: Session, what: str, unit: str, from_on: date, to_on: date | None) -> None:
    """Raises Invalid where a unit is not there on all dates of something that is to be in it."""
    tree = Tree(read_units(session))
    if unit not in tree.versions:
        return
    versions = tree.versions[unit]
    begins, ends = begin_of(versions[0]), end_of(versions[-1])
    if begins <= from_on and (to_on or date.max) <= ends:
        return
    into = versions[-1].into
    then = f", when it became {into}" if into else ""
    raise Invalid(
        f"{what} in unit {unit} is {words((from_on, to_on))}, but that unit is there "
        f"{words((versions[0].from_on, versions[-1].to_on))}{then}; give dates of its life, and file the rest in the "
        "unit that is there then."
    )


def still_there(session: Session, unit_id: int, on: date) -> list[AssignmentRow]:
    """The assignments to a unit that hold on a date or later."""
    query = select(AssignmentRow).where(
        AssignmentRow.unit_id == unit_id,
        col(AssignmentRow.withdrawn_at).is_(None),
        col(AssignmentRow.to_on).is_(None) | (col(AssignmentRow.to_on) >= on),
    )
    return list(session.exec(query.order_by(col(AssignmentRow.employee_id), col(AssignmentRow.from_on))))


def places(session: Session, unit_ids: Iterable[int]) -> list[PlaceRow]:
    """The houses of some units, as they were recorded."""
    query = select(PlaceRow).where(col(PlaceRow.unit_id).in_(set(unit_ids)))
    return list(session.exec(query.order_by(col(PlaceRow.id))))


def _life(rows: Sequence[UnitVersionRow]) -> str:
    return words((rows[0].from_on, rows[-1].to_on))


def _sentence(units: Sequence[Unit], fault: Fault) -> str:
    unit, tree = units[fault.place], Tree(units)
    span = words((unit.from_on, unit.to_on))

    def life(code: str) -> str:
        versions = tree.versions[code]
        return words((versions[0].from_on, versions[-1].to_on))

    if fault.kind == "outside_parent":
        return (
            f"Unit {unit.code} stands under {unit.parent} {span}, but {unit.parent} is there "
            f"{life(unit.parent or '')}; move or end {unit.code} with the date on which that changes, or name another "
            "unit above it."
        )
    if fault.kind == "cycle":
        above = tree.steps(unit.code, fault.on)
        way = " under ".join([*(step.code for step in above), above[-1].parent or ""])
        return f"From {fault.on} on unit {way} would be a circle; name a unit that is not below {unit.code}."
    if fault.kind == "successor":
        return (
            f"Unit {unit.code} cannot become {unit.into} after {unit.to_on}: {unit.into} is there "
            f"{life(unit.into or '')}; begin that one by the day after, or name another."
        )
    if fault.kind == "gap":
        return f"Unit {unit.code} would be nowhere on {fault.on}; let it go on from its last date."
    return f"Two versions of unit {unit.code} would hold on {fault.on}; end the earlier one before."
