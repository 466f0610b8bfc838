"""What a search finds: people, units and terminals the reader may see, without accents, words in any order."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from attendance.letters import searched
from attendance.store import office, searching
from attendance.store.database import Session
from attendance.store.listing import units_of_people
from attendance.store.tree import StoredTree
from attendance.store.within import Within

MOST_PLACES = 20
"""So many units and so many terminals are told of one search."""


@dataclass(frozen=True, slots=True)
class FoundPerson:
    """`unit` is where they serve on the date, as it is called then; empty where they serve nowhere that is seen."""

    number: int
    code: str
    name: str
    unit: str = ""
    unit_name: str = ""


@dataclass(frozen=True, slots=True)
class FoundPlace:
    """A unit or a terminal."""

    code: str
    name: str


@dataclass(frozen=True, slots=True)
class Found:
    """`total` is how many people there are in all; `people` are one page of them, after `first` others."""

    asked: str
    people: tuple[FoundPerson, ...] = ()
    total: int = 0
    first: int = 0
    units: tuple[FoundPlace, ...] = ()
    terminals: tuple[FoundPlace, ...] = ()


def find(
    session: Session,
    text: str,
    on: date,
    *,
    people: Within | None,
    units: Within | None,
    terminals: Within | None,
    limit: int,
    offset: int = 0,
) -> Found:
    """What has each word of a text in its name or code. `people`, `units`, `terminals` limit each; None: not told."""
    asked = searching.words(text)
    if not asked:
        return Found(text)
    listed = searching.people(session, people, text, limit=limit, offset=offset) if people is not None else None
    tree = StoredTree(session)
    places = [(row.code, row.name) for row in tree.shown(on, units)] if units is not None else []
    sites = [
        (row.code, row.name)
        for row in (office.terminals(session) if terminals is not None else [])
        if terminals is not None and terminals.names(row.unit_id)
    ]
    rows = listed.rows if listed is not None else []
    serving = units_of_people(session, [row["id"] for row in rows], on, people) if people is not None else {}
    persons = []
    for row in rows:
        unit = serving.get(row["id"], "")
        persons.append(FoundPerson(row["id"], row["code"], row["name"], unit, tree.name(unit, on) if unit else ""))
    return Found(
        text,
        tuple(persons),
        listed.total if listed is not None else 0,
        offset,
        _matching(places, asked),
        _matching(sites, asked),
    )


def _matching(places: list[tuple[str, str]], asked: list[str]) -> tuple[FoundPlace, ...]:
    """Those whose words begin as asked first."""
    texts = {place: searched(*place) for place in places}
    found = [place for place, text in texts.items() if all(word in text for word in asked)]
    found.sort(key=lambda place: not all(f" {word}" in texts[place] for word in asked))
    return tuple(FoundPlace(code, name) for code, name in found[:MOST_PLACES])
