"""*Đơn vị*: the tree of a date, and of one unit what it was on which dates, who leads it, where its people work."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from attendance.services import units
from attendance.store import heads, office
from attendance.store.database import Session
from attendance.store.heads import Heading
from attendance.store.tables import UnitRow
from attendance.store.tree import StoredTree, UnitOn
from attendance.store.within import Within


@dataclass(frozen=True, slots=True)
class TreeLine:
    """A unit of the date; `heads`: names of who acts, or else of the head; empty: nobody leads it."""

    unit: UnitOn
    heads: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TreePage:
    on: date
    lines: tuple[TreeLine, ...]


@dataclass(frozen=True, slots=True)
class UnitVersion:
    """`parent` and `into` are names; None: there is none, or the reader may not see it."""

    name: str
    parent: str | None
    schedule: str | None
    from_on: date | None
    to_on: date | None
    into: str | None
    document: str


@dataclass(frozen=True, slots=True)
class Place:
    name: str
    address: str
    terminals: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class UnitPage:
    """One unit. `merged`: names of the units that are part of it on the date; `terms`: by date, the newest first."""

    on: date
    code: str
    name: str
    living: bool
    versions: tuple[UnitVersion, ...]
    merged: tuple[str, ...]
    terms: tuple[Heading, ...]
    places: tuple[Place, ...]


def tree_page(session: Session, within: Within, on: date) -> TreePage:
    """The units a reader may see, down the tree of a date, with who leads each."""
    leading = heads.leading_on(session, on)
    units_shown = StoredTree(session).shown(on, within)
    return TreePage(
        on, tuple(TreeLine(unit, tuple(head.name for head in leading.get(unit.id, ()))) for unit in units_shown)
    )


def unit_page(session: Session, within: Within, unit: UnitRow, on: date) -> UnitPage:
    """A unit a reader may see."""
    stored, number = StoredTree(session), office.key(unit)

    def named(code: str | None, day: date) -> str | None:
        return stored.name(code, day) if code is not None and within.names(stored.numbers[code]) else None

    versions = stored.tree.versions[unit.code]
    documents = [version["document"] for version in units.history(session, unit)]
    sites = office.terminals(session)
    return UnitPage(
        on=on,
        code=unit.code,
        name=stored.name(unit.code, on),
        living=stored.tree.living(unit.code, on) is not None,
        versions=tuple(
            UnitVersion(
                name=version.name,
                parent=named(version.parent, version.from_on or on),
                schedule=version.schedule,
                from_on=version.from_on,
                to_on=version.to_on,
                into=named(version.into, on),
                document=document,
            )
            for version, document in zip(versions[::-1], documents[::-1], strict=True)
        ),
        merged=tuple(
            stored.name(code, on)
            for code in sorted(stored.tree.merged_into(unit.code, on))
            if within.names(stored.numbers[code])
        ),
        terms=tuple(heads.terms_of(session, number)[::-1]),
        places=tuple(
            Place(place.name, place.address, tuple(site.code for site in sites if site.place_id == place.id))
            for place in units.places_of(session, unit.code, on)
        ),
    )
