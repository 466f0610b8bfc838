"""The clauses of a commitment: free text, and what is counted from facts. Pure: no store, no clock."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from attendance.errors import Invalid
from attendance.reading import Node, Refused

KINDS = (
    "late_early_per_month",
    "no_unexcused_session",
    "missing_explained_within",
    "roster_kept",
    "signed_before",
    "text",
)
"""What a clause is about; `text` is promised and not counted."""
MEASURED = tuple(kind for kind in KINDS if kind != "text")
MOST = 30
LONGEST = 2000
_NEEDS = {"late_early_per_month": "limit", "missing_explained_within": "days", "signed_before": "on"}
_BOUNDS = {"limit": (0, 9999), "days": (0, 60)}


@dataclass(frozen=True, slots=True)
class Clause:
    """A clause, known inside of its commitment by `id`.

    `limit`: at most so many late arrivals and early departures in a calendar month (`late_early_per_month`), of the
    person, or of all people of the collective together. `days`:
    working days within which each missing punch is explained (`missing_explained_within`). `on`: last day for signing
    (`signed_before`). `text` is what is printed; only a clause of kind `text` must have one, the others may leave it to
    the words of the catalogue.
    """

    id: str
    kind: str
    limit: int | None = None
    days: int | None = None
    on: date | None = None
    text: str = ""

    @property
    def is_measured(self) -> bool:
        return self.kind != "text"


def read_clauses(given: Iterable[Mapping[str, Any]] | Any) -> tuple[Clause, ...]:
    """The clauses of a JSON list, in its order; one without an id is numbered by its place.

    Raises Invalid, which names the clause and the value, for anything unknown, missing or twice.
    """
    refusals: list[Any] = []
    node = Node(given, "clauses", refusals)
    found = tuple(_clause(each, place) for place, each in enumerate(node.each(), 1))
    if not refusals and not found:
        node.refuse("empty", "a commitment has at least one clause; add one")
    if len(found) > MOST:
        node.refuse("too_many", f"a commitment has at most {MOST} clauses; join some")
    twice = {clause.id for clause in found if sum(other.id == clause.id for other in found) > 1}
    if twice:
        node.refuse("twice", f"the clause id {min(twice)!r} stands twice; give each its own")
    once = [kind for kind in MEASURED if sum(clause.kind == kind for clause in found) > 1]
    if once:
        node.refuse("twice", f"{once[0]} stands twice; a commitment counts one thing once")
    if refusals:
        raise Invalid(str(Refused(refusals)))
    return found


def written(clauses: Iterable[Clause]) -> list[dict[str, Any]]:
    """The same clauses as JSON values; `read_clauses` reads them back. What a kind does not use is left out."""
    found = []
    for clause in clauses:
        values = {"id": clause.id, "kind": clause.kind, "limit": clause.limit, "days": clause.days, "on": clause.on}
        row: dict[str, Any] = {name: value for name, value in values.items() if value is not None}
        if clause.on is not None:
            row["on"] = clause.on.isoformat()
        found.append({**row, "text": clause.text})
    return found


def _clause(node: Node, place: int) -> Clause:
    node.keys({"id", "kind", "limit", "days", "on", "text"}, {"kind"})
    kind = node.child("kind").choice(KINDS, "text")
    identity = node.child("id").text(str(place)).strip() or str(place)
    if len(identity) > 32 or not identity.replace("-", "").replace("_", "").isalnum():
        node.child("id").refuse("wrong_type", "an id has at most 32 letters, digits, - or _; shorten it")
    text = node.child("text").text().strip()
    if len(text) > LONGEST:
        node.child("text").refuse("too_long", f"a clause has at most {LONGEST} letters; shorten it")
    if kind == "text" and not text:
        node.child("text").refuse("wrong_type", "a clause of kind text needs its text; write it")
    needed = _NEEDS.get(kind)
    values: dict[str, Any] = {}
    for name in ("limit", "days", "on"):
        child = node.child(name)
        if name != needed:
            if name in node:
                child.refuse("unknown_key", f"{kind} has no {name}; leave it out")
            continue
        values[name] = child.day() if name == "on" else child.integer(None, *_BOUNDS[name])
        if name not in node:
            child.refuse("wrong_type", f"{kind} needs {name}; add it")
    return Clause(identity, kind, values.get("limit"), values.get("days"), values.get("on"), text)
