"""*Cán bộ*: people of the office with where they serve and by which numbers terminals know them. Frozen values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from attendance.sheets.headers import fold
from attendance.store import listing, listing_people, people
from attendance.store.database import Session
from attendance.store.tree import StoredTree
from attendance.store.within import Within
from reports.view import UnitOption


@dataclass(frozen=True, slots=True)
class PersonLine:
    """`unit`: the name of where they serve today, empty: nowhere. `numbers`: (terminal, number on it)."""

    code: str
    name: str
    unit: str
    numbers: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class PeoplePage:
    """People by code who fit `wanted` and `unit`; `everybody` counts all who may be seen."""

    lines: tuple[PersonLine, ...]
    total: int
    everybody: int
    page: int
    pages: int
    wanted: str
    unit: str
    units: tuple[UnitOption, ...]


@dataclass(frozen=True, slots=True)
class PersonPage:
    """One person: assignments and enrolments as the lists of the API tell them, with the names of units."""

    code: str
    name: str
    assignments: tuple[Mapping[str, Any], ...]
    enrolments: tuple[Mapping[str, Any], ...]
    unit_names: Mapping[str, str]


def people_page(
    session: Session, within: Within, on: date, *, wanted: str, unit: str, page: int, page_size: int
) -> PeoplePage:
    """A page of them. `unit` is one the reader sees, or empty; names are found without their accents."""
    tree = StoredTree(session)
    below = tree.below([tree.numbers[unit]], on) if unit else None
    everybody = listing_people.everybody(session, within, below, on)
    words = fold(wanted).split()
    fitting = [each for each in everybody if _fits(words, f"{each[1]} {each[2]}")] if words else everybody
    shown = fitting[(page - 1) * page_size : page * page_size]
    numbers = [number for number, _, _ in shown]
    serving = listing_people.serving(session, numbers, on, within)
    known = listing_people.known_as(session, numbers, on)
    lines = tuple(
        PersonLine(
            code, name, tree.name(serving[number], on) if number in serving else "", tuple(known.get(number, ()))
        )
        for number, code, name in shown
    )
    units = tuple(UnitOption(row.code, row.name, row.depth) for row in tree.shown(on, within))
    pages = max(1, -(-len(fitting) // page_size))
    return PeoplePage(lines, len(fitting), len(everybody), page, pages, wanted, unit, units)


def _fits(words: list[str], text: str) -> bool:
    told = f" {fold(text)}"
    return all(f" {word}" in told for word in words)


def person_page(session: Session, within: Within, on: date, code: str, number: int) -> PersonPage:
    """Somebody the reader may see."""
    tree = StoredTree(session)
    name = people.names(session, [number])[number][1]
    assignments = listing.assignments(session, within, number, limit=100, offset=0).rows
    enrolments = listing.enrolments(session, within, number, None, limit=100, offset=0).rows
    units = {row["unit"] for row in assignments}
    return PersonPage(code, name, tuple(assignments), tuple(enrolments), {one: tree.name(one, on) for one in units})
